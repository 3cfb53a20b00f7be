"""What the background of a person says to a question: family, drugs, side effects, course.

As in :mod:`equipoise.appraise.sources`, every function returns None where the question does not
ask for its part of the record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from equipoise.appraise.names import in_words, titled
from equipoise.appraise.questions import Question, Reply
from equipoise.core.casing import within
from equipoise.core.dates import IsoDate, earliest, latest, weeks_between
from equipoise.core.nouns import Timeline
from equipoise.core.tables import Row, load_table

__all__ = [
    "BACKGROUND",
    "ask_depressants",
    "ask_drugs",
    "ask_effects",
    "ask_episodes",
    "ask_family",
    "ask_onset",
    "ask_weeks",
]

DRUGS: Final = "drugs/drugs"
DEPRESSANTS: Final = "checks/depressants"
_NONE: Final = "none"
_SYMPTOM: Final = "symptom"
_SIGN: Final = "sign"


@dataclass(frozen=True, slots=True)
class _Taken:
    """One drug of the record; `since` and `stop` as far as they are known."""

    drug: str
    since: IsoDate | None
    stop: IsoDate | None


def _drugs(timeline: Timeline) -> Iterator[_Taken]:
    """Yield every drug of the record, those of the trials included."""
    for use in timeline.drugs.or_else(()):
        yield _Taken(use.drug, use.start.value, use.stop.value)
    treatments = load_table("treatments/treatments")
    for trial in timeline.treatments.or_else(()):
        row = treatments.find(id=trial.treatment)
        stop = None if trial.running else trial.stop.value or trial.start.value
        for drug in row.items("drugs") if row else (trial.treatment,):
            yield _Taken(drug, trial.start.value, stop)


def _names(drug: str) -> frozenset[str]:
    """Return the names by which a rule may mean a drug: id, class, groups, ``serotonergic``."""
    row = load_table(DRUGS).find(id=drug)
    if row is None:
        return frozenset({drug})
    extra = {"serotonergic"} if row.flag("serotonergic") else set()
    return frozenset({drug, row.text("class"), *row.items("groups"), *extra})


def ask_drugs(question: Question, timeline: Timeline) -> Reply | None:
    """Answer by the drugs taken now; a list of drugs without one of them answers no.

    Where the question says for how long a drug lingers, one that was stopped lately counts too.
    """
    if not question.drugs:
        return None
    wanted = set(question.drugs)
    held = [taken for taken in _drugs(timeline) if wanted & _names(taken.drug)]
    now = [_title(taken.drug) for taken in held if taken.stop is None]
    told = [f"taken now: {', '.join(dict.fromkeys(now))}"] if now else []
    if question.drugs_days is not None:
        told += _lingering(held, question.drugs_days, timeline)
    if told:
        return Reply("yes", "; ".join(told))
    if timeline.drugs.known and timeline.treatments.known:
        return Reply("no", "drugs taken now")
    return Reply("unknown")


def _title(drug: str) -> str:
    return within(titled(DRUGS, drug))


def _lingering(held: Iterable[_Taken], days: float, timeline: Timeline) -> list[str]:
    """Return the drugs that were stopped so lately that they may still act in the signs."""
    signs = _last_sign(timeline)
    told = []
    for taken in held:
        row = load_table(DRUGS).find(id=taken.drug)
        own = None if row is None else row.optional_number("lingers")
        lasts = dt.timedelta(days=max(days, own or 0.0))
        if taken.stop is not None and (signs is None or signs <= latest(taken.stop) + lasts):
            told.append(f"stopped lately: {_title(taken.drug)} ({taken.stop})")
    return list(dict.fromkeys(told))


def _last_sign(timeline: Timeline) -> dt.date | None:
    """Return the earliest day that the newest sign allows; None where a sign has no date."""
    table = load_table("red_flags/findings")
    days = [
        f.date.value
        for f in timeline.findings.or_else(())
        if f.status == "present" and (row := table.find(id=f.finding)) and row.text("kind") == _SIGN
    ]
    if not days or None in days:
        return None
    return max(earliest(day) for day in days if day is not None)


def ask_depressants(question: Question, timeline: Timeline) -> Reply | None:
    """Answer by drugs that are said to bring on depression, of the strengths that are asked.

    One that was stopped before the episode began does not count; where it cannot be told, the
    answer stays open. Drugs with evidence against it are named, and never answer yes.
    """
    if not question.depressants:
        return None
    onset = timeline.episode.onset.value
    told: dict[str, list[str]] = {"yes": [], "unknown": [], "no": []}
    for taken in _drugs(timeline):
        row = _depressant(taken.drug)
        if row is None:
            continue
        truth = _in_episode(taken, onset)
        if truth != "no":
            listed = row.text("strength") in question.depressants
            told[truth if listed else "no"].append(_accused(row, taken))
    for truth in ("yes", "unknown"):
        if told[truth]:
            return Reply("yes" if truth == "yes" else "unknown", "; ".join(told[truth]))
    if not (timeline.drugs.known and timeline.treatments.known):
        return Reply("unknown", "; ".join(told["no"]))
    return Reply("no", "; ".join(told["no"]) or "drugs taken now")


def _depressant(drug: str) -> Row | None:
    names = _names(drug)
    rows = (r for r in load_table(DEPRESSANTS) if names & set(r.items("drugs")))
    return next(rows, None)


def _in_episode(taken: _Taken, onset: IsoDate | None) -> str:
    """Return whether the drug was taken after the episode began, as far as the dates tell."""
    if taken.stop is None:
        return "yes"
    if onset is None:
        return "unknown"
    if latest(taken.stop) < earliest(onset):
        return "no"
    return "yes" if earliest(taken.stop) >= latest(onset) else "unknown"


def _accused(row: Row, taken: _Taken) -> str:
    strength = titled("checks/strengths", row.text("strength"))
    since = f", since {taken.since}" if taken.since else ", start not known"
    stop = f", stopped {taken.stop}" if taken.stop else ""
    return f"{titled(DRUGS, taken.drug)} ({strength}: {row.text('says')}{since}{stop})"


def ask_family(question: Question, timeline: Timeline) -> Reply | None:
    """Answer by coded diagnoses in the family; another code system leaves the answer open."""
    if not question.family:
        return None
    held = timeline.family.or_else(())
    coded = [m for m in held if m.system.startswith("icd10")]
    found = [
        f"family: {m.code} ({m.relation.value or 'relative not named'})"
        for m in coded
        if m.code.upper().startswith(question.family)
    ]
    if found:
        return Reply("yes", "; ".join(found))
    if not timeline.family.known or len(coded) < len(held):
        return Reply("unknown")
    return Reply("no", "family history")


def ask_effects(question: Question, timeline: Timeline) -> Reply | None:
    """Answer by side effects as the person reports them."""
    if not question.effects:
        return None
    told = [e for e in timeline.side_effects.or_else(()) if e.effect in question.effects]
    newest = [e for e in told if latest(e.date) >= max(earliest(o.date) for o in told)]
    found = [e for e in newest if e.severity != _NONE]
    if found:
        words = (
            f"{titled('checks/effects', e.effect)}: {in_words(e.severity)} ({e.date})"
            for e in found
        )
        return Reply("yes", "; ".join(words))
    return Reply("no", "side effects") if newest else Reply("unknown")


def ask_onset(question: Question, timeline: Timeline) -> Reply | None:
    """Answer by the age: the first depression came at the present age at the latest."""
    below, above = question.onset_age_below, question.onset_age_from
    if below is None and above is None:
        return None
    age = timeline.demographics.age_years.value
    if age is not None and below is not None and age < below:
        return Reply("yes", f"age {age:g}")
    if age is not None and above is not None and age < above:
        return Reply("no", f"age {age:g}")
    return Reply("unknown")


def ask_episodes(question: Question, timeline: Timeline) -> Reply | None:
    """Answer by the number of the present episode."""
    if question.episodes_from is None:
        return None
    number = timeline.episode.number.value
    if number is None:
        return Reply("unknown")
    return Reply("yes" if number >= question.episodes_from else "no", f"episode {number}")


def ask_weeks(question: Question, timeline: Timeline) -> Reply | None:
    """Answer by the weeks from the onset to the last day on which symptoms were asked.

    Too few weeks on that day do not say how many there are today, so that nothing answers no.
    """
    onset = timeline.episode.onset.value
    if question.weeks_from is None:
        return None
    if onset is None:
        return Reply("unknown")
    table = load_table("red_flags/findings")
    days = [
        f.date.value
        for f in timeline.findings.or_else(())
        if f.date.value and (row := table.find(id=f.finding)) and row.text("kind") == _SYMPTOM
    ]
    days += [answers.date for answers in timeline.scales.or_else(())]
    long = [day for day in days if weeks_between(onset, day)[0] >= question.weeks_from]
    if long:
        return Reply("yes", f"onset {onset}, asked {max(long)}")
    return Reply("unknown", f"onset {onset}")


BACKGROUND: Final[dict[str, Callable[[Question, Timeline], Reply | None]]] = {
    "drugs": ask_drugs,
    "depressants": ask_depressants,
    "family": ask_family,
    "effects": ask_effects,
    "onset": ask_onset,
    "episodes": ask_episodes,
    "weeks": ask_weeks,
}
"""The sources of this module, by the name that `settled_by` uses."""
