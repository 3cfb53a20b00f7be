"""Whether an entry of a record and one of a bundle are the same, and what they say together."""

from __future__ import annotations

from dataclasses import replace

from equipoise.core.answers import Answer
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.errors import UnitError
from equipoise.core.nouns import (
    Allergy,
    Condition,
    Dose,
    DrugUse,
    FamilyCondition,
    Finding,
    Implant,
    LabResult,
    ScaleAnswers,
    TreatmentTrial,
)
from equipoise.core.scoring import score
from equipoise.core.tables import load_table, setting
from equipoise.core.units import convert
from equipoise.ingest.joint import Joint, near

__all__ = [
    "same_allergy",
    "same_condition",
    "same_finding",
    "same_implant",
    "same_lab",
    "same_relative",
    "same_scale",
    "same_trial",
    "same_use",
    "same_value",
]


_Taken = TreatmentTrial | DrugUse


def same_trial(joint: Joint, mine: TreatmentTrial, theirs: TreatmentTrial) -> TreatmentTrial | None:
    """Return a trial that both tell of; None where these are two trials."""
    if mine.treatment != theirs.treatment:
        return None
    if not _meet((mine.start, mine.stop), (theirs.start, theirs.stop)):
        return None
    lines = mine.line, theirs.line
    about = f"of {mine.treatment}"
    return replace(
        mine,
        dose=_dose(joint, mine, theirs, mine.treatment),
        start=_start(joint, mine.start, theirs.start, f"start {about}", lines),
        stop=joint.day(mine.stop, theirs.stop, f"stop {about}", lines),
        ongoing=_ongoing(joint, mine, theirs),
        adherence=joint.one(mine.adherence, theirs.adherence, f"adherence {about}", lines),
        outcome=joint.one(mine.outcome, theirs.outcome, f"outcome {about}", lines),
        stopped_for=joint.one(mine.stopped_for, theirs.stopped_for, f"stopped_for {about}", lines),
        sessions=joint.one(mine.sessions, theirs.sessions, f"sessions {about}", lines),
        placement=joint.one(mine.placement, theirs.placement, f"placement {about}", lines),
    )


def _ongoing(joint: Joint, mine: TreatmentTrial, theirs: TreatmentTrial) -> Answer[bool]:
    """Return whether it is still taken; a day of stopping on one side counts as an answer."""
    said = [
        False if trial.stop.value is not None else trial.ongoing.value for trial in (mine, theirs)
    ]
    if None not in said and said[0] != said[1]:
        words = ["still taken" if one else "stopped" for one in said]
        joint.clash(f"ongoing of {mine.treatment}", ", and ".join(words), (mine.line, theirs.line))
    if mine.ongoing.known or mine.stop.known or theirs.ongoing.status == "not_asked":
        return mine.ongoing
    return theirs.ongoing


def same_use(joint: Joint, mine: DrugUse, theirs: DrugUse) -> DrugUse | None:
    """Return a drug in use that both tell of; None where these are two."""
    if mine.drug != theirs.drug or not _meet((mine.start, mine.stop), (theirs.start, theirs.stop)):
        return None
    lines = mine.line, theirs.line
    return replace(
        mine,
        dose=_dose(joint, mine, theirs, mine.drug),
        start=_start(joint, mine.start, theirs.start, f"start of {mine.drug}", lines),
        stop=joint.day(mine.stop, theirs.stop, f"stop of {mine.drug}", lines),
    )


def _meet(
    mine: tuple[Answer[IsoDate], Answer[IsoDate]], theirs: tuple[Answer[IsoDate], Answer[IsoDate]]
) -> bool:
    """Return whether two spans of time can be one: they share a day, or a start is missing."""
    if mine[0].value is None or theirs[0].value is None:
        return True
    if near(mine[0].value, theirs[0].value):
        return True
    first, second = sorted((mine, theirs), key=lambda span: earliest(span[0].value or ""))
    ends = first[1].value
    return ends is None or latest(ends) >= earliest(second[0].value or "")


def _start(
    joint: Joint,
    mine: Answer[IsoDate],
    theirs: Answer[IsoDate],
    name: str,
    lines: tuple[int, int],
) -> Answer[IsoDate]:
    """Return the first day; a later order in the bundle only goes on with the same trial."""
    both = mine.value is not None and theirs.value is not None
    if both and latest(mine.or_else("")) <= earliest(theirs.or_else("")):
        return mine
    return joint.day(mine, theirs, name, lines)


def _dose(joint: Joint, mine: _Taken, theirs: _Taken, drug: str) -> Answer[Dose]:
    """Return the dose; a lower one in the bundle may be a step on the way to the highest.

    Not so where both begin together and the lower one is smaller as by a decimal point.
    """
    said, told, lines = mine.dose.value, theirs.dose.value, (mine.line, theirs.line)
    if said is None or told is None:
        return joint.one(mine.dose, theirs.dose, f"dose of {drug}", lines)
    try:
        converted = convert(told.value, told.unit, said.unit)
    except UnitError:
        converted = float("inf")
    slip = _together(mine, theirs) and converted * setting("ingest_slip_factor") <= said.value
    if slip or converted > said.value * (1 + setting("fhir_join_share")):
        got = f"{said.value:g} {said.unit}, and {told.value:g} {told.unit}"
        joint.clash(f"dose of {drug}", got, lines)
    return mine.dose


