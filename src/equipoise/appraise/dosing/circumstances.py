"""What lowers doses in this person: age, kidney, liver, genes, drugs that act now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from equipoise.appraise.dosing.alleles import ReportedGene, reported_genes
from equipoise.appraise.drug_use import Catalogue, DrugInUse
from equipoise.appraise.lab_source import Span, lab_span, lab_value, newest_of
from equipoise.appraise.names import titled
from equipoise.appraise.questions import Question, Reply, read_question
from equipoise.appraise.rules import answer
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.nouns import LabResult, Timeline
from equipoise.core.tables import Row, load_table, setting

__all__ = ["EXACT", "Circumstances", "OrganState", "circumstances"]

_KIDNEY_TESTS: Final = ("egfr", "creatinine_clearance")
_LIVER_TEST: Final = "child_pugh"
_HEALTHY: Final = 0.0
"""Child-Pugh score that stands for no liver disease on record."""
EXACT: Final = "kidney or liver function as an exact value"
"""What is missing where a value below or above a limit leaves a dose limit open."""


@dataclass(frozen=True, slots=True)
class OrganState:
    """How well an organ works.

    Parameters
    ----------
    value : float or None
        Kidney function in mL/min, or the Child-Pugh score; None where nobody knows.
    told : str
        The value or diagnosis that it rests on.
    missing : str
        What is not known; empty where nothing is.
    at_best : float or None
        How well it may work, where a value below or above a limit leaves that open; `value` is
        then how badly it may. None where `value` is exact.
    """

    value: float | None
    told: str = ""
    missing: str = ""
    at_best: float | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The facts that lower doses.

    Parameters
    ----------
    age : float or None
        In years.
    kidney, liver : OrganState
        Kidney function, Child-Pugh score.
    uses : tuple of DrugInUse
        Drugs taken, or stopped lately.
    drugs_known : bool
        Whether the drugs taken now were asked for.
    catalogue : Catalogue
        The drugs.
    genes : tuple of ReportedGene
        Genes of the record.
    """

    age: float | None
    kidney: OrganState
    liver: OrganState
    uses: tuple[DrugInUse, ...]
    drugs_known: bool
    catalogue: Catalogue
    genes: tuple[ReportedGene, ...]


def circumstances(
    timeline: Timeline, uses: tuple[DrugInUse, ...], catalogue: Catalogue, *, today: IsoDate
) -> Circumstances:
    """Return what lowers doses in a person.

    Parameters
    ----------
    timeline : Timeline
        The record.
    uses : tuple of DrugInUse
        From `drugs_in_use`.
    catalogue : Catalogue
        The drugs.
    today : str
        The day of the run; an old kidney value counts, and a newer one is asked for.

    Returns
    -------
    Circumstances
        Facts that nobody recorded are None and name what is missing.
    """
    return Circumstances(
        age=timeline.demographics.age_years.value,
        kidney=_kidney(timeline, today),
        liver=_liver(timeline),
        uses=uses,
        drugs_known=timeline.drugs.known and timeline.treatments.known,
        catalogue=catalogue,
        genes=reported_genes(timeline),
    )


def _kidney(timeline: Timeline, today: IsoDate) -> OrganState:
    """Return the worst of the newest values and of what the diagnoses say."""
    found: list[_Seen] = []
    newest: dt.date | None = None
    for test in _KIDNEY_TESTS:
        for lab, span in _newest(timeline, test):
            found.append(_seen(lab, span))
            newest = max(newest, latest(lab.date)) if newest else latest(lab.date)
    for row in _states("kidney"):
        if _reply(row, timeline).truth == "yes":
            stated = row.number("counts_as")
            found.append(_Seen(Span(stated, stated), row.text("text")))
    if not found:
        return OrganState(None, missing="kidney function")
    worst = min(found, key=lambda one: one.span.low)
    at_best = min(found, key=lambda one: one.span.high)
    return _state(worst, at_best, worst.span.low, at_best.span.high, _old(newest, today))


def _old(newest: dt.date | None, today: IsoDate) -> str:
    if newest is None:
        return "kidney function as a value"
    days = (earliest(today) - newest).days
    return "a newer value of kidney function" if days > setting("appraise_kidney_days") else ""


def _liver(timeline: Timeline) -> OrganState:
    """Return the measured score, else the worst that a liver disease on record may be."""
    scores = [_seen(lab, span) for lab, span in _newest(timeline, _LIVER_TEST)]
    if scores:
        worst = max(scores, key=lambda one: one.span.high)
        at_best = max(scores, key=lambda one: one.span.low)
        return _state(worst, at_best, worst.span.high, at_best.span.low)
    replies = [(row, _reply(row, timeline)) for row in _states("liver")]
    stated = [(row.number("counts_as"), row.text("text")) for row, r in replies if r.truth == "yes"]
    if stated:
        return OrganState(*max(stated), missing="the Child-Pugh score")
    if any(reply.truth == "unknown" for _, reply in replies):
        return OrganState(None, missing="liver function")
    return OrganState(_HEALTHY)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Where a value of an organ lies, and its words."""

    span: Span
    told: str


def _seen(lab: LabResult, span: Span) -> _Seen:
    unit = load_table("labs/labs").row(id=lab.test).text("unit")
    shown = f"{lab.comparator or ''}{lab_value(lab, unit):g}"
    return _Seen(span, f"{titled('labs/labs', lab.test)} {shown}, {lab.date}")


def _state(
    worst: _Seen, at_best: _Seen, badly: float, well: float, missing: str = ""
) -> OrganState:
    """Return the state from the value that may be the worst, and from the best that it may be."""
    told = "; ".join(dict.fromkeys((worst.told, at_best.told)))
    return OrganState(badly, told, missing, None if badly == well else well)


def _newest(timeline: Timeline, test: str) -> list[tuple[LabResult, Span]]:
    """Return every value that may be the newest, in the unit of the table."""
    labs = [lab for lab in timeline.labs.or_else(()) if lab.test == test]
    unit = load_table("labs/labs").row(id=test).text("unit")
    kept = ((lab, lab_span(lab, unit)) for lab in newest_of(labs))
    return [(lab, span) for lab, span in kept if span is not None]


def _states(organ: str) -> Sequence[Row]:
    return [row for row in load_table("doses/organs") if row.text("organ") == organ]


def _reply(row: Row, timeline: Timeline) -> Reply:
    return answer(_question(row.cells["conditions"], row.cells["findings"]), timeline)


@cache
def _question(conditions: str, findings: str) -> Question:
    """Return a question about diagnoses and findings alone; either may say no."""
    asked = {"conditions": conditions, "findings": findings, "settled_by": "any"}
    header = load_table("contraindications/contraindications").header
    return read_question(Row({**dict.fromkeys(header, "n/a"), **asked}, "doses/organs"))
