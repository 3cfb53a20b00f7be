"""GIFTI and CIFTI series: where vertices lie, their sides and neighbours, and what is refused."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.assays.mri.image.source import open_source
from equipoise.assays.mri.image.surface import edges, read_cortex
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import Recording, SpaceTransform

Array = NDArray[np.float64]
NLIN6 = "MNI152NLin6Asym"


def write_gifti(path: Path, arrays: list[Any], intents: list[str], structure: str | None) -> str:
    import nibabel as nib
    from nibabel.gifti.gifti import GiftiDataArray, GiftiImage, GiftiMetaData

    types = {"f": "NIFTI_TYPE_FLOAT32", "i": "NIFTI_TYPE_INT32"}
    parts = [
        GiftiDataArray(data, intent=intent, datatype=types[data.dtype.kind])
        for data, intent in zip(arrays, intents, strict=True)
    ]
    meta = (
        GiftiMetaData()
        if structure is None
        else GiftiMetaData(AnatomicalStructurePrimary=structure)
    )
    nib.save(GiftiImage(darrays=parts, meta=meta), path)
    return str(path)


def ball_mesh(middle: tuple[float, float, float], size: float = 60.0) -> tuple[Any, Any]:
    """Return an icosahedron about a point: 12 vertices, 20 triangles, 30 edges (Euler)."""
    from scipy.spatial import ConvexHull

    golden = (1 + 5**0.5) / 2
    corners = np.array([
        np.roll((0, a, b * golden), turn) for turn in range(3) for a in (-1, 1) for b in (-1, 1)
    ])
    points = corners / np.linalg.norm(corners[0]) * size / 2 + middle
    return points.astype(np.float32), ConvexHull(points).simplices.astype(np.int32)


def write_mesh(path: Path, middle: tuple[float, float, float], structure: str | None) -> str:
    return write_gifti(
        path, list(ball_mesh(middle)), ["NIFTI_INTENT_POINTSET", "NIFTI_INTENT_TRIANGLE"], structure
    )


def write_series(path: Path, series: Array, structure: str | None = None) -> str:
    rows = [row.astype(np.float32) for row in series]
    return write_gifti(path, rows, ["NIFTI_INTENT_TIME_SERIES"] * len(rows), structure)


@pytest.fixture
def series() -> Array:
    """Return 5 volumes of 24 vertices, 12 on each side."""
    return np.random.default_rng(3).standard_normal((5, 24)) + 100


@pytest.fixture
def pair(tmp_path: Path, series: Array) -> Recording:
    """Return a GIFTI series on the person's own surfaces."""
    name = "sub-01_task-rest_hemi-{}_space-fsnative_bold.func.gii"
    left, right = (
        write_series(tmp_path / name.format(side), part)
        for side, part in (("L", series[:, :12]), ("R", series[:, 12:]))
    )
    meshes = [
        write_mesh(tmp_path / f"sub-01_hemi-{side}_midthickness.surf.gii", (x, -20, 20), structure)
        for side, x, structure in (("L", -35.0, "CortexLeft"), ("R", 35.0, "CortexRight"))
    ]
    # An affine that only moves: T1w lies 10 mm further right than MNI.
    xfm = tmp_path / f"sub-01_from-T1w_to-{NLIN6}_mode-image_xfm.txt"
    xfm.write_text(
        "#Insight Transform File V1.0\n#Transform 0\nTransform: AffineTransform_double_3_3\n"
        "Parameters: 1 0 0 0 1 0 0 0 1 -10 0 0\nFixedParameters: 0 0 0\n"
    )
    return Recording(
        kind="bold_surface",
        name=name.format("L"),
        path=left,
        space="fsnative",
        task="rest",
        surfaces=(*meshes, right),
        transforms=(SpaceTransform("T1w", NLIN6, str(xfm)),),
    )


def test_a_pair_of_hemispheres_left_first(pair: Recording, series: Array) -> None:
    source = open_source(pair)
    places = source.places
    assert (source.volumes, places.count, places.grid) == (5, 24, None)
    everything = np.arange(24)
    np.testing.assert_array_equal(places.left(everything), everything < 12)
    chosen = np.array([0, 5, 11, 12, 23])
    read = source.read(chosen)
    np.testing.assert_allclose(read.series, series[:, chosen], rtol=1e-6)  # single precision
    assert {i.name for i in source.inputs} >= {Path(p).name for p in pair.surfaces}


