"""Volumes left out: least squares on the others, zero themselves, counted, and short stretches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.assays.mri.cleaning.censoring import moved_volumes, shortage
from equipoise.assays.mri.cleaning.projection import in_band, out_of_band, projection
from equipoise.assays.mri.cleaning.resample import (
    block_counts,
    calibration,
    correlations,
    fisher,
    resampled_correlations,
)
from equipoise.assays.mri.options import Options
from equipoise.assays.mri.run import read_run
from equipoise.assays.mri.scan import Scan
from equipoise.core.nouns import Recording
from tests.assays.mri.conftest import Twin, bold, brain, confounds, lay

VOLUMES, SECONDS, BAND = 200, 2.0, (0.01, 0.1)


def data() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return series and confounds that jump in the volumes that are left out."""
    generator = np.random.default_rng(5)
    series = 100 + generator.standard_normal((VOLUMES, 8)).cumsum(axis=0)
    confounds = generator.standard_normal((VOLUMES, 6)).cumsum(axis=0)
    out = np.zeros(VOLUMES, dtype=bool)
    out[[0, 31, 32, 33, 77, 120, 199]] = True
    series[out] += 1e3 * generator.standard_normal((7, 8))
    confounds[out] += 1e2 * generator.standard_normal((7, 6))
    return series, confounds, out


def test_leaving_volumes_out_equals_least_squares_on_the_others() -> None:
    """One regression on drift, fast cosines and confounds, fitted to the kept volumes alone."""
    series, confounds, out = data()
    design = np.hstack([
        out_of_band(VOLUMES, in_band(VOLUMES, SECONDS, *BAND)),
        np.linspace(-1, 1, VOLUMES)[:, None],
        confounds,
    ])[~out]
    beta, *_ = np.linalg.lstsq(design, series[~out], rcond=None)
    expected = series[~out] - design @ beta
    cleaning = projection(confounds, SECONDS, BAND, out)
    found = cleaning.in_time(cleaning.coefficients(series))
    # Double precision on values near 1e3.
    np.testing.assert_allclose(found[~out], expected, atol=1e-8)
    np.testing.assert_allclose(found[out], 0, atol=1e-8)
    assert cleaning.freedom == np.linalg.matrix_rank(np.eye(len(design)) - _hat(design))


def _hat(design: NDArray[np.float64]) -> NDArray[np.float64]:
    basis = np.linalg.qr(design)[0]
    return np.asarray(basis @ basis.T)


def test_what_stands_in_a_volume_left_out_makes_no_difference() -> None:
    series, confounds, out = data()
    cleaning = projection(confounds, SECONDS, BAND, out)
    other, moved = series.copy(), confounds.copy()
    other[out], moved[out] = -7.0, 1e6
    again = projection(moved, SECONDS, BAND, out)
    np.testing.assert_allclose(
        again.coefficients(other), cleaning.coefficients(series), atol=1e-7 * np.abs(series).max()
    )


def test_each_isolated_volume_costs_a_degree_of_freedom() -> None:
    _, confounds, out = data()
    whole = projection(confounds, SECONDS, BAND).freedom
    assert projection(confounds, SECONDS, BAND, out).freedom == whole - np.count_nonzero(out)


def test_a_burst_at_a_short_repetition_time_costs_what_the_band_holds_of_it() -> None:
    """12 volumes of 0.5 s: 6 s hold 2 x 0.09 Hz x 6 s = 1.1 degrees, and a few at the edges."""
    volumes = 800
    out = np.zeros(volumes, dtype=bool)
    out[400:412] = True
    confounds = np.zeros((volumes, 0))
    lost = projection(confounds, 0.5, BAND).freedom - projection(confounds, 0.5, BAND, out).freedom
    assert 2 <= lost <= 5
    # A jump of 50 standard deviations in the burst adds less than 3 % to what is there.
    generator = np.random.default_rng(1)
    series = generator.standard_normal((volumes, 50))
    jumped = series + 50 * out[:, None] * generator.standard_normal((volumes, 50))
    cleaning = projection(confounds, 0.5, BAND, out)
    clean, spoilt = (cleaning.in_time(cleaning.coefficients(s)) for s in (series, jumped))
    assert (spoilt - clean).std() < 0.03 * clean.std()
    assert np.abs(clean[out]).std() < 0.03 * clean.std()  # next to nothing is left there


