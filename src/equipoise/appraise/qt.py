"""Risk factors of a long QT interval, counted for every drug that prolongs it.

No score is computed: the factors are named, and the number of them decides between nothing and
an ECG. The drug under judgement never counts as a factor of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from equipoise.appraise.drug_use import Catalogue, DrugInUse, Option
from equipoise.appraise.pairs import acting, unread_drugs
from equipoise.appraise.questions import read_question
from equipoise.appraise.reasons import row_reason
from equipoise.appraise.rules import answer
from equipoise.core.nouns import SafetyReason, Timeline
from equipoise.core.tables import Row, load_table

__all__ = ["QtFactor", "QtFactors", "qt_factors", "qt_reasons"]


@dataclass(frozen=True, slots=True)
class QtFactor:
    """One factor: its row, the evidence, and the drug that it is, if it is one."""

    row: Row
    told: str
    drug: str | None = None


@dataclass(frozen=True, slots=True)
class QtFactors:
    """Factors that are present, and the names of those that nobody knows."""

    present: tuple[QtFactor, ...]
    unknown: tuple[str, ...]


def qt_factors(timeline: Timeline, uses: Iterable[DrugInUse], catalogue: Catalogue) -> QtFactors:
    """Return the risk factors of a person.

    Parameters
    ----------
    timeline : Timeline
        The record.
    uses : iterable of DrugInUse
        Drugs taken, or stopped lately.
    catalogue : Catalogue
        The drugs.

    Returns
    -------
    QtFactors
        Rows of `contraindications/qt_factors`; each drug that prolongs the interval is one.
    """
    present: list[QtFactor] = []
    unknown: list[str] = []
    taken = [use for use in uses if acting(use, catalogue) is not None]
    for row in load_table("contraindications/qt_factors"):
        if row.items("with"):
            present += _drugs(row, taken, catalogue)
            continue
        reply = answer(read_question(row), timeline)
        if reply.truth == "yes":
            present.append(QtFactor(row, f"{row.text('text')} ({reply.evidence})"))
        elif reply.truth == "unknown" and row.flag("asked_for"):
            unknown.append(row.text("text"))
    unknown += [f"what {what} is" for what in unread_drugs(timeline)]
    return QtFactors(tuple(present), tuple(unknown))


def _drugs(row: Row, taken: Sequence[DrugInUse], catalogue: Catalogue) -> Iterable[QtFactor]:
    named = frozenset(row.items("with"))
    for use in taken:
        if named & catalogue.names.get(use.drug, frozenset()):
            yield QtFactor(row, f"{row.text('text')}: {catalogue.title(use.drug)}", use.drug)


def qt_reasons(option: Option, factors: QtFactors) -> Iterable[SafetyReason]:
    """Yield a caution where a drug that prolongs the QT interval meets enough risk factors.

    Parameters
    ----------
    option : Option
        The treatment; its own drugs do not count.
    factors : QtFactors
        From :func:`qt_factors`.

    Yields
    ------
    SafetyReason
        At most one, by the worst class of the option; sex is named, and never decides.
    """
    rows = load_table("contraindications/qt_classes")
    row = next((row for row in rows if row.text("qt_class") in option.names), None)
    if row is None:
        return
    found = [one for one in factors.present if one.drug is None or one.drug not in option.drugs]
    weighty = [one for one in found if one.row.flag("counts_alone")]
    if len(weighty) < row.number("factors_from"):
        return
    unknown = f"; not known: {', '.join(factors.unknown)}" if factors.unknown else ""
    told = "; ".join(one.told for one in found)
    yield row_reason(row, f"{row.text('text')}: {told}{unknown}", action=row.text("action"))
