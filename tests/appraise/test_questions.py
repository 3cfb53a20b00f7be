"""Three-valued answers: the truth tables, worked by hand."""

from __future__ import annotations

import dataclasses

import pytest

from equipoise.appraise.questions import Limits, Question
from equipoise.appraise.rules import answer
from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.nouns import (
    Condition,
    Demographics,
    Episode,
    Finding,
    Implant,
    LabResult,
    Pregnancy,
    ScaleAnswers,
    Timeline,
)

NOTHING = Question(
    conditions=(),
    also_resolved=False,
    findings=(),
    implants=(),
    near_head_only=False,
    pregnancy=(),
    specifiers=(),
    limits=None,
    scale=None,
    item=0,
    item_from=None,
    item_to=None,
    adherence=False,
    sex=None,
    age_from=None,
    age_below=None,
    given_conditions=(),
    settled_by="all",
)
SEIZURES = dataclasses.replace(NOTHING, conditions=("G40",), findings=("seizure_history",))


def _conditions(*codes: str, status: str = "active") -> Answer[tuple[Condition, ...]]:
    return given(tuple(Condition(code, "icd10", status) for code in codes))


def _finding(status: str, date: str | None = "2025-01-10") -> Finding:
    return Finding("seizure_history", status, not_asked() if date is None else given(date))


YES: Answer[tuple[Finding, ...]] = given((_finding("present"),))
NO: Answer[tuple[Finding, ...]] = given((_finding("absent"),))
OPEN: Answer[tuple[Finding, ...]] = given((_finding("unknown"),))
NEVER: Answer[tuple[Finding, ...]] = not_asked()


@pytest.mark.parametrize(
    ("conditions", "findings", "by_all", "by_any"),
    [
        (_conditions("G40.9"), NO, "yes", "yes"),
        (_conditions("I10"), YES, "yes", "yes"),
        (not_asked(), YES, "yes", "yes"),
        (_conditions("I10"), NO, "no", "no"),
        (_conditions(), NEVER, "unknown", "no"),
        (not_asked(), NO, "unknown", "no"),
        (unknown(), NO, "unknown", "no"),
        (_conditions(), OPEN, "unknown", "unknown"),
        (not_asked(), NEVER, "unknown", "unknown"),
        (unknown(), unknown(), "unknown", "unknown"),
    ],
)
def test_two_sources(
    conditions: Answer[tuple[Condition, ...]],
    findings: Answer[tuple[Finding, ...]],
    by_all: str,
    by_any: str,
) -> None:
    timeline = Timeline("01", conditions=conditions, findings=findings)
    assert answer(SEIZURES, timeline).truth == by_all
    any_settles = dataclasses.replace(SEIZURES, settled_by="any")
    assert answer(any_settles, timeline).truth == by_any


@pytest.mark.parametrize(
    ("stated", "truth"),
    [
        ([("present", "2025-01-10"), ("absent", "2025-01-20")], "no"),
        ([("absent", "2025-01-20"), ("present", "2025-01-10")], "no"),
        ([("present", "2025-01-20"), ("absent", "2025-01-10")], "yes"),
        ([("present", "2025-01-10"), ("absent", "2025-01-10")], "yes"),
        ([("present", "2025-01"), ("absent", "2025-01-20")], "yes"),
        ([("present", "2025"), ("absent", "2026-01")], "no"),
        ([("present", None), ("absent", "2025-01-20")], "yes"),
        ([("present", "2025-01-10"), ("absent", None)], "yes"),
        ([("absent", "2025-01-10"), ("unknown", "2025-01-20")], "unknown"),
        ([("unknown", "2025-01-10"), ("absent", "2025-01-20")], "no"),
        ([("present", "2025-01-10"), ("unknown", "2025-01-20")], "yes"),
    ],
)
def test_the_last_statement_wins_if_it_is_certainly_the_last(
    stated: list[tuple[str, str | None]], truth: str
) -> None:
    question = dataclasses.replace(NOTHING, findings=("seizure_history",))
    findings = given(tuple(_finding(status, date) for status, date in stated))
    assert answer(question, Timeline("01", findings=findings)).truth == truth


def test_the_first_finding_is_the_one_that_is_asked() -> None:
    question = dataclasses.replace(NOTHING, findings=("seizure_history", "new_seizure"))
    assert answer(question, Timeline("01", findings=NO)).truth == "no"
    other: Answer[tuple[Finding, ...]] = given((
        _finding("absent"),
        Finding("new_seizure", "present"),
    ))
    assert answer(question, Timeline("01", findings=other)).truth == "yes"


@pytest.mark.parametrize(
    ("status", "truth"), [("active", "yes"), ("unknown", "yes"), ("resolved", "no")]
)
def test_status_of_a_condition(status: str, truth: str) -> None:
    question = dataclasses.replace(NOTHING, conditions=("F50",))
    timeline = Timeline("01", conditions=_conditions("F50.2", status=status))
    assert answer(question, timeline).truth == truth
    also = dataclasses.replace(question, also_resolved=True)
    assert answer(also, timeline).truth == "yes"


def test_the_diagnosis_of_the_episode_is_a_condition() -> None:
    question = dataclasses.replace(NOTHING, conditions=("F33.3",))
    timeline = Timeline("01", episode=Episode(diagnosis=given("F33.3")))
    assert answer(question, timeline).truth == "yes"
    assert (
        answer(question, Timeline("01", episode=Episode(diagnosis=given("F33.2")))).truth
        == "unknown"
    )


def test_a_code_of_another_system_is_never_a_no() -> None:
    question = dataclasses.replace(NOTHING, conditions=("G40",))
    foreign: Answer[tuple[Condition, ...]] = given((Condition("84757009", "snomed", "active"),))
    assert answer(question, Timeline("01", conditions=foreign)).truth == "unknown"


