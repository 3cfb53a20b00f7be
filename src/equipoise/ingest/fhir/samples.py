"""How a sample was taken: time of day, fasting, method, as far as an observation tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.dates import IsoDate
from equipoise.core.errors import TableError, UnitError
from equipoise.core.tables import load_table, setting, tables_digest
from equipoise.core.units import convert
from equipoise.ingest.fhir.chart import Chart, Resource
from equipoise.ingest.fhir.codes import Concept, coded, concept, rows, target, ucum_of
from equipoise.ingest.fhir.part import Part

__all__ = ["Fasting", "assay_of", "day_of", "said_fasting", "time_of"]

_CLOCK: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T(?P<clock>\d{2}:\d{2})(?P<seconds>:\d{2}(?:\.\d+)?)?"
    r"(?P<zone>Z|[+-]\d{2}:\d{2})?",
    re.ASCII,
)
_UNIVERSAL: Final = frozenset({"Z", "+00:00", "-00:00"})
_NO_TIME: Final = "00:00"
_ANSWERS: Final = {"yes": given(True), "no": given(False), "unknown": unknown()}


def day_of(chart: Chart, one: Resource) -> IsoDate | None:
    """Return the day on which something was observed, or its specimen taken.

    `issued`, when it was reported, is no such day.
    """
    part = one.part
    period = part.child("effectivePeriod")
    if period is not None:
        return period.date("start")
    for key in ("effectiveDateTime", "effectiveInstant"):
        if part.has(key):
            return part.date(key)
    taken = _collection(chart, one)
    return None if taken is None else taken.date("collectedDateTime")


def time_of(chart: Chart, one: Resource) -> str | None:
    """Return the local clock time of a sample, ``07:45``.

    None where there is none: a time of the day in universal time tells no local clock, and
    midnight is what systems write that know the day only.
    """
    moment = one.part.moment("effectiveDateTime", "effectiveInstant")
    if not moment and not one.part.has("effectivePeriod"):
        taken = _collection(chart, one)
        moment = "" if taken is None else taken.moment("collectedDateTime")
    found = _CLOCK.fullmatch(moment)
    if found is None or found["zone"] in _UNIVERSAL or found["clock"] == _NO_TIME:
        return None
    if moment > chart.today and not moment.startswith(chart.today):
        return None  # tomorrow already where it was written: the day is today, the clock is not
    return found["clock"]


def _collection(chart: Chart, one: Resource) -> Part | None:
    address = one.part.reference("specimen")
    specimen = None if address is None else chart.follow(one, address)
    return None if specimen is None else specimen.child("collection")


def assay_of(chart: Chart, one: Resource) -> str | None:
    """Return the assay that the method names; a method that no table names is listed."""
    method = concept(one.part, "method")
    if method is None:
        return None
    names = _assays(tables_digest())
    found = {names[w.casefold()] for w in method.words() if w.casefold() in names}
    if len(found) == 1:
        return found.pop()
    chart.leave(one, f"method: {method.what}", "no assay of the tables has this name")
    return None


@cache
def _assays(_digest: str) -> dict[str, str]:
    """Return the ids of the assays by every name that is theirs alone."""
    found: dict[str, set[str]] = {}
    try:
        table = load_table("labs/assays")
    except TableError:
        return {}
    for row in table:
        names = [row.text("id"), row.cells.get("title", "n/a")]
        names += row.items("aliases") if "aliases" in row.cells else ()
        for name in names:
            found.setdefault(name.casefold(), set()).add(row.text("id"))
    return {name: ids.pop() for name, ids in found.items() if len(ids) == 1}


@dataclass
class Fasting:
    """What a bundle says of fasting: by its code, beside a value, of its specimen, at its moment.

    Parameters
    ----------
    chart : Chart
        The bundle.
    """

    chart: Chart
    moments: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Collect the observations that tell of fasting and nothing else."""
        for one in self.chart.each("Observation"):
            code = concept(one.part, "code")
            said = None if code is None or not _is_fasting(code) else said_fasting(one.part)
            moment = one.part.moment("effectiveDateTime", "effectiveInstant")
            if said is not None and moment:
                self.moments.setdefault(moment, set()).add(said)

    def of(self, one: Resource) -> Answer[bool]:
        """Return whether the person had fasted; two answers leave it unknown.

        Parameters
        ----------
        one : Resource
            A laboratory value.

        Returns
        -------
        Answer of bool
            Not asked where nothing tells.
        """
        told = set(self._told(one))
        if not told:
            return not_asked()
        return _ANSWERS[told.pop()] if len(told) == 1 else unknown()

    def _told(self, one: Resource) -> Iterator[str]:
        by_name = target("fasting_code", concept(one.part, "code"))
        if by_name is not None:
            yield by_name
        for part in one.part.children("component"):
            code = concept(part, "code")
            said = None if code is None or not _is_fasting(code) else said_fasting(part)
            if said is not None:
                yield said
        taken = _collection(self.chart, one)
        if taken is not None:
            yield from _of_specimen(taken)
        yield from self.moments.get(
            one.part.moment("effectiveDateTime", "effectiveInstant"), frozenset()
        )


def _is_fasting(code: Concept) -> bool:
    found = rows("codes/observations", code.codings)
    return bool(found) and found[0].text("kind") == "fasting"


def said_fasting(part: Part) -> str | None:
    """Return the answer about fasting: ``yes``, ``no`` or ``unknown``; None where none is plain."""
    if part.has("valueBoolean"):
        return "yes" if part.flag("valueBoolean") else "no"
    return target("fasting", concept(part, "valueCodeableConcept"))


def _of_specimen(taken: Part) -> Iterator[str]:
    status = taken.child("fastingStatusCodeableConcept")
    said = None if status is None else target("fasting", coded(status))
    if said is not None:
        yield said
    lasted = taken.child("fastingStatusDuration")
    value, unit = (None, None) if lasted is None else (lasted.number("value"), ucum_of(lasted))
    if lasted is None or value is None or unit is None or lasted.has("comparator"):
        return
    try:
        hours = convert(value, unit, "h")
    except UnitError:
        return
    yield "yes" if hours >= setting("fhir_fasting_hours") else "no"
