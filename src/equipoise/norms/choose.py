"""Which norm fits a person."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import Final

from equipoise.core.nouns import Demographics, Measurement
from equipoise.core.prepared import prepared
from equipoise.core.tables import Row, Table, load_table, setting

__all__ = ["Choice", "choose_norm", "fasting_matters"]


ANY: Final = "any"
FASTING: Final = "fasting"


@dataclass(frozen=True, slots=True)
class Choice:
    """The norm for one person: its row, or None; and why it is missing or was stretched."""

    row: Row | None
    reason: str | None


def choose_norm(one: Measurement, demographics: Demographics) -> Choice:
    """Return the row of `tables/norms` that fits a person best.

    A norm of one assay serves only values that are known to be of it, and a norm of people who had
    fasted only values of whom that is known. Of the others the nearest age comes first, then the
    same sex before both sexes, then an age band before all ages together. A person of unknown age
    is placed among all ages.

    Parameters
    ----------
    one : Measurement
        The value, with its assay and whether the person had fasted.
    demographics : Demographics
        Sex and age, each possibly unknown.

    Returns
    -------
    Choice
        A row with a reason is extrapolated; no row with a reason is "no norm".
    """
    rows = list(prepared(load_table("norms/norms"), _by_measure).get(one.id, ()))
    if not rows:
        return Choice(None, "no published norm fits this measure")
    mismatch = _other_assay(one, rows) or _other_state(one, rows)
    if mismatch:
        return Choice(None, mismatch)
    rows = [row for row in rows if _same_kind(row, one)]
    sex = demographics.sex.value
    age = None if demographics.age_years.value is None else floor(demographics.age_years.value)
    fitting = [row for row in rows if _may_serve(row, sex, age)]
    if not fitting:
        return Choice(None, "no norm for people of the recorded sex or of unknown age")
    best = min(fitting, key=lambda row: _distance(row, sex, age))
    gap = _gap(best, age)
    reach = setting("norms_age_reach")
    if gap > reach:
        return Choice(None, f"no norm for age {age}: {_ages(best)} is too far away")
    return Choice(best, _stretched(best, rows, demographics, gap))


def fasting_matters(measure: str) -> bool:
    """Return whether the published norms of a measure are of people who had fasted."""
    rows = prepared(load_table("norms/norms"), _by_measure).get(measure, ())
    return any(row.text("fasting") == FASTING for row in rows)


def _by_measure(table: Table) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in table:
        found.setdefault(row.text("measure"), []).append(row)
    return found


def _same_kind(row: Row, one: Measurement) -> bool:
    """Return whether a norm is for values of this assay and of this state of the person."""
    fed = row.text("fasting") == FASTING and not one.fasting
    return row.text("assay") in {ANY, one.assay} and not fed


def _other_assay(one: Measurement, rows: list[Row]) -> str | None:
    """Return why no norm is for the assay of a value, or None."""
    assays = sorted({row.text("assay") for row in rows})
    if ANY in assays or one.assay in assays:
        return None
    whose = " or ".join(map(_assay, assays))
    if one.assay is None:
        return f"the norm is for the assay {whose}; the assay of this value is not known"
    return f"the norm is for the assay {whose}; this value is of the assay {_assay(one.assay)}"


def _assay(name: str) -> str:
    row = load_table("labs/assays").find(id=name)
    return name if row is None else row.text("title")


def _other_state(one: Measurement, rows: list[Row]) -> str | None:
    """Return why a norm of people who had fasted cannot serve, or None."""
    if one.fasting or any(row.text("fasting") == ANY for row in rows):
        return None
    had = "whether this person had is not known" if one.fasting is None else "this person had not"
    return f"the norm is of people who had fasted; {had}"


def _may_serve(row: Row, sex: str | None, age: int | None) -> bool:
    return row.text("sex") in {sex, ANY} and (age is not None or row.text("ages") == "all")


def _gap(row: Row, age: int | None) -> float:
    """Return the years between `age` and the ages of the norm; 0 inside or where unknown."""
    if age is None:
        return 0.0
    oldest = row.optional_number("age_maximum")
    above = 0.0 if oldest is None else age - oldest
    return max(row.number("age_minimum") - age, above, 0.0)


def _distance(row: Row, sex: str | None, age: int | None) -> tuple[float, bool, bool, bool, str]:
    return (
        _gap(row, age),
        row.text("assay") == ANY,
        row.text("sex") != sex,
        row.text("ages") == "all",
        row.text("id"),
    )


def _ages(row: Row) -> str:
    oldest = row.optional_number("age_maximum")
    youngest = row.number("age_minimum")
    upper = "and over" if oldest is None else f"to {oldest:.0f}"
    return f"the norm for ages {youngest:.0f} {upper}"


def _stretched(row: Row, rows: list[Row], demographics: Demographics, gap: float) -> str | None:
    """Return why the person lies outside the people of the norm, or None."""
    reasons = []
    if not demographics.age_years.known:
        reasons.append("age is not recorded: placed among all ages")
    elif gap > 0:
        age = demographics.age_years.or_else(gap)
        reasons.append(f"age {age:g} lies outside {_ages(row)}")
    own_sex = {other.text("sex") for other in rows} - {ANY}
    if own_sex and demographics.sex.value not in own_sex:
        said = "is not recorded" if demographics.sex.value is None else "has no norm of its own"
        reasons.append(f"sex {said}: placed among all people")
    return "; ".join(reasons) or None
