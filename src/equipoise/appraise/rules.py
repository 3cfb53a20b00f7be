"""Three-valued matching of a rule against a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from equipoise.appraise.background import BACKGROUND
from equipoise.appraise.counted import count, tables_of
from equipoise.appraise.questions import Question, Reply
from equipoise.appraise.sources import SOURCES, condition_reply, pregnancy_is
from equipoise.core.nouns import Timeline

__all__ = ["answer"]

_ASK = {**SOURCES, **BACKGROUND}


def answer(question: Question, timeline: Timeline) -> Reply:
    """Answer a question of a rule from a record.

    Parameters
    ----------
    question : Question
        What is asked.
    timeline : Timeline
        The record.

    Returns
    -------
    Reply
        ``no`` with `applies` False where the rule is not meant for this person; ``unknown`` where
        the record does not tell, with `missing` where age or sex would.

    Notes
    -----
    Without any source the rule holds for everybody whom its filters let through.
    """
    replies = _replies(question, timeline)
    told = _joined(replies, question.settled_by) if replies else Reply("yes")
    filters = _filters(question, timeline)
    if any(reply.truth == "no" for reply in filters):
        return Reply("no", applies=False)
    doubts = [reply for reply in filters if reply.truth == "unknown"]
    if doubts and told.truth != "no":
        return Reply("unknown", told.evidence, told.asked, doubts[0].missing)
    if not replies:
        return Reply("yes", "; ".join(reply.evidence for reply in filters))
    return told


def _replies(question: Question, timeline: Timeline) -> dict[str, Reply]:
    """Return what each source that the question names says."""
    replies = {
        name: reply
        for name in question.uses
        if (reply := _ASK[name](question, timeline)) is not None
    }
    if question.counted is not None:
        replies["counted"] = count(
            question.counted, tables_of(question.counted), timeline, answer
        ).reply()
    return replies


def _filters(question: Question, timeline: Timeline) -> list[Reply]:
    """Return whether the rule is meant for this person, one answer for each filter."""
    filters = [f for f in (_sex(question, timeline), _age(question, timeline)) if f is not None]
    if question.given_conditions:
        filters.append(condition_reply(question.given_conditions, timeline, resolved=False))
    if question.given_pregnancy:
        state = pregnancy_is(question.given_pregnancy, timeline)
        filters.append(replace(state, missing="whether the person is pregnant"))
    return filters


def _joined(replies: Mapping[str, Reply], settled_by: str) -> Reply:
    """Join what several sources say: danger wins, then an open answer, then a settled no."""
    found = [reply.evidence for reply in replies.values() if reply.truth == "yes"]
    if found:
        return Reply("yes", "; ".join(found))
    open_answers = [reply for reply in replies.values() if reply.asked]
    if open_answers:
        return open_answers[0]
    settled = [reply for reply in replies.values() if reply.truth == "no"]
    evidence = "; ".join(reply.evidence for reply in settled)
    enough = {
        "all": len(settled) == len(replies),
        "any": bool(settled),
    }.get(settled_by)
    if enough is None:
        named = (part.strip() for part in settled_by.split(";"))
        enough = any(replies[name].truth == "no" for name in named)
    if enough:
        return Reply("no", evidence)
    return Reply("unknown", "; ".join(r.evidence for r in replies.values() if r.evidence))


def _sex(question: Question, timeline: Timeline) -> Reply | None:
    """Return whether the rule holds for this sex; for intersex people those of both sexes hold."""
    if question.sex is None:
        return None
    sex = timeline.demographics.sex.value
    if sex is None:
        return Reply("unknown", missing="the sex")
    return Reply("yes" if sex in {question.sex, "intersex"} else "no", f"sex {sex}")


def _age(question: Question, timeline: Timeline) -> Reply | None:
    if question.age_from is None and question.age_below is None:
        return None
    age = timeline.demographics.age_years.value
    if age is None:
        return Reply("unknown", missing="the age")
    young = question.age_from is not None and age < question.age_from
    old = question.age_below is not None and age >= question.age_below
    return Reply("no" if young or old else "yes", f"age {age:g}")
