"""A treatment under way: danger comes before numbers, and no dose above what a person may have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from equipoise import evidence, ingest, pipeline
from equipoise.core.nouns import Continuation, NextMove
from equipoise.core.steps import NoStore

DAY = "2025-02-01"
BEFORE = [2, 2, 2, 2, 1, 2, 2, 2, 0]
FALLEN = [1, 2, 2, 1, 1, 1, 1, 1, 0]
HIGHER = [3, 3, 3, 3, 2, 2, 2, 2, 0]
BASE = yaml.safe_load((Path(__file__).parents[1] / "vignettes" / "base.yaml").read_text("utf-8"))


def _taking(
    folder: Path, *treatments: dict[str, Any], after: list[int] = FALLEN, **changes: Any
) -> tuple[Continuation, ...]:
    """Return what is said of someone of the base of the vignettes under some treatments."""
    usual = {"start": "2025-01-08", "ongoing": True, "adherence": "good"}
    scales = [
        {"scale": "phq9", "date": "2025-01-08", "items": BEFORE},
        {"scale": "phq9", "date": "2025-01-29", "items": after},
    ]
    person = BASE["person"] | {"treatments": [usual | one for one in treatments]}
    person |= {"schema_version": "1.0", "label": "x", "notice": "invented person"}
    person |= {"scales": scales} | changes
    record = folder / "person.yaml"
    record.write_text(yaml.safe_dump(person), encoding="utf-8")
    timeline = ingest.read_person(record, today=DAY)
    settings = pipeline.RunSettings(DAY, 20240601, None)
    return pipeline.run_person(timeline, settings, store=NoStore()).decision.continuations


def _drug(name: str, dose: float) -> dict[str, Any]:
    return {"treatment": name, "dose": dose, "unit": "mg/d"}


def _moves(one: Continuation, kind: str) -> list[NextMove]:
    return [move for move in one.moves if move.kind == kind]


def test_a_rise_on_treatment_leads_to_the_person_and_not_to_waiting(tmp_path: Path) -> None:
    (one,) = _taking(tmp_path, _drug("sertraline", 100), after=HIGHER)
    assert one.improvement < 0
    assert one.sentence.startswith("Symptoms grew: see the person soon")
    for word in ("suicide", "agitation", "elation"):
        assert word in one.sentence
    assert "Little change" not in one.sentence
    assert "not by itself a reason to stop" in one.sentence


def test_an_early_fall_does_not_reassure_beside_thoughts_of_death(tmp_path: Path) -> None:
    thoughts = {"finding": "passive_death_thoughts", "status": "present", "date": "2025-01-29"}
    (one,) = _taking(
        tmp_path, _drug("sertraline", 100), findings=[*BASE["person"]["findings"], thoughts]
    )
    assert one.improvement > 0
    assert one.sentence.startswith("In the record: ")
    assert "a score that falls does not lift it" in one.sentence


def test_improvement_alone_still_asks_about_suicide_and_elation(tmp_path: Path) -> None:
    (one,) = _taking(tmp_path, _drug("sertraline", 100), after=[1, 1, 1, 1, 1, 1, 1, 1, 0])
    assert "good sign, not a promise: ask at every visit about thoughts of suicide" in one.sentence


@pytest.mark.parametrize(
    ("drug", "dose", "changes"),
    [
        ("citalopram", 20, {"demographics": {"sex": "female", "age_years": 70}}),
        (
            "escitalopram",
            10,
            {"genotypes": [{"gene": "CYP2C19", "diplotype": "*2/*2"}]},
        ),
        ("escitalopram", 10, {"drugs": [{"drug": "omeprazole", "start": "2024-11"}]}),
        ("sertraline", 200, {}),
    ],
)
def test_nothing_is_raised_above_the_dose_of_this_person(
    tmp_path: Path, drug: str, dose: float, changes: dict[str, Any]
) -> None:
    (one,) = _taking(tmp_path, _drug(drug, dose), **changes)
    assert not _moves(one, "raise")
    assert "it must not be raised" in one.sentence


def test_where_there_is_room_the_highest_dose_is_said(tmp_path: Path) -> None:
    (one,) = _taking(tmp_path, _drug("sertraline", 50))
    (move,) = _moves(one, "raise")
    assert "Highest for this person: 200 mg/d" in move.words


def test_what_a_rule_says_to_avoid_is_not_raised(tmp_path: Path) -> None:
    expecting = {"status": "pregnant", "date": "2025-01-20"}
    (one,) = _taking(tmp_path, _drug("paroxetine", 20), pregnancy=expecting)
    assert not _moves(one, "raise")
    assert "A safety rule says to avoid paroxetine" in one.sentence
    assert "not stopped abruptly" in one.sentence


def test_a_hard_stop_against_what_is_taken_comes_first(tmp_path: Path) -> None:
    cirrhosis: dict[str, Any] = {
        "conditions": [{"code": "K74.6", "system": "icd10", "status": "active"}]
    }
    (one,) = _taking(tmp_path, _drug("duloxetine", 60), **cirrhosis)
    assert one.sentence.startswith("A hard stop stands against duloxetine")
    assert not _moves(one, "raise")


def test_a_rise_is_understood_before_a_dose_goes_up(tmp_path: Path) -> None:
    (one,) = _taking(tmp_path, _drug("sertraline", 50), after=HIGHER)
    (move,) = _moves(one, "raise")
    assert "Not before it is clear why symptoms grew" in move.words


def test_no_second_antidepressant_comes_on_top_of_one(tmp_path: Path) -> None:
    therapy, _ = _taking(
        tmp_path,
        {"treatment": "cbt"},
        _drug("escitalopram", 10),
    )
    (switch,) = _moves(therapy, "switch")
    drugs = {one.id for one in evidence.load().treatments if one.group == "drug"}
    assert switch.treatments
    assert not drugs & set(switch.treatments)
