"""In which phase of treatment a person is, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from equipoise.core.casing import within
from equipoise.core.errors import TableError
from equipoise.core.nouns import PhaseOutline
from equipoise.core.tables import load_table
from equipoise.plan.case import title
from equipoise.plan.options import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from equipoise.core.nouns import Appraisal, StagingResult, Treatment
    from equipoise.core.tables import Row
    from equipoise.plan.case import Case

__all__ = ["find_phase", "outline_phases"]

PHASES = "phases/phases"
_DEFINITION = "trd_"
_OPEN = "cannot_tell"


def find_phase(appraisal: Appraisal, treatments: Mapping[str, Treatment]) -> tuple[Row, str]:
    """Return the phase and the reason for it.

    Only trials that are certainly adequate count, so that a gap in the record never moves a person
    on.

    Parameters
    ----------
    appraisal : Appraisal
        Stage and trials.
    treatments : Mapping of str to Treatment
        Options by id, for the phase each belongs to.

    Returns
    -------
    row : Row
        The latest phase of `phases/phases` whose entry rule is met.
    reason : str
        One or two sentences.
    """
    _check_phases(treatments)
    rows = sorted(load_table(PHASES), key=lambda row: row.number("order"))
    without_benefit = {
        treatments[trial.treatment].phase
        for trial in appraisal.trials
        if trial.failed == "yes" and trial.in_episode != "no" and trial.treatment in treatments
    }
    met = [row for row in rows if _entered(row, appraisal.stage.count, without_benefit)]
    phase = met[-1]
    later = rows[rows.index(phase) + 1 :]
    return phase, _reason(appraisal, phase, later) + _definitions(appraisal)


def _check_phases(treatments: Mapping[str, Treatment]) -> None:
    """Refuse phases that leave an option without one: it would vanish from every plan."""
    table = load_table(PHASES)
    for treatment in treatments.values():
        if treatment.ranked and treatment.phase and table.find(id=treatment.phase) is None:
            raise TableError(
                f"no phase {treatment.phase}, and {treatment.id} belongs to it",
                where=f"table {PHASES}",
                allowed=", ".join(row.text("id") for row in table),
                todo="keep its id, or name another phase for it in treatments/treatments",
            )


def _entered(row: Row, count: int, without_benefit: set[str]) -> bool:
    needed = row.optional_text("entry_failed_phase")
    enough = count >= row.number("entry_failed_trials")
    return enough and (needed is None or needed in without_benefit)


def _reason(appraisal: Appraisal, phase: Row, later: list[Row]) -> str:
    stage = appraisal.stage
    if not stage.known:
        return "No treatment history is recorded, so the first phase is assumed."
    trials = "trial" if stage.count == 1 else "trials"
    counted = f"{stage.count or 'No'} adequate drug {trials} of this episode without enough benefit"
    start = int(phase.number("entry_failed_trials"))
    if start:
        said = f"{counted}; this phase begins at {start}."
    elif later:
        said = f"{counted}; the next phase begins at {later[0].text('entry_failed_trials')}."
    else:
        said = f"{counted}."
    if stage.at_most > stage.count:
        said += f" The count may rise to {stage.at_most} when the open facts are known."
    return said


def _definitions(appraisal: Appraisal) -> str:
    """Return what the definitions of resistance and the staging systems can tell, as sentences."""
    told = [r for r in appraisal.staging if r.value != _OPEN]
    named = [f"{_short(r.title)}: {_value(r)}" for r in told if r.id.startswith(_DEFINITION)]
    systems = [f"{r.title} {_value(r)}" for r in told if not r.id.startswith(_DEFINITION)]
    said = f" {'; '.join(named)}." if named else ""
    return f"{said} Stages: {'; '.join(systems)}." if systems else said


def _short(printed: str) -> str:
    """Return a definition by its agency: the state that it names would label the person."""
    _state, comma, definition = printed.partition(", ")
    return f"Resistance by the {definition}" if comma else printed


def _value(result: StagingResult) -> str:
    value = result.value.replace("_", " ")
    at_most = result.at_most.replace("_", " ")
    return value if at_most in {"", value} else f"{value} (at most {at_most})"


def outline_phases(case: Case) -> tuple[PhaseOutline, ...]:
    """Return every phase of `phases/phases`, with how it is entered and left.

    Parameters
    ----------
    case : Case
        One person.

    Returns
    -------
    tuple of PhaseOutline
        In order; the present one is marked. What is stopped in a later phase is said there.
    """
    rows = sorted(load_table(PHASES), key=lambda row: row.number("order"))
    return tuple(_outline(case, row) for row in rows)


def _outline(case: Case, row: Row) -> PhaseOutline:
    order = row.number("order")
    state: Literal["past", "present", "later"] = "present"
    if order != case.order:
        state = "past" if order < case.order else "later"
    return PhaseOutline(
        id=row.text("id"),
        title=row.text("title"),
        state=state,
        content=row.text("content") + _stopped(case, row),
        duration=_duration(row),
        entry=_entry(row),
        exit=row.text("exit_rule"),
        reference=row.text("reference"),
        grade=row.optional_text("grade") or "n/a",
        checked=row.text("checked"),
    )


def _stopped(case: Case, row: Row) -> str:
    """Return which options of a phase a safety rule stops, as a sentence, or nothing."""
    stopped = [
        within(title(case, verdict.treatment))
        for verdict in case.appraisal.verdicts
        if verdict.verdict == "hard_stop"
        and verdict.treatment in case.treatments
        and case.treatments[verdict.treatment].phase == row.text("id")
    ]
    return (
        f". Stopped here by a safety rule or tried: {shortened(tuple(stopped))}" if stopped else ""
    )


def _duration(row: Row) -> str:
    least, most = row.number("minimum_weeks"), row.optional_number("maximum_weeks")
    return f"{least:g} weeks or more" if most is None else f"{least:g} to {most:g} weeks"


def _entry(row: Row) -> str:
    trials = int(row.number("entry_failed_trials"))
    if not trials:
        return "from the first day"
    plural = "trial" if trials == 1 else "trials"
    said = f"{trials} adequate drug {plural} of this episode without enough benefit"
    needed = row.optional_text("entry_failed_phase")
    if needed is None:
        return said
    before = within(load_table(PHASES).row(id=needed).text("title"))
    return f"{said}, and an adequate course of the phase {before} without enough benefit"
