"""Levels of drugs: ranges, alerts, red flags, and what keeps a range from being read."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given as given_by
from hypothesis import settings
from hypothesis import strategies as st

from equipoise.appraise.red_flags import find_red_flags
from equipoise.assays.blood import drug_level
from equipoise.core.answers import given, not_asked
from equipoise.core.nouns import (
    Demographics,
    LabResult,
    Measurement,
    NotMeasured,
    Timeline,
    TreatmentTrial,
)
from equipoise.core.tables import load_table

DATE = "2025-01-10"
LITHIUM = "lithium_level"
ROWS = tuple(load_table("labs/levels"))


def _level(test: str, value: float, **more: object) -> LabResult:
    unit = "mmol/L" if test.startswith("lithium") else "ng/mL"
    lab = LabResult(test, value, unit, DATE, hours_since_dose=12.0)
    return replace(lab, **more)  # type: ignore[arg-type]


def _trial(drug: str, **more: object) -> TreatmentTrial:
    trial = TreatmentTrial(drug, start=given("2024-06-01"), ongoing=given(True))
    return replace(trial, **more)  # type: ignore[arg-type]


def _person(*entries: LabResult | TreatmentTrial, age: float | None = 40.0) -> Timeline:
    return Timeline(
        "01",
        demographics=Demographics(age_years=not_asked() if age is None else given(age)),
        labs=given(tuple(e for e in entries if isinstance(e, LabResult))),
        treatments=given(tuple(e for e in entries if isinstance(e, TreatmentTrial))),
        drugs=given(()),
    )


def _results(person: Timeline, test: str) -> list[Measurement | NotMeasured]:
    (spec,) = (spec for spec in drug_level.SPECS if spec.id == f"blood.{test}")
    found = drug_level.measure(person, spec)
    return [r for r in found if isinstance(r, Measurement | NotMeasured)]


def _flags(person: Timeline, test: str) -> tuple[str, ...]:
    (found,) = _results(person, test)
    assert isinstance(found, Measurement)
    return found.flags


def _said(person: Timeline, test: str) -> str:
    return "; ".join(_flags(person, test))


# --- the ranges --------------------------------------------------------------------------------

# Ranges in ng/mL that public sources print with the consensus of 2017 or as a laboratory's own.
PRINTED = {
    "sertraline_level": (10, 150),
    "duloxetine_level": (30, 120),
    "mirtazapine_level": (30, 80),
    "paroxetine_level": (20, 65),
    "bupropion_level": (850, 1500),
    "lurasidone_level": (15, 40),
    "nortriptyline_level": (70, 170),
    "aripiprazole_level": (100, 350),
    "olanzapine_level": (20, 80),
    "quetiapine_level": (100, 500),
    "paliperidone_level": (20, 60),
    "clozapine_level": (350, 600),
    "venlafaxine_level": (100, 400),
}


@pytest.mark.parametrize("test", sorted(PRINTED))
def test_the_range_is_the_printed_one(test: str) -> None:
    row = load_table("labs/levels").row(test=test)
    assert (row.number("lowest"), row.number("highest")) == PRINTED[test]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.text("test"))
def test_every_range_is_in_order(row: object) -> None:
    lowest, highest, alert = (row.number(c) for c in ("lowest", "highest", "alert"))  # type: ignore[attr-defined]
    assert 0 < lowest < highest <= alert


def test_the_range_of_lithium_is_that_of_the_doses() -> None:
    """Adequacy of lithium is judged by `doses/doses`: the two tables say the same."""
    level = load_table("labs/levels").row(test="lithium_level")
    dose = load_table("doses/doses").row(treatment="lithium_augmentation")
    for mine, theirs in (("lowest", "level_adequate"), ("lowest_older", "level_adequate_older")):
        assert level.number(mine) == dose.number(theirs)
    assert level.number("older_from") == dose.number("older_from")
    assert level.text("unit") == dose.text("level_unit")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (34, "below half"),
        (35, "below the range"),
        (69, "below the range"),
        (70, "within the range of 70 to 170 ng/mL"),
        (170, "within"),
        (171, "above the range"),
        (300, "alert level of 300 ng/mL"),
    ],
)
def test_a_level_at_its_boundaries(value: float, words: str) -> None:
    person = _person(_level("nortriptyline_level", value), _trial("nortriptyline"))
    assert words in _said(person, "nortriptyline_level")


def test_a_very_low_level_asks_for_its_reasons() -> None:
    lab = _level("escitalopram_level", 3)
    unsaid = _said(_person(lab, _trial("escitalopram")), "escitalopram_level")
    good = _trial("escitalopram", adherence=given("good"))
    adherent = _said(_person(lab, good), "escitalopram_level")
    for said in (unsaid, adherent):
        for words in ("adherence", "hour of the last dose", "interactions", "rapid metabolism"):
            assert words in said
        assert "CYP2C19" in said
        assert "no dose is changed by a gene alone" in said
    assert "although adherence is recorded as good" in adherent
    assert "although" not in unsaid


def test_nmol_per_litre_of_one_substance() -> None:
    """Escitalopram, C20H21FN2O, 324.4 g/mol: 100 nmol/L are 32.4 ng/mL."""
    person = _person(_level("escitalopram_level", 100, unit="nmol/L"), _trial("escitalopram"))
    (found,) = _results(person, "escitalopram_level")
    assert isinstance(found, Measurement)
    assert found.quantity.value == pytest.approx(32.44, abs=0.01)


def test_a_sum_in_nmol_per_litre_has_no_one_molar_mass() -> None:
    (found,) = _results(
        _person(_level("amitriptyline_level", 400, unit="nmol/L")), "amitriptyline_level"
    )
    assert isinstance(found, NotMeasured)
    assert "unit" in found.reason


@pytest.mark.parametrize(("unit", "words"), [("", "missing"), ("mg", "measures something else")])
def test_a_unit_is_never_guessed(unit: str, words: str) -> None:
    (found,) = _results(_person(_level("lithium_level", 0.7, unit=unit)), "lithium_level")
    assert isinstance(found, NotMeasured)
    assert words in found.reason


# --- lithium -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "value", "words"),
    [
        (40.0, 0.59, "below the range"),
        (40.0, 0.6, "within the range of 0.6 to 0.8"),
        (40.0, 0.81, "above the range"),
        (40.0, 1.0, "alert level of 1 mmol/L"),
        (64.0, 0.7, "within"),
        (65.0, 0.7, "above the range of 0.4 to 0.6"),
        (65.0, 0.5, "within the range of 0.4 to 0.6"),
        (65.0, 0.8, "alert level of 0.8"),
        (40.0, 1.2, "red flag: Lithium level of 1.2"),
        (40.0, 1.5, "red flag: Lithium toxicity (emergency)"),
    ],
)
def test_lithium_by_age(age: float, value: float, words: str) -> None:
    person = _person(_level("lithium_level", value), _trial("lithium"), age=age)
    assert words in _said(person, "lithium_level")


def test_of_an_unknown_age_only_what_holds_at_every_age_is_said() -> None:
    for value, words in ((0.7, None), (0.9, "above"), (0.5, None), (0.3, "below")):
        person = _person(_level("lithium_level", value), _trial("lithium"), age=None)
        said = _flags(person, "lithium_level")
        assert any("the age is not known" in flag for flag in said)
        verdicts = [f for f in said if f.startswith(("within", "below", "above"))]
        assert [flag.split()[0] for flag in verdicts] == ([words] if words else [])
    # The stricter alert holds while the age is not known.
    person = _person(_level("lithium_level", 0.85), _trial("lithium"), age=None)
    assert "alert level" in _said(person, "lithium_level")


@pytest.mark.parametrize("value", [1.1, 1.2, 1.4, 1.5, 2.6])
def test_red_flags_are_those_of_the_appraisal(value: float) -> None:
    """One truth: the assay names a red flag where, and only where, the appraisal raises it."""
    person = _person(_level("lithium_level", value), _trial("lithium"))
    raised = {f.title for f in find_red_flags(person, today=DATE) if "ithium" in f.title}
    named = {
        flag.removeprefix("red flag: ").rpartition(" (")[0]
        for flag in _flags(person, "lithium_level")
        if flag.startswith("red flag")
    }
    assert (raised != set()) is (named != set())
    assert raised <= named


@pytest.mark.parametrize("hours", [4.0, 10.9, 13.1, 24.0])
def test_a_mistimed_level_is_not_read_by_the_range(hours: float) -> None:
    person = _person(_level("lithium_level", 0.7, hours_since_dose=hours), _trial("lithium"))
    said = _flags(person, "lithium_level")
    assert any(f"{hours:g} hours after the last dose" in flag for flag in said)
    assert not any(flag.startswith(("within", "below", "above")) for flag in said)


def test_a_toxic_level_is_told_at_any_hour() -> None:
    person = _person(_level("lithium_level", 1.7, hours_since_dose=3.0), _trial("lithium"))
    said = _flags(person, "lithium_level")
    assert said[0] == "red flag: Lithium toxicity (emergency)"
    assert not any(flag.startswith("within") for flag in said)


def test_hours_that_nobody_told_are_asked_for() -> None:
    person = _person(_level("lithium_level", 0.7, hours_since_dose=None), _trial("lithium"))
    assert "11 to 13 hours" in _said(person, "lithium_level")
    assert "not recorded" in _said(person, "lithium_level")


# --- steady state and the drugs taken ------------------------------------------------------


@pytest.mark.parametrize(("start", "read"), [("2025-01-03", False), ("2025-01-02", True)])
def test_steady_state_of_lithium(start: str, read: bool) -> None:
    """Five half-lives of 36 h are 7.5 days: 7 days are too few, 8 are enough."""
    trial = _trial("lithium", start=given(start))
    said = _flags(_person(_level("lithium_level", 0.7), trial), "lithium_level")
    assert any(flag.startswith("within") for flag in said) is read
    assert any("steady state was not reached: day 7 after" in flag for flag in said) is not read


def test_a_start_that_is_not_told_leaves_it_open() -> None:
    trial = _trial("lithium", start=not_asked())
    said = _said(_person(_level("lithium_level", 0.7), trial), "lithium_level")
    assert "steady state cannot be told" in said


def test_a_drug_that_the_record_does_not_hold() -> None:
    assert "does not hold Lithium" in _said(_person(_level("lithium_level", 0.7)), "lithium_level")
    person = Timeline("01", labs=given((_level("lithium_level", 0.7),)))
    assert "which drugs were taken on that day is not recorded" in _said(person, "lithium_level")


def test_a_metabolite_is_not_read_as_a_drug() -> None:
    level = _level("nortriptyline_level", 40)
    for person in (
        _person(level, _trial("amitriptyline")),
        _person(level, _level("amitriptyline_parent_level", 60)),
    ):
        said = _said(person, "nortriptyline_level")
        assert "metabolite of Amitriptyline" in said
        assert "below" not in said
    both = _person(level, _trial("amitriptyline"), _trial("nortriptyline"))
    assert "below the range" in _said(both, "nortriptyline_level")


# --- sums ------------------------------------------------------------------------------------


def test_drug_and_metabolite_of_one_day_are_added() -> None:
    labs = (_level("amitriptyline_parent_level", 60), _level("nortriptyline_level", 50))
    (found,) = _results(_person(*labs, _trial("amitriptyline")), "amitriptyline_level")
    assert isinstance(found, Measurement)
    assert found.quantity.value == 110
    assert found.flags[0] == "within the range of 80 to 200 ng/mL"


def test_parts_in_nmol_per_litre_are_converted_one_by_one() -> None:
    """Amitriptyline 277.4 and nortriptyline 263.4 g/mol: 200 nmol/L each are 108.2 ng/mL."""
    labs = tuple(
        _level(test, 200, unit="nmol/L")
        for test in ("amitriptyline_parent_level", "nortriptyline_level")
    )
    (found,) = _results(_person(*labs), "amitriptyline_level")
    assert isinstance(found, Measurement)
    assert found.quantity.value == pytest.approx(108.16, abs=0.05)


@pytest.mark.parametrize(
    "labs",
    [
        (_level("amitriptyline_parent_level", 60),),
        (
            _level("amitriptyline_parent_level", 60),
            _level("nortriptyline_level", 50, date="2025-01-11"),
        ),
        (
            _level("amitriptyline_parent_level", 60),
            _level("nortriptyline_level", 50, comparator="<"),
        ),
        (
            _level("amitriptyline_parent_level", 60),
            _level("amitriptyline_parent_level", 70),
            _level("nortriptyline_level", 50),
        ),
    ],
)
def test_a_part_alone_is_no_sum(labs: tuple[LabResult, ...]) -> None:
    assert [type(r) for r in _results(_person(*labs), "amitriptyline_level")] == [NotMeasured]


def test_a_reported_sum_is_not_added_again() -> None:
    labs = (
        _level("amitriptyline_level", 115),
        _level("amitriptyline_parent_level", 60),
        _level("nortriptyline_level", 50),
    )
    (found,) = _results(_person(*labs), "amitriptyline_level")
    assert isinstance(found, Measurement)
    assert found.quantity.value == 115


@pytest.mark.parametrize(
    ("comparator", "value", "words"),
    [("<", 5, "below half"), (">", 500, "above the range"), ("<", 90, None), (">", 30, None)],
)
def test_a_limit_in_place_of_a_level(comparator: str, value: float, words: str | None) -> None:
    lab = _level("nortriptyline_level", value, comparator=comparator)
    said = _flags(_person(lab, _trial("nortriptyline")), "nortriptyline_level")
    assert said[0].startswith(f"reported as {comparator}")
    verdicts = [flag for flag in said[1:] if flag.startswith(("within", "below", "above"))]
    assert [words in flag for flag in verdicts] == ([True] if words else [])  # type: ignore[operator]


def test_no_level_has_an_error_or_moves_anything() -> None:
    for row in ROWS:
        measure = load_table("measures/measures").row(id=f"blood.{row.text('test')}")
        assert measure.text("kind") == "shown"
    (found,) = _results(_person(_level("lithium_level", 0.7)), "lithium_level")
    assert isinstance(found, Measurement)
    assert found.quantity.standard_error is None
    assert math.isfinite(found.quantity.value)


@settings(deadline=None)
@given_by(
    st.floats(0, 10),
    st.one_of(st.none(), st.floats(0, 60)),
    st.one_of(st.none(), st.floats(18, 95)),
    st.sampled_from((None, None, "<", ">")),
    st.sampled_from(("2024-06-01", "2025-01-08", "2025", "2025-02-01")),
)
def test_no_lithium_level_is_ever_called_fine_in_danger(
    value: float, hours: float | None, age: float | None, comparator: str | None, start: str
) -> None:
    lab = _level("lithium_level", value, hours_since_dose=hours, comparator=comparator)
    said = _flags(_person(lab, _trial("lithium", start=given(start)), age=age), "lithium_level")
    within = any(flag.startswith("within") for flag in said)
    if comparator != "<" and value >= 1.5:
        assert any("Lithium toxicity (emergency)" in flag for flag in said)
    if within:
        assert comparator is None
        assert not any("red flag" in flag or "alert level" in flag for flag in said)
        assert hours is None or 11 <= hours <= 13
        assert value <= (0.8 if age is not None and age < 65 else 0.6)
        assert value >= (0.4 if age is not None and age >= 65 else 0.6)


@pytest.mark.parametrize(
    "labs",
    [
        (_level("amitriptyline_parent_level", 300),),
        (
            _level("amitriptyline_parent_level", 300),
            _level("nortriptyline_level", 5, comparator="<"),
        ),
        (_level("amitriptyline_parent_level", 300, comparator=">"),),
        (_level("amitriptyline_parent_level", 310), _level("amitriptyline_parent_level", 40)),
    ],
)
def test_a_part_above_the_alert_level_of_the_sum_is_told(labs: tuple[LabResult, ...]) -> None:
    flags = _flags(_person(*labs, _trial("amitriptyline")), "amitriptyline_level")
    assert "by itself" in flags[0]
    assert flags[1].startswith("at or above the alert level of 300 ng/mL")


def test_a_metabolite_without_an_own_range_is_told_at_the_alert_level_of_the_sum() -> None:
    taken = _trial("clomipramine")
    high = _flags(_person(_level("norclomipramine_level", 450), taken), "clomipramine_level")
    assert high[1].startswith("at or above the alert level")
    assert (
        _results(_person(_level("norclomipramine_level", 449), taken), "clomipramine_level") == []
    )
    # Nortriptyline has a range and an alert level of its own.
    assert _results(_person(_level("nortriptyline_level", 400)), "amitriptyline_level") == []


def test_lithium_has_no_metabolism_to_ask_for() -> None:
    low = " ".join(_flags(_person(_level("lithium_level", 0.1), _trial("lithium")), LITHIUM))
    high = " ".join(_flags(_person(_level("lithium_level", 1.1), _trial("lithium")), LITHIUM))
    assert "kidneys" in low
    assert "NSAID" in high
    for word in ("metabolism", "breakdown", "smoking"):
        assert word not in low + high


@pytest.mark.parametrize(
    ("start", "open_"), [("2024-12", False), ("2025-01", True), ("2025-01-09", False)]
)
def test_a_start_within_the_month_of_the_sample_leaves_steady_state_open(
    start: str, open_: bool
) -> None:
    trial = _trial("lithium", start=given(start))
    flags = _flags(_person(_level("lithium_level", 0.7), trial), LITHIUM)
    assert any("steady state cannot be told" in flag for flag in flags) == open_
