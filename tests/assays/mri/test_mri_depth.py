"""Depth from the scalp on heads whose geometry is known, and on nilearn's bare template brain."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.assays.mri.image.header import Grid
from equipoise.assays.mri.target.depth import Head, head_of, read_head
from equipoise.assays.mri.target.f3 import f3_distance, fall_back
from equipoise.core.errors import RecordingError

SPACING = 2.5
SIZE = 78
CENTRE = np.array([0.0, 0.0, 0.0])
SCALP, BONE, BRAIN = 84.0, 78.0, 70.0
AFFINE = np.diag([SPACING, SPACING, SPACING, 1.0])
AFFINE[:3, 3] = -SPACING * (SIZE - 1) / 2


def _radius(affine: NDArray[np.float64]) -> NDArray[np.float64]:
    index = np.stack(np.meshgrid(*(np.arange(SIZE),) * 3, indexing="ij"), axis=-1)
    return np.asarray(np.linalg.norm(index @ affine[:3, :3].T + affine[:3, 3] - CENTRE, axis=-1))


def _ball_head(affine: NDArray[np.float64] = AFFINE) -> NDArray[np.float32]:
    """Return three balls: bright scalp, dark bone, bright brain; noise in the air."""
    radius = _radius(affine)
    noise = np.abs(np.random.default_rng(1).normal(0, 10, radius.shape))
    image = np.where(radius <= SCALP, 500, noise)
    image = np.where(radius <= BONE, 60 + noise, image)
    return np.where(radius <= BRAIN, 700, image).astype(np.float32)


@pytest.fixture(scope="module")
def ball() -> Head:
    """Return the head of three balls."""
    return head_of(_ball_head(), _grid(), "T1w")


def _grid(affine: NDArray[np.float64] = AFFINE) -> Grid:
    return Grid((SIZE, SIZE, SIZE), affine)


@pytest.mark.parametrize("point", [(-50.0, 20.0, 25.0), (-38.0, 44.0, 26.0), (0.0, 0.0, 60.0)])
def test_depth_in_a_ball_is_the_radius_left(ball: Head, point: tuple[float, float, float]) -> None:
    depth = ball.depth(point)
    assert depth.unit == "mm"
    # A voxel of 2.5 mm: the border is known to half a voxel along each axis.
    assert depth.value == pytest.approx(SCALP - np.linalg.norm(point), abs=SPACING)
    assert depth.standard_error is not None
    assert depth.standard_error >= SPACING / 2


def test_an_axis_to_the_left_changes_nothing() -> None:
    flipped = AFFINE.copy()
    flipped[0] = [-SPACING, 0, 0, SPACING * (SIZE - 1) / 2]
    shifted = _ball_head()
    shifted[:24] *= 0.99  # not quite symmetrical
    straight = head_of(shifted, _grid(), "T1w").depth((-40.0, 30.0, 20.0))
    turned = head_of(shifted[::-1], _grid(flipped), "T1w").depth((-40.0, 30.0, 20.0))
    assert turned.value == pytest.approx(straight.value, abs=1e-6)


def test_a_neck_cut_by_the_image_lets_no_air_in() -> None:
    image = _ball_head()
    radius = np.hypot(*np.meshgrid(*(np.arange(SIZE) * SPACING + AFFINE[0, 3],) * 2, indexing="ij"))
    neck = radius < 40
    image[neck, :20] = 500
    image[radius < 12, :16] = 20  # the windpipe, open at the lower face
    image[radius < 12, 16:19] = 60
    depth = head_of(image, _grid(), "T1w").depth((-38.0, 44.0, 26.0))
    assert depth.value == pytest.approx(SCALP - np.linalg.norm((-38, 44, 26)), abs=SPACING)


def test_a_hole_in_the_scalp_is_bridged() -> None:
    image = _ball_head()
    middle = SIZE // 2
    image[:9, middle : middle + 2, middle : middle + 2] = 0  # a channel of 5 mm through the scalp
    depth = head_of(image, _grid(), "T1w").depth((-38.0, 44.0, 26.0))
    assert depth.value == pytest.approx(SCALP - np.linalg.norm((-38, 44, 26)), abs=SPACING)


def test_nilearns_bare_template_is_refused() -> None:
    spec = find_spec("nilearn")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "datasets/data"
    path = folder / "mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz"
    with pytest.raises(RecordingError, match="no scalp and skull"):
        read_head(str(path), path.name)


def test_a_bare_ball_is_refused() -> None:
    bare = np.where(_radius(AFFINE) <= BRAIN, 700, 0).astype(np.float32)
    with pytest.raises(RecordingError, match="before the skull was stripped"):
        head_of(bare, _grid(), "T1w")


def test_a_point_outside_the_head_is_refused(ball: Head) -> None:
    for point in ((0.0, 0.0, 95.0), (0.0, 0.0, 400.0)):
        with pytest.raises(RecordingError, match="does not lie in the head"):
            ball.depth(point)


@pytest.mark.parametrize("fill", [0.0, np.nan])
def test_an_empty_image_is_refused(fill: float) -> None:
    with pytest.raises(RecordingError, match="holds nothing"):
        head_of(np.full((SIZE,) * 3, fill, dtype=np.float32), _grid(), "T1w")


def test_a_functional_image_is_no_t1w(tmp_path: Path) -> None:
    path = tmp_path / "bold.nii.gz"
    image = nib.Nifti1Image(np.zeros((4, 4, 4, 3), dtype=np.int16), np.eye(4))
    image.set_sform(np.eye(4), 1)
    image.to_filename(path)
    with pytest.raises(RecordingError, match="three dimensions"):
        read_head(str(path), path.name)


def test_distance_to_f3_by_hand() -> None:
    # (-37, 26, 49) is the row; 3, 4 and 12 mm away along the axes make 13 mm.
    assert f3_distance((-34.0, 30.0, 61.0)) == pytest.approx(13.0)


def test_the_fall_back_names_three_measures_and_no_formula() -> None:
    found = fall_back()
    assert len(found.measures) == 3
    assert found.steps[-1].endswith("the place for the coil")
    assert "not part of Equipoise" in found.note
