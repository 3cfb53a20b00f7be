"""Side effects that were reported, put to what was taken then."""

from __future__ import annotations

import pytest

from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.nouns import PastEffect, Preferences, ReportedEffect, TreatmentTrial
from equipoise.ingest.experience import with_experience


def _trial(name: str, start: str | None, stop: str | None = None) -> TreatmentTrial:
    ends: Answer[str] = not_asked() if stop is None else given(stop)
    return TreatmentTrial(name, start=not_asked() if start is None else given(start), stop=ends)


def _had(
    trials: tuple[TreatmentTrial, ...], *reports: tuple[str, str, str]
) -> tuple[PastEffect, ...]:
    told: Answer[Preferences] = not_asked()
    after = with_experience(
        told, given(trials), given(tuple(ReportedEffect(*report) for report in reports))
    )
    return after.value.experience if after.value is not None else ()


SERTRALINE = _trial("sertraline", "2024-04-10", "2024-07")
MIRTAZAPINE = _trial("mirtazapine", "2024-08")


@pytest.mark.parametrize(
    ("date", "treatment"),
    [("2024-05-02", "sertraline"), ("2024-07-31", "sertraline"), ("2025-01", "mirtazapine")],
)
def test_a_report_belongs_to_what_was_taken_that_day(date: str, treatment: str) -> None:
    found = _had((SERTRALINE, MIRTAZAPINE), ("nausea", "moderate", date))
    assert found == (PastEffect(treatment, "nausea"),)


@pytest.mark.parametrize("date", ["2024-04-09", "2023", "2024-07-15", "2024"])
def test_none_or_two_at_a_time_say_nothing(date: str) -> None:
    both = (SERTRALINE, _trial("mirtazapine", "2024-07"))
    assert _had(both, ("nausea", "severe", date)) == ()


def test_mild_effects_do_not_count_and_the_same_twice_counts_once() -> None:
    days = ("2024-05-02", "2024-06-02")
    assert _had((SERTRALINE,), ("nausea", "mild", days[0]), ("nausea", "none", days[1])) == ()
    twice = _had((SERTRALINE,), *(("nausea", "severe", day) for day in days))
    assert twice == (PastEffect("sertraline", "nausea"),)


def test_weights_stay_and_answers_without_reports_stay_as_they_are() -> None:
    for answer in (not_asked(), unknown(), given(Preferences())):
        assert with_experience(answer, given((SERTRALINE,)), not_asked()) == answer
    told = given(Preferences((("remission", 100.0),), "2024-06-01"))
    after = with_experience(
        told, given((SERTRALINE,)), given((ReportedEffect("sedation", "severe", "2024-05-02"),))
    )
    assert after.value is not None
    assert (after.value.weights, after.value.date) == ((("remission", 100.0),), "2024-06-01")
    assert after.value.experience == (PastEffect("sertraline", "sedation"),)
