"""What past and present trials of an option, or of its kin, say about offering it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from equipoise.appraise.drug_use import Catalogue, DrugInUse, Option, drugs_of
from equipoise.appraise.names import printed
from equipoise.appraise.reasons import own_reason, row_reason
from equipoise.core.dates import IsoDate, weeks_between
from equipoise.core.nouns import (
    SafetyReason,
    Timeline,
    TreatmentTrial,
    TrialAppraisal,
)
from equipoise.core.nouns.appraisal import ALREADY_FAILED, ALREADY_TAKEN
from equipoise.core.tables import load_table, setting

__all__ = ["history_reasons", "taken_reasons"]

Judged = tuple[TreatmentTrial, TrialAppraisal]


def history_reasons(
    option: Option,
    timeline: Timeline,
    trials: Sequence[TrialAppraisal],
    catalogue: Catalogue,
    *,
    today: IsoDate,
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
    today : str
        The day of the run; a trial that goes on lasts until then.

    Returns
    -------
    iterable of SafetyReason
        ``hard_stop`` for an option that was tried adequately in this episode without enough
        benefit, its drugs all at the same time: it is not dangerous, but it is never ranked again.
        ``caution`` where that cannot be told, after a stop for side effects, and where another
        form of the same treatment did not help.
    """
    judged = tuple(zip(timeline.treatments.or_else(()), trials, strict=True))
    for trial, appraised in judged:
        drugs = set(drugs_of(trial.treatment, catalogue))
        if trial.treatment == option.id or (drugs and drugs == set(option.drugs)):
            yield from _trial_reasons(trial, appraised)
        elif drugs & set(option.drugs):
            yield from _part_reasons(trial, appraised)
        else:
            yield from _other_form(option, trial, appraised)
    if len(option.drugs) > 1:
        yield from _together(option, judged, catalogue, today)


def taken_reasons(
    option: Option, uses: Iterable[DrugInUse], timeline: Timeline, catalogue: Catalogue
) -> Iterable[SafetyReason]:
    """Return what it means for an option that its drugs are taken now, or were before.

    Parameters
    ----------
    option : Option
        The treatment; one without a drug has nothing that could be taken twice, and one whose own
        trial goes on is a candidate for a better dose.
    uses : iterable of DrugInUse
        Drugs of the record, wherever they stand in it.
    timeline : Timeline
        The record; a drug of its trials is judged by what they say.
    catalogue : Catalogue
        The drugs.

    Yields
    ------
    SafetyReason
        ``hard_stop`` where every drug of it is taken: it is not given twice. ``caution`` where
        that is not sure for want of a stop date, where one of several is taken, and where one was
        taken before and no trial tells what it did.
    """
    own = [use for use in uses if use.drug in option.drugs]
    if not own or _goes_on(option, timeline):
        return
    names = " and ".join(catalogue.title(use.drug) for use in own)
    all_taken = len(own) == len(option.drugs) and all(use.taken for use in own)
    missing = [catalogue.title(use.drug) for use in own if use.stop_missing]
    if all_taken and not missing:
        yield own_reason(ALREADY_TAKEN, "hard_stop", f"Taken now: {names}", "do not give it twice")
    elif all_taken:
        told = f"the stop date of {' and '.join(missing)}"
        text = f"May be taken now: {names}"
        yield own_reason("may_be_taken", "caution", text, "ask whether it is taken", told)
    elif any(use.taken for use in own):
        text = f"A drug of it is taken now: {names}"
        yield own_reason("part_taken", "caution", text, "count the two together")
    elif before := {use.drug for use in own} - _tried(timeline, catalogue):
        names = " and ".join(catalogue.title(use.drug) for use in own if use.drug in before)
        text = f"Taken before, without a record of what it did: {names}"
        yield own_reason("taken_before", "caution", text, "ask why it was stopped and what it did")


def _goes_on(option: Option, timeline: Timeline) -> bool:
    trials = timeline.treatments.or_else(())
    return any(trial.treatment == option.id and trial.running for trial in trials)


