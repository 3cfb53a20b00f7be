"""The block bootstrap: counts, correlations and the calibrated standard error."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.assays.mri.cleaning.projection import in_band, projection
from equipoise.assays.mri.cleaning.resample import (
    block_counts,
    calibration,
    correlations,
    effective_freedom,
    fisher,
    inflation,
    resampled_correlations,
)
from equipoise.assays.mri.cleaning.spectrum import spectrum
from equipoise.core.tables import setting


def test_every_replicate_has_as_many_volumes_as_the_run() -> None:
    counts = block_counts((53,), 10, 40, np.random.default_rng(0))
    assert counts.shape == (40, 53)
    np.testing.assert_array_equal(counts.sum(axis=1), 53)


def test_blocks_hold_neighbours_on_the_circle() -> None:
    """A single block of the whole length is the run itself, wherever it starts."""
    counts = block_counts((20,), 20, 5, np.random.default_rng(0))
    np.testing.assert_array_equal(counts, 1)
    one = block_counts((100,), 50, 1, np.random.default_rng(2))[0]
    edges = np.count_nonzero(np.diff(np.append(one, one[0])))
    assert edges <= 4  # two blocks begin and end


def test_correlations_are_those_of_numpy() -> None:
    generator = np.random.default_rng(1)
    x, y = generator.standard_normal((2, 30, 4))
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    expected = [np.corrcoef(x[:, i], y[:, i])[0, 1] for i in range(4)]
    np.testing.assert_allclose(correlations(x, y), expected)
    assert correlations(np.zeros((5, 1)), np.ones((5, 1)))[0] == 0


def test_resampled_correlations_are_those_of_the_drawn_volumes() -> None:
    generator = np.random.default_rng(2)
    x, y = generator.standard_normal((2, 60, 3)).astype(np.float32)
    counts = block_counts((60,), 7, 6, generator)
    found = resampled_correlations(x, y, counts)
    for row, count in zip(found, counts, strict=True):
        drawn = np.repeat(np.arange(60), count.astype(int))
        product = (x[drawn] * y[drawn]).sum(axis=0)
        length = np.sqrt((x[drawn] ** 2).sum(axis=0) * (y[drawn] ** 2).sum(axis=0))
        np.testing.assert_allclose(row, product / length, rtol=1e-5)  # single precision


def test_fisher_is_finite_at_the_ends() -> None:
    found = fisher(np.array([-1.0, 0.0, 0.5, 1.0]))
    assert np.isfinite(found).all()
    assert found[2] == pytest.approx(0.5493, abs=1e-4)  # ln(3) / 2


@pytest.mark.parametrize(("volumes", "seconds", "columns"), [(300, 2.0, 36), (652, 1.4, 28)])
def test_the_standard_error_is_the_scatter_of_unrelated_series(
    volumes: int, seconds: float, columns: int
) -> None:
    """600 pairs of white noise: the mean standard error is the scatter of their Fisher z.

    The scatter of 600 values is known to 3 per cent, and a variance from blocks has a small bias:
    10 per cent.
    """
    generator = np.random.default_rng(4)
    confounds = generator.standard_normal((volumes, columns)).cumsum(axis=0)
    cleaning = projection(confounds, seconds, (0.01, 0.1))
    length = round(40 / seconds)
    left = cleaning.coefficients(generator.standard_normal((volumes, 1200)))
    z = fisher(correlations(left[:, :600], left[:, 600:]))
    series = cleaning.in_time(left).astype(np.float32)
    counts = block_counts((volumes,), length, 300, generator)
    drawn = fisher(resampled_correlations(series[:, :600], series[:, 600:], counts))
    error = drawn.std(axis=0) * inflation(cleaning.kernel(), length)
    assert np.sqrt((error**2).mean()) == pytest.approx(z.std(), rel=0.1)
    # Theory: a Fisher z of nu degrees of freedom about a known mean has variance 1 / (nu - 1).
    assert z.std() == pytest.approx((cleaning.freedom - 1) ** -0.5, rel=0.1)


def test_without_cleaning_blocks_need_no_calibration() -> None:
    """White noise with its identity kernel loses only the mean over the blocks."""
    assert inflation(np.eye(1000), 10) == pytest.approx(1, abs=0.01)


def test_where_nothing_is_left_nothing_is_widened() -> None:
    assert inflation(np.zeros((30, 30)), 10) == 1.0


def drawn_signals(
    kind: str, shape: tuple[int, int], seconds: float, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return Gaussian series, shape (volumes, n): white, of power 1/f, or autoregressive."""
    volumes, count = shape
    noise = generator.standard_normal((4 * volumes, count))
    if kind == "white":
        return noise[:volumes]
    if kind == "1/f":
        frequency = np.fft.rfftfreq(len(noise), seconds)
        frequency[0] = frequency[1]
        slow = np.fft.rfft(noise, axis=0) / np.sqrt(frequency)[:, None]
        return np.asarray(np.fft.irfft(slow, len(noise), axis=0)[:volumes])
    from scipy.signal import lfilter

    return np.asarray(lfilter([1.0], [1.0, -float(kind)], noise, axis=0)[-volumes:])


