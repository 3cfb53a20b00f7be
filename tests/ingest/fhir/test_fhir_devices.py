"""Implants of a bundle: what is there is read, and nothing else counts as absent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from equipoise.appraise.questions import questions_of
from equipoise.appraise.sources import ask_implants
from equipoise.core.answers import given, not_asked, unknown
from equipoise.core.nouns import Implant, Timeline
from tests.ingest.fhir.conftest import Read, coded

PACEMAKER = coded("snomed", "14106009", "Cardiac pacemaker")
OPEN = Implant("others_not_asked")


def device(kind: Any, **more: Any) -> Any:
    return {"resourceType": "Device", "type": kind, **more}


def used(status: str, **more: Any) -> Any:
    held = {"reference": "Device/d"}
    return {"resourceType": "DeviceUseStatement", "status": status, "device": held, **more}


def found(timeline: Timeline) -> list[str]:
    return [one.kind for one in timeline.implants.or_else(())]


@pytest.mark.parametrize(
    ("kind", "implant"),
    [
        (PACEMAKER, "pacemaker"),
        (coded("snomed", "72506001"), "icd"),
        (coded("snomed", "43252007"), "cochlear_implant"),
        ({"text": "Vagus nerve stimulator"}, "vagus_nerve_stimulator"),
        ({"text": "DBS"}, "deep_brain_stimulator"),
    ],
)
def test_a_device_of_the_person_is_an_implant(kind: Any, implant: str, read: Read) -> None:
    timeline = read(device(kind))
    assert found(timeline) == [implant, OPEN.kind]
    assert timeline.unmapped == ()


@pytest.mark.parametrize("kind", [coded("snomed", "1"), {"text": "Wheelchair"}, {"text": "other"}])
def test_a_device_that_no_table_reads_is_listed_as_a_possible_implant(
    kind: Any, read: Read
) -> None:
    timeline = read(device(kind))
    assert timeline.implants == unknown()
    assert [one.hides for one in timeline.unmapped] == ["implant"]
    both = read(device(kind, id="a"), device(PACEMAKER, id="b"))
    assert found(both) == ["pacemaker", OPEN.kind]


@pytest.mark.parametrize(
    ("status", "implants", "hides"),
    [
        ("active", ["pacemaker", OPEN.kind], None),
        ("on-hold", ["pacemaker", OPEN.kind], None),
        # A stimulator that is no longer used may still lie in the body.
        ("completed", [], "implant"),
        ("stopped", [], "implant"),
        ("intended", [], ""),
        ("entered-in-error", [], ""),
    ],
)
def test_the_use_of_a_device(status: str, implants: list[str], hides: Any, read: Read) -> None:
    timeline = read(device(PACEMAKER, id="d"), used(status))
    assert found(timeline) == implants
    assert [one.hides for one in timeline.unmapped] == ([] if hides is None else [hides])
    assert (timeline.implants == unknown()) == (hides == "implant")


def test_the_place_of_a_device(read: Read) -> None:
    timeline = read(device(PACEMAKER, id="d"), used("active", bodySite={"text": "Chest"}))
    assert timeline.implants == given((Implant("pacemaker", given("chest")), OPEN))


def test_a_device_of_nobody_is_listed(read: Read) -> None:
    timeline = read(device({"text": "Analyser"}, patient=None))
    assert timeline.implants == not_asked()
    assert timeline.unmapped[0].why == "nobody says that it is of this person"


def test_no_rule_counts_another_implant_as_absent(read: Read) -> None:
    timeline = read(device(PACEMAKER))
    replies = [
        ask_implants(question, timeline)
        for _, question in questions_of("contraindications/contraindications")
    ]
    assert {reply.truth for reply in replies if reply is not None} == {"yes", "unknown"}


def test_a_device_that_nobody_read_outweighs_an_empty_list_of_the_record(read: Read) -> None:
    """A lead of a stimulator that no table knows, beside a record that says "no implants"."""
    bundle = read(device({"text": "Lead 3389"}))
    timeline = replace(bundle, implants=given(()))
    replies = [
        reply
        for _, question in questions_of("contraindications/contraindications")
        if (reply := ask_implants(question, timeline)) is not None
    ]
    assert {reply.truth for reply in replies} == {"unknown"}
    assert all("Lead 3389" in reply.missing for reply in replies)
    known = replace(timeline, implants=given((Implant("pacemaker"),)))
    told = {ask_implants(q, known) for _, q in questions_of("contraindications/contraindications")}
    assert "yes" in {reply.truth for reply in told if reply is not None}
