"""One entry for each laboratory value: the value inside, its place, its flags and what to ask."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from equipoise.apps.labs.attention import ORDER, attention, earlier_than
from equipoise.assays import RECORD_ASSAYS
from equipoise.assays.blood.limits import has_limits, limits_crossed
from equipoise.core.dates import earliest
from equipoise.core.errors import UnitError
from equipoise.core.lab_values import doubt_of
from equipoise.core.prepared import prepared
from equipoise.core.tables import Table, load_table, setting
from equipoise.core.units import convert
from equipoise.norms import fasting_matters

if TYPE_CHECKING:
    from equipoise.core.nouns import (
        LabResult,
        NormedMeasurement,
        NotMeasured,
        Profile,
        Timeline,
    )

__all__ = ["Record", "further_entries", "lab_entries"]

FOLDERS: Final = ("blood.", "stool.", "genes.")
OPEN: Final = "not recorded"
NOTHING: Final = "nothing"
BY_RANGE: Final = "a level is read by its range"
FASTED: Final = "fasted"
HUNDRED: Final = 100
LATEST: Final = "the latest one counts"
"""How the profile ends what it says of older values."""
NO_FAST: Final = "whether the person had fasted is not recorded: the norm is of people who had"
NOT_TAKEN: Final = "it was not taken for a measurement"
NO_MEASURE: Final = "shown as reported: it is no measure of the profile"


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one person: the records, the placed measurements, the profile."""

    timeline: Timeline
    normed: tuple[NormedMeasurement, ...]
    missing: tuple[NotMeasured, ...]
    profile: Profile
    emergencies: frozenset[str] = frozenset()
    """Titles of the emergencies that the appraisal raises now."""


def lab_entries(record: Record) -> list[dict[str, Any]]:
    """Return one entry for each reported value: what asks for most first, then the latest."""
    labs = record.timeline.labs.or_else(())
    entries = [_entry(lab, record) for lab in labs]
    by_test = sorted(entries, key=lambda entry: (entry["title"], entry["test"]))
    flagged = sorted(by_test, key=lambda entry: not entry["flags"])
    latest = sorted(flagged, key=lambda entry: str(entry["date"]), reverse=True)
    return sorted(latest, key=lambda entry: ORDER.index(entry["attention"]))


def further_entries(record: Record) -> list[dict[str, Any]]:
    """Return what was worked out of several values: ratios, curves of cortisol."""
    reported = {_measure(lab.test) for lab in record.timeline.labs.or_else(())}
    found = [
        _with_value(item, record)
        for item in record.normed
        if item.measurement.id.startswith(FOLDERS) and item.measurement.id not in reported
    ]
    found += [
        _without_value(one, record)
        for one in record.missing
        if one.date is not None and one.id.startswith(FOLDERS) and one.id not in reported
    ]
    for entry in found:
        dates = [other["date"] for other in found if other["measure"] == entry["measure"]]
        newer = earlier_than(entry["date"], dates)
        told = [*entry["flags"], *filter(None, [entry["not_measured"]])]
        entry["attention"] = attention(told, record.emergencies, newer)
        entry["flags"] += [newer] if newer else []
    by_measure = sorted(found, key=lambda entry: str(entry["measure"]))
    return sorted(by_measure, key=lambda entry: ORDER.index(entry["attention"]))


def _with_value(item: NormedMeasurement, record: Record) -> dict[str, Any]:
    """Return what was worked out of the values that are there."""
    return {
        "measure": item.measurement.id,
        "title": _title(item.measurement.id),
        "value": item.measurement.quantity.value,
        "inside_unit": item.measurement.quantity.unit,
        "standard_error": item.measurement.quantity.standard_error,
        "date": item.measurement.date,
        "not_measured": None,
        "flags": list(item.measurement.flags),
        **_said(item.measurement.id, record, counts=True),
    }


def _without_value(one: NotMeasured, record: Record) -> dict[str, Any]:
    """Return what could not be worked out of the values that are there, and why."""
    return {
        "measure": one.id,
        "title": _title(one.id),
        "value": None,
        "inside_unit": None,
        "standard_error": None,
        "date": one.date,
        "not_measured": one.reason,
        "flags": [],
        **_said(one.id, record, counts=False),
    }


def _measure(test: str) -> str | None:
    """Return the measure that a test becomes."""
    row = load_table("labs/analytes").find(test=test)
    if row is not None:
        return row.text("measure")
    name = f"blood.{test}"
    return name if load_table("measures/measures").find(id=name) else None


