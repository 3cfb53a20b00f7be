"""Scores of rating scales: answers in, total with its error out, by the rows of `tables/scales`.

Several stages need a total: the assays, which make a measure of it, the appraisal, whose rules ask
for it, and the plan. They all take it from here.

Items are scored answers, in the direction of the scale: an item that a paper form asks the other
way round (`reversed_on_form` in `scales/items`) has been turned before it comes here, and is
never turned a second time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from equipoise.core.nouns import ScaleAnswers
from equipoise.core.scale_rules import Decision, ScaleGroup, ScaleRules, read_scale

__all__ = ["ScaleScore", "Status", "score"]

Status = Literal["complete", "prorated", "incomplete"]
Items = tuple[int | None, ...]
Interval = tuple[float, float]

ANYTHING: Final[Interval] = (-math.inf, math.inf)
ITEM: Final = "item"
SUM: Final = "items"


@dataclass(frozen=True, slots=True)
class ScaleScore:
    """The score of one set of answers.

    Parameters
    ----------
    scale : str
        Id of `scales/scales`.
    status : {"complete", "prorated", "incomplete"}
        ``prorated``: missing answers were replaced as the scale allows; ``incomplete``: no total,
        or a screen that cannot be decided or was decided for the graver side.
    total : float or None
        In the points of the scale.
    standard_error : float or None
        Of the total; None where no table gives a reliability.
    parts : tuple of (str, float or None)
        Subscales, in table order.
    band : str or None
        Id of `scales/bands` or `scales/decisions`.
    missing : tuple of int
        Numbers of the items that were left out.
    reason : str
        Why there is no total or no band, or what the band rests on; empty where all is known.
    notes : tuple of str
        What a reader has to know of the answers, such as answers that do not count.
    """

    scale: str
    status: Status
    total: float | None
    standard_error: float | None
    parts: tuple[tuple[str, float | None], ...]
    band: str | None
    missing: tuple[int, ...]
    reason: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sum:
    """The total before it is judged: its value, its bounds, and what it rests on."""

    total: float | None
    bounds: Interval
    widening: float
    missing: tuple[int, ...]
    estimated: bool
    reason: str


def score(answers: ScaleAnswers, *, sex: str | None = None) -> ScaleScore:
    """Score the answers to a scale.

    Parameters
    ----------
    answers : ScaleAnswers
        With as many items as the scale has, each scored and in its range, or with a reported
        total.
    sex : str, optional
        ``male`` or ``female``, for a scale whose cut differs.

    Returns
    -------
    ScaleScore
        ``incomplete`` with the reason where the scale does not allow what is missing, and where
        the answers do not fit the scale.
    """
    rules = read_scale(answers.scale)
    extras = _extras(rules, answers.extras, sex)
    fault = _fault(rules, answers, extras)
    if fault:
        return ScaleScore(rules.id, "incomplete", None, None, (), None, (), fault)
    if not answers.items and answers.total is not None:
        items: Items = (None,) * len(rules.items)
        found = _Sum(answers.total, (answers.total,) * 2, 1, (), False, "")
        return _judged(rules, items, extras, found, ())
    items, notes = _skipped(rules, answers.items, extras)
    notes += _opposed(rules, items)
    return _judged(rules, items, extras, _add_up(rules, items), notes)


# --- do the answers fit the scale ----------------------------------------------------------------


def _extras(
    rules: ScaleRules, given: tuple[tuple[str, int], ...], sex: str | None
) -> dict[str, int]:
    """Return the further answers by the name that the table has for each question."""
    told = dict(given)
    found = {}
    for extra in rules.extras:
        for name in extra.names:
            if name in told:
                found[extra.id] = told[name]
        if extra.id == "sex" and sex in extra.words:
            found[extra.id] = extra.minimum + extra.words.index(sex)
    return found


def _fault(rules: ScaleRules, answers: ScaleAnswers, extras: dict[str, int]) -> str:
    """Return why these answers cannot be answers to the scale, or nothing."""
    for extra in rules.extras:
        value = extras.get(extra.id, extra.minimum)
        if not extra.minimum <= value <= extra.maximum:
            return f"{extra.id} is {value}; allowed are {extra.minimum} to {extra.maximum}"
    if not answers.items and answers.total is not None:
        return _total_fault(rules, answers.total)
    if len(answers.items) != len(rules.items):
        return f"{len(answers.items)} answers where the scale has {len(rules.items)}"
    for rule, answer in zip(rules.items, answers.items, strict=True):
        if answer is not None and not rule.minimum <= answer <= rule.maximum:
            allowed = f"allowed are {rule.minimum} to {rule.maximum}"
            return f"item {rule.number} has an answer of {answer}; {allowed}"
    return ""


def _total_fault(rules: ScaleRules, total: float) -> str:
    if rules.printed is None:
        return f"the {rules.row.text('title')} has no total: its answers are needed"
    low, high = rules.printed
    if low <= total <= high:
        return ""
    return f"a total of {total:g}; allowed are {low:g} to {high:g}"


# --- adding up -----------------------------------------------------------------------------------


def _skipped(
    rules: ScaleRules, items: Items, extras: dict[str, int]
) -> tuple[Items, tuple[str, ...]]:
    """Fill in the items that an answer has ended; note answers that do not count for it."""
    filled, notes = list(items), []
    for skip in rules.skips:
        asked = extras.get(skip.question)
        if skip.question.startswith(ITEM):
            asked = items[int(skip.question.removeprefix(ITEM)) - 1]
        if asked != skip.answer:
            continue
        for number in skip.items:
            value = filled[number - 1]
            if value is None or skip.overrides:
                filled[number - 1] = skip.counts_as
            if value not in {None, skip.counts_as}:
                how = "does not count" if skip.overrides else "contradicts it and counts"
                notes.append(f"{skip.question} was {skip.answer}: the answer to {number} {how}")
    return tuple(filled), tuple(notes)


def _opposed(rules: ScaleRules, items: Items) -> tuple[str, ...]:
    """Note pairs of which one answer was asked and both were given."""
    notes = []
    for pair in (pair for group in rules.groups for pair in group.either):
        if all((items[n - 1] or 0) > rules.items[n - 1].minimum for n in pair):
            names = " and ".join(map(str, pair))
            notes.append(f"items {names} were both answered: only the higher counts")
    return tuple(notes)


def _add_up(rules: ScaleRules, items: Items) -> _Sum:
    """Add up the groups; what is missing is never taken as 0."""
    given: list[int] = []
    low = high = 0
    missing = [i.number for i in rules.items if not i.counted and items[i.number - 1] is None]
    partial = 0
    for group in rules.groups:
        answers = [(rules.items[n - 1], v) for n in group.items if (v := items[n - 1]) is not None]
        points = max((item.points(value) for item, value in answers), default=None)
        full = len(answers) == len(group.items) or points == group.most
        needed = () if full else _open(group, items)
        missing += needed
        low += group.least if points is None else points
        high += group.most if needed or points is None else points
        if points is not None:
            given.append(points)
            partial += bool(needed)
    gone = len(rules.groups) - len(given)
    missing.sort()
    reason = _refusal(rules, items, gone, missing)
    share = len(rules.groups) / len(given) if given else 1
    # A group with a gap is no whole answer: the error grows as if it were missing.
    whole = max(len(given) - partial, 1)
    return _Sum(
        total=None if reason or not rules.has_total else _printed(rules, sum(given) * share),
        bounds=(_printed(rules, low), _printed(rules, high)),
        widening=math.sqrt(len(rules.groups) / whole),
        missing=tuple(missing),
        estimated=partial > 0 or gone > 0,
        reason=reason,
    )


def _open(group: ScaleGroup, items: Items) -> tuple[int, ...]:
    """Return the items of a group that are missing and whose answer is needed."""
    missing = {number for number in group.items if items[number - 1] is None}
    for pair in group.either:
        if not missing.issuperset(pair):
            missing -= set(pair)
    return tuple(sorted(missing))


def _printed(rules: ScaleRules, raw: float) -> float:
    """Return a sum on the range in which the total is printed."""
    if rules.raw is None or rules.printed is None or rules.raw == rules.printed:
        return raw
    (low, high), (first, last) = rules.raw, rules.printed
    return first + (raw - low) * (last - first) / (high - low)


def _refusal(rules: ScaleRules, items: Items, gone: int, missing: list[int]) -> str:
    """Return why these answers make no total, or nothing."""
    asked, most = rules.suicide_item, rules.missing_allowed
    if asked is not None and items[asked - 1] is None:
        return f"item {asked} (thoughts of death or self-harm) was left out: ask it again"
    if gone <= most:
        return ""
    if most:
        return f"{gone} of {len(rules.groups)} answers are missing; at most {most} may be"
    names = ", ".join(map(str, missing))
    return f"no answer to {'item' if len(missing) == 1 else 'items'} {names}"


# --- what follows --------------------------------------------------------------------------------


def _judged(
    rules: ScaleRules, items: Items, extras: dict[str, int], found: _Sum, notes: tuple[str, ...]
) -> ScaleScore:
    parts = tuple((part.id, _part(rules, part.id, items)) for part in rules.parts)
    band, open_names = None, ""
    if rules.decisions:
        band, open_names = _decide(rules, _known(rules, items, extras, found))
    elif found.total is not None:
        reached = [name for lowest, name in rules.bands if lowest <= found.total]
        band = reached[-1] if reached else None
    status: Status = "prorated" if found.estimated else "complete"
    if open_names or (found.total is None and (rules.has_total or found.reason)):
        status = "incomplete"
    error = rules.standard_error if found.total is not None else None
    return ScaleScore(
        scale=rules.id,
        status=status,
        total=found.total,
        standard_error=None if error is None else error * found.widening,
        parts=parts,
        band=band,
        missing=found.missing,
        reason="; ".join(part for part in (found.reason, open_names) if part),
        notes=notes,
    )


def _part(rules: ScaleRules, name: str, items: Items) -> float | None:
    low, high = _part_bounds(rules, name, items)
    return low if low == high else None


def _part_bounds(rules: ScaleRules, name: str, items: Items) -> Interval:
    part = next(part for part in rules.parts if part.id == name)
    least = part.point_from
    bounds = [_item_bounds(rules, items, number) for number in part.items]
    if least is not None:
        bounds = [(float(low >= least), float(high >= least)) for low, high in bounds]
    return sum(low for low, _ in bounds), sum(high for _, high in bounds)


def _item_bounds(rules: ScaleRules, items: Items, number: int) -> Interval:
    value = items[number - 1]
    if value is not None:
        return value, value
    return rules.items[number - 1].minimum, rules.items[number - 1].maximum


def _known(
    rules: ScaleRules, items: Items, extras: dict[str, int], found: _Sum
) -> dict[str, Interval]:
    """Return the bounds of everything that a decision may ask for."""
    total = found.bounds if found.total is None else (found.total, found.total)
    known: dict[str, Interval] = {"total": total}
    for rule in rules.items:
        known[f"{ITEM}{rule.number}"] = _item_bounds(rules, items, rule.number)
    for part in rules.parts:
        known[part.id] = _part_bounds(rules, part.id, items)
    for extra in rules.extras:
        value = extras.get(extra.id)
        known[extra.id] = ANYTHING if value is None else (value, value)
    for name in {c.name for d in rules.decisions for c in d.conditions} - set(known):
        first, last = map(int, name.removeprefix(SUM).split("-"))
        summed = [known[f"{ITEM}{number}"] for number in range(first, last + 1)]
        known[name] = (sum(low for low, _ in summed), sum(high for _, high in summed))
    return known


def _decide(rules: ScaleRules, known: dict[str, Interval]) -> tuple[str | None, str]:
    """Return the first band whose conditions hold, and what is not known where it matters."""
    for _, rows in groupby(rules.decisions, key=lambda decision: decision.step):
        ways = tuple(rows)
        truths = [_truth(way, known) for way in ways]
        if "yes" in truths:
            return ways[truths.index("yes")].band, ""
        if "unknown" not in truths or ways[0].unknown == "next":
            continue
        names = _open_names(ways, known)
        if ways[0].unknown == "graver":
            return ways[0].band, f"not known, taken for the graver side: {names}"
        return None, f"not known: {names}"
    return None, ""


def _truth(way: Decision, known: dict[str, Interval]) -> str:
    """Return whether all conditions of a row hold: no, before unknown, before yes."""
    found = "yes"
    for condition in way.conditions:
        low, high = known[condition.name]
        if condition.at_least is None:
            if low == high:
                return "no"
        elif high < condition.at_least:
            return "no"
        elif low < condition.at_least:
            found = "unknown"
    return found


def _open_names(ways: Iterable[Decision], known: dict[str, Interval]) -> str:
    names = [
        condition.name
        for way in ways
        if _truth(way, known) == "unknown"
        for condition in way.conditions
        if known[condition.name][0] != known[condition.name][1]
    ]
    return ", ".join(dict.fromkeys(names))
