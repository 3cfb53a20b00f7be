"""What an adversary hands to `equipoise target`: wrong spaces, sides, people, and stale files."""

from __future__ import annotations

import gzip
import json
import re
import struct
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from equipoise.apps.imaging.given import Given, recordings
from equipoise.apps.imaging.navigators import export
from equipoise.apps.imaging.navigators.brainsight import brainsight_text, read_brainsight
from equipoise.apps.imaging.navigators.image import label_map, read_label_map
from equipoise.apps.imaging.navigators.marker import STAMP, Marker
from equipoise.apps.imaging.target_document import Asked, target_document
from equipoise.apps.imaging.target_text import target_text
from equipoise.core.errors import EquipoiseError, InputError, OutputError
from equipoise.core.nouns import PlacedPoint
from tests.apps.imaging.conftest import Run
from tests.apps.imaging.sample_target import NATIVE, estimate, target

SPACE = "MNI152NLin6Asym"


def _ball(folder: Path, name: str, centre: tuple[float, float, float], code: int = 1) -> Path:
    """Write a ball of 10 mm on a grid about the origin."""
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    affine[:3, 3] = -100
    index = np.stack(np.meshgrid(*(np.arange(51),) * 3, indexing="ij"), axis=-1)
    near = np.linalg.norm(index * 4.0 - 100 - np.array(centre), axis=-1) <= 10
    image = nib.Nifti1Image(near.astype(np.uint8), affine)
    image.set_sform(affine, code)
    image.set_qform(affine, code)
    image.to_filename(folder / name)
    return folder / name


def _refused(scans: ModuleType, files: Any, run: Run, tmp: Path, *more: object) -> str:
    line = scans.arguments(files, [str(part) for part in more], tmp / "out")
    code, out, err = run(*line)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert not list(tmp.rglob("navigators"))
    return str(err)


