"""What past trials of an option say about offering it again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equipoise.appraise.drug_use import Catalogue, Option, drugs_of
from equipoise.appraise.names import printed
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
        The treatment; a trial of its drug counts under either name, one that shares a drug with
        it only in so far as the drug was not borne or did not help there.
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
        drugs = set(drugs_of(trial.treatment, catalogue))
        if trial.treatment == option.id or (drugs and drugs == set(option.drugs)):
            yield from _trial_reasons(trial, appraised)
        elif drugs & set(option.drugs):
            yield from _part_reasons(trial, appraised)


def _part_reasons(trial: TreatmentTrial, appraised: TrialAppraisal) -> Iterable[SafetyReason]:
    """Say what came of a trial that shares one of several drugs with the option."""
    if trial.stopped_for.value == "side_effects":
        yield _not_borne(f", as {printed(trial.treatment)}")
    if appraised.failed != "no" and appraised.in_episode != "no":
        yield _reason(
            "part_tried",
            "caution",
            f"A drug of it was tried without known benefit, as {printed(trial.treatment)}",
            "weigh what is new in it",
        )


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
        yield _not_borne("")


def _not_borne(named: str) -> SafetyReason:
    return _reason(
        "stopped_for_side_effects",
        "caution",
        f"Stopped earlier for side effects{named}",
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
