"""The rows of published effects: read, lawful, and used once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from equipoise.core.errors import TableError
from equipoise.core.tables import Row, load_table, use_site
from equipoise.evidence.effects import read_effects

TABLE = "effects/effects"
ROWS = {row.text("id"): row for row in load_table(TABLE)}
JOINT = {name: row for name, row in ROWS.items() if row.text("use") == "joint"}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """Give a folder of site tables; go back to the shipped ones afterwards."""
    (tmp_path / "effects").mkdir()
    yield tmp_path
    use_site(None)


def _with(site: Path, name: str, **cells: str) -> None:
    table = load_table(TABLE)
    changed = {**ROWS[name].cells, **cells}
    lines = ["\t".join(table.header), "\t".join(changed[column] for column in table.header)]
    (site / f"{TABLE}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    use_site(site)


def test_every_published_effect_is_usable() -> None:
    effects = read_effects()
    assert list(effects) == sorted(ROWS)
    for name, effect in effects.items():
        assert effect.id == name
        assert math.isfinite(effect.estimate)
        # The least that the table knows is one event against ten, an error of 1.05.
        assert 0 < effect.standard_error < 1.1
        assert effect.references
        assert not effect.anchor


def test_quetiapine_in_two_trials_by_hand() -> None:
    # Bauer 2010: 345 of 616 against 140 of 303; odds ratio 1.48 by hand (345 x 163 / (271 x 140)).
    # Spielmans 2013 prints 1.53 (1.17 to 2.00) with a small trial more.
    effect = read_effects()["quetiapine_bauer_response"]
    assert math.exp(effect.estimate) == pytest.approx(345 * 163 / (271 * 140), abs=1e-9)
    assert 1.17 < math.exp(effect.estimate) < 2.00


def test_hazard_ratios_stay_hazard_ratios_of_relapse() -> None:
    # Daly 2019: 0.49 (0.29 to 0.84).
    effect = read_effects()["esketamine_sustain1_remitters_relapse"]
    assert effect.scale == "log_hazard_ratio"
    assert math.exp(effect.estimate) == pytest.approx(0.49, abs=1e-12)
    for one in read_effects().values():
        assert one.scale == "log_odds_ratio" or one.outcome == "relapse"


def test_a_scale_takes_the_usual_spread_of_its_instrument() -> None:
    # Decision model, section 3: 9.5 for the MADRS, 8.0 for the HAM-D; 0.6873 as in the test of the
    # conversion, and 2.51 / 8 x 1.81380 = 0.5691.
    effects = read_effects()
    assert effects["psilocybin_comp005_response"].estimate == pytest.approx(0.6873, abs=5e-5)
    assert effects["cbasp_schramm_response"].estimate == pytest.approx(0.5691, abs=5e-5)


def test_a_spread_of_its_own_goes_first() -> None:
    # Brexpiprazole: the abstract prints 2.15 points and an effect size of 0.33 (two decimals).
    row = ROWS["brexpiprazole_pooled_response"]
    assert row.number("value") / row.number("outcome_sd") == pytest.approx(0.33, abs=0.005)
    estimate = read_effects()["brexpiprazole_pooled_response"].estimate
    assert estimate == pytest.approx(0.33 * math.pi / math.sqrt(3), abs=0.01)


@pytest.mark.parametrize(
    ("name", "cells", "word"),
    [
        ("cbt_antidepressant_response", {"comparator_rate": "n/a"}, "comparator_rate"),
        ("cbt_antidepressant_response", {"comparator_rate": "0.999", "value": "1.05"}, "odds"),
        ("psilocybin_comp005_response", {"instrument": "n/a"}, "instrument"),
        ("mbct_kuyken_relapse", {"outcome": "response"}, "relapse alone"),
        ("lithium_response", {"lower": "3.0"}, "outside its limits"),
        ("lithium_response", {"upper": "n/a"}, "upper"),
        ("quetiapine_bauer_response", {"events": "700"}, "more events"),
    ],
)
def test_a_row_that_needs_a_guess_is_refused(
    site: Path, name: str, cells: dict[str, str], word: str
) -> None:
    _with(site, name, **cells)
    with pytest.raises(TableError, match=word):
        read_effects()


@pytest.mark.parametrize("row", JOINT.values(), ids=list(JOINT))
def test_the_joint_model_rests_on_what_was_seen_or_follows_from_it(row: Row) -> None:
    assert row.text("checked") in {"checked", "derived"}
    assert row.text("confidence") in {"high", "medium"}
    assert row.text("outcome") in {"response", "remission", "dropout"}
    assert row.optional_text("why_shown") is None
    assert row.items("reference") != ("recalled",)
    if row.text("checked") == "derived":
        assert row.optional_text("note") is not None


def test_a_row_for_show_says_why() -> None:
    for row in ROWS.values():
        assert (row.text("use") == "shown") == (row.optional_text("why_shown") is not None)


def test_recalled_rows_are_for_show() -> None:
    recalled = [row for row in ROWS.values() if row.text("checked") == "recalled"]
    assert recalled
    assert {row.text("use") for row in recalled} == {"shown"}


def test_every_node_of_a_joint_row_has_a_group() -> None:
    groups = {
        row.text("id"): row.optional_text("group") for row in load_table("treatments/treatments")
    }
    for row in JOINT.values():
        for column in ("treatment", "comparator"):
            assert groups[row.text(column)] is not None, row.text("id")


def _overlapping() -> list[tuple[str, str]]:
    return [(name, other) for name, row in ROWS.items() for other in row.items("overlaps")]


def test_overlaps_name_rows_and_studies() -> None:
    known = {row.text("id") for row in load_table("effects/studies")} | set(ROWS)
    assert {other for _, other in _overlapping()} <= known


def test_nobody_enters_the_joint_model_twice() -> None:
    studies = {row.text("id"): row.text("use") for row in load_table("effects/studies")}
    used = {name for name, use in studies.items() if use == "joint"} | set(JOINT)
    twice = [pair for pair in _overlapping() if pair[0] in used and pair[1] in used]
    assert twice == []


def test_one_source_gives_one_of_response_and_remission() -> None:
    seen: dict[tuple[str, ...], str] = {}
    for name, row in JOINT.items():
        if row.text("outcome") == "dropout":
            continue
        key = (row.text("treatment"), row.text("comparator"), row.text("reference"))
        assert key not in seen, (name, seen[key])
        seen[key] = name


def test_trials_whose_arms_are_known_do_not_stand_here_again() -> None:
    # A trial with counts in effects/arms, read or recalled, gives its comparisons from there.
    counted = {
        arm.text("study")
        for arm in load_table("effects/arms")
        if arm.optional_number("people") and arm.optional_number("response")
    }
    for name, row in ROWS.items():
        alone = row.optional_number("studies") == 1 and row.text("outcome") != "relapse"
        assert not (alone and counted & set(row.items("overlaps"))), name


def test_ketamine_never_stands_on_elekt_d_alone() -> None:
    # The pooled trials before ELEKT-D favour ECT by 0.69 (Rhee 2022); KetECT is inside it.
    row = ROWS["ect_ketamine_rhee_response"]
    assert (row.text("treatment"), row.text("comparator")) == ("ect", "ketamine_iv")
    assert row.text("use") == "joint"
    assert row.number("value") == 0.69
    assert "ketect" in row.items("overlaps")
