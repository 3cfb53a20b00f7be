"""What `check` tells about records and datasets, before any work."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from equipoise.ingest import CheckFinding, check_path

TODAY = "2025-01-10"
HEAD = 'schema_version: "1.0"\nlabel: "01"\n'
RUN = "derivatives/fmriprep/sub-01/func/sub-01_task-rest"
SCAN = f"{RUN}_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz"


def told(findings: tuple[CheckFinding, ...], kind: str) -> dict[str, str]:
    return {f.what: f.detail for f in findings if f.kind == kind}


@pytest.fixture
def dataset(tmp_path: Path, full_text: str) -> Path:
    files = {
        "dataset_description.json": json.dumps({"Name": "x", "BIDSVersion": "1.10.0"}),
        "sub-01/clinical/sub-01_person.yaml": full_text,
        SCAN: "",
        SCAN.replace(".nii.gz", ".json"): json.dumps({"RepetitionTime": 2.0}),
        SCAN.replace("preproc_bold", "brain_mask"): "",
        f"{RUN}_desc-confounds_timeseries.tsv": "",
        "derivatives/fmriprep/dataset_description.json": "{}",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_a_full_record_lacks_nothing(tmp_path: Path, full_text: str) -> None:
    path = tmp_path / "person.yaml"
    path.write_text(full_text, encoding="utf-8")
    findings = check_path(path, today=TODAY)
    assert told(findings, "wrong") == told(findings, "missing") == {}
    present = told(findings, "present")
    assert present["clinical record"] == "invented person"
    assert present["treatments"] == "4 entries"
    assert present["drugs"] == "1 entry"
    assert present["demographics: sex"] == "given"


def test_what_was_not_asked_and_what_is_not_known_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "person.yaml"
    path.write_text(HEAD + "drugs: []\nlabs: unknown\ndemographics: {sex: unknown}\n")
    findings = check_path(path, today=TODAY)
    missing, present = told(findings, "missing"), told(findings, "present")
    assert present["drugs"] == "asked, none"
    assert missing["labs"] == missing["demographics: sex"] == "asked, not known"
    assert missing["scales"] == missing["demographics: age_years"] == "not asked"
    assert "drugs" not in missing


def test_every_fault_of_a_record_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "person.yaml"
    path.write_text(HEAD + "treatmets: []\nlabs: 3\n", encoding="utf-8")
    first, second = check_path(path, today=TODAY)
    assert (first.kind, second.kind) == ("wrong", "wrong")
    assert first.where == f"{path} line 3, field treatmets"
    assert first.detail.startswith("there is no such field; allowed: ")
    assert second.where == f"{path} line 4, field labs"


def test_a_whole_dataset_lacks_nothing(dataset: Path) -> None:
    findings = check_path(dataset, today=TODAY)
    assert told(findings, "wrong") == told(findings, "missing") == {}
    present = told(findings, "present")
    assert present["image"] == SCAN.rpartition("/")[2]
    assert present["repetition time"] == "2 s"
    assert present["space"] == "MNI152NLin2009cAsym"
    assert {f.where for f in findings if f.what == "brain mask"} == {SCAN}


def test_each_missing_part_of_a_recording_is_named(dataset: Path) -> None:
    (dataset / SCAN.replace(".nii.gz", ".json")).unlink()
    (dataset / SCAN.replace("preproc_bold", "brain_mask")).unlink()
    (dataset / f"{RUN}_desc-confounds_timeseries.tsv").unlink()
    missing = told(check_path(dataset, today=TODAY), "missing")
    assert set(missing) == {"brain mask", "confounds", "sidecar", "repetition time"}


def test_a_derivative_without_description_has_no_notice(dataset: Path) -> None:
    (dataset / "derivatives/fmriprep/dataset_description.json").unlink()
    missing = told(check_path(dataset, today=TODAY), "missing")
    assert missing == {"dataset_description.json": "no notice is known"}


def test_a_link_without_content_is_wrong(dataset: Path) -> None:
    (dataset / SCAN).unlink()
    (dataset / SCAN).symlink_to(dataset / "not-fetched")
    wrong = told(check_path(dataset, today=TODAY), "wrong")
    assert wrong == {"image": "a link to a file that is not here"}


def test_people_without_record_or_scan_are_told(dataset: Path) -> None:
    (dataset / "sub-02" / "anat").mkdir(parents=True)
    missing = [f for f in check_path(dataset, today=TODAY) if f.kind == "missing"]
    assert [(f.what, f.where) for f in missing] == [
        ("clinical record", "sub-02"),
        ("resting scan", "sub-02"),
    ]


def test_one_bad_person_does_not_hide_the_others(dataset: Path) -> None:
    for name in ("sub-02/clinical/sub-03_person.yaml", "sub-0_4/anat/x"):
        path = dataset / name
        path.parent.mkdir(parents=True)
        path.write_text("", encoding="utf-8")
    (dataset / "sub-01/clinical/sub-01_person.yaml").write_text(
        HEAD.replace("01", "02"), encoding="utf-8"
    )
    wrong = [f.detail for f in check_path(dataset, today=TODAY) if f.kind == "wrong"]
    assert any("names another person than its folder" in detail for detail in wrong)
    assert any("another name than expected" in detail for detail in wrong)
    assert any("letters and digits only" in detail for detail in wrong)


def test_a_dataset_with_records_only_says_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "dataset_description.json").write_text("{}", encoding="utf-8")
    record = tmp_path / "sub-01" / "clinical" / "sub-01_person.yaml"
    record.parent.mkdir(parents=True)
    record.write_text(HEAD, encoding="utf-8")
    (record.parent / "sub-01_fhir.json").write_text(
        json.dumps({"resourceType": "Bundle", "type": "collection"}), encoding="utf-8"
    )
    findings = check_path(tmp_path, today=TODAY)
    assert told(findings, "wrong") == {}
    assert {"fMRIPrep derivatives", "resting scan"} < set(told(findings, "missing"))
    assert told(findings, "present")["FHIR bundle"] == ""


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda _: None, "cannot be read"),
        (lambda path: path.mkdir(), "dataset_description.json is missing"),
        (lambda path: path.write_text(""), "the file is empty"),
    ],
)
def test_nothing_raises(make: object, words: str, tmp_path: Path) -> None:
    path = tmp_path / "thing"
    assert callable(make)
    make(path)
    (finding,) = check_path(path, today=TODAY)
    assert finding.kind == "wrong"
    assert words in finding.detail
