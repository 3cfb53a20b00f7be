"""Safety strip: red flags with their pathway, hard stops, what was not asked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import cite
from equipoise.apps.report.plain import plain
from equipoise.apps.report.sections.crisis import crisis_lines, shown_flags, suicide_record
from equipoise.apps.report.wording import grade_words, joined, say, sentence
from equipoise.core.nouns import BlockedOption, Dossier, RedFlag
from equipoise.core.nouns.appraisal import ALREADY_FAILED

__all__ = ["Flag", "PathStep", "Safety", "Stop", "safety", "tried_options", "withheld"]

State = Literal["emergency", "released", "watch", "stops", "none"]
NAMED = 6


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of an urgent pathway."""

    action: str
    who: str
    when: str
    source: str
    grade: str


@dataclass(frozen=True, slots=True)
class Flag:
    """One red flag with what the record says and what to do."""

    title: str
    grade: str
    evidence: str
    steps: tuple[PathStep, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """Options that share their reasons for a hard stop."""

    options: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Safety:
    """What stands first on the page."""

    state: State
    headline: str
    notes: tuple[str, ...]
    flags: tuple[Flag, ...]
    stops: tuple[Stop, ...]
    stops_line: str | None
    crisis: tuple[str, ...]
    record: tuple[str, ...]
    limit: str


def withheld(dossier: Dossier) -> bool:
    """Whether ranking and option numbers must not be shown."""
    unreleased = dossier.appraisal.emergency and dossier.acknowledged_by is None
    return unreleased or dossier.decision.withheld is not None


def safety(dossier: Dossier) -> Safety:
    """Return the safety strip of one person."""
    stops = () if withheld(dossier) else _stops(dossier)
    state = _state(dossier, bool(stops))
    number = len(_dangers(dossier))
    options = n.count(number, "option is", "options are", spelled=True).capitalize()
    line = say("safety_stops", options=options) if stops else None
    return Safety(
        state=state,
        headline=_headline(dossier, state, line),
        notes=_notes(dossier, state),
        flags=tuple(_flag(flag) for flag in shown_flags(dossier)),
        stops=stops,
        stops_line=line if state != "stops" else None,
        crisis=crisis_lines(dossier),
        record=suicide_record(dossier.timeline),
        limit=say("suicide_limit"),
    )


def _state(dossier: Dossier, stopped: bool) -> State:
    if withheld(dossier):
        return "emergency"
    if dossier.appraisal.emergency:
        return "released"
    if dossier.appraisal.red_flags:
        return "watch"
    return "stops" if stopped else "none"


def _headline(dossier: Dossier, state: State, line: str | None) -> str:
    if state == "released":
        return say("safety_released", who=dossier.acknowledged_by or "")
    if state == "stops":
        return line or ""
    return say(f"safety_{state}")


def _notes(dossier: Dossier, state: State) -> tuple[str, ...]:
    notes = []
    tried = [b.title for b in dossier.plan.blocked if b.treatment in tried_options(dossier)]
    if tried and state != "emergency":
        notes.append(say("safety_tried", options=joined(tried)))
    if state == "emergency":
        own = dossier.decision.withheld
        notes.append(own or say("safety_withheld"))
    if dossier.timeline.findings.status != "given":
        notes.append(say("safety_findings_not_asked"))
    if state in ("none", "stops"):
        notes.append(say("safety_none_limit"))
    return tuple(notes)


def _flag(flag: RedFlag) -> Flag:
    steps = tuple(
        PathStep(s.action, s.who, s.when, cite(s.reference), _grade(s.grade)) for s in flag.pathway
    )
    return Flag(flag.title, flag.grade, plain(flag.evidence), steps)


def _grade(grade: str) -> str:
    return "" if grade == "n/a" else f"Grade {grade_words(grade)}."


def _dangers(dossier: Dossier) -> list[BlockedOption]:
    """Return the blocked options but for those that were merely tried before."""
    tried = tried_options(dossier)
    return [b for b in dossier.plan.blocked if b.treatment not in tried]


def tried_options(dossier: Dossier) -> set[str]:
    """Return the options whose only hard stop is that they were tried before."""
    found = set()
    for verdict in dossier.appraisal.verdicts:
        stops = {reason.rule for reason in verdict.reasons if reason.verdict == "hard_stop"}
        if stops == {ALREADY_FAILED}:
            found.add(verdict.treatment)
    return found


def _stops(dossier: Dossier) -> tuple[Stop, ...]:
    shared: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for blocked in _dangers(dossier):
        shared[tuple(_brief(text) for text in blocked.reasons)].append(blocked.title)
    return tuple(
        Stop(joined(sorted(names), most=NAMED), reasons) for reasons, names in shared.items()
    )


def _brief(reason: str) -> str:
    """Return a reason without its details, which stand in the table of blocked options."""
    return sentence(reason.partition(" (")[0])
