"""What in the record bears on the outlook, whichever treatment is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from equipoise.apps.report import numbers as n
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.views import DataTable, table_or_none
from equipoise.apps.report.wording import capital, say, sentence
from equipoise.core.nouns import Covariate, Decision, Dossier
from equipoise.core.tables import load_table

__all__ = ["Outlook", "outlook"]

STATUS: Final = {
    "known": "outlook_known",
    "unknown": "outlook_unknown_fact",
    "not_asked": "outlook_not_asked",
}


@dataclass(frozen=True, slots=True)
class Outlook:
    """The common shift in words, what is known and what was not asked."""

    title: str
    words: tuple[str, ...]
    table: DataTable | None


def outlook(dossier: Dossier) -> Outlook | None:
    """Return the section; None where nothing is ranked or the ranking is withheld."""
    decision, facts = dossier.decision, dossier.appraisal.covariates
    if withheld(dossier) or not decision.predictions or not facts:
        return None
    return Outlook(_title(decision, facts), (say("outlook_limit"),), _table(decision, facts))


def _title(decision: Decision, facts: tuple[Covariate, ...]) -> str:
    known = sum(one.y is not None for one in facts)
    shifts = [p.outlook for p in decision.predictions]
    low, high = min(shifts), max(shifts)
    if not known:
        return say("outlook_unknown", n=n.count(len(facts), "fact"))
    if n.whole(low) == n.whole(high) == 0:
        moved = _ends([p.remission_outlook for p in decision.predictions])
        return say("outlook_remission_shift", points=moved) if moved else say("outlook_same")
    return say("outlook_shift", points=_ends(shifts))


def _ends(shifts: list[float]) -> str:
    """Return the range of some shifts in points; nothing where all are below half a point."""
    low, high = min(shifts), max(shifts)
    if n.whole(low) == n.whole(high) == 0:
        return ""
    return n.points(low) if n.whole(low) == n.whole(high) else n.range_points((low, high))


def _table(decision: Decision, facts: tuple[Covariate, ...]) -> DataTable | None:
    moved = _moved(decision)
    rows = tuple(
        (
            capital(one.title),
            sentence(one.source) if one.source else say(STATUS[one.status]),
            moved.get(one.id, say("outlook_none") if one.y is not None else say("outlook_open")),
        )
        for one in sorted(facts, key=lambda one: one.y is None)
    )
    columns = ("Fact", "In the record", "Moves the chance of response by")
    return table_or_none(say("outlook_table"), columns, rows, (28, 42, 30))


def _moved(decision: Decision) -> dict[str, str]:
    """Return the range of the shift over the options, by covariate."""
    amounts: dict[str, list[float]] = {}
    for prediction in decision.predictions:
        for driver in prediction.drivers:
            amounts.setdefault(driver.measure, []).append(driver.amount)
    moved = {
        name: f"{n.range_points((min(found), max(found)))} points"
        for name, found in amounts.items()
    }
    ends = _ends([prediction.remission_outlook for prediction in decision.predictions])
    alone = [row.text("covariate") for row in load_table("baselines/remission_facts")]
    return {name: say("outlook_remission", points=ends) for name in alone if ends} | moved
