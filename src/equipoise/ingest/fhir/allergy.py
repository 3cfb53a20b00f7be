"""AllergyIntolerance: drugs that are not to be given again, and "no known allergy"."""

from __future__ import annotations

from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.nouns import Allergy
from equipoise.ingest.fhir.chart import Chart, Resource, no_code
from equipoise.ingest.fhir.codes import Concept, bound, coded, concept, drug_of, target
from equipoise.ingest.fhir.part import Part

__all__ = ["read_allergies"]

_TYPE = "AllergyIntolerance"


def read_allergies(chart: Chart) -> Answer[tuple[Allergy, ...]]:
    """Return the allergies; a bundle without any says nothing about them.

    Parameters
    ----------
    chart : Chart
        The bundle.

    Returns
    -------
    Answer of tuple of Allergy
        ``[]`` only where a code says that there is none. Not known where allergies stand in the
        bundle and none of them could be read.
    """
    found: list[Allergy] = []
    none: list[int] = []
    asked = False
    for one in chart.each(_TYPE):
        code = concept(one.part, "code")
        if not _holds(chart, one, code):
            continue
        asked = True
        if code is None:
            chart.leave(one, no_code(code), "the allergy has no code", "allergy")
            continue
        if target("none_known", code) == "allergies":
            chart.use(one.number)
            none.append(one.number)
        elif target("not_told", code) == "allergies":
            chart.use(one.number)
        else:
            found += _allergy(chart, one, code)
    if found and none:
        chart.contradiction(
            "an allergy, and a statement that there is none",
            (-found[0].line, none[0]),
            found[0].drug,
            "correct one",
        )
    if found or none:
        return given(tuple(found))
    return unknown() if asked else not_asked()


def _holds(chart: Chart, one: Resource, code: Concept | None) -> bool:
    """Return whether the allergy holds; an unconfirmed one does, to be on the safe side."""
    part = one.part
    verified = _status(part, "verificationStatus")
    clinical = _status(part, "clinicalStatus")
    if verified == "void":
        chart.leave(one, no_code(code), "refuted or entered in error: no fact")
        return False
    if clinical == "resolved":
        chart.leave(one, no_code(code), "no longer active")
        return False
    for element in ("criticality",):
        bound(part, _TYPE, element, part.text(element))
    for category in part.texts("category"):
        bound(part, _TYPE, "category", category)
    return True


def _status(part: Part, element: str) -> str | None:
    found = part.child(element)
    codes = [] if found is None else [c.text("code") for c in found.children("coding")]
    readings = [bound(part, _TYPE, element, code) for code in codes if code]
    return readings[0] if readings else None


def _allergy(chart: Chart, one: Resource, code: Concept) -> list[Allergy]:
    drug, how, _ = drug_of(code)
    kind = bound(one.part, _TYPE, "type", one.part.text("type")) or "allergy"
    if drug is None:
        categories = {bound(one.part, _TYPE, "category", c) for c in one.part.texts("category")}
        chart.leave(one, code.what, how, "" if categories == {"other"} else "allergy")
        return []
    if how == "by name":
        chart.leave(one, code.what, f"read by name as {drug}: the code is not listed")
    chart.use(one.number)
    words = "; ".join(_reactions(one.part))
    reaction: Answer[str] = given(words) if words else not_asked()
    return [Allergy(drug, kind, reaction, -one.number)]


def _reactions(part: Part) -> list[str]:
    found: list[str] = []
    for reaction in part.children("reaction"):
        bound(reaction, "AllergyIntolerance.reaction", "severity", reaction.text("severity"))
        for shown in reaction.children("manifestation"):
            words = coded(shown).words()
            found += words[:1]
    return found
