"""Options without a place in the ranking: blocked with a hard stop, cautioned, not rankable."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from equipoise.apps.report.names import anchor, cite, treatment_title
from equipoise.apps.report.numbers import count
from equipoise.apps.report.sections.safety import tried_options, withheld
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import joined, sentence
from equipoise.core.nouns import Dossier, OptionVerdict, SafetyReason

__all__ = ["Excluded", "excluded", "reasons_anchor"]

FOUR = (24, 34, 22, 20)
"""Widths of option, reason, action and source in percent."""


@dataclass(frozen=True, slots=True)
class Excluded:
    """Tables of what was left out, and why."""

    title: str
    tables: tuple[DataTable, ...]
    empty: tuple[str, ...]


def excluded(dossier: Dossier) -> Excluded | None:
    """Return what is not ranked or needs care; None while the ranking is withheld."""
    if withheld(dossier):
        return None
    blocked = _blocked(dossier)
    tables = (
        blocked,
        _verdicts(dossier, "caution"),
        _verdicts(dossier, "cannot_tell"),
        _unranked(dossier),
    )
    ranked = count(len(dossier.decision.predictions), "option ranked", "options ranked")
    others = [f"{number} {words}" for number, words in _left_out(dossier) if number]
    return Excluded(
        title=joined([ranked, *others]),
        tables=tuple(table for table in tables if table is not None),
        empty=() if blocked else ("No option is blocked by a rule that could be checked.",),
    )


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


def _blocked(dossier: Dossier) -> DataTable | None:
    rules = {v.treatment: v for v in dossier.appraisal.verdicts}
    rows = [
        (b.title, _unique(list(b.reasons)), *_doing(rules.get(b.treatment), "hard_stop"))
        for b in dossier.plan.blocked
    ]
    columns = ("Option", "Why it is blocked", "What to do", "Source")
    return (
        DataTable("Blocked, or tried before", columns, tuple(rows), widths=FOUR) if rows else None
    )


def _doing(verdict: OptionVerdict | None, kind: str) -> tuple[str, str]:
    reasons = [r for r in verdict.reasons if r.verdict == kind] if verdict else []
    return _unique([r.action for r in reasons]) or "n/a", _sources(reasons) or Markup("n/a")


def _unique(texts: list[str]) -> str:
    return " ".join(dict.fromkeys(sentence(text) for text in texts if text))


def _sources(reasons: list[SafetyReason]) -> Markup:
    found = dict.fromkeys((cite(r.reference), r.checked) for r in reasons)
    return Markup("; ").join(link + f", {checked}" for link, checked in found)


def _grouped(dossier: Dossier, kind: str) -> dict[tuple[str, str, str], list[str]]:
    """Return the options with a verdict of `kind`, by the reasons that they share."""
    shared: dict[tuple[str, str, str], list[str]] = {}
    for verdict in dossier.appraisal.verdicts:
        if verdict.verdict != kind:
            continue
        reasons = [r for r in verdict.reasons if r.verdict == kind]
        missing = [f"missing: {r.missing}" for r in reasons if r.missing]
        key = (
            _unique([*(r.text for r in reasons), *missing]),
            _unique([r.action for r in reasons]),
            _sources(reasons),
        )
        shared.setdefault(key, []).append(verdict.treatment)
    return shared


def reasons_anchor(dossier: Dossier, treatment: str, kind: str) -> str | None:
    """Return the id of the row that holds the reasons for an option's safety verdict."""
    for names in _grouped(dossier, kind).values():
        if treatment in names:
            return anchor("verdict", names[0])
    return None


def _verdicts(dossier: Dossier, kind: str) -> DataTable | None:
    titles = {p.treatment: p.title for p in dossier.decision.predictions}
    shared = _grouped(dossier, kind)
    rows = tuple(
        (joined([titles.get(name) or treatment_title(name) for name in names]), *key)
        for key, names in shared.items()
    )
    words = {
        "caution": ("Allowed with care", "Why care is needed"),
        "cannot_tell": ("Safety cannot be told until more is known", "Why it cannot be told"),
    }
    caption, why = words[kind]
    columns = ("Options", why, "What to do", "Source")
    if not rows:
        return None
    anchors = tuple(anchor("verdict", names[0]) for names in shared.values())
    return DataTable(caption, columns, rows, anchors, FOUR)


def _unranked(dossier: Dossier) -> DataTable | None:
    blocked = {b.treatment for b in dossier.plan.blocked}
    rows = tuple(
        (treatment_title(name), sentence(why))
        for name, why in dossier.decision.unranked
        if name not in blocked
    )
    return (
        DataTable("Not ranked for another reason", ("Option", "Why"), rows, widths=(35, 65))
        if rows
        else None
    )