def coverage_of(
    kind: str, design: tuple[float, float, int], r: float, pairs: int
) -> tuple[float, float, float]:
    """Return standard error over scatter, share of intervals that hold, effective freedom."""
    minutes, seconds, columns = design
    generator = np.random.default_rng(7)
    volumes, length = round(60 * minutes / seconds), round(setting("bold_block_seconds") / seconds)
    confounds = generator.standard_normal((volumes, columns)).cumsum(axis=0)
    cleaning = projection(confounds, seconds, (0.01, 0.1))
    first = drawn_signals(kind, (volumes, pairs), seconds, generator)
    second = drawn_signals(kind, (volumes, pairs), seconds, generator)
    left = cleaning.coefficients(first)
    right = cleaning.coefficients(r * first + np.sqrt(1 - r**2) * second)
    z = fisher(correlations(left, right))
    counts = block_counts((volumes,), length, 300, generator)
    x, y = (cleaning.in_time(c).astype(np.float32) for c in (left, right))
    drawn = fisher(resampled_correlations(x, y, counts)).std(axis=0, ddof=1)
    # Each scan of 8 regions has a calibration of its own; 30 of them are dealt out in turn.
    regions = [first[:, 8 * n : 8 * n + 8] for n in range(30)]
    factors = np.resize([calibration(cleaning, length, part) for part in regions], pairs)
    error = drawn * factors
    worth = effective_freedom(cleaning.kernel(spectrum(cleaning, first)))
    held = np.abs(z - np.arctanh(r)) < NormalDist().inv_cdf(0.975) * error
    return float(np.sqrt((error**2).mean()) / z.std()), float(held.mean()), worth


KINDS = ("white", "1/f", "0.5", "0.9")
DESIGNS = ((5, 2.0, 20), (10, 0.8, 36), (10, 2.0, 36), (20, 2.5, 36))


@pytest.mark.slow
@pytest.mark.parametrize("r", [0.0, 0.5])
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("kind", KINDS)
def test_errors_and_intervals_hold_for_slow_signals(
    kind: str, design: tuple[float, float, int], r: float
) -> None:
    """1500 repeated scans: scatter known to 2 %, coverage to 0.6 %, so 93 % may show as 92.5.

    Where the signal is worth fewer independent values than a scan needs degrees of freedom, the
    normal interval is a little short however good the error is.
    """
    ratio, held, worth = coverage_of(kind, design, r, 1500)
    assert ratio == pytest.approx(1, abs=0.07)
    assert (0.925 if worth >= 29 else 0.9) <= held <= 0.97


def test_errors_hold_for_a_slow_signal_in_one_case() -> None:
    """The quick form of the above; without the spectrum the error is 10 % or more too small."""
    ratio, held, _ = coverage_of("1/f", (10, 2.0, 36), 0.0, 600)
    assert ratio == pytest.approx(1, abs=0.09)  # scatter of 600 known to 3 %
    assert 0.91 <= held <= 0.975


@pytest.mark.parametrize(("kind", "slope"), [("white", 0.0), ("1/f", -1.0)])
def test_the_spectrum_is_found_below_what_confounds_took(kind: str, slope: float) -> None:
    """The power at 0.02 over that at 0.08 Hz, from 40 series through 30 confounds."""
    generator = np.random.default_rng(1)
    confounds = generator.standard_normal((400, 30)).cumsum(axis=0)
    cleaning = projection(confounds, 2.0, (0.01, 0.1))
    found = spectrum(cleaning, drawn_signals(kind, (400, 40), 2.0, generator))
    numbers = in_band(400, 2.0, 0.01, 0.1) / 1600
    slow, fast = (found[np.abs(numbers - f).argmin()] for f in (0.02, 0.08))
    # 40 series of 110 degrees of freedom: a logarithm of two powers is known to about 0.1.
    assert np.log(slow / fast) == pytest.approx(-slope * np.log(4), abs=0.2)
    assert found.mean() == pytest.approx(1)


