"""The assessment: criteria of the episode, specifiers, staging, look-alikes and doses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import cite, treatment_title
from equipoise.apps.report.plain import plain
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.views import DataTable, table_or_none
from equipoise.apps.report.wording import say, sentence
from equipoise.core.nouns import Appraisal, CheckItem, DoseLimit, Dossier

__all__ = ["Assessment", "assessment", "assessment_keys"]

STATUS = {"met": "met", "not_met": "not met", "cannot_tell": "cannot be told"}
PRESENCE = {"present": "present", "absent": "absent", "cannot_tell": "cannot be told"}
CHECK = {"abnormal": "to look into", "not_checked": "not checked", "clear": "clear"}
ADVICE = {
    "indicated": "worth doing",
    "cannot_tell": "cannot be told",
    "not_indicated": "not worth doing",
}
NONE = "nothing"


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the first hour of a clinic asks: sentences first, then the tables behind them."""

    title: str
    words: tuple[str, ...]
    tables: tuple[DataTable, ...]


def assessment(dossier: Dossier) -> Assessment | None:
    """Return the assessment; None where the appraisal holds none of its parts."""
    appraisal = dossier.appraisal
    tables = [
        _criteria(appraisal),
        _specifiers(appraisal),
        _staging(appraisal),
        _checks("assessment_resistance", appraisal.pseudo_resistance),
        _imaging(appraisal),
        None if withheld(dossier) else _doses(appraisal.dose_limits),
    ]
    found = tuple(table for table in tables if table is not None)
    if not found:
        return None
    return Assessment(_title(appraisal), _words(appraisal), found)


def assessment_keys(appraisal: Appraisal) -> list[str]:
    """Return the references of everything that the section prints."""
    own = [
        *(one.reference for one in appraisal.specifiers),
        *(one.reference for one in appraisal.staging),
        *(one.reference for one in appraisal.pseudo_resistance),
        *(one.reference for one in appraisal.imaging_workup),
        *(one.reference for one in appraisal.dose_limits),
    ]
    criteria = appraisal.episode_criteria
    return own if criteria is None else [*own, criteria.reference]


def _title(appraisal: Appraisal) -> str:
    definitions = [s for s in appraisal.staging if s.id.startswith("trd_")]
    if not definitions:
        return say("assessment_title")
    if all(s.value == "yes" for s in definitions):
        return say("assessment_resistant")
    if all(s.at_most == "no" for s in definitions):
        return say("assessment_not_resistant")
    return say("assessment_open")


def _words(appraisal: Appraisal) -> tuple[str, ...]:
    criteria = appraisal.episode_criteria
    if criteria is None:
        return (say("assessment_no_symptoms"),)
    return (say("assessment_criteria", status=STATUS[criteria.status]),)


def _criteria(appraisal: Appraisal) -> DataTable | None:
    criteria = appraisal.episode_criteria
    if criteria is None:
        return None
    rows = (
        ("Why", " ".join(sentence(reason) for reason in criteria.reasons)),
        ("Present", _listed(criteria.present)),
        ("Absent", _listed(criteria.absent)),
        ("Not known", _listed(criteria.unknown)),
        ("What would settle it", _listed(criteria.missing)),
        ("Source", cite(criteria.reference)),
    )
    return DataTable(say("assessment_symptoms"), ("Symptoms", "Which"), rows, widths=(20, 80))


def _listed(texts: Sequence[str]) -> str:
    return sentence("; ".join(texts)) if texts else NONE


def _specifiers(appraisal: Appraisal) -> DataTable | None:
    rows = tuple(
        (
            one.title,
            PRESENCE[one.status],
            sentence(one.evidence) or "n/a",
            _listed(one.missing),
            cite(one.reference),
        )
        for one in appraisal.specifiers
    )
    columns = ("Specifier", "Found", "Rests on", "What would settle it", "Source")
    return table_or_none(say("assessment_specifiers"), columns, rows, (18, 12, 30, 26, 14))


def _staging(appraisal: Appraisal) -> DataTable | None:
    rows = tuple(
        (
            one.title,
            one.value.replace("_", " "),
            "the same" if one.at_most == one.value else one.at_most.replace("_", " "),
            _listed(one.reasons),
            _listed(one.missing),
            cite(one.reference) + f", {one.checked}",
        )
        for one in appraisal.staging
    )
    columns = (
        "System",
        "Certain",
        "At most",
        "Why",
        "What would settle it",
        "Source",
    )
    return table_or_none(say("assessment_staging"), columns, rows, (16, 11, 11, 30, 18, 14))


def _checks(caption: str, items: Sequence[CheckItem]) -> DataTable | None:
    order = list(CHECK)
    rows = tuple(
        (
            item.title,
            CHECK[item.status],
            sentence(plain(item.evidence)) or "n/a",
            sentence(item.todo) if item.todo != "n/a" else "n/a",
            cite(item.reference),
        )
        for item in sorted(items, key=lambda item: order.index(item.status))
    )
    columns = ("What", "Found", "Rests on", "What to do", "Source")
    return table_or_none(say(caption), columns, rows, (20, 11, 27, 28, 14))


def _imaging(appraisal: Appraisal) -> DataTable | None:
    order = list(ADVICE)
    rows = tuple(
        (
            one.title,
            ADVICE[one.advice],
            _listed(one.reasons),
            sentence(one.todo),
            cite(one.reference) + f", {one.checked}",
        )
        for one in sorted(appraisal.imaging_workup, key=lambda one: order.index(one.advice))
    )
    columns = ("Examination", "For this person", "Why", "What to do", "Source")
    return table_or_none(say("assessment_imaging"), columns, rows, (18, 13, 30, 25, 14))


def _doses(limits: Sequence[DoseLimit]) -> DataTable | None:
    rows = tuple(
        (
            treatment_title(one.drug),
            *(_given(one, value) for value in (one.start, one.adequate, one.maximum)),
            _listed((*one.stopped_by, *one.because)),
            _listed(one.missing),
            cite(one.reference),
        )
        for one in limits
    )
    columns = (
        "Drug",
        "First dose",
        "Adequate from",
        "Highest",
        "Lowered or stopped because of",
        "Not known, could lower it",
        "Source",
    )
    return table_or_none(say("assessment_doses"), columns, rows, (16, 11, 11, 11, 24, 14, 13))


def _given(one: DoseLimit, value: float | None) -> str:
    """Return a dose; none is printed of a drug that a hard stop stands against."""
    return say("not_given") if one.stopped_by else _dose(value, one.unit)


def _dose(value: float | None, unit: str) -> str:
    return "no table tells" if value is None else f"{n.measured(value)} {n.unit_words(unit)}"
