"""A suspected diagnosis leaves a question open; only a confirmed one answers it."""

from __future__ import annotations

from equipoise.appraise.sources import condition_reply
from equipoise.core.answers import given
from equipoise.core.nouns import Condition, Timeline


def test_a_suspected_diagnosis_answers_neither_yes_nor_no() -> None:
    suspected = Condition("F31.9", "icd10", "suspected")
    timeline = Timeline("01", conditions=given((Condition("I10", "icd10", "active"), suspected)))
    reply = condition_reply(("F31",), timeline, resolved=False)
    assert (reply.truth, reply.evidence) == ("unknown", "condition F31.9 (suspected)")
    # What nobody suspects is answered by the list all the same.
    assert condition_reply(("G40",), timeline, resolved=False).truth == "no"
    assert condition_reply(("I10",), timeline, resolved=False).truth == "yes"
