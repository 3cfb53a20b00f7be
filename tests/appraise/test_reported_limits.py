"""A value with ``<`` or ``>`` answers a rule only where its limit tells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equipoise.appraise.diagnosis import check_diagnosis
from equipoise.appraise.lab_source import ask_lab
from equipoise.appraise.questions import Limits, questions_of
from equipoise.appraise.red_flags import find_red_flags
from equipoise.appraise.rules import answer
from equipoise.core.answers import given
from equipoise.core.nouns import LabResult, Timeline

DATE = "2025-01-10"
RISE = "qtc_rise"


def _person(test: str, value: float, unit: str, comparator: str | None) -> Timeline:
    return Timeline("01", labs=given((LabResult(test, value, unit, DATE, comparator=comparator),)))


@pytest.mark.parametrize(
    ("comparator", "value", "above", "below", "truth"),
    [
        (None, 6.0, 5.0, None, "yes"),
        (None, 5.0, 5.0, None, "no"),
        ("<", 5.0, 5.0, None, "no"),
        ("<", 6.0, 5.0, None, "unknown"),
        (">", 5.0, 5.0, None, "yes"),
        (">", 4.0, 5.0, None, "unknown"),
        ("<", 3.0, None, 3.0, "yes"),
        ("<", 4.0, None, 3.0, "unknown"),
        (">", 3.0, None, 3.0, "no"),
        (">", 2.0, None, 3.0, "unknown"),
    ],
)
def test_what_a_limit_tells(
    comparator: str | None, value: float, above: float | None, below: float | None, truth: str
) -> None:
    asked = next(q for _, q in questions_of("red_flags/red_flags") if q.limits is not None)
    question = replace(asked, limits=Limits("potassium", "mmol/L", above, None, below))
    reply = ask_lab(question, _person("potassium", value, "mmol/L", comparator))
    assert reply is not None
    assert reply.truth == truth
    assert f"{comparator or ''}{value:g} mmol/L" in reply.evidence


def test_lithium_above_what_the_laboratory_can_tell_is_an_emergency() -> None:
    flags = find_red_flags(_person("lithium_level", 3, "mmol/L", ">"), today=DATE)
    assert "lithium_toxicity" in {flag.id for flag in flags}
    flags = find_red_flags(_person("lithium_level", 2, "mmol/L", "<"), today=DATE)
    assert "lithium_toxicity" not in {flag.id for flag in flags}


def test_a_hormone_below_what_the_laboratory_can_tell_is_low() -> None:
    """A TSH below 0.01 is low whatever it is; one below 10 tells nothing."""
    for value, status in ((0.01, "abnormal"), (10.0, "not_checked")):
        person = _person("tsh", value, "m[IU]/L", "<")
        found = {item.id: item.status for item in check_diagnosis(person)}
        assert found["thyroid"] == status


def _qtc(*values: tuple[float, str | None, str]) -> Timeline:
    labs = (LabResult("qtc", value, "ms", day, comparator=sign) for value, sign, day in values)
    return Timeline("01", labs=given(tuple(labs)))


@pytest.mark.parametrize(
    ("before", "now", "truth"),
    [
        ((400, None), (470, None), "yes"),
        ((400, "<"), (460, ">"), "yes"),
        ((400, "<"), (460, None), "yes"),
        ((400, "<"), (455, None), "unknown"),
        ((400, ">"), (470, None), "unknown"),
        ((400, ">"), (460, None), "no"),
        ((400, None), (450, ">"), "unknown"),
        ((400, None), (460, "<"), "no"),
    ],
)
def test_a_rise_between_limits(
    before: tuple[float, str | None], now: tuple[float, str | None], truth: str
) -> None:
    """A rise of more than 60 ms, sure only where both limits make it so."""
    question = next(
        q for row, q in questions_of("red_flags/red_flags") if row.cells["lab_rise"] == "60"
    )
    reply = ask_lab(question, _qtc((*before, "2024-01-10"), (*now, DATE)))
    assert reply is not None
    assert reply.truth == truth


def test_a_limit_that_leaves_a_danger_open_is_not_settled_by_the_diagnoses() -> None:
    """No code of lithium toxicity takes back a level of which only ">1.0" is known."""
    question = next(
        q
        for row, q in questions_of("contraindications/contraindications")
        if row.text("id") == "lithium_toxicity"
    )
    person = replace(_person("lithium_level", 1.0, "mmol/L", ">"), conditions=given(()))
    reply = answer(question, person)
    assert reply.truth == "unknown"
    assert "a sure value of lithium" in reply.missing
    assert ">1 mmol/L" in reply.missing
    person = replace(_person("lithium_level", 1.0, "mmol/L", None), conditions=given(()))
    assert answer(question, person).truth == "no"
