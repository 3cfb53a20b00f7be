"""Inflammation and metabolism: posteriors of several markers, by hand and by their properties."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.core.nouns import (
    Measurement,
    MechanismState,
    NormedMeasurement,
    NormUsed,
    Profile,
    Provenance,
    Quantity,
)
from equipoise.core.tables import load_table, setting
from equipoise.profile import infer
from equipoise.profile.kernels import (
    Errors,
    error_covariance,
    posterior,
    shared_in_sample,
)

TODAY = "2026-03-02"
A1C, SUGAR, FATS, HDL = "blood.hba1c", "blood.glucose", "blood.triglycerides", "blood.hdl"
CRP, CELLS = "blood.crp_hs", "blood.leucocytes"
METABOLIC = (A1C, SUGAR, FATS, HDL)
# No study places patients on these norms: 0.2 joins the error 0.1 of the norm.
NORM = 0.1**2 + 0.2**2
SAMPLE = 0.3**2


def _normed(
    measure: str, z: float, *, date: str = TODAY, error: float = 0.1, value: float = 1.0
) -> NormedMeasurement:
    unit = load_table("measures/measures").row(id=measure).text("unit")
    one = Measurement(measure, Quantity(value, unit), date, 1.0, (), Provenance((), "test"))
    row = next(r for r in load_table("norms/norms") if r.text("measure") == measure)
    used = NormUsed(row.text("id"), "", "", "n/a", "derived")
    return NormedMeasurement(one, used, z, error, 50.0, False, None)


def _state(profile: Profile, name: str) -> MechanismState:
    (found,) = [state for state in profile.mechanisms if state.id == name]
    return found


def _metabolism(*measured: NormedMeasurement) -> MechanismState:
    return _state(infer(measured, today=TODAY), "metabolic")


def test_hba1c_alone_by_hand() -> None:
    # r = 0.75, loading 0.8: E[m | y] = 0.8 sqrt(0.75) y / (1 + norm error).
    state = _metabolism(_normed(A1C, 1.5))
    assert state.mean == pytest.approx(0.8 * math.sqrt(0.75) * 1.5 / (1 + NORM), rel=1e-9)
    assert state.sd == pytest.approx(math.sqrt(1 - 0.64 * 0.75 / (1 + NORM)), rel=1e-9)


@pytest.mark.parametrize(("second", "shared"), [(TODAY, SAMPLE), ("2026-03-01", 0.0)])
def test_hba1c_and_hdl_by_hand(second: str, shared: float) -> None:
    # Two markers of one mechanism: loadings 0.8 and -0.3, r 0.75 and 0.8. In one sample what made
    # the day unlike others moves HDL down where it moves HbA1c up.
    older = math.exp(-1 / 365) if second != TODAY else 1.0
    h = np.array([0.8 * math.sqrt(0.75), -0.3 * math.sqrt(0.8) * older])
    w = np.diag([1 + NORM, 1 + NORM])
    w[0, 1] = w[1, 0] = h[0] * h[1] - shared
    y = np.array([1.2, -0.9])
    state = _metabolism(_normed(A1C, 1.2), _normed(HDL, -0.9, date=second))
    assert state.mean == pytest.approx(h @ np.linalg.solve(w, y), rel=1e-6)
    assert state.sd == pytest.approx(math.sqrt(1 - h @ np.linalg.solve(w, h)), rel=1e-6)


def test_the_second_marker_of_a_sample_says_less_than_one_of_another_day() -> None:
    def sd(date: str) -> float:
        return _metabolism(_normed(A1C, 1.0), _normed(SUGAR, 1.0, date=date)).sd

    alone = _metabolism(_normed(A1C, 1.0)).sd
    assert sd("2026-03-01") < sd(TODAY) < alone


def test_low_hdl_points_the_way_of_high_sugar() -> None:
    assert _metabolism(_normed(HDL, -1.5)).mean > 0
    assert _metabolism(_normed(HDL, 1.5)).mean < 0
    assert _metabolism(_normed(SUGAR, 1.5)).mean > 0


@given(
    zs=st.lists(st.floats(-3, 3), min_size=4, max_size=4),
    errors=st.lists(st.floats(0.1, 2.0), min_size=4, max_size=4),
    more=st.lists(st.floats(0.0, 2.0), min_size=4, max_size=4),
)
@settings(max_examples=25)
def test_more_error_never_sharpens(zs: list[float], errors: list[float], more: list[float]) -> None:
    sharp = [_normed(m, z, error=e) for m, z, e in zip(METABOLIC, zs, errors, strict=True)]
    dull = [
        _normed(m, z, error=e + extra)
        for m, z, e, extra in zip(METABOLIC, zs, errors, more, strict=True)
    ]
    assert _metabolism(*dull).sd >= _metabolism(*sharp).sd - 1e-12


@given(present=st.sets(st.sampled_from(METABOLIC), min_size=1), zs=st.floats(-3, 3))
@settings(max_examples=25)
def test_a_missing_marker_only_widens(present: set[str], zs: float) -> None:
    every = _metabolism(*(_normed(measure, zs) for measure in METABOLIC))
    some = _metabolism(*(_normed(measure, zs) for measure in sorted(present)))
    assert every.sd <= some.sd + 1e-12 <= 1.0 + 1e-12


def test_the_order_of_the_markers_changes_nothing() -> None:
    measured = [_normed(m, z) for m, z in zip(METABOLIC, (1.0, 0.4, 2.0, -1.1), strict=True)]
    found = {infer(order, today=TODAY).mean for order in permutations(measured)}
    assert len(found) == 1


def test_sugar_and_fats_leave_inflammation_as_it_was() -> None:
    crp = _normed(CRP, 1.3)
    alone = _state(infer((crp,), today=TODAY), "inflammation")
    measured = (crp, *(_normed(measure, 1.0) for measure in METABOLIC))
    beside = _state(infer(measured, today=TODAY), "inflammation")
    assert (beside.mean, beside.sd) == pytest.approx((alone.mean, alone.sd), abs=1e-14)


def test_leucocytes_of_the_sample_add_little_to_crp() -> None:
    def sd(*measured: NormedMeasurement) -> float:
        return _state(infer(measured, today=TODAY), "inflammation").sd

    crp, cells = _normed(CRP, 1.2), _normed(CELLS, 1.2)
    assert sd(crp, cells) < sd(crp) < sd(cells) < 1.0
    # As if they were independent they would say more.
    assert sd(crp, _normed(CELLS, 1.2, date="2026-03-01")) < sd(crp, cells)


def test_leucocytes_of_an_acute_day_do_not_count() -> None:
    acute, cells = _normed(CRP, 3.0, value=24.0), _normed(CELLS, 2.0)
    sugar = _normed(A1C, 1.0)
    profile = infer((acute, cells, sugar), today=TODAY)
    assert profile.measures_used == (A1C,)
    aside = dict(profile.measures_set_aside)
    assert "lies above 10 mg/L" in aside[CRP]
    assert aside[CELLS].startswith("taken on the day of High-sensitivity C-reactive protein")
    another = infer((acute, _normed(CELLS, 2.0, date="2026-02-01")), today=TODAY)
    assert another.measures_used == (CELLS,)


def test_every_marker_is_a_measurement_with_a_norm_and_a_reliability() -> None:
    norms = {row.text("measure") for row in load_table("norms/norms")}
    for row in load_table("mechanisms/loadings"):
        name = row.text("measure")
        measure = load_table("measures/measures").row(id=name)
        assert measure.text("kind") == "measurement", name
        assert measure.optional_number("reliability") is not None, name
        # Resting circuits have no published norm: a site makes its own.
        assert name in norms or name.startswith("mri."), name


def test_markers_that_do_not_count_are_no_markers() -> None:
    loading = {row.text("measure") for row in load_table("mechanisms/loadings")}
    unused = {f"blood.{row.text('test')}" for row in load_table("mechanisms/unused")}
    assert unused
    assert not unused & loading


def test_no_moderator_hangs_on_metabolism() -> None:
    asked = {row.optional_text("measure") for row in load_table("moderators/moderators")}
    assert not asked & {"metabolic", *METABOLIC}


def test_what_a_sample_shares() -> None:
    same = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    loadings = np.array([[0.8, 0.0], [-0.3, 0.0], [0.0, 0.8]])
    shared = shared_in_sample(same, loadings, np.array([0.75, 0.95, 0.6]), 0.3)
    # At most what the retest error holds: 1 - 0.95.
    assert shared == pytest.approx(np.array([[0, -0.05, 0], [-0.05, 0, 0], [0, 0, 0]]))
    errors = Errors(
        reliability=np.array([0.75, 0.95, 0.6]),
        measurement=np.zeros(3),
        norm=np.zeros(3),
        present=np.ones(3),
        coverage=np.ones(3),
        together=shared,
    )
    assert np.linalg.eigvalsh(error_covariance(errors)).min() > 0


def test_sharing_never_sharpens_and_a_loading_of_0_says_nothing() -> None:
    same = np.ones((2, 2))
    loadings = np.array([[0.8], [-0.3]])
    r = np.array([0.6, 0.8])
    scores = np.hstack([loadings, np.diag(np.sqrt(1 - loadings[:, 0] ** 2))])

    def sd(shared: float) -> float:
        together = shared_in_sample(same, loadings, r, shared)
        errors = Errors(r, np.zeros(2), np.zeros(2), np.ones(2), np.ones(2), together)
        _, covariance, _ = posterior(np.eye(3), scores, errors, np.array([1.0, -1.0]), 1e-12)
        return float(np.sqrt(covariance[0, 0]))

    found = [sd(shared) for shared in (0.0, 0.1, 0.2, setting("profile_sample_error"))]
    assert found == sorted(found)
    assert found[-1] > found[0]
