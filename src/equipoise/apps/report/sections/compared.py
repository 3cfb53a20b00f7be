"""Compared head to head: what randomised trials of two ranked options found, and in whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import escape

from equipoise.apps.report import numbers as n
from equipoise.apps.report.listing import foremost
from equipoise.apps.report.names import cite, treatment_title
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.sections.strips import LEVEL95
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import capital, say
from equipoise.core.casing import within
from equipoise.core.nouns import Decision, Dossier, HeadToHead

__all__ = ["Compared", "all_comparisons", "compared", "comparison_words", "pair_words"]

ROWS: Final = 8
SHOWN: Final = 7
SIDE: Final = 1.0
"""Standard errors from no difference beyond which an answer points to one of the two."""

OUTCOMES: Final = {
    "response": ("responded", "response"),
    "remission": ("reached remission", "remission"),
}
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """The comparisons of the first options: what they say in words, and the table."""

    title: str
    contradictions: tuple[str, ...]
    table: DataTable | None
    notes: tuple[str, ...]


def compared(dossier: Dossier) -> Compared | None:
    """Return what was compared directly; None where nothing is ranked or the ranking is withheld.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.

    Returns
    -------
    Compared or None
        Pairs of which at least one option is tied for the first place: those whose trials
        contradict each other first, then pairs within the tie group.
    """
    decision = dossier.decision
    if withheld(dossier) or len(decision.predictions) < 2:  # noqa: PLR2004
        return None
    pairs = _pairs(decision)
    first = [pair for pair in pairs if set(pair) & _tied(decision)]
    chosen = _chosen(first, pairs)
    table = _table(decision, [row for pair in chosen for row in pairs[pair]]) if chosen else None
    shown = sum(len(pairs[pair]) for pair in chosen)
    every = sum(len(rows) for rows in pairs.values())
    more = say("compared_more", n=n.count(every, "comparison")) if every > shown else ""
    reading = say("compared_reading") if table else ""
    return Compared(
        title=_title(decision, first),
        contradictions=tuple(
            words for pair in chosen if (words := _contradiction(decision, pair, pairs[pair]))
        ),
        table=table,
        notes=tuple(note for note in (reading, say("compared_limit"), more) if note),
    )


def _tied(decision: Decision) -> set[str]:
    return {p.treatment for p in decision.predictions if p.tied}


def _pairs(decision: Decision) -> dict[Pair, list[HeadToHead]]:
    """Return all comparisons by pair, turned so that the option that is listed first comes first.

    The pairs stand in the order in which a short page shows them.
    """
    place = {p.treatment: k for k, p in enumerate(decision.predictions)}
    found: dict[Pair, list[HeadToHead]] = {}
    for one in decision.head_to_head:
        if {one.treatment, one.comparator} <= set(place):
            turned = one if place[one.treatment] < place[one.comparator] else _turned(one)
            found.setdefault((turned.treatment, turned.comparator), []).append(turned)
    tied = _tied(decision)
    drawn = {p.treatment for p in foremost(decision.predictions, SHOWN)}

    def _rank(pair: Pair) -> tuple[bool, int, int, tuple[int, int]]:
        disputed = all(_sides(found[pair]))
        both = set(pair)
        places = place[pair[0]], place[pair[1]]
        return not (disputed and both & tied), -len(both & tied), -len(both & drawn), places

    ordered = sorted(found, key=_rank)
    return {pair: sorted(found[pair], key=_within_pair) for pair in ordered}


def _within_pair(one: HeadToHead) -> tuple[bool, str, int]:
    study = one.source.removesuffix(f"_{one.outcome}")
    return not one.pooled, study, list(OUTCOMES).index(one.outcome)


def _turned(one: HeadToHead) -> HeadToHead:
    return replace(one, treatment=one.comparator, comparator=one.treatment, estimate=-one.estimate)


def _sides(rows: Iterable[HeadToHead]) -> tuple[HeadToHead | None, HeadToHead | None]:
    """Return the clearest answer for the first and for the second of a pair, where there is one."""
    known = sorted(rows, key=lambda one: one.estimate / one.standard_error)
    best, worst = known[-1], known[0]
    return (
        best if best.estimate > SIDE * best.standard_error else None,
        worst if -worst.estimate > SIDE * worst.standard_error else None,
    )


def _chosen(first: Sequence[Pair], pairs: dict[Pair, list[HeadToHead]]) -> list[Pair]:
    """Return the pairs that fit on the page; the first always does."""
    chosen: list[Pair] = []
    used = 0
    for pair in first:
        studies = len(_studies(pairs[pair]))
        if not chosen or used + studies <= ROWS:
            chosen.append(pair)
            used += studies
    return chosen


def _studies(rows: Iterable[HeadToHead]) -> list[list[HeadToHead]]:
    """Return the answers of one study in the same people together."""
    found: dict[tuple[object, ...], list[HeadToHead]] = {}
    for one in rows:
        key = one.population, one.weeks, one.pooled, one.grade, one.checked, one.references
        found.setdefault((one.treatment, one.comparator, *key), []).append(one)
    return list(found.values())


def _title(decision: Decision, first: Sequence[Pair]) -> str:
    tied = [p for p in decision.predictions if p.tied]
    option, others = within(tied[0].title), len(decision.predictions) - 1
    if not decision.head_to_head:
        return say("compared_none")
    if not first:
        alone = len(tied) == 1
        return say(f"compared_none_{'one' if alone else 'first'}", option=option, n=str(len(tied)))
    if len(tied) == 1:
        return say("compared_one", option=option, found=str(len(first)), others=str(others))
    inside = sum(set(pair) <= {p.treatment for p in tied} for pair in first)
    if not inside:
        return say("compared_outside", n=str(len(tied)))
    pairs = len(tied) * (len(tied) - 1) // 2
    return say("compared_pairs", found=str(inside), pairs=str(pairs), n=str(len(tied)))


def _name(decision: Decision, treatment: str) -> str:
    titles = {p.treatment: p.title for p in decision.predictions}
    return titles.get(treatment) or treatment_title(treatment)


def _contradiction(decision: Decision, pair: Pair, rows: Sequence[HeadToHead]) -> str:
    """Return in words that trials point both ways, and in whom; else nothing."""
    to_a, to_b = _sides(rows)
    if to_a is None or to_b is None:
        return ""
    a, b = (within(_name(decision, treatment)) for treatment in pair)
    people_a, people_b = (within(one.population.rstrip(".")) for one in (to_a, to_b))
    same = "_same" if people_a == people_b else ""
    text = say(f"compared_contradict{same}", a=a, b=b, people_a=people_a, people_b=people_b)
    neither = say("compared_neither") if set(pair) <= _tied(decision) else ""
    return f"{text} {neither}".strip()


def pair_words(decision: Decision, one: HeadToHead) -> str:
    """Return who was compared with whom: ``Ketamine against midazolam``."""
    other = within(_name(decision, one.comparator))
    return f"{capital(_name(decision, one.treatment))} against {other}"


def comparison_words(decision: Decision, one: HeadToHead) -> str:
    """Return what one comparison found; a difference is named where the interval excludes 1.

    The printed interval decides, which is rounded outward.
    """
    ends = n.around(one.estimate, one.standard_error, LEVEL95)
    low, high = n.ratio_ends(ends)
    verb, noun = OUTCOMES[one.outcome]
    kind = "more_on" if low > 1 else "fewer_on" if high < 1 else "unclear"
    return say(
        f"compared_{kind}",
        what=noun if kind == "unclear" else verb,
        option=within(_name(decision, one.treatment)),
        ratio=n.ratio(one.estimate),
        ci95=n.range_ratio(ends),
    )


def _table(decision: Decision, rows: Sequence[HeadToHead]) -> DataTable:
    return DataTable(
        "Randomised comparisons of options that are not separated",
        ("Pair", "What was found", "Who was studied", "Weeks", "In the estimate", "Grade, source"),
        tuple(_cells(decision, study) for study in _studies(rows)),
        widths=(21, 26, 24, 7, 9, 13),
    )


def _cells(decision: Decision, study: Sequence[HeadToHead]) -> tuple[str, ...]:
    one = study[0]
    return (
        pair_words(decision, one),
        " ".join(comparison_words(decision, answer) for answer in study),
        one.population,
        "not known" if one.weeks is None else f"{one.weeks:g}",
        "yes" if one.pooled else "no",
        escape(f"{one.grade}, {one.checked}; ") + cite(one.references),
    )


def all_comparisons(decision: Decision) -> DataTable:
    """Return every comparison of two ranked options for the data sheet, one row each."""
    rows = tuple(
        (
            pair_words(decision, one),
            one.outcome,
            f"{n.ratio(one.estimate)}; {n.P95}: {_interval(one)}",
            *_cells(decision, [one])[2:],
        )
        for rows in _pairs(decision).values()
        for one in rows
    )
    columns = (
        "Pair",
        "Outcome",
        "Odds ratio",
        "Who was studied",
        "Weeks",
        "In the estimate",
        "Grade, source",
    )
    caption = "Randomised comparisons of ranked options with each other"
    return DataTable(caption, columns, rows, widths=(25, 9, 16, 22, 6, 8, 14))


def _interval(one: HeadToHead) -> str:
    return n.range_ratio(n.around(one.estimate, one.standard_error, LEVEL95))
