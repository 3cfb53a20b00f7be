"""Which options are ranked at all, and why the others are not."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.nouns import Appraisal, EvidenceBase, OptionBaseline, Treatment

__all__ = ["Option", "rankable"]


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
    known = dict(evidence.unranked)
    stopped = _hard_stops(appraisal)
    failed = _failed(appraisal)
    studied = _first_studied(evidence)
    ranked: list[Option] = []
    unranked = dict(known)
    for treatment in sorted(evidence.treatments, key=lambda one: one.id):
        name = treatment.id
        if name in stopped:
            unranked[name] = stopped[name]
        elif name in known:
            continue
        elif name in failed:
            unranked[name] = "an adequate trial in this episode did not help enough"
        elif name not in rates:
            unranked[name] = f"no rate is known for people of stage {stage}"
        elif stage < studied.get(name, stage):
            unranked[name] = (
                f"the rate in the tables is that of people with {_trials(studied[name])};"
                " at this stage it would be a guess"
            )
        else:
            ranked.append(Option(treatment, rates[name]))
    return tuple(ranked), tuple(sorted(unranked.items()))


def _first_studied(evidence: EvidenceBase) -> dict[str, int]:
    """Return the lowest stage at which each option was studied."""
    stages: dict[str, int] = {}
    for one in evidence.baselines:
        if not one.extrapolated:
            stages[one.treatment] = min(one.stage, stages.get(one.treatment, one.stage))
    return stages


def _trials(stage: int) -> str:
    count = "one" if stage == 1 else str(stage)
    return f"{count} or more failed adequate drug trials"


def _hard_stops(appraisal: Appraisal) -> dict[str, str]:
    return {
        verdict.treatment: "hard stop: "
        + "; ".join(reason.text for reason in verdict.reasons if reason.verdict == "hard_stop")
        for verdict in appraisal.verdicts
        if verdict.verdict == "hard_stop"
    }


def _failed(appraisal: Appraisal) -> set[str]:
    return {
        trial.treatment
        for trial in appraisal.trials
        if trial.adequate == trial.failed == trial.in_episode == "yes"
    }
