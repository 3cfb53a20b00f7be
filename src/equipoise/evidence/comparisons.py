"""Every comparison of the tables in one shape: published contrasts and the arms of trials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from equipoise.core.nouns import Effect
from equipoise.evidence.trials import ArmContrast, Trial, contrasts

__all__ = ["trial_effects"]

OUTCOMES: Final = ("response", "remission", "dropout", "dropout_side_effects")


def trial_effects(trials: Iterable[Trial]) -> Iterator[Effect]:
    """Yield what each trial says of each pair of its arms.

    Parameters
    ----------
    trials : iterable of Trial
        Those for show are among them.

    Yields
    ------
    Effect
        Log odds ratios, named after the trial. Whether the joint model uses them is the trial's
        word: it takes the arms themselves, not these pairs.
    """
    for trial in trials:
        for outcome in OUTCOMES:
            for contrast in contrasts(trial, outcome):
                yield _effect(trial, contrast)


def _effect(trial: Trial, contrast: ArmContrast) -> Effect:
    people = sum(
        arm.people
        for arm in trial.arms
        if arm.treatment in {contrast.treatment, contrast.comparator}
    )
    return Effect(
        treatment=contrast.treatment,
        comparator=contrast.comparator,
        outcome=contrast.outcome,
        estimate=contrast.estimate,
        standard_error=contrast.standard_error,
        between_study_sd=None,
        population=trial.population,
        stage=trial.stage,
        weeks=trial.weeks,
        blinded=trial.blinding == "double",
        anchor=trial.anchor,
        n=people,
        k=1,
        grade=trial.grade or "n/a",
        checked=trial.checked,
        references=trial.references,
        id=trial.id,
        use=trial.use,
        why_shown=trial.why_shown,
        note=trial.note,
    )
