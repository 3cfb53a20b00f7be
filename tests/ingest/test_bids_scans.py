"""What belongs to a run: task and surface images, events, anatomy, breathing, day, scanner.

Names as fMRIPrep 24 writes them (page "Outputs of fMRIPrep", and the listing that its own
continuous integration compares with), tedana 24 and BIDS 1.10.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from equipoise.core.nouns import Recording
from equipoise.ingest import check_path, find_recordings

DERIVED = "derivatives/fmriprep/sub-01"
REST = f"{DERIVED}/func/sub-01_task-rest"
BACK = f"{DERIVED}/func/sub-01_task-gonogo_run-1"
MNI = "space-MNI152NLin6Asym_res-2"
IMAGE = "desc-preproc_bold.nii.gz"

Lay = Callable[..., Path]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Return a function that lays files: names alone are empty, others have text or JSON."""

    def layer(*names: str, files: dict[str, Any] | None = None) -> Path:
        root = tmp_path / "dataset"
        described = {"dataset_description.json": {"Name": "x", "BIDSVersion": "1.10.0"}}
        for name, content in (dict.fromkeys(names, "") | described | (files or {})).items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, str) else json.dumps(content)
            path.write_text(text, encoding="utf-8")
        return root

    return layer


def only(root: Path) -> Recording:
    (found,) = find_recordings(root, "01")
    return found


def test_a_task_run_has_its_events_by_inheritance(lay: Lay) -> None:
    """The nearest file wins: beside the raw image before the person's, before everybody's."""
    near = "sub-01/func/sub-01_task-gonogo_run-01_events.tsv"
    root = lay(f"{BACK}_{MNI}_{IMAGE}", "task-gonogo_events.tsv", "task-stroop_events.tsv")
    assert only(root).events == str(root / "task-gonogo_events.tsv")
    lay(near, "sub-01/func/sub-01_task-gonogo_run-02_events.tsv")
    assert only(root).events == str(root / near)  # run-1 and run-01 are one run
    assert (only(root).kind, only(root).task) == ("bold", "gonogo")


def test_a_resting_run_has_no_events(lay: Lay) -> None:
    root = lay(f"{REST}_{MNI}_{IMAGE}", "task-rest_events.tsv")
    assert only(root).events is None


def test_events_of_another_session_are_not_taken(lay: Lay) -> None:
    root = lay(
        f"{DERIVED}/ses-b/func/sub-01_ses-b_task-gonogo_{MNI}_{IMAGE}",
        "sub-01/ses-a/func/sub-01_ses-a_task-gonogo_events.tsv",
    )
    assert only(root).events is None


def anatomy(session: str = "") -> list[str]:
    folder = f"{DERIVED}/{session}/anat" if session else f"{DERIVED}/anat"
    stem = f"{folder}/sub-01_{session}_" if session else f"{folder}/sub-01_"
    return [
        f"{stem}desc-preproc_T1w.nii.gz",
        f"{stem}space-MNI152NLin6Asym_res-2_desc-preproc_T1w.nii.gz",
        f"{stem}label-GM_probseg.nii.gz",
        f"{stem}space-MNI152NLin6Asym_res-2_label-GM_probseg.nii.gz",
        f"{stem}space-MNI152NLin6Asym_res-2_label-WM_probseg.nii.gz",
        f"{stem}from-T1w_to-MNI152NLin6Asym_mode-image_xfm.h5",
        f"{stem}from-MNI152NLin6Asym_to-T1w_mode-image_xfm.h5",
        f"{stem}from-T1w_to-fsnative_mode-image_xfm.txt",
        *(f"{stem}hemi-{h}_{sheet}.surf.gii" for h in "LR" for sheet in ("pial", "midthickness")),
        *(f"{stem}hemi-{h}_space-fsLR_den-32k_midthickness.surf.gii" for h in "LR"),
    ]


def test_the_anatomy_of_a_volume(lay: Lay) -> None:
    names = anatomy()
    root = lay(f"{REST}_{MNI}_{IMAGE}", f"{REST}_space-T1w_{IMAGE}", *names)
    template, native = find_recordings(root, "01")
    assert template.t1w == native.t1w == str(root / names[0])
    assert native.grey_matter == str(root / names[2])
    assert template.grey_matter == str(root / names[3])
    assert [(t.source, t.target) for t in template.transforms] == [
        ("MNI152NLin6Asym", "T1w"),
        ("T1w", "MNI152NLin6Asym"),
        ("T1w", "fsnative"),
    ]
    assert template.transforms[0].path == str(root / names[6])
    assert template.surfaces == ()


def test_the_anatomy_of_the_session_comes_first(lay: Lay) -> None:
    run = f"{DERIVED}/ses-b/func/sub-01_ses-b_task-rest_{MNI}_{IMAGE}"
    root = lay(run, *anatomy("ses-a"))
    assert "ses-a" in str(only(root).t1w)  # one T1w serves all sessions
    lay(*anatomy("ses-c"))
    assert only(root).t1w is None  # of several others none: it could be the wrong head position
    lay(*anatomy())
    assert only(root).t1w == str(root / anatomy()[0])
    lay(*anatomy("ses-b"))
    assert only(root).t1w == str(root / anatomy("ses-b")[0])


