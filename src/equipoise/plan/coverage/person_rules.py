"""Criteria about the person: diagnosis, age, severity by a scale, findings, course."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from equipoise.core.dates import earliest, latest
from equipoise.core.tables import load_table
from equipoise.plan.coverage.record import (
    Answer,
    Asked,
    Status,
    all_of,
    any_of,
    at_least,
    before_episode,
    days_ago,
    finding,
    held_codes,
    lasting_codes,
    newest,
    open_codes,
    present_among,
    scored,
    stated_days_ago,
    trials,
)
from equipoise.plan.coverage.trial_rules import classes, failed_trials

if TYPE_CHECKING:
    from equipoise.core.nouns import Implant

__all__ = [
    "age_from",
    "diagnosis_in",
    "diagnosis_not_in",
    "findings_absent",
    "implants_absent",
    "long_or_many",
    "need",
    "never",
    "scale_severity",
    "scale_within",
    "scales_within",
    "statement",
]

_MONTHS_PER_YEAR = 12
_HELPED = frozenset({"response", "remission"})
_OTHERS = "others_not_asked"


def statement(_asked: Asked) -> Answer:
    """Say that no record holds it: a document is needed."""
    return "unknown", ()


def never(asked: Asked) -> Answer:
    """Say that the rule does not cover it."""
    return "unmet", (f"the rule of {asked.row.text('as_of')} does not cover it",)


def diagnosis_in(asked: Asked) -> Answer:
    """Say whether the diagnosis of the episode is one of the codes; the onset dates it."""
    code, onset = asked.timeline.episode.diagnosis.value, asked.timeline.episode.onset.value
    if code is None:
        return "unknown", ()
    told = (f"episode diagnosis {code}, onset {onset or 'not recorded'}",)
    if not code.upper().startswith(asked.row.items("accept")):
        return "unmet", told
    against = present_among(asked.timeline, asked.row.items("codes"))
    if against:
        return "unknown", (*told, *against)
    return ("unknown" if onset is None else "met"), told


def diagnosis_not_in(asked: Asked) -> Answer:
    """Say whether no condition and no diagnosis is one of the codes."""
    found = held_codes(asked.timeline, asked.row.items("accept"))
    if found:
        return "unmet", found
    code = asked.timeline.episode.diagnosis.value
    if code is None or not asked.timeline.conditions.known:
        return "unknown", ()
    maybe = (
        *open_codes(asked.timeline, asked.row.items("accept")),
        *present_among(asked.timeline, asked.row.items("codes")),
    )
    if maybe:
        return "unknown", maybe
    return "met", (f"episode diagnosis {code} and conditions, {asked.read_on}",)


def age_from(asked: Asked) -> Answer:
    """Say whether the person is old enough."""
    age = asked.timeline.demographics.age_years.value
    if age is None:
        return "unknown", ()
    told = (f"age {age:g} years, {asked.read_on}",)
    return ("met" if age >= asked.row.number("number") else "unmet"), told


def scale_within(asked: Asked) -> Answer:
    """Say whether a scale with a total was taken in the last days."""
    for answers in newest(asked.timeline, asked.row.items("accept")):
        total, told = scored(answers)
        if total is None:
            continue
        least, most = days_ago(answers.date, asked.case.today)
        limit = asked.row.number("number")
        if most <= limit:
            return "met", (told,)
        return ("unmet" if least > limit else "unknown"), (told,)
    return "unknown", ()


def scale_severity(asked: Asked) -> Answer:
    """Say whether the newest scale reaches the total that the rule asks of it."""
    wanted = dict(part.split() for part in asked.row.items("accept"))
    limit = asked.row.optional_number("number")
    for answers in newest(asked.timeline, wanted):
        total, told = scored(answers)
        if total is None:
            continue
        needed = float(wanted[answers.scale])
        words = f"{told}, asked for {needed:g}"
        if limit is not None and days_ago(answers.date, asked.case.today)[1] > limit:
            # How severe it was then does not document how severe it is now.
            return "unknown", (f"open: older than {limit:g} days: {words}",)
        return ("met" if total >= needed else "unmet"), (words,)
    return "unknown", ()


def scales_within(asked: Asked) -> Answer:
    """Say whether as many totals lie within the last days; what is too old is quoted as that."""
    limit, needed = asked.row.number("second"), asked.row.number("number")
    sure, possible, old = [], [], []
    for answers in newest(asked.timeline, asked.row.items("accept")):
        total, told = scored(answers)
        if total is None:
            continue
        least, most = days_ago(answers.date, asked.case.today)
        if least > limit:
            old.append(f"older than {limit:g} days: {told}")
            continue
        possible.append(told)
        if most <= limit:
            sure.append(told)
    if len(sure) >= needed:
        return "met", tuple(sure)
    if len(possible) >= needed or not (possible or old):
        return "unknown", tuple(possible)
    return "unmet", (*possible, *old[:1])


def findings_absent(asked: Asked) -> Answer:
    """Say whether every finding is known absent, with a date, and no code speaks against it."""
    answers = [_absent(asked, name) for name in asked.row.items("accept")]
    codes = asked.row.items("codes")
    if not codes:
        return all_of(answers)
    against, maybe = lasting_codes(asked.timeline, codes)
    if against:
        return all_of([("unmet", against), *answers])
    if maybe:
        answers.append(("unknown", maybe))
    if not asked.timeline.conditions.known:
        answers.append(("unknown", ("open: conditions were not asked for",)))
    return all_of(answers)


def _absent(asked: Asked, name: str) -> Answer:
    """Say whether one finding is absent; a statement older than the row allows is open."""
    status, told = finding(asked.timeline, name)
    if status == "present":
        return "unmet", (told,)
    if status != "absent":
        return "unknown", (f"open: {told}",)
    limit = asked.row.optional_number("number")
    days = stated_days_ago(asked.timeline, name, asked.case.today)
    if limit is not None and days is not None and days > limit:
        return "unknown", (f"open: older than {limit:g} days: {told}",)
    if before_episode(asked.timeline, name, asked.case.today):
        return "unknown", (f"open: from before this episode: {told}",)
    return "met", (told,)


def implants_absent(asked: Asked) -> Answer:
    """Say whether nothing is implanted near the coil."""
    implants = asked.timeline.implants.value
    if implants is None:
        return "unknown", ()
    unread = [one.what for one in asked.timeline.unmapped if one.hides == "implant"]
    if unread:
        return "unknown", tuple(f"may be an implant: {what}" for what in dict.fromkeys(unread))
    if not implants:
        return "met", (f"no implants, {asked.read_on}",)
    sites = load_table("contraindications/sites")
    told, near = [], []
    for implant in implants:
        row = sites.find(id=(implant.site.value or "").strip().lower())
        told.append(_implant(implant))
        near.append(None if row is None else row.optional_text("near_head"))
    if "true" in near:
        return "unmet", tuple(told)
    return ("met" if set(near) == {"false"} else "unknown"), tuple(told)


def _implant(implant: Implant) -> str:
    if implant.kind == _OTHERS:
        return "open: whether there are others was not asked"
    return f"{implant.kind.replace('_', ' ')}, {implant.site.value or 'place not recorded'}"


def long_or_many(asked: Asked) -> Answer:
    """Say whether the episode is long enough, or there were enough of them."""
    months, episodes = asked.row.number("number"), asked.row.number("second")
    onset, number = asked.timeline.episode.onset.value, asked.timeline.episode.number.value
    answers: list[Answer] = []
    if onset is None:
        answers.append(("unknown", ()))
    else:
        least = _months(latest(onset), earliest(asked.case.today))
        most = _months(earliest(onset), latest(asked.case.today))
        told = (f"episode since {onset}",)
        long: Status = "met" if least >= months else "unmet" if most < months else "unknown"
        answers.append((long, told))
    if number is None:
        answers.append(("unknown", ()))
    else:
        told = (f"episode number {number}, {asked.read_on}",)
        answers.append(("met" if number >= episodes else "unmet", told))
    return any_of(answers)


def _months(start: dt.date, end: dt.date) -> int:
    """Return the whole months between two days."""
    months = (end.year - start.year) * _MONTHS_PER_YEAR + end.month - start.month
    return months - (end.day < start.day)


def need(asked: Asked) -> Answer:
    """Say whether one of several reasons is documented."""
    return any_of(_reason(asked, name) for name in asked.row.items("accept"))


def _reason(asked: Asked, name: str) -> Answer:
    other = _OTHER_REASONS.get(name)
    if other is not None:
        return other(asked)
    status, told = finding(asked.timeline, name)
    if status in {"present", "absent"} and before_episode(asked.timeline, name, asked.case.today):
        return "unknown", (f"open: from before this episode: {told}",)
    if status == "present":
        return "met", (told,)
    return ("unmet", ()) if status == "absent" else ("unknown", ())


def _pregnant(asked: Asked) -> Answer:
    state = asked.timeline.pregnancy.value
    if state is None:
        male = asked.timeline.demographics.sex.value == "male"
        return ("unmet" if male else "unknown"), ()
    if state.status != "pregnant":
        return "unmet", ()
    told = (f"pregnant ({state.date.value or 'no date'})",)
    return ("unknown" if state.date.value is None else "met"), told


def _earlier_ect(asked: Asked) -> Answer:
    held = [t for t in trials(asked) if t.trial.treatment == "ect"]
    helped = [t for t in held if t.trial.outcome.value in _HELPED]
    open_ones = [t for t in held if not t.trial.outcome.known]
    return at_least(1, helped, [*helped, *open_ones], known=asked.timeline.treatments.known)


_OTHER_REASONS: dict[str, Callable[[Asked], Answer]] = {
    "failed_trials": failed_trials,
    "failed_classes": classes,
    "pregnant": _pregnant,
    "earlier_ect": _earlier_ect,
}
"""Reasons of a list that are no finding."""