@pytest.mark.parametrize(
    "case",
    [
        ("--t1w", f"sub-01_space-{SPACE}_desc-preproc_T1w.nii.gz", "contradict each other"),
        ("--t1w", "sub-02_T1w.nii.gz", "more than one person"),
        ("--grey-matter", "sub-01_label-GM_probseg.nii.gz", "lies in the person's T1w image"),
        ("--grey-matter", "sub-01_space-T1w_label-GM_probseg.nii.gz", "contradict each other"),
        ("--reference-map", "tpl-MNI152NLin2009cAsym_map.nii.gz", "in another space than"),
        ("--reference-map", f"sub-02_space-{SPACE}_map.nii.gz", "more than one person"),
        ("--surface", "sub-02_hemi-L_midthickness.surf.gii", "more than one person"),
        ("--mask", "sub-01_space-MNI152NLin2009cAsym_desc-brain_mask.nii.gz", "contradict each"),
    ],
)
def test_a_file_of_another_space_or_person_is_refused(
    case: tuple[str, str, str], scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    option, name, words = case
    path = _ball(tmp_path, "ball.nii.gz", (6, 16, -10)).rename(tmp_path / name)
    assert words in _refused(scans, files, run, tmp_path, option, path)


def test_a_t1w_image_whose_header_names_a_template_is_refused(
    scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    path = _ball(tmp_path, "sub-01_T1w.nii.gz", (0, 0, 0), code=4)
    assert "its header names a template" in _refused(scans, files, run, tmp_path, "--t1w", path)


def test_a_run_of_a_template_is_not_taken_for_a_native_one(
    scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    bold = files.bold.rename(files.bold.with_name("sub-01_task-rest_bold.nii.gz"))
    mask = files.mask.rename(files.mask.with_name("sub-01_mask.nii.gz"))
    more = ("--bold", bold, "--mask", mask, "--space", "T1w")
    said = _refused(scans, files, run, tmp_path, *more)
    assert "--space T1w --bold sub-01_task-rest_bold.nii.gz: the image is not in the" in said


def test_a_t1w_image_whose_sides_contradict_is_refused(
    scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    path = _ball(tmp_path, "sub-01_T1w.nii.gz", (0, 0, 0))
    image: Any = nib.load(path)
    image.set_qform(np.diag([-1.0, 1, 1, 1]) @ image.affine, 1)
    other = tmp_path / "sub-01_desc-turned_T1w.nii.gz"
    image.to_filename(other)
    assert "contradict each other" in _refused(scans, files, run, tmp_path, "--t1w", other)


@pytest.mark.parametrize("x", [-6, 6])
def test_a_seed_on_the_other_side_is_refused_before_anything_is_measured(
    x: int, scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    region, side = ("sgacc_r", "R") if x < 0 else ("sgacc_l", "L")
    path = _ball(tmp_path, f"tpl-{SPACE}_mask.nii.gz", (x, 16, -10))
    said = _refused(scans, files, run, tmp_path, "--region", f"{region}={path}")
    assert "on the other side of the head" in said
    assert f"side {side}" in said


def test_a_transform_that_cannot_be_read_is_refused(
    scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / f"sub-01_from-{SPACE}_to-T1w_mode-image_xfm.h5"
    path.write_bytes(b"no such file")
    said = _refused(scans, files, run, tmp_path, "--t1w-xfm", path)
    assert "the transform cannot be read" in said
    assert str(tmp_path) not in said


def test_confounds_of_another_run_are_refused(
    scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    paths = {
        "--bold": (files.bold, f"sub-01_task-rest_run-1_space-{SPACE}_desc-preproc_bold.nii.gz"),
        "--confounds": (files.confounds, "sub-01_task-rest_run-2_desc-confounds_timeseries.tsv"),
    }
    more = [x for key, (old, new) in paths.items() for x in (key, old.rename(old.with_name(new)))]
    assert "name different runs" in _refused(scans, files, run, tmp_path, *more)


def test_no_navigator_file_of_an_earlier_run_outlives_its_answer(
    scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    approved = ["--approved-by", "Dr Example", "--method", "classic"]
    code, _, err = run(*scans.arguments(files, approved, out))
    assert code == 0, err
    assert list((out / "navigators").iterdir())
    assert list(out.glob("*probseg*"))
    other = out / "navigators" / "notes.txt"
    other.write_text("somebody else's")
    scans._short(files)
    code, printed, err = run(*scans.arguments(files, ["--method", "classic"], out))
    assert code == 0
    assert json.loads(printed)["verdict"] == "fall_back"
    assert list((out / "navigators").iterdir()) == [other]
    assert not list(out.glob("*probseg*"))
    assert err.count("removed, of an earlier run: ") == 5
    log = (out / "logs" / "equipoise.log").read_text(encoding="utf-8")
    assert len(set(re.findall(r"INFO (\S+), of an earlier run, was removed", log))) == 5


def test_data_with_a_notice_about_themselves_give_no_navigator_file(
    scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    description = {"Name": "a", "BIDSVersion": "1.9.0", "Notice": "made up"}
    (files.bold.parent / "dataset_description.json").write_text(json.dumps(description))
    more = ("--approved-by", "Dr Example", "--method", "classic")
    said = _refused(scans, files, run, tmp_path, *more)
    assert "notice about itself; got made up" in said


def test_a_native_target_that_the_t1w_image_does_not_hold_is_not_exported() -> None:
    place = PlacedPoint("T1w", None, "refused: outside")
    with pytest.raises(OutputError, match="no place in the T1w image; got refused: outside"):
        export(target(space="T1w", point=NATIVE, places=(place,)), "", 1)


def test_the_other_form_of_the_label_map_is_read_back_too() -> None:
    marker = Marker("t", NATIVE, "T1w", "L")
    image = nib.Nifti1Image.from_bytes(gzip.decompress(label_map(marker, estimate())))
    flipped = np.diag([-1.0, 1, 1, 1]) @ image.affine
    image.set_qform(flipped, 1)
    with pytest.raises(EquipoiseError, match="does not hold the target"):
        read_label_map(gzip.compress(image.to_bytes()))


@pytest.mark.parametrize(("offset", "kind", "value"), [(76, "<f", -1.0), (123, "<B", 3)])
def test_a_turned_axis_and_other_units_are_seen(offset: int, kind: str, value: float) -> None:
    """Offsets of NIfTI-1: the sign of the quaternion's third axis, and the unit (micrometres)."""
    raw = bytearray(gzip.decompress(label_map(Marker("t", NATIVE, "T1w", "L"), estimate())))
    struct.pack_into(kind, raw, offset, value)
    with pytest.raises(EquipoiseError, match="does not hold the target"):
        read_label_map(gzip.compress(bytes(raw)))


def test_the_brainsight_reader_takes_the_space_from_the_file() -> None:
    text = brainsight_text(Marker("t", NATIVE, SPACE, "L"), "NIfTI:Scanner")
    assert read_brainsight(text).space == SPACE


def test_a_positive_point_says_so_wherever_it_goes() -> None:
    made = target(estimates=(estimate(sign="positive"),))
    files = export(made, "", 1).files
    for name, data in files.items():
        if name.endswith((".xml", "_brainsight.txt", "_markers.tsv")):
            assert b"POSITIVE_VERIFY" in data, name
    document = target_document((made,), Asked(None, "2026-03-02", 1, SPACE))
    assert "most POSITIVE" in target_text(document)


def test_no_answer_reads_as_leave_to_stimulate() -> None:
    asked = Asked(None, "2026-03-02", 1, SPACE)
    for verdict in ("use", "use_with_caution"):
        document = target_document((target(verdict=verdict),), asked)
        assert document["stamp"] == STAMP
        assert "whether to stimulate is not decided here" in target_text(document)
    back = target_text(target_document((target(verdict="fall_back"),), asked))
    assert back.count("(not to be aimed at)") == 2
    assert "PLACES" not in back
    assert "the point of the verdict" not in back
    noted = replace(asked, notices=("made up",))
    assert "for no use on a person" in target_text(target_document((target(),), noted))


def test_each_left_series_gets_the_right_one_of_its_own_run(tmp_path: Path) -> None:
    def made(name: str) -> Path:
        (tmp_path / name).write_text(name)
        return tmp_path / name

    left, right, tables = (
        tuple(made(f"sub-01_task-rest_run-{run}_{end}") for run in (1, 2))
        for end in (
            "hemi-L_space-fsaverage5_bold.func.gii",
            "hemi-R_space-fsaverage5_bold.func.gii",
            "desc-confounds_timeseries.tsv",
        )
    )
    given = Given(left, tables, (), 2.0, "fsaverage5", surfaces=right[::-1])
    assert [one.surfaces for one in recordings(given)] == [(str(one),) for one in right]
    with pytest.raises(InputError, match="no single series of the right hemisphere"):
        recordings(replace(given, surfaces=right[:1]))