def test_a_pair_of_hemispheres_is_one_recording(lay: Lay) -> None:
    left, right = (f"{REST}_hemi-{h}_space-fsnative_bold.func.gii" for h in "LR")
    confounds = f"{REST}_desc-confounds_timeseries.tsv"
    sidecar = {left.replace(".func.gii", ".json"): {"RepetitionTime": 1.5}}
    names = anatomy()
    root = lay(left, right, confounds, *names, files=sidecar)
    found = only(root)
    assert (found.kind, found.space, found.repetition_time) == ("bold_surface", "fsnative", 1.5)
    sheets = [name for name in names if name.endswith("_midthickness.surf.gii")]
    own = [name for name in sheets if "space-" not in name]
    assert found.surfaces == tuple(str(root / name) for name in (*own, right))
    assert found.confounds == str(root / confounds)
    assert (found.mask, found.grey_matter) == (None, None)


def test_hemispheres_without_surfaces_and_without_partner(lay: Lay) -> None:
    left, right = (f"{REST}_hemi-{h}_space-fsaverage5_bold.func.gii" for h in "LR")
    root = lay(left)
    assert only(root).surfaces == ()
    lay(right)
    assert only(root).surfaces == (str(root / right),)


def test_a_dense_series_and_its_surfaces(lay: Lay) -> None:
    image = f"{REST}_space-fsLR_den-91k_bold.dtseries.nii"
    names = anatomy()
    sidecar = {image.replace(".dtseries.nii", ".dtseries.json"): {"RepetitionTime": 0.8}}
    found = only(lay(image, *names, files=sidecar))
    assert (found.kind, found.repetition_time) == ("bold_surface", 0.8)
    assert [Path(path).name for path in found.surfaces] == [
        f"sub-01_hemi-{h}_space-fsLR_den-32k_midthickness.surf.gii" for h in "LR"
    ]


def test_outputs_of_tedana(lay: Lay) -> None:
    """The cleaned image stands in where there is no other: never two images of one run."""
    denoised = f"{REST}_{MNI}_desc-optcomDenoised_bold.nii.gz"
    mixing = f"{REST}_desc-ICA_mixing.tsv"
    mask = f"{REST}_{MNI}_desc-brain_mask.nii.gz"
    root = lay(denoised, mixing, mask)
    assert only(root).name == denoised
    assert only(root).mixing == str(root / mixing)
    assert only(root).mask == str(root / mask)
    lay(f"{REST}_{MNI}_{IMAGE}")
    assert only(root).name == f"{REST}_{MNI}_{IMAGE}"
    assert only(root).mixing == str(root / mixing)


@pytest.mark.parametrize(
    ("name", "columns", "found"),
    [
        ("physio", ["cardiac", "respiratory"], True),
        ("physio", ["cardiac", "trigger"], False),
        ("recording-respiratory_physio", None, True),
        ("recording-cardiac_physio", None, False),
        ("physio", None, False),
    ],
)
def test_the_breathing_trace(name: str, columns: list[str] | None, found: bool, lay: Lay) -> None:
    trace = f"sub-01/func/sub-01_task-rest_{name}.tsv.gz"
    said = {trace.replace(".tsv.gz", ".json"): {"Columns": columns}} if columns else {}
    root = lay(f"{REST}_{MNI}_{IMAGE}", trace, files=said)
    assert only(root).physio == (str(root / trace) if found else None)


SCANS = "filename\tacq_time\n{}"


def test_the_day_is_that_of_the_scan(lay: Lay) -> None:
    rows = (
        "anat/sub-01_T1w.nii.gz\t2024-01-01T10:00:00\n"
        "func/sub-01_task-rest_run-2_bold.nii.gz\t2024-05-01T10:00:00\n"
        "func/sub-01_task-rest_echo-1_bold.nii.gz\t2024-03-05T10:00:00\n"
    )
    root = lay(f"{REST}_{MNI}_{IMAGE}", files={"sub-01/sub-01_scans.tsv": SCANS.format(rows)})
    assert (only(root).date, only(root).notice) == ("2024-03-05", None)


def test_the_day_of_the_session_serves_where_the_scan_has_none(lay: Lay) -> None:
    sessions = "session_id\tacq_time\nses-a\t2024-03-05\nses-b\t2024-06-07T08:00:00\n"
    image = f"{DERIVED}/ses-b/func/sub-01_ses-b_task-rest_{MNI}_{IMAGE}"
    root = lay(image, files={"sub-01/sub-01_sessions.tsv": sessions})
    assert only(root).date == "2024-06-07"
    row = "func/sub-01_ses-b_task-rest_bold.nii.gz\t{}\n"
    scans = "sub-01/ses-b/sub-01_ses-b_scans.tsv"
    lay(files={scans: SCANS.format(row.format("2024-06-09T08:00:00.000Z"))})
    assert only(root).date == "2024-06-09"
    lay(files={scans: SCANS.format(row.format("n/a"))})
    assert only(root).date == "2024-06-07"


