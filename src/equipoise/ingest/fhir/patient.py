"""Patient: sex and age. Names, addresses and numbers of the person are not read at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.errors import InputError
from equipoise.core.nouns import Demographics
from equipoise.ingest.fhir.chart import Chart, Resource
from equipoise.ingest.fhir.codes import bound
from equipoise.ingest.fhir.part import Part, fault

__all__ = ["read_patient", "with_birth"]


def read_patient(chart: Chart) -> Demographics:
    """Return sex and age; administrative gender ``other`` says nothing about the sex."""
    for one in chart.each("Patient"):
        chart.use(one.number)
        return Demographics(_sex(one.part), _age(chart, one))
    return Demographics()


def with_birth(chart: Chart) -> None:
    """Let every resource know the birth date, so that no earlier date is read."""
    try:
        born = next((_birth(one.part) for one in chart.each("Patient")), None)
    except InputError:
        return  # told when the age is read
    if born is None:
        return
    for kind, found in chart.resources.items():
        if kind not in {"Patient", "FamilyMemberHistory"}:
            chart.resources[kind] = [replace(r, part=replace(r.part, born=born)) for r in found]


def _birth(part: Part) -> IsoDate | None:
    """Return the birth date; a message about it does not repeat it."""
    try:
        return part.date("birthDate")
    except InputError as error:
        todo = "correct the date where the record was made"
        raise fault(f"birth date: {error.what}", part.place("birthDate"), todo=todo) from None


def _sex(part: Part) -> Answer[str]:
    reading = bound(part, "Patient", "gender", part.text("gender"))
    if reading is None:
        return not_asked()
    return unknown() if reading == "unknown" else given(reading)


def _age(chart: Chart, one: Resource) -> Answer[float]:
    part = one.part
    died = part.has("deceasedDateTime") or bool(part.flag("deceasedBoolean"))
    if died:
        chart.leave(one, "deceased", "the record says that the person has died")
        return unknown()
    born = _birth(part)
    if born is None:
        return not_asked()
    youngest, oldest = _years(latest(born), chart.today), _years(earliest(born), chart.today)
    if youngest != oldest:
        chart.leave(one, "birthDate", f"the age is {youngest} or {oldest}: not precise enough")
        return unknown()
    if youngest < 0:
        raise fault("the birth lies in the future", part.place("birthDate"))
    return given(float(youngest))


def _years(born: dt.date, today: IsoDate) -> int:
    now = earliest(today)
    return now.year - born.year - ((now.month, now.day) < (born.month, born.day))
