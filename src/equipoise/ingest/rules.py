"""What contradicts itself in a record: dates in the wrong order, two answers to one question."""

from __future__ import annotations

from collections.abc import Iterable

from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.errors import InputError, RecordError, UnitError
from equipoise.core.nouns import Dose, Finding, Timeline, TreatmentTrial
from equipoise.core.tables import Row, load_table
from equipoise.core.units import convert
from equipoise.ingest import schema as s
from equipoise.ingest.contradictions import before_birth, contradictions, intakes, slips
from equipoise.ingest.entries import Entry, Sheet
from equipoise.ingest.yaml_lines import Scalar

__all__ = ["check_order", "check_trial", "check_whole"]


def check_order(entry: Entry, first: s.Key[IsoDate], second: s.Key[IsoDate]) -> None:
    """Note two dates that cannot stand in this order.

    Parameters
    ----------
    entry : Entry
        Holds both.
    first, second : Key of str
        The earlier and the later date.
    """
    before, after = _date(entry, first), _date(entry, second)
    if before is None or after is None or earliest(before) <= latest(after):
        return
    entry.note(
        second,
        RecordError(
            f"{second.name} lies before {first.name}",
            where=entry.spot(second.name).where,
            got=f"{first.name} {before}, {second.name} {after}",
            allowed=f"{second.name} on or after {first.name}",
            todo="correct one of the two dates",
        ),
    )


def _date(entry: Entry, key: s.Key[IsoDate]) -> IsoDate | None:
    """Return a date that can be read; its own faults are noted elsewhere."""
    node = entry.node.values.get(key.name)
    if not isinstance(node, Scalar):
        return None
    try:
        return key.kind.read(node, entry.spot(key.name))
    except InputError:
        return None


def check_trial(entry: Entry, trial: TreatmentTrial) -> None:
    """Note a trial that is said to go on and to have been stopped, or has a dose it cannot have.

    Parameters
    ----------
    entry : Entry
        Where the trial stands.
    trial : TreatmentTrial
        What was read.
    """
    stopped = [key for key in (s.STOP, s.STOPPED_FOR) if entry.has(key)]
    if trial.ongoing.value is True and stopped:
        names = " and ".join(key.name for key in stopped)
        entry.note(
            s.ONGOING,
            RecordError(
                f"a trial that is ongoing cannot have {names}",
                where=entry.spot("ongoing").where,
                todo=f"keep ongoing, or {names}",
            ),
        )
    over = trial.stop.known or trial.ongoing.value is False
    if entry.has(s.STOPPED_FOR) and not over and trial.ongoing.value is not True:
        entry.note(
            s.STOPPED_FOR,
            RecordError(
                "a trial that was stopped needs the day",
                where=entry.spot("stopped_for").where,
                allowed="stop: a date; or ongoing: no where the day is not known",
                todo="add one of the two",
            ),
        )
    row = load_table("treatments/treatments").find(id=trial.treatment)
    if trial.dose.known and row is not None and row.text("kind") in {"procedure", "therapy"}:
        entry.note(
            s.DOSE,
            RecordError(
                f"{trial.treatment} has no dose by weight",
                where=entry.spot("dose").where,
                todo="leave dose and unit out; give sessions",
            ),
        )


def check_whole(timeline: Timeline, root: Entry) -> None:
    """Note what contradicts itself across sections.

    Parameters
    ----------
    timeline : Timeline
        What was read.
    root : Entry
        The record.
    """
    state = timeline.pregnancy.value
    expecting = state is not None and state.status in {"pregnant", "breastfeeding"}
    if timeline.demographics.sex.value == "male" and state is not None and expecting:
        line = root.node.lines[s.PREGNANCY.name]
        root.sheet.note(
            RecordError(
                "sex and pregnancy contradict each other",
                where=root.spot("status of pregnancy", line).where,
                got=f"{state.status}, and male on line {root.node.lines[s.DEMOGRAPHICS.name]}",
                todo="correct one of the two",
            ),
            line,
        )
    _check_findings(timeline.findings.or_else(()), root.sheet)
    _check_pairs(timeline, root.sheet)
    for trial in timeline.treatments.or_else(()):
        _check_dose(trial.treatment, trial.dose.value, trial.line, root.sheet)
    for use in timeline.drugs.or_else(()):
        _check_dose(use.drug, use.dose.value, use.line, root.sheet)


def _check_pairs(timeline: Timeline, sheet: Sheet) -> None:
    """Note entries that stand twice, likely slips of a dose, and dates before the birth."""
    for clash in (*contradictions(timeline), *slips(intakes(timeline))):
        line, other = clash.lines
        sheet.note(
            RecordError(
                clash.what,
                where=sheet.spot(line, clash.field).where,
                got=f"{clash.got}; the other on line {other}",
                todo=clash.todo,
            ),
            line,
        )
    for section, line, day in before_birth(timeline, sheet.today):
        sheet.note(
            RecordError(
                "this date lies before the birth",
                where=sheet.spot(line, section).where,
                got=f"{day}, and {timeline.demographics.age_years.value:g} years of age",
                todo="correct the date or the age",
            ),
            line,
        )


def _check_dose(drug: str, dose: Dose | None, line: int | None, sheet: Sheet) -> None:
    """Note a dose so far above the highest one that its number or unit must be a slip."""
    row = _dose_row(drug)
    highest = None if row is None else row.optional_number("maximum")
    if dose is None or row is None or highest is None or line is None:
        return
    unit = row.text("unit")
    try:
        taken = convert(dose.value, dose.unit, unit, quantity=drug)
    except UnitError:
        return
    factor = load_table("hyperparameters/hyperparameters").row(id="ingest_dose_factor")
    limit = factor.number("value") * highest
    if taken <= limit:
        return
    sheet.note(
        RecordError(
            f"the dose of {drug} is not plausible",
            where=sheet.spot(line, "dose").where,
            got=f"{dose.value:.10g} {dose.unit}",
            allowed=f"at most {limit:g} {unit}, {factor.number('value'):g} times the highest dose",
            todo="check the number and the unit",
        ),
        line,
    )


def _dose_row(drug: str) -> Row | None:
    """Return the row of `doses/doses` of a drug, its addition, or the one drug of a treatment."""
    listed = load_table("treatments/treatments").find(id=drug)
    parts = () if listed is None else listed.items("drugs")
    names = (drug, *parts) if len(parts) == 1 else (drug,)
    table = load_table("doses/doses")
    rows = (table.find(treatment=n) for one in names for n in (one, f"{one}_augmentation"))
    return next((row for row in rows if row is not None), None)


def _check_findings(findings: Iterable[Finding], sheet: Sheet) -> None:
    first: dict[tuple[str, str | None], Finding] = {}
    for finding in findings:
        day = finding.date.value
        before = first.setdefault((finding.finding, day), finding)
        if before.status == finding.status:
            continue
        sheet.note(
            RecordError(
                f"two answers about {finding.finding}",
                where=sheet.spot(finding.line, "status of findings").where,
                got=f"{finding.status}, and {before.status} on line {before.line}",
                allowed="one answer for each day",
                todo="correct one, or give the days on which each was found",
            ),
            finding.line,
        )
