"""Datasets as they are found: links without content, several spaces, folders in the way."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from equipoise.apps.demo import build

DATE = ("--date", "2026-03-02")
FUNC = "derivatives/fmriprep/sub-01/func"
STEM = f"{FUNC}/sub-01_task-rest_space-MNI152NLin2009cAsym"
PARTS = (
    f"{STEM}_desc-preproc_bold.nii.gz",
    f"{STEM}_desc-brain_mask.nii.gz",
    f"{STEM}_desc-preproc_bold.json",
    f"{FUNC}/sub-01_task-rest_desc-confounds_timeseries.tsv",
)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("built") / "dataset")


@pytest.fixture
def dataset(built: Path, tmp_path: Path) -> Path:
    """A copy of the worked example that may be damaged."""
    return Path(shutil.copytree(built, tmp_path / "dataset"))


def _measured(out: Path, label: str = "01") -> dict[str, str]:
    path = out / f"sub-{label}" / f"sub-{label}_measures.tsv"
    rows = path.read_text(encoding="utf-8").splitlines()[1:]
    return {row.split("\t")[0]: row.split("\t")[1] for row in rows}


@pytest.mark.parametrize("part", PARTS)
def test_a_link_without_content_loses_only_the_scan(run: Run, dataset: Path, part: str) -> None:
    """Datasets under git-annex hold such links until their content is fetched."""
    (dataset / part).unlink()
    (dataset / part).symlink_to("../../../../.git/annex/objects/none")
    out = dataset.parent / "out"
    code, told, err = run("run", dataset, out, "participant", *DATE)
    assert (code, err) == (0, "")
    assert f"{part}: the" in told
    assert "missing" in told
    measured = _measured(out)
    assert measured["scales.phq9"] == "measured"
    assert measured["mri.tms_target"] == "not measured"


def _copy_space(dataset: Path, space: str) -> None:
    for part in PARTS[:3]:
        other = part.replace("space-MNI152NLin2009cAsym_", space)
        (dataset / other).write_bytes((dataset / part).read_bytes())


def test_images_in_other_spaces_are_no_faults(run: Run, dataset: Path) -> None:
    """The standard set of fMRIPrep's output spaces: the template, the person's own, the scanner."""
    _copy_space(dataset, "space-T1w_")
    _copy_space(dataset, "")
    code, told, _ = run("check", dataset, *DATE)
    assert code == 0
    assert "WRONG" not in told
    assert "not used: space T1w" in told
    assert "not used: no space- entity" in told


@pytest.mark.parametrize(
    ("space", "words"),
    [
        ("space-MNIPediatricAsym_", "space without coordinates"),
        ("space-T1w_", "no transform leads from there to an MNI space"),
    ],
)
def test_an_image_in_an_unknown_space_alone_is_a_fault(
    space: str, words: str, run: Run, dataset: Path
) -> None:
    _copy_space(dataset, space)
    for part in PARTS[:3]:
        (dataset / part).unlink()
    code, told, _ = run("check", dataset, *DATE)
    assert code == 2
    assert words in told


def test_a_bad_folder_does_not_hide_a_broken_scan_of_another(run: Run, dataset: Path) -> None:
    (dataset / "sub-a_b").mkdir()
    (dataset / PARTS[0]).write_bytes(b"no image")
    code, told, _ = run("check", dataset, *DATE)
    assert code == 2
    assert "a label has letters and digits only" in told
    assert "this is not a NIfTI image" in told


PERSON = 'schema_version: "1.0"\nlabel: "{label}"\n'


def _cohort(folder: Path, *labels: str) -> Path:
    for label in labels:
        path = folder / f"sub-{label}" / "clinical" / f"sub-{label}_person.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(PERSON.format(label=label), encoding="utf-8")
    description = folder / "dataset_description.json"
    description.write_text('{"Name": "x", "BIDSVersion": "1.10.0"}', encoding="utf-8")
    return folder


def _snapshot(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}


def test_the_input_is_never_the_output(run: Run, tmp_path: Path) -> None:
    dataset = _cohort(tmp_path / "dataset", "01")
    before = _snapshot(dataset)
    code, _, err = run("run", dataset, dataset, "participant", *DATE)
    assert code == 2
    assert "holds another dataset" in err
    assert _snapshot(dataset) == before
    person = dataset / "sub-01" / "clinical" / "sub-01_person.yaml"
    code, _, err = run("plan", person, "--out", dataset, *DATE)
    assert code == 2
    assert _snapshot(dataset) == before
    code, _, _ = run("run", dataset, dataset / "derivatives" / "equipoise", "participant", *DATE)
    assert code == 0


def test_the_example_is_never_laid_over_a_dataset(run: Run, tmp_path: Path) -> None:
    dataset = _cohort(tmp_path / "dataset", "01")
    before = _snapshot(dataset)
    code, _, err = run("demo", tmp_path)
    assert code == 2
    assert "holds no worked example" in err
    assert _snapshot(dataset) == before


def test_no_result_holds_a_path_of_this_machine(run: Run, dataset: Path) -> None:
    out = dataset.parent / "out"
    run("run", dataset, out, "participant", *DATE)
    kept = [p for p in out.rglob("*") if p.is_file() and "logs" not in p.parts]
    assert any(".equipoise" in p.parts for p in kept)
    for path in kept:
        assert str(dataset.parent).encode() not in path.read_bytes(), path


@pytest.mark.parametrize("step", ["measure", "dossier", "manifest"])
@pytest.mark.parametrize("content", ["", "{}", "[]", '{"schema_version": "1.0", "kind": "Plan"}'])
def test_kept_results_that_were_damaged_are_made_again(
    run: Run, tmp_path: Path, step: str, content: str
) -> None:
    dataset, out = _cohort(tmp_path / "dataset", "01"), tmp_path / "out"
    run("run", dataset, out, "participant", *DATE)
    before = _snapshot(out / "sub-01")
    (kept,) = (out / ".equipoise" / "sub-01").glob(f"{step}_*")
    kept.write_text(content, encoding="utf-8")
    (out / "sub-01.html").unlink()
    code, _, err = run("run", dataset, out, "participant", *DATE)
    assert (code, err) == (0, "")
    assert (out / "sub-01.html").is_file()
    assert _snapshot(out / "sub-01") == before


def test_a_changed_notice_is_a_changed_input(run: Run, dataset: Path) -> None:
    out = dataset.parent / "out"
    run("run", dataset, out, "participant", *DATE)
    path = dataset / "derivatives" / "fmriprep" / "dataset_description.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | {"Notice": "another notice"}), encoding="utf-8")
    _, told, _ = run("run", dataset, out, "participant", *DATE)
    assert "Nothing to do" not in told
    assert "another notice" in (out / "sub-01" / "sub-01_measures.tsv").read_text(encoding="utf-8")


def test_the_sources_are_those_of_everybody_in_the_folder(run: Run, tmp_path: Path) -> None:
    dataset = _cohort(tmp_path / "dataset", "01", "02")
    record = dataset / "sub-01" / "clinical" / "sub-01_person.yaml"
    answers = "scales: [{scale: phq9, date: 2026-02-01, items: [2, 2, 2, 2, 2, 2, 2, 2, 0]}]\n"
    record.write_text(record.read_text() + answers, encoding="utf-8")
    texts = []
    for order in (("01", "02"), ("02", "01")):
        out = tmp_path / "".join(order)
        for label in order:
            run("run", dataset, out, "participant", "--participant-label", label, *DATE)
        texts.append((out / "CITATION.md").read_text(encoding="utf-8"))
    assert texts[0] == texts[1]


def test_a_log_that_cannot_be_written_is_named(run: Run, tmp_path: Path) -> None:
    dataset = _cohort(tmp_path / "dataset", "01")
    (tmp_path / "out" / "logs" / "equipoise.log").mkdir(parents=True)
    code, _, err = run("run", dataset, tmp_path / "out", "participant", *DATE)
    assert code == 2
    assert "the log cannot be written" in err
    assert len(err.splitlines()) == 1


def test_a_fault_of_ours_in_one_person_does_not_stop_the_others(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from equipoise.apps import session

    real = session.run_participant

    def broken(timeline: Any, *rest: Any, **named: Any) -> Any:
        if timeline.label == "01":
            raise ZeroDivisionError
        return real(timeline, *rest, **named)

    monkeypatch.setattr(session, "run_participant", broken)
    dataset = _cohort(tmp_path / "dataset", "01", "02")
    code, _, err = run("run", dataset, tmp_path / "out", "participant", *DATE)
    assert code == 1
    assert err == "sub-01: a fault of ours: ZeroDivisionError; run this person alone with --debug\n"
    assert (tmp_path / "out" / "sub-02.html").is_file()


def test_a_record_of_another_person_is_named_with_its_line(run: Run, tmp_path: Path) -> None:
    dataset = _cohort(tmp_path / "dataset", "01")
    record = dataset / "sub-01" / "clinical" / "sub-01_person.yaml"
    record.write_text(PERSON.format(label="02"), encoding="utf-8")
    code, _, err = run("run", dataset, tmp_path / "out", "participant", *DATE)
    assert code == 2
    assert "line 2, field label" in err
    assert not (tmp_path / "out" / "sub-01.html").exists()


def test_a_fault_of_the_machine_is_told_in_one_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from equipoise.apps import commands

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(commands, "plan_person", full)
    person = _cohort(tmp_path, "01") / "sub-01" / "clinical" / "sub-01_person.yaml"
    code, _, err = run("plan", person, *DATE)
    assert (code, err) == (2, "equipoise: No space left on device\n")


def test_check_opens_transforms_and_breathing_traces(run: Run, dataset: Path) -> None:
    """A transform decides where a target lies, so one that is damaged is told before any work."""
    anat = dataset / "derivatives/fmriprep/sub-01/anat"
    anat.mkdir(exist_ok=True)
    name = "sub-01_from-MNI152NLin2009cAsym_to-T1w_mode-image_xfm.txt"
    (anat / name).write_text("no transform", encoding="utf-8")
    # One to a space that nothing here uses is no fault.
    (anat / "sub-01_from-T1w_to-fsnative_mode-image_xfm.txt").write_text("no", encoding="utf-8")
    func = dataset / "sub-01/func"
    func.mkdir(exist_ok=True)
    (func / "sub-01_task-rest_physio.tsv.gz").write_bytes(b"no archive")
    (func / "sub-01_task-rest_physio.json").write_text(
        json.dumps({"SamplingFrequency": 50, "StartTime": 0, "Columns": ["respiratory"]})
    )
    _, told, _ = run("check", dataset, *DATE)
    wrong = told.partition("MISSING")[0]
    assert "transform MNI152NLin2009cAsym to T1w" in wrong
    assert name in wrong
    assert "fsnative" not in wrong
    assert "breathing: the physiological recording or its JSON file cannot be read" in wrong


def test_a_record_that_contradicts_the_table_of_participants_is_refused(
    run: Run, dataset: Path
) -> None:
    table = dataset / "participants.tsv"
    table.write_text(table.read_text().replace("\t43\t", "\t34\t"), encoding="utf-8")
    code, _, err = run("run", dataset, dataset.parent / "out", "participant", *DATE)
    assert code == 2
    assert "participants.tsv line 2" in err
    assert "sub-01_person.yaml demographics: 43" in err
