"""Published effects, turned to log odds ratios with standard errors.

Sources print odds ratios with limits, counts by arm, or standardised mean differences. Each form
has one kernel here; what cannot be converted without a guess is not in the table.
"""

from __future__ import annotations

import math
from statistics import NormalDist

from equipoise.core.errors import TableError
from equipoise.core.nouns import Effect
from equipoise.core.tables import Row, load_table

__all__ = ["from_counts", "from_odds_ratio", "from_smd", "limit_width", "read_effects"]


def read_effects() -> dict[str, Effect]:
    """Return the rows of `tables/effects` by id, sorted by id.

    Returns
    -------
    dict of str to Effect
        Estimates are log odds ratios; positive means more of the outcome on the treatment.

    Raises
    ------
    TableError
        If a row lacks a number that its scale needs.
    """
    rows = sorted(load_table("effects/effects"), key=lambda row: row.text("id"))
    return {row.text("id"): _effect(row) for row in rows}


def limit_width(level: float) -> float:
    """Return the distance between two limits of `level` per cent, in standard deviations.

    Parameters
    ----------
    level : float
        Level of an interval, in per cent.

    Returns
    -------
    float
        3.92 at 95 %.
    """
    return 2 * NormalDist().inv_cdf(0.5 + level / 200)


def from_odds_ratio(value: float, lower: float, upper: float, level: float) -> tuple[float, float]:
    """Return log odds ratio and standard error of an odds ratio with its limits.

    Parameters
    ----------
    value, lower, upper : float
        Odds ratio and limits, all above 0.
    level : float
        Level of the limits, in per cent.

    Returns
    -------
    estimate, standard_error : float
        In log odds. Limits of a Bayesian interval are read as those of a Gaussian.
    """
    return math.log(value), (math.log(upper) - math.log(lower)) / limit_width(level)


def from_counts(
    events: int, total: int, comparator_events: int, comparator_total: int
) -> tuple[float, float]:
    """Return log odds ratio and standard error of a two-by-two table.

    Parameters
    ----------
    events, total : int
        People with the outcome and people randomised, treatment.
    comparator_events, comparator_total : int
        The same, comparator.

    Returns
    -------
    estimate, standard_error : float
        In log odds. One half is added to every cell only where a cell is empty.

    References
    ----------
    Woolf 1955, Annals of Human Genetics 19:251.
    """
    cells = [events, total - events, comparator_events, comparator_total - comparator_events]
    if min(cells) < 0:
        raise ValueError(f"more events than people in {cells}")
    a, b, c, d = (cell + 0.5 * (0 in cells) for cell in cells)
    return math.log(a * d / (b * c)), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)


def from_smd(
    limits: tuple[float, float, float], level: float, inflation: float
) -> tuple[float, float]:
    """Return log odds ratio and standard error of a standardised mean difference.

    Parameters
    ----------
    limits : tuple of float
        Difference (positive is better), lower and upper limit, in standard deviations.
    level : float
        Level of the limits, in per cent.
    inflation : float
        Share by which the standard error grows, as the conversion assumes logistic scores.

    Returns
    -------
    estimate, standard_error : float
        In log odds.

    References
    ----------
    Chinn 2000, Statistics in Medicine 19:3127.
    """
    value, lower, upper = limits
    factor = math.pi / math.sqrt(3)
    return value * factor, (upper - lower) / limit_width(level) * factor * (1 + inflation)


def _effect(row: Row) -> Effect:
    estimate, standard_error = _log_odds(row)
    blinded = row.optional_text("blinded")
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
    )


def _log_odds(row: Row) -> tuple[float, float]:
    scale = row.text("scale")
    if scale == "counts":
        columns = ("events", "total", "comparator_events", "comparator_total")
        try:
            return from_counts(*(int(row.number(column)) for column in columns))
        except ValueError as error:
            raise TableError(str(error), where=row.where) from None
    limits = (row.number("value"), row.number("lower"), row.number("upper"))
    if not limits[1] <= limits[0] <= limits[2]:
        raise TableError("the value lies outside its limits", where=row.where, got=str(limits))
    if scale == "odds_ratio":
        return from_odds_ratio(*limits, row.number("level"))
    settings = load_table("hyperparameters/hyperparameters")
    inflation = settings.row(id="evidence_smd_inflation").number("value")
    return from_smd(limits, row.number("level"), inflation)


def _whole(row: Row, column: str) -> int | None:
    value = row.optional_number(column)
    return None if value is None else int(value)
