"""Whether each past trial was adequate, whether it failed, and whether it is of this episode.

Follows the short form of the Antidepressant Treatment History Form (Sackeim 2019): dose of at
least the minimum for at least four weeks, taken regularly; procedures and therapies count by
sessions. What is not known never counts as adequate: the answer is then ``cannot_tell``, with
the facts that would settle it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from equipoise.appraise.names import in_words, printed
from equipoise.appraise.sources import lab_value
from equipoise.core.answers import Answer
from equipoise.core.dates import IsoDate, earliest, latest, weeks_between
from equipoise.core.errors import UnitError
from equipoise.core.nouns import Dose, Timeline, TreatmentTrial, TrialAppraisal
from equipoise.core.tables import Row, load_table
from equipoise.core.units import convert

__all__ = ["appraise_trials", "dose_in_unit", "dose_row", "drug_parts", "highest_dose"]

_CLOSE: Final = 1e-9
_ADDED: Final = "_augmentation"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition of adequacy: met (None where it cannot be told), why, and what is missing."""

    met: bool | None
    reason: str
    missing: str = ""


def appraise_trials(timeline: Timeline, *, today: IsoDate) -> tuple[TrialAppraisal, ...]:
    """Appraise every trial of the record, in its order.

    Parameters
    ----------
    timeline : Timeline
        The record.
    today : str
        The day of the run; an ongoing trial lasts until then.

    Returns
    -------
    tuple of TrialAppraisal
        Empty where no treatments were asked for.
    """
    trials = timeline.treatments.or_else(())
    return tuple(_appraise(trial, timeline, today) for trial in trials)


def dose_row(treatment: str) -> Row | None:
    """Return the row of `doses/doses` of a treatment, its drug, or the add-on of that drug."""
    return _listed("doses/doses", treatment)


def _listed(table: str, treatment: str) -> Row | None:
    names, parts = [treatment], drug_parts(treatment)
    if len(parts) == 1:
        names += parts
    rows = load_table(table)
    both = [name for one in names for name in (one, f"{one}{_ADDED}")]
    found = (rows.find(treatment=name) for name in both)
    return next((row for row in found if row is not None), None)


def drug_parts(treatment: str) -> tuple[str, ...]:
    """Return the drugs that `treatments/treatments` lists for a treatment."""
    row = load_table("treatments/treatments").find(id=treatment)
    return () if row is None else row.items("drugs")


def _appraise(trial: TreatmentTrial, timeline: Timeline, today: IsoDate) -> TrialAppraisal:
    weeks = _weeks(trial, today)
    criteria = _criteria(trial, timeline, weeks)
    adequate = _all_met(criteria)
    unhelpful = _without_benefit(trial)
    belongs = _in_episode(trial, timeline.episode.onset)
    told = (*criteria, unhelpful, belongs)
    return TrialAppraisal(
        treatment=trial.treatment,
        adequate=_word(adequate),
        failed=_word(_failed(adequate, unhelpful.met)),
        in_episode=_word(belongs.met),
        weeks=None if weeks is None else weeks[0],
        reasons=tuple(c.reason for c in told if c.reason),
        missing=tuple(dict.fromkeys(c.missing for c in told if c.missing)),
    )


def _word(truth: bool | None) -> str:
    return "cannot_tell" if truth is None else ("yes" if truth else "no")


def _all_met(criteria: Iterable[Criterion]) -> bool | None:
    truths = [criterion.met for criterion in criteria]
    if False in truths:
        return False
    return None if None in truths else True


def _failed(adequate: bool | None, unhelpful: bool | None) -> bool | None:
    """Return whether an adequate trial brought no benefit; an inadequate one never failed."""
    if adequate is False or unhelpful is False:
        return False
    return None if None in {adequate, unhelpful} else True


def _criteria(
    trial: TreatmentTrial, timeline: Timeline, weeks: tuple[float, float] | None
) -> tuple[Criterion, ...]:
    sessions, doses = _listed("doses/sessions", trial.treatment), dose_row(trial.treatment)
    if sessions is None and doses is None:
        return (Criterion(None, "", _no_rule(trial.treatment)),)
    found = []
    if doses is not None:
        found.append(_dose(trial, doses, timeline))
    if sessions is not None:
        found.append(_sessions(trial, sessions))
        return tuple(found)
    return (*found, _duration(trial, doses, weeks), _adherence(trial))


