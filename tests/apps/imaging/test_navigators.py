"""Files for navigators, read again by other programs or by hand: place, side and space hold."""

from __future__ import annotations

import gzip
import importlib
import io
import re
from dataclasses import replace
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from equipoise.apps.imaging.navigators import export
from equipoise.apps.imaging.navigators.brainsight import brainsight_text, read_brainsight
from equipoise.apps.imaging.navigators.image import label_map, read_label_map
from equipoise.apps.imaging.navigators.localite import localite_text, read_localite
from equipoise.apps.imaging.navigators.marker import ORIENTATION, STAMP, Marker
from equipoise.core.errors import EquipoiseError, InputError, OutputError
from equipoise.core.nouns import PlacedPoint
from tests.apps.imaging.sample_target import NATIVE, POINT, estimate, target

TAB = "\t"
OWN = Marker("target", NATIVE, "T1w", "L")


def _nifti(data: bytes) -> nib.Nifti1Image:
    holder = nib.FileHolder(fileobj=io.BytesIO(gzip.decompress(data)))
    image = nib.Nifti1Image.from_file_map({"header": holder, "image": holder})
    assert isinstance(image, nib.Nifti1Image)
    return image


def test_every_file_is_stamped() -> None:
    found = export(target(), "sub-01_", 1)
    assert len(found.files) == 9
    assert found.left_out == ()
    for name, data in found.files.items():
        text = gzip.decompress(data) if name.endswith(".gz") else data
        assert STAMP.encode() in text, name
        assert b"/tmp" not in text


def test_coil_orientation_is_not_made_up() -> None:
    files = export(target(), "", 1).files
    for end in ("_brainsight.txt", "_InstrumentMarker.xml", "_markers.json"):
        text = next(data.decode() for name, data in files.items() if name.endswith(end))
        assert ORIENTATION in text


def test_nibabel_finds_the_ball_at_the_point_and_the_region_about_it() -> None:
    data = label_map(Marker("t", POINT, "MNI152NLin6Asym", "L"), estimate())
    image = _nifti(data)
    labels = np.asarray(image.dataobj)
    centre = nib.affines.apply_affine(image.affine, np.argwhere(labels == 1)).mean(axis=0)
    np.testing.assert_allclose(centre, POINT, atol=1e-3)
    region = nib.affines.apply_affine(image.affine, np.argwhere(labels > 0)) - POINT
    # Half-widths of the ellipsoid along its axes, to one voxel of 1 mm.
    np.testing.assert_allclose(np.abs(region).max(axis=0), (5.6, 4.2, 2.8), atol=1)
    assert int(image.header["sform_code"]) == 4
    assert image.get_data_dtype() == np.uint8


def test_an_image_in_t1w_is_no_image_in_mni() -> None:
    image = _nifti(label_map(OWN, estimate()))
    assert int(image.header["sform_code"]) == 1
    assert b"space-T1w" in bytes(image.header["descrip"])


def test_the_brainsight_file_has_the_columns_of_an_exported_one() -> None:
    # Header of a file that Brainsight 2.3.10 exported (public), with the tabs of the format.
    names = "Target Name|Loc. X|Loc. Y|Loc. Z|m0n0|m0n1|m0n2|m1n0|m1n1|m1n2|m2n0|m2n1|m2n2"
    published = "# " + names.replace("|", TAB)
    lines = brainsight_text(OWN, "NIfTI:Scanner").splitlines()
    assert lines[1] == "# Coordinate system: NIfTI:Scanner"
    assert "# Encoding: UTF-8" in lines
    assert lines[-2] == published
    cells = lines[-1].split("\t")
    assert [float(cell) for cell in cells[1:4]] == list(NATIVE)
    assert [float(cell) for cell in cells[4:]] == [1, 0, 0, 0, 1, 0, 0, 0, 1]


def test_the_reader_reads_a_file_that_brainsight_exported() -> None:
    columns = "\t".join(f"m{axis}n{part}" for axis in range(3) for part in range(3))
    row = (-37.524, -11.972, 57.554, 0.734, -0.609, 0.301, 0.467, 0.774, 0.427, -0.493, -0.172)
    text = (
        "# Version: 8\n# Coordinate system: NIfTI:Scanner\n# Created by: Brainsight 2.3.10\n"
        f"# Notes: {STAMP}\n"
        f"# Target Name\tLoc. X\tLoc. Y\tLoc. Z\t{columns}\n"
        f"Trajectory M1L\t{TAB.join(map(str, row))}\t0.853\n"
    )
    read = read_brainsight(text)
    assert read.point == (-37.524, -11.972, 57.554)
    assert read.space == "T1w"


@pytest.mark.parametrize(("space", "signs"), [("RAS", (1, 1, 1)), ("LPS", (-1, -1, 1))])
def test_localite_counts_as_its_attribute_says(space: str, signs: tuple[int, int, int]) -> None:
    text = localite_text(OWN, space)
    assert f'coordinateSpace="{space}"' in text
    written = [float(re.search(rf'data{row}3="([^"]+)"', text)[1]) for row in range(3)]  # type: ignore[index]
    assert written == [sign * value for sign, value in zip(signs, NATIVE, strict=True)]
    assert read_localite(text).point == NATIVE


