"""What every listing of options shares: which it shows, and which were never compared."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Final, NamedTuple

from equipoise.apps.report import numbers as n
from equipoise.apps.report.wording import say
from equipoise.core.casing import within
from equipoise.core.nouns import Decision, Dossier, Prediction

__all__ = [
    "FOREST_ROWS",
    "Column",
    "against_average",
    "alike",
    "foremost",
    "never_compared",
    "never_words",
    "only_averages",
    "shares",
]

FEWEST: Final = 2
FOREST_ROWS: Final = 7
"""Options that the first page draws."""


class Column(NamedTuple):
    """One column of a listing: its head, its width beside the others, a cell for each option."""

    head: str
    width: int
    cells: list[str]


def alike(columns: Sequence[Column], keep: Sequence[str]) -> tuple[list[Column], list[str]]:
    """Return the columns that tell options apart, and in words what is the same for all.

    Parameters
    ----------
    columns : sequence of Column
        All.
    keep : sequence of str
        Heads of columns that stay in any case.

    Returns
    -------
    columns : list of Column
        Those to print.
    same : list of str
        ``outlook 0`` for each column left out; none where there are fewer than two options.
    """
    left, same = [], []
    for column in columns:
        if column.head in keep or len(column.cells) < FEWEST or len(set(column.cells)) > 1:
            left.append(column)
        else:
            same.append(f"{within(column.head)} {within(column.cells[0])}")
    return left, same


def shares(columns: Sequence[Column]) -> tuple[int, ...]:
    """Return the widths of columns in whole percent of their sum."""
    whole = sum(column.width for column in columns)
    return tuple(round(100 * column.width / whole) for column in columns)


def foremost(
    predictions: Sequence[Prediction], most: int, *, behind: Container[str] = ()
) -> tuple[Prediction, ...]:
    """Return the options that a short listing shows, in the order of the ranking.

    Parameters
    ----------
    predictions : sequence of Prediction
        All, in order: the tie group by id, then the rest.
    most : int
        How many to show.
    behind : container of str, optional
        Treatments to show only where room is left, such as those to avoid.

    Returns
    -------
    tuple of Prediction
        Of a larger tie group those of highest expected utility; else the first. How often an
        option comes first in the model runs would favour those that least is known of.
    """
    tied = [p for p in predictions if p.tied]
    if len(tied) <= most:
        return tuple(predictions[:most])
    highest = sorted(tied, key=lambda p: (p.treatment in behind, -p.utility, p.treatment))[:most]
    return tuple(p for p in tied if p in highest)


def never_compared(decision: Decision) -> frozenset[str]:
    """Return the options that no chain of randomised comparisons ties to the others.

    Parameters
    ----------
    decision : Decision
        All predictions of one person.

    Returns
    -------
    frozenset of str
        Options without a path to most of the others; where a single first choice is such an
        option, all of them.
    """
    apart = {p.treatment for p in decision.predictions if p.evidence_path == "anchored"}
    if _far_first(decision) is not None:
        apart = {p.treatment for p in decision.predictions}
    return frozenset(apart)


def _far_first(decision: Decision) -> Prediction | None:
    """Return the single first choice if it was never compared with most of the others."""
    shown = decision.predictions
    tied = [p for p in shown if p.tied]
    if len(tied) != 1 or len(shown) == 1 or tied[0].evidence_path != "anchored":
        return None
    return tied[0]


def never_words(decision: Decision, prediction: Prediction) -> str:
    """Return with which others an option was never compared, or nothing."""
    if prediction.evidence_path == "anchored":
        return say("never_most")
    first = _far_first(decision)
    return say("never_first", option=within(first.title)) if first else ""


def against_average(prediction: Prediction, *, measured: bool) -> str:
    """Return how this person's chance stands to the average person's of the same stage."""
    if not measured:
        return say("average_population")
    shift = prediction.shift
    if prediction.better_than_average or prediction.worse_than_average:
        kind = "better" if prediction.better_than_average else "worse"
    else:
        kind = shift.words
    mean, ci95 = n.points(shift.mean), n.range_points(shift.ci95)
    return say(f"average_{kind}", mean=mean, ci95=ci95)


def only_averages(dossier: Dossier) -> bool:
    """Whether neither a measure nor a fact nor the history moves any option."""
    moved = any(p.shift.mean or p.outlook or p.history for p in dossier.decision.predictions)
    return not dossier.profile.measures_used and not moved
