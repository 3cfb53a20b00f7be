"""Options without a place in the ranking: blocked with a hard stop, cautioned, not rankable."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from equipoise.apps.report.names import cite, treatment_title
from equipoise.apps.report.numbers import count
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import joined, sentence
from equipoise.core.nouns import Dossier, OptionVerdict, SafetyReason

__all__ = ["Excluded", "excluded"]

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
    others = [
        f"{number} {words}"
        for number, words in (
            (len(dossier.plan.blocked), "blocked"),
            (len(dossier.decision.unranked), "not ranked"),
        )
        if number
    ]
    return Excluded(
        title=joined([ranked, *others]),
        tables=tuple(table for table in tables if table is not None),
        empty=() if blocked else ("No option is blocked by a rule that could be checked.",),
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


def _verdicts(dossier: Dossier, kind: str) -> DataTable | None:
    titles = {p.treatment: p.title for p in dossier.decision.predictions}
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
        title = titles.get(verdict.treatment) or treatment_title(verdict.treatment)
        shared.setdefault(key, []).append(title)
    rows = tuple((joined(names), *key) for key, names in shared.items())
    words = {
        "caution": ("Allowed with care", "Why care is needed"),
        "cannot_tell": ("Safety cannot be told until more is known", "Why it cannot be told"),
    }
    caption, why = words[kind]
    columns = ("Options", why, "What to do", "Source")
    return DataTable(caption, columns, rows, widths=FOUR) if rows else None


def _unranked(dossier: Dossier) -> DataTable | None:
    rows = tuple((treatment_title(t), sentence(why)) for t, why in dossier.decision.unranked)
    return DataTable("Not ranked", ("Option", "Why"), rows, widths=(35, 65)) if rows else None
