"""Options as the other stages see them."""

from __future__ import annotations

from equipoise.core.tables import load_table
from equipoise.evidence.treatments import read_treatments


def test_options_are_sorted_and_without_comparators() -> None:
    options = read_treatments()
    ids = [option.id for option in options]
    assert ids == sorted(ids)
    kinds = {option.kind for option in options}
    assert kinds == {"drug", "augmentation", "procedure", "therapy", "strategy"}


def test_phases_exist() -> None:
    phases = {row.text("id") for row in load_table("phases/phases")}
    assert {option.phase for option in read_treatments()} <= phases


def test_every_drug_is_known_to_the_drug_table() -> None:
    drugs = {row.text("id") for row in load_table("drugs/drugs")}
    for row in load_table("treatments/treatments"):
        if row.text("kind") == "drug":
            assert row.items("drugs")
            assert set(row.items("drugs")) <= drugs


def test_atc_codes_agree_with_the_drug_table() -> None:
    # Two tables that were typed apart; the WHO code of a substance is one.
    drugs = {row.text("id"): row.optional_text("atc") for row in load_table("drugs/drugs")}
    for row in load_table("treatments/treatments"):
        if row.text("id") in drugs:
            assert drugs[row.text("id")] == row.optional_text("atc")


def test_burdens_that_patients_weigh() -> None:
    levels = {option.id: dict(option.attributes) for option in read_treatments()}
    # Label: twice a week for 4 weeks, then weekly for 4.
    assert levels["esketamine"]["visits"] == 12
    assert [t for t, level in levels.items() if level["anaesthesia"] == 1] == ["ect", "vns"]
    assert "visits" not in levels["vns"]
