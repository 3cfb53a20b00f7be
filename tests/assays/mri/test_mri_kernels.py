"""Reading, averaging and cleaning equal nilearn on the same choices to 1e-4 of the signal.

Left out of the comparison: nilearn's Butterworth filter. It is recursive, so what it leaves is no
projection of what came in; with cosines on both sides everything can be compared.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.assays.mri.cleaning.projection import in_band, out_of_band, projection
from equipoise.assays.mri.run import Run, band, read_run
from equipoise.core.nouns import Recording

VOLUMES, SECONDS = 240, 1.5
REGIONS = ("sgacc_r", "dmn_pcc", "dmn_ampfc", "dlpfc_ba46_l")

pytestmark = pytest.mark.filterwarnings("ignore")  # nilearn's advice on future defaults


def data() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    generator = np.random.default_rng(12)
    series = 1e4 + 100 * generator.standard_normal((VOLUMES, 30)).cumsum(axis=0)
    confounds = generator.standard_normal((VOLUMES, 12)).cumsum(axis=0)
    out = generator.random(VOLUMES) < 0.06
    series[out] += 5e3
    return series, confounds, out


def beside(confounds: NDArray[np.float64], volumes: int, seconds: float) -> NDArray[np.float64]:
    """Return everything that one regression removes: filter, trend and confounds."""
    outside = out_of_band(volumes, in_band(volumes, seconds, *band()))
    return np.hstack([outside, np.linspace(-1, 1, volumes)[:, None], confounds])


def nilearn_clean(series: NDArray[np.float64], **choices: Any) -> NDArray[np.float64]:
    from nilearn.signal import clean

    plain = {"standardize": False, "standardize_confounds": False, "detrend": False}
    return np.asarray(clean(series, **(plain | choices)))


def close(mine: NDArray[np.floating], theirs: NDArray[np.floating]) -> None:
    np.testing.assert_allclose(mine, theirs, atol=1e-4 * float(np.std(theirs)), rtol=0)


def test_cleaning_equals_nilearn_given_trend_cosines_and_confounds() -> None:
    series, confounds, _ = data()
    cleaning = projection(confounds, SECONDS, band())
    theirs = nilearn_clean(series, confounds=beside(confounds, VOLUMES, SECONDS))
    close(cleaning.in_time(cleaning.coefficients(series)), theirs)


def test_leaving_volumes_out_equals_nilearn_with_a_sample_mask() -> None:
    series, confounds, out = data()
    cleaning = projection(confounds, SECONDS, band(), out)
    theirs = nilearn_clean(
        series,
        confounds=beside(confounds, VOLUMES, SECONDS),
        sample_mask=np.flatnonzero(~out),
    )
    mine = cleaning.in_time(cleaning.coefficients(series))
    close(mine[~out], theirs)
    assert np.abs(mine[out]).max() < 1e-6 * mine.std()


def test_our_cosines_are_those_of_nilearn() -> None:
    """nilearn's own high-pass by cosines, against a band that has no upper end."""
    series, confounds, _ = data()
    trend = np.linspace(-1, 1, VOLUMES)[:, None]
    low, _ = band()
    cleaning = projection(confounds, SECONDS, (low, np.inf))
    theirs = nilearn_clean(
        series,
        confounds=np.hstack([confounds, trend, np.ones((VOLUMES, 1))]),
        filter="cosine",
        high_pass=low,
        t_r=SECONDS,
    )
    close(cleaning.in_time(cleaning.coefficients(series)), theirs)


def atlas(run: Run) -> Any:
    """Return the regions of a run as an image of labels."""
    import nibabel as nib

    labels = np.zeros(int(np.prod(run.grid.shape)), dtype=np.int16)
    for number, region in enumerate(REGIONS, start=1):
        labels[run.voxels[run.regions[region].columns]] = number
    shape = run.grid.shape
    return nib.Nifti1Image(labels.reshape(shape, order="F"), run.grid.affine)


def means(run: Run) -> NDArray[np.float64]:
    found = [run.series[:, run.regions[r].columns].mean(axis=1) for r in REGIONS]
    return np.stack(found, axis=1).astype(np.float64)


@pytest.fixture
def moved(twin: Any) -> Recording:
    """Return a run in which seven volumes moved."""
    recording: Recording = twin()
    path = Path(str(recording.confounds))
    lines = path.read_text(encoding="utf-8").splitlines()
    column = lines[0].split("\t").index("framewise_displacement")
    for volume in (40, 41, 90, 150, 151, 152, 230):
        cells = lines[volume + 1].split("\t")
        cells[column] = "1.5"
        lines[volume + 1] = "\t".join(cells)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return replace(recording, confounds=str(path))


def test_region_means_are_those_of_the_labels_masker(twin: Any) -> None:
    """Our stream of the file, scaled and averaged, against nibabel and nilearn."""
    from nilearn.maskers import NiftiLabelsMasker

    recording = twin()
    run = read_run(recording, REGIONS)
    masker = NiftiLabelsMasker(atlas(run), standardize=False, resampling_target=None)
    theirs = masker.fit_transform(recording.path)
    close(means(run), theirs - theirs.mean(axis=0))


def test_cleaned_region_means_are_those_of_the_labels_masker(moved: Recording) -> None:
    """From file to cleaned series, with 36 regressors and volumes left out."""
    from nilearn.maskers import NiftiLabelsMasker

    run = read_run(moved, REGIONS)
    out = run.confounds.censored
    assert np.flatnonzero(out).tolist() == [40, 41, 90, 150, 151, 152, 230]
    masker = NiftiLabelsMasker(
        atlas(run),
        standardize=False,
        standardize_confounds=False,
        resampling_target=None,
    )
    theirs = masker.fit_transform(
        moved.path,
        confounds=beside(run.confounds.values, run.volumes, run.seconds),
        sample_mask=np.flatnonzero(~out),
    )
    mine = run.projection.in_time(run.projection.coefficients(means(run)))
    close(mine[~out], theirs)