def test_a_spectrum_of_too_little_is_even() -> None:
    cleaning = projection(np.zeros((60, 0)), 2.0, (0.01, 0.02))
    np.testing.assert_array_equal(spectrum(cleaning, np.ones((60, 2))), 1)
    wide = projection(np.zeros((60, 0)), 2.0, (0.01, 0.1))
    np.testing.assert_array_equal(spectrum(wide, np.zeros((60, 3))), 1)


def test_the_calibration_is_never_below_that_of_an_even_power() -> None:
    """Fast signals too."""
    cleaning = projection(np.zeros((300, 0)), 2.0, (0.01, 0.1))
    fast = np.diff(np.random.default_rng(2).standard_normal((302, 20)), 2, axis=0)
    assert calibration(cleaning, 10, fast) >= calibration(cleaning, 10)
    assert effective_freedom(cleaning.kernel()) == pytest.approx(cleaning.freedom)


@pytest.mark.shared
def test_two_halves_of_a_volunteer_differ_by_what_the_errors_say(
    volunteer: dict[str, NDArray[np.float64]],
) -> None:
    """800 pairs of parcels in two halves of 7.6 minutes: real signals, no model of ours.

    The difference over its error has a standard deviation of 1 if nothing but noise differs, and
    somewhat more if the person changed. An error that takes the power as even is 20 % smaller.
    """
    conf = np.column_stack([volunteer["confounds"][:, :18], volunteer["global_signal"]])
    out = (volunteer["confounds"][:, 18:26] != 0).any(axis=1)
    parcels, seconds = volunteer["parcel_ts"], 1.4
    generator = np.random.default_rng(0)
    pairs = np.array([generator.choice(400, 2, replace=False) for _ in range(800)])
    length = round(setting("bold_block_seconds") / seconds)
    scores, errors, even = [], [], []
    for half in (slice(0, 326), slice(326, 652)):
        cleaning = projection(conf[half], seconds, (0.01, 0.1), out[half])
        left = cleaning.coefficients(parcels[half])
        x, y = (left[:, pairs[:, side]] for side in (0, 1))
        scores.append(fisher(correlations(x, y)))
        one, other = (cleaning.in_time(c).astype(np.float32) for c in (x, y))
        counts = block_counts((326,), length, 300, generator)
        drawn = fisher(resampled_correlations(one, other, counts)).std(axis=0, ddof=1)
        errors.append(drawn * calibration(cleaning, length, parcels[half]))
        even.append(drawn * calibration(cleaning, length))
    apart = scores[0] - scores[1]
    assert 0.9 <= (apart / np.hypot(*errors)).std() <= 1.25
    assert (apart / np.hypot(*even)).std() > 1.3
    assert 0.89 <= (np.abs(apart) < NormalDist().inv_cdf(0.975) * np.hypot(*errors)).mean() <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["white", "1/f"])
def test_the_error_of_a_circuit_holds_too(kind: str) -> None:
    """The mean of five edges among four related regions in 600 repeated scans of 10 minutes."""
    generator = np.random.default_rng(3)
    cleaning = projection(generator.standard_normal((300, 36)).cumsum(axis=0), 2.0, (0.01, 0.1))
    length = round(setting("bold_block_seconds") / 2.0)
    counts = block_counts((300,), length, 300, generator)
    first, second = np.array([(0, 1), (0, 2), (0, 3), (1, 2), (1, 3)]).T
    scores, errors = [], []
    for _ in range(600):
        own = drawn_signals(kind, (300, 4), 2.0, generator)
        series = own + 0.7 * drawn_signals(kind, (300, 1), 2.0, generator)
        left = cleaning.coefficients(series)
        scores.append(fisher(correlations(left[:, first], left[:, second])).mean())
        time = cleaning.in_time(left).astype(np.float32)
        drawn = resampled_correlations(time[:, first], time[:, second], counts)
        spread = fisher(drawn).mean(axis=1, dtype=np.float64).std(ddof=1)
        errors.append(spread * calibration(cleaning, length, series))
    z, error = np.array(scores), np.array(errors)
    # The scatter of 600 values is known to 3 per cent, coverage to 0.9.
    assert np.sqrt((error**2).mean()) / z.std() == pytest.approx(1, abs=0.08)
    assert 0.92 <= (np.abs(z - z.mean()) < NormalDist().inv_cdf(0.975) * error).mean() <= 0.97
