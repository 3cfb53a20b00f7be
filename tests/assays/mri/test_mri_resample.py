"""The block bootstrap: counts, correlations and the calibrated standard error."""

from __future__ import annotations

import numpy as np
import pytest

from equipoise.assays.mri.cleaning.projection import projection
from equipoise.assays.mri.cleaning.resample import (
    block_counts,
    correlations,
    fisher,
    inflation,
    resampled_correlations,
)


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
