"""What may only look like resistance: dose, time, adherence, diagnosis, drugs, illness.

Illnesses and diagnoses are taken from the diagnosis check, not asked a second time; the rest is
read from the trials of this episode that did not help enough. What was not asked is not clear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from equipoise.appraise.names import in_words, printed
from equipoise.appraise.sources import condition_reply
from equipoise.appraise.trial_dose import drug_parts, phenotypes
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.nouns import (
    CheckItem,
    GenePhenotype,
    Timeline,
    TreatmentTrial,
    TrialAppraisal,
)
from equipoise.core.tables import Row, load_table, setting

__all__ = ["check_resistance"]

Status = Literal["clear", "abnormal", "not_checked"]
Told = tuple[Status, str]
_NONE = "no trial of this episode without benefit"
_ULTRARAPID = "ultrarapid"


@dataclass(frozen=True, slots=True)
class _History:
    """The trials of this episode that did not help enough, and what else answers."""

    timeline: Timeline
    tried: tuple[tuple[TreatmentTrial, TrialAppraisal], ...]
    checks: Sequence[CheckItem]
    phenotypes: dict[str, str]


def check_resistance(
    timeline: Timeline,
    trials: tuple[TrialAppraisal, ...],
    *,
    checks: Sequence[CheckItem] = (),
    genes: Sequence[GenePhenotype] = (),
) -> tuple[CheckItem, ...]:
    """Look for what makes a treatable depression look resistant.

    Parameters
    ----------
    timeline : Timeline
        The record.
    trials : tuple of TrialAppraisal
        Its trials, appraised.
    checks : sequence of CheckItem, optional
        The diagnosis check.
    genes : sequence of GenePhenotype, optional
        Phenotypes worked out from diplotypes; without them those that the record reports.

    Returns
    -------
    tuple of CheckItem
        In table order.
    """
    recorded = timeline.treatments.or_else(())
    told = {gene.gene: gene.phenotype for gene in genes if gene.phenotype is not None}
    history = _History(
        timeline,
        tuple(
            (trial, judged)
            for trial, judged in zip(recorded, trials, strict=True)
            if judged.in_episode != "no" and judged.benefit != "enough"
        ),
        checks,
        phenotypes(timeline) | told,
    )
    return tuple(_item(row, history) for row in load_table("staging/pseudo_resistance"))


def _item(row: Row, history: _History) -> CheckItem:
    status, evidence = _DERIVED[row.text("derive")](row, history)
    todo = "" if status == "clear" else row.text(f"todo_{status}")
    return CheckItem(
        id=row.text("id"),
        title=row.text("title"),
        status=status,
        evidence=evidence,
        todo=todo,
        reference=row.text("reference"),
    )


def _over_trials(
    history: _History, answers: Iterable[tuple[str, str]], clear: str, none: str = _NONE
) -> Told:
    """Sum up ``no``, ``cannot_tell`` or ``yes`` of each trial, with the trial in words."""
    if not history.timeline.treatments.known:
        return "not_checked", ""
    held = list(answers)
    wrong = [words for answer, words in held if answer == "no"]
    if wrong:
        return "abnormal", "; ".join(wrong)
    doubt = [words for answer, words in held if answer == "cannot_tell"]
    if doubt:
        return "not_checked", f"not known: {'; '.join(doubt)}"
    return "clear", clear if held else none


def _dose(_row: Row, history: _History) -> Told:
    answers = ((judged.dose_enough, printed(trial.treatment)) for trial, judged in history.tried)
    return _over_trials(history, answers, "the dose was enough in every trial")


def _weeks(_row: Row, history: _History) -> Told:
    needed = setting("appraise_adequate_weeks")
    answers = ((judged.lasted(needed), printed(trial.treatment)) for trial, judged in history.tried)
    return _over_trials(history, answers, f"{needed:g} weeks or a full course in every trial")


def _adherence(_row: Row, history: _History) -> Told:
    answers = (
        (judged.taken_regularly, printed(trial.treatment)) for trial, judged in history.tried
    )
    return _over_trials(history, answers, "taken regularly in every trial")


def _side_effects(_row: Row, history: _History) -> Told:
    heavy = [
        f"{in_words(effect.effect)} {effect.severity} ({effect.date})"
        for effect in history.timeline.side_effects.or_else(())
        if effect.severity == "severe"
    ]
    status, words = _over_trials(
        history,
        ((_borne(trial), printed(trial.treatment)) for trial, _ in history.tried),
        "no trial was ended by side effects",
    )
    if heavy:
        return "abnormal", "; ".join([*heavy, *([words] if status == "abnormal" else [])])
    return status, words


def _borne(trial: TreatmentTrial) -> str:
    """Return whether something else than side effects ended it, or nothing did."""
    why = trial.stopped_for.value
    if why == "side_effects":
        return "no"
    return "yes" if why is not None or trial.ongoing.value is True else "cannot_tell"


def _checks(row: Row, history: _History) -> Told:
    wanted = set(row.items("checks"))
    found = [item for item in history.checks if item.id in wanted]
    if not found:
        return "not_checked", ""
    order: tuple[Status, ...] = ("abnormal", "not_checked", "clear")
    worst = min(found, key=lambda item: order.index(item.status))
    return worst.status, worst.evidence


def _inducers(row: Row, history: _History) -> Told:
    named = set(row.items("drugs"))
    timeline = history.timeline
    taken = [(use.drug, use.start.value, use.stop.value) for use in timeline.drugs.or_else(())]
    taken += [
        (trial.treatment, trial.start.value, trial.stop.value)
        for trial in timeline.treatments.or_else(())
    ]
    found: list[tuple[str, str]] = []
    for drug, start, stop in taken:
        for trial, _ in history.tried:
            if drug not in named or trial.treatment == drug:
                continue
            words = f"{printed(drug)} with {printed(trial.treatment)}"
            found.append((_apart((start, stop), (trial.start.value, trial.stop.value)), words))
    if not timeline.drugs.known and not any(answer == "no" for answer, _ in found):
        return "not_checked", ""
    none = "no such drug beside a trial"
    return _over_trials(history, found, "not at the same time as a trial", none)


Span = tuple[IsoDate | None, IsoDate | None]


def _apart(one: Span, other: Span) -> str:
    """Return whether two spans surely do not touch: ``yes``, ``no`` or ``cannot_tell``."""
    told = {_before(one, other), _before(other, one)}
    if "yes" in told:
        return "yes"
    return "cannot_tell" if "cannot_tell" in told else "no"


def _before(one: Span, other: Span) -> str:
    """Return whether the first span surely ended before the second began."""
    stop, start = one[1], other[0]
    if stop is None:
        return "no"
    if start is None:
        return "cannot_tell"
    if latest(stop) < earliest(start):
        return "yes"
    return "cannot_tell" if earliest(stop) < latest(start) else "no"


def _smoking(row: Row, history: _History) -> Told:
    if not history.timeline.treatments.known:
        return "not_checked", ""
    acted_on = [t for t, _ in history.tried if _drugs(t) & set(row.items("drugs"))]
    if not acted_on:
        return "clear", "no drug that smoking clears was tried"
    names = ", ".join(printed(trial.treatment) for trial in acted_on)
    reply = condition_reply(row.items("conditions"), history.timeline, resolved=False)
    # A list of conditions without it is no answer: smoking is seldom coded.
    if reply.truth == "yes":
        return "abnormal", f"{reply.evidence}; {names}"
    return "not_checked", f"smoking not known; {names}"


def _metabolism(_row: Row, history: _History) -> Told:
    answers = []
    for trial, _ in history.tried:
        for row in load_table("staging/metabolism"):
            if row.text("drug") in _drugs(trial):
                gene = row.text("gene")
                phenotype = history.phenotypes.get(gene)
                words = f"{gene} {in_words(phenotype or 'not known')}, {printed(trial.treatment)}"
                fast = (phenotype or "").lower().startswith(_ULTRARAPID)
                answers.append((
                    "cannot_tell" if phenotype is None else "no" if fast else "yes",
                    words,
                ))
    none = "no drug was tried that such an enzyme clears"
    return _over_trials(history, answers, "the enzymes are not ultrarapid", none)


def _drugs(trial: TreatmentTrial) -> set[str]:
    return {trial.treatment, *drug_parts(trial.treatment)}


_DERIVED: dict[str, Callable[[Row, _History], Told]] = {
    "dose": _dose,
    "weeks": _weeks,
    "adherence": _adherence,
    "side_effects": _side_effects,
    "checks": _checks,
    "inducers": _inducers,
    "smoking": _smoking,
    "metabolism": _metabolism,
}
