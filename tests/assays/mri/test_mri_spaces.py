"""Points through transforms: the direction, the sides, chains, inversion, refusals.

The files are written here as ITK writes them (HDF5 composite, text affine): x to the left, y to
the back, the last transform of a composite is applied first. What a transform does to an image is
asked of nitransforms' own resampling, what it does to a point is worked out by hand in ITK's
coordinates.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.assays.mri.image.header import Grid
from equipoise.assays.mri.image.places import touching, volume_places
from equipoise.assays.mri.image.placing import check_pairs, place_in_spaces
from equipoise.assays.mri.image.spaces import (
    chain_words,
    check_transform,
    map_points,
    warp_between,
)
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import SpaceTransform
from equipoise.core.tables import load_table

NLIN6, NLIN2009 = "MNI152NLin6Asym", "MNI152NLin2009cAsym"
Array = NDArray[np.float64]

# In ITK's coordinates (LPS), asymmetric in every axis so that no slip cancels out.
MATRIX = np.array([[1.08, 0.05, -0.02], [-0.03, 0.94, 0.06], [0.01, -0.04, 1.05]])
SHIFT = np.array([3.0, -7.0, 11.0])
ORIGIN, SPACING, SIZE = np.array([-96.0, -134.0, -78.0]), 8.0, (25, 30, 25)


def bump(points: Array) -> Array:
    """Displacement in mm at points, both LPS: smooth, other in each axis, linear in z."""
    x, y, z = np.moveaxis(points, -1, 0)
    ones = np.ones_like(x)
    return np.stack([4 * ones + 0.05 * z, -6 * ones + 0.04 * x, 2 * ones - 0.03 * y], axis=-1)


def write_h5(path: Path, *, affine: bool = True, field: bool = True, scale: float = 1.0) -> str:
    """Write a composite as ITK does: parameters of a field with the component running fastest."""
    import h5py

    axes = [ORIGIN[n] + SPACING * np.arange(SIZE[n]) for n in range(3)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    parameters = np.moveaxis(scale * bump(grid), -1, 0).ravel(order="F")
    fixed = np.concatenate([SIZE, ORIGIN, [SPACING] * 3, np.eye(3).ravel()]).astype(float)
    with h5py.File(path, "w") as file:
        group = file.create_group("TransformGroup")
        group.create_group("0")["TransformType"] = [b"CompositeTransform_double_3_3"]
        number = 1
        if affine:
            part = group.create_group(str(number))
            part["TransformType"] = [b"AffineTransform_double_3_3"]
            part["TransformParameters"] = np.concatenate([MATRIX.ravel(), SHIFT])
            part["TransformFixedParameters"] = np.zeros(3)
            number += 1
        if field:
            part = group.create_group(str(number))
            part["TransformType"] = [b"DisplacementFieldTransform_double_3_3"]
            part["TransformParameters"] = parameters
            part["TransformFixedParameters"] = fixed
    return str(path)


def write_txt(path: Path, matrix: Array = MATRIX, shift: Array = SHIFT) -> str:
    numbers = " ".join(f"{n:.12g}" for n in (*matrix.ravel(), *shift))
    path.write_text(
        "#Insight Transform File V1.0\n#Transform 0\n"
        f"Transform: AffineTransform_double_3_3\nParameters: {numbers}\nFixedParameters: 0 0 0\n"
    )
    return str(path)


def by_hand(point: tuple[float, float, float]) -> Array:
    """Return where ITK maps a point given in RAS: field first, then affine."""
    lps = np.array(point) * (-1, -1, 1)
    moved = MATRIX @ (lps + bump(lps)) + SHIFT
    return np.asarray(moved * (-1, -1, 1))


@pytest.fixture
def to_t1w(tmp_path: Path) -> SpaceTransform:
    """Return a transform that brings MNI images into T1w."""
    path = write_h5(tmp_path / f"sub-01_from-{NLIN6}_to-T1w_mode-image_xfm.h5")
    return SpaceTransform(NLIN6, "T1w", path)


POINT = (-38.0, 44.0, 26.0)


def test_points_go_against_the_name_of_the_file(to_t1w: SpaceTransform) -> None:
    """from-MNI_to-T1w holds the map of points from T1w to MNI: worked by hand, to 1 um."""
    found = map_points(to_t1w, POINT, "T1w", NLIN6)
    np.testing.assert_allclose(found, by_hand(POINT), atol=1e-3)


def test_the_other_way_round_is_the_inverse(to_t1w: SpaceTransform) -> None:
    """To 0.1 mm, the residual that is allowed; this field reaches far less."""
    inside = map_points(to_t1w, POINT, "T1w", NLIN6)
    back = map_points(to_t1w, inside, NLIN6, "T1w")
    np.testing.assert_allclose(back, POINT, atol=0.1)
    assert np.linalg.norm(back - inside) > 5


@pytest.mark.filterwarnings("ignore")
def test_a_spot_of_an_image_lands_where_its_point_does(to_t1w: SpaceTransform) -> None:
    """A bright ball in MNI, brought to T1w by nitransforms: to 1 mm, half a voxel."""
    import nibabel as nib
    from nitransforms.manip import load
    from nitransforms.resampling import apply

    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = (-90, -126, -72)
    index = np.stack(np.meshgrid(*(np.arange(n) for n in (91, 109, 91)), indexing="ij"), axis=-1)
    mm = index * 2.0 + affine[:3, 3]
    ball = (((mm - POINT) ** 2).sum(axis=-1) <= 36).astype(np.float32)
    moving = nib.Nifti1Image(ball, affine)
    chain = load(to_t1w.path, fmt="itk")
    moved = apply(chain, moving, reference=moving, order=1).get_fdata()
    seen = (mm * moved[..., None]).reshape(-1, 3).sum(axis=0) / moved.sum()
    np.testing.assert_allclose(map_points(to_t1w, POINT, NLIN6, "T1w"), seen, atol=1)


def test_a_text_affine_both_ways(tmp_path: Path) -> None:
    path = write_txt(tmp_path / "sub-01_from-T1w_to-MNI152NLin6Asym_mode-image_xfm.txt")
    transform = SpaceTransform("T1w", NLIN6, path)
    expected = (MATRIX @ (np.array(POINT) * (-1, -1, 1)) + SHIFT) * (-1, -1, 1)
    there = map_points(transform, POINT, NLIN6, "T1w")
    np.testing.assert_allclose(there, expected, atol=1e-4)  # the reader keeps single precision
    np.testing.assert_allclose(map_points(transform, there, "T1w", NLIN6), POINT, atol=1e-4)


def test_one_template_to_the_other_by_way_of_the_person(
    to_t1w: SpaceTransform, tmp_path: Path
) -> None:
    path = write_txt(tmp_path / f"from-{NLIN2009}_to-T1w.txt")
    chain = (to_t1w, SpaceTransform(NLIN2009, "T1w", path))
    person = map_points(to_t1w, POINT, NLIN6, "T1w")
    expected = (MATRIX @ (person * (-1, -1, 1)) + SHIFT) * (-1, -1, 1)
    np.testing.assert_allclose(map_points(chain, POINT, NLIN6, NLIN2009), expected, atol=1e-3)
    assert chain_words(chain, NLIN6, NLIN2009).endswith(f"from-{NLIN2009}_to-T1w.txt")


def test_a_direct_file_is_taken_before_an_inversion(to_t1w: SpaceTransform, tmp_path: Path) -> None:
    other = SpaceTransform("T1w", NLIN6, write_txt(tmp_path / f"from-T1w_to-{NLIN6}.txt"))
    assert "inverted" not in chain_words((to_t1w, other), NLIN6, "T1w")
    assert "inverted" not in chain_words((to_t1w, other), "T1w", NLIN6)
    assert chain_words((to_t1w,), NLIN6, "T1w").endswith(" inverted")


def test_no_chain_no_point(to_t1w: SpaceTransform) -> None:
    with pytest.raises(RecordingError, match=f"no transform leads from {NLIN6} to {NLIN2009}"):
        map_points(to_t1w, POINT, NLIN6, NLIN2009)
    assert warp_between((), NLIN6, NLIN2009) is None


def test_a_point_outside_the_field_has_no_place(to_t1w: SpaceTransform) -> None:
    with pytest.raises(RecordingError, match="outside the transform"):
        map_points(to_t1w, (0.0, 0.0, 400.0), "T1w", NLIN6)


def test_a_field_that_folds_is_not_inverted(tmp_path: Path) -> None:
    """Displacements of up to 20 mm that grow by 30 times the slope: the iteration diverges."""
    path = write_h5(tmp_path / "fold.h5", affine=False, scale=-30.0)
    with pytest.raises(RecordingError, match="cannot be inverted"):
        map_points(SpaceTransform("T1w", NLIN6, path), (1.0, 2.0, 3.0), "T1w", NLIN6)


@pytest.mark.parametrize("name", ["broken.h5", "broken.txt", "broken.mat"])
def test_a_damaged_file_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("nothing of the kind\n")
    with pytest.raises(RecordingError, match=f"{name}: the transform cannot be read"):
        map_points(SpaceTransform("a", "b", str(tmp_path / name)), POINT, "a", "b")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"gone\.h5: the file is missing"):
        map_points(SpaceTransform("a", "b", str(tmp_path / "gone.h5")), POINT, "a", "b")


def t1w_image(path: Path, shape: tuple[int, int, int] = (192, 256, 192)) -> str:
    import nibabel as nib

    affine = np.eye(4)
    affine[:3, 3] = (-96, -140, -80)
    image = nib.Nifti1Image(np.zeros(shape, dtype=np.uint8), affine)
    image.set_sform(affine, 1)
    image.set_qform(affine, 1)
    image.to_filename(path)
    return str(path)


def test_a_target_in_three_spaces(to_t1w: SpaceTransform, tmp_path: Path) -> None:
    t1w = t1w_image(tmp_path / "sub-01_T1w.nii.gz")
    person, same, other = place_in_spaces(POINT, NLIN6, (to_t1w,), t1w)
    assert (person.space, same.space, other.space) == ("T1w", NLIN6, NLIN2009)
    assert person.point == pytest.approx(tuple(map_points(to_t1w, POINT, NLIN6, "T1w")))
    assert "inverted" in person.how
    assert same.point == POINT
    assert other.point is None  # never the numbers of the other template
    assert other.how == f"no transform leads from {NLIN6} to {NLIN2009}"


def test_a_target_outside_the_image_is_refused(to_t1w: SpaceTransform, tmp_path: Path) -> None:
    small = t1w_image(tmp_path / "sub-01_T1w.nii.gz", (192, 150, 192))  # ends at y = 10
    person, *_ = place_in_spaces(POINT, NLIN6, (to_t1w,), small)
    assert person.point is None
    assert person.how == "refused: the point lies outside the field of view of sub-01_T1w.nii.gz"


def test_a_transform_that_exchanges_sides_is_refused(tmp_path: Path) -> None:
    mirror = np.diag([-1.0, 1.0, 1.0])
    path = write_txt(tmp_path / f"from-T1w_to-{NLIN6}_mode-image_xfm.txt", mirror, np.zeros(3))
    transform = SpaceTransform("T1w", NLIN6, path)
    person, *_ = place_in_spaces(POINT, NLIN6, (transform,))
    assert person.point is None
    assert f"a left point of {NLIN6} comes out on the right of T1w" in person.how
    with pytest.raises(RecordingError, match="exchanges left and right"):
        native((transform,))


def test_a_head_far_from_the_origin_keeps_its_sides(tmp_path: Path) -> None:
    """A T1w image whose midline lies at x = 60: a left point has a positive x there."""
    path = write_txt(tmp_path / "x.txt", np.eye(3), np.array([-60.0, 0, 0]))
    person, *_ = place_in_spaces(POINT, NLIN6, (SpaceTransform("T1w", NLIN6, path),))
    assert person.point == pytest.approx((22.0, 44.0, 26.0))


def native(transforms: tuple[SpaceTransform, ...], size: int = 4) -> Any:
    affine = np.diag([size, size, size, 1.0])
    affine[:3, 3] = (-90, -120, -80)
    grid = Grid((46, 60, 48), affine)
    inside = np.ones(46 * 60 * 48, dtype=bool)
    return volume_places(grid, "T1w", inside, transforms, "bold")


def test_regions_of_a_native_volume_are_those_of_their_mapped_centres(
    to_t1w: SpaceTransform,
) -> None:
    """Every voxel centre is mapped, one by one: the sphere in MNI holds just those."""
    places = native((to_t1w,))
    everything = np.arange(places.count)
    mni = places.to_mni(places.positions(everything))
    for region in ("sgacc_r", "dlpfc_ba46_l"):
        row = load_table("regions/regions").row(id=region)
        centre = np.array([row.number(axis) for axis in "xyz"])
        expected = np.flatnonzero(np.linalg.norm(mni - centre, axis=1) <= row.number("radius"))
        found, total = places.within(centre, row.number("radius"))
        np.testing.assert_array_equal(found, expected)
        assert total == len(expected) > 20
    left = places.left(everything)
    assert (left == (mni[:, 0] < 0)).all()
    assert (places.space, places.mni_space) == ("T1w", NLIN6)


def test_a_transform_of_another_head_is_refused(tmp_path: Path) -> None:
    path = write_txt(tmp_path / "far.txt", np.eye(3), np.array([0, 0, 500.0]))
    field = write_h5(tmp_path / "field.h5", affine=False)
    chain = (SpaceTransform("far", "T1w", path), SpaceTransform(NLIN6, "far", field))
    with pytest.raises(RecordingError, match="does not reach the brain"):
        native(chain)


def test_neighbours_share_a_face_an_edge_or_a_corner() -> None:
    """A cube of 3 x 3 x 3 has 158 such pairs: 54 faces, 72 edges, 32 corners."""
    index = np.stack(np.meshgrid(*[np.arange(3)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    pairs = touching(index)
    assert len(pairs) == 54 + 72 + 32
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    assert np.abs(index[pairs[:, 0]] - index[pairs[:, 1]]).max() == 1
    assert len(touching(index[[0, 2]])) == len(touching(index[:0])) == 0


@pytest.mark.parametrize("kind", ["bare", "empty"])
def test_a_file_of_which_nothing_is_read_moves_nothing_silently(kind: str, tmp_path: Path) -> None:
    """A bare affine in HDF5 is no composite: read as an empty one, it would copy the numbers."""
    import h5py

    path = tmp_path / f"{kind}.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("TransformGroup").create_group("0")
        if kind == "bare":
            group["TransformType"] = [b"AffineTransform_double_3_3"]
            group["TransformParameters"] = np.concatenate([MATRIX.ravel(), SHIFT])
            group["TransformFixedParameters"] = np.zeros(3)
        else:
            group["TransformType"] = [b"CompositeTransform_double_3_3"]
    with pytest.raises(RecordingError, match="holds no composite part"):
        map_points(SpaceTransform("a", "b", str(path)), POINT, "a", "b")


def test_a_flat_affine_is_no_transform(tmp_path: Path) -> None:
    path = write_txt(tmp_path / "flat.txt", matrix=np.diag([1.0, 1.0, 0.0]))
    with pytest.raises(RecordingError, match="no affine in space"):
        check_transform(SpaceTransform("a", "b", path))


def _scaled(folder: Path, name: str, size: float) -> SpaceTransform:
    """Return a transform that multiplies the lengths of what points it is given."""
    source, target = name.split("-")
    path = write_txt(folder / f"from-{source}_to-{target}_mode-image_xfm.txt", np.eye(3) * size)
    return SpaceTransform(source, target, path)


@pytest.mark.parametrize("size", [0.86, 1.0, 1.04])
def test_heads_of_people_are_placed(size: float, tmp_path: Path) -> None:
    """The template's 1.9 L become 1.2 L to 2.1 L; points go from MNI to T1w by T1w-to-MNI."""
    transform = _scaled(tmp_path, f"T1w-{NLIN6}", size)
    person, *_ = place_in_spaces(POINT, NLIN6, (transform,))
    assert person.point is not None


