"""Norms that ship as a formula of age, sex and head size: rows of `norms/regressions`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.tables import load_table, setting

if TYPE_CHECKING:
    from equipoise.core.nouns import Demographics, Measurement
    from equipoise.core.tables import Row

__all__ = ["Formula", "find_formula"]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula for one person: its row, the mean it predicts, and what is stretched."""

    row: Row
    mean: float
    stretched: str | None


def find_formula(one: Measurement, demographics: Demographics) -> Formula | str | None:
    """Return the mean that a formula predicts for a person.

    Parameters
    ----------
    one : Measurement
        With the covariate ``etiv`` (mm3) where the formula needs it.
    demographics : Demographics
        Sex and age.

    Returns
    -------
    Formula, str or None
        None where no formula is about this measure; text where it cannot be used, with the reason.
    """
    row = load_table("norms/regressions").find(measure=one.id)
    if row is None:
        return None
    age = demographics.age_years.value
    missing = _missing(one, demographics, row)
    if missing or age is None:
        return f"no norm: it needs {', '.join(missing)}"
    youngest, oldest = row.number("age_minimum"), row.number("age_maximum")
    # Ages of the table are completed years: one of 73 lasts until the birthday.
    gap = max(youngest - age, age - oldest - 1, 0.0)
    people = f"{youngest:g} to {oldest:g}"
    if gap > setting("norms_age_reach"):
        return f"no norm for age {age:g}: its people were {people}"
    mean = row.number("intercept") + row.number("age") * (age - row.number("age_centre"))
    mean += row.number("male") if demographics.sex.value == "male" else 0.0
    slope = row.optional_number("etiv")
    if slope is not None:
        mean += slope * (dict(one.covariates)["etiv"] - row.number("etiv_centre"))
    outside = f"age {age:g} lies outside its people ({people})"
    return Formula(row, mean, outside if gap > 0 else None)


def _missing(one: Measurement, demographics: Demographics, row: Row) -> list[str]:
    """Return what a formula needs and is not known."""
    headless = row.optional_number("etiv") is not None and "etiv" not in dict(one.covariates)
    needs = (
        ("the age", demographics.age_years.value is None),
        ("the sex (female or male)", demographics.sex.value not in {"female", "male"}),
        ("the intracranial volume", headless),
    )
    return [name for name, lacking in needs if lacking]
