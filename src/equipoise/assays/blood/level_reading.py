"""What a level of a drug says, by `labs/levels`: range, alert, red flags, and what hinders reading.

A red flag and an alert are told whatever hinders the reading of the range: a toxic level that was
taken at the wrong hour is toxic until the clinician knows better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from equipoise.core.dates import earliest, latest
from equipoise.core.tables import Row, load_table, setting
from equipoise.core.taken import Taken, taken_around, untold

if TYPE_CHECKING:
    from equipoise.core.dates import IsoDate
    from equipoise.core.nouns import Timeline

__all__ = ["Level", "readings"]

FLAGS: Final = "labs/level_flags"
ABOVE, BELOW = ">", "<"
GOOD: Final = "good"
HOURS_PER_DAY: Final = 24


@dataclass(frozen=True, slots=True)
class Level:
    """A level in the unit of its range.

    Parameters
    ----------
    value : float
        The level; the limit where there is a comparator.
    date : str
        Day of the sample.
    hours : float or None
        Hours since the last dose.
    comparator : str or None
        As reported.
    part : str or None, optional
        Title of the substance, where it is only one of those whose sum the range holds for.
    """

    value: float
    date: IsoDate
    hours: float | None
    comparator: str | None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class _Range:
    """The range that holds for one person."""

    lowest: float
    highest: float
    alert: float | None
    unit: str
    drug: str

    def say(self, flag: str, **words: object) -> str:
        """Return a flag, in the words for this drug where it has its own, with the numbers."""
        numbers = {"lowest": f"{self.lowest:g}", "highest": f"{self.highest:g}"}
        alert = "" if self.alert is None else f"{self.alert:g}"
        said = load_table(FLAGS)
        row = said.find(id=f"{flag}_{self.drug}") or said.row(id=flag)
        return row.text("text").format(unit=self.unit, alert=alert, **numbers, **words)


def readings(level: Level, row: Row, timeline: Timeline) -> tuple[str, ...]:
    """Return what a level says, the most urgent first.

    Parameters
    ----------
    level : Level
        In the unit of the row.
    row : Row
        Row of `labs/levels`.
    timeline : Timeline
        The record: age, drugs taken, adherence.

    Returns
    -------
    tuple of str
        Flags in the words of `labs/level_flags`.
    """
    spans = _ranges(row, timeline.demographics.age_years.value)
    span = spans[0]
    taken = taken_around(timeline, level.date)
    own = [use for use in taken if use.drug == row.text("treatment")]
    hindered = _hindered(level, row, span, _sources(row, taken, level, timeline), own)
    flags = [*_limit(level, span), *_danger(level, row, spans[-1])]
    if hindered:
        flags.append(span.say("unread", why="; ".join(hindered)))
    else:
        said = [_against_range(level, row, one, own) for one in spans]
        # Of an unknown age only what holds at every age is said.
        alike = all(_kind(one) == _kind(said[0]) for one in said)
        flags += said[0] if alike else []
    flags += _not_told(level, row, span, timeline, own)
    return (*flags, span.say("no_error"))


def _ranges(row: Row, age: float | None) -> tuple[_Range, ...]:
    """Return the range of this person; the one for older people too where the age is not known."""
    from_age = row.optional_number("older_from")
    if from_age is None or (age is not None and age < from_age):
        return (_range(row, ""),)
    older = _range(row, "_older")
    return (older,) if age is not None else (_range(row, ""), older)


def _range(row: Row, ending: str) -> _Range:
    return _Range(
        row.number(f"lowest{ending}"),
        row.number(f"highest{ending}"),
        row.optional_number(f"alert{ending}"),
        row.text("unit"),
        row.text("treatment"),
    )


def _kind(said: list[str]) -> str:
    """Return the side of the range that a sentence names, without its numbers."""
    return said[0].partition(" the range")[0] if said else ""


def _sources(
    row: Row, taken: tuple[Taken, ...], level: Level, timeline: Timeline
) -> frozenset[str]:
    """Return the drugs, taken or measured that day, of which this one is a metabolite."""
    found = {use.drug for use in taken} & set(row.items("metabolite_of"))
    measured = {lab.test for lab in timeline.labs.or_else(()) if lab.date == level.date}
    for other in load_table("labs/levels"):
        parts = other.items("sum_of")
        if parts and row.text("test") in parts[1:] and parts[0] in measured:
            found.add(other.text("treatment"))
    return frozenset(found)


def _limit(level: Level, span: _Range) -> list[str]:
    if level.part is not None:
        return [span.say("part_alone", part=level.part)]
    if level.comparator is None:
        return []
    side = "lower" if level.comparator.startswith(BELOW) else "higher"
    said = span.say(
        "reported_limit", comparator=level.comparator, value=f"{level.value:g}", side=side
    )
    return [said]


def _danger(level: Level, row: Row, span: _Range) -> list[str]:
    """Return red flags and the alert; a value below a limit is never one."""
    if level.comparator is not None and level.comparator.startswith(BELOW):
        return []
    found = []
    for flag in load_table("red_flags/red_flags"):
        start = flag.optional_number("lab_from")
        named = flag.cells["lab"] == row.text("test") and flag.cells["lab_unit"] == span.unit
        if named and start is not None and level.value >= start:
            title = flag.text("title")
            found.append((start, span.say("red_flag", title=title, level=flag.text("level"))))
    flags = [text for _, text in sorted(found, reverse=True)]
    if span.alert is not None and level.value >= span.alert:
        flags.append(span.say("alert"))
    return flags


def _hindered(
    level: Level, row: Row, span: _Range, sources: frozenset[str], own: list[Taken]
) -> list[str]:
    """Return what is known that keeps the range from being read."""
    reasons = []
    if level.hours is not None and not _timed(level.hours, row):
        hours = f"{level.hours:g}"
        reasons.append(span.say("mistimed", hours=hours, window=_window(row)))
    if sources and not own:
        titles = " and ".join(_title(drug) for drug in sorted(sources))
        reasons.append(span.say("metabolite", drug=titles, own=_title(row.text("treatment"))))
    days, needed = _days_since_start(level, own), _days_needed(row)
    if days is not None and needed is not None and days.most < needed:
        reasons.append(span.say("not_steady", days=days.most, needed=f"{needed:.0f} days"))
    return reasons


def _timed(hours: float, row: Row) -> bool:
    soonest, last = row.optional_number("hours_from"), row.optional_number("hours_to")
    return (soonest is None or hours >= soonest) and (last is None or hours <= last)


def _window(row: Row) -> str:
    soonest, last = row.optional_number("hours_from"), row.optional_number("hours_to")
    if last is None:
        return f"{soonest:g} hours or more after it, before the next dose"
    return f"{soonest:g} to {last:g} hours after it"


class _Days(NamedTuple):
    """How many days the dates allow since the latest start."""

    fewest: int
    most: int


def _days_since_start(level: Level, own: list[Taken]) -> _Days | None:
    """Return the days since the latest start; None where one start is open."""
    starts = [use.start for use in own]
    if not starts or None in starts:
        return None
    known = [start for start in starts if start is not None]
    return _Days(
        min((earliest(level.date) - latest(start)).days for start in known),
        min((latest(level.date) - earliest(start)).days for start in known),
    )


def _days_needed(row: Row) -> float | None:
    half_life = row.optional_number("half_life")
    if half_life is None:
        return None
    return half_life * setting("level_half_lives") / HOURS_PER_DAY


def _against_range(level: Level, row: Row, span: _Range, own: list[Taken]) -> list[str]:
    above = level.comparator is not None and level.comparator.startswith(ABOVE)
    below = level.comparator is not None and level.comparator.startswith(BELOW)
    if level.value > span.highest and not below:
        return [span.say("above"), *_genes(row, span)]
    if level.value < span.lowest and not above:
        if level.value >= span.lowest * setting("level_far_below"):
            return [span.say("below")]
        adherent = bool(own) and all(use.adherence == GOOD for use in own)
        said = span.say("far_below_adherent" if adherent else "far_below")
        return [said, *_genes(row, span)]
    if level.comparator is not None:
        return []
    return [span.say("within")]


def _genes(row: Row, span: _Range) -> list[str]:
    genes = row.items("genes")
    return [span.say("genes", genes=" and ".join(genes))] if genes else []


def _not_told(
    level: Level, row: Row, span: _Range, timeline: Timeline, own: list[Taken]
) -> list[str]:
    """Return the facts that are missing for a sure reading."""
    flags = []
    if level.hours is None:
        flags.append(span.say("no_hours", window=_window(row)))
    needed = _days_needed(row)
    if own and needed is not None:
        days = f"{needed:.0f}"
        since = _days_since_start(level, own)
        # Only a start that is surely long enough ago, or surely too late, settles the question.
        told = since is not None and (since.fewest >= needed or since.most < needed)
        flags.append(span.say("last_change" if told else "no_start", needed=days))
    elif not own and untold(timeline):
        flags.append(span.say("drugs_unknown"))
    elif not own:
        flags.append(span.say("not_taken", drug=_title(row.text("treatment"))))
    if row.optional_number("older_from") is not None and not timeline.demographics.age_years.known:
        older = {
            column: f"{row.number(column):g}"
            for column in ("older_from", "lowest_older", "highest_older")
        }
        flags.append(span.say("age_unknown", **older))
    return flags


def _title(drug: str) -> str:
    return load_table("drugs/drugs").row(id=drug).text("title")