@pytest.mark.parametrize("text", ["n/a", "", "yesterday", "2024", "2024-13-40"])
def test_what_is_no_day_is_none(text: str, lay: Lay) -> None:
    rows = SCANS.format(f"func/sub-01_task-rest_bold.nii.gz\t{text}\n")
    root = lay(f"{REST}_{MNI}_{IMAGE}", files={"sub-01/sub-01_scans.tsv": rows})
    assert only(root).date is None


def test_shifted_dates_are_no_dates(lay: Lay) -> None:
    """BIDS: dates may be shifted before 1925 for privacy."""
    rows = SCANS.format("func/sub-01_task-rest_bold.nii.gz\t1877-06-15T13:45:30\n")
    root = lay(f"{REST}_{MNI}_{IMAGE}", files={"sub-01/sub-01_scans.tsv": rows})
    assert only(root).date is None
    assert only(root).notice == "the dates of the dataset are shifted for privacy: no day is known"


def test_the_scanner_is_that_of_the_sidecars(lay: Lay) -> None:
    image = f"{REST}_{MNI}_{IMAGE}"
    raw = {"Manufacturer": "Siemens", "ManufacturersModelName": "Prisma"}
    files = {
        "task-rest_bold.json": raw | {"MagneticFieldStrength": 7},
        "sub-01/func/sub-01_task-rest_bold.json": {"MagneticFieldStrength": 3},
    }
    root = lay(image, files=files)
    assert only(root).scanner == "Siemens Prisma 3 T"
    lay(files={image.replace(".nii.gz", ".json"): {"Manufacturer": "GE"}})
    assert only(root).scanner == "GE Prisma 3 T"


def test_no_scanner_is_made_up(lay: Lay) -> None:
    root = lay(f"{REST}_{MNI}_{IMAGE}", files={"task-rest_bold.json": "{ damaged"})
    assert only(root).scanner is None


@pytest.mark.parametrize(
    "place", ["derivatives/freesurfer", "derivatives/fmriprep/sourcedata/freesurfer"]
)
def test_freesurfer_tables_of_each_session(place: str, lay: Lay) -> None:
    root = lay(
        "sub-01/anat/x",
        f"{place}/sub-01_ses-a/stats/aseg.stats",
        f"{place}/sub-01_ses-b/stats/aseg.stats",
        f"{place}/sub-01/stats/aseg.stats",  # beside sessions: their template
        f"{place}/sub-01_ses-a.long.sub-01/stats/aseg.stats",
        f"{place}/sub-012/stats/aseg.stats",
        files={
            "sub-01/sub-01_sessions.tsv": "session_id\tacq_time\nses-b\t2024-06-07\n",
            "sub-01/ses-b/anat/sub-01_ses-b_T1w.json": {"Manufacturer": "Philips"},
        },
    )
    first, second = find_recordings(root, "01")
    assert first.name == f"{place}/sub-01_ses-a/stats"
    assert (first.kind, first.session, first.date) == ("freesurfer_stats", "a", None)
    assert (second.session, second.date, second.scanner) == ("b", "2024-06-07", "Philips")
    assert second.path == str(root / second.name)


def test_one_freesurfer_folder_without_sessions(lay: Lay) -> None:
    place = "derivatives/freesurfer/sub-01/stats"
    root = lay("sub-01/anat/x", f"{place}/aseg.stats")
    assert (only(root).name, only(root).session) == (place, None)


def test_other_people_are_not_walked(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    root = lay(f"{REST}_{MNI}_{IMAGE}", "sub-02/func/x", "derivatives/fmriprep/sub-02/func/x")
    walked: list[str] = []
    walk = os.walk

    def watched(top: Any, *args: Any, **kwargs: Any) -> Any:
        walked.append(str(top))
        return walk(top, *args, **kwargs)

    monkeypatch.setattr(os, "walk", watched)
    only(root)
    own = {str(root / "sub-01"), str(root / DERIVED)}
    assert own <= set(walked)
    assert not [place for place in walked if "sub-02" in place]


def test_check_tells_what_was_found_of_each_kind(lay: Lay) -> None:
    left, right = (f"{REST}_hemi-{h}_space-fsnative_bold.func.gii" for h in "LR")
    root = lay(
        f"{REST}_{MNI}_{IMAGE}",
        f"{BACK}_{MNI}_{IMAGE}",
        left,
        right,
        *anatomy(),
        "derivatives/freesurfer/sub-01/stats/aseg.stats",
    )
    findings = check_path(root, today="2026-01-10")
    present = {f.what: f.detail for f in findings if f.kind == "present"}
    assert present["resting scan: found"] == "2"
    assert present["task scan: found"] == "1"
    assert present["FreeSurfer tables: found"] == "1"
    assert "T1w to MNI152NLin6Asym" in present["transforms"]
    assert present["grey matter"].endswith("res-2_label-GM_probseg.nii.gz")
    missing = {(f.what, f.where): f.detail for f in findings if f.kind == "missing"}
    assert missing["events", f"{BACK}_{MNI}_{IMAGE}"] == "needed to use the task scan"
    assert ("brain mask", left) not in missing
    assert ("events", f"{REST}_{MNI}_{IMAGE}") not in missing
