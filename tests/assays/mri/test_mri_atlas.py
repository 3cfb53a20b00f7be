"""Masks and atlases in place of published spheres: compared with nibabel's resampling."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from equipoise.assays.mri.image.atlas import read_given
from equipoise.assays.mri.image.header import Grid
from equipoise.assays.mri.image.places import VoxelPlaces, volume_places
from equipoise.core.errors import RecordingError

NLIN6 = "MNI152NLin6Asym"


def grid_of(spacing: float, shape: tuple[int, int, int], origin: tuple[float, ...]) -> Grid:
    affine = np.diag([spacing, spacing, spacing, 1.0])
    affine[:3, 3] = origin
    return Grid(shape, affine)


def places_of(grid: Grid, space: str = NLIN6) -> VoxelPlaces:
    inside = np.ones(int(np.prod(grid.shape)), dtype=bool)
    return volume_places(grid, space, inside, (), "bold")


IMAGE = grid_of(3.0, (50, 60, 50), (-74.0, -100.0, -60.0))
ATLAS = grid_of(2.0, (91, 109, 91), (-90.0, -126.0, -72.0))


def write(path: Path, grid: Grid, data: Any) -> str:
    import nibabel as nib

    image = nib.Nifti1Image(data, grid.affine)
    image.set_sform(grid.affine, 4)
    image.set_qform(grid.affine, 4)
    image.to_filename(path)
    return str(path)


def labels() -> Any:
    """Return an atlas: 1 is a ball on the left, 2 its mirror image, 7 reaches out of IMAGE."""
    index = np.stack(np.meshgrid(*(np.arange(n) for n in ATLAS.shape), indexing="ij"), axis=-1)
    mm = index @ ATLAS.affine[:3, :3].T + ATLAS.affine[:3, 3]
    data = np.zeros(ATLAS.shape, dtype=np.int16)
    for label, point in ((1, (-40, 30, 30)), (2, (40, 30, 30)), (7, (-40, 30, 88))):
        data[((mm - point) ** 2).sum(axis=-1) <= 100] = label
    return data


@pytest.fixture
def atlas(tmp_path: Path) -> str:
    return write(tmp_path / f"tpl-{NLIN6}_res-02_dseg.nii.gz", ATLAS, labels())


@pytest.mark.filterwarnings("ignore")
def test_a_label_is_resampled_to_the_nearest_voxel(atlas: str) -> None:
    """The same elements as nibabel's resampling by nearest neighbours."""
    import nibabel as nib
    from nibabel.processing import resample_from_to

    (given,) = read_given((("dlpfc_ba46_l", atlas, 1),))
    found = given.locate(places_of(IMAGE), np.ones(150000, dtype=bool), "bold")
    moved = resample_from_to(nib.load(atlas), (IMAGE.shape, IMAGE.affine), order=0)
    expected = np.flatnonzero(np.asarray(moved.dataobj).ravel(order="F") == 1)
    # Centres half-way between two voxels of the atlas may be rounded either way.
    assert len(np.setxor1d(found.voxels, expected)) <= 0.03 * len(expected)
    assert found.coverage(len(found.voxels)) == 1
    assert len(found.voxels) * 27 == pytest.approx(4189, rel=0.1)  # a ball of 10 mm


def test_the_mask_of_the_brain_takes_its_part(atlas: str) -> None:
    (given,) = read_given((("dlpfc_ba46_l", atlas, 1),))
    inside = np.ones(150000, dtype=bool)
    whole = given.locate(places_of(IMAGE), inside, "bold").voxels
    inside[whole[::2]] = False
    left = given.locate(places_of(IMAGE), inside, "bold")
    assert left.coverage(len(left.voxels)) == pytest.approx(0.5, abs=0.01)


def test_what_lies_outside_the_field_of_view_counts_as_missed(atlas: str) -> None:
    """The image ends at z = 88.5, through the middle of the ball about z = 88."""
    (given,) = read_given((("dlpfc_ba46_l", atlas, 7),))
    found = given.locate(places_of(IMAGE), np.ones(150000, dtype=bool), "bold")
    assert found.coverage(len(found.voxels)) == pytest.approx(0.55, abs=0.08)


def test_a_mask_takes_what_is_above_one_half(tmp_path: Path) -> None:
    data = np.where(labels() == 1, 0.7, 0.3).astype(np.float32)
    path = write(tmp_path / "mine.nii.gz", ATLAS, data)
    (given,) = read_given((("dlpfc_ba46_l", path, 0),))
    found = given.locate(places_of(IMAGE), np.ones(150000, dtype=bool), "bold")
    assert len(found.voxels) * 27 == pytest.approx(4189, rel=0.1)
    assert "its name tells no space, it was taken as MNI" in given.note
    with pytest.raises(RecordingError, match="no atlas of labels"):
        read_given((("dlpfc_ba46_l", path, 1),))


