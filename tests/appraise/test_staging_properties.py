"""What holds for every history: more failed adequate trials never lower a stage."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equipoise.appraise.adequacy import appraise_trials
from equipoise.appraise.stage import stage_of
from equipoise.appraise.staging import staging
from equipoise.core import answers
from equipoise.core.nouns import (
    Demographics,
    Dose,
    Episode,
    StagingResult,
    Timeline,
    TreatmentTrial,
)

TODAY = "2025-02-01"
FIRST = dt.date(2022, 6, 1)
OFTEN = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DOSES = {
    "sertraline": (25.0, 50.0, 150.0, 200.0),
    "escitalopram": (5.0, 10.0, 20.0),
    "venlafaxine": (37.5, 75.0, 225.0),
    "mirtazapine": (15.0, 45.0),
    "nortriptyline": (50.0, 75.0, 150.0),
    "phenelzine": (30.0, 60.0),
    "aripiprazole_augmentation": (2.0, 5.0, 15.0),
    "bupropion_augmentation": (150.0, 300.0),
}


def _maybe(value: Any) -> st.SearchStrategy[answers.Answer[Any]]:
    return st.sampled_from([answers.given(value), answers.given(value), answers.unknown()])


@st.composite
def trials(draw: st.DrawFn) -> TreatmentTrial:
    """Any trial, adequate or not, known or not."""
    drug = draw(st.sampled_from([*DOSES, "ect"]))
    start = FIRST + dt.timedelta(days=draw(st.integers(0, 700)))
    stop = start + dt.timedelta(days=draw(st.integers(7, 200)))
    doses = DOSES.get(drug, (1.0,))
    return TreatmentTrial(
        drug,
        dose=draw(_maybe(Dose(draw(st.sampled_from(doses)), "mg/d"))),
        start=draw(_maybe(start.isoformat())),
        stop=draw(_maybe(stop.isoformat())),
        ongoing=answers.given(False),
        adherence=draw(_maybe(draw(st.sampled_from(["good", "poor"])))),
        outcome=draw(
            _maybe(draw(st.sampled_from(["no_response", "partial_response", "response"])))
        ),
        sessions=answers.given(10),
        placement=draw(st.sampled_from([answers.given("bilateral"), answers.unknown()])),
    )


@st.composite
def failures(draw: st.DrawFn) -> TreatmentTrial:
    """An adequate trial of this episode that certainly failed."""
    drug = draw(st.sampled_from([*DOSES, "ect"]))
    start = FIRST + dt.timedelta(days=draw(st.integers(0, 700)))
    stop = start + dt.timedelta(days=draw(st.integers(42, 300)))
    return TreatmentTrial(
        drug,
        dose=answers.given(Dose(DOSES.get(drug, (1.0,))[-1], "mg/d")),
        start=answers.given(start.isoformat()),
        stop=answers.given(stop.isoformat()),
        adherence=answers.given("good"),
        outcome=answers.given("no_response"),
        sessions=answers.given(10),
        placement=answers.given("bilateral"),
    )


def _record(tried: list[TreatmentTrial]) -> Timeline:
    return Timeline(
        "01",
        demographics=Demographics(answers.given("female"), answers.given(43.0)),
        episode=Episode(answers.given("F33.2"), answers.given("2022-03"), answers.given(2)),
        treatments=answers.given(tuple(tried)),
    )


def _staged(tried: list[TreatmentTrial]) -> dict[str, StagingResult]:
    record = _record(tried)
    judged = appraise_trials(record, today=TODAY)
    return {one.id: one for one in staging(record, judged, today=TODAY)}


def _number(score: float | None) -> float:
    return -1.0 if score is None else score


@OFTEN
@given(st.lists(trials(), max_size=5), failures())
def test_one_more_failure_never_lowers_a_stage(
    tried: list[TreatmentTrial], failed: TreatmentTrial
) -> None:
    before, after = _staged(tried), _staged([*tried, failed])
    for name, one in before.items():
        assert _number(after[name].score) >= _number(one.score), name
        assert _number(after[name].score_at_most) >= _number(one.score_at_most), name
    ranks = {"no": 0, "cannot_tell": 1, "yes": 2}
    for name in ("trd_ema", "trd_fda"):
        assert ranks[after[name].value] >= ranks[before[name].value]
    first, second = (
        stage_of(_record(them), appraise_trials(_record(them), today=TODAY))
        for them in (tried, [*tried, failed])
    )
    assert second.count >= first.count
    assert second.at_most >= first.at_most


@OFTEN
@given(st.lists(trials(), max_size=6))
def test_what_is_certain_never_exceeds_what_is_possible(tried: list[TreatmentTrial]) -> None:
    for one in _staged(tried).values():
        assert _number(one.score) <= _number(one.score_at_most)
        if one.value != one.at_most:
            assert one.missing, one.id


@OFTEN
@given(
    st.lists(trials(), min_size=1, max_size=4),
    st.sampled_from(["dose", "start", "stop", "adherence", "outcome", "placement"]),
    st.integers(0, 3),
)
def test_knowing_less_never_raises_what_is_certain(
    tried: list[TreatmentTrial], field: str, which: int
) -> None:
    index = which % len(tried)
    nothing: dict[str, Any] = {field: answers.unknown()}
    blanked = dataclasses.replace(tried[index], **nothing)
    before, after = _staged(tried), _staged([*tried[:index], blanked, *tried[index + 1 :]])
    for name, one in before.items():
        if tried[index].outcome.value == "partial_response" and field != "outcome":
            continue
        assert _number(after[name].score) <= _number(one.score), name


@OFTEN
@given(st.permutations(range(4)), st.lists(trials(), min_size=4, max_size=4))
def test_the_order_of_the_record_does_not_matter(
    order: list[int], tried: list[TreatmentTrial]
) -> None:
    plain, turned = _staged(tried), _staged([tried[i] for i in order])
    assert {k: (v.value, v.at_most) for k, v in plain.items()} == {
        k: (v.value, v.at_most) for k, v in turned.items()
    }
