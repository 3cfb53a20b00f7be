"""Opens a bundle: JSON, type, entries, duplicates, and that all of it is of one person."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, NoReturn

from equipoise.core.dates import IsoDate
from equipoise.core.errors import InputError, RecordError
from equipoise.core.tables import setting
from equipoise.ingest.fhir.chart import VERSION_OF, Chart, Resource
from equipoise.ingest.fhir.codes import bound
from equipoise.ingest.fhir.part import Part, fault

__all__ = ["open_bundle", "parsed"]

_AGAIN: Final = "export the bundle again"
_HIDES: Final = {
    "AllergyIntolerance": "allergy",
    "Device": "implant",
    "DeviceUseStatement": "implant",
    "MedicationAdministration": "drug",
    "MedicationRequest": "drug",
    "MedicationStatement": "drug",
}

_SUBJECT: Final = {
    "AllergyIntolerance": "patient",
    "Condition": "subject",
    "Device": "patient",
    "DeviceUseStatement": "subject",
    "DiagnosticReport": "subject",
    "FamilyMemberHistory": "patient",
    "MedicationAdministration": "subject",
    "MedicationRequest": "subject",
    "MedicationStatement": "subject",
    "Observation": "subject",
    "Procedure": "subject",
    "QuestionnaireResponse": "subject",
    "Specimen": "subject",
}
_READ_INSIDE: Final = frozenset({"Device", "Specimen"})


def parsed(path: Path) -> tuple[dict[str, Any], bytes]:
    """Return the JSON object of a file and its bytes.

    Parameters
    ----------
    path : Path
        A file.

    Returns
    -------
    tuple
        The object, and the bytes that were read.

    Raises
    ------
    InputError
        If it cannot be read, is no JSON object, nests too deeply, or names a key twice.
    """
    try:
        size = path.stat().st_size
        if size > setting("fhir_bundle_bytes"):
            raise fault("the bundle is too large", str(path), got=f"{size} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise RecordError(
            "the bundle cannot be read", where=str(path), got=error.strerror or ""
        ) from None
    try:
        value = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number
        )
    except RecursionError:
        raise fault("the bundle nests too deeply", str(path), todo=_AGAIN) from None
    except ValueError as error:
        raise fault("this is not JSON", str(path), got=str(error), todo=_AGAIN) from None
    if not isinstance(value, dict):
        raise fault("this is not a Bundle", str(path), allowed='{"resourceType": "Bundle", ...}')
    return value, data


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [key for key, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice} stands twice in one object")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def open_bundle(value: dict[str, Any], file: str, today: IsoDate) -> Chart:
    """Return the resources of a bundle, once each, all of one person.

    Parameters
    ----------
    value : dict
        The JSON object.
    file : str
        Name of the file, for messages.
    today : str
        Day of the run.

    Returns
    -------
    Chart
        Its faults hold what is wrong with single entries.

    Raises
    ------
    InputError
        If this is no bundle of an accepted type, or holds several people.
    """
    whole = Part(value, f"{file} Bundle", today)
    if whole.text("resourceType") != "Bundle":
        raise fault(
            "this is not a Bundle",
            f"{file} resourceType",
            got=repr(value.get("resourceType")),
            allowed="Bundle",
            todo="put the resources into a Bundle of type collection",
        )
    kind = bound(whole, "Bundle", "type", whole.text("type") or "")
    if kind != "accepted":
        raise fault(
            "a Bundle of this type is no record of a person",
            whole.place("type"),
            got=repr(whole.text("type")),
            allowed="collection, transaction, searchset, document, batch",
        )
    chart = Chart(file, today)
    for number, entry in enumerate(whole.children("entry"), 1):
        try:
            _take(chart, entry, number)
        except InputError as error:
            chart.faults.append(error)
    _one_person(chart)
    return chart


def _take(chart: Chart, entry: Part, number: int) -> None:
    request = entry.child("request")
    method = None if request is None else request.text("method")
    part = entry.child("resource")
    if part is None:
        empty = Resource(number, "entry", entry)
        chart.leave(empty, "an entry without a resource", "there is nothing to read")
        return
    kind = part.text("resourceType")
    if not kind:
        raise fault("the resource names no type", part.place("resourceType"))
    found = Resource(number, kind, part)
    if request and bound(request, "Bundle.entry.request", "method", method) == "refused":
        chart.leave(found, f"{method} {kind}", "the entry asks for something to be deleted")
        return
    own = part.text("id")
    told = (entry.text("fullUrl"), f"{kind}/{own}" if own else None)
    addresses = [address for address in told if address]
    before = next((chart.index[one] for one in addresses if one in chart.index), None)
    if before is not None:
        _same(chart, before, found)
        return
    if _modified(part.value):
        # R4: what stands beside a modifier that is not known must not be processed.
        why = "a modifierExtension that is not known may change what it says"
        chart.leave(found, kind, why, _HIDES.get(kind, ""))
        return
    for address in addresses:
        chart.index[address] = found
    chart.resources.setdefault(kind, []).append(found)
    _contained(chart, found)


def _modified(value: object) -> bool:
    """Return whether an extension that changes the meaning stands anywhere in a resource."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            if one.get("modifierExtension"):
                return True
            left.extend(v for v in one.values() if isinstance(v, dict | list))
        elif isinstance(one, list):
            left.extend(v for v in one if isinstance(v, dict | list))
    return False


def _contained(chart: Chart, found: Resource) -> None:
    """List facts inside of a resource: only medications, specimens and devices are."""
    for inner in found.part.children("contained"):
        kind = inner.text("resourceType") or ""
        if kind in _SUBJECT and kind not in _READ_INSIDE:
            why = "a resource inside of another is not read"
            chart.leave(found, f"contained {kind}", why, _HIDES.get(kind, ""))


def _same(chart: Chart, before: Resource, found: Resource) -> None:
    """Note a resource that stands twice: the same words once more are nothing new."""
    if before.part.value == found.part.value:
        return
    raise fault(
        "the same resource stands twice with different content",
        chart.place(found.number),
        got=f"{found.name} again; first {chart.place(before.number)}",
        todo="keep the one that holds",
    )


def _names(address: str, known: set[str]) -> bool:
    """Return whether an address is one of these; equal numbers of two servers are two people."""
    if address in known:
        return True
    two_servers = "://" in address and any("://" in one for one in known)
    return not two_servers and "/".join(address.split("/")[-2:]) in known


def _one_person(chart: Chart) -> None:
    people = list(chart.each("Patient"))
    if len(people) > 1:
        raise fault(
            "the bundle holds more than one person",
            chart.place(people[1].number),
            got=f"{len(people)} Patient resources",
            allowed="one",
            todo="export one bundle for each person",
        )
    allowed: set[str] = set()
    if people:
        allowed = {key for key, one in chart.index.items() if one is people[0]}
    first: str | None = None
    for kind, key in _SUBJECT.items():
        for one in chart.each(kind):
            try:
                address = one.part.reference(key)
            except InputError as error:
                chart.faults.append(error)
                continue
            if address is None:
                continue
            address = address.split(VERSION_OF)[0]
            first = first or address
            known = allowed or {first}
            if not _names(address, known):
                raise fault(
                    "this resource is of another person",
                    f"{one.part.place(key)}.reference",
                    got=repr(address[:80]),
                    allowed=" or ".join(sorted(known)),
                    todo="find out whose it is before anything else",
                )
