"""What surrounds a choice: tests, wishes, going on, combinations, whole plans."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.nouns.numbers import Chance, Interval, Points

__all__ = [
    "Combination",
    "Continuation",
    "InformationValue",
    "NextMove",
    "PreferenceChange",
    "SafetyTest",
    "YearComparison",
    "YearPlan",
]


@dataclass(frozen=True, slots=True)
class InformationValue:
    """What a test that was not yet done is worth to the choice, in one layer.

    Parameters
    ----------
    test, title : str
        Row of `measures/tests`; ids of a set are joined by ``+``.
    evsi : Points
        Expected gain of utility points of 100; never negative, 0 where nothing moves.
    evsi_error : Points
        Standard error of `evsi`; 0 where it was added up exactly.
    p_changes_choice : Chance
        That another option comes first once the result is known.
    would_lead : tuple of str
        Treatments that could come first then, most often first.
    measures : tuple of str
        What it reads.
    why : str
        Why it is worth nothing, or what it would move.
    cost_band, burden, wait : str or None
        Beside the value, never subtracted from it.
    """

    test: str
    title: str
    evsi: Points
    evsi_error: Points
    p_changes_choice: Chance
    would_lead: tuple[str, ...]
    measures: tuple[str, ...]
    why: str
    cost_band: str | None
    burden: str | None
    wait: str | None


@dataclass(frozen=True, slots=True)
class SafetyTest:
    """A test that is made for safety or dose: its worth is not counted in points of utility."""

    test: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class PreferenceChange:
    """The smallest change of one weight that would put another option first."""

    attribute: str
    title: str
    weight: float
    needed: float
    option: str


@dataclass(frozen=True, slots=True)
class NextMove:
    """One thing to do next with a treatment under way.

    `kind` is ``continue``, ``raise``, ``augment`` or ``switch``; `response` is the chance that the
    person is much better at `by_week` of the present treatment's or of the next one's own course,
    None where nothing is known; `words` says what it rests on.
    """

    kind: str
    treatments: tuple[str, ...]
    response: Interval | None
    words: str
    grade: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Continuation:
    """What the change so far says about a treatment under way.

    Parameters
    ----------
    treatment, title : str
        What is taken.
    week : float
        Week of the reading.
    improvement : float
        Percent fall of the scale.
    before : Interval
        Chance of response as it was before the change was known.
    if_continued : Interval
        The same, given the change, among those who go on.
    moves : tuple of NextMove
        In the order continue, raise, augment, switch.
    sentence : str
        In words.
    extrapolated : bool
        Whether week, scale or treatment were not those of the studies.
    """

    treatment: str
    title: str
    week: float
    improvement: float
    before: Interval
    if_continued: Interval
    moves: tuple[NextMove, ...]
    sentence: str
    extrapolated: bool


@dataclass(frozen=True, slots=True)
class Combination:
    """Treatments given together.

    `path` is ``randomised`` where trials compared the combination with one of its parts, and
    ``composed`` where it was put together from the parts with a wider error.
    """

    parts: tuple[str, ...]
    title: str
    response: Interval
    remission: Interval
    gain: Interval
    path: str
    why: str
    grade: str
    checked: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YearPlan:
    """What a sequence of treatments brings over 52 weeks, simulated.

    `weeks_well` are weeks in remission: the mean, and intervals of what one person may get;
    `weeks_error` is the Monte-Carlo error of that mean; `ever_well` the chance to remit at least
    once; `dropouts` and `visits` are expected numbers; `ends` says why it ends.
    """

    id: str
    title: str
    steps: tuple[str, ...]
    weeks_well: Interval
    ever_well: Chance
    dropouts: float
    visits: float
    ends: str
    notes: tuple[str, ...] = ()
    weeks_error: float = 0.0


@dataclass(frozen=True, slots=True)
class YearComparison:
    """Plan A against plan B on the same draws.

    `lead` is the paired difference of weeks in remission (A minus B) with its Monte-Carlo error
    `lead_error`; `verdict` is ``a``, ``b`` or ``equal``; `why` names the first step that differs.
    """

    a: str
    b: str
    lead: float
    lead_error: float
    verdict: str
    why: str
