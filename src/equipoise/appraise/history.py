"""What past trials of an option say about offering it again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equipoise.appraise.drug_use import Catalogue, Option, drug_of
from equipoise.core.nouns import (
    SafetyReason,
    Timeline,
    TreatmentTrial,
    TrialAppraisal,
    Verdict,
)
from equipoise.core.nouns.appraisal import ALREADY_FAILED

__all__ = ["history_reasons"]


def history_reasons(
    option: Option,
    timeline: Timeline,
    trials: Sequence[TrialAppraisal],
    catalogue: Catalogue,
) -> Iterable[SafetyReason]:
    """Return what past trials of an option mean for it.

    Parameters
    ----------
    option : Option
        The treatment; a trial of its drug counts under either name.
    timeline : Timeline
        The record.
    trials : sequence of TrialAppraisal
        Its trials, appraised, in the order of the record.
    catalogue : Catalogue
        The drugs.

    Returns
    -------
    iterable of SafetyReason
        ``hard_stop`` for an option that was tried adequately in this episode without enough
        benefit: it is not dangerous, but it is never ranked again. ``caution`` where that cannot
        be told, and after a stop for side effects.
    """
    recorded = timeline.treatments.or_else(())
    for trial, appraised in zip(recorded, trials, strict=True):
        drug = drug_of(trial.treatment, catalogue)
        if trial.treatment == option.id or (drug is not None and drug == option.drug):
            yield from _trial_reasons(trial, appraised)


def _trial_reasons(trial: TreatmentTrial, appraised: TrialAppraisal) -> Iterable[SafetyReason]:
    answers = {appraised.adequate, appraised.failed, appraised.in_episode}
    when = f" ({'; '.join(appraised.reasons)})" if appraised.reasons else ""
    if answers == {"yes"}:
        yield _reason(
            ALREADY_FAILED,
            "hard_stop",
            f"Already tried adequately in this episode without response{when}",
            "another option",
        )
    elif answers == {"yes", "cannot_tell"} and appraised.failed != "no":
        yield _reason(
            "may_have_failed",
            "caution",
            f"May have been tried adequately in this episode without response{when}",
            "ask for what is missing",
            "; ".join(appraised.missing),
        )
    if trial.stopped_for.value == "side_effects":
        yield _reason(
            "stopped_for_side_effects",
            "caution",
            "Stopped earlier for side effects",
            "ask which, and whether a lower dose was borne",
        )


def _reason(
    rule: str, verdict: Verdict, text: str, action: str, missing: str | None = None
) -> SafetyReason:
    return SafetyReason(
        rule=rule,
        verdict=verdict,
        text=text,
        action=action,
        missing=missing,
        reference="equipoise_method",
        grade="n/a",
        checked="derived",
    )
