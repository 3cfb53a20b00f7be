"""The monitoring calendar: reviews, levels, blood tests, ECG, with the rule that each triggers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.casing import within
from equipoise.core.dates import earliest, latest
from equipoise.core.nouns import CalendarEntry, Schedule, Step
from equipoise.core.tables import load_table
from equipoise.plan.schedules.drawing import sources
from equipoise.plan.schedules.events import Event, events_of
from equipoise.plan.schedules.ground import Ground, make_ground
from equipoise.plan.schedules.words import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from equipoise.core.tables import Row
    from equipoise.plan.case import Case

__all__ = ["make_calendar"]

_TABLES = ("schedules/reviews", "schedules/monitoring")


@dataclass(frozen=True, slots=True)
class _Check:
    """One row that holds for the person, with its column of names read once."""

    row: Row
    names: frozenset[str]
    note: str


@dataclass(frozen=True, slots=True)
class _Due:
    """One check on one day; `before` where it comes before the first dose."""

    date: dt.date
    check: _Check
    treatment: str
    before: bool = False


def make_calendar(
    case: Case, steps: tuple[Step, ...], schedules: tuple[Schedule, ...]
) -> tuple[CalendarEntry, ...]:
    """Lay out the checks of what is taken and what the steps name.

    Parameters
    ----------
    case : Case
        One person.
    steps : tuple of Step
        The steps of the plan; without any there is no calendar.
    schedules : tuple of Schedule
        Doses day by day.

    Returns
    -------
    tuple of CalendarEntry
        By date, each test once on a day; days count from today.
    """
    if not steps:
        return ()
    ground = make_ground(case)
    checks = _checks(ground)
    due = [
        one
        for event in events_of(ground, schedules)
        for one in _of_event(ground, event, checks)
        if one.date >= ground.today
    ]
    entries = [_entry(ground, group) for group in _merged(due)]
    return tuple(sorted(entries, key=lambda entry: (entry.date, entry.what)))


def _checks(ground: Ground) -> dict[str, list[_Check]]:
    """Return the rows that hold for this person, by the event that they count from."""
    found: dict[str, list[_Check]] = {}
    for table in _TABLES:
        for row in load_table(table):
            note = _holds(ground, row)
            if note is not None:
                check = _Check(row, frozenset(row.items("for")), note)
                found.setdefault(row.cells["on"], []).append(check)
    return found


def _holds(ground: Ground, row: Row) -> str | None:
    """Return None where a row does not hold; else what is not known of its conditions.

    One condition is enough; what is not recorded counts as if it were there.
    """
    if all(row.optional_text(c) is None for c in ("age_from", "age_to", "taken", "findings")):
        return ""
    notes = []
    for answer in (_by_age(ground, row), _by_findings(ground, row)):
        if answer == "":
            return ""
        if answer is not None:
            notes.append(answer)
    taken = set(row.items("taken"))
    uses = (ground.pairs.names.get(u.drug, frozenset()) for u in ground.uses if u.last is None)
    if any(taken & names for names in uses):
        return ""
    watched = {flag.id for flag in ground.case.appraisal.red_flags} & set(row.items("flags"))
    if watched:
        return ""
    return "; ".join(notes) or None


def _by_age(ground: Ground, row: Row) -> str | None:
    low, high = row.optional_number("age_from"), row.optional_number("age_to")
    if low is None and high is None:
        return None
    age = ground.case.timeline.demographics.age_years.value
    if age is None:
        return say("age_unknown")
    inside = (low is None or age >= low) and (high is None or age <= high)
    return "" if inside else None


def _by_findings(ground: Ground, row: Row) -> str | None:
    asked = row.items("findings")
    if not asked:
        return None
    status = {f.finding: f.status for f in ground.case.timeline.findings.or_else(())}
    if any(status.get(name) == "present" for name in asked):
        return ""
    titles = load_table("red_flags/findings")
    open_ones = [n for n in asked if status.get(n) != "absent"]
    names = [within(titles.row(id=name).text("title")) for name in open_ones]
    return say("findings_unknown", facts=", ".join(names)) if names else None


def _of_event(ground: Ground, event: Event, checks: dict[str, list[_Check]]) -> Iterator[_Due]:
    past = event.on == "start" and event.date < ground.today
    repeated = {
        check.row.cells["test"] for check in checks.get("running", ()) if check.names & event.names
    }
    for check in checks.get(event.on, ()):
        # What runs already has its own rhythm for these.
        if not check.names & event.names or (past and check.row.cells["test"] in repeated):
            continue
        for date in _dates(ground, event, check.row):
            if event.next is None or date <= event.next:
                before = event.on == "start" and date == event.date
                yield _Due(date, check, event.treatment, before=before)


def _dates(ground: Ground, event: Event, row: Row) -> Iterator[dt.date]:
    for text in row.items("days"):
        days = int(text)
        date = event.date + dt.timedelta(days=days)
        if event.on != "start" or days or not _is_fresh(ground, row, date):
            yield date
    every = row.optional_number("every")
    if every is None:
        return
    last = _last_result(ground, row)
    step = dt.timedelta(days=every)
    date = ground.today if last is None else max(ground.today, last + step)
    end = ground.today + dt.timedelta(days=row.optional_number("until") or 0)
    while date <= end:
        yield date
        date += step


def _last_result(ground: Ground, row: Row) -> dt.date | None:
    """Return the day by which every lab of a row had its last result; None where one has none."""
    results: dict[str, dt.date] = {}
    for lab in ground.case.timeline.labs.or_else(()):
        date = earliest(lab.date)
        if lab.test not in results or date > results[lab.test]:
            results[lab.test] = date
    found = [results.get(test) for test in row.items("labs")]
    if not found or None in found:
        return None
    return min(date for date in found if date is not None)


def _is_fresh(ground: Ground, row: Row, date: dt.date) -> bool:
    age, last = row.optional_number("fresh_days"), _last_result(ground, row)
    return age is not None and last is not None and (date - last).days <= age


def _merged(due: Iterable[_Due]) -> list[list[_Due]]:
    """Join the same test within the days that its rows allow; it is done on the earliest."""
    found: list[list[_Due]] = []
    open_groups: dict[str, list[_Due]] = {}
    for one in sorted(due, key=lambda d: d.date):
        test = one.check.row.cells["test"]
        group = open_groups.get(test)
        apart = (one.date - group[0].date).days if group else 0
        if group is not None and apart <= one.check.row.number("merge_days"):
            group.append(one)
            continue
        open_groups[test] = [one]
        found.append(open_groups[test])
    return found


def _entry(ground: Ground, group: list[_Due]) -> CalendarEntry:
    rows = list({one.check.row.where: one.check.row for one in group}.values())
    reference, grade, checked = sources(rows)
    whys = dict.fromkeys(row.text("why") for row in rows)
    if any(one.before for one in group):
        whys[say("before")] = None
    notes = dict.fromkeys(one.check.note for one in group if one.check.note)
    note = f" ({'; '.join(notes)})" if notes else ""
    return CalendarEntry(
        date=group[0].date.isoformat(),
        day=(group[0].date - latest(ground.case.today)).days,
        what="; ".join(_distinct(row.text("what") for row in rows)),
        why="; ".join(whys) + note,
        rule=" ".join(dict.fromkeys(_rule(row) for row in rows)),
        treatments=tuple(dict.fromkeys(one.treatment for one in group)),
        reference=reference,
        grade=grade,
        checked=checked,
    )


def _distinct(texts: Iterable[str]) -> list[str]:
    """Return each text once, without those that are the beginning of another."""
    listed = list(dict.fromkeys(texts))
    return [t for t in listed if not any(o != t and o.startswith(t) for o in listed)]


def _rule(row: Row) -> str:
    trigger = row.optional_text("trigger")
    if trigger is None:
        return row.text("rule")
    limit = load_table("phases/triggers").row(id=trigger).number("below_percent")
    return row.text("rule").format(percent=f"{limit:g}")
