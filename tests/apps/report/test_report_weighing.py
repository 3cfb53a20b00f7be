"""Sliders: the script of the page ranks as the decision model does, for any weights."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from equipoise import ingest, pipeline
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.readers import render_for
from equipoise.apps.report.scripts import script_file
from equipoise.apps.report.sections.weighing import script_data
from equipoise.core.answers import given
from equipoise.core.avoided import avoided_options
from equipoise.core.documents import from_json, to_json
from equipoise.core.nouns import Decision, Dossier, Preferences, Weighing
from equipoise.core.steps import NoStore
from tests.apps.report.people import DATE, EMERGENCY, EXAMPLES, dossier_of

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")
PROGRAM = """
const [data, all] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const opened = weigh.open(data);
console.log(JSON.stringify(all.map((swings) => weigh.rank(opened, swings))));
"""
Ranked = dict[str, Any]


def weighing_of(dossier: Dossier) -> Weighing:
    found = dossier.decision.weighing
    assert found is not None
    return found


def by_script(dossier: Dossier, swings: list[list[float]]) -> list[Ranked]:
    """Return what the script of the page makes of several sets of weights."""
    data = script_data(dossier, weighing_of(dossier))
    source = f'"use strict";\n{script_file("weigh.js")}\n{PROGRAM}'
    found = subprocess.run(
        [str(NODE), "-e", source],
        input=json.dumps([data, swings]),
        capture_output=True,
        text=True,
        check=True,
    )
    ranked: list[Ranked] = json.loads(found.stdout)
    return ranked


@cache
def by_model(person: str, weights: tuple[tuple[str, float], ...]) -> Decision:
    """Return what the model makes of the same weights, from the record on."""
    timeline = ingest.read_person(EXAMPLES / f"{person}.yaml", today=DATE)
    had = timeline.preferences.value
    wishes = Preferences(weights=weights, experience=had.experience if had else ())
    timeline = replace(timeline, preferences=given(wishes))
    settings = pipeline.RunSettings(DATE, pipeline.default_seed())
    return pipeline.run_person(timeline, settings, store=NoStore()).decision


def random_swings(count: int, seed: int) -> list[float]:
    """Return weights of all kinds: most count, some not, some far more than others."""
    rng = np.random.default_rng(seed)
    swings = rng.integers(0, 21, size=count) * 5.0
    swings[rng.random(count) < 0.3] = 0.0
    swings[rng.integers(count)] = 100.0
    return [float(one) for one in swings]


@needs_node
@pytest.mark.parametrize("person", ["first_episode", "three_failed", "almost_nothing"])
def test_on_record_the_script_ranks_as_the_decision(person: str) -> None:
    dossier = dossier_of(person)
    found = weighing_of(dossier)
    (ranked,) = by_script(dossier, [[one.swing for one in found.attributes]])
    same_ranking(ranked, dossier.decision, found)


@needs_node
@pytest.mark.parametrize(("person", "seed"), [("three_failed", 1), ("first_episode", 2)])
def test_with_random_weights_the_script_ranks_as_the_model(person: str, seed: int) -> None:
    dossier = dossier_of(person)
    found = weighing_of(dossier)
    tries = [random_swings(len(found.attributes), 10 * seed + t) for t in range(2)]
    for swings, ranked in zip(tries, by_script(dossier, tries), strict=True):
        names = [one.attribute for one in found.attributes]
        decision = by_model(person, tuple(zip(names, swings, strict=True)))
        same_ranking(ranked, decision, found)


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize("person", ["three_failed", "first_episode", "post_partum"])
def test_with_many_random_weights_too(person: str) -> None:
    dossier = dossier_of(person)
    found = weighing_of(dossier)
    tries = [random_swings(len(found.attributes), 1_000 + t) for t in range(12)]
    for swings, ranked in zip(tries, by_script(dossier, tries), strict=True):
        names = [one.attribute for one in found.attributes]
        decision = by_model(person, tuple(zip(names, swings, strict=True)))
        same_ranking(ranked, decision, found)


def same_ranking(ranked: Ranked, decision: Decision, found: Weighing) -> None:
    """Utilities, order and ties are the same; chances of being first differ by the draws."""
    predictions = {one.treatment: one for one in decision.predictions}
    order = [found.options[place] for place in ranked["order"]]
    assert order == [one.treatment for one in decision.predictions]
    for place, name in enumerate(found.options):
        one = predictions[name]
        # Numbers have six digits.
        assert ranked["utility"][place] == pytest.approx(one.utility, abs=2e-4)
        assert ranked["tied"][place] == one.tied
        # Four standard errors of a share of 300 draws.
        error = max((one.p_best * (1 - one.p_best) / found.count) ** 0.5, 0.005)
        assert ranked["best"][place] == pytest.approx(one.p_best, abs=4 * error)
    assert sum(ranked["best"]) == pytest.approx(1)


@needs_node
def test_without_any_weight_the_defaults_count_as_in_the_model() -> None:
    dossier = dossier_of("first_episode")
    found = weighing_of(dossier)
    none = [0.0] * len(found.attributes)
    (ranked,) = by_script(dossier, [none])
    names = [one.attribute for one in found.attributes]
    same_ranking(ranked, by_model("first_episode", tuple(zip(names, none, strict=True))), found)


@needs_node
def test_a_stored_run_ranks_the_same() -> None:
    dossier = dossier_of("three_failed")
    stored = from_json(Dossier, to_json(dossier))
    assert script_data(stored, weighing_of(stored)) == script_data(dossier, weighing_of(dossier))


def test_unknown_levels_and_cost_are_said() -> None:
    dossier = dossier_of("three_failed")
    found = weighing_of(dossier)
    source = render_for("clinician", dossier, Edition())
    panel = source[source.index('<section id="weighing"') :]
    panel = panel[: panel.index("</section>")]
    inputs = re.findall(r'<input type="range" id="w-(\w+)"[^>]*>', panel)
    assert sorted(inputs) == sorted(one.attribute for one in found.attributes)
    for name in inputs:
        assert f'<label for="w-{name}">' in panel
        assert f'<output for="w-{name}">' in panel
    gaps = [len(one.unknown) for one in found.attributes if one.unknown]
    assert gaps
    for gap in gaps:
        assert f"Not known for {gap} of {len(found.options)} options" in panel
    (cost,) = [one for one in found.attributes if one.attribute == "cost"]
    assert cost.swing == 0
    assert "Counts only where it is given a weight." in panel
    rows = re.findall(r'data-option="(\d+)"', panel)
    assert sorted(map(int, rows)) == list(range(len(found.options)))
    blocked = {name for name, _ in dossier.decision.unranked}
    assert blocked
    assert not blocked & set(found.options)


def test_what_is_to_be_avoided_is_told_to_the_script() -> None:
    dossier = dossier_of("three_failed")
    found = weighing_of(dossier)
    behind = avoided_options(dossier.appraisal.verdicts)
    data = json.loads(json.dumps(script_data(dossier, found)))
    assert {found.options[place] for place in data["avoid"]} == behind & set(found.options)


def test_the_panel_is_hidden_until_the_script_shows_it_and_small() -> None:
    source = render_for("clinician", dossier_of("three_failed"), Edition())
    assert re.search(r'<section id="weighing"[^>]* hidden>', source)
    (data,) = re.findall(r'<script type="application/json">(.*?)</script>', source, re.DOTALL)
    assert len(data) <= 120_000
    assert "<" not in data


def test_withheld_there_are_no_sliders() -> None:
    dossier = dossier_of(EMERGENCY)
    assert dossier.decision.weighing is None
    source = render_for("clinician", dossier, Edition())
    assert 'id="weighing"' not in source