def test_positions_are_the_persons_and_regions_are_found_in_mni(pair: Recording) -> None:
    """Images go from T1w to MNI by a shift of 10 mm to the left: points of MNI come back right."""
    places = open_source(pair).places
    everything = np.arange(24)
    expected = np.concatenate([ball_mesh((-35, -20, 20))[0], ball_mesh((35, -20, 20))[0]])
    np.testing.assert_allclose(places.positions(everything), expected, atol=1e-4)
    # ITK counts x to the left: -10 there is +10 here, from MNI to T1w.
    mni = expected - (10, 0, 0)
    np.testing.assert_allclose(places.to_mni(places.positions(everything)), mni, atol=1e-4)
    found, total = places.within(mni[3], 1.0)
    assert (found.tolist(), total) == ([3], 1)
    assert places.within(mni[3], 1.0, deep=True)[1] == 0
    assert (places.space, places.mni_space) == ("T1w", NLIN6)


def test_neighbours_are_the_edges_of_the_triangles(pair: Recording) -> None:
    """Each icosahedron has 30 edges; no edge joins the hemispheres."""
    places = open_source(pair).places
    pairs = places.pairs(np.arange(24))
    assert len(pairs) == 60
    assert ((pairs < 12).sum(axis=1) != 1).all()
    some = np.array([0, 3, 4, 8, 11])
    inner = places.pairs(some)
    known = {tuple(pair) for pair in pairs.tolist()}
    assert {(int(some[a]), int(some[b])) for a, b in inner} == {
        (int(a), int(b)) for a in some for b in some if (int(a), int(b)) in known
    }


def test_edges_are_counted_once() -> None:
    faces = np.array([[0, 1, 2], [2, 1, 3]])
    assert edges(faces).tolist() == [[0, 1], [0, 2], [1, 2], [1, 3], [2, 3]]


def test_one_array_for_all_volumes_is_read_as_well(pair: Recording, series: Array) -> None:
    data = series[:, :12].T.astype(np.float32)
    write_gifti(Path(pair.path), [data], ["NIFTI_INTENT_TIME_SERIES"], None)
    read = open_source(pair).read(np.arange(24))
    np.testing.assert_allclose(read.series, series, rtol=1e-6)


def test_fsaverage5_without_surfaces_takes_those_of_nilearn(tmp_path: Path) -> None:
    """Vertices are MNI305; FreeSurfer's worked example fixes the affine: to the printed digit."""
    series = np.random.default_rng(0).standard_normal((4, 10242)) + 50
    left = write_series(tmp_path / "a_hemi-L_space-fsaverage5_bold.func.gii", series)
    right = write_series(tmp_path / "a_hemi-R_space-fsaverage5_bold.func.gii", series)
    recording = Recording("bold_surface", "a", left, space="fsaverage5", surfaces=(right,))
    source = open_source(recording)
    assert source.places.count == 20484
    assert (source.places.space, source.places.mni_space) == (NLIN6, NLIN6)
    assert "published affine" in source.notes[0]
    from nilearn.datasets import load_fsaverage

    pial = load_fsaverage("fsaverage5")["pial"].parts["left"].coordinates
    matrix = np.array([
        [0.9975, -0.0073, 0.0176, -0.0429],
        [0.0146, 1.0009, -0.0024, 1.5496],
        [-0.0130, -0.0093, 0.9971, 1.1840],
    ])
    np.testing.assert_allclose(
        matrix @ (10, -20, 35, 1), (10.695, -18.409, 36.137), atol=3e-3
    )  # the page's example; its matrix is rounded to four digits
    expected = pial @ matrix[:, :3].T + matrix[:, 3]
    np.testing.assert_allclose(source.places.positions(np.arange(10242)), expected, atol=1e-4)


def test_other_spaces_without_surfaces_are_refused(pair: Recording) -> None:
    bare = replace(pair, space="fsLR", surfaces=pair.surfaces[-1:])
    with pytest.raises(RecordingError, match="coordinates of the vertices are missing: space fsLR"):
        open_source(bare)


