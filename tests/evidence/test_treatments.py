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
    asleep = {"closed_loop_dbs", "dbs", "ect", "mst", "vns"}
    assert {t for t, level in levels.items() if level["anaesthesia"] == 1} == asleep
    assert "visits" not in levels["vns"]
    # Woodham 2024: at home; Levkovitz 2015: 20 daily sessions, then two a week to week 8.
    assert levels["tdcs_home"]["visits"] < levels["tdcs"]["visits"]
    assert levels["deep_tms"]["visits"] == 20 + 2 * 4


def test_every_ranked_option_has_the_burdens_that_patients_weigh() -> None:
    for option in read_treatments():
        if option.ranked:
            assert {"anaesthesia", "invasiveness", "visits"} <= set(dict(option.attributes))
            assert option.weeks_to_effect is not None


def test_what_is_not_ranked_says_why_in_a_sentence() -> None:
    for option in read_treatments():
        if option.ranked:
            assert option.unranked_because == ""
        else:
            assert option.unranked_because.endswith(".")
            assert option.unranked_because[0].isupper()


def test_strategies_and_what_only_trials_give_are_not_ranked() -> None:
    for option in read_treatments():
        if option.kind == "strategy" or option.availability in {"trial_only", "not_marketed"}:
            assert not option.ranked


def test_only_what_was_gone_through_for_safety_is_ranked() -> None:
    for row in load_table("treatments/treatments"):
        assert row.flag("judged") or not row.flag("ranked"), row.where


def test_comparators_carry_the_group_whose_fall_they_share() -> None:
    groups = {
        row.text("id"): row.text("group")
        for row in load_table("treatments/treatments")
        if row.text("kind") == "comparator"
    }
    assert groups["sham"] == "stimulation"
    assert groups["drug_switch"] == groups["pill_placebo"] == "drug"
    assert groups["midazolam"] == "rapid"


def test_approvals_and_side_effects_come_with_the_option() -> None:
    options = {option.id: option for option in read_treatments()}
    # US label and the decision of January 2025: two indications, one of them alone.
    esketamine = {(a.agency, a.status) for a in options["esketamine"].approvals}
    assert ("FDA", "approved") in esketamine
    assert [a.year for a in options["esketamine_monotherapy"].approvals] == [2025]
    # Taylor 2021: 5.56 seizures of 1000 people with the H coil.
    seizures = [e for e in options["deep_tms"].side_effects if e.effect == "seizure"]
    assert [(e.rate, e.unit) for e in seizures] == [(0.556, "%")]
    levels = {e.effect: e.level for e in options["mirtazapine"].side_effects if e.level}
    assert levels["weight_gain"] == levels["sedation"] == "high"


def test_every_option_that_is_ranked_and_a_drug_tells_of_side_effects() -> None:
    told = {option.id for option in read_treatments() if option.side_effects}
    without = {o.id for o in read_treatments() if o.ranked and o.drugs} - told
    # No rating and no rate of it was seen.
    assert without <= {"buspirone_augmentation"}


def test_at_least_seventy_options() -> None:
    assert len(read_treatments()) >= 70
