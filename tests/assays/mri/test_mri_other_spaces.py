"""From the file to circuits and target: native volumes, GIFTI pairs and CIFTI series.

The planted spot is that of the twin (see conftest). A native image is the twin's own, moved and
turned: everything found in it has to be what is found in MNI, moved and turned.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.assays.mri import Options, folder, rest
from equipoise.assays.mri.image.source import open_source
from equipoise.assays.mri.image.surface import read_cortex
from equipoise.assays.mri.options import CLASSIC
from equipoise.core.nouns import Measurement, NotMeasured, Recording, SpaceTransform, Target
from tests.assays.mri.conftest import SPOT, Maker, Twin, confounds, slow, write_confounds

Array = NDArray[np.float64]
NLIN6 = "MNI152NLin6Asym"
OPTIONS = Options(methods=(CLASSIC,))


def measured(recording: Recording) -> dict[str, Any]:
    found = rest.measure((recording,), OPTIONS, seed=1)
    return {result.id: result for result in found}


def turned() -> Array:
    """Return MNI to T1w in RAS: turned by 8 degrees about z, moved by centimetres."""
    angle = np.deg2rad(8)
    matrix = np.eye(4)
    matrix[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    matrix[:3, 3] = (22, -13, 31)
    return matrix


def native(recording: Recording) -> Recording:
    """Return the same image in T1w, with the affine that fMRIPrep would have found."""
    import nibabel as nib

    matrix = turned()
    paths: dict[str, Any] = {}
    for field in ("path", "mask"):
        path = Path(str(getattr(recording, field)))
        image: Any = nib.load(path)
        moved = nib.Nifti1Image(np.asanyarray(image.dataobj), None, image.header)
        moved.set_sform(matrix @ image.affine, 1)
        moved.set_qform(matrix @ image.affine, 1)
        new = path.with_name(path.name.replace(NLIN6, "T1w"))
        moved.to_filename(new)
        paths[field] = str(new)
    # The file maps points of MNI into T1w, since it brings images from T1w to MNI; in LPS.
    lps = np.diag([-1, -1, 1, 1]) @ matrix @ np.diag([-1, -1, 1, 1])
    numbers = " ".join(f"{n:.12g}" for n in (*lps[:3, :3].ravel(), *lps[:3, 3]))
    xfm = Path(recording.path).parent / f"sub-01_from-T1w_to-{NLIN6}_mode-image_xfm.txt"
    xfm.write_text(
        "#Insight Transform File V1.0\n#Transform 0\nTransform: AffineTransform_double_3_3\n"
        f"Parameters: {numbers}\nFixedParameters: 0 0 0\n"
    )
    name = recording.name.replace(NLIN6, "T1w")
    return replace(
        recording,
        name=name,
        space="T1w",
        transforms=(SpaceTransform("T1w", NLIN6, str(xfm)),),
        **paths,
    )


def test_a_native_image_gives_what_its_mni_image_gives(twin: Maker) -> None:
    """The same voxels in another frame: single precision of the transform, 1e-4 in z, 0.01 mm."""
    recording = twin(volumes=300, dtype="<f4")
    there = measured(recording)
    here = measured(native(recording))
    assert here.keys() == there.keys()
    compared = 0
    for name, result in there.items():
        if isinstance(result, Measurement):
            value = here[name].quantity.value
            assert value == pytest.approx(result.quantity.value, abs=1e-4)
            compared += 1
    assert compared >= 3
    target, moved = there["mri.tms_target"], here["mri.tms_target"]
    assert isinstance(target, Target)
    assert (target.space, moved.space) == (NLIN6, "T1w")
    expected = turned() @ (*target.point, 1)
    np.testing.assert_allclose(moved.point, expected[:3], atol=0.01)
    assert moved.group_distance == pytest.approx(target.group_distance, abs=0.05)
    placed = {place.space: place for place in moved.places}
    assert placed[NLIN6].point == pytest.approx(target.point, abs=0.01)
    assert placed["T1w"].point == pytest.approx(moved.point)
    assert placed["MNI152NLin2009cAsym"].point is None
    assert moved.point[0] > -30  # this head lies to the right: the sign of x tells no side
    assert moved.side == "L"


def test_a_native_image_without_transform_is_not_measured(twin: Maker) -> None:
    results = measured(replace(native(twin(volumes=300)), transforms=()))
    refused = [r for name, r in results.items() if ".rest_" in name or name.endswith("target")]
    assert len(refused) == 9
    for result in refused:
        assert isinstance(result, NotMeasured)
        assert "no transform leads from there to an MNI space" in result.reason


@pytest.mark.parametrize(("scale", "turned_round"), [(1.1, False), (1 / 1.1, True)])
def test_a_transform_that_may_be_turned_round_is_flagged(
    scale: float, turned_round: bool, twin: Maker
) -> None:
    """A head is smaller than the template: by a tenth along each axis, 1.4 L to 1.9 L."""
    recording = native(twin())
    xfm = Path(recording.transforms[0].path)
    # Images go from T1w to MNI, points from MNI to T1w: the right transform makes them smaller.
    matrix = " ".join(f"{n:.6f}" for n in (np.eye(3) / scale).ravel())
    xfm.write_text(
        "#Insight Transform File V1.0\n#Transform 0\nTransform: AffineTransform_double_3_3\n"
        f"Parameters: {matrix} 0 0 0\nFixedParameters: 0 0 0\n"
    )
    source = open_source(recording)
    brain = np.count_nonzero(source.inside) * 0.064 / 1000  # voxels of 4 mm, in litres
    assert any("turned round" in note for note in source.notes) is turned_round
    if turned_round:
        assert f"the brain mask has {brain / 1.1**3:.1f} L" in " ".join(source.notes)


@pytest.fixture
def vertices() -> Array:
    """Return the vertices of fsaverage5 in MNI152, left first."""
    cortex = read_cortex((), "fsaverage5", (), "fsaverage5")
    return np.concatenate([cortex.left.points, cortex.right.points])


def planted(places: Array, volumes: int = 300) -> NDArray[np.float32]:
    """Return series with the twin's seed and spot, noise of one per cent."""
    generator = np.random.default_rng(4)
    series = 10000 + 100 * generator.standard_normal((volumes, len(places)))
    course = slow(generator, Twin(volumes=volumes))
    for point, radius, sign in (((6, 16, -10), 10, 1), (SPOT, 8, -1)):
        near = np.linalg.norm(places - point, axis=1) <= radius
        series[:, near] += sign * 200 * course[:, None]
    return series.astype(np.float32)