def test_personal_surfaces_without_transform_are_refused(pair: Recording) -> None:
    with pytest.raises(RecordingError, match="surfaces are in T1w and no transform leads"):
        open_source(replace(pair, transforms=()))


def test_a_surface_whose_name_tells_no_space_is_refused(pair: Recording, tmp_path: Path) -> None:
    left, right, other = pair.surfaces
    odd = shutil.copy(left, tmp_path / "lh.midthickness.surf.gii")
    with pytest.raises(RecordingError, match="does not tell the space of its coordinates"):
        open_source(replace(pair, surfaces=(str(odd), right, other)))


def test_exchanged_hemispheres_are_refused(pair: Recording) -> None:
    left, right, other = pair.surfaces
    with pytest.raises(RecordingError, match="not the hemisphere that it was given as"):
        open_source(replace(pair, surfaces=(right, left, other)))
    with pytest.raises(RecordingError, match="not the hemisphere that it was given as"):
        open_source(replace(pair, path=other, surfaces=(left, right, pair.path)))


def test_a_side_that_nothing_tells_is_refused(pair: Recording, tmp_path: Path) -> None:
    odd = shutil.copy(pair.path, tmp_path / "sub-01_bold.func.gii")
    with pytest.raises(RecordingError, match="does not tell which hemisphere it is"):
        open_source(replace(pair, path=str(odd)))


def test_names_and_structures_that_disagree_are_refused(pair: Recording, series: Array) -> None:
    write_series(Path(pair.path), series[:, :12], "CortexRight")
    with pytest.raises(RecordingError, match=r"got L and R; allowed: hemi-L and CortexLeft"):
        open_source(pair)


def test_meshes_that_lie_on_the_wrong_sides_are_refused(pair: Recording) -> None:
    for side, x in (("L", 35.0), ("R", -35.0)):
        path = Path(next(p for p in pair.surfaces if f"hemi-{side}_mid" in p))
        write_mesh(path, (x, -20, 20), None)
    with pytest.raises(RecordingError, match="left surface does not lie left of the right one"):
        open_source(pair)


@pytest.mark.parametrize("text", ["", "<GIFTI", "no xml"])
def test_a_damaged_file_is_named(text: str, pair: Recording) -> None:
    Path(pair.path).write_text(text)
    with pytest.raises(RecordingError, match=r"hemi-L.*cannot be read|hemi-L.*no series"):
        open_source(pair)


def test_hemispheres_of_different_lengths_are_refused(pair: Recording, series: Array) -> None:
    write_series(Path(pair.path), series[:3, :12])
    with pytest.raises(RecordingError, match="different numbers of volumes; got 3 and 5"):
        open_source(pair)


def test_the_right_hemisphere_must_be_there(pair: Recording) -> None:
    with pytest.raises(RecordingError, match="series of the right hemisphere"):
        open_source(replace(pair, surfaces=pair.surfaces[:2]))


# CIFTI


def write_dense(path: Path, series: Array, seconds: float = 2.0) -> str:
    """Write 10 of 12 vertices of each hemisphere and a block of 2 x 2 x 1 voxels on each side."""
    import nibabel as nib
    from nibabel.cifti2.cifti2_axes import BrainModelAxis, SeriesAxis

    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = (-90, -126, -72)
    axis = BrainModelAxis.from_surface(np.arange(1, 11), 12, "CortexLeft")
    axis += BrainModelAxis.from_surface(np.arange(2, 12), 12, "CortexRight")
    for first, structure in ((33, "amygdala_left"), (57, "amygdala_right")):
        ijk = np.array([[first + a, 61 + b, 26] for a in (0, 1) for b in (0, 1)])
        axis += BrainModelAxis(structure, voxel=ijk, affine=affine, volume_shape=(91, 109, 91))
    image = nib.Cifti2Image(
        series.astype(np.float32), (SeriesAxis(0, seconds, len(series), "SECOND"), axis)
    )
    nib.save(image, path)
    return str(path)


