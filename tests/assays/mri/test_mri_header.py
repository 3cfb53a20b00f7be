"""What the header says about sides, space and time; contradictions are refused."""

from __future__ import annotations

import contextlib
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.assays.mri.image.header import ImageHeader, parse_header, repetition_time
from equipoise.core.errors import RecordingError

RAS = np.array([[3.0, 0, 0, -30], [0, 3, 0, -40], [0, 0, 3, -50], [0, 0, 0, 1]])
LAS = RAS @ np.array([[-1.0, 0, 0, 20], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])


def raw(**changes: Any) -> nib.Nifti1Header:
    header = nib.Nifti1Header()
    header.set_data_shape(changes.get("shape", (21, 27, 33, 100)))
    header.set_data_dtype(changes.get("dtype", np.int16))
    header.set_sform(changes.get("sform", RAS), changes.get("scode", 4))
    header.set_qform(changes.get("qform", RAS), changes.get("qcode", 4))
    header.set_xyzt_units("mm", changes.get("unit", "sec"))
    if header["dim"][0] > 3:
        header["pixdim"][4] = changes.get("time", 2.0)
    header["magic"] = b"n+1"
    header["vox_offset"] = 352
    return header


def parsed(header: nib.Nifti1Header) -> ImageHeader:
    return parse_header(bytes(header.binaryblock) + bytes(200), "bold")


def test_a_left_handed_grid_keeps_its_world_coordinates() -> None:
    """The x axis may run either way: voxel i and its mirror image lie at the same mm."""
    ras, las = parsed(raw()).grid, parsed(raw(sform=LAS, qform=LAS)).grid
    index = np.array([[0, 1, 2], [20, 5, 6]])
    mirrored = index * [-1, 1, 1] + [20, 0, 0]
    np.testing.assert_allclose(ras.to_mm(index), las.to_mm(mirrored))


def test_forms_that_contradict_each_other_are_refused() -> None:
    """The one sign of a flip that a file can show (hazard HZ-24)."""
    with pytest.raises(RecordingError, match="contradict each other") as caught:
        parsed(raw(qform=LAS))
    assert "sides of the head are not sure" in str(caught.value)


def test_rounding_of_quaternions_is_no_contradiction() -> None:
    turned = nib.affines.from_matvec(nib.eulerangles.euler2mat(0.1, 0.2, 0.3) * 3, [-30, -40, -50])
    header = parsed(raw(sform=turned, qform=turned))
    np.testing.assert_allclose(header.grid.affine, turned, atol=1e-5)
    assert header.notes == ()


@pytest.mark.parametrize(("missing", "left"), [("scode", "qform"), ("qcode", "sform")])
def test_one_form_alone_is_used_and_noted(missing: str, left: str) -> None:
    header = parsed(raw(**{missing: 0}))
    np.testing.assert_allclose(header.grid.affine, RAS)
    assert f"only the {left} is set" in header.notes[0]


def test_no_form_is_refused() -> None:
    with pytest.raises(RecordingError, match="both uncoded"):
        parsed(raw(scode=0, qcode=0))


def test_a_flat_affine_is_refused() -> None:
    with pytest.raises(RecordingError, match="no affine in space"):
        parsed(raw(sform=np.diag([3.0, 3, 0, 1])))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shape": (21, 27)}, "other dimensions"),
        ({"shape": (21, 27, 33, 10, 2)}, "other dimensions"),
        ({"dtype": np.complex64}, "not read"),
    ],
)
def test_layouts_that_are_not_read(change: dict[str, Any], message: str) -> None:
    with pytest.raises(RecordingError, match=message):
        parsed(raw(**change))


def test_a_pair_of_files_and_a_grid_in_metres_are_refused() -> None:
    pair = raw()
    pair["magic"] = b"ni1"
    with pytest.raises(RecordingError, match="two files"):
        parsed(pair)
    metres = raw()
    metres.set_xyzt_units("meter", "sec")
    with pytest.raises(RecordingError, match="not in mm"):
        parsed(metres)


def test_a_zero_handedness_is_read_as_the_standard_says() -> None:
    header = raw()
    header["pixdim"][0] = 0
    np.testing.assert_allclose(parsed(header).grid.affine, RAS)


@pytest.mark.parametrize(
    ("time", "unit", "seconds"),
    [(1.4, "sec", 1.4), (1400, "msec", 1.4), (1_400_000, "usec", 1.4), (0, "sec", None)],
)
def test_the_unit_of_time_is_read(time: float, unit: str, seconds: float | None) -> None:
    assert parsed(raw(time=time, unit=unit)).repetition_time == seconds


def test_a_three_dimensional_image_has_no_time() -> None:
    header = parsed(raw(shape=(21, 27, 33)))
    assert (header.has_time, header.volumes, header.repetition_time) == (False, 1, None)


@pytest.mark.parametrize(
    ("in_header", "sidecar", "expected"),
    [(2.0, 2.0, 2.0), (0.0, 1.4, 1.4), (2.0, None, 2.0), (2.005, 2.0, 2.0)],
)
def test_sidecar_and_header_agree(in_header: float, sidecar: float | None, expected: float) -> None:
    seconds, notes = repetition_time(parsed(raw(time=in_header)), sidecar, "bold")
    assert seconds == expected
    assert bool(notes) == (in_header == 0 or sidecar is None)


@pytest.mark.parametrize(
    ("in_header", "sidecar", "message"),
    [
        (0.0, None, "no repetition time"),
        (2.0, 0.0, "no repetition time"),
        (2.0, -2.0, "no repetition time"),
        (2.0, float("nan"), "no repetition time"),
        (2000.0, 2.0, "different repetition times"),
        (2.0, 2000.0, "different repetition times"),
        (0.0, 2000.0, "band cannot be seen"),
        (1.0, 2.0, "different repetition times"),
    ],
)
def test_times_that_cannot_be_used(in_header: float, sidecar: float | None, message: str) -> None:
    with pytest.raises(RecordingError, match=message) as caught:
        repetition_time(parsed(raw(time=in_header)), sidecar, "bold")
    assert "field RepetitionTime" in str(caught.value)


@given(
    changes=st.lists(st.tuples(st.integers(0, 347), st.integers(0, 255)), min_size=1, max_size=4)
)
@settings(max_examples=300, deadline=None)
def test_a_damaged_header_is_refused_or_read_but_never_crashes(
    changes: list[tuple[int, int]],
) -> None:
    content = bytearray(bytes(raw().binaryblock) + bytes(200))
    for place, value in changes:
        content[place] = value
    with contextlib.suppress(RecordingError):
        header = parse_header(bytes(content), "bold")
        assert np.isfinite(header.grid.affine).all()
        assert header.volumes >= 1