def test_replicates_draw_nothing_from_volumes_left_out() -> None:
    """Counts at those volumes change no correlation, in a run and in its halves."""
    series, confounds, out = data()
    half = slice(0, VOLUMES // 2)
    cleaning = projection(confounds[half], SECONDS, BAND, out[half])
    time = cleaning.in_time(cleaning.coefficients(series[half])).astype(np.float32)
    counts = block_counts((VOLUMES // 2,), 10, 20, np.random.default_rng(0))
    found = resampled_correlations(time[:, :4], time[:, 4:], counts)
    heavy = counts + 1000 * out[half].astype(np.float32)
    changed = resampled_correlations(time[:, :4], time[:, 4:], heavy)
    np.testing.assert_allclose(changed, found, atol=1e-4)  # single precision


def test_the_standard_error_counts_the_volumes_left_out() -> None:
    """White noise with every ninth volume left out: the scatter over 500 pairs, known to 3 %."""
    generator = np.random.default_rng(6)
    confounds = generator.standard_normal((300, 10)).cumsum(axis=0)
    out = np.arange(300) % 9 == 4
    cleaning = projection(confounds, SECONDS, BAND, out)
    left = cleaning.coefficients(generator.standard_normal((300, 1000)))
    z = fisher(correlations(left[:, :500], left[:, 500:]))
    time = cleaning.in_time(left).astype(np.float32)
    counts = block_counts((300,), 10, 300, generator)
    drawn = fisher(resampled_correlations(time[:, :500], time[:, 500:], counts)).std(axis=0)
    error = np.sqrt(((drawn * calibration(cleaning, 10)) ** 2).mean())
    assert error == pytest.approx(z.std(), rel=0.1)
    assert z.std() == pytest.approx((cleaning.freedom - 2) ** -0.5, rel=0.1)


def test_short_stretches_are_left_out_as_in_nilearn() -> None:
    """20 random runs against the function by which nilearn scrubs."""
    scrub = pytest.importorskip("nilearn.interfaces.fmriprep.load_confounds_scrub")
    generator = np.random.default_rng(3)
    for _ in range(20):
        moved = np.abs(generator.standard_normal(120)) * 0.3
        found = moved_volumes(moved, 0.5, 5)
        theirs = scrub.optimize_scrub(np.flatnonzero(moved > 0.5), 120, 5)
        np.testing.assert_array_equal(np.flatnonzero(found), theirs)


@pytest.mark.parametrize(
    ("moved", "expected"),
    [
        ([0, 0, 0, 0, 0, 0], []),
        ([0, 0, 9, 0, 0, 9], [0, 1, 2, 3, 4, 5]),
        ([9, 0, 0, 0, 9, 0, 0, 0], [0, 4]),
    ],
)
def test_short_stretches_by_hand(moved: list[float], expected: list[int]) -> None:
    """A stretch of fewer than three volumes goes; exactly three stay."""
    found = moved_volumes(np.array(moved, dtype=float), 1.0, 3)
    assert np.flatnonzero(found).tolist() == expected


def test_no_limit_leaves_no_volume_out() -> None:
    assert not moved_volumes(np.array([0.0, 5.0, 100.0]), np.inf, 5).any()


def test_the_refusal_says_how_many_were_left_out_and_what_to_do() -> None:
    said = shortage(12, 240, 41)
    assert said is not None
    assert "12 degrees of freedom" in said
    assert "240 volumes after cleaning, 41 of them left out for motion" in said
    assert "fewer regressors" in said
    assert "raise the limit of motion" in said
    assert "left out" not in str(shortage(12, 240, 0))
    assert shortage(30, 240, 41) is None


def test_a_run_without_a_kept_volume_leaves_nothing(tmp_path: Path) -> None:
    del tmp_path
    cleaning = projection(np.ones((40, 2)), SECONDS, BAND, np.ones(40, dtype=bool))
    assert cleaning.freedom == 0


MOVED = (40, 41, 90, 150, 151, 152, 230)
REGIONS = ("dmn_ampfc", "dmn_pcc", "dmn_ag_l", "dmn_ag_r")


def jerked(folder: Path, moved: tuple[int, ...], *, jump: float) -> Recording:
    """Write the twin with a jump of the whole brain in volumes whose displacement says so."""
    twin = Twin()
    run = bold(twin)
    columns = confounds(twin, run)
    columns["framewise_displacement"] = np.full(twin.volumes, 0.1)
    columns["framewise_displacement"][list(moved)] = 2.0
    run[brain()[..., None] & np.isin(np.arange(twin.volumes), moved)] += jump
    folder.mkdir()
    return lay(folder, twin, run, columns)


def scores(recording: Recording, options: Options) -> NDArray[np.float64]:
    run = read_run(recording, REGIONS, options, whole_brain=False)
    means = np.stack([run.series[:, run.regions[r].columns].mean(axis=1) for r in REGIONS], axis=1)
    left = run.projection.coefficients(means.astype(np.float64))
    return np.asarray(fisher(correlations(left[:, :1], left[:, 1:])))


def test_a_jerk_of_the_head_makes_no_difference_once_it_is_left_out(tmp_path: Path) -> None:
    """From file to correlation: the same with and without the jump, and spoilt if it stays in."""
    options = Options(cleaning="none")
    jumped = jerked(tmp_path / "a", MOVED, jump=3000)
    plain = scores(jerked(tmp_path / "b", MOVED, jump=0), options)
    # Values are rounded to whole numbers, the noise has a standard deviation of 100.
    np.testing.assert_allclose(scores(jumped, options), plain, atol=0.01)
    spoilt = scores(jumped, Options(cleaning="none", censor_above=np.inf))
    assert (spoilt > plain + 1).all()


@pytest.mark.parametrize(
    ("apart", "said"),
    [
        # Stretches of four volumes go as well, but for the first, of five, as all below.
        (5, "0 degrees of freedom of 300 volumes after cleaning, 295 of them left out"),
        (6, "23 degrees of freedom of 300 volumes after cleaning, 49 of them left out"),
    ],
)
def test_a_run_of_much_motion_is_refused_with_the_numbers(
    tmp_path: Path, apart: int, said: str
) -> None:
    """The quiet run keeps 72 degrees of freedom; 49 volumes take one each."""
    recording = jerked(tmp_path / "a", tuple(range(apart, 300, apart)), jump=0)
    scan = Scan((read_run(recording, REGIONS, Options(), whole_brain=False),))
    missed = scan.missed("mri.rest_default_mode", REGIONS)
    assert missed is not None
    assert said in missed.reason
    assert "raise the limit of motion" in missed.reason
