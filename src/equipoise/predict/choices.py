"""Which options are ranked at all, and why the others are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from equipoise.core.nouns import Appraisal, EvidenceBase, OptionBaseline, Treatment
from equipoise.core.nouns.appraisal import ADULT_RATES, NEEDS_ANTIDEPRESSANT

__all__ = [
    "ADULTS",
    "TRIED",
    "Option",
    "failed_in_episode",
    "first_studied",
    "hard_stops",
    "rankable",
    "ruled",
]

ADULTS: Final = "the rates in the tables are of adults"
TRIED: Final = "an adequate trial in this episode did not help enough"
UNRANKED_BY_RULE: Final = {
    NEEDS_ANTIDEPRESSANT: "no antidepressant is taken now to which it could be added",
    ADULT_RATES: ADULTS,
}


@dataclass(frozen=True, slots=True)
class Option:
    """An option with its rates at the person's stage."""

    treatment: Treatment
    baseline: OptionBaseline


def rankable(
    evidence: EvidenceBase, appraisal: Appraisal
) -> tuple[tuple[Option, ...], tuple[tuple[str, str], ...]]:
    """Return the options that are ranked, sorted by id, and the others with the reason.

    Parameters
    ----------
    evidence : EvidenceBase
        Treatments and their rates by stage.
    appraisal : Appraisal
        Safety verdicts, past trials, stage.

    Returns
    -------
    ranked : tuple of Option
        Never one with a hard stop. One whose safety cannot be told stays; its verdict says so.
    unranked : tuple of (treatment, reason)
        Sorted by treatment.
    """
    stage = appraisal.stage.used
    rates = {one.treatment: one for one in evidence.baselines if one.stage == stage}
    reasons = _reasons(evidence, appraisal)
    ranked: list[Option] = []
    unranked = dict(evidence.unranked)
    for treatment in sorted(evidence.treatments, key=lambda one: one.id):
        name = treatment.id
        if name in reasons:
            unranked[name] = reasons[name]
        elif name not in unranked and name not in rates:
            unranked[name] = f"no rate is known for people of stage {stage}"
        elif name not in unranked:
            ranked.append(Option(treatment, rates[name]))
    return tuple(ranked), tuple(sorted(unranked.items()))


def _reasons(evidence: EvidenceBase, appraisal: Appraisal) -> dict[str, str]:
    """Return why this person's safety, history or stage keeps options out of the ranking."""
    stage, known = appraisal.stage.used, {name for name, _ in evidence.unranked}
    reasons: dict[str, str] = {}
    for name, first in first_studied(evidence).items():
        if stage < first:
            reasons[name] = (
                f"the rate in the tables is that of people with {_trials(first)};"
                " at this stage it would be a guess"
            )
    for one in evidence.treatments:
        if stage < one.failed_trials_before:
            reasons[one.id] = f"it is for people with {_trials(one.failed_trials_before)}"
    for rule, why in UNRANKED_BY_RULE.items():
        reasons |= dict.fromkeys(ruled(appraisal, rule), why)
    reasons |= dict.fromkeys(failed_in_episode(appraisal), TRIED)
    # Options that nobody is ranked on keep the reason that holds for everyone.
    reasons = {name: why for name, why in reasons.items() if name not in known}
    return reasons | hard_stops(appraisal)


def ruled(appraisal: Appraisal, rule: str) -> tuple[str, ...]:
    """Return the treatments that a safety rule speaks of."""
    return tuple(
        verdict.treatment
        for verdict in appraisal.verdicts
        if any(reason.rule == rule for reason in verdict.reasons)
    )


def first_studied(evidence: EvidenceBase) -> dict[str, int]:
    """Return the lowest stage at which each option was studied."""
    stages: dict[str, int] = {}
    for one in evidence.baselines:
        if not one.extrapolated:
            stages[one.treatment] = min(one.stage, stages.get(one.treatment, one.stage))
    return stages


def _trials(stage: int) -> str:
    count = "one" if stage == 1 else str(stage)
    return f"{count} or more failed adequate drug trials"


def hard_stops(appraisal: Appraisal, *, waiting: str | None = None) -> dict[str, str]:
    """Return the treatments with a hard stop, and why.

    Parameters
    ----------
    appraisal : Appraisal
        Safety verdicts.
    waiting : str or None, optional
        A rule that may be met later: what it alone stops is left out.

    Returns
    -------
    dict of str to str
        Reason by treatment.
    """
    stops: dict[str, str] = {}
    for verdict in appraisal.verdicts:
        reasons = [one for one in verdict.reasons if one.verdict == "hard_stop"]
        if verdict.verdict == "hard_stop" and {one.rule for one in reasons} != {waiting}:
            stops[verdict.treatment] = "hard stop: " + "; ".join(one.text for one in reasons)
    return stops


def failed_in_episode(appraisal: Appraisal) -> set[str]:
    """Return the treatments of which an adequate trial failed in this episode."""
    return {
        trial.treatment
        for trial in appraisal.trials
        if trial.adequate == trial.failed == trial.in_episode == "yes"
    }