def test_the_other_template_is_refused(atlas: str) -> None:
    (given,) = read_given((("dlpfc_ba46_l", atlas, 1),))
    with pytest.raises(
        RecordingError, match=f"another space.*got {NLIN6}; allowed: MNI152NLin2009c"
    ):
        given.locate(places_of(IMAGE, "MNI152NLin2009cAsym"), np.ones(150000, dtype=bool), "bold")


def test_a_label_on_the_other_side_is_refused(atlas: str) -> None:
    (given,) = read_given((("dlpfc_ba46_l", atlas, 2),))
    with pytest.raises(
        RecordingError, match="on the other side of the head, or on both; got centre at x = 40"
    ):
        given.locate(places_of(IMAGE), np.ones(150000, dtype=bool), "bold")


def test_a_mask_of_both_sides_is_refused(tmp_path: Path) -> None:
    both = write(tmp_path / f"tpl-{NLIN6}_mask.nii.gz", ATLAS, np.minimum(labels() % 7, 1))
    (given,) = read_given((("dlpfc_ba46_l", both, 0),))
    with pytest.raises(RecordingError, match=r"or on both; got centre at x = [-]?0 mm"):
        given.locate(places_of(IMAGE), np.ones(150000, dtype=bool), "bold")


def test_an_empty_label_is_refused(atlas: str) -> None:
    with pytest.raises(RecordingError, match="does not hold this label; got 3; allowed: 1, 2, 7"):
        read_given((("dlpfc_ba46_l", atlas, 3),))


def test_an_empty_mask_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "zero.nii.gz", ATLAS, np.zeros(ATLAS.shape, dtype=np.uint8))
    with pytest.raises(RecordingError, match=r"zero\.nii\.gz: the mask is empty"):
        read_given((("dlpfc_ba46_l", path, 0),))


def test_unknown_and_doubled_regions_are_refused(atlas: str) -> None:
    with pytest.raises(RecordingError, match="there is no such region; got prefrontal"):
        read_given((("prefrontal", atlas, 1),))
    with pytest.raises(RecordingError, match="given twice; got sgacc_r"):
        read_given((("sgacc_r", atlas, 1), ("sgacc_r", atlas, 2)))


def test_a_file_with_time_is_no_atlas(tmp_path: Path) -> None:
    data = np.zeros((3, 3, 3, 2), dtype=np.uint8)
    path = write(tmp_path / "four.nii.gz", grid_of(2.0, (3, 3, 3), (0, 0, 0)), data)
    with pytest.raises(RecordingError, match="three dimensions"):
        read_given((("sgacc_r", path, 1),))


def _native() -> VoxelPlaces:
    """Return an image whose own space lies 60 mm to the right of MNI."""
    grid = grid_of(3.0, IMAGE.shape, tuple(IMAGE.affine[:3, 3] + (60, 0, 0)))
    inside = np.ones(int(np.prod(grid.shape)), dtype=bool)
    moved = volume_places(grid, NLIN6, inside, (), "bold")
    return replace(moved, space="T1w", warp=lambda points: points - (60, 0, 0))


@pytest.mark.parametrize(("label", "fits"), [(1, True), (2, False)])
def test_the_side_of_a_native_mask_is_judged_in_mni(label: int, fits: bool, tmp_path: Path) -> None:
    """Both balls lie right of this image's zero; only one of them lies left in the brain."""
    own = grid_of(2.0, ATLAS.shape, tuple(ATLAS.affine[:3, 3] + (60, 0, 0)))
    path = write(tmp_path / "sub-01_space-T1w_dseg.nii.gz", own, labels())
    (given,) = read_given((("dlpfc_ba46_l", path, label),))
    inside = np.ones(150000, dtype=bool)
    if fits:
        assert len(given.locate(_native(), inside, "bold").voxels) > 100
        return
    with pytest.raises(RecordingError, match="on the other side of the head"):
        given.locate(_native(), inside, "bold")


def test_a_mask_without_a_space_is_not_taken_for_a_native_image(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.nii.gz", ATLAS, labels())
    (given,) = read_given((("dlpfc_ba46_l", path, 1),))
    with pytest.raises(RecordingError, match=r"tells no space, and the image is in T1w"):
        given.locate(_native(), np.ones(150000, dtype=bool), "bold")
