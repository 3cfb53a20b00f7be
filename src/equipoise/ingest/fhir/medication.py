"""MedicationRequest, MedicationStatement, MedicationAdministration: what was taken, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.nouns import Dose
from equipoise.core.tables import Row
from equipoise.ingest.fhir.chart import Chart, Resource
from equipoise.ingest.fhir.codes import (
    Concept,
    bound,
    coded,
    concept,
    drug_of,
    ingredients_of,
    phrase,
    target,
)
from equipoise.ingest.fhir.condition import icd10_of
from equipoise.ingest.fhir.dosage import daily_dose, single_dose
from equipoise.ingest.fhir.part import Part, fault

__all__ = ["Use", "read_uses"]

_VOID: Final = "no intake: "
_DRUG: Final = "drug"
_PAST: Final = frozenset({"ended", "stopped", "not_taken"})
_DOSAGE: Final = {
    "MedicationRequest": "dosageInstruction",
    "MedicationStatement": "dosage",
    "MedicationAdministration": "dosage",
}


@dataclass(frozen=True, slots=True)
class Use:
    """One resource about one drug.

    `state` is ``running``, ``ended``, ``stopped``, ``paused``, ``open`` or ``given`` (one
    administration); `source` is the type of the resource; `entries` its numbers.
    """

    drug: str
    state: str
    source: str
    entry: int
    start: IsoDate | None = None
    stop: IsoDate | None = None
    dose: Dose | None = None
    adherence: str | None = None
    stopped_for: str | None = None
    outcome: str | None = None
    reasons: tuple[str, ...] = ()


def read_uses(chart: Chart) -> tuple[list[Use], dict[str, bool]]:
    """Return what the medication resources say, and what is stated not to be there.

    Parameters
    ----------
    chart : Chart
        The bundle.

    Returns
    -------
    tuple
        One `Use` for each resource; and the statements "no known medications" (``none``) and
        "no information" (``untold``).
    """
    found: list[Use] = []
    said = {"none": False, "untold": False}
    for kind, reader in _READERS.items():
        for one in chart.each(kind):
            found += _one(chart, one, reader, said)
    return found, said


def _one(chart: Chart, one: Resource, reader: _Reader, said: dict[str, bool]) -> Iterator[Use]:
    medication = _medication(chart, one)
    if medication is None:
        return
    if target("none_known", medication) == "drugs" or target("not_told", medication) == "drugs":
        said["none" if target("none_known", medication) else "untold"] = True
        chart.use(one.number)
        return
    state = reader.state(chart, one, medication)
    if state is None:
        return
    mixture = ingredients_of(medication)
    for part in mixture:
        yield replace(reader.build(chart, one, part, state, None), dose=None)
    drug, how, row = drug_of(medication)
    if mixture:
        what = f"read by name as {' and '.join(mixture)}, without doses"
        chart.leave(one, medication.what, what)
        chart.use(one.number)
        return
    if drug is None:
        hides = "" if state in _PAST else _DRUG
        chart.leave(one, medication.what, f"{how} (status: {_status(one)})", hides)
        return
    if how == "by name":
        chart.leave(one, medication.what, f"read by name as {drug}: the code is not listed")
    chart.use(one.number)
    yield reader.build(chart, one, drug, state, row)


def _status(one: Resource) -> str:
    return one.part.text("status") or "none"


def _medication(chart: Chart, one: Resource) -> Concept | None:
    found = concept(one.part, "medicationCodeableConcept")
    if found is not None:
        return found
    address = one.part.reference("medicationReference")
    if address is None:
        chart.leave(one, "no medication", "neither a code nor a reference", _DRUG)
        return None
    part = chart.follow(one, address)
    if part is None:
        chart.leave(one, address, "the reference leads nowhere in the bundle", _DRUG)
        return None
    if bound(part, "Medication", "status", part.text("status")) == "void":
        chart.leave(one, address, "the medication was entered in error: no fact")
        return None
    code = part.child("code")
    if code is None:
        chart.leave(one, address, "the medication has no code", _DRUG)
        return None
    return coded(code)


def _state(chart: Chart, one: Resource, medication: Concept) -> str | None:
    """Return the reading of the status; None where nothing was taken, which is listed."""
    code = one.part.text("status")
    if code is None:
        chart.leave(one, medication.what, "whether it is taken is not known: no status", _DRUG)
        return None
    state = bound(one.part, one.kind, "status", code)
    if state == "void":
        chart.leave(one, medication.what, f"{_VOID}status {code}")
        return None
    return state


def _request_state(chart: Chart, one: Resource, medication: Concept) -> str | None:
    state = _state(chart, one, medication)
    intent = one.part.text("intent")
    reading = bound(one.part, one.kind, "intent", intent)
    if reading == "void":
        chart.leave(one, medication.what, f"{_VOID}intent {intent}")
        return None
    # What people take of their own accord is told as a plan, and then as reported (US Core).
    reported = one.part.flag("reportedBoolean") or one.part.has("reportedReference")
    if reading == "planned" and state is not None and not reported:
        why = f"whether it is taken is not known: intent {intent}"
        chart.leave(one, medication.what, why, "" if state in _PAST else _DRUG)
        return None
    if one.part.flag("doNotPerform"):
        chart.leave(one, medication.what, f"{_VOID}it says not to give it (doNotPerform)")
        return None
    return state


def _statement_state(chart: Chart, one: Resource, medication: Concept) -> str | None:
    return _state(chart, one, medication)


def _administration_state(chart: Chart, one: Resource, medication: Concept) -> str | None:
    state = _state(chart, one, medication)
    if state == "paused":
        chart.leave(one, medication.what, f"whether it was given is not known ({_status(one)})")
        return None
    return state


def _request(chart: Chart, one: Resource, drug: str, state: str, row: Row | None) -> Use:
    part = one.part
    bounds = [_bounds(dosage) for dosage in part.children("dosageInstruction")]
    starts = [start for start, _ in bounds if start is not None]
    stops = [stop for _, stop in bounds if stop is not None]
    days = (
        min(starts) if starts else part.date("authoredOn"),
        max(stops) if stops and len(stops) == len(bounds) else None,
    )
    return _use(chart, one, drug, state, days, daily_dose(part, _DOSAGE[one.kind], row))


def _bounds(dosage: Part) -> tuple[IsoDate | None, IsoDate | None]:
    """Return from when until when one dosage holds."""
    timing = dosage.child("timing")
    repeat = timing and timing.child("repeat")
    bounds = repeat and repeat.child("boundsPeriod")
    return (bounds.date("start"), bounds.later_date("end")) if bounds else (None, None)


def _statement(chart: Chart, one: Resource, drug: str, state: str, row: Row | None) -> Use:
    part = one.part
    period = part.child("effectivePeriod")
    if period is not None:
        days = period.date("start"), period.later_date("end")
        _in_order(period, *days)
    else:
        days = part.date("effectiveDateTime"), None
    return _use(chart, one, drug, state, days, daily_dose(part, _DOSAGE[one.kind], row))


def _administration(chart: Chart, one: Resource, drug: str, state: str, row: Row | None) -> Use:
    del row
    part = one.part
    period = part.child("effectivePeriod")
    start = part.date("effectiveDateTime") if period is None else period.date("start")
    stop = None if period is None else period.later_date("end")
    return _use(
        chart, one, drug, state, (start, stop), single_dose(part) or "no amount with a unit"
    )


def _in_order(part: Part, start: IsoDate | None, stop: IsoDate | None) -> None:
    if start and stop and earliest(start) > latest(stop):
        raise fault(
            "it stopped before it started",
            part.place("end"),
            got=f"start {start}, end {stop}",
            todo="correct one of the two dates",
        )


def _use(
    chart: Chart,
    one: Resource,
    drug: str,
    state: str,
    days: tuple[IsoDate | None, IsoDate | None],
    dose: Dose | str,
) -> Use:
    start, stop = days
    _in_order(one.part, start, stop)
    if stop is not None and earliest(stop) > latest(chart.today):
        stop = None  # a planned end has not come yet
    if isinstance(dose, str) and one.part.has(_DOSAGE[one.kind]):
        chart.leave(one, f"dose of {drug}", f"not worked out: {dose}")
    texts = list(_texts(one.part))
    return Use(
        drug=drug,
        state=state,
        source=one.kind,
        entry=one.number,
        start=start,
        stop=stop,
        dose=None if isinstance(dose, str) else dose,
        adherence=_said(chart, one, "adherence", texts),
        stopped_for=_stopped_for(chart, one, state, texts),
        outcome=_said(chart, one, "outcome", texts),
        reasons=tuple(_reasons(chart, one)),
    )


def _texts(part: Part) -> Iterator[str]:
    """Yield the free texts that may tell how it was taken and why it was stopped."""
    for key in ("statusReason",):
        value = part.value.get(key)
        found = part.children(key) if isinstance(value, list) else [part.child(key)]
        for one in found:
            if one is not None:
                yield from coded(one).words()
    for note in part.children("note"):
        yield note.text("text") or ""


def _said(chart: Chart, one: Resource, about: str, texts: list[str]) -> str | None:
    said = {value for text in texts if (value := phrase(about, text)) is not None}
    if len(said) > 1:
        chart.leave(one, about, f"the texts contradict each other: {', '.join(sorted(said))}")
        return None
    return said.pop() if said else None


def _stopped_for(chart: Chart, one: Resource, state: str, texts: list[str]) -> str | None:
    if state not in {"stopped", "ended", "not_taken"}:
        return None
    value = one.part.value.get("statusReason")
    if isinstance(value, dict):
        by_code = target("stopped_for", concept(one.part, "statusReason"))
        if by_code is not None:
            return by_code
    return _said(chart, one, "stopped_for", texts)


def _reasons(chart: Chart, one: Resource) -> Iterator[str]:
    """Yield the ICD-10 codes of what the drug is given for."""
    for reason in one.part.children("reasonCode"):
        code = icd10_of(coded(reason))
        if code is not None:
            yield code
    for reference in one.part.children("reasonReference"):
        found = chart.follow(one, reference.text("reference") or "")
        held = None if found is None else found.child("code")
        code = None if held is None else icd10_of(coded(held))
        if code is not None:
            yield code


@dataclass(frozen=True, slots=True)
class _Reader:
    """How one type of resource is read."""

    state: Callable[[Chart, Resource, Concept], str | None]
    build: Callable[[Chart, Resource, str, str, Row | None], Use]


_READERS: Final = {
    "MedicationRequest": _Reader(_request_state, _request),
    "MedicationStatement": _Reader(_statement_state, _statement),
    "MedicationAdministration": _Reader(_administration_state, _administration),
}
