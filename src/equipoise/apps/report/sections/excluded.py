"""Options without a place in the ranking: blocked with a hard stop, cautioned, not rankable."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from markupsafe import Markup

from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.listing import FOREST_ROWS, foremost
from equipoise.apps.report.names import anchor, cite, treatment_title
from equipoise.apps.report.numbers import count
from equipoise.apps.report.sections.safety import tried_options, withheld
from equipoise.apps.report.views import DataTable, table_or_none
from equipoise.apps.report.wording import joined, say, sentence
from equipoise.core.avoided import avoided_options
from equipoise.core.nouns import Dossier, OptionVerdict, SafetyReason

__all__ = ["Excluded", "excluded", "reasons_anchor"]

FOUR = (24, 34, 22, 20)
"""Widths of option, reason, action and source in percent."""

FEW = 4
"""Rows up to which every option stands beside its reasons."""

Reason = tuple[str, str, Markup]
"""Why, what to do, source."""


@dataclass(frozen=True, slots=True)
class Excluded:
    """Tables of what was left out, and why; `drawn` holds the marked options of the first page."""

    title: str
    drawn: DataTable | None
    tables: tuple[DataTable, ...]
    empty: tuple[str, ...]


def excluded(dossier: Dossier) -> Excluded | None:
    """Return what is not ranked or needs care; None while the ranking is withheld."""
    if withheld(dossier):
        return None
    blocked = _blocked(dossier)
    tables = (
        *blocked,
        *_verdicts(dossier, "caution"),
        *_verdicts(dossier, "cannot_tell"),
        *_unranked(dossier),
    )
    ranked = count(len(dossier.decision.predictions), "option ranked", "options ranked")
    others = [f"{number} {words}" for number, words in _left_out(dossier) if number]
    return Excluded(
        title=joined([ranked, *others]),
        drawn=_drawn(dossier),
        tables=tables,
        empty=() if blocked else ("No option is blocked by a rule that could be checked.",),
    )


def _drawn(dossier: Dossier) -> DataTable | None:
    """Return why the options that the first page draws with a mark need care."""
    behind = avoided_options(dossier.appraisal.verdicts)
    shown = foremost(dossier.decision.predictions, FOREST_ROWS, behind=behind)
    verdicts = {v.treatment: v for v in dossier.appraisal.verdicts if v.verdict in WORDS}
    shared: dict[str, list[str]] = {}
    for p in shown:
        for reason in _marked(verdicts[p.treatment]) if p.treatment in verdicts else ():
            shared.setdefault(reason, []).append(p.title)
    rows = tuple((why, joined(names)) for why, names in shared.items())
    return table_or_none(say("marked_title"), (_("Reason"), _("Options")), rows, (62, 38))


def _marked(verdict: OptionVerdict) -> tuple[str, ...]:
    """Return each reason for care with what to do; of what cannot be told, what is missing."""
    reasons = [r for r in verdict.reasons if r.verdict == verdict.verdict]
    if verdict.verdict == "cannot_tell":
        found = [r.missing or r.text for r in reasons]
        return tuple(say("marked_open", missing=one.rstrip(".")) for one in dict.fromkeys(found))
    return tuple(dict.fromkeys(_unique([r.text, r.action]) for r in reasons))


def _left_out(dossier: Dossier) -> tuple[tuple[int, str], ...]:
    """Return how many options stand outside the ranking, each counted once."""
    tried = tried_options(dossier)
    blocked = {b.treatment for b in dossier.plan.blocked}
    other = {treatment for treatment, _ in dossier.decision.unranked} - blocked
    return (
        (len(blocked - tried), "blocked by a hard stop"),
        (len(blocked & tried), "tried before"),
        (len(other), "not ranked for another reason"),
    )


def _blocked(dossier: Dossier) -> list[DataTable]:
    rules = {v.treatment: v for v in dossier.appraisal.verdicts}
    shared: dict[tuple[str, str, str], list[str]] = {}
    for b in dossier.plan.blocked:
        key = (_unique(list(b.reasons)), *_doing(rules.get(b.treatment), "hard_stop"))
        shared.setdefault(key, []).append(b.title)
    rows = tuple((joined(titles), *key) for key, titles in shared.items())
    columns = ("Option", "Why it is blocked", "What to do", "Source")
    return [DataTable("Blocked, or tried before", columns, rows, widths=FOUR)] if rows else []


def _doing(verdict: OptionVerdict | None, kind: str) -> tuple[str, str]:
    reasons = [r for r in verdict.reasons if r.verdict == kind] if verdict else []
    return _unique([r.action for r in reasons]) or "n/a", _sources(reasons) or Markup("n/a")


def _unique(texts: list[str]) -> str:
    return " ".join(dict.fromkeys(sentence(text) for text in texts if text))


def _sources(reasons: list[SafetyReason]) -> Markup:
    found = dict.fromkeys((cite(r.reference), r.checked) for r in reasons)
    return Markup("; ").join(link + f", {checked}" for link, checked in found)


def _grouped(dossier: Dossier, kind: str) -> dict[tuple[SafetyReason, ...], list[str]]:
    """Return the options with a verdict of `kind`, by the reasons that they share."""
    shared: dict[tuple[SafetyReason, ...], list[str]] = {}
    for verdict in dossier.appraisal.verdicts:
        if verdict.verdict == kind:
            reasons = tuple(r for r in verdict.reasons if r.verdict == kind)
            shared.setdefault(reasons, []).append(verdict.treatment)
    return shared


def reasons_anchor(dossier: Dossier, treatment: str, kind: str) -> str | None:
    """Return the id of the row that holds the reasons for an option's safety verdict."""
    for names in _grouped(dossier, kind).values():
        if treatment in names:
            return anchor("verdict", names[0])
    return None


