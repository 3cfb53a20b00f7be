"""Coverage rules: each criterion documented, not documented or not known, with its evidence."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import cite, treatment_title
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import joined, say, sentence
from equipoise.core.nouns import Authorisation, Criterion, Dossier

__all__ = ["Coverage", "PolicyView", "coverage", "coverage_keys"]

STATUS = {
    "unmet": "documented, not met",
    "unknown": "not documented",
    "met": "documented, met",
}
COUNTED = {"met": "met", "unmet": "not met", "unknown": "not documented"}


@dataclass(frozen=True, slots=True)
class PolicyView:
    """One rule: its name, what stands and what lacks, its criteria, its notes."""

    title: str
    words: str
    table: DataTable
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every coverage rule that was checked."""

    title: str
    limit: str
    printed: str
    policies: tuple[PolicyView, ...]


def coverage(dossier: Dossier) -> Coverage | None:
    """Return the coverage rules; None while the ranking is withheld, or where none was checked."""
    found = dossier.plan.authorisations
    if withheld(dossier) or not found:
        return None
    shared: dict[Authorisation, list[str]] = {}
    for one in found:
        # One rule for several forms of a treatment is printed once.
        alike = dataclasses.replace(one, treatment="")
        shared.setdefault(alike, []).append(treatment_title(one.treatment))
    return Coverage(
        title=say("coverage_title", rules=n.count(len(shared), "coverage rule")),
        limit=say("coverage_limit"),
        printed=say("coverage_printed"),
        policies=tuple(_policy(one, titles, dossier.date) for one, titles in shared.items()),
    )


def coverage_keys(dossier: Dossier) -> list[str]:
    """Return the references of every criterion."""
    return [c.reference for one in dossier.plan.authorisations for c in one.criteria]


def _policy(one: Authorisation, titles: list[str], today: str) -> PolicyView:
    found = Counter[str](criterion.status for criterion in one.criteria)
    counts = joined([f"{found[s]} {words}" for s, words in COUNTED.items() if found[s]])
    words = say("coverage_counts", counts=counts, date=n.day(one.as_of))
    if one.review_by < today:
        words = f"{words} {say('coverage_stale', date=n.day(one.review_by))}"
    return PolicyView(
        title=f"{joined(titles)}: {one.title} ({one.payer})",
        words=words,
        table=_criteria(one),
        notes=tuple(sentence(note) for note in one.notes),
    )


def _criteria(one: Authorisation) -> DataTable:
    order = list(STATUS)
    rows = tuple(
        _row(criterion) for criterion in sorted(one.criteria, key=lambda c: order.index(c.status))
    )
    columns = ("Criterion", "Record", "Evidence", "What is wanted", "Source")
    caption = say("coverage_criteria", title=one.title)
    return DataTable(caption, columns, rows, widths=(28, 12, 26, 20, 14))


def _row(criterion: Criterion) -> tuple[str, ...]:
    exception = f" Exception: {criterion.exception}." if criterion.exception else ""
    return (
        f"{sentence(criterion.what)}{exception}",
        STATUS[criterion.status],
        sentence("; ".join(criterion.evidence)) or "nothing in the record",
        sentence(criterion.wanted),
        cite(criterion.reference) + f", {criterion.checked}, confidence {criterion.confidence}",
    )
