"""Scores of rating scales: answers in, total with its error out, by the rows of `tables/scales`.

Several stages need a total: the assays, which make a measure of it, the appraisal, whose rules ask
for it, and the plan. They all take it from here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from equipoise.core.nouns import ScaleAnswers
from equipoise.core.tables import Row, load_table

__all__ = ["ScaleScore", "score"]

SCALES: Final = "scales/scales"


@dataclass(frozen=True, slots=True)
class ScaleScore:
    """The score of one set of answers.

    Parameters
    ----------
    scale : str
        Id of `scales/scales`.
    status : {"complete", "prorated", "incomplete"}
        ``prorated``: missing answers were replaced as the scale allows; ``incomplete``: no total.
    total : float or None
        In the points of the scale.
    standard_error : float or None
        Of the total; None where no table gives a reliability.
    parts : tuple of (str, float or None)
        Subscales, in table order.
    band : str or None
        Id of `scales/bands`.
    missing : tuple of int
        Numbers of the items that were left out.
    reason : str
        Why there is no total; empty where there is one.
    """

    scale: str
    status: Literal["complete", "prorated", "incomplete"]
    total: float | None
    standard_error: float | None
    parts: tuple[tuple[str, float | None], ...]
    band: str | None
    missing: tuple[int, ...]
    reason: str = ""


def score(answers: ScaleAnswers) -> ScaleScore:
    """Score the answers to a scale.

    Parameters
    ----------
    answers : ScaleAnswers
        With as many items as the scale has, each in its range, or with a reported total.

    Returns
    -------
    ScaleScore
        ``incomplete`` with the reason where the scale does not allow what is missing.
    """
    row = load_table(SCALES).row(id=answers.scale)
    missing = tuple(number for number, item in enumerate(answers.items, 1) if item is None)
    if answers.total is not None and not answers.items:
        return _scored(row, answers.total, _error(row), (), "complete")
    reason = _refusal(row, missing)
    if reason:
        return ScaleScore(answers.scale, "incomplete", None, None, (), None, missing, reason)
    given = [item for item in answers.items if item is not None]
    share = len(answers.items) / len(given)
    error = _error(row)
    widened = None if error is None else error * math.sqrt(share)
    status: Literal["complete", "prorated"] = "prorated" if missing else "complete"
    return _scored(row, sum(given) * share, widened, missing, status)


def _scored(
    row: Row,
    total: float,
    error: float | None,
    missing: tuple[int, ...],
    status: Literal["complete", "prorated"],
) -> ScaleScore:
    name = row.text("id")
    return ScaleScore(name, status, total, error, (), _band(name, total), missing)


def _error(row: Row) -> float | None:
    spread, reliability = row.optional_number("sd"), row.optional_number("reliability")
    if spread is None or reliability is None:
        return None
    return spread * math.sqrt(1 - reliability)


def _refusal(row: Row, missing: tuple[int, ...]) -> str:
    if row.optional_number("suicide_item") in missing:
        return f"item {row.text('suicide_item')} was left out: ask it again"
    most = int(row.number("missing_allowed"))
    if len(missing) > most:
        return f"{len(missing)} of {row.text('items')} answers are missing; at most {most} may be"
    return ""


def _band(scale: str, total: float) -> str | None:
    rows = [row for row in load_table("scales/bands") if row.text("scale") == scale]
    reached = [row for row in rows if total >= row.number("lowest")]
    return max(reached, key=lambda row: row.number("lowest")).text("id") if reached else None