def recorded(folder: Path, image: str, series: NDArray[np.float32], **parts: Any) -> Recording:
    path = folder / "sub-01_task-rest_desc-confounds_timeseries.tsv"
    write_confounds(
        path,
        confounds(Twin(volumes=len(series)), np.zeros((33, 37, 27, len(series)), dtype=np.float32)),
    )
    return Recording(
        kind="bold_surface",
        name=Path(image).name,
        path=image,
        confounds=str(path),
        repetition_time=2.0,
        task="rest",
        **parts,
    )


def check_target(target: Any, off: float) -> None:
    assert isinstance(target, Target), target
    assert np.linalg.norm(np.array(target.point) - SPOT) <= off
    assert target.connectivity.value < -0.8
    assert (target.space, target.side) == (NLIN6, "L")


def test_a_pair_of_hemispheres_from_file_to_target(tmp_path: Path, vertices: Array) -> None:
    """The spot is a ball in space, the cortex a sheet in it: its middle lies within 4 mm."""
    import nibabel as nib
    from nibabel.gifti.gifti import GiftiDataArray, GiftiImage

    series = planted(vertices)
    paths = []
    for side, part in (("L", series[:, :10242]), ("R", series[:, 10242:])):
        path = tmp_path / f"sub-01_task-rest_hemi-{side}_space-fsaverage5_bold.func.gii"
        array = GiftiDataArray(
            np.ascontiguousarray(part.T),
            intent="NIFTI_INTENT_TIME_SERIES",
            datatype="NIFTI_TYPE_FLOAT32",
            encoding="GIFTI_ENCODING_B64BIN",
        )
        nib.save(GiftiImage(darrays=[array]), path)
        paths.append(str(path))
    recording = recorded(tmp_path, paths[0], series, space="fsaverage5", surfaces=(paths[1],))
    results = measured(recording)
    check_target(results["mri.tms_target"], 4)
    assert isinstance(results["mri.rest_default_mode"], Measurement)
    reward = results["mri.rest_frontostriatal"]
    assert isinstance(reward, NotMeasured)  # there is no striatum on a surface
    assert "no voxel or vertex of this image lies in its sphere" in reward.reason
    assert folder.inspect(recording) == ()


def test_a_dense_series_from_file_to_target(tmp_path: Path, vertices: Array) -> None:
    """The same on vertices, with the voxels of both striata and amygdalae: all circuits."""
    import nibabel as nib
    from nibabel.cifti2.cifti2_axes import BrainModelAxis, SeriesAxis

    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = (-90, -126, -72)
    axis = BrainModelAxis.from_surface(np.arange(10242), 10242, "CortexLeft")
    axis += BrainModelAxis.from_surface(np.arange(10242), 10242, "CortexRight")
    places = [vertices]
    for structure, low, high in (
        ("amygdala_left", (-34, -12, -28), (-14, 8, -10)),
        ("amygdala_right", (14, -12, -28), (36, 8, -10)),
        ("accumbens_left", (-20, 2, -16), (-2, 22, 2)),
        ("accumbens_right", (2, 2, -16), (20, 22, 2)),
    ):
        steps = [np.arange(a, b, 2) for a, b in zip(low, high, strict=True)]
        mm = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3)
        voxel = (mm - affine[:3, 3].astype(int)) // 2
        axis += BrainModelAxis(structure, voxel=voxel, affine=affine, volume_shape=(91, 109, 91))
        places.append(mm.astype(float))
    series = planted(np.concatenate(places))
    path = tmp_path / "sub-01_task-rest_space-fsaverage5_bold.dtseries.nii"
    time = SeriesAxis(0, 2.0, len(series), "SECOND")
    nib.save(nib.Cifti2Image(series, (time, axis)), path)
    recording = recorded(tmp_path, str(path), series, space="fsaverage5")
    results = measured(recording)
    check_target(results["mri.tms_target"], 4)
    missing = [r for r in results.values() if isinstance(r, NotMeasured)]
    assert missing == []
