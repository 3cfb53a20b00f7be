"""Spheres on a grid, spaces, and the tables behind them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.assays.mri import folder
from equipoise.assays.mri.connectivity import circuit_edges
from equipoise.assays.mri.image.grey_matter import (
    Grey,
    VolumeMap,
    grey_of,
    template_share,
)
from equipoise.assays.mri.image.header import Grid
from equipoise.assays.mri.image.places import VoxelPlaces, volume_places
from equipoise.assays.mri.image.regions import RegionVoxels, family_of, in_regions, locate
from equipoise.core.errors import RecordingError
from equipoise.core.tables import load_table, setting


def places(grid: Grid, space: str = "MNI152NLin6Asym") -> VoxelPlaces:
    everywhere = np.ones(int(np.prod(grid.shape)), dtype=bool)
    return volume_places(grid, space, everywhere, (), "bold")


def ball_of(region: str, grid: Grid) -> RegionVoxels:
    """Return the whole sphere of a region: every voxel counts as grey matter."""
    found = places(grid)
    everywhere = np.ones(found.count, dtype=bool)
    return locate(region, found, everywhere, Grey(found, None, own=False), "bold")


def one_mm(size: int = 181) -> Grid:
    affine = np.eye(4)
    affine[:3, 3] = (-90, -126, -72)
    return Grid((size, 217, 181), affine)


@pytest.mark.parametrize(
    ("region", "points"), [("dmn_pcc", 2109), ("sgacc_r", 4169), ("dlpfc_f3_l", 33401)]
)
def test_a_sphere_holds_the_lattice_points_of_a_ball(region: str, points: int) -> None:
    """Lattice points in a ball of radius 8, 10, 20: OEIS A000605."""
    found = ball_of(region, one_mm())
    assert len(found.voxels) == points
    assert found.expected == points
    assert found.coverage(0) == 0
    assert found.coverage(points) == 1


def test_the_side_is_that_of_the_sign_of_x() -> None:
    grid = one_mm()
    for row in load_table("regions/regions"):
        if row.text("kind") != "sphere":
            continue
        voxels = ball_of(row.text("id"), grid).voxels
        middle = (voxels % grid.shape[0]).mean() - 90
        assert np.sign(round(middle / 8)) == {"L": -1, "R": 1, "M": 0}[row.text("side")]


def test_what_lies_outside_the_field_of_view_counts_as_missed() -> None:
    """A field of view that ends at x = 0 holds half of a sphere about the midline."""
    grid = one_mm(size=91)
    where = places(grid)
    everywhere = np.ones(where.count, dtype=bool)
    found = locate("dmn_pcc", where, everywhere, grey_of(where, None, "bold"), "bold")
    assert found.coverage(len(found.voxels)) == pytest.approx(0.55, abs=0.06)


def test_a_native_image_without_transform_is_refused() -> None:
    with pytest.raises(RecordingError, match="no transform leads from there to an MNI space"):
        places(one_mm(), "T1w")


@pytest.mark.parametrize("space", ["MNI152NLin6Asym", "MNI152NLin2009cAsym"])
def test_known_spaces(space: str) -> None:
    assert family_of(space, "bold") == "MNI"


@pytest.mark.parametrize("space", ["MNIPediatricAsym", "orig", None])
def test_a_space_without_coordinates_is_refused(space: str | None) -> None:
    with pytest.raises(RecordingError, match="space without coordinates") as caught:
        family_of(space, "bold")
    assert "MNI152NLin6Asym" in str(caught.value)


def test_the_needs_of_the_circuits_are_their_edges() -> None:
    for spec in folder.SPECS[:3]:
        regions = {
            region for edge in circuit_edges(spec.id.removeprefix("mri.")) for region in edge
        }
        assert set(spec.needs) == {"bold:rest", *(f"region:{region}" for region in regions)}


def test_the_fourteen_edges() -> None:
    """5 default-mode, 3 salience, 6 attention edges: the task-free part of the 41 measures."""
    circuits = ("rest_default_mode", "rest_salience", "rest_attention")
    assert [len(circuit_edges(circuit)) for circuit in circuits] == [5, 3, 6]


@pytest.mark.filterwarnings("ignore")
def test_the_grey_matter_of_each_sphere_is_that_of_nilearns_template() -> None:
    """nilearn loads the template at 1 mm, scaled to its maximum; ours is divided by 255."""
    from nilearn.datasets import load_mni152_gm_template

    image = load_mni152_gm_template(resolution=1)
    grid = Grid(image.shape, image.affine)
    held = image.get_fdata().ravel(order="F") >= setting("grey_matter_min_share")
    for row in load_table("regions/regions"):
        if row.text("kind") != "sphere":
            continue
        theirs = held[ball_of(row.text("id"), grid).voxels].mean()
        point = np.array([row.number("x"), row.number("y"), row.number("z")])
        radius = row.optional_number("radius") or setting("bold_region_radius")
        # The template's maximum is 255 of 255; resampling onto its own grid moves a few voxels.
        assert template_share(point, radius) == pytest.approx(theirs, abs=0.02), row.text("id")
        assert theirs >= setting("grey_matter_min_region")


def test_a_sphere_is_clipped_by_the_grey_matter() -> None:
    """At 2 mm the clipped sphere holds the template's share of it, and nothing beyond it."""
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = (-90, -126, -72)
    where = places(Grid((91, 109, 91), affine))
    everywhere = np.ones(where.count, dtype=bool)
    grey = grey_of(where, None, "bold")
    whole = in_regions(("dlpfc_f3_l",), where)
    found = locate("dlpfc_f3_l", where, everywhere, grey, "bold")
    assert set(found.voxels) < set(whole)
    share = template_share(np.array([-37.0, 26.0, 49.0]), 20.0)
    assert len(found.voxels) / len(whole) == pytest.approx(share, abs=0.03)
    assert found.coverage(len(found.voxels)) == 1


