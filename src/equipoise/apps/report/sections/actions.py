"""Do now, stop or change if, still missing; and whether the measurements changed the order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.figures import date
from equipoise.apps.report.listing import only_averages
from equipoise.apps.report.names import cite, measure_title, treatment_title
from equipoise.apps.report.sections.answer import moved_by_research, nothing_measured
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.wording import capital, grade_words, joined, say, sentence
from equipoise.core.casing import within
from equipoise.core.nouns import Dossier, Prediction, Step
from equipoise.core.tables import setting

__all__ = ["Actions", "Change", "StopRule", "Todo", "actions", "change", "shortened"]

NOW: Final = 5
MISSING: Final = 5
RULES: Final = 5
BRIEF: Final = 125
"""Letters of a step on the first page; the plan in full holds every word."""
ELLIPSIS: Final = "\N{HORIZONTAL ELLIPSIS}"
NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Todo:
    """One step as it is printed; `brief` is what the first page says of it."""

    action: str
    brief: str
    why: str
    first: tuple[str, ...]
    facts: tuple[str, ...]
    source: Markup
    instead: str
    stop: str
    review: Markup


@dataclass(frozen=True, slots=True)
class StopRule:
    """What ends the steps that share it; `brief` as for a step."""

    steps: str
    rule: str
    brief: str


@dataclass(frozen=True, slots=True)
class Actions:
    """The plan: `now` at most five steps, `later` the rest; `missing` in part, then in full.

    `rules` are the stop rules of the page that decides, `stops` all of them.
    """

    phase: str
    phase_reason: str
    now: tuple[Todo, ...]
    later: tuple[Todo, ...]
    rules: tuple[StopRule, ...]
    stops: tuple[StopRule, ...]
    missing: tuple[str, ...]
    more_missing: tuple[str, ...]
    withheld: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """Whether measurements changed the order: the answer first, then what moved."""

    sentences: tuple[str, ...]


def actions(dossier: Dossier) -> Actions:
    """Return the plan of one person; no option is named while the ranking is withheld."""
    plan = dossier.plan
    hidden = withheld(dossier)
    todos = () if hidden else tuple(_todo(s) for s in sorted(plan.steps, key=lambda s: s.order))
    missing = tuple(capital(text) for text in plan.still_missing)
    return Actions(
        phase=plan.phase_title,
        phase_reason=plan.phase_reason,
        now=todos[:NOW],
        later=todos[NOW:],
        rules=_stops(todos)[:RULES],
        stops=_stops(todos),
        missing=missing[:MISSING],
        more_missing=missing[MISSING:],
        withheld=plan.withheld or (say("safety_withheld") if hidden else None),
    )


def _todo(step: Step) -> Todo:
    grade = f"grade {grade_words(step.grade)}" if step.grade != "n/a" else ""
    return Todo(
        action=sentence(step.action),
        brief=shortened(sentence(step.action), BRIEF),
        why=sentence(step.why),
        first=step.prerequisites,
        facts=tuple(f.rstrip(".") for f in (grade, step.evidence, step.checked) if f),
        source=cite(step.reference),
        instead=_instead(step),
        stop=sentence(step.stop_rule),
        review=date(step.review),
    )


def shortened(text: str, most: int) -> str:
    """Return a text cut at a break between words or names, marked where something is left out.

    Examples
    --------
    >>> shortened("Ask about sleep, appetite and energy.", 20) == "Ask about sleep" + ELLIPSIS
    True
    """
    if len(text) <= most:
        return text
    start = text[:most]
    cut = max(start.rfind(mark) for mark in (", ", "; ", ". "))
    return start[: cut if cut > most // 2 else start.rfind(" ")].rstrip(" ,;:(") + ELLIPSIS


def _instead(step: Step) -> str:
    """Return what else is open as one list; only its first word has a capital."""
    names = [treatment_title(name) for name in step.alternatives]
    return joined([*names[:1], *(within(name) for name in names[1:])], last="or", most=NOW)


def _stops(todos: tuple[Todo, ...]) -> tuple[StopRule, ...]:
    shared: dict[str, list[str]] = defaultdict(list)
    for number, todo in enumerate(todos, start=1):
        if todo.stop:
            shared[todo.stop].append(str(number))
    return tuple(
        StopRule(
            ("Step " if len(steps) == 1 else "Steps ") + joined(steps),
            rule,
            shortened(rule, BRIEF),
        )
        for rule, steps in shared.items()
    )


def change(dossier: Dossier) -> Change | None:
    """Return whether the measurements changed the order; None while the ranking is withheld."""
    if withheld(dossier) or not dossier.decision.predictions:
        return None
    if nothing_measured(dossier) and only_averages(dossier):
        return Change((say("moved_no_measure"),))
    found = [_established(dossier.decision.predictions)]
    pairs = moved_by_research(dossier)
    if pairs:
        found.append(_research(pairs))
    return Change(tuple(found))


def _established(predictions: tuple[Prediction, ...]) -> str:
    moved = [p for p in predictions if p.shift.mean]
    if not moved:
        alike = any(n.whole(p.outlook) for p in predictions)
        return say("moved_alike") if alike else say("moved_none")
    if _reordered(predictions):
        return say("moved_order")
    return say("moved_same_order", options=_titles(moved), most=_most(moved))


def _reordered(predictions: tuple[Prediction, ...]) -> bool:
    """Whether two options change places by more than is below notice."""
    band = setting("predict_band")
    return any(
        a.average > b.average and b.response.mean - a.response.mean >= band
        for a in predictions
        for b in predictions
    )


def _research(pairs: tuple[tuple[Prediction, Prediction], ...]) -> str:
    moved = [research for _, research in pairs]
    measures = sorted({measure_title(d.measure) for p in moved for d in p.drivers if not d.outlook})
    return say(
        "moved_research", options=_titles(moved), most=_most(moved), measures=joined(measures)
    )


def _most(moved: Iterable[Prediction]) -> str:
    most = max(abs(n.whole(p.shift.mean)) for p in moved)
    return f"by at most {n.count(most, 'point')}" if most else "by less than 1 point"


def _titles(moved: Iterable[Prediction]) -> str:
    return joined([p.title for p in moved], most=NAMED)