def _title(measure: str) -> str:
    return load_table("measures/measures").row(id=measure).text("title")


def _entry(lab: LabResult, record: Record) -> dict[str, Any]:
    test = load_table("labs/labs").row(id=lab.test)
    unit = test.text("unit")
    measure = _measure(lab.test)
    item = _placed(lab, measure, record)
    inside = _inside(lab, unit) if item is None else item.measurement.quantity.value
    refused = None if item is not None or measure is None else _refused(lab, measure, record)
    flags, questions = _notes(lab, item, refused, record)
    aside = _set_aside(lab, measure, item, record)
    same = [other.date for other in record.timeline.labs.or_else(()) if other.test == lab.test]
    newer = earlier_than(lab.date, same) if flags else None
    asked = attention([*flags, *questions], record.emergencies, newer)
    return {
        "test": lab.test,
        "title": test.text("title"),
        "reported": lab.value,
        "comparator": lab.comparator,
        "unit": lab.unit,
        "value": inside,
        "inside_unit": unit,
        "standard_error": None if item is None else item.measurement.quantity.standard_error,
        "date": lab.date,
        "time": lab.time,
        "assay": lab.assay,
        "fasting": lab.fasting.value,
        **_place(lab, item, measure),
        "limits": has_limits(lab.test),
        "attention": asked,
        "urgent": asked == ORDER[0],
        "flags": [*flags, newer] if newer else flags,
        "questions": questions,
        "set_aside": aside or _void(refused, flags),
        "told_by": [] if measure is not None else _told_by(lab, record),
        **_said(measure, record, counts=aside is None and item is not None and bool(item.norm)),
    }


def _told_by(lab: LabResult, record: Record) -> list[str]:
    """Return the measures that tell a sample which is none by itself, such as one of saliva."""
    names = {
        part.measure
        for assay in RECORD_ASSAYS
        if f"lab:{lab.test}" in assay.SPEC.needs
        for part in assay.SPEC.yields
    }
    levels = load_table("labs/levels")
    names |= {f"blood.{row.text('test')}" for row in levels if lab.test in row.items("sum_of")}
    dated = [(item.measurement.id, item.measurement.date) for item in record.normed]
    dated += [(one.id, one.date) for one in record.missing]
    # A sample after midnight belongs to the day of waking, the one before.
    return sorted({
        name
        for name, date in dated
        if name in names and date and abs((earliest(lab.date) - earliest(date)).days) <= 1
    })


def _inside(lab: LabResult, unit: str) -> float | None:
    try:
        return convert(lab.value, lab.unit, unit, quantity=lab.test, where=lab.test)
    except UnitError:
        return None


def _placed(lab: LabResult, measure: str | None, record: Record) -> NormedMeasurement | None:
    """Return the measurement that a reported value became."""
    for item in record.normed:
        one = item.measurement
        if one.id != measure or one.date != lab.date:
            continue
        value = _inside(lab, one.quantity.unit)
        if value is not None and math.isclose(value, one.quantity.value, rel_tol=1e-6):
            return item
    return None


def _refused(lab: LabResult, measure: str, record: Record) -> str:
    """Return why a reported value became no measurement."""
    reasons = [one.reason for one in record.missing if one.id == measure]
    dated = [one.reason for one in record.missing if one.id == measure and one.date == lab.date]
    return "; ".join(dict.fromkeys(dated or reasons)) or NOT_TAKEN


def _place(lab: LabResult, item: NormedMeasurement | None, measure: str | None) -> dict[str, Any]:
    if item is None or item.norm is None:
        without = NO_MEASURE if measure is None else NOT_TAKEN
        reason = without if item is None else item.reason
        if item is not None and load_table("labs/levels").find(test=lab.test) is not None:
            reason = BY_RANGE
        return {"norm": None, "no_norm": reason, "z": None, "centile": None}
    norm = item.norm
    return {
        "norm": {
            "id": norm.id,
            "population": norm.population,
            "reference": norm.reference,
            "checked": norm.checked,
            "extrapolated": item.extrapolated,
            "reason": item.reason,
        },
        "no_norm": None,
        "z": item.z,
        "centile": item.centile,
    }