def test_a_sphere_without_grey_matter_says_so() -> None:
    """In a map whose grey matter ends at x = 0, nothing on the left is left to measure."""
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    affine[:3, 3] = (-90, -126, -72)
    where = places(Grid((46, 55, 46), affine))
    right = np.zeros((46, 55, 46), dtype=np.float32)
    right[23:] = 1
    grey = Grey(where, VolumeMap(where.grid, right.ravel(order="F")), own=True)
    everywhere = np.ones(where.count, dtype=bool)
    found = locate("dmn_ag_l", where, everywhere, grey, "bold")
    assert found.coverage(len(found.voxels)) == 0
    assert found.fault == "only 0% of its sphere are grey matter; at least 10% are needed"
    assert locate("dmn_ag_r", where, everywhere, grey, "bold").fault is None


@given(
    turn=st.tuples(*[st.floats(-3, 3)] * 3),
    flips=st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3),
    size=st.sampled_from([2.0, 3.0]),
)
@settings(max_examples=25, deadline=None)
def test_the_place_does_not_depend_on_how_the_grid_is_stored(
    turn: tuple[float, float, float], flips: tuple[float, float, float], size: float
) -> None:
    """Whatever the axes of a grid, a sphere's voxels lie about its centre within its radius."""
    from nibabel.eulerangles import euler2mat

    affine = np.eye(4)
    affine[:3, :3] = euler2mat(*turn) @ np.diag(flips) * size
    affine[:3, 3] = np.array([6, 16, -10]) - affine[:3, :3] @ np.array([15.3, 16.1, 14.7])
    grid = Grid((31, 32, 30), affine)
    voxels = ball_of("sgacc_r", grid).voxels
    index = np.stack([voxels % 31, voxels // 31 % 32, voxels // (31 * 32)], axis=1)
    mm = grid.to_mm(index)
    assert np.linalg.norm(mm - (6, 16, -10), axis=1).max() <= 10
    np.testing.assert_allclose(mm.mean(axis=0), (6, 16, -10), atol=size / 2)
    # A ball of 10 mm holds 4189 mm3; the surface is one voxel rough.
    assert len(voxels) * size**3 == pytest.approx(4189, rel=0.12)
