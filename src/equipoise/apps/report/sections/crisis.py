"""Crisis numbers, and what the record says about suicide: questions, answers and dates."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import keys_of
from equipoise.apps.report.whom_to_call import (
    ANYWHERE,
    CrisisNumber,
    crisis_numbers,
    crisis_rows,
)
from equipoise.apps.report.wording import capital, say
from equipoise.core.dates import IsoDate
from equipoise.core.nouns import Dossier, RedFlag, ScaleAnswers, Timeline
from equipoise.core.tables import load_table

__all__ = ["crisis_keys", "crisis_lines", "shown_flags", "suicide_record"]

DOMAIN: Final = "suicide_risk"
SCREENED: Final = {
    "passive_death_thoughts": 1,
    "suicidal_ideation_active": 2,
    "suicidal_ideation_method": 3,
    "suicidal_intent": 4,
    "suicidal_plan": 5,
    "suicide_attempt_recent": 6,
    "suicide_attempt_past": 6,
}
"""Question of the screener that asks for a finding: what it answered was asked."""
ASKED: Final = (
    "suicidal_intent",
    "suicidal_plan",
    "suicide_attempt_recent",
    "suicidal_ideation_active",
    "suicidal_ideation_method",
    "passive_death_thoughts",
    "suicide_attempt_past",
)
"""Findings of `red_flags/findings` that concern suicide, the most pressing first."""
STATED: Final = ("suicidal_intent", "suicidal_plan", "suicide_attempt_recent")
"""Flags beside which a lower answer is not read as "no intent"."""
_WITHOUT: Final = ", no "


def crisis_lines(dossier: Dossier) -> tuple[str, ...]:
    """Return whom to call, a line for each place of the table in force.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.

    Returns
    -------
    tuple of str
        Empty where no red flag was found.
    """
    if not dossier.appraisal.red_flags:
        return ()
    return tuple(_crisis(one) for one in crisis_numbers(dossier))


def _crisis(one: CrisisNumber) -> str:
    about = [text for text in (one.hours, one.language) if text]
    where = say("crisis_anywhere") if one.place == ANYWHERE else one.place
    checked = None if one.stale else one.checked_on
    mark = say("crisis_checked", day=n.day(checked)) if checked else say("crisis_not_checked")
    named = one.digits is None or one.digits in one.text
    text = one.text if named else f"{one.text}: {one.digits}"
    return f"{where}: {text} ({', '.join(about)}). {mark}"


def shown_flags(dossier: Dossier) -> tuple[RedFlag, ...]:
    """Return the red flags as a page shows them: emergencies first, no step of a pathway twice.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.

    Returns
    -------
    tuple of RedFlag
        Every flag. Beside a stated intent, plan or attempt no title says that there is none: the
        words of the lower answer would speak against the higher one.
    """
    flags = sorted(dossier.appraisal.red_flags, key=lambda flag: flag.grade != "emergency")
    stated = any(flag.id in STATED for flag in flags if flag.grade == "emergency")
    said: set[tuple[str, str]] = set()
    shown = []
    for flag in flags:
        steps = tuple(one for one in flag.pathway if (one.action, one.when) not in said)
        said |= {(one.action, one.when) for one in flag.pathway}
        lower = stated and flag.grade == "watch"
        title = flag.title.partition(_WITHOUT)[0] if lower else flag.title
        shown.append(replace(flag, title=title, pathway=steps))
    return tuple(shown)


def crisis_keys(dossier: Dossier) -> tuple[str, ...]:
    """Return the references of the crisis numbers that are printed."""
    if not dossier.appraisal.red_flags:
        return ()
    return keys_of(tuple(row.text("reference") for row in crisis_rows(dossier)))


def suicide_record(timeline: Timeline) -> tuple[str, ...]:
    """Return what the record says about suicide: each question with its answers and dates.

    Parameters
    ----------
    timeline : Timeline
        The record.

    Returns
    -------
    tuple of str
        Findings, then scale items, newest answer first; then what was not asked. No level is made
        of them: scores do not tell who is in danger.
    """
    said, silent = _findings(timeline, _screened(timeline))
    lines = [*said, *_screens(timeline), *_items(timeline)]
    if silent:
        lines.append(say("suicide_not_asked", questions="; ".join(silent)))
    return tuple(lines)


def _screened(timeline: Timeline) -> set[int]:
    """Return the questions of the screener that were answered at any time."""
    return {
        number
        for answers, _ in _screeners(timeline)
        for number, item in enumerate(answers.items, 1)
        if item is not None
    }


def _findings(timeline: Timeline, screened: set[int]) -> tuple[list[str], list[str]]:
    said, silent = [], []
    for name in ASKED:
        row = load_table("red_flags/findings").find(id=name)
        title = row.text("title") if row else capital(name.replace("_", " "))
        found = [f for f in timeline.findings.or_else(()) if f.finding == name]
        found.sort(key=lambda f: f.date.value or "", reverse=True)
        if found:
            answers = [f"{_status(f.status)} ({n.day(f.date.value)})" for f in found]
            said.append(f"{title}: {'; '.join(answers)}")
        elif SCREENED[name] not in screened:
            silent.append(title[:1].lower() + title[1:])
    return said, silent


def _status(status: str) -> str:
    return "asked, not known" if status == "unknown" else status


def _items(timeline: Timeline) -> list[str]:
    lines = []
    for row in load_table("scales/scales"):
        item = row.optional_number("suicide_item")
        if item is None:
            continue
        name = row.text("id")
        answered = [s for s in timeline.scales.or_else(()) if s.scale == name]
        answered.sort(key=lambda s: s.date, reverse=True)
        if answered:
            lines.append(
                say(
                    "suicide_item",
                    scale=row.text("title"),
                    item=f"{item:.0f}",
                    most=f"{row.number('item_maximum'):.0f}",
                    answers="; ".join(_item(s, int(item)) for s in answered),
                )
            )
    return lines


def _item(answers: ScaleAnswers, item: int) -> str:
    day: IsoDate = answers.date
    if not answers.items:
        return f"{say('suicide_total_only')} ({n.day(day)})"
    value = answers.items[item - 1] if item <= len(answers.items) else None
    return f"{'left out' if value is None else value} ({n.day(day)})"


def _screeners(timeline: Timeline) -> list[tuple[ScaleAnswers, str]]:
    """Return the answers to scales that ask about nothing but suicide, each with its title."""
    rows = (row for row in load_table("scales/scales") if row.text("domain") == DOMAIN)
    titles = {row.text("id"): row.text("title") for row in rows}
    return [(s, titles[s.scale]) for s in timeline.scales.or_else(()) if s.scale in titles]


def _screens(timeline: Timeline) -> list[str]:
    """Return what the screeners were answered, newest first, by number of the question."""
    found = sorted(_screeners(timeline), key=lambda pair: pair[0].date, reverse=True)
    return [
        say(
            "suicide_screen",
            scale=title,
            date=n.day(answers.date),
            yes=_numbers(answers, 1),
            no=_numbers(answers, 0),
            open=_numbers(answers, None),
        )
        for answers, title in found
    ]


def _numbers(answers: ScaleAnswers, value: int | None) -> str:
    found = [str(number) for number, item in enumerate(answers.items, 1) if item == value]
    return ", ".join(found) or "none"
