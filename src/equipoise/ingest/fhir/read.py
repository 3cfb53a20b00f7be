"""From a bundle to a `Timeline`: every resource is in it, or listed as unmapped."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.dates import IsoDate
from equipoise.core.errors import InputError
from equipoise.core.nouns import DrugUse, InputDigest, Timeline, TreatmentTrial, Unmapped
from equipoise.ingest.contradictions import Clash, Intake, contradictions, slips
from equipoise.ingest.fhir.allergy import read_allergies
from equipoise.ingest.fhir.bundle import open_bundle, parsed
from equipoise.ingest.fhir.chart import Chart
from equipoise.ingest.fhir.checklist import Checklist
from equipoise.ingest.fhir.codes import Concept, coded, coding_of, target
from equipoise.ingest.fhir.condition import Diagnoses, read_conditions
from equipoise.ingest.fhir.device import read_implants
from equipoise.ingest.fhir.family import read_family
from equipoise.ingest.fhir.genotype import read_genotypes
from equipoise.ingest.fhir.medication import Use, read_uses
from equipoise.ingest.fhir.observation import Observed, pregnancy_of, read_observations
from equipoise.ingest.fhir.part import Part, fault
from equipoise.ingest.fhir.patient import read_patient, with_birth
from equipoise.ingest.fhir.procedure import read_procedures
from equipoise.ingest.fhir.questionnaire import read_questionnaires
from equipoise.ingest.fhir.scales import Sheets
from equipoise.ingest.fhir.trials import drugs_in_use, trials_of, while_taken

__all__ = ["bundle_label", "examine_bundle", "timeline_of"]

_NAMED: Final = re.compile(r"sub-([A-Za-z0-9]+)(?:_[A-Za-z0-9_-]+)?", re.ASCII)
_READ: Final = frozenset({
    "AllergyIntolerance",
    "Condition",
    "Device",
    "DeviceUseStatement",
    "FamilyMemberHistory",
    "Medication",
    "MedicationAdministration",
    "MedicationRequest",
    "MedicationStatement",
    "Observation",
    "Patient",
    "Procedure",
    "QuestionnaireResponse",
})
_DIGITS: Final = 8


def bundle_label(path: Path, data: bytes) -> str:
    """Return the label of the person of a bundle, from the names of file and folders only.

    Parameters
    ----------
    path : Path
        Where the bundle lies.
    data : bytes
        What it holds.

    Returns
    -------
    str
        The BIDS label of the file or of the nearest folder that has one; else ``person`` with the
        first letters of the digest. Never the name or a number of the patient.
    """
    for name in (path.stem, *(folder.name for folder in path.parents)):
        match = _NAMED.fullmatch(name)
        if match is not None:
            return match[1]
    return f"person{hashlib.sha256(data).hexdigest()[:_DIGITS]}"


def examine_bundle(
    path: Path, *, today: IsoDate, expected_label: str | None = None
) -> tuple[Timeline | None, tuple[InputError, ...]]:
    """Read a bundle and return what is wrong with it.

    Parameters
    ----------
    path : Path
        A JSON file with a FHIR R4 Bundle.
    today : str
        Day of the run; a later date is refused.
    expected_label : str, optional
        Label that the caller gives, such as that of the folder.

    Returns
    -------
    tuple
        The timeline, None where there are faults; and the faults.
    """
    try:
        value, data = parsed(path)
        label = expected_label or bundle_label(path, data)
        chart = open_bundle(value, str(path), today)
        timeline = timeline_of(chart, label)
    except InputError as error:
        return None, (error,)
    except RecursionError:
        return None, (
            fault("the bundle nests too deeply", str(path), todo="export the bundle again"),
        )
    digest = InputDigest(f"sub-{label}_fhir.json", hashlib.sha256(data).hexdigest())
    if chart.faults:
        return None, tuple(chart.faults)
    return replace(timeline, sources=(digest,)), ()


def timeline_of(chart: Chart, label: str) -> Timeline:
    """Return what the resources of a person say.

    Parameters
    ----------
    chart : Chart
        Its faults grow by what is wrong; places of facts are negative numbers of entries.
    label : str
        BIDS label.

    Returns
    -------
    Timeline
        With everything that could not be mapped in `unmapped`.
    """
    _guarded(chart, with_birth, None)
    diagnoses = _guarded(chart, read_conditions, Diagnoses(not_asked(), Timeline(label).episode))
    sheets = Sheets(chart)
    observed = _guarded(chart, lambda c: read_observations(c, sheets), Observed())
    asked = _guarded(chart, lambda c: read_questionnaires(c, sheets), Checklist(chart))
    uses, said = _guarded(chart, read_uses, ([], {"none": False, "untold": False}))
    trials, drugs = _taken(chart, uses, said, observed)
    labs = tuple({replace(x, line=0): x for x in reversed(observed.labs)}.values())
    pregnancies = [*diagnoses.pregnancies, *observed.pregnancies]
    timeline = Timeline(
        label=label,
        demographics=_guarded(chart, read_patient, Timeline(label).demographics),
        episode=replace(diagnoses.episode, number=asked.episode_number()),
        treatments=trials,
        drugs=drugs,
        conditions=diagnoses.conditions,
        pregnancy=pregnancy_of(chart, pregnancies),
        labs=_some(tuple(sorted(labs, key=lambda x: (x.date, -x.line)))),
        scales=_some(_guarded(chart, lambda _: sheets.answers(), ())),
        findings=_some((*diagnoses.findings, *asked.findings)),
        notice=_notice(chart),
        allergies=_guarded(chart, read_allergies, not_asked()),
        family=_guarded(chart, read_family, not_asked()),
        implants=asked.implants_with(_guarded(chart, read_implants, not_asked())),
        genotypes=_guarded(chart, read_genotypes, not_asked()),
    )
    _rest(chart)
    _judge(chart, timeline, uses, [at for state, at in pregnancies if state])
    return replace(timeline, unmapped=(*chart.told(), *_out_of_scope(chart)))


def _guarded(chart: Chart, read: Callable[[Chart], Any], otherwise: Any) -> Any:
    """Return what a reader gives; its fault is kept beside those of the other readers."""
    try:
        return read(chart)
    except InputError as error:
        chart.faults.append(error)
        return otherwise


def _some(found: tuple[Any, ...]) -> Answer[tuple[Any, ...]]:
    """Return entries as given; none in a bundle does not say that there are none."""
    return given(found) if found else not_asked()


def _taken(
    chart: Chart, uses: list[Use], said: dict[str, bool], observed: Observed
) -> tuple[Answer[tuple[TreatmentTrial, ...]], Answer[tuple[DrugUse, ...]]]:
    trials: list[TreatmentTrial] = []
    drugs: list[DrugUse] = []
    for course, is_trial in while_taken(chart, uses):
        if is_trial:
            trials.append(trials_of(course))
        else:
            drugs.append(drugs_in_use(course))
    trials = [_with_told(chart, trial, observed, trials) for trial in trials]
    for drug, told in observed.told.items():
        for _, number in told:
            why = "no trial of it stands in the bundle"
            chart.leave(chart.at(number), f"adherence to {drug}", why)
    trials += _guarded(chart, read_procedures, ())
    trials.sort(key=lambda t: (t.start.or_else(""), t.treatment))
    running = [use for use in uses if use.state == "running"]
    if said["none"] and running:
        one = next(
            r.number
            for kind in _READ
            for r in chart.each(kind)
            if r.number in chart.used
            and kind.startswith("Medication")
            and r.number not in {u.entry for u in uses}
        )
        chart.contradiction(
            "a medication, and a statement that there is none",
            (running[0].entry, one),
            running[0].drug,
            "correct one",
        )
    taken: Answer[tuple[DrugUse, ...]] = _some(tuple(drugs))
    if not drugs and said["none"]:
        taken = given(())
    elif not drugs and said["untold"]:
        taken = unknown()
    return _some(tuple(trials)), taken


def _with_told(
    chart: Chart, trial: TreatmentTrial, observed: Observed, trials: Iterable[TreatmentTrial]
) -> TreatmentTrial:
    """Take adherence from a text that names the drug, where it has only one trial."""
    told = observed.told.pop(trial.treatment, [])
    if not told:
        return trial
    said = {value for value, _ in told}
    alone = sum(1 for other in trials if other.treatment == trial.treatment) == 1
    if len(said) == 1 and alone and not trial.adherence.known:
        return replace(trial, adherence=given(said.pop()))
    for _, number in told:
        chart.leave(
            chart.at(number), f"adherence to {trial.treatment}", "which trial it means is not plain"
        )
    return trial


def _notice(chart: Chart) -> str | None:
    """Return that the data are test data, where the Patient is tagged so."""
    for one in chart.each("Patient"):
        meta = one.part.child("meta")
        marks: list[Part] = []
        if meta is not None:
            marks = [*meta.children("tag"), *meta.children("security")]
        for mark in marks:
            if target("test_data", Concept((coding_of(mark),), "")) is not None:
                return mark.text("display") or "test data, no real person"
    return None


def _rest(chart: Chart) -> None:
    """List what of the types that are read left no trace in the timeline."""
    traced = chart.used | {one.number for one, *_ in chart.left}
    for kind in sorted(_READ):
        for one in chart.each(kind):
            if one.number not in traced:
                why = (
                    "nothing refers to it"
                    if kind == "Medication"
                    else "nothing in it could be read"
                )
                chart.leave(one, kind, why)


def _out_of_scope(chart: Chart) -> tuple[Unmapped, ...]:
    found = []
    traced = chart.used | {one.number for one, *_ in chart.left}
    for kind in sorted(set(chart.resources) - _READ):
        count = sum(one.number not in traced for one in chart.resources[kind])
        if not count:
            continue
        what = f"{count} {'resource' if count == 1 else 'resources'}"
        found.append(Unmapped(kind, what, "resources of this type are not read"))
    return tuple(found)


def _of_two_codes(chart: Chart, clash: Clash) -> bool:
    """Return whether two values of a moment have codes of their own: two formulas of one test."""
    parts = [chart.at(-line).part.child("code") for line in clash.lines]
    codes = [{c.code for c in coded(part).codings} if part else set() for part in parts]
    return not codes[0] & codes[1]


def _two_values(chart: Chart, clash: Clash) -> None:
    """List two values of one sample, such as a test that was run again; both stay.

    Nobody who reads a bundle can mend it; with both every rule sees the more dangerous one.
    """
    if not _of_two_codes(chart, clash):
        why = f"{clash.got}: both are kept and rules look at both; ask which one holds"
        chart.leave(chart.at(-clash.lines[0]), clash.what, why)


def _judge(chart: Chart, timeline: Timeline, uses: list[Use], expecting: list[int]) -> None:
    """Note what contradicts itself across resources."""
    held = [Intake(u.drug, u.dose, u.start, -u.entry) for u in uses if u.state != "not_taken"]
    for clash in (*contradictions(timeline), *slips(held)):
        if clash.field == "labs":
            _two_values(chart, clash)
            continue
        chart.contradiction(clash.what, (-clash.lines[0], -clash.lines[1]), clash.got, clash.todo)
    state = timeline.pregnancy.value
    if state is None or timeline.demographics.sex.value != "male":
        return
    if state.status in {"pregnant", "breastfeeding"}:
        person = next(chart.each("Patient"))
        chart.contradiction(
            "sex and pregnancy contradict each other",
            (person.number, expecting[-1] if expecting else person.number),
            f"male, and {state.status}",
            "correct one of the two",
        )
