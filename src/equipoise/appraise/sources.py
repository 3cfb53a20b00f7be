"""What each part of a record says to a question.

Every function returns None where the question does not ask that part, else a
:class:`~equipoise.appraise.questions.Reply`. Dates that are not exact count on the side of danger:
a statement that something is absent cancels an earlier one only if it is certainly later, and of
several values that may be the newest, each one counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from equipoise.appraise.lab_source import ask_lab, newest_of
from equipoise.appraise.names import in_words, printed, titled
from equipoise.appraise.questions import Question, Reply
from equipoise.core.dates import earliest, latest
from equipoise.core.nouns import Condition, Finding, Implant, ScaleAnswers, Timeline
from equipoise.core.scoring import ScaleScore, score
from equipoise.core.tables import load_table

__all__ = [
    "ask_adherence",
    "ask_conditions",
    "ask_findings",
    "ask_implants",
    "ask_pregnancy",
    "ask_scale",
    "ask_specifiers",
    "condition_reply",
    "pregnancy_is",
]

_GOOD_ADHERENCE = "good"
_NOT_PREGNANT = "not_pregnant"
_IMPLANT = "implant"


def ask_conditions(question: Question, timeline: Timeline) -> Reply | None:
    """Answer by coded conditions, the diagnosis of the episode included."""
    if not question.conditions:
        return None
    return condition_reply(question.conditions, timeline, resolved=question.also_resolved)


def condition_reply(prefixes: Sequence[str], timeline: Timeline, *, resolved: bool) -> Reply:
    """Return whether a condition with one of the ICD-10 `prefixes` is on record.

    Parameters
    ----------
    prefixes : sequence of str
        ICD-10 code prefixes.
    timeline : Timeline
        The record. A list of conditions that was asked for and holds none of them answers no.
    resolved : bool
        Whether a resolved condition counts too.

    Returns
    -------
    Reply
        Yes, no, or unknown where one is only suspected, and where conditions were not asked or
        stand in another code system.
    """
    wanted = tuple(prefixes)
    held = [c for c in timeline.conditions.or_else(()) if resolved or c.status != "resolved"]
    meant = [c for c in held if _is_icd10(c) and c.code.upper().startswith(wanted)]
    found = [_told(c) for c in meant if c.status != "suspected"]
    diagnosis = timeline.episode.diagnosis.value
    if diagnosis is not None and diagnosis.upper().startswith(wanted):
        found.append(f"episode diagnosis {diagnosis}")
    if found:
        return Reply("yes", "; ".join(found))
    if meant:
        return Reply("unknown", "; ".join(_told(c) for c in meant))
    if not timeline.conditions.known:
        return Reply("unknown")
    foreign = [c.code for c in held if not _is_icd10(c)]
    return Reply("unknown") if foreign else Reply("no", "conditions")


def _is_icd10(condition: Condition) -> bool:
    return condition.system.startswith("icd10")


def _told(condition: Condition) -> str:
    onset = f", {condition.onset.value}" if condition.onset.value else ""
    return f"condition {condition.code} ({condition.status}{onset})"


def ask_findings(question: Question, timeline: Timeline) -> Reply | None:
    """Answer by findings: any that is present says yes, the first that is absent says no.

    One that was asked and is not known leaves the answer open, whichever it is.
    """
    if not question.findings:
        return None
    replies = [_finding_reply(name, timeline) for name in question.findings]
    found = [reply.evidence for reply in replies if reply.truth == "yes"]
    if found:
        return Reply("yes", "; ".join(found))
    return next((reply for reply in replies if reply.asked), replies[0])


def _finding_reply(name: str, timeline: Timeline) -> Reply:
    """Return what the last statement about a finding says."""
    stated = [f for f in timeline.findings.or_else(()) if f.finding == name]
    absent = [f for f in stated if f.status == "absent"]
    for status, truth in (("present", "yes"), ("unknown", "unknown")):
        standing = [f for f in stated if f.status == status and not _cancelled(f, absent)]
        if standing and truth == "yes":
            return Reply("yes", _stated(standing[-1]))
        if standing:
            return Reply("unknown", _stated(standing[-1]), asked=True)
    if absent:
        return Reply("no", _stated(absent[-1]))
    return Reply("unknown")


def _cancelled(finding: Finding, absent: Iterable[Finding]) -> bool:
    """Return whether the finding was certainly stated to be absent later on."""
    if finding.date.value is None:
        return False
    day = latest(finding.date.value)
    return any(f.date.value is not None and earliest(f.date.value) > day for f in absent)


def _stated(finding: Finding) -> str:
    day = finding.date.value or "no date"
    title = titled("red_flags/findings", finding.finding)
    return f"{title}: {finding.status} ({day})"


def ask_implants(question: Question, timeline: Timeline) -> Reply | None:
    """Answer by implants; one that could not be read, or whose site is unknown, is unknown.

    A device of a source that no table reads leaves the answer open, whatever a record lists.
    """
    if not question.implants:
        return None
    if timeline.implants.value is None:
        return Reply("unknown")
    listed = {row.text("id") for row in load_table("contraindications/implants")}
    unread = ", ".join(dict.fromkeys(u.what for u in timeline.unmapped if u.hides == _IMPLANT))
    doubt = False
    for implant in timeline.implants.value:
        if implant.kind in question.implants:
            near = _near_head(implant) if question.near_head_only else True
            if near:
                site = f", {implant.site.value}" if implant.site.value else ""
                return Reply("yes", f"{titled('contraindications/implants', implant.kind)}{site}")
            doubt |= near is None
        doubt |= implant.kind not in listed
    if unread:
        return Reply("unknown", unread, missing=f"whether this is an implant: {unread}")
    return Reply("unknown") if doubt else Reply("no", "implants")


def _near_head(implant: Implant) -> bool | None:
    if implant.site.value is None:
        return None
    row = load_table("contraindications/sites").find(id=implant.site.value.strip().lower())
    if row is None or row.optional_text("near_head") is None:
        return None
    return row.flag("near_head")


def ask_pregnancy(question: Question, timeline: Timeline) -> Reply | None:
    """Answer by pregnancy; men, and people above the age of the setting, answer no."""
    if not question.pregnancy:
        return None
    return pregnancy_is(question.pregnancy, timeline)


def pregnancy_is(states: Sequence[str], timeline: Timeline) -> Reply:
    """Return whether the state is one of `states`; men and the old are not pregnant.

    Parameters
    ----------
    states : sequence of str
        ``pregnant``, ``breastfeeding`` or ``not_pregnant``.
    timeline : Timeline
        The record.

    Returns
    -------
    Reply
        Unknown where it was not asked of somebody who may be pregnant.
    """
    state, evidence = _pregnancy(timeline)
    if state is None:
        return Reply("unknown")
    return Reply("yes" if state in states else "no", evidence)


def _pregnancy(timeline: Timeline) -> tuple[str | None, str]:
    state = timeline.pregnancy.value
    if state is not None:
        return state.status, f"{in_words(state.status)} ({state.date.value or 'no date'})"
    if timeline.demographics.sex.value == "male":
        return _NOT_PREGNANT, "sex male"
    age = timeline.demographics.age_years.value
    last = load_table("hyperparameters/hyperparameters").row(id="appraise_pregnancy_to_age")
    if age is not None and age > last.number("value"):
        return _NOT_PREGNANT, f"age {age:g}"
    return None, ""


def ask_specifiers(question: Question, timeline: Timeline) -> Reply | None:
    """Answer by the specifiers of the episode."""
    if not question.specifiers:
        return None
    given = timeline.episode.specifiers
    if given.value is None:
        return Reply("unknown")
    found = [name for name in given.value if name in question.specifiers]
    return (
        Reply("yes", f"episode specifier {in_words(found[0])}")
        if found
        else Reply("no", "specifiers")
    )


def ask_scale(question: Question, timeline: Timeline) -> Reply | None:
    """Answer by one item, the total or a part of the newest answers to a rating scale."""
    if question.scale is None:
        return None
    newest = newest_of([s for s in timeline.scales.or_else(()) if s.scale == question.scale])
    if not newest:
        return Reply("unknown")
    reply_to = _item_reply if question.item or question.extra else _total_reply
    replies = [reply_to(question, answers) for answers in newest]
    for truth in ("yes", "unknown"):
        chosen = [reply for reply in replies if reply.truth == truth]
        if chosen:
            return chosen[0]
    return replies[0]


def _item_reply(question: Question, answers: ScaleAnswers) -> Reply:
    """Return what one item says; one that was left out, or not reported, was asked and is open."""
    index = question.item - 1
    value = answers.items[index] if 0 <= index < len(answers.items) else None
    named = f"item {question.item}"
    if question.extra is not None:
        value, named = dict(answers.extras).get(question.extra), in_words(question.extra)
    told = f"{titled('scales/scales', answers.scale)} {named}"
    gap = "left out" if answers.items else "not known, only a total"
    left_out = f"{told} {gap} ({answers.date})"
    if question.item_from is None:
        return Reply("yes", left_out) if value is None else Reply("no", told)
    if value is None:
        return Reply("unknown", left_out, asked=True)
    highest = value if question.item_to is None else question.item_to
    inside = question.item_from <= value <= highest
    return Reply("yes" if inside else "no", f"{told} = {value} ({answers.date})")


def _total_reply(question: Question, answers: ScaleAnswers) -> Reply:
    """Return what the total, its band, or the part that is asked says."""
    scored = score(answers)
    title = titled("scales/scales", answers.scale)
    value = dict(scored.parts).get(question.part) if question.part else scored.total
    if value is None or (question.bands and scored.band is None):
        why = f": {scored.reason}" if scored.reason else ""
        return Reply("unknown", f"{title}: cannot be scored{why} ({answers.date})", asked=True)
    part = f", {in_words(question.part)}" if question.part else ""
    inside = _inside(question, value, scored)
    return Reply("yes" if inside else "no", f"{title}{part} {value:g} ({answers.date})")


def _inside(question: Question, value: float, scored: ScaleScore) -> bool:
    if question.bands:
        return scored.band in question.bands
    low, high = question.total_from, question.total_below
    return (low is None or value >= low) and (high is None or value < high)


def ask_adherence(question: Question, timeline: Timeline) -> Reply | None:
    """Answer by the adherence of the trials: yes where one was taken less than well."""
    if not question.adherence:
        return None
    trials = timeline.treatments.or_else(())
    told = [t for t in trials if t.adherence.value not in {None, _GOOD_ADHERENCE}]
    if told:
        names = ", ".join(f"{printed(t.treatment)} {t.adherence.value}" for t in told)
        return Reply("yes", f"adherence: {names}")
    if trials and all(t.adherence.known for t in trials):
        return Reply("no", "adherence good in every trial")
    return Reply("unknown")


SOURCES: dict[str, Callable[[Question, Timeline], Reply | None]] = {
    "conditions": ask_conditions,
    "findings": ask_findings,
    "implants": ask_implants,
    "pregnancy": ask_pregnancy,
    "specifiers": ask_specifiers,
    "lab": ask_lab,
    "scale": ask_scale,
    "adherence": ask_adherence,
}
"""The parts of a record that may answer, by the name that `settled_by` uses."""
