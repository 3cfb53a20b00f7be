"""From the entries of a record to the nouns, one function for each section."""

from __future__ import annotations

from typing import Any, Final

from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.errors import RecordError, UnitError
from equipoise.core.nouns import (
    Allergy,
    Condition,
    Consent,
    Demographics,
    Dose,
    DrugUse,
    Episode,
    FamilyCondition,
    Finding,
    Genotype,
    Implant,
    PastEffect,
    Preferences,
    Pregnancy,
    ReportedEffect,
    ScaleAnswers,
    TreatmentTrial,
    VisitNote,
)
from equipoise.core.tables import load_table
from equipoise.core.units import convert
from equipoise.ingest import schema as s
from equipoise.ingest.entries import Entry
from equipoise.ingest.lab_entries import no_unit
from equipoise.ingest.rules import check_order, check_trial
from equipoise.ingest.scale_rules import answer_fault, extra_fault, extra_id, total_fault

__all__ = [
    "allergy",
    "condition",
    "consent",
    "demographics",
    "drug_use",
    "episode",
    "family_condition",
    "finding",
    "genotype",
    "implant",
    "preferences",
    "pregnancy",
    "reported_effect",
    "scale_answers",
    "treatment_trial",
    "visit_note",
]

# Where no table names the unit of a drug: amounts by the day or by the session. Any unit that can
# be converted into one of them is accepted.
_DOSE_UNITS: Final = ("mg/d", "mg", "mg/kg", "[IU]/d", "[IU]", "mmol/d", "mL/d", "mL")


def demographics(answer: Answer[Entry]) -> Demographics:
    """Return sex and age; a section that is not known leaves both not known."""
    if answer.value is None:
        return (
            Demographics() if answer.status == "not_asked" else Demographics(unknown(), unknown())
        )
    return Demographics(answer.value.answer(s.SEX), answer.value.answer(s.AGE))


def episode(answer: Answer[Entry]) -> Episode:
    """Return the present episode; a section that is not known leaves every part not known."""
    entry = answer.value
    if entry is None:
        if answer.status == "not_asked":
            return Episode()
        return Episode(unknown(), unknown(), unknown(), unknown())
    return Episode(
        diagnosis=entry.answer(s.DIAGNOSIS),
        onset=entry.answer(s.ONSET),
        number=entry.answer(s.NUMBER_OF_EPISODE),
        specifiers=entry.answer(s.SPECIFIERS),
    )


def treatment_trial(entry: Entry) -> TreatmentTrial | None:
    """Return one trial of a treatment."""
    treatment = entry.needed(s.TREATED_WITH)
    trial = TreatmentTrial(
        treatment=treatment or "",
        dose=_dose(entry, treatment),
        start=entry.answer(s.START),
        stop=entry.answer(s.STOP),
        ongoing=entry.answer(s.ONGOING),
        adherence=entry.answer(s.ADHERENCE),
        outcome=entry.answer(s.OUTCOME),
        stopped_for=entry.answer(s.STOPPED_FOR),
        sessions=entry.answer(s.SESSIONS),
        line=entry.node.line,
        placement=entry.answer(s.PLACEMENT),
    )
    check_order(entry, s.START, s.STOP)
    check_trial(entry, trial)
    return trial if treatment else None


def drug_use(entry: Entry) -> DrugUse | None:
    """Return one drug that is no trial for the depression."""
    drug = entry.needed(s.TAKEN)
    use = DrugUse(
        drug=drug or "",
        dose=_dose(entry, drug),
        start=entry.answer(s.START),
        stop=entry.answer(s.STOP),
        line=entry.node.line,
    )
    check_order(entry, s.START, s.STOP)
    return use if drug else None


