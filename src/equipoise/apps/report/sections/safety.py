"""Safety strip: red flags with their pathway, hard stops, what was not asked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from equipoise.apps.report.names import cite, treatment_title
from equipoise.apps.report.numbers import count
from equipoise.apps.report.wording import grade_words, joined, say, sentence
from equipoise.core.nouns import Dossier, RedFlag

__all__ = ["Flag", "PathStep", "Safety", "Stop", "safety", "withheld"]

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


def withheld(dossier: Dossier) -> bool:
    """Whether ranking and option numbers must not be shown."""
    unreleased = dossier.appraisal.emergency and dossier.acknowledged_by is None
    return unreleased or dossier.decision.withheld is not None


def safety(dossier: Dossier) -> Safety:
    """Return the safety strip of one person."""
    flags = sorted(dossier.appraisal.red_flags, key=lambda flag: flag.grade != "emergency")
    stops = () if withheld(dossier) else _stops(dossier)
    state = _state(dossier, bool(stops))
    line = say("safety_stops", options=_blocked(dossier)) if stops else None
    return Safety(
        state=state,
        headline=_headline(dossier, state, line),
        notes=_notes(dossier, state),
        flags=tuple(_flag(flag) for flag in flags),
        stops=stops,
        stops_line=line if state != "stops" else None,
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
        PathStep(s.action, s.who, s.when, cite(s.reference), grade_words(s.grade))
        for s in flag.pathway
    )
    return Flag(flag.title, flag.grade, flag.evidence, steps)


def _blocked(dossier: Dossier) -> str:
    return count(len(dossier.plan.blocked), "option is", "options are", spelled=True).capitalize()


def _stops(dossier: Dossier) -> tuple[Stop, ...]:
    shared: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for blocked in dossier.plan.blocked:
        shared[tuple(_brief(text) for text in blocked.reasons)].append(
            blocked.title or treatment_title(blocked.treatment)
        )
    # The details in brackets stand in the table of blocked options.
    return tuple(
        Stop(joined(sorted(names), most=NAMED), reasons) for reasons, names in shared.items()
    )


def _brief(reason: str) -> str:
    return sentence(reason.partition(" (")[0])
