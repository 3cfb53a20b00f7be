"""Steps about what stands beside the depression: conditions, services, habits, formulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.casing import within
from equipoise.core.dates import latest
from equipoise.core.tables import load_table, setting
from equipoise.plan.case import title
from equipoise.plan.facts import evidence_for
from equipoise.plan.options import listed, open_options
from equipoise.plan.situations.fill import Fill, Situation
from equipoise.plan.states import (
    acute_flags,
    in_treatment,
    may_choose,
    other_states,
    too_young,
)

if TYPE_CHECKING:
    from equipoise.core.tables import Row
    from equipoise.plan.case import Case

__all__ = ["BESIDE"]

Found = list[tuple["Row", tuple[str, ...]]]


def _applying(case: Case, table: str) -> Found:
    """Return the rows of a table that are about this person, each with its evidence."""
    if too_young(case):
        return []
    judged = [(row, evidence_for(case, row)) for row in load_table(table)]
    return [(row, evidence) for row, evidence in judged if evidence]


def _most() -> int:
    return int(setting("plan_conditions_apart"))


def _comorbid(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan each of the first conditions in a step of its own."""
    applying = _applying(case, "phases/comorbidities")
    against = {name for row, _ in applying for name in row.items("disfavours")}
    return tuple(
        Fill(
            {
                "condition": row.text("title"),
                "found": _besides(row.text("title"), evidence),
                "change": row.text("change") + _fitting(case, row, against),
                "why": row.text("why"),
                "evidence": row.text("evidence"),
                "stop_rule": row.text("stop_rule"),
            },
            prerequisites=row.items("prerequisites"),
            review_days=row.number("review_days"),
            alternatives=row.items("alternatives"),
            sources=(row,),
        )
        for row, evidence in applying[: _most()]
    )


def _comorbid_more(case: Case, _: Row) -> tuple[Fill, ...]:
    """Join what is beyond the first conditions into one step."""
    rest = _applying(case, "phases/comorbidities")[_most() :]
    if not rest:
        return ()
    told = " ".join(
        f"{row.text('title')} ({listed(evidence)}): {row.text('change')}" for row, evidence in rest
    )
    rows = tuple(row for row, _ in rest)
    asked = dict.fromkeys(item for row in rows for item in row.items("prerequisites"))
    # A condition keeps its own danger signs when its step is joined with others.
    stops = tuple(f"{row.text('title')}: {row.text('stop_rule')}" for row in rows)
    days = min(row.number("review_days") for row in rows)
    return (Fill({"changes": told}, (), tuple(asked), stops, review_days=days, sources=rows),)


def _besides(title_of: str, evidence: tuple[str, ...]) -> str:
    """Return the evidence that says more than the title does."""
    more = tuple(words for words in evidence if words.lower() != title_of.lower())
    return listed(more) or "in the record"


def _fitting(case: Case, row: Row, against: set[str]) -> str:
    """Return which open options fit best beside every condition, as a sentence, or nothing."""
    wanted = set(row.items("favours"))
    if not wanted or not may_choose(case):
        return ""
    fitting = [
        within(title(case, p.treatment))
        for p in open_options(case)
        if (names := {p.treatment, case.treatments[p.treatment].drug_class}) & wanted
        and not names & against
    ]
    most = int(setting("plan_named_options"))
    return (
        f" Of what is open, {listed(tuple(fitting[:most]))} would fit it best." if fitting else ""
    )


def _formulation(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan a formulation where the record gives reason for one; it is nobody's label."""
    found = _applying(case, "phases/formulations") if in_treatment(case) else []
    if not found:
        return ()
    opened = {p.treatment for p in open_options(case)} if may_choose(case) else set()
    fitting = dict.fromkeys(
        within(title(case, name))
        for row, _ in found
        for name in row.items("favours")
        if name in opened
    )
    words = {
        "found": listed(tuple(dict.fromkeys(e for _, evidence in found for e in evidence))),
        "therapy": f" Of the open therapies, {listed(tuple(fitting))} would fit it."
        if fitting
        else "",
        "evidence": " ".join(row.text("evidence") for row, _ in found),
    }
    return (Fill(words, sources=tuple(row for row, _ in found)),)


def _refer(case: Case, _: Row) -> tuple[Fill, ...]:
    """Join the services to be asked; the more specialised one stands for the less."""
    found = _applying(case, "phases/referrals")
    replaced = {name for row, _ in found for name in row.items("instead_of")}
    left = [(row, evidence) for row, evidence in found if row.text("id") not in replaced]
    if not left:
        return ()
    told = "; ".join(f"{row.text('service')} ({listed(evidence)})" for row, evidence in left)
    words = {"services": told, "why": " ".join(row.text("why") for row, _ in left)}
    days = min(row.number("review_days") for row, _ in left)
    return (Fill(words, review_days=days, sources=tuple(row for row, _ in left)),)


def _habits(case: Case, _: Row) -> tuple[Fill, ...]:
    """Plan small steps of sleep, activity, diet, alcohol; those with a reason come first."""
    if too_young(case) or not case.appraisal.stage.known or acute_flags(case) or other_states(case):
        return ()
    rows = [(row, evidence_for(case, row)) for row in load_table("phases/habits")]
    rows = [(row, e) for row, e in rows if e or row.flag("everybody")]
    if not rows:
        return ()
    rows.sort(key=lambda pair: not pair[1])
    told = "; ".join(f"{row.text('step')}{f' ({listed(e)})' if e else ''}" for row, e in rows)
    words = {"habits": told, "evidence": " ".join(row.text("evidence") for row, _ in rows)}
    return (Fill(words, sources=tuple(row for row, _ in rows)),)


def _asked(case: Case, _: Row) -> tuple[Fill, ...]:
    """Bring up what the person wrote for the last visit, in their own words."""
    notes = case.timeline.visit_notes.or_else(())
    if not notes:
        return ()
    last = max(latest(note.date) for note in notes)
    texts = tuple(dict.fromkeys(n.text for n in notes if latest(n.date) == last))
    words = {"notes": " ".join(f'"{text}"' for text in texts), "date": last.isoformat()}
    return (Fill(words),)


BESIDE: dict[str, Situation] = {
    "comorbid": _comorbid,
    "comorbid_more": _comorbid_more,
    "formulation": _formulation,
    "refer": _refer,
    "habits": _habits,
    "asked": _asked,
}
"""Situations of what stands beside the depression."""
