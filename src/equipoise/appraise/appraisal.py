"""The whole appraisal of one person."""

from __future__ import annotations

from dataclasses import replace

from equipoise.appraise.adequacy import appraise_trials
from equipoise.appraise.covariates import covariates_of
from equipoise.appraise.current import combinations, current_stops
from equipoise.appraise.diagnosis import check_criteria, check_diagnosis, check_specifiers
from equipoise.appraise.dosing import dose_limits, gene_advice, gene_phenotypes
from equipoise.appraise.red_flags import emergencies_first, find_red_flags
from equipoise.appraise.safety import Ground, ground, judge, option_ids
from equipoise.appraise.stage import stage_of
from equipoise.appraise.staging import check_resistance, imaging_workup, staging
from equipoise.appraise.stopped import mark_stopped
from equipoise.appraise.under_way import under_way
from equipoise.core.dates import IsoDate
from equipoise.core.nouns import Appraisal, DoseLimit, GenePhenotype, OptionVerdict, Timeline

__all__ = ["appraise", "option_verdict"]


def appraise(timeline: Timeline, *, today: IsoDate) -> Appraisal:
    """Appraise a record: diagnosis check, trials, stage, red flags, a verdict per option.

    Parameters
    ----------
    timeline : Timeline
        The record.
    today : str
        The day of the run.

    Returns
    -------
    Appraisal
        With one verdict for each row of `treatments` that is judged, in table order.
    """
    shared, genes, limits = _judged(timeline, today)
    trials = shared.trials
    stage = stage_of(timeline, trials)
    checks = check_diagnosis(timeline)
    verdicts = tuple(judge(option, shared) for option in option_ids())
    return Appraisal(
        diagnosis_check=checks,
        trials=trials,
        stage=stage,
        red_flags=emergencies_first((
            *find_red_flags(timeline, today=today),
            *combinations(shared),
        )),
        verdicts=verdicts,
        current=current_stops(shared),
        episode_criteria=check_criteria(timeline),
        specifiers=check_specifiers(timeline),
        staging=staging(timeline, trials, today=today),
        pseudo_resistance=check_resistance(timeline, trials, checks=checks, genes=genes),
        imaging_workup=imaging_workup(timeline, stage, today=today),
        genes=genes,
        dose_limits=mark_stopped(limits, verdicts, shared),
        gene_advice=mark_stopped(gene_advice(shared), verdicts, shared),
        covariates=covariates_of(timeline, today=today),
        under_way=under_way(timeline, trials, today=today),
    )


def _judged(
    timeline: Timeline, today: IsoDate
) -> tuple[Ground, tuple[GenePhenotype, ...], tuple[DoseLimit, ...]]:
    """Return what the verdicts rest on, with the trials judged against the person's own limits.

    The trials need the limits, and the limits only the drugs that are taken: so the trials join
    the ground last.
    """
    first = ground(timeline, (), today=today)
    genes = gene_phenotypes(first)
    limits = dose_limits(first, genes)
    trials = appraise_trials(timeline, today=today, limits=limits, genes=genes)
    return replace(first, trials=trials), genes, limits


def option_verdict(timeline: Timeline, option: str, *, today: IsoDate) -> OptionVerdict:
    """Return the safety verdict of one drug or treatment, also one that is not offered.

    Parameters
    ----------
    timeline : Timeline
        The record.
    option : str
        Id of `treatments/treatments` or `drugs/drugs`.
    today : str
        The day of the run.

    Returns
    -------
    OptionVerdict
        As in :func:`appraise`.
    """
    shared, _, _ = _judged(timeline, today)
    return judge(option, shared)
