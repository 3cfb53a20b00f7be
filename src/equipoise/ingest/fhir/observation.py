"""Observation: laboratory values, vital signs, pregnancy, items and totals of scales."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.errors import UnitError
from equipoise.core.lab_values import other_reading
from equipoise.core.nouns import LabResult, Pregnancy
from equipoise.core.tables import Row, load_table, tables_digest
from equipoise.core.units import convert
from equipoise.ingest.fhir.chart import Chart, Resource, no_code
from equipoise.ingest.fhir.codes import (
    Concept,
    bound,
    coding_of,
    concept,
    named_drugs,
    phrase,
    rows,
    target,
    ucum_of,
)
from equipoise.ingest.fhir.genotype import is_genomic
from equipoise.ingest.fhir.part import Part
from equipoise.ingest.fhir.samples import Fasting, assay_of, day_of, said_fasting, time_of
from equipoise.ingest.fhir.scales import Sheets

__all__ = ["Observed", "answer_value", "pregnancy_of", "read_observations"]

_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_VALUES: Final = "value"
_SIGNS: Final = {"below": "<", "above": ">"}


@dataclass
class Observed:
    """What the observations of a bundle say."""

    labs: list[LabResult] = field(default_factory=list)
    pregnancies: list[tuple[Pregnancy | None, int]] = field(default_factory=list)
    told: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    fasting: Fasting | None = None


def read_observations(chart: Chart, sheets: Sheets) -> Observed:
    """Return laboratory values and pregnancy; answers to scales go to `sheets`.

    Parameters
    ----------
    chart : Chart
        The bundle.
    sheets : Sheets
        Collects items and totals of scales.

    Returns
    -------
    Observed
        Values in the unit that was reported.
    """
    observed = Observed(fasting=Fasting(chart))
    for one in chart.each("Observation"):
        status = bound(one.part, "Observation", "status", one.part.text("status"))
        code = concept(one.part, "code")
        if code is not None and is_genomic(code):
            continue
        if status != "fact":
            chart.leave(one, no_code(code), f"not final: status {one.part.text('status')}")
            continue
        if code is None:
            chart.leave(one, "no code", "the observation has no code")
            continue
        if one.part.children("focus"):
            # A relative, a newborn, an implant: the subject is the person all the same.
            chart.leave(one, code.what, "it is about somebody or something else (focus)")
            continue
        _whole(chart, one, code, sheets, observed)
    return observed


def _whole(chart: Chart, one: Resource, code: Concept, sheets: Sheets, observed: Observed) -> None:
    """Read an observation and its components; each one that cannot be read is listed."""
    components = one.part.children("component")
    row = _row(code)
    if row is not None and row.text("kind") == "panel":
        if one.part.has("hasMember") or components:
            chart.use(one.number)
        else:
            chart.leave(one, code.what, "a panel without members")
    elif not components or _has_value(one.part):
        _value(chart, one, one.part, code, (sheets, observed))
    for part in components:
        inner = concept(part, "code")
        if inner is not None:
            _value(chart, one, part, inner, (sheets, observed))


def _row(code: Concept) -> Row | None:
    """Return the row of a code; that of `scales/scales` is put into the same shape."""
    found = rows("codes/observations", code.codings)
    if found:
        return found[0]
    index = _scale_codes(tables_digest())
    return next(
        (index[c.code] for c in code.codings if c.system == "loinc" and c.code in index), None
    )


@lru_cache(maxsize=4)
def _scale_codes(_digest: str) -> dict[str, Row]:
    """Return the codes of panels and totals that the scales themselves name."""
    found = {}
    for row in load_table("scales/scales"):
        for column, kind in (("panel_loinc", "panel"), ("total_loinc", "scale_total")):
            for code in row.items(column):
                cells = {"kind": kind, "target": row.text("id"), "number": "n/a", "code": code}
                found[code] = Row(cells, row.where)
    return found


def _has_value(part: Part) -> bool:
    return any(key.startswith(_VALUES) for key in part.value)


def _value(
    chart: Chart, one: Resource, part: Part, code: Concept, into: tuple[Sheets, Observed]
) -> None:
    row = _row(code)
    sheets, observed = into
    if row is None:
        _untabled(chart, one, part, code, observed)
    elif part.has("dataAbsentReason") or not _has_value(part):
        chart.leave(one, code.what, "no value")
    elif row.text("kind") == "fasting":
        _told_fasting(chart, one, part, code)
    elif row.text("kind") == "lab":
        _lab(chart, one, part, (code, row), observed)
    elif row.text("kind") == "pregnancy":
        _pregnancy(chart, one, part, code, observed)
    elif row.text("kind") == "panel":
        chart.leave(one, code.what, "a panel inside a component")
    else:
        _scale(chart, one, part, (code, row), sheets)


def _untabled(chart: Chart, one: Resource, part: Part, code: Concept, observed: Observed) -> None:
    """Read a text about how one named drug is taken; list everything else."""
    text = part.text("valueString") or ""
    said = phrase("adherence", text)
    drugs = named_drugs(text, tables_digest()) if said else ()
    if said and len(drugs) == 1:
        observed.told.setdefault(drugs[0], []).append((said, one.number))
        chart.use(one.number)
    elif said:
        chart.leave(one, code.what, "tells of adherence, and names no one drug")
    else:
        chart.leave(one, code.what, "no table reads this code")


def _told_fasting(chart: Chart, one: Resource, part: Part, code: Concept) -> None:
    """Note an answer about fasting, which goes to the values of its moment."""
    if said_fasting(part) is None:
        chart.leave(one, code.what, "the answer is not in the table")
    else:
        chart.use(one.number)


def _lab(
    chart: Chart, one: Resource, part: Part, meant: tuple[Concept, Row], observed: Observed
) -> None:
    code, row = meant
    day, quantity = day_of(chart, one), part.child("valueQuantity")
    if quantity is None:
        chart.leave(one, code.what, "the value is no quantity")
        return
    value, unit = quantity.number("value"), ucum_of(quantity)
    comparator = bound(quantity, "Quantity", "comparator", quantity.text("comparator"))
    test = row.text("target")
    reason = _lab_fault(test, value, unit, day)
    if reason or value is None or unit is None or day is None:
        got = f" ({quantity.value.get('value')} {quantity.text('unit') or unit or ''})".rstrip()
        chart.leave(one, code.what + got, reason)
        return
    chart.use(one.number)
    observed.labs.append(
        LabResult(
            test,
            value,
            unit,
            day,
            -one.number,
            assay=assay_of(chart, one),
            comparator=_SIGNS[comparator] if comparator else None,
            fasting=not_asked() if observed.fasting is None else observed.fasting.of(one),
            time=time_of(chart, one),
        )
    )


def _lab_fault(test: str, value: float | None, unit: str | None, day: IsoDate | None) -> str:
    """Return why a laboratory value cannot be read; empty where it can."""
    if value is None:
        return "no value"
    if unit is None:
        return "no UCUM unit; a unit is never guessed"
    if day is None:
        return "no date"
    row = load_table("labs/labs").row(id=test)
    try:
        converted = convert(value, unit, row.text("unit"), quantity=test)
    except UnitError:
        return f"the unit {unit} does not convert to {row.text('unit')}"
    low, high = row.number("plausible_minimum"), row.number("plausible_maximum")
    if not low <= converted <= high:
        asked = other_reading(test, value, unit)
        allowed = f"not possible for {test}: allowed {low:g} to {high:g} {row.text('unit')}"
        return f"{allowed}; {asked}" if asked else allowed
    return ""


def _pregnancy(chart: Chart, one: Resource, part: Part, code: Concept, observed: Observed) -> None:
    said = target("pregnancy", concept(part, "valueCodeableConcept"))
    if said is None:
        chart.leave(one, code.what, "the value is not in the table")
        return
    day = day_of(chart, one)
    when: Answer[IsoDate] = not_asked() if day is None else given(day)
    chart.use(one.number)
    state = None if said == "unknown" else Pregnancy(said, when)
    observed.pregnancies.append((state, one.number))


def pregnancy_of(chart: Chart, found: list[tuple[Pregnancy | None, int]]) -> Answer[Pregnancy]:
    """Return the latest state; two states of one day contradict each other."""
    known = [(state, number) for state, number in found if state is not None]
    if not known:
        return unknown() if found else not_asked()
    ordered = sorted(known, key=lambda pair: pair[0].date.or_else(""))
    last, number = ordered[-1]
    others = [(other, at) for other, at in ordered[:-1] if other.status != last.status]
    for other, at in others:
        if other.date == last.date:
            chart.contradiction(
                "two states of pregnancy on one day",
                (number, at),
                f"{last.status}, and {other.status}",
                "correct one",
            )
    open_ones = [at for other, at in others if not _before(other, last)]
    for at in open_ones:
        why = "another state, without a day that tells which one is the later"
        chart.leave(chart.at(at), "pregnancy", why)
    return unknown() if open_ones else given(last)


def _before(other: Pregnancy, last: Pregnancy) -> bool:
    """Return whether a state surely held before another one."""
    days = other.date.value, last.date.value
    return None not in days and latest(days[0] or "") < earliest(days[1] or "")


def _scale(
    chart: Chart, one: Resource, part: Part, meant: tuple[Concept, Row], sheets: Sheets
) -> None:
    code, row = meant
    day = day_of(chart, one)
    value = answer_value(part, row)
    if day is None or value is None:
        why = "no date" if day is None else "the answer is not in the table"
        chart.leave(one, code.what, why)
        return
    moment = one.part.moment("effectiveDateTime", "effectiveInstant") or day
    chart.use(one.number)
    sheets.add(one, row, (day, moment), value)


def answer_value(part: Part, row: Row) -> float | None:
    """Return the number that an answer is worth: a number, or a listed answer code."""
    kind = "difficulty" if row.text("kind") == "scale_extra" else "answer"
    for key in ("valueInteger", "valueDecimal"):
        if part.has(key):
            return part.number(key)
    quantity = part.child("valueQuantity")
    if quantity is not None:
        comparator = bound(quantity, "Quantity", "comparator", quantity.text("comparator"))
        return None if comparator else quantity.number("value")
    text = part.text("valueString")
    if text is not None:
        return float(text) if _NUMBER.fullmatch(text.strip()) else None
    held = part.child("valueCodeableConcept")
    codings = [] if held is None else held.children("coding")
    alone = part.child("valueCoding")
    codings += [] if alone is None else [alone]
    weights = {weight for coding in codings for weight in _weights(coding)}
    if len(weights) == 1:
        return weights.pop()
    said = target(kind, _as_concept(codings))
    return None if said is None else float(said)


def _as_concept(codings: list[Part]) -> Concept:
    return Concept(tuple(coding_of(one) for one in codings), "")


def _weights(coding: Part) -> Iterator[float]:
    """Yield the weight that the answer carries as an extension (ordinalValue, itemWeight)."""
    for extension in coding.children("extension"):
        url = extension.text("url") or ""
        if url.endswith(("/ordinalValue", "/itemWeight")):
            value = extension.number("valueDecimal")
            if value is not None and math.isfinite(value):
                yield value