def _dose(entry: Entry, name: str | None) -> Answer[Dose]:
    """Return dose and unit together: neither stands alone."""
    dose, unit = entry.answer(s.DOSE), entry.answer(s.DOSE_UNIT)
    if dose.value is None:
        if entry.has(s.DOSE_UNIT) and entry.lacks(s.DOSE):
            entry.note(
                s.DOSE_UNIT,
                RecordError(
                    "a unit without a dose",
                    where=entry.spot("unit").where,
                    todo="add the dose (or dose: unknown), or leave the unit out",
                ),
            )
        return not_asked() if dose.status == "not_asked" else unknown()
    if unit.value is None:
        if entry.lacks(s.DOSE_UNIT) or unit.status == "unknown":
            entry.note(s.DOSE, no_unit(entry, "dose", "mg/d and the like"))
        return not_asked()
    try:
        _check_dose_unit(name, unit.value, entry.spot("unit").where)
    except UnitError as fault:
        entry.note(s.DOSE_UNIT, fault)
        return not_asked()
    return given(Dose(dose.value, unit.value))


def _check_dose_unit(name: str | None, unit: str, where: str) -> None:
    row = load_table("doses/doses").find(treatment=name or "")
    if row is not None:
        convert(1.0, unit, row.text("unit"), where=where)
        return
    if unit in _DOSE_UNITS:
        return
    for target in _DOSE_UNITS:
        try:
            convert(1.0, unit, target)
        except UnitError:
            continue
        return
    raise UnitError(
        "no dose has this unit",
        where=where,
        got=repr(unit),
        allowed=f"UCUM units such as {', '.join(_DOSE_UNITS)}",
        todo="correct the unit; small and capital letters differ",
    )


def condition(entry: Entry) -> Condition | None:
    """Return one coded diagnosis."""
    code, system = entry.needed(s.CODE), entry.needed(s.SYSTEM)
    status, onset = entry.needed(s.CONDITION_STATUS), entry.answer(s.ONSET)
    if code is None or system is None or status is None:
        return None
    return Condition(code, system, status, onset, entry.node.line)


def implant(entry: Entry) -> Implant | None:
    """Return one implant."""
    kind, site = entry.needed(s.IMPLANT_KIND), entry.answer(s.WHERE)
    return None if kind is None else Implant(kind, site, entry.node.line)


def pregnancy(answer: Answer[Entry]) -> Answer[Pregnancy]:
    """Return pregnancy and breastfeeding."""
    if answer.value is None:
        return not_asked() if answer.status == "not_asked" else unknown()
    status, date = answer.value.needed(s.PREGNANCY_STATUS), answer.value.answer(s.LOOKED)
    return not_asked() if status is None else given(Pregnancy(status, date))


def scale_answers(entry: Entry) -> ScaleAnswers | None:
    """Return the answers to one scale, as many as it has items and within their range."""
    scale, date = entry.needed(s.SCALE_ID), entry.needed(s.MEASURED)
    items, total = entry.answer(s.ITEMS).value, entry.answer(s.TOTAL).value
    extras = entry.answer(s.EXTRA).or_else(())
    if entry.lacks(s.ITEMS) == entry.lacks(s.TOTAL):
        entry.note(
            s.ITEMS,
            RecordError(
                "either the answers or the total of a scale",
                where=entry.spot("items").where,
                allowed="items, or total where the answers are not at hand",
            ),
        )
        return None
    if scale is None or date is None or (items is None and total is None):
        return None
    if items is not None:
        fault = _items_fault(scale, items, entry.spot("items").where)
        if fault is not None:
            entry.note(s.ITEMS, fault)
            return None
    if not _sound(entry, scale, extras, total):
        return None
    named = tuple(sorted((extra_id(scale, name), value) for name, value in extras))
    return ScaleAnswers(scale, date, items or (), entry.node.line, named, total)


def _sound(
    entry: Entry, scale: str, extras: tuple[tuple[str, int], ...], total: float | None
) -> bool:
    """Note further questions that the scale has not, and a total that it cannot have."""
    found: list[tuple[s.Key[Any], str]] = [
        (s.EXTRA, extra_fault(scale, name, value)) for name, value in extras
    ]
    found.append((s.TOTAL, "" if total is None else total_fault(scale, total)))
    for key, what in found:
        if what:
            entry.note(key, RecordError(what, where=entry.spot(key.name).where))
    return not any(what for _, what in found)


