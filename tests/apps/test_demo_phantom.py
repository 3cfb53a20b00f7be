"""The worked example holds the real series, in synthetic geometry."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from equipoise.apps.demo import build
from equipoise.apps.demo.phantom import load_phantom

DATA = Path(str(resources.files("equipoise.apps.demo") / "data"))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("demo") / "dataset")


def test_the_image_holds_the_series_of_the_nearest_place(dataset: Path) -> None:
    phantom = load_phantom(DATA)
    image = nib.load(next(dataset.rglob("*_bold.nii.gz")))
    stored = np.asanyarray(image.dataobj)[phantom.mask][:50]  # type: ignore[attr-defined]
    series = phantom.series[:, phantom.source[:50]].T
    # The step of the stored integers is 0.1 on a signal scaled by 50: half a step is 0.001.
    np.testing.assert_allclose((stored - 1000.0) / 50.0, series, atol=0.00101)


def test_the_affine_is_right_handed_and_both_forms_agree(dataset: Path) -> None:
    image = nib.load(next(dataset.rglob("*_bold.nii.gz")))
    header = image.header
    assert np.linalg.det(image.affine[:3, :3]) > 0  # type: ignore[attr-defined]
    np.testing.assert_allclose(header.get_sform(), header.get_qform(), atol=1e-5)  # type: ignore[attr-defined]
    assert nib.aff2axcodes(image.affine) == ("R", "A", "S")  # type: ignore[attr-defined]


def test_the_subgenual_and_prefrontal_regions_are_there_and_the_amygdala_is_not() -> None:
    phantom = load_phantom(DATA)
    points = np.argwhere(phantom.mask) @ phantom.affine[:3, :3].T + phantom.affine[:3, 3]

    def voxels_near(place: tuple[float, float, float], radius: float = 10.0) -> int:
        return int((np.linalg.norm(points - np.array(place), axis=1) <= radius).sum())

    assert voxels_near((6, 16, -10)) > 20
    assert voxels_near((-38, 44, 26)) > 20
    # The source has cortex only: the volume must not lend the amygdala a neighbour's signal.
    assert voxels_near((-23, -3, -17), 6.0) == 0


def test_dataset_and_files_say_what_they_are(dataset: Path) -> None:
    for name in ("README", "derivatives/fmriprep/dataset_description.json"):
        text = (dataset / name).read_text(encoding="utf-8")
        assert "real brain signal in synthetic geometry" in text
    record = next(dataset.rglob("*_person.yaml")).read_text(encoding="utf-8")
    assert "invented person" in record


def test_a_finished_dataset_is_left_alone(dataset: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in dataset.rglob("*")}
    build(dataset)
    assert {p: p.stat().st_mtime_ns for p in dataset.rglob("*")} == before


def test_the_shipped_series_are_those_of_the_source(shared_data: Path) -> None:
    source = shared_data / "imaging" / "rest_fmri" / "lemon_sub-010188_rest_derived.npz"
    with np.load(source) as original, np.load(DATA / "rest_timeseries.npz") as shipped:
        for name in shipped.files:
            # Half precision keeps 11 bits: a relative error of at most 2 ** -11.
            np.testing.assert_allclose(shipped[name], original[name], rtol=5e-4, atol=1e-6)