@pytest.fixture
def dense(tmp_path: Path, pair: Recording) -> Recording:
    series = np.random.default_rng(5).standard_normal((6, 28)) + 100
    path = write_dense(tmp_path / "sub-01_task-rest_space-fsLR_den-91k_bold.dtseries.nii", series)
    return replace(pair, path=path, name=Path(path).name, space="fsLR", surfaces=pair.surfaces[:2])


def test_a_dense_series_has_vertices_and_voxels_in_mni(dense: Recording) -> None:
    import nibabel as nib

    source = open_source(dense)
    places = source.places
    everything = np.arange(28)
    assert (source.volumes, source.repetition_time, places.count) == (6, 2.0, 28)
    assert (places.space, places.mni_space) == (NLIN6, NLIN6)
    expected = [*range(10), *range(20, 24)]
    assert np.flatnonzero(places.left(everything)).tolist() == expected
    mesh = ball_mesh((-35, -20, 20))[0] - (10, 0, 0)
    np.testing.assert_allclose(places.positions(np.arange(10)), mesh[1:11], atol=1e-4)
    # Voxel 33, 61, 26 of the 2 mm template: 2 * 33 - 90, 2 * 61 - 126, 2 * 26 - 72.
    np.testing.assert_allclose(places.positions(np.array([20])), [[-24, -4, -20]])
    amygdala = np.array([-24.0, -2.0, -19.0])
    assert places.within(amygdala, 8, deep=True)[0].tolist() == [20, 21, 22, 23]
    assert places.within(amygdala, 8)[1] == 0
    image: Any = nib.load(dense.path)
    values = image.get_fdata()
    chosen = np.array([0, 9, 10, 27])
    np.testing.assert_allclose(source.read(chosen).series, values[:, chosen], rtol=1e-6)


def test_neighbours_in_a_dense_series(dense: Recording) -> None:
    """An icosahedron less two vertices that no edge joins or joins: 20 or 21 edges; blocks: 6."""
    places = open_source(dense).places
    pairs = places.pairs(np.arange(28))
    for first, size in ((0, 10), (10, 10), (20, 4), (24, 4)):
        inner = ((pairs >= first) & (pairs < first + size)).all(axis=1).sum()
        assert inner in ({6} if size == 4 else {20, 21})
    assert (np.digitize(pairs, (10, 20, 24)).std(axis=1) == 0).all()


def test_a_dense_series_without_surfaces_is_refused(dense: Recording) -> None:
    with pytest.raises(RecordingError, match="coordinates of the vertices are missing"):
        open_source(replace(dense, surfaces=()))


def test_a_dense_series_on_another_mesh_is_refused(dense: Recording) -> None:
    points, faces = ball_mesh((-35, -20, 20))
    more = np.vstack([points, points[:1] + 1]).astype(np.float32)
    write_gifti(
        Path(dense.surfaces[0]),
        [more, faces],
        ["NIFTI_INTENT_POINTSET", "NIFTI_INTENT_TRIANGLE"],
        "CortexLeft",
    )
    with pytest.raises(RecordingError, match=r"another number of vertices.*got 13; allowed: 12"):
        open_source(dense)


def test_a_dense_series_that_is_cut_short(dense: Recording) -> None:
    content = Path(dense.path).read_bytes()
    Path(dense.path).write_bytes(content[:-40])
    with pytest.raises(RecordingError, match="cut short"):
        open_source(dense).read(np.arange(28))


def test_a_volume_is_no_dense_series(dense: Recording) -> None:
    import nibabel as nib

    nib.save(nib.Nifti2Image(np.zeros((2, 2, 2, 2), dtype=np.float32), np.eye(4)), dense.path)
    with pytest.raises(RecordingError, match="dtseries"):
        open_source(dense)


def test_templates_lie_where_their_names_say(pair: Recording, tmp_path: Path) -> None:
    meshes = tuple(
        str(shutil.copy(path, tmp_path / f"tpl-fsLR_den-32k_hemi-{side}_midthickness.surf.gii"))
        for path, side in zip(pair.surfaces[:2], "LR", strict=True)
    )
    cortex = read_cortex(meshes, "fsLR", (), "x")
    assert (cortex.space, cortex.warp) == (NLIN6, None)
    with pytest.raises(RecordingError, match="in different spaces"):
        read_cortex((meshes[0], pair.surfaces[1]), "fsLR", (), "x")
