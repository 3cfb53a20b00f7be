"""Whether each past trial was adequate, whether it failed, and whether it is of this episode.

Follows the short form of the Antidepressant Treatment History Form (Sackeim 2019): dose of at
least the minimum for at least four weeks, taken regularly; procedures and therapies count by
sessions. What is not known never counts as adequate: the answer is then ``cannot_tell``, with
the facts that would settle it. The conditions stand apart in the result, since the staging systems
ask for other weeks than the four.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from equipoise.appraise.criterion import Criterion, all_met, word
from equipoise.appraise.names import in_words, printed
from equipoise.appraise.trial_dose import (
    Setting,
    dose_criterion,
    dose_in_unit,
    dose_row,
    drug_parts,
    highest_dose,
    level_criterion,
    listed,
    phenotypes,
)
from equipoise.core.answers import Answer
from equipoise.core.dates import IsoDate, earliest, latest, weeks_between
from equipoise.core.nouns import (
    DoseLimit,
    GenePhenotype,
    Timeline,
    TreatmentTrial,
    TrialAppraisal,
)
from equipoise.core.tables import Row, load_table, setting

__all__ = ["appraise_trials", "dose_in_unit", "dose_row", "drug_parts", "highest_dose"]

_ENOUGH = frozenset({"response", "remission"})


def appraise_trials(
    timeline: Timeline,
    *,
    today: IsoDate,
    limits: Sequence[DoseLimit] = (),
    genes: Sequence[GenePhenotype] = (),
) -> tuple[TrialAppraisal, ...]:
    """Appraise every trial of the record, in its order.

    Parameters
    ----------
    timeline : Timeline
        The record.
    today : str
        The day of the run; an ongoing trial lasts until then.
    limits : sequence of DoseLimit, optional
        Doses of this person: a trial under a lower limit of the kidney, the liver, a genotype or
        an interaction is judged against that limit.
    genes : sequence of GenePhenotype, optional
        Phenotypes worked out from diplotypes; without them those that the record reports.

    Returns
    -------
    tuple of TrialAppraisal
        Empty where no treatments were asked for.
    """
    told = {gene.gene: gene.phenotype for gene in genes if gene.phenotype is not None}
    judged_with = Setting(
        timeline, today, {limit.drug: limit for limit in limits}, phenotypes(timeline) | told
    )
    trials = timeline.treatments.or_else(())
    return tuple(_appraise(trial, judged_with) for trial in trials)


def _appraise(trial: TreatmentTrial, judged_with: Setting) -> TrialAppraisal:
    weeks = _weeks(trial, judged_with.today)
    found = _conditions(trial, judged_with, weeks)
    criteria = (*found.doses, *found.lasted, found.taken)
    adequate = all_met(c.met for c in criteria)
    unhelpful = _without_benefit(trial)
    belongs = _in_episode(trial, judged_with.timeline.episode.onset)
    told = (*criteria, unhelpful, belongs)
    return TrialAppraisal(
        treatment=trial.treatment,
        adequate=word(adequate),
        failed=word(_failed(adequate, unhelpful.met)),
        in_episode=word(belongs.met),
        weeks=None if weeks is None else weeks[0],
        reasons=tuple(c.reason for c in told if c.reason),
        missing=tuple(dict.fromkeys(c.missing for c in told if c.missing)),
        dose_enough=word(all_met(c.met for c in found.doses)),
        taken_regularly=word(found.taken.met),
        benefit=_benefit(trial, unhelpful.met),
        weeks_most=None if weeks is None else weeks[1],
        full_course=found.full_course,
        start=trial.start.value,
        stopped_for=trial.stopped_for.value,
        counts_for_stage=_counted(trial.treatment),
    )


def _counted(treatment: str) -> tuple[str, ...]:
    """Return the drugs that count; a drug and its addition are one row, so each counts once."""
    row = dose_row(treatment)
    parts = (row,) if row is not None else tuple(dose_row(part) for part in drug_parts(treatment))
    return tuple(p.text("treatment") for p in parts if p is not None and p.flag("counts_for_stage"))


def _failed(adequate: bool | None, unhelpful: bool | None) -> bool | None:
    """Return whether an adequate trial brought no benefit; an inadequate one never failed."""
    if adequate is False or unhelpful is False:
        return False
    return None if None in {adequate, unhelpful} else True


@dataclass(frozen=True, slots=True)
class _Conditions:
    """Dose and sessions, weeks (none where sessions count), adherence, weeks of a full course."""

    doses: tuple[Criterion, ...]
    lasted: tuple[Criterion, ...]
    taken: Criterion
    full_course: float | None


def _conditions(
    trial: TreatmentTrial, judged_with: Setting, weeks: tuple[float, float] | None
) -> _Conditions:
    sessions, row = listed("doses/sessions", trial.treatment), dose_row(trial.treatment)
    dose = () if row is None else (dose_criterion(trial, row, judged_with),)
    if sessions is not None:
        held = (*dose, _sessions(trial, sessions))
        return _Conditions(held, (), Criterion(True, ""), 0.0)
    if row is None:
        unruled = Criterion(None, "", _no_rule(trial.treatment))
        return _Conditions((unruled,), (), Criterion(None, ""), None)
    lasted = (_duration(trial, row, weeks),)
    taken = _adherence(trial, level_criterion(trial, row, judged_with))
    return _Conditions(dose, lasted, taken, row.optional_number("weeks"))


def _no_rule(treatment: str) -> str:
    parts = drug_parts(treatment)
    if len(parts) > 1:
        names = " and ".join(printed(part) for part in parts)
        return f"{names} as trials of their own, each with its dose"
    return f"a rule for the adequacy of {printed(treatment)}"


def _sessions(trial: TreatmentTrial, row: Row) -> Criterion:
    if trial.sessions.value is None:
        return Criterion(None, "", f"the number of sessions of {printed(trial.treatment)}")
    held, fewest, enough = trial.sessions.value, row.number("fewest"), row.number("enough")
    reason = f"{held} sessions, needed {enough:g}"
    if held >= enough:
        return Criterion(True, reason)
    if held < fewest:
        return Criterion(False, reason)
    return Criterion(None, reason, row.text("between"))


def _weeks(trial: TreatmentTrial, today: IsoDate) -> tuple[float, float] | None:
    """Return the fewest and most weeks; None where a date is missing."""
    stop = trial.stop.value
    if stop is None and trial.ongoing.value is True:
        stop = today
    if stop is None or trial.start.value is None:
        return None
    return weeks_between(trial.start.value, stop)


def _duration(trial: TreatmentTrial, row: Row, weeks: tuple[float, float] | None) -> Criterion:
    course = row.optional_number("weeks")
    needed = setting("appraise_adequate_weeks") if course is None else course
    if weeks is None:
        return Criterion(None, "", f"start and stop of {printed(trial.treatment)}")
    least, most = weeks
    reason = f"{least:.1f} weeks or more, needed {needed:g}"
    if least >= needed:
        return Criterion(True, reason)
    if most < needed:
        return Criterion(False, f"at most {most:.1f} weeks, needed {needed:g}")
    missing = f"the exact dates of {printed(trial.treatment)}"
    return Criterion(None, f"{least:.1f} to {most:.1f} weeks, needed {needed:g}", missing)


def _said(field: str, answer: str) -> Row | None:
    return load_table("doses/answers").find(field=field, answer=answer)


def _adherence(trial: TreatmentTrial, level: Criterion | None) -> Criterion:
    """Judge by a level that is high enough, else by what was said; where they differ, neither."""
    given = trial.adherence.value
    row = None if given is None else _said("adherence", given)
    if level is not None and level.met and (row is None or row.text("adequate") != "yes"):
        if row is None:
            return Criterion(True, f"taken, by its {level.reason.split(',')[0]}")
        name = printed(trial.treatment)
        told = f"whether {name} was taken regularly: adherence was {given}, yet its level enough"
        return Criterion(None, f"adherence {given}", told)
    if row is None:
        return Criterion(None, "", f"how regularly {printed(trial.treatment)} was taken")
    return Criterion(row.text("adequate") == "yes", f"adherence {given}")


def _without_benefit(trial: TreatmentTrial) -> Criterion:
    """Return whether it brought too little; a stop for side effects is no failure to respond."""
    stopped, outcome = trial.stopped_for.value, trial.outcome.value
    by_stop = None if stopped is None else _said("stopped_for", stopped)
    by_outcome = None if outcome is None else _said("outcome", outcome)
    reason = f"stopped for {in_words(stopped)}" if stopped else ""
    if by_stop is not None and by_stop.text("failed") == "no":
        return Criterion(False, reason)
    if by_outcome is not None:
        told = by_outcome.text("answer")
        return Criterion(by_outcome.text("failed") == "yes", f"outcome {in_words(told)}")
    if by_stop is not None:
        return Criterion(True, reason)
    return Criterion(None, reason, f"what came of {printed(trial.treatment)}")


def _benefit(trial: TreatmentTrial, unhelpful: bool | None) -> str:
    """Return what came of it; side effects that ended it leave the benefit unjudged."""
    if unhelpful is None:
        return "cannot_tell"
    if unhelpful:
        return "partial" if trial.outcome.value == "partial_response" else "none"
    helped = trial.outcome.value in _ENOUGH or trial.stopped_for.value == "remission"
    return "enough" if helped else "not_judged"


def _in_episode(trial: TreatmentTrial, onset: Answer[IsoDate]) -> Criterion:
    """Return whether the trial began in this episode.

    A trial that began in the month or year that the onset gives counts: it was begun for a reason.
    """
    start = trial.start.value
    if onset.value is None:
        return Criterion(None, "", "the onset of the episode")
    if start is None:
        return _over_before(trial, onset.value)
    if earliest(start) >= earliest(onset.value):
        return Criterion(True, f"began {start}, episode since {onset.value}")
    ended = _over_before(trial, onset.value)
    if ended.met is False or latest(start) >= earliest(onset.value):
        return ended
    name = printed(trial.treatment)
    reason = f"began {start}, before the episode ({onset.value}), and went on into it"
    return Criterion(None, reason, f"whether {name} was taken for this episode")


def _over_before(trial: TreatmentTrial, onset: IsoDate) -> Criterion:
    stop = trial.stop.value
    if stop is not None and latest(stop) < earliest(onset):
        return Criterion(False, f"over by {stop}, before the episode ({onset})")
    return Criterion(None, "", f"when {printed(trial.treatment)} began")
