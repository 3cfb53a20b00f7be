"""Joins what a record and a bundle say of one person; a contradiction names both places.

The record has the word where both say the same with other precision; the bundle fills what the
record leaves open. What the two cannot both mean is an error, never settled by a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any, Final, TypeVar

from equipoise.core.answers import Answer, given
from equipoise.core.dates import earliest, latest
from equipoise.core.errors import InputError
from equipoise.core.nouns import (
    Condition,
    Demographics,
    DrugUse,
    Episode,
    Implant,
    LabResult,
    Pregnancy,
    Timeline,
)
from equipoise.ingest.join_entries import (
    same_allergy,
    same_condition,
    same_finding,
    same_implant,
    same_lab,
    same_relative,
    same_scale,
    same_trial,
    same_use,
    same_value,
)
from equipoise.ingest.join_genes import joined_genotypes
from equipoise.ingest.joint import OTHERS, Joint

__all__ = ["join", "without_places"]

T = TypeVar("T")
_UNSPECIFIED: Final = ".9"
_MERGERS: Final[dict[str, Callable[[Joint, Any, Any], Any]]] = {
    "treatments": same_trial,
    "drugs": same_use,
    "conditions": same_condition,
    "labs": same_lab,
    "scales": same_scale,
    "allergies": same_allergy,
    "family": same_relative,
    "findings": same_finding,
    "implants": same_implant,
}


def join(
    record: Timeline, bundle: Timeline, files: tuple[str, str]
) -> tuple[Timeline | None, tuple[InputError, ...]]:
    """Return what record and bundle say together.

    Parameters
    ----------
    record, bundle : Timeline
        Of one person; places are lines of the record and negative numbers of entries.
    files : tuple of (str, str)
        Names of the two files, for messages.

    Returns
    -------
    tuple
        The timeline, None where the two contradict each other; and the contradictions.
    """
    joint = Joint(*files)
    parts: dict[str, Any] = {
        name: _entries(joint, name, getattr(record, name), getattr(bundle, name))
        for name in _MERGERS
        if name != "implants"
    }
    joined = replace(
        record,
        **parts,
        demographics=_demographics(joint, record.demographics, bundle.demographics),
        episode=_episode(joint, record.episode, bundle.episode),
        pregnancy=_pregnancy(joint, record.pregnancy, bundle.pregnancy),
        implants=_implants(joint, record.implants, bundle.implants),
        genotypes=joined_genotypes(joint, record.genotypes, bundle.genotypes),
        notice=record.notice or bundle.notice,
        sources=(*record.sources, *bundle.sources),
        unmapped=bundle.unmapped,
    )
    _expecting_man(joint, joined)
    diagnosis = joined.episode.diagnosis.value
    if joined.conditions.value is not None and diagnosis is not None:
        kept = tuple(c for c in joined.conditions.value if not _is_episode(c, diagnosis))
        others = given(kept) if kept or record.conditions.known else record.conditions
        joined = replace(joined, conditions=others)
    return (None, tuple(joint.faults)) if joint.faults else (joined, ())


def _is_episode(condition: Condition, diagnosis: str) -> bool:
    return condition.line < 0 and condition.code == diagnosis and condition.status == "active"


def without_places(timeline: Timeline) -> Timeline:
    """Return a timeline whose entries from a bundle have no line: there is none to be named."""
    parts: dict[str, Any] = {}
    for part in fields(timeline):
        answer = getattr(timeline, part.name)
        if not isinstance(answer, Answer) or not isinstance(answer.value, tuple):
            continue
        if any(getattr(one, "line", 0) < 0 for one in answer.value):
            kept = tuple(
                replace(one, line=0) if getattr(one, "line", 0) < 0 else one for one in answer.value
            )
            parts[part.name] = given(kept)
    return replace(timeline, **parts)


def _entries(
    joint: Joint, name: str, mine: Answer[tuple[T, ...]], theirs: Answer[tuple[T, ...]]
) -> Answer[tuple[T, ...]]:
    """Join two lists: entries that mean the same become one, the others stand side by side."""
    if theirs.value is None:
        return mine if mine.status != "not_asked" else theirs
    if mine.value is None:
        return theirs
    if not mine.value and theirs.value and _present(theirs.value):
        joint.clash(name, f"{name}: [] in the record", (0, _line(theirs.value[0])))
    if mine.value and not theirs.value:
        joint.clash(name, "the bundle says that there is none", (_line(mine.value[0]), 0))
    left = list(theirs.value)
    joined: list[T] = []
    for entry in mine.value:
        merged = entry
        for other in _candidates(entry, left):
            both = _MERGERS[name](joint, merged, other)
            if both is not None:
                merged = both
                left.remove(other)
        joined.append(merged)
    return given((*joined, *left))


def _candidates(entry: T, left: Iterable[T]) -> tuple[T, ...]:
    """Return what may be the same entry; of several samples of a day those of this value first."""
    if not isinstance(entry, LabResult):
        return tuple(left)
    alike = [one for one in left if isinstance(one, LabResult) and one.test == entry.test]
    return tuple(sorted(alike, key=lambda one: not same_value(entry, one)))


def _implants(
    joint: Joint, mine: Answer[tuple[Implant, ...]], theirs: Answer[tuple[Implant, ...]]
) -> Answer[tuple[Implant, ...]]:
    """Join implants; where the record lists them, nothing is left open beside its list."""
    if mine.value is None or theirs.value is None:
        return _entries(joint, "implants", mine, theirs)
    told = tuple(one for one in theirs.value if one.kind != OTHERS)
    return _entries(joint, "implants", mine, given(told))


def _present(entries: Iterable[object]) -> bool:
    """Return whether one of the entries holds now; resolved diagnoses and stopped drugs do not."""
    return any(
        getattr(entry, "status", "") not in {"resolved", "suspected"}
        and not (isinstance(entry, DrugUse) and entry.stop.known)
        for entry in entries
    )


def _line(entry: object) -> int:
    line = getattr(entry, "line", 0)
    return line if isinstance(line, int) else 0


def _demographics(joint: Joint, mine: Demographics, theirs: Demographics) -> Demographics:
    ages = mine.age_years.value, theirs.age_years.value
    # Ages of completed years and ages with a fraction are the same within a year.
    if ages[0] is not None and ages[1] is not None and abs(ages[0] - ages[1]) > 1:
        joint.clash("age_years of demographics", f"{ages[0]:g}, and {ages[1]:g}", (0, 0))
    return Demographics(
        joint.one(mine.sex, theirs.sex, "sex of demographics", (0, 0)),
        mine.age_years if mine.age_years.known else theirs.age_years,
    )


def _episode(joint: Joint, mine: Episode, theirs: Episode) -> Episode:
    diagnosis = mine.diagnosis
    said, told = mine.diagnosis.value, theirs.diagnosis.value
    if said is None or told is None:
        diagnosis = mine.diagnosis if said is not None else theirs.diagnosis
    elif told.startswith(said):
        diagnosis = theirs.diagnosis
    elif not (said.startswith(told) or told.endswith(_UNSPECIFIED)):
        joint.clash("diagnosis of episode", f"{said}, and {told}", (0, 0))
    return replace(
        mine,
        diagnosis=diagnosis,
        onset=joint.day(mine.onset, theirs.onset, "onset of episode", (0, 0)),
    )


def _expecting_man(joint: Joint, joined: Timeline) -> None:
    """Note a man who is pregnant or breastfeeding once both are read together."""
    state, sex = joined.pregnancy.value, joined.demographics.sex.value
    if sex == "male" and state is not None and state.status in {"pregnant", "breastfeeding"}:
        joint.clash("pregnancy", f"{sex}, and {state.status}", (0, 0))


def _pregnancy(
    joint: Joint, mine: Answer[Pregnancy], theirs: Answer[Pregnancy]
) -> Answer[Pregnancy]:
    if mine.value is None or theirs.value is None:
        return theirs if mine.value is None and theirs.status != "not_asked" else mine
    days = mine.value.date.value, theirs.value.date.value
    if days[0] is not None and days[1] is not None:
        if latest(days[0]) < earliest(days[1]):
            return theirs
        if latest(days[1]) < earliest(days[0]):
            return mine
    if mine.value.status != theirs.value.status:
        joint.clash("pregnancy", f"{mine.value.status}, and {theirs.value.status}", (0, 0))
    return mine
