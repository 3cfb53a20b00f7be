"""Times within a course against numerical integration and published shares."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from equipoise.core.nouns import Treatment
from equipoise.core.tables import load_table, setting
from equipoise.evidence import load
from equipoise.predict.settings import load_settings
from equipoise.predict.timing import clock_of, relapse_weeks, weeks_to_response

KNOWN = {one.id: one for one in load().treatments}
SETTINGS = load_settings()


def _density(weeks: np.ndarray, median: float, log_sd: float) -> np.ndarray:
    """Return the log-normal density, written out."""
    z = np.log(weeks / median) / log_sd
    return np.asarray(np.exp(-(z**2) / 2) / (weeks * log_sd * math.sqrt(2 * math.pi)))


@pytest.mark.parametrize(
    ("name", "median", "end"),
    [("escitalopram", 4.0, 8.0), ("ect", 2.0, 6.0), ("cbt", 8.0, 8.0), ("snt", 0.7, 6.0)],
)
def test_time_to_response_is_the_cut_log_normal(name: str, median: float, end: float) -> None:
    found = weeks_to_response(KNOWN[name], SETTINGS)
    assert found is not None
    weeks = np.linspace(1e-4, end, 400_001)
    density = _density(weeks, median, SETTINGS.time_log_sd)
    cumulated = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    cumulated /= cumulated[-1]
    mean = np.trapezoid(density * weeks, weeks) / np.trapezoid(density, weeks)
    # The trapezoid with 400 000 points is good to about 1e-6 weeks.
    assert found.mean == pytest.approx(mean, abs=1e-4)
    wanted = np.interp([0.1, 0.9, 0.025, 0.975], cumulated, weeks)
    assert (*found.ci80, *found.ci95) == pytest.approx(tuple(wanted), abs=1e-3)


def test_draws_follow_the_same_distribution() -> None:
    clock = clock_of(KNOWN["escitalopram"], SETTINGS)
    assert clock is not None
    share = (np.arange(20_000) + 0.5) / 20_000
    weeks = clock.response_weeks(share)
    assert weeks.max() <= clock.decided
    found = weeks_to_response(KNOWN["escitalopram"], SETTINGS)
    assert found is not None
    # A midpoint rule with 20 000 points on a smooth quantile function.
    assert weeks.mean() == pytest.approx(found.mean, abs=1e-3)
    assert clock.responded(weeks) == pytest.approx(share, abs=1e-4)


def test_two_fifths_of_the_dropouts_leave_within_two_weeks() -> None:
    clock = clock_of(KNOWN["escitalopram"], SETTINGS)
    assert clock is not None
    assert clock.left(np.array([2.0, 8.0])) == pytest.approx([0.4, 1.0], abs=1e-12)
    share = np.linspace(0.01, 0.99, 50)
    assert clock.left(clock.dropout_weeks(share)) == pytest.approx(share, abs=1e-12)


def test_a_group_without_times_has_none() -> None:
    stranger: Treatment = replace(KNOWN["escitalopram"], group="nothing_known")
    assert weeks_to_response(stranger, SETTINGS) is None


def test_relapse_after_ect_has_the_published_half_year() -> None:
    row = load_table("baselines/relapse").row(id="ect")
    shape, year = setting("predict_relapse_shape"), setting("predict_year_weeks")
    share = (np.arange(10_000) + 0.5) / 10_000
    weeks = relapse_weeks(share, np.full(10_000, row.number("risk")), shape, year)
    half = np.mean(weeks <= year / 2)
    # Jelovac 2013: 37.7 % (95 % interval 30.7 to 45.2) by six months; the year alone was used.
    assert 0.307 < half < 0.452
    assert half == pytest.approx(row.number("risk_half"), abs=0.03)


def test_relapse_draws_hold_the_yearly_risk() -> None:
    share = (np.arange(10_000) + 0.5) / 10_000
    weeks = relapse_weeks(share, np.full(10_000, 0.335), 0.7, 52.0)
    assert np.mean(weeks <= 52.0) == pytest.approx(0.335, abs=1e-4)
