"""Cortisol in serum: read in the early morning alone, and never where something falsifies it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from equipoise.assays.blood import cortisol_serum
from equipoise.core.answers import given, not_asked
from equipoise.core.nouns import (
    DrugUse,
    LabResult,
    Measurement,
    NotMeasured,
    Pregnancy,
    Timeline,
)


def _said(lab: LabResult, **more: object) -> str:
    person = Timeline(
        "01",
        labs=given((lab,)),
        treatments=given(()),
        drugs=given(()),
        pregnancy=given(Pregnancy("not_pregnant")),
    )
    (found,) = cortisol_serum.measure(replace(person, **more))  # type: ignore[arg-type]
    if isinstance(found, Measurement):
        return "; ".join(found.flags)
    assert isinstance(found, NotMeasured)
    return f"not measured: {found.reason}"


def _sample(value: float, time: str | None = "08:00", unit: str = "ug/dL") -> LabResult:
    return LabResult("cortisol_serum", value, unit, "2025-01-12", time=time)


@pytest.mark.parametrize(
    ("value", "words"),
    [(4.9, "adrenal glands"), (5.1, "within"), (25, "within"), (25.2, "no screen for Cushing")],
)
def test_the_usual_range_of_the_morning(value: float, words: str) -> None:
    """5 to 25 ug/dL at 08:00, as textbooks print it (138 to 690 nmol/L)."""
    assert words in _said(_sample(value))


@pytest.mark.parametrize("time", ["07:29", "09:01", "16:00", None])
def test_another_hour_is_not_read(time: str | None) -> None:
    assert _said(_sample(30, time)).startswith("not measured: no sample at 07:30 to 09:00")


@pytest.mark.parametrize("drug", ["ethinylestradiol", "prednisolone", "carbamazepine"])
def test_what_falsifies_it(drug: str) -> None:
    said = _said(_sample(30), drugs=given((DrugUse(drug),)))
    assert said.startswith("not measured: voided by")
    assert "827.7 nmol/L" in said


def test_what_nobody_told_is_never_within() -> None:
    said = _said(_sample(15), drugs=not_asked())
    assert "not recorded: the other drugs" in said
    assert "within" not in said


def test_impossible_and_missing_units() -> None:
    assert "not possible" in _said(_sample(9000, unit="nmol/L"))
    assert "unit" in _said(_sample(15, unit=""))
    assert cortisol_serum.measure(Timeline("01")) == ()


@pytest.mark.parametrize(
    ("comparator", "value", "words"),
    [
        ("<", 20, "below the usual range"),
        (">", 690, "above the usual range"),
        ("<", 300, "not measured: reported as < 300 nmol/L: on which side"),
        (">", 300, "not measured: reported as > 300 nmol/L: on which side"),
    ],
)
def test_a_bound_is_read_where_it_tells(comparator: str, value: float, words: str) -> None:
    assert words in _said(replace(_sample(value, unit="nmol/L"), comparator=comparator))
