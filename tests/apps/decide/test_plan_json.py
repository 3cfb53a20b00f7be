"""`equipoise plan --decide --json`: names, types and ranges that other programs rely on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCHEMAS = ROOT / "docs" / "schemas"
OUTCOMES = ("response", "remission", "dropout")
ADDED = {"never_compared", "shift_detail"}
Document = dict[str, Any]


def _printed(name: str, day: str, hash_seed: str) -> str:
    command = ["plan", str(ROOT / "examples" / name), "--decide", "--json", "--date", day]
    done = subprocess.run(
        [sys.executable, "-m", "equipoise", *command],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def document() -> Document:
    """Return the document of an invented person."""
    found: Document = json.loads(_printed("two_weeks.yaml", "2025-01-25", "0"))
    return found


def _layers(document: Document) -> tuple[Document, Document]:
    return document, document["exploratory"]


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _numbers(part)
    elif isinstance(value, list):
        for part in value:
            yield from _numbers(part)


def test_chances_and_intervals(document: Document) -> None:
    for layer in _layers(document):
        assert layer["predictions"]
        for one in layer["predictions"]:
            for outcome in OUTCOMES:
                chance = one[outcome]
                (low80, high80), (low95, high95) = chance["ci80"], chance["ci95"]
                assert 0 <= low95 <= low80 <= chance["mean"] <= high80 <= high95 <= 1
            assert 0 <= one["p_best"] <= 1
            assert isinstance(one["shift"], float)
            assert -1 <= one["shift"] <= 1
            assert one["shift"] == one["shift_detail"]["mean"]
            assert isinstance(one["better_than_average"], bool)
            assert one["evidence_path"] in {"randomised", "anchored"}
        # Each is rounded to four decimals.
        total = sum(one["p_best"] for one in layer["predictions"])
        assert total == pytest.approx(1, abs=5e-5 * len(layer["predictions"]))


def test_tests_and_preferences(document: Document) -> None:
    for layer in _layers(document):
        assert layer["tests"]
        for one in layer["tests"]:
            assert isinstance(one["test"], str)
            assert 0 <= one["evsi"] <= 100
            assert 0 <= one["p_changes_choice"] <= 1
    weights = document["preferences"]["weights"]
    assert sum(weights.values()) == pytest.approx(1, abs=1e-5)
    assert all(0 <= weight <= 1 for weight in weights.values())


def test_no_number_has_more_digits_than_are_meant(document: Document) -> None:
    # Six significant digits, or four decimals of chances and points.
    for number in _numbers(document):
        assert number == float(f"{number:.6g}") or number == round(number, 4), number


@pytest.mark.parametrize(
    ("key", "noun"),
    [
        ("predictions", "Prediction"),
        ("tests", "InformationValue"),
        ("continuations", "Continuation"),
        ("combinations", "Combination"),
        ("year_plans", "YearPlan"),
        ("year_comparisons", "YearComparison"),
        ("head_to_head", "HeadToHead"),
        ("covariates", "Covariate"),
        ("safety_tests", "SafetyTest"),
    ],
)
def test_the_schemas_name_what_is_printed(document: Document, key: str, noun: str) -> None:
    schema = json.loads((SCHEMAS / f"{noun}.schema.json").read_text(encoding="utf-8"))
    rows = document[key] + document["exploratory"].get(key, [])
    assert rows
    for row in rows:
        assert set(row) - ADDED == set(schema["properties"])


def test_the_bytes_hang_on_no_order_of_hashes() -> None:
    one, two = (_printed("person.yaml", "2026-03-10", seed) for seed in ("1", "2"))
    assert one == two


def test_a_person_may_weigh_side_effects_alone(tmp_path: Path) -> None:
    listed = SCHEMAS.parents[1] / "src/equipoise/tables/hyperparameters/attributes.tsv"
    names = [line.split("\t")[0] for line in listed.read_text("utf-8").splitlines()[1:]]
    weights = {name: 100 if name == "nausea" else 0 for name in names if name != "side_effects"}
    record = tmp_path / "p.yaml"
    said = ", ".join(f"{name}: {weight}" for name, weight in weights.items())
    record.write_text(
        'schema_version: "1.0"\nlabel: "07"\nepisode: {diagnosis: F32.1}\n'
        f"preferences: {{weights: {{{said}}}}}\n",
        encoding="utf-8",
    )
    document = json.loads(_printed(str(record), "2026-03-10", "0"))
    assert document["predictions"]
    assert document["preferences"]["weights"] == {"nausea": 1.0}
    assert document["preferences"]["source"].startswith("Weights set by the person: nausea. The")
    # What no chance can move, no test can change.
    assert {one["evsi"] for one in document["tests"]} == {0.0}


def test_the_documentation_names_the_keys(document: Document) -> None:
    text = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
    # What --decide adds begins with the answer; the rest of the plan has its own page.
    added = {"sentence", "predictions", "exploratory", "preferences", "unranked", "withheld"}
    added |= {key for key in document if key.startswith(("tests", "year_", "perfect", "comb"))}
    assert added <= set(document)
    assert {key for key in added if f"`{key}`" not in text} == set()
