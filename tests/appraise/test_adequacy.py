"""Adequacy of single trials, against the published rules worked by hand."""

from __future__ import annotations

import dataclasses

import pytest

from equipoise.appraise.adequacy import appraise_trials
from equipoise.core.answers import given, unknown
from equipoise.core.nouns import (
    Demographics,
    Dose,
    Episode,
    LabResult,
    Timeline,
    TreatmentTrial,
    TrialAppraisal,
)

TODAY = "2025-02-01"
GOOD = TreatmentTrial(
    "sertraline",
    dose=given(Dose(100.0, "mg/d")),
    start=given("2024-06-01"),
    stop=given("2024-09-01"),
    adherence=given("good"),
    outcome=given("no_response"),
)


def _appraised(trial: TreatmentTrial, **changes: object) -> TrialAppraisal:
    timeline = Timeline(
        "01",
        episode=Episode(onset=given("2024-05-15")),
        demographics=Demographics(sex=given("female"), age_years=given(43.0)),
        treatments=given((trial,)),
    )
    whole = dataclasses.replace(timeline, **changes)  # type: ignore[arg-type]
    return appraise_trials(whole, today=TODAY)[0]


def test_weeks_are_the_fewest_that_the_dates_allow() -> None:
    """From the last of June to the first of September are 63 days, nine weeks."""
    trial = dataclasses.replace(GOOD, start=given("2024-06"), stop=given("2024-09"))
    assert _appraised(trial).weeks == pytest.approx(63 / 7)


@pytest.mark.parametrize(
    ("drug", "below", "at"),
    [
        ("sertraline", 49, 50),
        ("citalopram", 19, 20),
        ("venlafaxine", 74, 75),
        ("mirtazapine", 14, 15),
        ("duloxetine", 39, 40),
        ("bupropion", 149, 150),
        ("trazodone", 149, 150),
        ("aripiprazole_augmentation", 4, 5),
    ],
)
def test_adequacy_dose(drug: str, below: float, at: float) -> None:
    """Usual minimum effective doses (mg a day)."""
    for dose, adequate in ((below, "no"), (at, "yes")):
        trial = dataclasses.replace(GOOD, treatment=drug, dose=given(Dose(dose, "mg/d")))
        assert _appraised(trial).adequate == adequate


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("dose", "the dose of sertraline"),
        ("start", "start and stop of sertraline"),
        ("stop", "start and stop of sertraline"),
        ("adherence", "how regularly sertraline was taken"),
    ],
)
def test_a_missing_fact_is_named_and_never_adequate(field: str, names: str) -> None:
    told = _appraised(dataclasses.replace(GOOD, **{field: unknown()}))  # type: ignore[arg-type]
    assert (told.adequate, told.failed) == ("cannot_tell", "cannot_tell")
    assert names in told.missing


def test_one_unmet_condition_decides_whatever_is_missing() -> None:
    trial = dataclasses.replace(GOOD, dose=given(Dose(25.0, "mg/d")), adherence=unknown())
    assert (_appraised(trial).adequate, _appraised(trial).failed) == ("no", "no")


@pytest.mark.parametrize("unit", ["mg", "mL/d", "mmol/L"])
def test_a_dose_in_another_dimension_cannot_be_judged(unit: str) -> None:
    told = _appraised(dataclasses.replace(GOOD, dose=given(Dose(100.0, unit))))
    assert told.adequate == "cannot_tell"
    assert any("mg/d" in missing and unit in missing for missing in told.missing)


def test_a_dose_above_the_maximum_is_said() -> None:
    told = _appraised(dataclasses.replace(GOOD, dose=given(Dose(400.0, "mg/d"))))
    assert any("above the maximum of 200" in reason for reason in told.reasons)


@pytest.mark.parametrize(
    ("age", "dose", "highest"),
    [(70.0, 30.0, 20), (43.0, 30.0, None), (43.0, 50.0, 40), (None, 30.0, None)],
)
def test_the_maximum_falls_with_age(age: float | None, dose: float, highest: int | None) -> None:
    """Citalopram: at most 40 mg, over 60 years 20 mg (US label)."""
    trial = dataclasses.replace(GOOD, treatment="citalopram", dose=given(Dose(dose, "mg/d")))
    who = Demographics() if age is None else Demographics(age_years=given(age))
    said = [r for r in _appraised(trial, demographics=who).reasons if "above the maximum" in r]
    assert [f"above the maximum of {highest}" in reason for reason in said] == [True] * len(said)
    assert bool(said) == (highest is not None)