def test_a_project_on_nifti_images_counts_in_ras() -> None:
    text = next(
        data.decode()
        for name, data in export(target(), "", 1).files.items()
        if "Marker.xml" in name
    )
    assert 'coordinateSpace="RAS"' in text
    assert 'data03="-41.300000"' in text  # left of the person's midline is negative


def test_the_markers_carry_the_names_of_the_draft() -> None:
    files = export(target(), "sub-01_", 1).files
    stem = "navigators/sub-01_task-planning_stimsys-tms_acq-"
    rows = files[f"{stem}MNI152NLin6Asym_markers.tsv"].decode().splitlines()
    assert rows[0].split("\t")[0] == "target_id"
    named = dict(zip(rows[0].split("\t"), rows[1].split("\t"), strict=True))
    assert [float(named[f"target_{axis}"]) for axis in "xyz"] == list(POINT)
    own = files[f"{stem}T1w_coordsystem.json"].decode()
    assert '"NIBSCoordinateSystem": "IndividualMRI"' in own
    assert '"NIBSCoordinateUnits": "mm"' in own


@pytest.mark.parametrize("made", [None, target(verdict="fall_back", reasons=("too short",))])
def test_nothing_is_exported_for_a_target_to_fall_back_from(made: Any) -> None:
    with pytest.raises(OutputError, match="verdict is to fall back") as caught:
        export(made, "", 1)
    assert isinstance(caught.value, InputError)
    assert "head measures" in str(caught.value)


def test_without_a_native_point_the_native_formats_are_left_out_with_the_reason() -> None:
    place = PlacedPoint("T1w", None, "no transform leads from MNI152NLin6Asym to T1w")
    found = export(target(places=(place,)), "", 1)
    assert not any(name.endswith((".txt", ".xml")) for name in found.files)
    (reason,) = found.left_out
    assert "no transform leads" in reason
    assert "--t1w-xfm" in reason


@pytest.mark.parametrize(("code", "words"), [(None, "no --t1w"), (4, "its code is 4")])
def test_brainsight_needs_the_name_of_its_coordinates(code: int | None, words: str) -> None:
    found = export(target(), "", code)
    assert not any(name.endswith("_brainsight.txt") for name in found.files)
    assert any(name.endswith(".xml") for name in found.files)
    assert words in found.left_out[0]


def test_the_name_of_the_coordinates_follows_the_header() -> None:
    for code, name in ((1, "NIfTI:Scanner"), (2, "NIfTI:Aligned")):
        files = export(target(), "", code).files
        text = next(data for path, data in files.items() if path.endswith("_brainsight.txt"))
        assert f"# Coordinate system: {name}\n".encode() in text


def test_a_native_target_is_exported_in_its_own_space_alone() -> None:
    made = target(space="T1w", point=NATIVE, places=())
    names = export(made, "", 1).files
    assert all("MNI" not in name for name in names)
    assert any(name.endswith("_brainsight.txt") for name in names)


WRITERS = ("label_map", "markers_tsv", "localite_text", "brainsight_text")


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    "wrong",
    [
        lambda m: replace(m, point=(-m.point[0], *m.point[1:])),
        lambda m: replace(m, point=(m.point[0], m.point[1], m.point[2] + 1.0)),
    ],
    ids=["mirrored", "moved"],
)
def test_a_file_that_does_not_hold_the_target_stops_the_export(
    monkeypatch: pytest.MonkeyPatch, writer: str, wrong: Any
) -> None:
    module = importlib.import_module(export.__module__)
    right = getattr(module, writer)
    monkeypatch.setattr(module, writer, lambda marker, *more: right(wrong(marker), *more))
    with pytest.raises(EquipoiseError, match="nothing was kept") as caught:
        export(target(), "", 1)
    assert not isinstance(caught.value, InputError)  # a fault of ours, not of the input


@pytest.mark.parametrize("writer", ["label_map", "coordsystem_json", "localite_text"])
def test_a_file_of_another_space_stops_the_export(
    monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    module = importlib.import_module(export.__module__)
    right = getattr(module, writer)

    def renamed(marker: Marker, *more: Any) -> Any:
        return right(replace(marker, space="MNI152NLin2009cAsym"), *more)

    monkeypatch.setattr(module, writer, renamed)
    with pytest.raises(EquipoiseError, match="nothing was kept"):
        export(target(), "", 1)


def test_a_left_target_on_the_right_is_never_written() -> None:
    flipped = target(point=(38.4, 41.2, 27.9))
    with pytest.raises(EquipoiseError, match="same side"):
        export(flipped, "", 1)


def test_a_label_map_without_a_ball_is_refused() -> None:
    data = bytearray(gzip.decompress(label_map(OWN, estimate())))
    data[352:] = bytes(len(data) - 352)
    with pytest.raises(EquipoiseError, match="does not hold the target"):
        read_label_map(gzip.compress(bytes(data)))


def test_the_same_target_gives_the_same_bytes() -> None:
    assert export(target(), "sub-01_", 1) == export(target(), "sub-01_", 1)