@pytest.mark.parametrize("from_own", [False, True])
def test_a_transform_named_the_wrong_way_round_places_nothing(
    from_own: bool, tmp_path: Path
) -> None:
    """A head of 1.4 L, 0.9 of the template along each axis: turned round, it would have 2.6 L."""
    transform = _scaled(tmp_path, f"{NLIN6}-T1w", 0.9)
    start, end = ("T1w", NLIN6) if from_own else (NLIN6, "T1w")
    placed = {place.space: place for place in place_in_spaces(POINT, start, (transform,))}
    assert placed[end].point is None
    assert "the brain grows 1.37 times (at most 1.15): the transform may be" in placed[end].how
    assert placed[start].point == POINT


@pytest.mark.parametrize(("size", "fits"), [(1 / 0.9, True), (1 / 0.95, True), (0.9, False)])
def test_a_pair_of_transforms_has_to_be_one_and_its_inverse(
    size: float, fits: bool, tmp_path: Path
) -> None:
    """Points about 50 mm from the origin: 5 % of that are allowed, 20 % are not."""
    own = write_txt(tmp_path / "a.txt", np.eye(3) * 0.9, np.zeros(3))
    back = write_txt(tmp_path / "b.txt", np.eye(3) * size, np.zeros(3))
    pair = (SpaceTransform("T1w", NLIN6, own), SpaceTransform(NLIN6, "T1w", back))
    if fits:
        check_pairs(pair)
        return
    with pytest.raises(RecordingError, match=r"a\.txt and b\.txt|b\.txt and a\.txt"):
        check_pairs(pair)


def test_twelve_numbers_of_another_kind_are_no_affine(tmp_path: Path) -> None:
    path = Path(write_txt(tmp_path / "other.txt"))
    text = path.read_text().replace("AffineTransform", "ComposeScaleSkewVersor3DTransform")
    path.write_text(text)
    with pytest.raises(RecordingError, match="it holds ComposeScaleSkewVersor3DTransform"):
        check_transform(SpaceTransform("a", "b", str(path)))