WORDS = {
    "caution": ("Allowed with care", "Why care is needed"),
    "cannot_tell": ("Safety cannot be told until more is known", "Why it cannot be told"),
}


def _verdicts(dossier: Dossier, kind: str) -> list[DataTable]:
    """Return options beside their reasons; of many options the reasons stand once, numbered."""
    shared = _grouped(dossier, kind)
    if not shared:
        return []
    titles = {p.treatment: p.title for p in dossier.decision.predictions}
    names = [joined([titles.get(i) or treatment_title(i) for i in ids]) for ids in shared.values()]
    anchors = tuple(anchor("verdict", ids[0]) for ids in shared.values())
    caption, why = WORDS[kind]
    if len(shared) <= FEW:
        cells = [_beside(list(reasons)) for reasons in shared]
        rows = tuple((name, *reason) for name, reason in zip(names, cells, strict=True))
        return [DataTable(caption, ("Options", why, "What to do", "Source"), rows, anchors, FOUR)]
    numbers = {one: number for number, one in enumerate(_reasons(shared), start=1)}
    ids = {number: anchor("reason", kind, str(number)) for number in numbers.values()}
    links = [_links({numbers[_reason(r)] for r in reasons}, ids) for reasons in shared]
    index = tuple(zip(names, links, strict=True))
    listed = tuple((f"{number}. {one[0]}", *one[1:]) for one, number in numbers.items())
    return [
        DataTable(caption, ("Options", "Reasons below"), index, anchors, (70, 30)),
        DataTable(
            why, ("Reason", "What to do", "Source"), listed, tuple(ids.values()), (45, 33, 22)
        ),
    ]


def _beside(reasons: list[SafetyReason]) -> Reason:
    missing = [f"missing: {r.missing}" for r in reasons if r.missing]
    texts = [r.text for r in reasons]
    return _unique([*texts, *missing]), _unique([r.action for r in reasons]), _sources(reasons)


def _reason(reason: SafetyReason) -> Reason:
    return _beside([reason])


def _reasons(shared: dict[tuple[SafetyReason, ...], list[str]]) -> list[Reason]:
    """Return every reason once, that of most options first."""
    found: Counter[Reason] = Counter()
    for reasons, names in shared.items():
        found.update({_reason(r): len(names) for r in reasons})
    return [reason for reason, _ in found.most_common()]


def _links(numbers: set[int], ids: dict[int, str]) -> Markup:
    links = [element("a", str(number), href=f"#{ids[number]}") for number in sorted(numbers)]
    return Markup(", ").join(links)


def _unranked(dossier: Dossier) -> list[DataTable]:
    blocked = {b.treatment for b in dossier.plan.blocked}
    shared: dict[str, list[str]] = {}
    for name, why in dossier.decision.unranked:
        if name not in blocked:
            shared.setdefault(sentence(why), []).append(treatment_title(name))
    rows = tuple((joined(names), why) for why, names in shared.items())
    columns = ("Option", "Why")
    return (
        [DataTable("Not ranked for another reason", columns, rows, widths=(30, 70))] if rows else []
    )
