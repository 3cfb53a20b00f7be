"""`equipoise decide tests`: the plan's own values, and what tests are worth together."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from equipoise import evidence, ingest, pipeline
from equipoise.apps.decide.worth import worth
from equipoise.apps.decide.worth_text import worth_text
from equipoise.core.tables import load_table

ROOT = Path(__file__).parents[3]
PERSON = ROOT / "examples" / "person.yaml"
# First episode, nothing measured: drugs differ by little, so a strong slope can reorder them.
FIRST = ROOT / "examples" / "post_partum.yaml"
DAY = "2026-06-02"
Run = Callable[..., tuple[int, str, str]]


def test_the_values_are_those_of_the_plan(run: Run) -> None:
    code, out, err = run("decide", "tests", PERSON, "--date", DAY, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    _, planned, _ = run("plan", PERSON, "--date", DAY, "--decide", "--json")
    plan = json.loads(planned)
    assert found["sentence"] == plan["tests_sentence"]
    assert found["perfect_information"] == pytest.approx(plan["perfect_information"], abs=1e-4)
    for key in ("tests", "safety_tests"):
        assert found[key] == plan[key], key
    assert found["exploratory"]["tests"] == plan["exploratory"]["tests"]
    # No shipped finding is worth anything that would be noticed, so nothing is added to anything.
    assert found["sets"] == []


def test_every_test_is_told_with_cost_burden_and_wait(run: Run) -> None:
    _, told, _ = run("decide", "tests", PERSON, "--date", DAY)
    _, out, _ = run("decide", "tests", PERSON, "--date", DAY, "--json")
    words = " ".join(told.split())
    assert "Nothing you could test would change the choice." in words
    for one in json.loads(out)["tests"][:-1]:
        row = load_table("measures/tests").row(id=one["test"])
        effort = f"cost {row.text('cost_band')}, {row.text('burden')}, result in {row.text('wait')}"
        assert f"{row.text('title')}: {effort}" in words


@pytest.fixture
def told_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let CRP and HbA1c tell invented, strong things of two drugs of the shipped evidence."""
    base = evidence.load()
    model = next(row for row in base.moderations if row.measure == "blood.crp_hs")
    strong = tuple(
        replace(
            model,
            id=f"invented_{measure}",
            measure=measure,
            treatment=drug,
            comparator="placebo",
            row_type="contrast",
            estimate=1.0,
            standard_error=0.1,
            grade="A",
        )
        for measure, drug in (("blood.crp_hs", "sertraline"), ("blood.hba1c", "mirtazapine"))
    )
    changed = replace(base, moderations=(*base.moderations, *strong))
    monkeypatch.setattr(evidence, "load", lambda: changed)


@pytest.mark.usefixtures("told_much")
def test_what_is_worth_more_together_is_named() -> None:
    timeline = ingest.read_person(FIRST, today=DAY)
    found = worth(timeline, pipeline.RunSettings(DAY, 1))
    alone = {one["test"]: one for one in found["tests"]}
    best = max(alone.values(), key=lambda one: (one["test"] != "all", one["evsi"]))
    assert best["evsi"] > 0.1
    sets = {one["test"]: one for one in found["sets"]}
    assert sets[best["test"]] == best
    pair = sets["crp_hs+hba1c"]
    error = 2 * pair["evsi_error"]
    assert pair["evsi"] > max(alone["crp_hs"]["evsi"], alone["hba1c"]["evsi"]) + error
    assert pair["evsi"] <= alone["all"]["evsi"] + 2 * alone["all"]["evsi_error"] + error
    # A third test may tell more of the same two scores; a set that adds nothing has no name.
    assert all(sets[name]["evsi"] > pair["evsi"] for name in sets if name.count("+") > 1)
    assert not any("scan" in name or "fmri" in name for name in sets)
    words = " ".join(worth_text(found).split())
    both = "High-sensitivity C-reactive protein and Glycated haemoglobin (HbA1c)"
    assert f"{both}: {pair['evsi']:.1f} points" in words
    assert "cost low, one blood sample, result in 1 to 2 days; cost low, one blood sample" in words


def test_an_emergency_comes_first(run: Run, tmp_path: Path) -> None:
    record = PERSON.read_text(encoding="utf-8").replace(
        "{finding: suicidal_intent, status: absent", "{finding: suicidal_intent, status: present"
    )
    person = tmp_path / "person.yaml"
    person.write_text(record, encoding="utf-8")
    code, out, _ = run("decide", "tests", person, "--date", DAY)
    assert code == 0
    assert "The urgent pathway comes first" in " ".join(out.split())
    assert "points" not in out
    _, out, _ = run("decide", "tests", person, "--date", DAY, "--acknowledge", "Dr A", "--json")
    assert json.loads(out)["tests"]


def test_a_record_that_cannot_be_read_is_one_line(run: Run, tmp_path: Path) -> None:
    code, out, err = run("decide", "tests", tmp_path / "none.yaml")
    assert (code, out, err.count("\n")) == (2, "", 1)
