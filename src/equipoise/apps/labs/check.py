"""The laboratory values of one record: read, measured, placed, and told as plain values."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Final

from equipoise import appraise, assays, ingest, norms, profile
from equipoise.apps.labs.composites import composites
from equipoise.apps.labs.missing import not_measured
from equipoise.apps.labs.urgent import told_first
from equipoise.apps.labs.values import Record, further_entries, lab_entries
from equipoise.apps.norms.fit import read_norms
from equipoise.core.dates import IsoDate, check_date
from equipoise.core.documents import SCHEMA_VERSION, to_plain
from equipoise.core.errors import InputError
from equipoise.core.nouns import Appraisal, Measurement, NotMeasured

__all__ = ["check_labs", "day_of_run"]

EMERGENCY: Final = "emergency"


def day_of_run(date: str | None) -> IsoDate:
    """Return the day of the run: as given, or today.

    Raises
    ------
    InputError
        If it is no whole date.
    """
    today = check_date(date, where="--date") if date else dt.date.today().isoformat()
    if len(today) != len("2024-03-10"):
        raise InputError("the day of the run must be a whole date", got=today, where="--date")
    return today


def check_labs(person: Path, today: IsoDate, site_norms: Path | None = None) -> dict[str, Any]:
    """Return what the laboratory values of a record say.

    Parameters
    ----------
    person : Path
        A person.yaml or a FHIR bundle.
    today : str
        Day of the run.
    site_norms : Path or None, optional
        Norms that the site learned from its own controls.

    Returns
    -------
    dict
        Keys ``schema_version label date notice urgent labs further composites not_measured``.

    Raises
    ------
    InputError
        If the record cannot be read. One without a laboratory value tells what is usual to check.
    """
    learned = None if site_norms is None else read_norms(site_norms)
    timeline = ingest.read_person(person, today=today)
    results = [one for assay in assays.RECORD_ASSAYS for one in _measured(assay, timeline)]
    measured = tuple(one for one in results if isinstance(one, Measurement))
    normed = norms.place(measured, timeline.demographics, learned)
    state = profile.infer(normed, today=today)
    appraisal = appraise.appraise(timeline, today=today)
    missing = tuple(one for one in results if isinstance(one, NotMeasured))
    now = frozenset(flag.title for flag in appraisal.red_flags if flag.grade == EMERGENCY)
    record = Record(timeline, normed, missing, state, now)
    labs = lab_entries(record)
    return {
        "schema_version": SCHEMA_VERSION,
        "label": timeline.label,
        "date": today,
        "notice": timeline.notice,
        "urgent": told_first(_urgent(appraisal), labs),
        "labs": to_plain(labs),
        "further": to_plain(further_entries(record)),
        "composites": to_plain(composites(record)),
        "not_measured": to_plain(not_measured(timeline, appraisal)),
        "clinically_reviewed": False,
    }


def _measured(assay: assays.RecordAssay, timeline: Any) -> tuple[Any, ...]:
    """Return the results of one assay; what it cannot use at all is not measured."""
    try:
        return assay.measure(timeline)
    except InputError as error:
        return tuple(NotMeasured(part.measure, error.line()) for part in assay.SPEC.yields)


def _urgent(appraisal: Appraisal) -> list[dict[str, Any]]:
    """Return the red flags of the whole record, emergencies first."""
    flags = sorted(appraisal.red_flags, key=lambda flag: flag.grade != EMERGENCY)
    return [
        {
            "id": flag.id,
            "title": flag.title,
            "grade": flag.grade,
            "evidence": flag.evidence,
            "steps": [f"{step.action} ({step.who}, {step.when})" for step in flag.pathway],
        }
        for flag in flags
    ]