def _no_rule(treatment: str) -> str:
    parts = drug_parts(treatment)
    if len(parts) > 1:
        names = " and ".join(printed(part) for part in parts)
        return f"{names} as trials of their own, each with its dose"
    return f"a rule for the adequacy of {printed(treatment)}"


def _dose(trial: TreatmentTrial, row: Row, timeline: Timeline) -> Criterion:
    if row.optional_text("level_test") is not None:
        return _level(trial, row, timeline)
    threshold, name = row.optional_number("adequacy"), printed(trial.treatment)
    if threshold is None:
        return Criterion(None, "", f"an adequate dose of {name}: the tables hold none")
    if trial.dose.value is None:
        return Criterion(None, "", f"the dose of {name}")
    unit = row.text("unit")
    dose = dose_in_unit(trial.dose.value, row)
    if dose is None:
        given = f"{trial.dose.value.value:g} {trial.dose.value.unit}"
        return Criterion(None, "", f"the dose of {name} in {unit} (recorded: {given})")
    age = timeline.demographics.age_years.value
    return _compared(
        dose,
        threshold,
        _older(row, "adequacy_older", age),
        age,
        said=f"dose {dose:g} {unit}",
        note=_above_maximum(dose, row, age),
    )


def _older(row: Row, column: str, age: float | None) -> float | None:
    """Return the value for older people, unless the person is surely younger."""
    value = row.optional_number(column)
    return value if value is None or age is None or age >= row.number("older_from") else None


def _compared(
    found: float, needed: float, older: float | None, age: float | None, *, said: str, note: str
) -> Criterion:
    """Compare a dose or level with the limit, or with that for older people."""
    if older is not None and age is None and older <= found < needed:
        return Criterion(None, f"{said}, enough for older people only", "the age")
    limit = needed if older is None or age is None else older
    met = found >= limit or math.isclose(found, limit, rel_tol=_CLOSE)
    return Criterion(met, f"{said}, needed {limit:g}{note}")


def dose_in_unit(dose: Dose, row: Row) -> float | None:
    """Return a dose in the unit of its row of `doses/doses`; None where its unit does not allow it.

    Parameters
    ----------
    dose : Dose
        As recorded.
    row : Row
        Row of `doses/doses`.

    Returns
    -------
    float or None
        In the unit of the row.
    """
    try:
        return convert(dose.value, dose.unit, row.text("unit"), quantity=row.text("treatment"))
    except UnitError:
        return None


def highest_dose(row: Row, age: float | None) -> float | None:
    """Return the maximum of a row of `doses/doses`: the lower one for older people.

    Parameters
    ----------
    row : Row
        Row of `doses/doses`.
    age : float or None
        Age in years; where it is not known the general maximum holds.

    Returns
    -------
    float or None
        In the unit of the row; None where the row gives none.
    """
    older = None if age is None else _older(row, "maximum_older", age)
    return row.optional_number("maximum") if older is None else older


def _above_maximum(dose: float, row: Row, age: float | None) -> str:
    highest = highest_dose(row, age)
    if highest is None or dose <= highest:
        return ""
    return f"; above the maximum of {highest:g}"


def _level(trial: TreatmentTrial, row: Row, timeline: Timeline) -> Criterion:
    """Judge by the blood level, where the table asks for one, among levels of the trial's time."""
    test, unit, needed = (
        row.text("level_test"),
        row.text("level_unit"),
        row.number("level_adequate"),
    )
    start, stop = trial.start.value, trial.stop.value
    levels = []
    for lab in timeline.labs.or_else(()):
        after = start is not None and earliest(lab.date) >= earliest(start)
        before = stop is None or latest(lab.date) <= latest(stop)
        if lab.test == test and after and before:
            levels.append(lab_value(lab, unit))
    known = [level for level in levels if level is not None]
    if not known:
        return Criterion(None, "", f"the level of {printed(trial.treatment)} during the trial")
    age = timeline.demographics.age_years.value
    older = _older(row, "level_adequate_older", age)
    return _compared(max(known), needed, older, age, said=f"level {max(known):g} {unit}", note="")


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


def _duration(
    trial: TreatmentTrial, row: Row | None, weeks: tuple[float, float] | None
) -> Criterion:
    settings = load_table("hyperparameters/hyperparameters")
    needed = settings.row(id="appraise_adequate_weeks").number("value")
    course = None if row is None else row.optional_number("weeks")
    needed = needed if course is None else course
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


def _adherence(trial: TreatmentTrial) -> Criterion:
    given = trial.adherence.value
    row = None if given is None else _said("adherence", given)
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
