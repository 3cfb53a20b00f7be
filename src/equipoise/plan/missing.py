"""What is not known and would matter: gathered from every stage, each fact once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from equipoise.core.casing import within
from equipoise.core.scoring import score
from equipoise.plan.case import title

if TYPE_CHECKING:
    from collections.abc import Iterable

    from equipoise.core.dates import IsoDate
    from equipoise.core.nouns import OptionVerdict
    from equipoise.plan.case import Case

__all__ = ["complete_totals", "has_scale", "last_total", "open_facts", "still_missing"]

SCALE = "phq9"
_OPEN = ("cannot_tell", "hard_stop")
_NO_FACT = "adult_rates"
"""Rule on what the data lack; nobody can settle it by asking."""


def open_facts(verdicts: Iterable[OptionVerdict]) -> tuple[str, ...]:
    """Return the facts on which a safety rule hangs, those of most options first.

    A stop that holds only for want of a date is one of them.
    """
    found = Counter(
        fact
        for verdict in verdicts
        for fact in {
            reason.missing: None
            for reason in verdict.reasons
            if reason.verdict in _OPEN and reason.missing and reason.rule != _NO_FACT
        }
    )
    return tuple(fact for fact, _ in found.most_common())


def has_scale(case: Case) -> bool:
    """Whether any answers to the PHQ-9 are recorded."""
    return any(answers.scale == SCALE for answers in case.timeline.scales.or_else(()))


def complete_totals(case: Case) -> tuple[tuple[IsoDate, int], ...]:
    """Return (date, total) of every complete PHQ-9 and of every reported total, oldest first."""
    answers = [a for a in case.timeline.scales.or_else(()) if a.scale == SCALE]
    scores = [(a.date, score(a)) for a in answers if a.items or a.total is not None]
    found = [(d, s.total) for d, s in scores if s.status == "complete" and s.total is not None]
    return tuple(sorted((date, int(total)) for date, total in found))


def last_total(case: Case) -> int | None:
    """Return the total of the last complete PHQ-9, or None."""
    totals = complete_totals(case)
    return totals[-1][1] if totals else None


def still_missing(case: Case) -> tuple[str, ...]:
    """Return everything that is still missing, the history first.

    Parameters
    ----------
    case : Case
        One person.

    Returns
    -------
    tuple of str
        Each fact once, in the order in which it would be asked.
    """
    sections = (
        ("present and past treatments of the depression", case.timeline.treatments.known),
        ("the drugs taken now", case.timeline.drugs.known),
        ("allergies and intolerances of drugs", case.timeline.allergies.known),
        ("other diagnoses", case.timeline.conditions.known),
        ("the age", case.timeline.demographics.age_years.known),
        ("the sex", case.timeline.demographics.sex.known),
        ("PHQ-9", has_scale(case)),
    )
    found = [name for name, known in sections if not known]
    found += [
        _about(trial.treatment, within(title(case, trial.treatment)), fact)
        for trial in case.appraisal.trials
        for fact in trial.missing
    ]
    reasons = [r for verdict in case.appraisal.verdicts for r in verdict.reasons]
    found += [fact for r in reasons if r.missing for fact in r.missing.split("; ")]
    items = case.appraisal.diagnosis_check
    found += [within(item.title) for item in items if item.status == "not_checked"]
    return tuple(dict.fromkeys(found))


def _about(treatment: str, name: str, fact: str) -> str:
    """Return a missing fact with the name of its trial, unless it names it already."""
    return fact if treatment in fact or name in fact else f"{name}: {fact}"
