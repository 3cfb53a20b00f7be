"""FamilyMemberHistory: coded diagnoses of relatives."""

from __future__ import annotations

from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.nouns import FamilyCondition
from equipoise.ingest.fhir.chart import Chart, Resource
from equipoise.ingest.fhir.codes import Coding, bound, concept, target
from equipoise.ingest.fhir.condition import icd10_of

__all__ = ["read_family"]


def read_family(chart: Chart) -> Answer[tuple[FamilyCondition, ...]]:
    """Return the diagnoses of relatives; a bundle without any says nothing about them.

    Parameters
    ----------
    chart : Chart
        The bundle.

    Returns
    -------
    Answer of tuple of FamilyCondition
        Not known where relatives stand in the bundle and none of them has a diagnosis.
    """
    found: list[FamilyCondition] = []
    readings: set[str | None] = set()
    for one in chart.each("FamilyMemberHistory"):
        status = one.part.text("status")
        reading = bound(one.part, "FamilyMemberHistory", "status", status)
        if reading in {None, "void"}:
            chart.leave(one, "relative", f"no fact: status {status or 'missing'}")
            continue
        readings.add(reading)
        chart.use(one.number)
        found += _relative(chart, one)
    if found:
        return given(tuple(found))
    # One healthy relative does not tell of the others.
    return unknown() if readings else not_asked()


def _relative(chart: Chart, one: Resource) -> list[FamilyCondition]:
    held = concept(one.part, "relationship")
    words = held.words() if held is not None else ()
    name = target("relation", held) or (words[0] if words else None)
    relation: Answer[str] = not_asked() if name is None else given(name)
    found = []
    for part in one.part.children("condition"):
        code = concept(part, "code")
        icd10 = None if code is None else icd10_of(code)
        if icd10 not in {None, "none"}:
            found.append(FamilyCondition(icd10 or "", "icd10", relation, -one.number))
        elif code is None or icd10 is None:
            what = "no code" if code is None else code.what
            chart.leave(one, what, "no table maps this code of a relative to ICD-10")
            first = Coding("text", "", "") if code is None or not code.codings else code.codings[0]
            found.append(FamilyCondition(first.code, first.system or "text", relation, -one.number))
    return found
