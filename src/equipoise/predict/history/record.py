"""The trials of a person that bear on what comes next, in order and at their own stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from equipoise.core.nouns import Appraisal, TrialAppraisal
from equipoise.core.tables import setting

__all__ = ["Failure", "History", "Stop", "history_of"]

NOT_STAGED: Final = ("procedure", "therapy", "strategy")
"""Kinds of treatments that the stage does not count though an adequate trial of them may fail."""
SIDE_EFFECTS: Final = "side_effects"


@dataclass(frozen=True, slots=True)
class Failure:
    """An adequate trial of this episode that did not help enough.

    `stage` is the number of failed drugs before it, up to the highest stage with rates of its own;
    `weight` says how much it counts: less where it helped in part.
    """

    treatment: str
    stage: int
    weight: float


@dataclass(frozen=True, slots=True)
class Stop:
    """A trial that side effects ended, and the failed drugs before it."""

    treatment: str
    stage: int


@dataclass(frozen=True, slots=True)
class History:
    """What was tried.

    Parameters
    ----------
    stage : int
        Stage that the predictions rest on.
    known : bool
        Whether the drugs that the stage counts are all known; if not, the usual histories of the
        stage stand in for them.
    failures : tuple of Failure
        In order of time; without the drugs where they are not all known.
    stops : tuple of Stop
        In order of time, of earlier episodes too.
    """

    stage: int
    known: bool
    failures: tuple[Failure, ...]
    stops: tuple[Stop, ...]


def history_of(appraisal: Appraisal, kinds: dict[str, str]) -> History:
    """Return what was tried before, as far as it is certain.

    Parameters
    ----------
    appraisal : Appraisal
        Trials and stage.
    kinds : dict of str to str
        Kind of each treatment.

    Returns
    -------
    History
        A trial of which dose, weeks, adherence, benefit or episode cannot be told is left out, as
        the stage leaves it out. Each drug counts once, as it does for the stage.
    """
    highest = int(setting("appraise_stage_cap"))
    seen: set[str] = set()
    failures: list[Failure] = []
    stops: list[Stop] = []
    for trial in sorted(appraisal.trials, key=lambda one: (one.start or "", one.treatment)):
        before = min(len(seen), highest)
        if trial.stopped_for == SIDE_EFFECTS:
            stops.append(Stop(trial.treatment, before))
        for treatment, staged in _failed(trial, kinds, seen):
            failures.append(Failure(treatment, min(len(seen), highest), _weight(trial)))
            seen |= {treatment} if staged else set()
    known = appraisal.stage.known and len(seen) == appraisal.stage.count
    kept = failures if known else [one for one in failures if one.treatment not in seen]
    return History(appraisal.stage.used, known, tuple(kept), tuple(stops))


def _failed(
    trial: TrialAppraisal, kinds: dict[str, str], seen: set[str]
) -> Iterator[tuple[str, bool]]:
    """Yield what failed in a trial and whether the stage counts it."""
    if not trial.adequate == trial.failed == trial.in_episode == "yes":
        return
    for drug in trial.counts_for_stage:
        if drug not in seen:
            yield drug, True
    if not trial.counts_for_stage and kinds.get(trial.treatment) in NOT_STAGED:
        yield trial.treatment, False


def _weight(trial: TrialAppraisal) -> float:
    return setting("predict_partial_weight") if trial.benefit == "partial" else 1.0
