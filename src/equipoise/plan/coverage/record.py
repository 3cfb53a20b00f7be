"""What a coverage rule reads from a record: trials that count, findings, codes, scales.

Every answer is ``met``, ``unmet`` or ``unknown`` with what the record holds, dated. What has no
date documents nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from equipoise.core.casing import within
from equipoise.core.dates import earliest, latest
from equipoise.core.scoring import score
from equipoise.core.tables import Row, load_table

if TYPE_CHECKING:
    from equipoise.core.dates import IsoDate
    from equipoise.core.nouns import ScaleAnswers, Timeline, TreatmentTrial, TrialAppraisal
    from equipoise.plan.case import Case

__all__ = [
    "Answer",
    "Asked",
    "Status",
    "Tried",
    "all_of",
    "any_of",
    "at_least",
    "before_episode",
    "days_ago",
    "finding",
    "held_codes",
    "lasting_codes",
    "named",
    "newest",
    "open_codes",
    "present_among",
    "scored",
    "stated_days_ago",
    "trials",
]

Status = Literal["met", "unmet", "unknown"]
Answer = tuple[Status, tuple[str, ...]]
Codes = tuple[str, ...]
_REMISSION = re.compile(r"F1\d[1-9]1$")
_WORST_FIRST = ("present", "unknown", "absent")


@dataclass(frozen=True, slots=True)
class Asked:
    """One criterion of one policy, asked of one person about one treatment."""

    case: Case
    policy: Row
    row: Row
    treatment: str

    @property
    def timeline(self) -> Timeline:
        """The record."""
        return self.case.timeline

    @property
    def read_on(self) -> str:
        """What dates a statement that has no date of its own."""
        return f"recorded, read on {self.case.today}"


@dataclass(frozen=True, slots=True)
class Tried:
    """One trial as a policy counts it.

    Parameters
    ----------
    trial : TreatmentTrial
        As recorded.
    appraised : TrialAppraisal
        Its appraisal.
    kind : str
        ``drug``, ``augmentation``, ``procedure`` or ``therapy``.
    antidepressants : tuple of str
        Antidepressants in it.
    classes : tuple of str
        Their classes.
    failed : {"yes", "no", "cannot_tell"}
        Whether it is a failed adequate trial by the weeks and the scope of the policy.
    """

    trial: TreatmentTrial
    appraised: TrialAppraisal
    kind: str
    antidepressants: tuple[str, ...]
    classes: tuple[str, ...]
    failed: str

    @property
    def dated(self) -> bool:
        """Whether its beginning and its end (or that it goes on) are recorded."""
        ended = self.trial.stop.value is not None or self.trial.ongoing.value is True
        return self.trial.start.value is not None and ended

    @property
    def words(self) -> str:
        """The trial as evidence: dose, dates, weeks, adherence, outcome."""
        trial = self.trial
        dose = trial.dose.value
        parts = [
            named(trial.treatment) + (f" {dose.value:g} {dose.unit}" if dose else ""),
            f"{trial.start.value or 'no start'} to "
            f"{trial.stop.value or ('now' if trial.running else 'no stop')}",
        ]
        if self.appraised.weeks is not None:
            parts.append(f"{self.appraised.weeks:.1f} weeks or more")
        for label, answer in (("sessions", trial.sessions), ("adherence", trial.adherence)):
            if answer.value is not None:
                parts.append(f"{label} {answer.value}")
        told = trial.outcome.value or trial.stopped_for.value
        return ", ".join([*parts, told.replace("_", " ") if told else "outcome not recorded"])


def named(treatment: str) -> str:
    """Return the printed name of a treatment or drug inside a sentence."""
    for table in ("treatments/treatments", "drugs/drugs"):
        row = load_table(table).find(id=treatment)
        if row is not None:
            return within(row.text("title"))
    return treatment.replace("_", " ")


def trials(asked: Asked) -> tuple[Tried, ...]:
    """Return every trial of the record as the policy counts it."""
    recorded = asked.timeline.treatments.or_else(())
    appraised = asked.case.appraisal.trials
    if len(recorded) != len(appraised):
        return ()
    return tuple(_tried(t, a, asked.policy) for t, a in zip(recorded, appraised, strict=True))


def _tried(trial: TreatmentTrial, appraised: TrialAppraisal, policy: Row) -> Tried:
    row = load_table("treatments/treatments").find(id=trial.treatment)
    drugs = (row.items("drugs") if row else ()) or (trial.treatment,)
    found = [load_table("drugs/drugs").find(id=drug) for drug in drugs]
    own = [one for one in found if one is not None and one.cells["is_antidepressant"] == "true"]
    kind = row.text("kind") if row else ("drug" if own else "augmentation")
    scope = "yes" if policy.text("scope") == "lifetime" else appraised.in_episode
    parts = {
        appraised.adequate_after(policy.number("trial_weeks")),
        _unhelpful(appraised.benefit, policy),
        scope,
    }
    failed = "no" if "no" in parts else "cannot_tell" if "cannot_tell" in parts else "yes"
    return Tried(
        trial,
        appraised,
        kind,
        tuple(one.text("id") for one in own),
        tuple(one.text("class") for one in own),
        failed,
    )


def _unhelpful(benefit: str, policy: Row) -> str:
    if benefit == "partial":
        reading = {"failed": "yes", "not_failed": "no"}
        return reading.get(policy.text("partial"), "cannot_tell")
    return {"none": "yes", "cannot_tell": "cannot_tell"}.get(benefit, "no")


def at_least(
    needed: float, sure: Sequence[Tried], possible: Sequence[Tried], *, known: bool
) -> Answer:
    """Return whether as many trials are documented: each with its dates.

    Parameters
    ----------
    needed : float
        How many.
    sure, possible : sequence of Tried
        Those that count, and those that do if everything open counts.
    known : bool
        Whether past treatments were asked for.

    Returns
    -------
    Answer
        Unknown where open or undated trials could make it up.
    """
    documented = [one for one in sure if one.dated]
    evidence = tuple(one.words for one in documented)
    if len(documented) >= needed:
        return "met", evidence
    if not known:
        return "unknown", ()
    others = tuple(f"open: {one.words}" for one in possible if one not in documented)
    if len({id(one) for one in (*sure, *possible)}) >= needed:
        return "unknown", (*evidence, *others)
    return "unmet", (*evidence, *others) or ("no treatment of the record counts",)


def stated_days_ago(timeline: Timeline, name: str, today: IsoDate) -> int | None:
    """Return the most days since the newest dated statement about a finding; None without one."""
    dates = [
        f.date.value
        for f in timeline.findings.or_else(())
        if f.finding == name and f.date.value is not None
    ]
    return min(days_ago(date, today)[1] for date in dates) if dates else None


def before_episode(timeline: Timeline, name: str, today: IsoDate) -> bool:
    """Return whether the newest dated statement about a finding is older than this episode."""
    onset, days = timeline.episode.onset.value, stated_days_ago(timeline, name, today)
    if onset is None or days is None:
        return False
    return days > (latest(today) - earliest(onset)).days


def present_among(timeline: Timeline, names: Iterable[str]) -> tuple[str, ...]:
    """Return the findings that are recorded as present, in words, as open points."""
    found = (finding(timeline, name) for name in names)
    return tuple(f"open: {told}" for status, told in found if status == "present")


def finding(timeline: Timeline, name: str) -> tuple[str, str]:
    """Return the newest status of a finding (``not_asked`` where there is none) and its words.

    Parameters
    ----------
    timeline : Timeline
        The record.
    name : str
        Id of `red_flags/findings`.

    Returns
    -------
    str, str
        A statement without a date is ``unknown``: it documents nothing.
    """
    row = load_table("red_flags/findings").find(id=name)
    title = row.text("title") if row else name.replace("_", " ")
    stated = [f for f in timeline.findings.or_else(()) if f.finding == name]
    if not stated:
        return "not_asked", title
    dated = [f for f in stated if f.date.value is not None]
    if not dated or any(f.date.value is None and f.status == "present" for f in stated):
        return "unknown", f"{title}: {stated[-1].status}, no date"
    day = max(latest(f.date.value) for f in dated if f.date.value)
    last = [f for f in dated if f.date.value and latest(f.date.value) == day]
    worst = min(last, key=lambda f: _WORST_FIRST.index(f.status))
    return worst.status, f"{title}: {worst.status} ({worst.date.value})"


def held_codes(timeline: Timeline, prefixes: Iterable[str]) -> tuple[str, ...]:
    """Return the conditions that hold and the diagnosis of the episode that begin with a prefix."""
    wanted = tuple(prefixes)
    found = [
        f"condition {c.code} ({c.status})"
        for c in timeline.conditions.or_else(())
        if c.status not in {"resolved", "suspected"} and c.code.upper().startswith(wanted)
    ]
    code = timeline.episode.diagnosis.value
    if code is not None and code.upper().startswith(wanted):
        found.append(f"episode diagnosis {code}")
    return tuple(found)


def open_codes(timeline: Timeline, prefixes: Iterable[str]) -> tuple[str, ...]:
    """Return the conditions that may be one of the codes.

    Those are suspected, over, or of another code system. A disorder that is over is open and not
    absent: a record that calls bipolar disorder resolved does not document that there is none.
    """
    wanted = tuple(prefixes)
    return tuple(
        f"open: condition {c.code} ({c.status}, {c.system})"
        for c in timeline.conditions.or_else(())
        if (c.status != "resolved" and not c.system.startswith("icd10"))
        or (c.status in {"suspected", "resolved"} and c.code.upper().startswith(wanted))
    )


def lasting_codes(timeline: Timeline, prefixes: Iterable[str]) -> tuple[Codes, Codes]:
    """Return the codes that are there now, and those of which nobody knows whether they last.

    Parameters
    ----------
    timeline : Timeline
        The record.
    prefixes : iterable of str
        How the codes begin.

    Returns
    -------
    tuple of str, tuple of str
        What holds; what is suspected, over, in remission, or of another code system.
    """
    wanted = tuple(prefixes)
    holds, maybe = [], []
    for one in timeline.conditions.or_else(()):
        if one.status in {"resolved", "suspected"} or not one.code.upper().startswith(wanted):
            continue
        if one.status == "active" and not _in_remission(one.code):
            holds.append(f"condition {one.code} ({one.status})")
        else:
            maybe.append(f"open: condition {one.code} (whether it lasts is not known)")
    code = timeline.episode.diagnosis.value
    if code is not None and code.upper().startswith(wanted):
        holds.append(f"episode diagnosis {code}")
    return tuple(holds), (*maybe, *open_codes(timeline, wanted))


def _in_remission(code: str) -> bool:
    """Return whether ICD-10-CM says of a substance that the disorder is in remission."""
    return _REMISSION.match(code.upper().replace(".", "")) is not None


def newest(timeline: Timeline, scales: Iterable[str]) -> tuple[ScaleAnswers, ...]:
    """Return the answers to some scales, newest first."""
    wanted = set(scales)
    held = [a for a in timeline.scales.or_else(()) if a.scale in wanted]
    return tuple(sorted(held, key=lambda a: (earliest(a.date), a.scale), reverse=True))


def scored(answers: ScaleAnswers) -> tuple[float | None, str]:
    """Return the total and the scale with total and date as evidence."""
    total = score(answers).total
    row = load_table("scales/scales").find(id=answers.scale)
    title = row.text("title") if row else answers.scale
    told = "no total" if total is None else f"{total:g}"
    return total, f"{title} {told} ({answers.date})"


def all_of(answers: Iterable[Answer]) -> Answer:
    """Return the answer where every part has to be met."""
    held = list(answers)
    for status in ("unmet", "unknown"):
        worst = [one for one in held if one[0] == status]
        if worst:
            return worst[0][0], tuple(text for one in worst for text in one[1])
    return "met", tuple(text for one in held for text in one[1])


def any_of(answers: Iterable[Answer]) -> Answer:
    """Return the answer where one part is enough."""
    held = list(answers)
    for status in ("met", "unknown"):
        best = [one for one in held if one[0] == status]
        if best:
            return best[0][0], tuple(text for one in best for text in one[1])
    return "unmet", tuple(text for one in held for text in one[1])


def days_ago(date: IsoDate, today: IsoDate) -> tuple[int, int]:
    """Return the fewest and the most days between a date and the day of the run."""
    end: dt.date = latest(today)
    return (end - latest(date)).days, (end - earliest(date)).days
