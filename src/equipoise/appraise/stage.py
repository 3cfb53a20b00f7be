"""The stage: failed adequate drug trials in this episode, each drug once."""

from __future__ import annotations

from collections.abc import Iterable

from equipoise.core.nouns import Stage, Timeline, TrialAppraisal
from equipoise.core.tables import load_table

__all__ = ["stage_of"]


def stage_of(timeline: Timeline, trials: Iterable[TrialAppraisal]) -> Stage:
    """Count the failed adequate drug trials of this episode.

    Parameters
    ----------
    timeline : Timeline
        The record; where treatments were not asked for, the stage is not known.
    trials : iterable of TrialAppraisal
        Its trials, appraised.

    Returns
    -------
    Stage
        `count` is certain, `at_most` adds what cannot be told, `used` is `count` up to the highest
        stage that has rates of its own.

    Notes
    -----
    Two trials of one drug count once, as the definitions of the FDA and the EMA ask for different
    drugs. Add-ons count as drugs, two drugs that are given together as each of them; procedures
    and therapies do not count.
    """
    drugs = [(trial, drug) for trial in trials for drug in trial.counts_for_stage]
    certain = {drug for t, drug in drugs if _all(t, {"yes"})}
    possible = {drug for t, drug in drugs if _all(t, {"yes", "cannot_tell"})}
    settings = load_table("hyperparameters/hyperparameters")
    cap = int(settings.row(id="appraise_stage_cap").number("value"))
    known = timeline.treatments.known
    return Stage(
        count=len(certain),
        at_most=len(possible),
        used=min(len(certain), cap),
        known=known,
        note=_note(len(certain), len(possible), known),
    )


def _all(trial: TrialAppraisal, allowed: set[str]) -> bool:
    return {trial.adequate, trial.failed, trial.in_episode} <= allowed


def _note(certain: int, possible: int, known: bool) -> str:
    if not known:
        return "Past treatments were not asked for: the stage is not known."
    trials = "adequate drug trial" if certain == 1 else "adequate drug trials"
    count = "No" if certain == 0 else str(certain)
    note = f"{count} {trials} without enough benefit in this episode."
    more = possible - certain
    if more:
        note += f" {more} more may count: it cannot be told from the record."
    return note
