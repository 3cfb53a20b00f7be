"""Side effects that a person had, put to the treatment that was taken then."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from equipoise.core.answers import Answer, given
from equipoise.core.dates import earliest, latest
from equipoise.core.nouns import PastEffect, Preferences, ReportedEffect, TreatmentTrial

__all__ = ["with_experience"]

COUNTS: Final = frozenset({"moderate", "severe"})


def with_experience(
    preferences: Answer[Preferences],
    treatments: Answer[tuple[TreatmentTrial, ...]],
    reports: Answer[tuple[ReportedEffect, ...]],
) -> Answer[Preferences]:
    """Add what was reported as a side effect to what the person said of their experience.

    Parameters
    ----------
    preferences : Answer of Preferences
        As the record gives them.
    treatments : Answer of tuple of TreatmentTrial
        Past and present trials.
    reports : Answer of tuple of ReportedEffect
        Side effects as the person told them, dated.

    Returns
    -------
    Answer of Preferences
        A report counts from moderate on, and only where exactly one trial can have run on its day:
        with two, nobody can say which it was. Without any such report, the answer as it is.
    """
    trials = treatments.or_else(())
    found = [
        PastEffect(taken[0], report.effect)
        for report in reports.or_else(())
        if report.severity in COUNTS and len(taken := _taken(trials, report)) == 1
    ]
    if not found:
        return preferences
    told = preferences.value or Preferences()
    both = {*told.experience, *found}
    ordered = sorted(both, key=lambda one: (one.treatment, one.effect))
    return given(replace(told, experience=tuple(ordered)))


def _taken(trials: tuple[TreatmentTrial, ...], report: ReportedEffect) -> list[str]:
    """Return the treatments that can have run on the day of a report."""
    return sorted({trial.treatment for trial in trials if _can_have_run(trial, report)})


def _can_have_run(trial: TreatmentTrial, report: ReportedEffect) -> bool:
    start, stop = trial.start.value, trial.stop.value
    began = start is None or earliest(start) <= latest(report.date)
    lasted = trial.running or stop is None or latest(stop) >= earliest(report.date)
    return began and lasted
