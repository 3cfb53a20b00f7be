"""Between which doses this person may be, and whether there is room above the present one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.plan.case import drugs_of
from equipoise.plan.options import listed

if TYPE_CHECKING:
    from equipoise.core.nouns import DoseLimit, ReportedEffect
    from equipoise.plan.case import Case, Running

__all__ = [
    "MARKED",
    "PARTIAL",
    "dose_limit",
    "dose_words",
    "last_effects",
    "marked_effects",
    "with_room",
]

MARKED = ("moderate", "severe")
PARTIAL = "partial_response"


def dose_limit(case: Case, running: Running) -> DoseLimit | None:
    """Return the limits of what is taken now, or None where no table gives any."""
    names = {running.trial.treatment, *drugs_of(running.trial.treatment)}
    return next((limit for limit in case.appraisal.dose_limits if limit.drug in names), None)


def dose_words(limit: DoseLimit | None) -> str:
    """Return between which doses this person may be, as a sentence, or nothing."""
    if limit is None or limit.maximum is None:
        return ""
    least = "" if limit.adequate is None else f"adequate from {limit.adequate:g} {limit.unit}, "
    why = f" ({'; '.join(limit.because)})" if limit.because else ""
    open_facts = f"; not known: {listed(limit.missing)}" if limit.missing else ""
    said = f"{least}highest for this person {limit.maximum:g} {limit.unit}{why}{open_facts}"
    return f" {said[0].upper()}{said[1:]}."


def with_room(case: Case) -> tuple[Running, ...]:
    """Return what helped in part at an adequate dose that may still rise in this person.

    Parameters
    ----------
    case : Case
        One person.

    Returns
    -------
    tuple of Running
        None where a side effect troubles the person: the dose is not raised then.
    """
    return () if marked_effects(case) else tuple(r for r in case.running if _room(case, r))


def _room(case: Case, running: Running) -> bool:
    limit, dose = dose_limit(case, running), running.trial.dose.value
    helped = running.state == "tried" and running.trial.outcome.value == PARTIAL
    if not helped or limit is None or limit.maximum is None or dose is None:
        return False
    return dose.unit == limit.unit and dose.value < limit.maximum


def marked_effects(case: Case) -> tuple[ReportedEffect, ...]:
    """Return the side effects that trouble the person by the last report of each."""
    return tuple(e for e in last_effects(case) if e.severity in MARKED)


def last_effects(case: Case) -> tuple[ReportedEffect, ...]:
    """Return the last report of each side effect, but for those that are gone."""
    last: dict[str, ReportedEffect] = {}
    for effect in sorted(case.timeline.side_effects.or_else(()), key=lambda e: e.date):
        last[effect.effect] = effect
    return tuple(effect for effect in last.values() if effect.severity != "none")
