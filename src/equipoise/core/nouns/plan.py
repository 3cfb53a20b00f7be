"""What should happen, and whether it is working."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from equipoise.core.dates import IsoDate

__all__ = [
    "Authorisation",
    "BlockedOption",
    "CalendarEntry",
    "Criterion",
    "DoseStep",
    "GuidelineView",
    "PhaseOutline",
    "Plan",
    "Schedule",
    "SeriesPoint",
    "Step",
    "Trajectory",
    "Trigger",
]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan.

    `review` is the day on which it is looked at again, `stop_rule` what ends it, `evidence` one
    clause, `checked` says whether the row it rests on was checked against its source, `id` is the
    row of `phases/steps`.
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
    id: str = ""


@dataclass(frozen=True, slots=True)
class BlockedOption:
    """An option with a hard stop, and the reason."""

    treatment: str
    title: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoseStep:
    """From this day on: one drug at one dose; 0 means none is taken.

    `day` counts from the first day of the schedule, which is 0; `dose` is by the day, in `unit`.
    """

    day: int
    date: IsoDate
    drug: str
    dose: float
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How a drug is started, raised, changed for another one, or stopped: day by day.

    Parameters
    ----------
    id : str
        ``switch_sertraline_venlafaxine``.
    kind : str
        ``titration``, ``taper``, ``direct_switch``, ``cross_taper``, ``stop_and_wait``, ``course``
        (sessions), or ``switch`` where a change is withheld.
    title : str
        Printed name.
    treatments : tuple of str
        What it is about, what is stopped first.
    steps : tuple of DoseStep
        In the order of the days; empty where it is withheld.
    washout : tuple of int or None
        First and last day on which neither drug is taken.
    rules : tuple of str
        When to go slower, stop, or call.
    withheld : str or None
        Why there are no steps: the present dose is not known.
    reference, grade, checked : str
        Source of the rule.
    """

    id: str
    kind: str
    title: str
    treatments: tuple[str, ...]
    steps: tuple[DoseStep, ...]
    washout: tuple[int, int] | None
    rules: tuple[str, ...]
    withheld: str | None
    reference: str
    grade: str
    checked: str


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """Something to do on a day: a review with the rule that triggers a change, a level, an ECG."""

    date: IsoDate
    day: int
    what: str
    why: str
    rule: str
    treatments: tuple[str, ...]
    reference: str
    grade: str
    checked: str


@dataclass(frozen=True, slots=True)
class GuidelineView:
    """What a guideline says on a step, and whether the plan agrees with it.

    `stance` is ``agrees``, ``departs`` (with `why`), ``silent`` or ``cannot_tell``.
    """

    guideline: str
    title: str
    subject: str
    says: str
    stance: Literal["agrees", "departs", "silent", "cannot_tell"]
    why: str
    treatments: tuple[str, ...]
    reference: str
    as_of: IsoDate
    checked: str


@dataclass(frozen=True, slots=True)
class PhaseOutline:
    """One phase of the plan: ``past``, ``present`` or ``later``, how it is entered and left."""

    id: str
    title: str
    state: Literal["past", "present", "later"]
    content: str
    duration: str
    entry: str
    exit: str
    reference: str
    grade: str
    checked: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of a coverage rule: ``met`` only with dated evidence from the record."""

    id: str
    what: str
    status: Literal["met", "unmet", "unknown"]
    evidence: tuple[str, ...]
    wanted: str
    exception: str
    reference: str
    as_of: IsoDate
    checked: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Authorisation:
    """The coverage rule of one payer for one treatment, criterion by criterion.

    It says what is documented and what is not, never that something will be approved.
    """

    treatment: str
    policy: str
    payer: str
    title: str
    as_of: IsoDate
    review_by: IsoDate
    criteria: tuple[Criterion, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Ordered steps of the present phase; empty while the ranking is withheld.

    So are `schedules`, `calendar` and `guidelines`; `phases` outlines the whole way.
    """

    phase: str
    phase_title: str
    phase_reason: str
    steps: tuple[Step, ...]
    blocked: tuple[BlockedOption, ...]
    still_missing: tuple[str, ...]
    withheld: str | None
    phases: tuple[PhaseOutline, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    calendar: tuple[CalendarEntry, ...] = ()
    guidelines: tuple[GuidelineView, ...] = ()
    authorisations: tuple[Authorisation, ...] = ()


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
