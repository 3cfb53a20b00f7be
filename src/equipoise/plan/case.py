"""What the planning of one person rests on, gathered once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.tables import load_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from equipoise.core.dates import IsoDate
    from equipoise.core.nouns import (
        Appraisal,
        Decision,
        OptionVerdict,
        Timeline,
        Treatment,
        TreatmentTrial,
        TrialAppraisal,
    )
    from equipoise.core.tables import Row

__all__ = ["NO_DANGER", "Case", "Running", "in_text", "running_trials", "title"]

WORKING = ("remission", "response")
NO_DANGER = "already_failed"
"""Rule that stops an option only because it was tried; what is taken may stay as a base."""


@dataclass(frozen=True, slots=True)
class Running:
    """A treatment that is taken now.

    `state` is ``blocked`` (a hard stop), ``working``, ``unknown`` (its adequacy or effect cannot
    be told), ``inadequate`` (no fair chance yet) or ``tried`` (adequate, without enough benefit).
    """

    trial: TreatmentTrial
    appraised: TrialAppraisal | None
    state: str


@dataclass(frozen=True, slots=True)
class Case:
    """One person as the plan sees them.

    Parameters
    ----------
    treatments : Mapping of str to Treatment
        Options by id.
    verdicts : Mapping of str to OptionVerdict
        Safety verdicts by treatment id.
    running : tuple of Running
        Treatments that are taken now.
    phase : Row
        Row of `phases/phases`.
    today : str
        The day of the run.
    """

    timeline: Timeline
    appraisal: Appraisal
    decision: Decision
    treatments: Mapping[str, Treatment]
    verdicts: Mapping[str, OptionVerdict]
    running: tuple[Running, ...]
    phase: Row
    today: IsoDate

    @property
    def pending(self) -> bool:
        """Whether a present treatment still needs a fair chance or an answer."""
        return any(r.state in {"unknown", "inadequate"} for r in self.running)

    @property
    def working(self) -> bool:
        """Whether a present treatment helps."""
        return any(r.state == "working" for r in self.running)

    @property
    def order(self) -> float:
        """Place of the phase in the sequence."""
        return self.phase.number("order")

    def within_phase(self, treatment: str) -> bool:
        """Whether the option belongs to this phase or an earlier one."""
        option = self.treatments.get(treatment)
        row = load_table("phases/phases").find(id=option.phase) if option else None
        return row is not None and row.number("order") <= self.order


def running_trials(
    timeline: Timeline, appraisal: Appraisal, verdicts: Mapping[str, OptionVerdict]
) -> tuple[Running, ...]:
    """Return the treatments that are taken now, each with its state.

    Parameters
    ----------
    timeline : Timeline
        The records.
    appraisal : Appraisal
        Adequacy of the trials, in the order of the records.
    verdicts : Mapping of str to OptionVerdict
        Safety verdicts by treatment id.

    Returns
    -------
    tuple of Running
        In the order of the records. A trial with neither an end nor an answer counts as taken.
    """
    trials = timeline.treatments.or_else(())
    appraised = _aligned(trials, appraisal.trials)
    return tuple(
        Running(trial, judged, _state(trial, judged, verdicts))
        for trial, judged in zip(trials, appraised, strict=True)
        if _runs(trial)
    )


def _aligned(
    trials: tuple[TreatmentTrial, ...], appraised: tuple[TrialAppraisal, ...]
) -> tuple[TrialAppraisal | None, ...]:
    """Pair the n-th trial of a treatment with the n-th appraisal of it."""
    left = list(appraised)
    found: list[TrialAppraisal | None] = []
    for trial in trials:
        match = next((a for a in left if a.treatment == trial.treatment), None)
        if match is not None:
            left.remove(match)
        found.append(match)
    return tuple(found)


def _runs(trial: TreatmentTrial) -> bool:
    if trial.ongoing.value is not None:
        return trial.ongoing.value
    return trial.stop.value is None


def _dangerous(verdict: OptionVerdict) -> bool:
    return any(r.verdict == "hard_stop" and r.rule != NO_DANGER for r in verdict.reasons)


def _state(
    trial: TreatmentTrial, judged: TrialAppraisal | None, verdicts: Mapping[str, OptionVerdict]
) -> str:
    verdict = verdicts.get(trial.treatment)
    if verdict is not None and _dangerous(verdict):
        return "blocked"
    if trial.outcome.value in WORKING:
        return "working"
    if judged is None or judged.adequate == "cannot_tell":
        return "unknown"
    if judged.adequate == "no":
        return "tried" if trial.outcome.value == "worse" else "inadequate"
    return "unknown" if judged.failed == "cannot_tell" else "tried"


def title(case: Case, treatment: str) -> str:
    """Return the printed name of a treatment or drug."""
    option = case.treatments.get(treatment)
    return option.title if option else treatment.replace("_", " ").capitalize()


def in_text(name: str) -> str:
    """Return a printed name as it stands inside a sentence."""
    return name[0].lower() + name[1:] if name[1:2].islower() else name
