"""Condition: diagnoses, the depressive episode, findings and pregnancy that codes name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.nouns import Condition, Episode, Finding, Pregnancy
from equipoise.ingest.fhir.chart import Chart, Resource, no_code
from equipoise.ingest.fhir.codes import Coding, Concept, bound, concept, rows, target
from equipoise.ingest.fhir.part import Part

__all__ = ["Diagnoses", "icd10_of", "read_conditions"]

_ICD10: Final = re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?", re.ASCII)
_SINGLE, _RECURRENT = "F32", "F33"
_DEPRESSIVE: Final = (_SINGLE, _RECURRENT, "F53.0")
_PREGNANT: Final = ("O09", "Z33", "Z34", "Z3A")
_SUSPECTED: Final = "suspected"
_OPEN: Final = "it is not confirmed (verificationStatus): neither there nor absent"


@dataclass
class Diagnoses:
    """What the conditions of a bundle say; `abated` are the ends of depressive episodes."""

    conditions: Answer[tuple[Condition, ...]]
    episode: Episode
    findings: tuple[Finding, ...] = ()
    pregnancies: tuple[tuple[Pregnancy, int], ...] = ()
    abated: tuple[IsoDate, ...] = ()


def icd10_of(found: Concept) -> str | None:
    """Return the ICD-10 code of a concept: its own, or that of its SNOMED CT code; ``none``."""
    own = [c.code.strip().upper() for c in found.codings if c.system == "icd10"]
    valid = [code for code in own if _ICD10.fullmatch(code)]
    if valid:
        return max(valid, key=len)
    said = {row.text("icd10") for row in rows("codes/conditions", found.codings)}
    return said.pop() if len(said) == 1 else None


def read_conditions(chart: Chart) -> Diagnoses:
    """Return the diagnoses; a bundle without any says nothing about them."""
    found: list[Condition] = []
    none_known = told = False
    diagnoses = Diagnoses(not_asked(), Episode())
    for one in chart.each("Condition"):
        code = concept(one.part, "code")
        reading = _standing(chart, one, code)
        if reading is None:
            continue
        said = target("none_known", code), target("not_told", code)
        if said != (None, None):
            none_known, told = none_known or said[0] == "conditions", True
            chart.use(one.number)
        elif code is not None:
            found += _condition(chart, one, code, reading, diagnoses)
    diagnoses.conditions = _answer(chart, tuple(found), none_known=none_known, told=told)
    return _with_episode(chart, diagnoses)


def _answer(
    chart: Chart, found: tuple[Condition, ...], *, none_known: bool, told: bool
) -> Answer[tuple[Condition, ...]]:
    held = [one for one in found if one.status != _SUSPECTED]
    if none_known and held:
        at = -held[0].line
        first = next(
            one.number
            for one in chart.each("Condition")
            if target("none_known", concept(one.part, "code")) == "conditions"
        )
        chart.contradiction(
            "a diagnosis, and a statement that there is none",
            (at, first),
            held[0].code,
            "correct one",
        )
    if found or none_known:
        return given(found)
    return unknown() if told else not_asked()


def _standing(chart: Chart, one: Resource, code: Concept | None) -> str | None:
    """Return active, resolved, suspected or unknown; None where the resource is no fact."""
    clinical = _status(one.part, "clinicalStatus")
    verified = _status(one.part, "verificationStatus")
    if code is None:
        chart.leave(one, "no code", "the condition has no code")
        return None
    if verified == "void":
        chart.leave(one, code.what, "refuted or entered in error: no fact")
        return None
    if verified == "open" and clinical != "resolved":
        chart.leave(one, code.what, _OPEN)
        return _SUSPECTED
    if one.part.has("abatementDateTime") and clinical is None:
        return "resolved"
    return clinical or "unknown"


def _status(part: Part, element: str) -> str | None:
    """Return the reading of a status that is a CodeableConcept with a required binding."""
    found = part.child(element)
    if found is None:
        return None
    codes = [c.text("code") for c in found.children("coding")]
    readings = [bound(part, "Condition", element, code) for code in codes if code]
    return readings[0] if readings else None


def _condition(
    chart: Chart, one: Resource, code: Concept, standing: str, into: Diagnoses
) -> list[Condition]:
    icd10 = icd10_of(code)
    if icd10 == "none":
        chart.use(one.number)
        return []
    day = one.part.date("onsetDateTime") or _period_start(one.part)
    onset: Answer[IsoDate] = not_asked() if day is None else given(day)
    if icd10 is None:
        chart.leave(one, no_code(code), "no table maps this code to ICD-10")
        first = next(iter(code.codings), Coding("text", code.text, ""))
        return [Condition(first.code, first.system or "text", standing, onset, -one.number)]
    chart.use(one.number)
    seen = one.part.date("recordedDate") or day
    when: Answer[IsoDate] = not_asked() if seen is None else given(seen)
    if standing != "active" and icd10.startswith(_DEPRESSIVE) and one.part.has("abatementDateTime"):
        into.abated += (one.part.date("abatementDateTime") or "",)
    if standing == "active":
        into.findings += tuple(_findings(code.codings, when, one.number))
        if icd10.startswith(_PREGNANT):
            into.pregnancies += ((Pregnancy("pregnant", when), one.number),)
    return [Condition(icd10, "icd10", standing, onset, -one.number)]


def _period_start(part: Part) -> IsoDate | None:
    period = part.child("onsetPeriod")
    return None if period is None else period.date("start")


def _findings(codings: Iterable[Coding], when: Answer[IsoDate], number: int) -> Iterable[Finding]:
    for row in rows("codes/conditions", codings):
        name = row.optional_text("finding")
        if name is not None:
            yield Finding(name, "present", when, -number)


def _with_episode(chart: Chart, diagnoses: Diagnoses) -> Diagnoses:
    """Take the one active depressive diagnosis as that of the present episode.

    The onset of a single episode is that of its diagnosis. A recurrent disorder began with an
    earlier episode: its onset is that of the present one only where an earlier depressive
    condition ended before it, for then each episode has a condition of its own.
    """
    held = diagnoses.conditions.or_else(())
    active = [c for c in held if c.status == "active" and c.code.startswith((_SINGLE, _RECURRENT))]
    codes = sorted({c.code for c in active})
    if not codes:
        return diagnoses
    if len(codes) > 1:
        first = next(r for r in chart.each("Condition") if r.number == -active[0].line)
        why = "more than one active depressive diagnosis: which is the episode's is not guessed"
        chart.leave(first, ", ".join(codes), why)
        return diagnoses
    onsets = {c.onset.value for c in active if c.onset.value}
    onset = onsets.pop() if len(onsets) == 1 else None
    if onset is not None and not codes[0].startswith(_SINGLE):
        by_episode = any(latest(end) < earliest(onset) for end in diagnoses.abated)
        onset = onset if by_episode else None
    diagnoses.episode = Episode(
        diagnosis=given(codes[0]), onset=not_asked() if onset is None else given(onset)
    )
    others = tuple(c for c in held if c not in active)
    # A list that holds the depression alone does not say that there is nothing else.
    diagnoses.conditions = given(others) if others else not_asked()
    return diagnoses
