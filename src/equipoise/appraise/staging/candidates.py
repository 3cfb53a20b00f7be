"""The trials as one staging system sees them: its own weeks, episode and reading of a response."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from equipoise.appraise.names import printed
from equipoise.appraise.trial_dose import drug_parts
from equipoise.core.nouns import Timeline, TreatmentTrial, TrialAppraisal
from equipoise.core.tables import Row, load_table

__all__ = ["Candidate", "Tally", "candidates", "dated", "facts_missing", "tally"]

ADDED = "augmentation"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One trial under the rules of one system.

    Parameters
    ----------
    trial : TreatmentTrial
        As recorded.
    appraised : TrialAppraisal
        Its appraisal.
    kind : str
        ``drug``, ``augmentation``, ``procedure``, ``therapy`` or ``strategy``.
    antidepressants : tuple of str
        Ids of `drugs/drugs` of the antidepressants in it.
    failed, counts : {"yes", "no", "cannot_tell"}
        Whether it is a failed adequate trial that counts here; whether it counts here at all.
    missing : tuple of str
        What would settle `failed`.
    """

    trial: TreatmentTrial
    appraised: TrialAppraisal
    kind: str
    antidepressants: tuple[str, ...]
    failed: str
    counts: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """The trials that certainly count, and those that do if everything open counts."""

    certain: tuple[Candidate, ...]
    possible: tuple[Candidate, ...]


def candidates(
    timeline: Timeline, trials: Sequence[TrialAppraisal], system: Row
) -> tuple[Candidate, ...]:
    """Judge every trial by the rules of a system.

    Parameters
    ----------
    timeline : Timeline
        The record.
    trials : sequence of TrialAppraisal
        Its trials, appraised, in the order of the record.
    system : Row
        Row of `staging/systems`.

    Returns
    -------
    tuple of Candidate
        In the order of the record.
    """
    recorded = timeline.treatments.or_else(())
    return tuple(_candidate(t, a, system) for t, a in zip(recorded, trials, strict=True))


def _candidate(trial: TreatmentTrial, appraised: TrialAppraisal, system: Row) -> Candidate:
    counts = "yes" if system.text("scope") == "lifetime" else appraised.in_episode
    adequate, missing = _adequate(appraised, system)
    failed = _all((adequate, _unhelpful(appraised, system), counts))
    partial = appraised.benefit == "partial" and system.text("partial") == "cannot_tell"
    if partial:
        missing += (f"whether the partial response to {printed(trial.treatment)} was a failure",)
    return Candidate(
        trial=trial,
        appraised=appraised,
        kind=_kind(trial.treatment),
        antidepressants=_antidepressants(trial.treatment),
        failed=failed,
        counts=counts,
        missing=missing if failed == "cannot_tell" else (),
    )


def _adequate(appraised: TrialAppraisal, system: Row) -> tuple[str, tuple[str, ...]]:
    """Return whether it is adequate here, and what would settle whether it failed."""
    fewest, enough = system.number("weeks_fewest"), system.number("weeks_enough")
    if appraised.adequate_after(fewest) == "no":
        return "no", ()
    sure = appraised.adequate_after(enough)
    missing = appraised.missing
    if sure == "no":
        name = printed(appraised.treatment)
        weeks = f"{fewest:g} or {enough:g} weeks"
        missing += (f"whether {name} was taken long enough: the definition may mean {weeks}",)
    return "cannot_tell" if sure == "no" else sure, missing


def _unhelpful(appraised: TrialAppraisal, system: Row) -> str:
    if appraised.benefit == "partial":
        return "yes" if system.text("partial") == "failed" else "cannot_tell"
    return {"none": "yes", "cannot_tell": "cannot_tell"}.get(appraised.benefit, "no")


def _all(truths: Iterable[str]) -> str:
    told = set(truths)
    if "no" in told:
        return "no"
    return "cannot_tell" if "cannot_tell" in told else "yes"


def _kind(treatment: str) -> str:
    row = load_table("treatments/treatments").find(id=treatment)
    if row is not None:
        return row.text("kind")
    return "drug" if _antidepressants(treatment) else ADDED


def _antidepressants(treatment: str) -> tuple[str, ...]:
    drugs = load_table("drugs/drugs")
    found = (drugs.find(id=name) for name in drug_parts(treatment) or (treatment,))
    return tuple(
        row.text("id")
        for row in found
        if row is not None and row.cells["is_antidepressant"] == "true"
    )


def tally(found: Iterable[Candidate]) -> Tally:
    """Sort failed trials into those that are certain and those that are open.

    Parameters
    ----------
    found : iterable of Candidate
        Trials of the kind that counts.

    Returns
    -------
    Tally
        The certain ones are among the possible ones.
    """
    held = tuple(found)
    certain = tuple(c for c in held if c.failed == "yes")
    return Tally(certain, tuple(c for c in held if c.failed != "no"))


def dated(candidate: Candidate) -> str:
    """Return the trial with its dates, as a reason quotes it."""
    trial = candidate.trial
    start = trial.start.value or "no date"
    stop = trial.stop.value or ("now" if trial.running else "no date")
    return f"{printed(trial.treatment)} ({start} to {stop})"


def facts_missing(found: Iterable[Candidate]) -> tuple[str, ...]:
    """Return what would settle the open trials, each once."""
    return tuple(dict.fromkeys(text for c in found for text in c.missing if text))
