"""Answers of a checklist: what was asked and is absent arrives, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

from equipoise.core.answers import given, not_asked, unknown
from equipoise.core.nouns import Finding
from tests.ingest.fhir.conftest import Examine, Read, bundle_of

DAY = "2026-02-23"
LOINC = "http://loinc.org"
PACEMAKER = {
    "coding": [{"system": "http://snomed.info/sct", "code": "14106009", "display": "Pacemaker"}]
}


def asked(link: str, *answers: dict[str, Any], day: str = DAY, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "authored": day,
        "item": [{"linkId": link, "answer": list(answers)}],
        **more,
    }


def coding(code: str) -> dict[str, Any]:
    return {"valueCoding": {"system": LOINC, "code": code}}


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"valueBoolean": False}, "absent"),
        ({"valueBoolean": True}, "present"),
        (coding("LA32-8"), "absent"),
        (coding("LA33-6"), "present"),
    ],
)
def test_a_finding_that_was_asked_for_arrives_with_its_day(
    answer: dict[str, Any], status: str, read: Read
) -> None:
    timeline = read(asked("finding.seizure_history", answer))
    assert timeline.findings == given((
        Finding("seizure_history", status, given(DAY), timeline.findings.or_else(())[0].line),
    ))
    assert timeline.unmapped == ()


@pytest.mark.parametrize(
    ("link", "answers"),
    [
        ("finding.seizure_history", [{"valueString": "no"}]),
        ("finding.seizure_history", [coding("LA6568-5")]),
        ("finding.seizure_history", [{"valueBoolean": False}, {"valueBoolean": True}]),
        ("finding.nothing_of_ours", [{"valueBoolean": False}]),
        ("seizure_history", [{"valueBoolean": False}]),
        ("episode.number", [{"valueInteger": 0}]),
        ("implants.any", [{"valueString": "none"}]),
    ],
)
def test_what_is_no_plain_answer_is_listed_and_says_nothing(
    link: str, answers: list[dict[str, Any]], read: Read
) -> None:
    timeline = read(asked(link, *answers))
    assert timeline.findings == not_asked()
    assert timeline.implants == not_asked()
    assert timeline.episode.number == not_asked()
    assert len(timeline.unmapped) == 1


def test_an_unfinished_checklist_says_nothing(read: Read) -> None:
    timeline = read(asked("finding.dementia", {"valueBoolean": False}, status="in-progress"))
    assert timeline.findings == not_asked()


def test_no_implant_is_said_by_an_answer_and_by_nothing_else(read: Read) -> None:
    assert read(asked("implants.any", {"valueBoolean": False})).implants == given(())
    some = read(asked("implants.any", {"valueBoolean": True}))
    assert some.implants == unknown()
    assert [one.hides for one in some.unmapped] == ["implant"]


def test_the_newest_answer_about_implants_holds(read: Read) -> None:
    older = asked("implants.any", {"valueBoolean": False}, day="2020-01-10")
    newer = asked("implants.any", {"valueBoolean": True})
    assert read(older, newer).implants == unknown()


def test_a_device_against_an_answer_that_there_is_none_is_refused(examine: Examine) -> None:
    device = {"resourceType": "Device", "type": PACEMAKER}
    answer = asked("implants.any", {"valueBoolean": False})
    timeline, faults = examine(bundle_of(device, answer))
    assert timeline is None
    assert "an implant, and an answer that there is none" in str(faults[0])


def test_two_numbers_of_the_episode_are_none(read: Read) -> None:
    first = asked("episode.number", {"valueInteger": 2})
    assert read(first).episode.number == given(2)
    other = asked("episode.number", {"valueInteger": 3}, day="2026-03-01")
    assert read(first, other).episode.number == unknown()