def test_a_treatment_without_a_rule() -> None:
    told = _appraised(dataclasses.replace(GOOD, treatment="vns"))
    assert told.adequate == "cannot_tell"
    assert "a rule for the adequacy of vagus nerve stimulation (implant)" in told.missing


@pytest.mark.parametrize(("sessions", "adequate"), [(19, "no"), (20, "yes")])
def test_sessions_of_tms(sessions: int, adequate: str) -> None:
    trial = TreatmentTrial("rtms", start=given("2024-06-01"), sessions=given(sessions))
    assert _appraised(trial).adequate == adequate


@pytest.mark.parametrize(("sessions", "adequate"), [(5, "no"), (6, "cannot_tell"), (8, "yes")])
def test_sessions_of_ect(sessions: int, adequate: str) -> None:
    trial = TreatmentTrial("ect", start=given("2024-06-01"), sessions=given(sessions))
    assert _appraised(trial).adequate == adequate


def test_vortioxetine_needs_less_in_older_people() -> None:
    trial = dataclasses.replace(GOOD, treatment="vortioxetine", dose=given(Dose(5.0, "mg/d")))
    old = Demographics(age_years=given(70.0))
    assert _appraised(trial).adequate == "no"
    assert _appraised(trial, demographics=old).adequate == "yes"
    nobody = _appraised(trial, demographics=Demographics())
    assert (nobody.adequate, nobody.missing) == ("cannot_tell", ("the age",))


@pytest.mark.parametrize(
    ("age", "level", "adequate"),
    [
        (43.0, 0.5, "no"),
        (43.0, 0.6, "yes"),
        (72.0, 0.5, "yes"),
        (72.0, 0.3, "no"),
        (None, 0.5, "cannot_tell"),
        (None, 0.7, "yes"),
    ],
)
def test_older_people_need_a_lower_lithium_level(
    age: float | None, level: float, adequate: str
) -> None:
    """The aim is 0.6 to 0.8 mmol/L, in older people 0.4 to 0.6: 0.5 is not too low at 72."""
    trial = dataclasses.replace(GOOD, treatment="lithium_augmentation")
    who = Demographics() if age is None else Demographics(age_years=given(age))
    labs = given((LabResult("lithium_level", level, "mmol/L", "2024-07-01"),))
    assert _appraised(trial, demographics=who, labs=labs).adequate == adequate


@pytest.mark.parametrize(("stop", "adequate"), [("2024-06-14", "no"), ("2024-06-15", "yes")])
def test_a_full_course_of_zuranolone_is_two_weeks(stop: str, adequate: str) -> None:
    """The label asks for 50 mg on 14 days."""
    trial = dataclasses.replace(
        GOOD, treatment="zuranolone", dose=given(Dose(50.0, "mg/d")), stop=given(stop)
    )
    assert _appraised(trial).adequate == adequate


def test_reasons_are_words_and_no_ids() -> None:
    trial = dataclasses.replace(
        GOOD, treatment="lithium_augmentation", stopped_for=given("side_effects")
    )
    told = _appraised(trial)
    assert not any("_" in text for text in (*told.reasons, *told.missing))


def test_a_level_outside_the_trial_does_not_count() -> None:
    trial = dataclasses.replace(GOOD, treatment="lithium_augmentation")
    for date, adequate in (("2024-07-01", "yes"), ("2024-10-01", "cannot_tell")):
        level = LabResult("lithium_level", 0.7, "mmol/L", date)
        assert _appraised(trial, labs=given((level,))).adequate == adequate


@pytest.mark.parametrize(
    ("start", "stop", "belongs"),
    [
        ("2024-06-01", "2024-09-01", "yes"),
        ("2024-05", "2024-09-01", "cannot_tell"),
        ("2024-05-01", "2024-09-01", "cannot_tell"),
        ("2024", "2024-09-01", "cannot_tell"),
        ("2023-01-01", "2023-09-01", "no"),
        ("2023-01-01", "2024-09-01", "cannot_tell"),
    ],
)
def test_in_episode(start: str, stop: str, belongs: str) -> None:
    """The episode began on 15 May 2024."""
    trial = dataclasses.replace(GOOD, start=given(start), stop=given(stop))
    assert _appraised(trial).in_episode == belongs


def test_a_trial_over_before_the_episode_needs_no_start() -> None:
    trial = dataclasses.replace(GOOD, start=unknown(), stop=given("2023"))
    assert _appraised(trial).in_episode == "no"


def test_a_trial_begun_in_the_month_of_the_onset_counts() -> None:
    trial = dataclasses.replace(GOOD, start=given("2024-05-03"))
    month = Episode(onset=given("2024-05"))
    assert _appraised(trial, episode=month).in_episode == "yes"