def _tried(timeline: Timeline, catalogue: Catalogue) -> set[str]:
    trials = timeline.treatments.or_else(())
    return {drug for trial in trials for drug in drugs_of(trial.treatment, catalogue)}


def _other_form(
    option: Option, trial: TreatmentTrial, appraised: TrialAppraisal
) -> Iterable[SafetyReason]:
    """Say that another form of the same treatment did not help, where a rule knows of such forms.

    The rule of a class of treatments is the row ``<class>_other_form`` of
    `interactions/interactions`.
    """
    treatments = load_table("treatments/treatments")
    own, other = treatments.find(id=option.id), treatments.find(id=trial.treatment)
    if own is None or other is None or own.text("drug_class") != other.text("drug_class"):
        return
    rule = f"{own.text('drug_class')}_other_form"
    row = load_table("interactions/interactions").find(id=rule)
    if row is None or appraised.failed == "no" or appraised.in_episode == "no":
        return
    name = printed(trial.treatment)
    if appraised.failed == "yes":
        text = f"Another form of the same treatment did not help: {name}"
        yield row_reason(row, text, action=row.text("action"))
    else:
        text = f"Another form of the same treatment was tried without known benefit: {name}"
        yield own_reason("kin_tried", "caution", text, "ask what came of it")


def _together(
    option: Option, judged: Sequence[Judged], catalogue: Catalogue, today: IsoDate
) -> Iterable[SafetyReason]:
    """Yield a stop where the drugs of a combination failed while all of them were taken."""
    by_drug = [
        [
            trial
            for trial, appraised in judged
            if drug in drugs_of(trial.treatment, catalogue)
            and {appraised.adequate, appraised.failed, appraised.in_episode} == {"yes"}
        ]
        for drug in option.drugs
    ]
    needed = setting("appraise_adequate_weeks")
    for group in itertools.product(*by_drug):
        if len({id(trial) for trial in group}) == len(group) and _overlap(group, today) >= needed:
            yield own_reason(
                ALREADY_FAILED,
                "hard_stop",
                "Already tried together in this episode without response: "
                + " and ".join(printed(trial.treatment) for trial in group),
                "another option",
            )
            return


def _overlap(trials: Sequence[TreatmentTrial], today: IsoDate) -> float:
    """Return the fewest weeks for which all trials certainly ran at the same time; 0 if unsure."""
    fewest = []
    for one, other in itertools.product(trials, repeat=2):
        start = one.start.value
        stop = other.stop.value or (today if other.running else None)
        if start is None or stop is None:
            return 0.0
        fewest.append(weeks_between(start, stop)[0])
    return min(fewest)


def _part_reasons(trial: TreatmentTrial, appraised: TrialAppraisal) -> Iterable[SafetyReason]:
    """Say what came of a trial that shares one of several drugs with the option."""
    if trial.stopped_for.value == "side_effects":
        yield _not_borne(f", as {printed(trial.treatment)}")
    if appraised.failed != "no" and appraised.in_episode != "no":
        yield own_reason(
            "part_tried",
            "caution",
            f"A drug of it was tried without known benefit, as {printed(trial.treatment)}",
            "weigh what is new in it",
        )


def _trial_reasons(trial: TreatmentTrial, appraised: TrialAppraisal) -> Iterable[SafetyReason]:
    answers = {appraised.adequate, appraised.failed, appraised.in_episode}
    when = f" ({'; '.join(appraised.reasons)})" if appraised.reasons else ""
    if answers == {"yes"}:
        yield own_reason(
            ALREADY_FAILED,
            "hard_stop",
            f"Already tried adequately in this episode without response{when}",
            "another option",
        )
    elif answers == {"yes", "cannot_tell"} and appraised.failed != "no":
        yield own_reason(
            "may_have_failed",
            "caution",
            f"May have been tried adequately in this episode without response{when}",
            "ask for what is missing",
            "; ".join(appraised.missing),
        )
    if trial.stopped_for.value == "side_effects":
        yield _not_borne("")


def _not_borne(named: str) -> SafetyReason:
    return own_reason(
        "stopped_for_side_effects",
        "caution",
        f"Stopped earlier for side effects{named}",
        "ask which, and whether a lower dose was borne",
    )
