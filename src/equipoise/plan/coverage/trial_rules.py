"""Criteria about past treatments: how many failed, of which classes, for how long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from equipoise.core.dates import weeks_between
from equipoise.core.tables import load_table
from equipoise.core.taken import DRUG
from equipoise.plan.coverage.record import Answer, Asked, Tried, at_least, named, trials

if TYPE_CHECKING:
    from equipoise.core.dates import IsoDate

__all__ = [
    "classes",
    "drugs_absent",
    "earlier_response",
    "failed_treatments",
    "failed_trials",
    "psychotherapy",
    "stable_drugs",
    "trial_adherence",
    "trial_weeks",
]

_HELPED = frozenset({"response", "remission"})


def _known(asked: Asked) -> bool:
    return asked.timeline.treatments.known


def _antidepressants(asked: Asked) -> list[Tried]:
    """Return one trial for each antidepressant: the one that counts most."""
    order = ("yes", "cannot_tell", "no")
    held = [t for t in trials(asked) if t.antidepressants and t.kind in {"drug", "augmentation"}]
    best: dict[tuple[str, ...], Tried] = {}
    for one in sorted(held, key=lambda t: order.index(t.failed)):
        best.setdefault(one.antidepressants, one)
    return list(best.values())


def _split(held: Sequence[Tried]) -> tuple[list[Tried], list[Tried]]:
    return [t for t in held if t.failed == "yes"], [t for t in held if t.failed != "no"]


def failed_trials(asked: Asked) -> Answer:
    """Count failed antidepressants; where the row says so, trials not borne count instead."""
    held = _antidepressants(asked)
    sure, possible = _split(held)
    needed = asked.row.number("number")
    answer = at_least(needed, sure, possible, known=_known(asked))
    instead = asked.row.optional_number("second")
    if answer[0] == "met" or instead is None:
        return answer
    lifetime = asked.policy.text("scope") == "lifetime"
    borne = [
        t
        for t in held
        if t.trial.stopped_for.value == "side_effects"
        and t.dated
        and (lifetime or t.appraised.in_episode == "yes")
    ]
    told = tuple(f"not tolerated: {t.words}" for t in borne)
    if len(borne) >= instead:
        return "met", told
    if borne and len(borne) + len(possible) >= needed:
        return "unknown", (*answer[1], *told)
    return answer[0], (*answer[1], *told)


def failed_treatments(asked: Asked) -> Answer:
    """Count failed adequate treatments of any kind."""
    sure, possible = _split(trials(asked))
    return at_least(asked.row.number("number"), sure, possible, known=_known(asked))


def classes(asked: Asked) -> Answer:
    """Count the classes of the failed antidepressants."""
    sure, possible = _split(_antidepressants(asked))
    answer = at_least(
        asked.row.number("number"), _by_class(sure), _by_class(possible), known=_known(asked)
    )
    if answer[0] != "unmet" or not sure:
        return answer
    # Two drugs of one class: the reader sees both, and so why it is one class.
    return "unmet", (*answer[1], *(t.words for t in sure if t.words not in answer[1]))


def _by_class(held: Sequence[Tried]) -> list[Tried]:
    """Return one trial for each class, dated ones first."""
    found: dict[tuple[str, ...], Tried] = {}
    for one in sorted(held, key=lambda t: not t.dated):
        found.setdefault(one.classes, one)
    return list(found.values())


def _unhelpful(asked: Asked) -> list[Tried]:
    """Return the antidepressant trials without benefit that count here, adequate or not."""
    lifetime = asked.policy.text("scope") == "lifetime"
    return [
        t
        for t in _antidepressants(asked)
        if t.appraised.benefit in {"none", "partial", "cannot_tell"}
        and (lifetime or t.appraised.in_episode != "no")
    ]


def trial_weeks(asked: Asked) -> Answer:
    """Count the trials that lasted the weeks of the row."""
    weeks, held = asked.row.number("number"), _unhelpful(asked)
    sure = [t for t in held if t.appraised.lasted(weeks) == "yes"]
    possible = [t for t in held if t.appraised.lasted(weeks) != "no"]
    return at_least(asked.row.number("second"), sure, possible, known=_known(asked))


def trial_adherence(asked: Asked) -> Answer:
    """Count the trials that were taken regularly, by a level.

    The word "good" of a record stands for a share of the doses that may lie below the one that
    the rule asks for: it leaves the answer open until fills, a count or a level are there.
    """
    held = _unhelpful(asked)
    possible = [t for t in held if t.appraised.taken_regularly != "no"]
    sure = [
        t
        for t in possible
        if t.appraised.taken_regularly == "yes" and t.trial.adherence.value is None
    ]
    answer = at_least(asked.row.number("number"), sure, possible, known=_known(asked))
    good = load_table("doses/answers").find(field="adherence", answer="good")
    if answer[0] != "unknown" or good is None or len(sure) == len(possible):
        return answer
    told = f"open: adherence good stands for {good.text('note')}"
    return "unknown", (*answer[1], told)


def psychotherapy(asked: Asked) -> Answer:
    """Count adequate courses of psychotherapy without enough benefit."""
    table = load_table("treatments/treatments")
    held = [
        t
        for t in trials(asked)
        if (row := table.find(id=t.trial.treatment)) and row.text("drug_class") == "psychotherapy"
    ]
    if not held:
        # A record of drugs does not say that nobody ever had a psychotherapy.
        return "unknown", ()
    sure, possible = _split(held)
    return at_least(asked.row.number("number"), sure, possible, known=_known(asked))


def earlier_response(asked: Asked) -> Answer | None:
    """Say whether an earlier course helped; None where there was none to speak of."""
    wanted = set(asked.row.items("accept"))
    held = [t for t in trials(asked) if t.trial.treatment in wanted]
    if not _known(asked):
        return "unknown", ()
    if not held:
        return None
    told = tuple(t.words for t in held)
    if any(t.trial.outcome.value in _HELPED and t.dated for t in held):
        return "met", told
    settled = all(t.trial.outcome.known and t.trial.outcome.value not in _HELPED for t in held)
    return ("unmet" if settled else "unknown"), told


def drugs_absent(asked: Asked) -> Answer:
    """Say whether any of the drugs is taken now."""
    wanted = set(asked.row.items("accept"))
    taken = [
        f"{named(t.treatment)} since {t.start.value or 'no date'}"
        for t in asked.timeline.treatments.or_else(())
        if t.running and t.treatment in wanted
    ]
    taken += [
        f"{named(use.drug)} since {use.start.value or 'no date'}"
        for use in asked.timeline.drugs.or_else(())
        if use.stop.value is None and use.drug in wanted
    ]
    if taken:
        # Some plans accept it with a reason: what is taken does not settle it.
        return "unknown", tuple(taken)
    unread = _unread(asked)
    if unread:
        return "unknown", unread
    if asked.timeline.drugs.known and _known(asked):
        return "met", (f"none among treatments and drugs, {asked.read_on}",)
    return "unknown", ()


def _unread(asked: Asked) -> tuple[str, ...]:
    """Return the drugs of the record that no table could read, as open points."""
    unread = (one.what for one in asked.timeline.unmapped if one.hides == DRUG)
    return tuple(f"open: not read, may be any drug: {what}" for what in dict.fromkeys(unread))


def stable_drugs(asked: Asked) -> Answer:
    """Say whether nothing was begun or stopped in the last weeks."""
    needed, today = asked.row.number("number"), asked.case.today
    if not (_known(asked) and asked.timeline.drugs.known):
        return "unknown", ()
    told: list[str] = list(_unread(asked))
    worst = "unknown" if told else "met"
    for name, start, stop in _spans(asked):
        for what, day in (("begun", start), ("stopped", stop)):
            if day is None:
                if what == "begun" and stop is None:
                    worst = "unknown" if worst == "met" else worst
                    told.append(f"{name}: no start")
                continue
            least, most = weeks_between(day, today)
            if most < needed:
                worst = "unmet"
                told.append(f"{name} {what} {day}")
            elif least < needed:
                worst = "unknown" if worst == "met" else worst
                told.append(f"{name} {what} {day}")
    if worst == "met":
        return "met", (f"no drug begun or stopped in {needed:g} weeks, {asked.read_on}",)
    return ("unmet" if worst == "unmet" else "unknown"), tuple(told)


def _spans(asked: Asked) -> list[tuple[str, IsoDate | None, IsoDate | None]]:
    kinds = {"drug", "augmentation"}
    spans = [
        (named(t.trial.treatment), t.trial.start.value, t.trial.stop.value)
        for t in trials(asked)
        if t.kind in kinds
    ]
    drugs = asked.timeline.drugs.or_else(())
    return spans + [(named(use.drug), use.start.value, use.stop.value) for use in drugs]
