"""Prognosis: an unknown fact is the average, a worse one never raises the outlook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from equipoise.core.answers import not_asked
from equipoise.core.nouns import (
    Appraisal,
    Covariate,
    EvidenceBase,
    Moderation,
    Prediction,
    Profile,
    Stage,
)
from equipoise.predict import predict

NAME = "clinical.severity"
# The fixtures only hold functions that build small worlds: sharing them between examples is safe.
FEW = settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SLOPES = st.floats(-0.6, 0.6)
ERRORS = st.floats(0.01, 0.3)

Outlook = Callable[..., dict[str, Prediction]]


@pytest.fixture
def outlook(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    make_moderation: Callable[..., Moderation],
    stage_one: Appraisal,
) -> Outlook:
    """Return a function: slope, its error and what is known of a fact, to the predictions."""

    def run(slope: float, error: float, y: float | None, grade: str = "B") -> dict[str, Prediction]:
        row = make_moderation(
            grade, row_type="prognostic", measure=NAME, estimate=slope, standard_error=error
        )
        status = "not_asked" if y is None else "known"
        fact = Covariate(NAME, "Severity", y, y, status, "invented")
        # Nobody has failed a treatment yet: whom a failure leaves behind is another matter.
        evidence = make_evidence(moderations=(row,))
        rates = tuple(replace(one, stage=0) for one in evidence.baselines)
        decision = predict(
            make_person(),
            replace(stage_one, stage=Stage(0, 0, 0, True, ""), covariates=(fact,)),
            replace(evidence, baselines=rates),
            preferences=not_asked(),
            seed=1,
        )
        return {one.treatment: one for one in decision.predictions}

    return run


@FEW
@given(slope=SLOPES, error=ERRORS)
def test_an_unknown_fact_is_exactly_the_average(
    slope: float, error: float, outlook: Outlook
) -> None:
    for one in outlook(slope, error, None).values():
        # The intercept is solved by Newton steps to below 1e-8.
        assert one.response.mean == pytest.approx(one.average, abs=1e-8)
        assert one.outlook == pytest.approx(0.0, abs=1e-8)
        assert one.shift.mean == 0.0


@FEW
@given(size=st.floats(0.05, 0.6), y=st.floats(-2.5, 2.0), step=st.floats(0.1, 1.0))
def test_more_severe_never_raises_the_outlook(
    size: float, y: float, step: float, outlook: Outlook
) -> None:
    # An error of the slope alone spreads people to either side: kept small against the slope.
    better, worse = (outlook(-size, size / 20, one) for one in (y, y + step))
    for name, one in worse.items():
        assert one.outlook < better[name].outlook
        assert one.response.mean < better[name].response.mean
        assert one.shift.mean == 0.0
        assert not one.better_than_average


@FEW
@given(slope=SLOPES, y=st.floats(-2.5, 2.5))
def test_prognosis_moves_every_option_the_same_way_and_keeps_their_order(
    slope: float, y: float, outlook: Outlook
) -> None:
    found = outlook(slope, 0.01, y)
    by_rate = sorted(found, key=lambda name: found[name].average)
    assert by_rate == sorted(found, key=lambda name: found[name].response.mean)
    # Far enough from the average that knowing the fact does not count for more than the fact.
    if abs(slope * y) > 0.1:
        assert {one.outlook > 0 for one in found.values()} == {slope * y > 0}


def test_the_mean_over_patients_is_the_average(outlook: Outlook) -> None:
    # A yes in 30 of 100 patients, standardised: the chances average to that of the stage. A yes or
    # no has its mean and variance in the calibration, not its shape: 0.002 at a slope of 0.3.
    share, sd = 0.3, (0.3 * 0.7) ** 0.5
    yes, no = (outlook(0.3, 0.02, (value - share) / sd) for value in (1, 0))
    for name, one in yes.items():
        mean = share * one.response.mean + (1 - share) * no[name].response.mean
        assert mean == pytest.approx(one.average, abs=0.002)


def test_an_exploratory_fact_moves_no_established_number(outlook: Outlook) -> None:
    for one in outlook(-0.5, 0.05, 2.0, grade="C").values():
        assert one.outlook == 0.0
        assert one.response.mean == one.average