def _together(mine: _Taken, theirs: _Taken) -> bool:
    """Return whether both begin within the days in which two doses are held side by side."""
    days = mine.start.value, theirs.start.value
    if days[0] is None or days[1] is None:
        return False
    return abs((earliest(days[0]) - earliest(days[1])).days) <= setting("ingest_slip_days")


def same_condition(joint: Joint, mine: Condition, theirs: Condition) -> Condition | None:
    """Return a diagnosis that both tell of."""
    if (mine.code, mine.system) != (theirs.code, theirs.system):
        return None
    lines = mine.line, theirs.line
    open_ones = {"unknown", "suspected"}
    states = {mine.status, theirs.status} - open_ones
    if len(states) > 1:
        joint.clash(f"status of {mine.code}", f"{mine.status}, and {theirs.status}", lines)
    told = states.pop() if len(states) == 1 else mine.status
    # Somebody who knows of the diagnosis outweighs somebody who suspects it.
    status = "unknown" if told == "suspected" and theirs.status == "unknown" else told
    onset = mine.onset if mine.onset.known else theirs.onset
    return replace(mine, status=status, onset=onset)


def same_lab(joint: Joint, mine: LabResult, theirs: LabResult) -> LabResult | None:
    """Return a value that both tell of: the same test on the same day at the same time."""
    if not _one_sample(mine, theirs):
        return None
    about, lines = f"of {mine.test} of labs", (mine.line, theirs.line)
    if mine.comparator != theirs.comparator or not same_value(mine, theirs):
        got = f"{_reported(mine)}, and {_reported(theirs)}"
        joint.clash(f"{mine.test} of labs", got, lines)
    return replace(
        mine,
        assay=mine.assay or theirs.assay,
        fasting=joint.one(mine.fasting, theirs.fasting, f"fasting {about}", lines),
        time=mine.time or theirs.time,
        minutes_after_waking=theirs.minutes_after_waking
        if mine.minutes_after_waking is None
        else mine.minutes_after_waking,
        hours_since_dose=theirs.hours_since_dose
        if mine.hours_since_dose is None
        else mine.hours_since_dose,
        unit_confirmed=mine.unit_confirmed or theirs.unit_confirmed,
    )


def _one_sample(mine: LabResult, theirs: LabResult) -> bool:
    """Return whether two values can be of one sample: nothing that both tell differs."""
    if (mine.test, mine.date) != (theirs.test, theirs.date):
        return False
    pairs = (
        (mine.time, theirs.time),
        (mine.minutes_after_waking, theirs.minutes_after_waking),
        (mine.assay, theirs.assay),
    )
    return all(None in pair or pair[0] == pair[1] for pair in pairs)


def same_value(mine: LabResult, theirs: LabResult) -> bool:
    """Return whether two values of one test are equal but for rounding."""
    inside = load_table("labs/labs").row(id=mine.test).text("unit")
    said, told = (convert(x.value, x.unit, inside, quantity=x.test) for x in (mine, theirs))
    return abs(told - said) <= abs(said) * setting("fhir_join_share")


def _reported(lab: LabResult) -> str:
    return f"{lab.comparator or ''}{lab.value:g} {lab.unit}"


def same_scale(joint: Joint, mine: ScaleAnswers, theirs: ScaleAnswers) -> ScaleAnswers | None:
    """Return answers that both tell of: the same scale on the same day."""
    if (mine.scale, mine.date) != (theirs.scale, theirs.date):
        return None
    differ = mine.items != theirs.items if mine.items and theirs.items else False
    totals = score(mine).total, score(theirs).total
    if differ or (None not in totals and totals[0] != totals[1]):
        got = f"answers or totals differ: {totals[0]}, and {totals[1]}"
        joint.clash(f"{mine.scale} of scales", got, (mine.line, theirs.line))
    fuller = mine if mine.items or not theirs.items else theirs
    return replace(fuller, extras=tuple(sorted({*theirs.extras, *mine.extras})))


def same_allergy(joint: Joint, mine: Allergy, theirs: Allergy) -> Allergy | None:
    """Return an allergy that both tell of; an allergy outweighs an intolerance."""
    del joint
    if mine.drug != theirs.drug:
        return None
    kinds = {mine.kind, theirs.kind}
    kind = "allergy" if "allergy" in kinds else mine.kind
    return replace(
        mine, kind=kind, reaction=mine.reaction if mine.reaction.known else theirs.reaction
    )


def same_relative(
    joint: Joint, mine: FamilyCondition, theirs: FamilyCondition
) -> FamilyCondition | None:
    """Return a diagnosis of one relative that both tell of."""
    del joint
    alike = (mine.code, mine.relation) == (theirs.code, theirs.relation)
    return mine if alike else None


def same_implant(joint: Joint, mine: Implant, theirs: Implant) -> Implant | None:
    """Return an implant that both tell of; one of another place is another one."""
    del joint
    sites = mine.site.value, theirs.site.value
    if mine.kind != theirs.kind or (None not in sites and sites[0] != sites[1]):
        return None
    return replace(mine, site=mine.site if mine.site.known else theirs.site)


def same_finding(joint: Joint, mine: Finding, theirs: Finding) -> Finding | None:
    """Return a finding that both tell of on one day."""
    if (mine.finding, mine.date) != (theirs.finding, theirs.date):
        return None
    if mine.status != theirs.status:
        got = f"{mine.status}, and {theirs.status}"
        joint.clash(f"{mine.finding} of findings", got, (mine.line, theirs.line))
    return mine
