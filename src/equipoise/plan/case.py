"""What the planning of one person rests on, gathered once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.nouns.appraisal import ALREADY_FAILED
from equipoise.core.tables import load_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from equipoise.core.dates import IsoDate
    from equipoise.core.nouns import (
        Appraisal,
        Decision,
        OptionVerdict,
        SafetyReason,
        Timeline,
        Treatment,
        TreatmentTrial,
        TrialAppraisal,
    )
    from equipoise.core.tables import Row

__all__ = ["Case", "Running", "drugs_of", "running_trials", "stops_now", "title"]

WORKING = ("remission", "response")
DOSE = "dose_above_maximum"
"""Rule on the dose: the dose is looked at, the treatment may go on."""


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
    stops : Mapping of str to tuple of SafetyReason
        Hard stops on what is taken now, by drug or treatment id.
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
    stops: Mapping[str, tuple[SafetyReason, ...]]
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


def drugs_of(treatment: str) -> frozenset[str]:
    """Return the drugs of a treatment: what it adds or combines; any other is its own."""
    row = load_table("treatments/treatments").find(id=treatment)
    parts = () if row is None else row.items("drugs")
    return frozenset(parts or (treatment.removesuffix("_augmentation"),))


def stops_now(
    timeline: Timeline, appraisal: Appraisal, verdicts: Mapping[str, OptionVerdict]
) -> dict[str, tuple[SafetyReason, ...]]:
    """Return the hard stops on what is taken now, but for those that only say "tried before".

    Parameters
    ----------
    timeline : Timeline
        The records.
    appraisal : Appraisal
        With the stops on every drug that is taken now.
    verdicts : Mapping of str to OptionVerdict
        Safety verdicts by treatment id, for what is no drug.

    Returns
    -------
    dict of str to tuple of SafetyReason
        By drug or treatment id.
    """
    found = {verdict.treatment: _stops(verdict) for verdict in appraisal.current}
    for trial in timeline.treatments.or_else(()):
        verdict = verdicts.get(trial.treatment)
        if verdict is None or not trial.running or drugs_of(trial.treatment) & set(found):
            continue
        if stops := _stops(verdict):
            found[trial.treatment] = stops
    return found


def _stops(verdict: OptionVerdict) -> tuple[SafetyReason, ...]:
    return tuple(
        one for one in verdict.reasons if one.verdict == "hard_stop" and one.rule != ALREADY_FAILED
    )


def running_trials(
    timeline: Timeline,
    appraisal: Appraisal,
    stops: Mapping[str, tuple[SafetyReason, ...]],
) -> tuple[Running, ...]:
    """Return the treatments that are taken now, each with its state.

    Parameters
    ----------
    timeline : Timeline
        The records.
    appraisal : Appraisal
        Adequacy of the trials, in the order of the records.
    stops : Mapping of str to tuple of SafetyReason
        From :func:`stops_now`.

    Returns
    -------
    tuple of Running
        In the order of the records. A trial with neither an end nor an answer counts as taken.
    """
    trials = timeline.treatments.or_else(())
    appraised = _aligned(trials, appraisal.trials)
    return tuple(
        Running(trial, judged, _state(trial, judged, stops))
        for trial, judged in zip(trials, appraised, strict=True)
        if trial.running
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


def _state(
    trial: TreatmentTrial,
    judged: TrialAppraisal | None,
    stops: Mapping[str, tuple[SafetyReason, ...]],
) -> str:
    names = {trial.treatment, *drugs_of(trial.treatment)}
    if any(reason.rule != DOSE for name in names for reason in stops.get(name, ())):
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
    if option:
        return option.title
    row = load_table("drugs/drugs").find(id=treatment)
    return row.text("title") if row else treatment.replace("_", " ").capitalize()
