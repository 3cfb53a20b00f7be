"""What comes before any chance of going on: stops, red flags, a rise of the score, dose limits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from equipoise.core.avoided import avoided
from equipoise.core.casing import within

if TYPE_CHECKING:
    from equipoise.core.nouns import Appraisal, DoseLimit, Treatment, UnderWay

__all__ = ["came_with", "dangers", "dose_limit", "may_be_raised", "raise_limits", "rose"]

CLOSE: Final = 1e-9
NEVER_ABRUPTLY: Final = "a clinician looks at this first, and it is not stopped abruptly by oneself"


def rose(taken: UnderWay) -> bool:
    """Return whether the scale is higher than at the start."""
    return round(taken.improvement or 0) < 0


def dangers(taken: UnderWay, treatment: Treatment, appraisal: Appraisal) -> list[str]:
    """Return what must be said of a treatment under way before any number.

    Parameters
    ----------
    taken : UnderWay
        With a change that was read.
    treatment : Treatment
        What is taken.
    appraisal : Appraisal
        Red flags, hard stops on what is taken, verdicts, doses.

    Returns
    -------
    list of str
        Sentences; none where nothing speaks against going on as now.
    """
    flags, growth = came_with(taken, appraisal)
    parts = [flags]
    if _stopped(treatment, appraisal):
        parts.append(f"A hard stop stands against {_name(treatment)}: {NEVER_ABRUPTLY}.")
    elif _avoided(treatment, appraisal):
        parts.append(f"A safety rule says to avoid {_name(treatment)}: {NEVER_ABRUPTLY}.")
    parts += [growth, *_at_the_top(taken, treatment, appraisal)]
    return [part for part in parts if part]


def came_with(taken: UnderWay, appraisal: Appraisal) -> tuple[str, str]:
    """Return what red flags, and what a rise of the score, mean for whoever is under treatment.

    Parameters
    ----------
    taken : UnderWay
        With or without a change that was read.
    appraisal : Appraisal
        For the red flags.

    Returns
    -------
    flags, growth : tuple of str
        A sentence each, or nothing.
    """
    flags = growth = ""
    if appraisal.red_flags:
        titles = ", ".join(flag.title for flag in appraisal.red_flags)
        flags = (
            f"In the record: {within(titles)}. That comes first, whatever the score does; a score"
            " that falls does not lift it."
        )
    if rose(taken):
        growth = (
            "Symptoms grew: see the person soon and ask about thoughts of suicide, agitation or"
            " restlessness, elation or little need for sleep, side effects and what happened; then"
            " dose or change."
        )
    return flags, growth


def may_be_raised(taken: UnderWay, treatment: Treatment, appraisal: Appraisal) -> bool:
    """Return whether a higher dose may be spoken of as a next move at all.

    Parameters
    ----------
    taken : UnderWay
        With its dose.
    treatment : Treatment
        What is taken.
    appraisal : Appraisal
        For stops, emergencies and doses.

    Returns
    -------
    bool
        Not in an emergency, against a stop or a rule to avoid it, or at the highest dose for this
        person.
    """
    held = _stopped(treatment, appraisal) or _avoided(treatment, appraisal)
    return not (appraisal.emergency or held or _at_the_top(taken, treatment, appraisal))


def raise_limits(taken: UnderWay, treatment: Treatment, appraisal: Appraisal) -> list[str]:
    """Return how far a dose may rise in this person, and what comes before that."""
    limit, parts = dose_limit(treatment, appraisal), []
    if rose(taken):
        parts.append("Not before it is clear why symptoms grew")
    if limit is None or limit.maximum is None:
        parts.append("No highest dose of it stands in the tables: label and blood level decide")
    else:
        parts.append(f"Highest for this person: {_highest(limit)}")
    if limit is not None and limit.missing:
        parts.append(f"It may be lower: not known are {', '.join(limit.missing)}")
    if taken.dose is None:
        parts.append("The present dose is not known: ask first")
    if taken.side_effects:
        parts.append("Not before the side effects are looked at")
    return parts


def dose_limit(treatment: Treatment, appraisal: Appraisal) -> DoseLimit | None:
    """Return the doses of a treatment for this person, or None where no table gives any."""
    names = {treatment.id, *treatment.drugs}
    return next((one for one in appraisal.dose_limits if one.drug in names), None)


def _at_the_top(taken: UnderWay, treatment: Treatment, appraisal: Appraisal) -> list[str]:
    limit = dose_limit(treatment, appraisal)
    if limit is None or limit.maximum is None or taken.dose is None:
        return []
    if taken.dose < limit.maximum and not math.isclose(taken.dose, limit.maximum, rel_tol=CLOSE):
        return []
    return [
        f"It is taken at the highest dose for this person or above ({_highest(limit)}): it must not"
        " be raised."
    ]


def _highest(limit: DoseLimit) -> str:
    why = f"; {'; '.join(limit.because)}" if limit.because else ""
    return f"{limit.maximum:g} {limit.unit}{why}"


def _stopped(treatment: Treatment, appraisal: Appraisal) -> bool:
    names, limit = {treatment.id, *treatment.drugs}, dose_limit(treatment, appraisal)
    now = any(one.treatment in names for one in appraisal.current)
    return now or (limit is not None and bool(limit.stopped_by))


def _avoided(treatment: Treatment, appraisal: Appraisal) -> bool:
    found = (one for one in appraisal.verdicts if one.treatment == treatment.id)
    return any(avoided(one) for one in found)


def _name(treatment: Treatment) -> str:
    return within(treatment.title)