def _items_fault(scale: str, items: tuple[int | None, ...], where: str) -> RecordError | None:
    row = load_table("scales/scales").row(id=scale)
    wanted = int(row.number("items"))
    if len(items) != wanted:
        return RecordError(
            f"{scale} has another number of items",
            where=where,
            got=f"{len(items)} answers",
            allowed=f"{wanted} answers",
            todo="write null for an item that was left out",
        )
    for number, item in enumerate(items, 1):
        what = "" if item is None else answer_fault(scale, number, item)
        if what:
            todo = "correct the answer, or write null where it was left out"
            return RecordError(what, where=where, got=str(item), todo=todo)
    return None


def genotype(entry: Entry) -> Genotype | None:
    """Return one reported diplotype."""
    gene = entry.needed(s.GENE)
    diplotype, phenotype = entry.answer(s.DIPLOTYPE).value, entry.answer(s.PHENOTYPE).value
    if entry.lacks(s.DIPLOTYPE) and entry.lacks(s.PHENOTYPE):
        fault = RecordError(
            "a diplotype or a phenotype is needed", where=entry.spot("diplotype").where
        )
        entry.note(s.DIPLOTYPE, fault)
        return None
    if gene is None or (diplotype is None and phenotype is None):
        return None
    return Genotype(gene, diplotype or "", entry.node.line, phenotype)


def allergy(entry: Entry) -> Allergy | None:
    """Return one drug that is not to be given again."""
    drug, kind = entry.needed(s.ALLERGIC_TO), entry.needed(s.ALLERGY_KIND)
    reaction = entry.answer(s.REACTION)
    return None if drug is None or kind is None else Allergy(drug, kind, reaction, entry.node.line)


def family_condition(entry: Entry) -> FamilyCondition | None:
    """Return one diagnosis of a relative."""
    code, system = entry.needed(s.CODE), entry.needed(s.SYSTEM)
    relation = entry.answer(s.RELATION)
    if code is None or system is None:
        return None
    return FamilyCondition(code, system, relation, entry.node.line)


def reported_effect(entry: Entry) -> ReportedEffect | None:
    """Return one side effect as the person tells it."""
    effect, severity = entry.needed(s.EFFECT_TOLD), entry.needed(s.EFFECT_SEVERITY)
    date = entry.needed(s.MEASURED)
    if effect is None or severity is None or date is None:
        return None
    return ReportedEffect(effect, severity, date, entry.node.line)


def visit_note(entry: Entry) -> VisitNote | None:
    """Return what the person wants to ask or say."""
    text, date = entry.needed(s.NOTE), entry.needed(s.MEASURED)
    return None if text is None or date is None else VisitNote(text, date, entry.node.line)


def finding(entry: Entry) -> Finding | None:
    """Return one clinical finding."""
    name, status = entry.needed(s.FOUND), entry.needed(s.FINDING_STATUS)
    date = entry.answer(s.LOOKED)
    if name is None or status is None:
        return None
    return Finding(name, status, date, entry.node.line)


def preferences(answer: Answer[Entry]) -> Answer[Preferences]:
    """Return the weights that the person set."""
    if answer.value is None:
        return not_asked() if answer.status == "not_asked" else unknown()
    weights = answer.value.answer(s.WEIGHT_OF)
    had = answer.value.answer(s.HAD).or_else(())
    date = answer.value.answer(s.WISHED).value
    if weights.status == "unknown" and not had:
        return unknown()
    experience = tuple(PastEffect(name, one) for name, effects in had for one in sorted(effects))
    return given(Preferences(weights.or_else(()), date, experience))


def consent(entry: Entry) -> Consent | None:
    """Return what the person agreed to for one purpose."""
    purpose, granted = entry.needed(s.PURPOSE), entry.needed(s.GRANTED)
    date, revoked = entry.needed(s.ASKED), entry.answer(s.REVOKED)
    check_order(entry, s.ASKED, s.REVOKED)
    if purpose is None or granted is None or date is None:
        return None
    return Consent(purpose, granted, date, revoked, entry.answer(s.TOPICS).or_else(()))
