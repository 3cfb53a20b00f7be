"""What should happen, and whether it is working."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.dates import IsoDate

__all__ = ["BlockedOption", "Plan", "SeriesPoint", "Step", "Trajectory", "Trigger"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan.

    `review` is the day on which it is looked at again, `stop_rule` what ends it, `evidence` one
    clause, `checked` says whether the row it rests on was checked against its source.
    """

    order: int
    action: str
    treatments: tuple[str, ...]
    why: str
    prerequisites: tuple[str, ...]
    stop_rule: str
    review: IsoDate
    evidence: str
    grade: str
    checked: str
    reference: str
    alternatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlockedOption:
    """An option with a hard stop, and the reason."""

    treatment: str
    title: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Ordered steps of the present phase; empty while the ranking is withheld."""

    phase: str
    phase_title: str
    phase_reason: str
    steps: tuple[Step, ...]
    blocked: tuple[BlockedOption, ...]
    still_missing: tuple[str, ...]
    withheld: str | None


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """One dated value of a scale with its standard error."""

    date: IsoDate
    value: float
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something in the course that asks for an action."""

    id: str
    title: str
    why: str
    action: str
    reference: str


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Change of one measure over time.

    `verdict` is ``reliable_improvement``, ``reliable_worsening``, ``no_reliable_change`` or
    ``cannot_tell``; `reliable_change` is the smallest difference that exceeds measurement error.
    """

    measure: str
    points: tuple[SeriesPoint, ...]
    change: float | None
    percent_change: float | None
    reliable_change: float | None
    verdict: str
    words: str
    triggers: tuple[Trigger, ...]
    reference: str
