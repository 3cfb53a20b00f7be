"""Reading the change since a treatment began, by hand-worked records."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equipoise.appraise.adequacy import appraise_trials
from equipoise.appraise.under_way import under_way
from equipoise.core.answers import Answer, given, not_asked
from equipoise.core.nouns import (
    Dose,
    Episode,
    ReportedEffect,
    ScaleAnswers,
    Timeline,
    TreatmentTrial,
    UnderWay,
)

TODAY = "2025-02-01"
DRUG = TreatmentTrial(
    "sertraline",
    dose=given(Dose(100.0, "mg/d")),
    start=given("2025-01-10"),
    ongoing=given(True),
    adherence=given("good"),
)


def _total(scale: str, date: str, total: float) -> ScaleAnswers:
    return ScaleAnswers(scale, date, (), total=total)


BEFORE = _total("phq9", "2025-01-08", 20)
AFTER = _total("phq9", "2025-01-24", 15)


def _read(
    *answers: ScaleAnswers,
    trials: tuple[TreatmentTrial, ...] = (DRUG,),
    today: str = TODAY,
    effects: Answer[tuple[ReportedEffect, ...]] | None = None,
) -> tuple[UnderWay, ...]:
    timeline = Timeline(
        "01",
        episode=Episode(onset=given("2024-10-01")),
        treatments=given(trials),
        scales=given(answers),
        side_effects=effects or not_asked(),
    )
    return under_way(timeline, appraise_trials(timeline, today=today), today=today)


def test_the_fall_from_the_start_to_the_latest_visit() -> None:
    (one,) = _read(BEFORE, _total("phq9", "2025-01-17", 18), AFTER)
    assert (one.scale, one.baseline, one.latest) == ("phq9", 20, 15)
    assert one.weeks == 2
    assert one.improvement == 25
    assert one.why_not is None


def test_worsening_is_a_negative_improvement() -> None:
    (one,) = _read(BEFORE, _total("phq9", "2025-01-24", 25))
    assert one.improvement == -25


def test_the_rated_scale_goes_before_the_questionnaire_of_the_same_visit() -> None:
    hamd = (_total("hamd17", "2025-01-09", 24), _total("hamd17", "2025-01-22", 18))
    (one,) = _read(BEFORE, AFTER, *hamd)
    assert (one.scale, one.improvement) == ("hamd17", 25)


def test_a_newer_visit_goes_before_a_better_scale() -> None:
    hamd = (_total("hamd17", "2025-01-09", 24), _total("hamd17", "2025-01-16", 18))
    (one,) = _read(BEFORE, AFTER, *hamd)
    assert one.scale == "phq9"


@pytest.mark.parametrize(
    ("answers", "part"),
    [
        ((), "no scale of depression"),
        ((AFTER,), "up to the start"),
        ((_total("phq9", "2024-12-01", 20), AFTER), "28 days up to the start"),
        ((BEFORE,), "since the start"),
        ((_total("phq9", "2025-01-08", 4), AFTER), "already low"),
        ((BEFORE, _total("phq9", "2025-01-24", 10)), "a response already"),
        ((BEFORE, _total("phq9", "2025-01-12", 19)), "too early"),
        ((_total("gad7", "2025-01-08", 15), _total("gad7", "2025-01-24", 5)), "no scale"),
    ],
)
def test_why_nothing_is_foretold(answers: tuple[ScaleAnswers, ...], part: str) -> None:
    (one,) = _read(*answers)
    assert part in (one.why_not or "")


def test_a_full_course_without_response_is_a_failed_trial_and_no_early_miss() -> None:
    (one,) = _read(BEFORE, _total("phq9", "2025-03-07", 18), today="2025-03-08")
    assert one.weeks == 8
    assert "failed trial" in (one.why_not or "")
    assert "no early miss" in (one.why_not or "")


def test_a_day_before_the_end_of_the_course_is_still_read() -> None:
    (one,) = _read(BEFORE, _total("phq9", "2025-03-06", 18), today="2025-03-08")
    assert one.why_not is None


def test_a_recorded_failure_counts_as_such() -> None:
    failed = replace(DRUG, outcome=given("no_response"))
    (one,) = _read(BEFORE, _total("phq9", "2025-02-14", 18), trials=(failed,), today="2025-02-15")
    assert "recorded as a full trial without enough benefit" in (one.why_not or "")


def test_an_old_score_is_not_read() -> None:
    (one,) = _read(BEFORE, AFTER, today="2025-02-21")
    assert "4 weeks old" in (one.why_not or "")


@pytest.mark.parametrize("start", [not_asked(), given("2025-01")])
def test_the_day_of_the_start_is_needed(start: Answer[str]) -> None:
    (one,) = _read(BEFORE, AFTER, trials=(replace(DRUG, start=start),))
    assert one.start is None
    assert one.improvement is None
    assert one.why_not


@pytest.mark.parametrize("treatment", ["ect", "snt", "exercise", "vns", "mianserin"])
def test_a_treatment_of_an_unstudied_kind_is_read_and_foretells_nothing(treatment: str) -> None:
    trial = TreatmentTrial(treatment, start=given("2025-01-10"), ongoing=given(True))
    (one,) = _read(BEFORE, AFTER, trials=(trial,))
    assert one.improvement == 25
    assert "not studied" in (one.why_not or "")


def test_what_ended_is_not_under_way_and_what_goes_on_twice_is_there_once() -> None:
    ended = replace(DRUG, start=given("2024-11-01"), stop=given("2025-01-08"), ongoing=given(False))
    again = replace(DRUG, start=given("2024-12-01"))
    found = _read(BEFORE, AFTER, trials=(DRUG, ended, again))
    assert [one.start for one in found] == ["2025-01-10"]


def test_a_lower_dose_just_before_is_a_raise() -> None:
    lower = replace(
        DRUG,
        dose=given(Dose(50.0, "mg/d")),
        start=given("2024-11-01"),
        stop=given("2025-01-09"),
        ongoing=given(False),
    )
    (one,) = _read(BEFORE, AFTER, trials=(lower, DRUG))
    assert one.dose_raised == "yes"
    (other,) = _read(BEFORE, AFTER)
    assert other.dose_raised == "cannot_tell"


def test_unwanted_effects_since_the_start_that_are_still_there() -> None:
    told = (
        ReportedEffect("sedation", "moderate", "2025-01-20"),
        ReportedEffect("insomnia", "mild", "2025-01-15"),
        ReportedEffect("insomnia", "none", "2025-01-22"),
        ReportedEffect("weight_gain", "severe", "2024-12-01"),
    )
    (one,) = _read(BEFORE, AFTER, effects=given(told))
    assert one.side_effects == ("Sleepiness",)


def test_missing_answers_are_no_total() -> None:
    holes = ScaleAnswers("phq9", "2025-01-24", (1, None, None, None, None, 1, 1, 1, 0))
    (one,) = _read(BEFORE, holes)
    assert "since the start" in (one.why_not or "")