def _notes(
    lab: LabResult, item: NormedMeasurement | None, refused: str | None, record: Record
) -> tuple[list[str], list[str]]:
    """Return the flags of a value, and what to ask before it is used."""
    unknown = prepared(load_table("labs/conditions"), _unknown)
    try:
        doubt = doubt_of(lab, record.timeline.demographics.sex.value)
    except UnitError as error:
        doubt = error.line()
    if item is not None:
        told = list(item.measurement.flags) or _far_out(item)
    else:
        told = [refused] if refused else _of_no_measure(lab, doubt, record)
    questions = [flag for flag in told if flag in unknown or OPEN in flag or flag == doubt]
    told_fasting = any(FASTED in asked for asked in questions)
    if item is not None and lab.fasting.value is None and not told_fasting:
        questions += [NO_FAST] if fasting_matters(item.measurement.id) else []
    return [flag for flag in told if flag not in questions], list(dict.fromkeys(questions))


def _far_out(item: NormedMeasurement) -> list[str]:
    """Return what is said of a value beyond nearly everybody that no limit speaks of."""
    edge = setting("labs_far_out")
    if item.centile is None or edge < item.centile < HUNDRED - edge:
        return []
    side = "higher" if item.centile > edge else "lower"
    return [f"{side} than in nearly all people, past no limit here: see the laboratory's range"]


def _of_no_measure(lab: LabResult, doubt: str | None, record: Record) -> list[str]:
    """Return the limits that a value crosses which is no measure, or the question about it."""
    if doubt is not None:
        return [doubt]
    unit = load_table("labs/labs").row(id=lab.test).text("unit")
    value = _inside(lab, unit)
    return [] if value is None else list(limits_crossed(lab, value, unit, record.timeline))


def _unknown(table: Table) -> frozenset[str]:
    return frozenset(filter(None, (row.optional_text("unknown") for row in table)))


def _void(refused: str | None, flags: list[str]) -> str | None:
    """Return why a value was taken for no measurement at all; a question is none of these."""
    return refused if refused in flags else None


def _set_aside(
    lab: LabResult, measure: str | None, item: NormedMeasurement | None, record: Record
) -> str | None:
    """Return why a value of a measure that speaks of a mechanism does not count, or None."""
    if measure is None or not _mechanisms(measure) or item is None:
        return None
    if item.norm is None:
        return None  # why it has no place stands there already
    reasons = [reason for name, reason in record.profile.measures_set_aside if name == measure]
    own = next((reason for reason in reasons if _names(reason, lab.date)), None)
    if own is not None or measure not in record.profile.measures_used:
        return own or next(iter(reasons), None)
    open_dates = [
        other.measurement.date or ""
        for other in record.normed
        if other.measurement.id == measure
        and other.norm is not None
        and not any(_names(reason, other.measurement.date or "") for reason in reasons)
    ]
    if lab.date == max(open_dates, key=earliest, default=lab.date):
        return None
    return next((reason for reason in reasons if reason.endswith(LATEST)), None)


def _names(reason: str, date: str) -> bool:
    """Return whether a reason of the profile is of the value of this day."""
    return f"({date})" in reason


def _mechanisms(measure: str) -> list[str]:
    rows = load_table("mechanisms/loadings")
    return [row.text("mechanism") for row in rows if row.text("measure") == measure]


def _said(measure: str | None, record: Record, *, counts: bool) -> dict[str, Any]:
    """Return what a measure can say about a depression, with its grade, and what it moves."""
    row = None if measure is None else load_table("labs/meanings").find(measure=measure)
    meaning = None
    if row is not None:
        meaning = f"{row.text('says')}. {row.text('does_not_say')}"
    return {
        "meaning": meaning,
        "grade": None if row is None else row.optional_text("grade"),
        "moves": _moves(measure, record) if measure is not None and counts else NOTHING,
    }


def _asked(table: Table) -> frozenset[str]:
    """Return the mechanisms that a finding about a treatment hangs on."""
    names = set(filter(None, (row.optional_text("measure") for row in table)))
    return frozenset(names | {found for name in names for found in _mechanisms(name)})


def _moves(measure: str, record: Record) -> str:
    if measure not in record.profile.measures_used:
        return NOTHING
    titles = [
        load_table("mechanisms/mechanisms").row(id=name).text("title")
        for name in _mechanisms(measure)
    ]
    if not titles:
        return NOTHING
    share = prepared(load_table("moderators/moderators"), _asked) & set(_mechanisms(measure))
    what = "unproven research beside the ranking, never the ranking" if share else "no treatment"
    return f"the profile ({', '.join(titles)}) and {what}"