EGFR = Limits("egfr", "mL/min/{1.73_m2}", None, None, 30.0)
QTC = Limits("qtc", "ms", None, 500.0, None)


@pytest.mark.parametrize(
    ("limits", "value", "unit", "truth"),
    [
        (EGFR, 29.9, "mL/min/{1.73_m2}", "yes"),
        (EGFR, 30.0, "mL/min/{1.73_m2}", "no"),
        (QTC, 499.0, "ms", "no"),
        (QTC, 500.0, "ms", "yes"),
        (QTC, 0.5, "s", "yes"),
        (QTC, 500.0, "mmol/L", "unknown"),
    ],
)
def test_limits(limits: Limits, value: float, unit: str, truth: str) -> None:
    question = dataclasses.replace(NOTHING, limits=limits)
    lab = LabResult(limits.test, value, unit, "2025-01-10")
    assert answer(question, Timeline("01", labs=given((lab,)))).truth == truth
    assert answer(question, Timeline("01", labs=given(()))).truth == "unknown"


def test_only_the_newest_value_counts_unless_the_order_is_not_known() -> None:
    question = dataclasses.replace(NOTHING, limits=QTC)
    for old, truth in (("2024-12-01", "no"), ("2025-01", "yes")):
        labs = (LabResult("qtc", 510, "ms", old), LabResult("qtc", 420, "ms", "2025-01-10"))
        assert answer(question, Timeline("01", labs=given(labs))).truth == truth


@pytest.mark.parametrize(
    ("implants", "truth"),
    [
        ((), "no"),
        ((Implant("metal_fragment", given("eye")),), "yes"),
        ((Implant("metal_fragment", given("Leg")),), "no"),
        ((Implant("metal_fragment"),), "unknown"),
        ((Implant("metal_fragment", given("chest")),), "unknown"),
        ((Implant("metal_fragment", given("somewhere")),), "unknown"),
        ((Implant("copper_iud"),), "no"),
        ((Implant("a new device"),), "unknown"),
    ],
)
def test_implants(implants: tuple[Implant, ...], truth: str) -> None:
    question = dataclasses.replace(NOTHING, implants=("metal_fragment",), near_head_only=True)
    assert answer(question, Timeline("01", implants=given(implants))).truth == truth


@pytest.mark.parametrize(
    ("sex", "age", "status", "truth"),
    [
        ("female", 30.0, None, "unknown"),
        ("female", 30.0, "pregnant", "yes"),
        ("female", 30.0, "not_pregnant", "no"),
        ("female", 70.0, None, "no"),
        ("male", 30.0, None, "no"),
        ("intersex", 30.0, None, "unknown"),
        (None, None, None, "unknown"),
    ],
)
def test_pregnancy(sex: str | None, age: float | None, status: str | None, truth: str) -> None:
    question = dataclasses.replace(NOTHING, pregnancy=("pregnant",))
    person = Demographics(
        sex=not_asked() if sex is None else given(sex),
        age_years=not_asked() if age is None else given(age),
    )
    state: Answer[Pregnancy] = not_asked() if status is None else given(Pregnancy(status))
    assert answer(question, Timeline("01", demographics=person, pregnancy=state)).truth == truth


@pytest.mark.parametrize(
    ("age", "truth"), [(17.9, "no"), (18.0, "yes"), (24.9, "yes"), (25.0, "no"), (None, "unknown")]
)
def test_age_alone(age: float | None, truth: str) -> None:
    question = dataclasses.replace(NOTHING, age_from=18.0, age_below=25.0)
    person = Demographics(age_years=not_asked() if age is None else given(age))
    assert answer(question, Timeline("01", demographics=person)).truth == truth


def test_an_unknown_filter_leaves_a_yes_open_and_a_no_closed() -> None:
    limits = Limits("qtc", "ms", 450.0, None, None)
    question = dataclasses.replace(NOTHING, limits=limits, sex="male")
    for value, truth in ((460.0, "unknown"), (440.0, "no")):
        lab = LabResult("qtc", value, "ms", "2025-01-10")
        reply = answer(question, Timeline("01", labs=given((lab,))))
        assert reply.truth == truth
    both = Demographics(sex=given("intersex"))
    lab = LabResult("qtc", 460.0, "ms", "2025-01-10")
    assert answer(question, Timeline("01", demographics=both, labs=given((lab,)))).truth == "yes"


def test_given_conditions() -> None:
    question = dataclasses.replace(SEIZURES, conditions=(), given_conditions=("I10",))
    with_it = Timeline("01", conditions=_conditions("I10"), findings=NO)
    without = Timeline("01", conditions=_conditions(), findings=NEVER)
    open_finding = Timeline("01", conditions=_conditions("I10"))
    assert answer(question, with_it).truth == "no"
    assert answer(question, without).truth == "no"
    assert not answer(question, without).applies
    assert answer(question, open_finding).truth == "unknown"


@pytest.mark.parametrize(
    ("item", "asked_for", "truth"),
    [
        (0, 1, "no"),
        (1, 1, "yes"),
        (2, 1, "no"),
        (None, 1, "unknown"),
        (None, None, "yes"),
        (0, None, "no"),
    ],
)
def test_item_of_a_scale(item: int | None, asked_for: float | None, truth: str) -> None:
    question = dataclasses.replace(
        NOTHING, scale="phq9", item=9, item_from=asked_for, item_to=asked_for
    )
    answers = ScaleAnswers("phq9", "2025-01-10", (0, 0, 0, 0, 0, 0, 0, 0, item))
    assert answer(question, Timeline("01", scales=given((answers,)))).truth == truth
    assert answer(question, Timeline("01")).truth == "unknown"
