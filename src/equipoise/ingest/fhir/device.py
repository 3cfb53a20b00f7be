"""Device and DeviceUseStatement: implants and metal that a rule asks for.

That a bundle names one implant does not say that there is no other: only a record can say that.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.nouns import Implant
from equipoise.core.tables import load_table, tables_digest
from equipoise.ingest.fhir.chart import Chart, Resource
from equipoise.ingest.fhir.codes import Concept, bound, concept, rows
from equipoise.ingest.fhir.part import Part
from equipoise.ingest.joint import OTHERS

__all__ = ["read_implants"]

_HIDES: Final = "implant"
_WHY: Final = {
    "void": "entered in error: no fact",
    "planned": "planned: nobody says that it was done",
    "over": "no longer in use; whether it is still in the body is not told",
    "none": "no status: nobody says that it is in use",
}
_DOUBT: Final = frozenset({"over", "none"})
_VAGUE: Final = frozenset({"other"})
"""Names of the table that mean nothing without the list beside them."""


def read_implants(chart: Chart) -> Answer[tuple[Implant, ...]]:
    """Return the implants; every other device is listed.

    Parameters
    ----------
    chart : Chart
        The bundle.

    Returns
    -------
    Answer of tuple of Implant
        With one entry more that leaves open what else there is. Not known where only devices stand
        in the bundle that could not be read, not asked where there is none.
    """
    found: list[Implant] = []
    doubt = False
    for one, part, told in _devices(chart):
        implant = None
        if told != "used":
            chart.leave(one, _words(part), _WHY[told], _HIDES if told in _DOUBT else "")
        else:
            implant = _implant(chart, one, part)
        if implant is not None:
            found.append(implant)
        doubt |= told in _DOUBT or (told == "used" and implant is None)
    if found:
        return given((*found, Implant(OTHERS)))
    return unknown() if doubt else not_asked()


def _devices(chart: Chart) -> list[tuple[Resource, Part, str]]:
    """Return the devices of the person, each once, with what is told of their use."""
    held = []
    used: list[Part] = []
    for one in chart.each("DeviceUseStatement"):
        status = bound(one.part, "DeviceUseStatement", "status", one.part.text("status"))
        address = one.part.reference("device")
        device = None if address is None else chart.follow(one, address)
        if device is not None:
            used.append(device)
        held.append((one, device or one.part, status or "none"))
    for one in chart.each("Device"):
        status = bound(one.part, "Device", "status", one.part.text("status"))
        if any(one.part.value is device.value for device in used):
            chart.use(one.number)
        elif one.part.reference("patient") is not None:
            held.append((one, one.part, status or "used"))
        else:
            chart.leave(one, _words(one.part), "nobody says that it is of this person")
    return held


def _implant(chart: Chart, one: Resource, part: Part) -> Implant | None:
    kinds = _kinds(part)
    if len(kinds) != 1:
        chart.leave(one, _words(part), "no implant of the tables has this code or name", _HIDES)
        return None
    chart.use(one.number)
    return Implant(kinds.pop(), _site(one.part), -one.number)


def _kinds(part: Part) -> set[str]:
    """Return what codes or names mean; several kinds are none."""
    code = concept(part, "type")
    by_code = {row.text("implant") for row in rows("codes/devices", code.codings if code else ())}
    if by_code:
        return by_code
    names = _names("contraindications/implants", tables_digest())
    return {names[word.casefold()] for word in _said(part, code) if word.casefold() in names}


def _said(part: Part, code: Concept | None) -> tuple[str, ...]:
    told = [one.text("name") or "" for one in part.children("deviceName")]
    held = part.child("device")
    told += [held.text("display") or ""] if held is not None else []
    return tuple(dict.fromkeys(word for word in (*(code.words() if code else ()), *told) if word))


def _words(part: Part) -> str:
    code = concept(part, "type")
    return code.what if code is not None else next(iter(_said(part, None)), "no code")


def _site(part: Part) -> Answer[str]:
    place = concept(part, "bodySite")
    names = _names("contraindications/sites", tables_digest())
    known = {names[w.casefold()] for w in (place.words() if place else ()) if w.casefold() in names}
    return given(known.pop()) if len(known) == 1 else not_asked()


@cache
def _names(table: str, _digest: str) -> dict[str, str]:
    """Return the ids of a table by every name that is theirs alone."""
    found: dict[str, set[str]] = {}
    for row in load_table(table):
        for name in (row.text("id"), row.cells.get("title", ""), *row.items("aliases")):
            if name and name not in _VAGUE:
                found.setdefault(name.casefold(), set()).add(row.text("id"))
    return {name: ids.pop() for name, ids in found.items() if len(ids) == 1}
