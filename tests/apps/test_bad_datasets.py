"""Datasets as they are found: links without content, several spaces, folders in the way."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.apps.cli import main
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


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command and returns exit code, stdout and stderr."""

    def go(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return int(caught.value.code or 0), shown.out, shown.err

    return go


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


def test_an_image_in_an_unknown_space_alone_is_a_fault(run: Run, dataset: Path) -> None:
    _copy_space(dataset, "space-T1w_")
    for part in PARTS[:3]:
        (dataset / part).unlink()
    code, told, _ = run("check", dataset, *DATE)
    assert code == 2
    assert "space without coordinates" in told


def test_a_bad_folder_does_not_hide_a_broken_scan_of_another(run: Run, dataset: Path) -> None:
    (dataset / "sub-a_b").mkdir()
    (dataset / PARTS[0]).write_bytes(b"no image")
    code, told, _ = run("check", dataset, *DATE)
    assert code == 2
    assert "a label has letters and digits only" in told
    assert "this is not a NIfTI image" in told
