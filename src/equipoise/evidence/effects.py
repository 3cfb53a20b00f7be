"""Published effects, turned to log odds ratios or log hazard ratios with standard errors.

Sources print odds ratios with limits, counts by arm, risk ratios, differences of means or hazard
ratios. Each form has one kernel in :mod:`equipoise.evidence.conversions`; a row that lacks what
its form needs is an error of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from equipoise.core.errors import TableError
from equipoise.core.nouns import Effect
from equipoise.core.tables import Row, load_table, setting
from equipoise.evidence.conversions import (
    Limits,
    from_counts,
    from_hazard_ratio,
    from_mean_difference,
    from_odds_ratio,
    from_risk_ratio,
    from_smd,
    limit_width,
)

__all__ = ["limit_width", "read_effects"]

COUNTS: Final = ("events", "total", "comparator_events", "comparator_total")


def read_effects() -> dict[str, Effect]:
    """Return the rows of `tables/effects` by id, sorted by id.

    Returns
    -------
    dict of str to Effect
        Estimates are log odds ratios, of relapse also log hazard ratios; positive means more of
        the outcome on the treatment.

    Raises
    ------
    TableError
        If a row lacks a number that its scale needs, or a hazard ratio is not of relapse.
    """
    rows = sorted(load_table("effects/effects"), key=lambda row: row.text("id"))
    return {row.text("id"): _effect(row) for row in rows}


def _effect(row: Row) -> Effect:
    estimate, standard_error = _estimate(row)
    blinded = row.optional_text("blinded")
    hazard = row.text("scale") == "hazard_ratio"
    return Effect(
        treatment=row.text("treatment"),
        comparator=row.text("comparator"),
        outcome=row.text("outcome"),
        estimate=estimate,
        standard_error=standard_error,
        between_study_sd=row.optional_number("between_study_sd"),
        population=row.text("population"),
        stage=row.optional_number("stage"),
        weeks=row.optional_number("weeks"),
        blinded=None if blinded is None else row.flag("blinded"),
        anchor=row.flag("anchor"),
        n=_whole(row, "people"),
        k=_whole(row, "studies"),
        grade=row.text("grade"),
        checked=row.text("checked"),
        references=row.items("reference"),
        id=row.text("id"),
        scale="log_hazard_ratio" if hazard else "log_odds_ratio",
        use=row.text("use"),
        why_shown=row.optional_text("why_shown"),
        note=row.optional_text("note"),
    )


def _estimate(row: Row) -> tuple[float, float]:
    convert = _CONVERSIONS[row.text("scale")]
    try:
        return convert(row)
    except ValueError as error:
        raise TableError(str(error), where=row.where) from None


def _limits(row: Row) -> Limits:
    limits = (row.number("value"), row.number("lower"), row.number("upper"))
    if not limits[1] <= limits[0] <= limits[2]:
        raise TableError("the value lies outside its limits", where=row.where, got=str(limits))
    return limits


def _counts(row: Row) -> tuple[float, float]:
    return from_counts(*(int(row.number(column)) for column in COUNTS))


def _odds_ratio(row: Row) -> tuple[float, float]:
    return from_odds_ratio(*_limits(row), row.number("level"))


def _risk_ratio(row: Row) -> tuple[float, float]:
    return from_risk_ratio(_limits(row), row.number("level"), row.number("comparator_rate"))


def _hazard_ratio(row: Row) -> tuple[float, float]:
    if row.text("outcome") != "relapse":
        raise TableError(
            "a hazard ratio is read for relapse alone",
            where=f"{row.where}, column outcome",
            got=row.text("outcome"),
        )
    return from_hazard_ratio(*_limits(row), row.number("level"))


def _smd(row: Row) -> tuple[float, float]:
    return from_smd(_limits(row), row.number("level"), setting("evidence_smd_inflation"))


def _mean_difference(row: Row) -> tuple[float, float]:
    inflation = setting("evidence_smd_inflation")
    return from_mean_difference(_limits(row), row.number("level"), _outcome_sd(row), inflation)


def _outcome_sd(row: Row) -> float:
    """Return the row's own standard deviation, or else the usual one of its instrument."""
    own = row.optional_number("outcome_sd")
    if own is not None:
        return own
    instrument = row.text("instrument")
    name = f"evidence_{instrument}_change_sd"
    usual = load_table("hyperparameters/hyperparameters").find(id=name)
    if usual is None:
        raise TableError(
            "no usual standard deviation for this instrument",
            where=f"{row.where}, column instrument",
            got=instrument,
            todo="give outcome_sd as the source prints it",
        )
    return usual.number("value")


_CONVERSIONS: Final[Mapping[str, Callable[[Row], tuple[float, float]]]] = {
    "counts": _counts,
    "hazard_ratio": _hazard_ratio,
    "mean_difference": _mean_difference,
    "odds_ratio": _odds_ratio,
    "risk_ratio": _risk_ratio,
    "smd": _smd,
}


def _whole(row: Row, column: str) -> int | None:
    value = row.optional_number(column)
    return None if value is None else int(value)
