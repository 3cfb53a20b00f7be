"""The change so far in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.tables import Row, load_table
from equipoise.predict.early.danger import rose

if TYPE_CHECKING:
    from equipoise.core.nouns import Interval, Treatment, UnderWay

__all__ = ["little_change", "raising", "said"]

SOONER = "little_early_change"
HUNDRED = 100


def said(
    taken: UnderWay,
    treatment: Treatment,
    chances: tuple[Interval, Interval],
    outside: list[str],
    danger: list[str],
) -> str:
    """Return the sentence on a treatment under way.

    Parameters
    ----------
    taken : UnderWay
        With a change that was read.
    treatment : Treatment
        What is taken.
    chances : tuple of (before, if_continued)
        Among those who go on.
    outside : list of str
        What was not as in the studies.
    danger : list of str
        What comes before any number.

    Returns
    -------
    str
        Never a reason to stop by a small change alone.
    """
    before, after = chances
    low, high = (_people(end) for end in after.ci80)
    scale = load_table("scales/scales").row(id=str(taken.scale)).text("title")
    parts = [
        *danger,
        f"{treatment.title}, {_weeks(taken.weeks or 0)}: the {scale} is {_moved(taken)}"
        f" ({taken.baseline:g} to {taken.latest:g}).",
        f"Of 100 people like this who go on with it, about {_people(after.mean)} respond by the"
        f" end of the course (80 %: {low} to {high}); before the change was known it was"
        f" {_people(before.mean)}. Both count only people who stay on it. The ranking counts"
        " whoever stops as no response, and does not know this change.",
        _meaning(taken, better=after.mean > before.mean),
        *_mend_first(taken),
    ]
    if outside:
        parts.append(f"Estimated outside the studied group: {'; '.join(outside)}.")
    return " ".join(part for part in parts if part)


def little_change(taken: UnderWay) -> str | None:
    """Return the row of `phases/triggers` that the change falls short of, or None.

    Parameters
    ----------
    taken : UnderWay
        With a change that was read.

    Returns
    -------
    str or None
        Id of the row, as the follow-up uses it.
    """
    weeks, improvement = taken.weeks or 0, taken.improvement or 0
    for row in load_table("phases/triggers"):
        limit, until = row.optional_number("below_percent"), row.optional_number("before_weeks")
        if limit is None or improvement >= limit:
            continue
        if row.number("from_weeks") <= weeks and (until is None or weeks < until):
            return row.text("id")
    return None


def raising(taken: UnderWay, treatment: Treatment) -> Row:
    """Return what trials say of raising the dose.

    Parameters
    ----------
    taken : UnderWay
        Whether the dose is that of an adequate trial.
    treatment : Treatment
        What is taken.

    Returns
    -------
    Row
        Of `baselines/early_moves`.
    """
    moves = load_table("baselines/early_moves")
    if taken.dose_enough == "no":
        return moves.row(id="raise_below")
    if taken.dose_enough == "cannot_tell":
        return moves.row(id="raise_unknown")
    return moves.find(drug_class=treatment.drug_class) or moves.row(id="raise_other")


def _people(chance: float) -> str:
    return f"{HUNDRED * chance:.0f}"


def _weeks(weeks: float) -> str:
    whole = round(weeks)
    return "1 week" if whole == 1 else f"{whole} weeks"


def _moved(taken: UnderWay) -> str:
    improvement = taken.improvement or 0
    if round(improvement) == 0:
        return "as at the start"
    side = "lower" if improvement > 0 else "higher"
    return f"{abs(improvement):.0f} % {side} than at the start"


def _meaning(taken: UnderWay, *, better: bool) -> str:
    short = little_change(taken)
    if rose(taken) and short in {SOONER, None}:
        return (
            "A rise is more than little change: it is no reason to wait for the next date, and not"
            " by itself a reason to stop."
        )
    if short == SOONER:
        return (
            "Little change this early is a prompt to check dose and intake, not by itself a reason"
            " to stop: people without early change still respond."
        )
    if short is not None:
        return (
            "With dose and intake adequate this is the time to weigh adding or changing against"
            " going on; otherwise these come first."
        )
    if better:
        return (
            "Improvement so far is a good sign, not a promise: ask at every visit about thoughts of"
            " suicide, which may outlast low energy, and about elation or little need for sleep."
        )
    return "People who respond in the end have on average improved more than this by then."


def _mend_first(taken: UnderWay) -> list[str]:
    parts = []
    if taken.taken_regularly == "no":
        parts.append("It was not taken regularly, and the numbers are of people who took it.")
    if taken.taken_regularly == "cannot_tell":
        parts.append("Whether it is taken regularly is not recorded: ask first.")
    if taken.side_effects:
        told = ", ".join(taken.side_effects).lower()
        parts.append(
            f"Reported since the start: {told}. What is hard to bear is a reason of its own to"
            " change, whatever the score."
        )
    return parts
