"""One projection equals regression on everything at once, and nilearn given the same regressors."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.assays.mri.cleaning.projection import in_band, out_of_band, projection

VOLUMES, SECONDS, BAND = 200, 1.5, (0.01, 0.1)


def data() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return series and confounds of very different sizes, with a constant and a repeat."""
    generator = np.random.default_rng(8)
    series = 1e4 + 100 * generator.standard_normal((VOLUMES, 40)).cumsum(axis=0)
    confounds = generator.standard_normal((VOLUMES, 12)).cumsum(axis=0) * 10.0 ** np.arange(-6, 6)
    confounds = np.hstack([confounds, np.ones((VOLUMES, 1)), confounds[:, :1] * 3])
    return series, confounds


def regressors(confounds: NDArray[np.float64]) -> NDArray[np.float64]:
    outside = out_of_band(VOLUMES, in_band(VOLUMES, SECONDS, *BAND))
    return np.hstack([outside, np.linspace(-1, 1, VOLUMES)[:, None], confounds])


def cleaned(series: NDArray[np.float64], confounds: NDArray[np.float64]) -> NDArray[np.floating]:
    cleaning = projection(confounds, SECONDS, BAND)
    return cleaning.in_time(cleaning.coefficients(series))


def test_equals_one_regression_by_least_squares() -> None:
    series, confounds = data()
    design = regressors(confounds)
    design = design / np.linalg.norm(design, axis=0)
    beta, *_ = np.linalg.lstsq(design, series, rcond=1e-10)
    # Double precision on values near 1e4 and a design of condition up to 1e10.
    np.testing.assert_allclose(cleaned(series, confounds), series - design @ beta, atol=1e-5)


@pytest.mark.filterwarnings("ignore")
def test_equals_nilearn_given_the_same_regressors() -> None:
    from nilearn.signal import clean

    series, confounds = data()
    theirs = clean(
        series,
        confounds=regressors(confounds),
        standardize=False,
        standardize_confounds=False,
        detrend=False,
    )
    # nilearn drops directions below 100 eps by pivoted QR, we below sqrt(eps): 1e-4 of a signal
    # with a standard deviation near 100 leaves room for either choice.
    np.testing.assert_allclose(cleaned(series, confounds), theirs, atol=1e-4 * theirs.std())


def test_nothing_of_confounds_trend_or_other_frequencies_is_left() -> None:
    series, confounds = data()
    found = cleaned(series, confounds)
    design = regressors(confounds)
    against = (design / np.linalg.norm(design, axis=0)).T @ (found / np.linalg.norm(found, axis=0))
    assert np.abs(against).max() < 1e-6


def test_degrees_of_freedom_are_those_of_white_noise() -> None:
    """The expected energy of cleaned white noise is its degrees of freedom."""
    _, confounds = data()
    cleaning = projection(confounds, SECONDS, BAND)
    assert cleaning.freedom == round(float(np.trace(cleaning.kernel())))
    kept = len(in_band(VOLUMES, SECONDS, *BAND))
    assert kept - 13 <= cleaning.freedom < kept  # twelve confounds and a trend
    noise = np.random.default_rng(1).standard_normal((VOLUMES, 4000))
    energy = (cleaning.coefficients(noise) ** 2).sum(axis=0).mean()
    assert energy == pytest.approx(cleaning.freedom, rel=0.02)  # 4000 draws: 0.4 per cent


def test_the_band_is_that_of_the_fourier_transform() -> None:
    """A cosine in the band passes, one outside does not."""
    time = np.arange(VOLUMES) * SECONDS
    cleaning = projection(np.zeros((VOLUMES, 1)), SECONDS, BAND)
    for frequency, passes in ((0.05, True), (0.002, False), (0.2, False)):
        wave = np.cos(2 * np.pi * frequency * time)[:, None]
        left = float(np.linalg.norm(cleaning.coefficients(wave)) / np.linalg.norm(wave))
        assert left > 0.95 if passes else left < 0.3


def test_no_confounds_leave_only_the_trend_removed() -> None:
    cleaning = projection(np.zeros((VOLUMES, 0)), SECONDS, BAND)
    assert cleaning.removed.shape[1] == 1


def test_single_precision_is_enough() -> None:
    """Streams are single precision: the difference stays below 1e-4 of the signal."""
    series, confounds = data()
    series -= series.mean(axis=0)
    cleaning = projection(confounds, SECONDS, BAND)
    double = cleaning.coefficients(series)
    single = cleaning.coefficients(series.astype(np.float32))
    assert np.abs(single - double).max() < 1e-4 * np.abs(double).max()


def test_the_size_of_a_regressor_makes_no_difference() -> None:
    """A projection depends on directions alone; scaling by powers of two is exact."""
    series, confounds = data()
    small = confounds[:, :6]
    huge = small * 2.0 ** np.array([0, 400, -400, 10, 500, 0])
    np.testing.assert_array_equal(cleaned(series, huge), cleaned(series, small))


def test_a_band_that_the_run_does_not_reach_leaves_nothing() -> None:
    cleaning = projection(np.ones((20, 1)), 0.001, BAND)
    assert cleaning.freedom == 0
    assert cleaning.coefficients(np.ones((20, 3))).shape == (0, 3)
