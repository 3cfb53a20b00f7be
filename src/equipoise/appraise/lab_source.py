"""What a laboratory value says to a question, and what a ``<`` or ``>`` leaves open.

A value that is reported below or above a limit lies somewhere on that side of it: it answers a
question only where every number on that side gives the same answer. Of several values that may be
the newest, each one counts. A value whose unit is in doubt still alarms, with the question beside
it, and never reassures.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from equipoise.appraise.names import titled
from equipoise.appraise.questions import Limits, Question, Reply
from equipoise.core.casing import within
from equipoise.core.cortisol_voids import unanswered, voided
from equipoise.core.dates import earliest, latest
from equipoise.core.errors import UnitError
from equipoise.core.lab_values import doubt_of
from equipoise.core.nouns import LabResult, ScaleAnswers, Timeline
from equipoise.core.units import convert

__all__ = ["Span", "ask_lab", "lab_span", "lab_value", "newest_of"]

Dated = TypeVar("Dated", LabResult, ScaleAnswers)
MINUTES_PER_HOUR: Final = 60
BELOW, ABOVE = "<", ">"


@dataclass(frozen=True, slots=True)
class Span:
    """Where a laboratory value surely lies; `low` and `high` are the same for an exact value."""

    low: float
    high: float

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.low == self.high


def lab_value(lab: LabResult, unit: str) -> float | None:
    """Return a laboratory value in `unit`, or None where its unit does not allow it.

    With a comparator it is the limit, and no value: `lab_span` tells where the value lies.
    """
    try:
        return convert(lab.value, lab.unit, unit, quantity=lab.test)
    except UnitError:
        return None


def lab_span(lab: LabResult, unit: str) -> Span | None:
    """Return where a laboratory value lies in `unit`, or None where its unit does not allow it.

    Parameters
    ----------
    lab : LabResult
        The value; the limit of a ``<`` or ``>`` is itself no possible value.
    unit : str
        UCUM.

    Returns
    -------
    Span or None
        One number where it has no comparator.
    """
    value = lab_value(lab, unit)
    if value is None:
        return None
    sign = (lab.comparator or "")[:1]
    if sign == BELOW:
        return Span(-math.inf, math.nextafter(value, -math.inf))
    if sign == ABOVE:
        return Span(math.nextafter(value, math.inf), math.inf)
    return Span(value, value)


def newest_of(dated: Sequence[Dated]) -> tuple[Dated, ...]:
    """Return every record that may be the newest, given the precision of the dates.

    Parameters
    ----------
    dated : sequence of LabResult or ScaleAnswers
        Records of one kind.

    Returns
    -------
    tuple
        In their order; empty where there are none.
    """
    if not dated:
        return ()
    bar: dt.date = max(earliest(record.date) for record in dated)
    return tuple(record for record in dated if latest(record.date) >= bar)


def ask_lab(question: Question, timeline: Timeline) -> Reply | None:
    """Answer by the newest value of a laboratory test."""
    limits = question.limits
    if limits is None:
        return None
    held = [
        lab
        for lab in timeline.labs.or_else(())
        if lab.test == limits.test and _at_its_hour(lab, limits)
    ]
    newest = newest_of(held)
    if not newest:
        return Reply("unknown")
    if question.lab_rise is not None:
        return _risen(question.lab_rise, limits, held, newest)
    verdicts = [_verdict(lab, limits) for lab in newest]
    told = "; ".join(
        _told(lab, limits, crosses) for lab, crosses in zip(newest, verdicts, strict=True)
    )
    if limits.voids is not None:
        told, void = _void(limits.voids, newest, told, timeline)
        if void:
            # One that would be out of range holds the question open; a low one says nothing.
            return Reply("unknown", told, asked=any(v is not False for v in verdicts))
    if True in verdicts:
        return Reply("yes", told)
    return Reply("no", told) if None not in verdicts else _open(limits, told)


def _open(limits: Limits, told: str) -> Reply:
    """Return what is missing; a value was taken, so that no other source settles the question."""
    title = within(titled("labs/labs", limits.test))
    missing = f"a sure value of {title}, which was reported as {told.replace('; ', ', ')}"
    return Reply("unknown", told, asked=True, missing=missing)


def _void(
    assay: str, newest: Sequence[LabResult], told: str, timeline: Timeline
) -> tuple[str, bool]:
    """Return what is told of samples with what voids them, or may, and whether something does."""
    voids = dict.fromkeys(void for lab in newest if (void := voided(timeline, assay, lab.date)))
    if voids:
        return f"{told}: voided by {'; '.join(voids)}", True
    missing = unanswered(timeline, assay)
    return (
        f"{told}; it may be false, not recorded: {', '.join(missing)}" if missing else told
    ), False


def _verdict(lab: LabResult, limits: Limits) -> bool | None:
    """Return whether a value crosses the limits; one whose unit is in doubt never says no."""
    crosses = _crosses(limits, lab_span(lab, limits.unit))
    return None if crosses is False and _doubt(lab, limits) else crosses


def _doubt(lab: LabResult, limits: Limits) -> str | None:
    """Return the question about the unit of a value, or None."""
    return None if lab_value(lab, limits.unit) is None else doubt_of(lab)


def _told(lab: LabResult, limits: Limits, crosses: bool | None) -> str:
    title, shown = titled("labs/labs", lab.test), f"{lab.comparator or ''}{lab.value:g}"
    value = lab_value(lab, limits.unit)
    crossed = limits.words(_of_span(lab, limits)) if crosses else ""
    same = _converted(lab, value, limits.unit)
    doubt = _doubt(lab, limits)
    asked = f"; {doubt}" if doubt else ""
    return f"{title} {shown} {_unit(lab.unit)}{same}{crossed} ({lab.date}){asked}"


def _of_span(lab: LabResult, limits: Limits) -> float | None:
    """Return a possible value next to the limit of a ``<`` or ``>``; else the value."""
    span = lab_span(lab, limits.unit)
    if span is None:
        return None
    return span.high if math.isfinite(span.high) else span.low


def _crosses(limits: Limits, span: Span | None) -> bool | None:
    """Return whether a value crosses the limits; None where what is known leaves it open."""
    if span is None:
        return None
    if span.exact:
        return limits.crossed(span.low)
    below, above, least = limits.below, limits.above, limits.at_least
    surely = (
        (below is not None and span.high < below)
        or (above is not None and span.low > above)
        or (least is not None and span.low >= least)
    )
    if surely:
        return True
    maybe = (
        (below is not None and span.low < below)
        or (above is not None and span.high > above)
        or (least is not None and span.high >= least)
    )
    return None if maybe else False


def _at_its_hour(lab: LabResult, limits: Limits) -> bool:
    """Return whether a sample was taken when the limits hold; without a time it was not."""
    if limits.hours is None:
        return True
    if lab.time is None:
        return False
    hour, minute = (int(part) for part in lab.time.split(":")[:2])
    start, end = limits.hours
    return start <= hour * MINUTES_PER_HOUR + minute <= end


def _risen(
    by: float, limits: Limits, held: Sequence[LabResult], newest: Sequence[LabResult]
) -> Reply:
    """Return whether a newest value lies more than `by` above the lowest of the earlier ones.

    Where the question has a limit too, the newest value has to cross it.
    """
    unit = limits.unit
    before = [(span, lab) for lab in held if lab not in newest and (span := lab_span(lab, unit))]
    if not before:
        return Reply("unknown")
    lowest, first = min(before, key=lambda pair: pair[0].high)
    least = min(span.low for span, _ in before)
    doubt = ""
    for lab in newest:
        span = lab_span(lab, unit)
        crosses = True if limits.open_ended else _crosses(limits, span)
        told = f"{_short(first, unit)} ({first.date}), then {_short(lab, unit)} {_unit(unit)}"
        told = f"{titled('labs/labs', lab.test)} {told} ({lab.date})"
        if span is not None and crosses and span.low - lowest.high > by:
            return Reply("yes", told)
        if span is None or (crosses is not False and span.high - least > by):
            doubt = doubt or told
    return Reply("unknown", doubt, asked=True) if doubt else Reply("no")


def _short(lab: LabResult, unit: str) -> str:
    value = lab_value(lab, unit)
    return "not known" if value is None else f"{lab.comparator or ''}{value:g}"


def _converted(lab: LabResult, value: float | None, unit: str) -> str:
    """Return the value in the unit of the limit, where it was reported in another one."""
    return "" if value is None or lab.unit == unit else f" = {value:.3g} {_unit(unit)}"


def _unit(code: str) -> str:
    """Return a UCUM code without its braces and brackets."""
    return code.translate(str.maketrans("_", " ", "{}[]"))
