"""What the loadings that nobody estimated matter, and what must never matter."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.core.nouns import (
    Measurement,
    MechanismState,
    NormedMeasurement,
    NormUsed,
    Profile,
    Provenance,
    Quantity,
)
from equipoise.core.tables import load_table, use_site
from equipoise.profile import infer, loading_sensitivity
from equipoise.profile.kernels import Errors, posterior, prior_covariance, true_scores

TODAY = "2025-01-10"
SHIPPED = Path(__file__).parents[2] / "src/equipoise/tables"


def _normed(measure: str, z: float, norm: str = "clinic") -> NormedMeasurement:
    unit = load_table("measures/measures").row(id=measure).text("unit")
    one = Measurement(measure, Quantity(0.1, unit), TODAY, 1.0, (), Provenance((), "test"))
    used = NormUsed(norm, "", "", "n/a", "derived")
    return NormedMeasurement(one, used, z, 0.1, 50.0, False, None)


def _state(profile: Profile, name: str) -> MechanismState:
    (found,) = [state for state in profile.mechanisms if state.id == name]
    return found


def test_one_sceptical_marker_moves_in_proportion_to_its_loading() -> None:
    # E[m] = loading sqrt(r) y / W, and W does not depend on the loading.
    scan = (_normed("mri.rest_salience", 1.5),)
    none, usual, twice = loading_sensitivity(scan, today=TODAY)
    assert (none.loading, usual.loading, twice.loading) == (0.0, 0.3, 0.6)
    assert (none.furthest, usual.furthest, twice.furthest) == (
        "salience_threat",
        None,
        "salience_threat",
    )
    total = 1 + 0.1**2 + 0.2**2 + 0.1**2
    mean = 0.3 * math.sqrt(0.5) * 1.5 / total
    moved = [dict((name, move) for name, _, move in run.moves) for run in (none, usual, twice)]
    assert [one["salience_threat"] for one in moved] == pytest.approx([-mean, 0.0, mean], rel=1e-9)
    assert all(set(one.values()) - {one["salience_threat"]} <= {0.0} for one in moved)


def test_a_marker_that_defines_its_mechanism_stays() -> None:
    runs = loading_sensitivity((_normed("blood.crp_hs", 1.5, "crp_female_40_49"),), today=TODAY)
    assert [run.furthest for run in runs] == [None, None, None]


def test_signs_are_kept() -> None:
    runs = loading_sensitivity((_normed("blood.hdl", 2.0),), today=TODAY)
    means = [dict((name, mean) for name, mean, _ in run.moves)["metabolic"] for run in runs]
    assert means[0] == 0.0
    assert means[2] < means[1] < 0.0


@given(st.floats(-2, 2), st.floats(0.2, 4.0), st.floats(-3, 3))
def test_rescaling_a_measure_with_its_norm_changes_nothing(
    z: float, scale: float, move: float
) -> None:
    # A value v = move + scale z on a norm of mean `move` and sd `scale` is the same person.
    again = (move + scale * z - move) / scale
    one = infer((_normed("blood.crp_hs", z),), today=TODAY)
    other = infer((_normed("blood.crp_hs", again),), today=TODAY)
    np.testing.assert_allclose(one.mean, other.mean, atol=1e-12)
    assert one.covariance == other.covariance


def test_a_centre_moves_with_the_norm_that_it_was_published_on() -> None:
    # The same 14.1 points on two published norms of the PHQ-9 place the person alike.
    means = []
    for name in ("phq9_any_all", "phq9_male_18_29", "phq9_female_70_up"):
        row = load_table("norms/norms").find(id=name)
        if row is None:
            continue
        z = (18.0 - row.number("mean")) / row.number("sd")
        means.append(infer((_normed("scales.phq9", z, name),), today=TODAY).mean)
    assert len(means) > 1
    for one in means[1:]:
        # The error of the norm is that of its own people, so the weights differ a little.
        np.testing.assert_allclose(one, means[0], atol=0.02)


def test_a_measure_that_nobody_took_changes_nothing() -> None:
    # A tenth measure in the state, without a value: every other component to the last bit.
    rng = np.random.default_rng(4)
    loadings = rng.uniform(-0.5, 0.5, (4, 2))
    observed = rng.standard_normal(3)
    nothing, ones = np.zeros(3), np.ones(3)
    errors = Errors(np.full(3, 0.6), nothing, nothing, ones, ones, np.zeros((3, 3)))
    small, large = prior_covariance(2, 3, 0.1), prior_covariance(2, 4, 0.1)
    mean, covariance, _ = posterior(
        small, true_scores(loadings[:3], small), errors, observed, 1e-12
    )
    more, wider, _ = posterior(large, true_scores(loadings, large)[:3], errors, observed, 1e-12)
    np.testing.assert_allclose(more[:5], mean, atol=1e-14)
    np.testing.assert_allclose(wider[:5, :5], covariance, atol=1e-14)
    assert more[5] == 0.0
    assert wider[5, 5] == 1.0


def test_a_new_measure_of_a_site_without_a_value_changes_nothing(tmp_path: Path) -> None:
    scan = (_normed("blood.crp_hs", 1.2), _normed("mri.rest_attention", -0.7))
    before = infer(scan, today=TODAY)
    folder = tmp_path / "measures"
    folder.mkdir()
    text = (SHIPPED / "measures/measures.tsv").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("mri.rest_attention\t"))
    added = row.replace("mri.rest_attention", "mri.rest_made_up", 1)
    (folder / "measures.tsv").write_text(f"{text}{added}\n", encoding="utf-8")
    try:
        use_site(tmp_path)
        after = infer(scan, today=TODAY)
    finally:
        use_site(None)
    assert "u:mri.rest_made_up" in after.components
    assert after.mechanisms == before.mechanisms
    kept = [after.components.index(name) for name in before.components]
    assert tuple(after.mean[k] for k in kept) == before.mean


def test_the_centre_of_the_default_mode_is_as_unsure_as_no_centre() -> None:
    # Tozzi 2021: -0.246 (-0.417 to -0.074), and other studies disagree.
    row = load_table("norms/patients").row(measure="mri.rest_default_mode")
    assert row.number("shift") == pytest.approx(-0.246, abs=0.005)
    sampled = (0.417 - 0.074) / 3.92
    no_centre = load_table("hyperparameters/hyperparameters").row(id="profile_no_centre_error")
    assert row.number("shift_error") == no_centre.number("value") > sampled
    average = infer((_normed("mri.rest_default_mode", -0.25),), today=TODAY)
    assert set(average.mean) == {0.0}
    healthy = infer((_normed("mri.rest_default_mode", 0.0),), today=TODAY)
    assert _state(healthy, "default_mode").mean > 0


def test_a_second_identical_scan_of_the_same_day_adds_nothing() -> None:
    one = _normed("mri.rest_attention", 1.0)
    twin = replace(one, measurement=replace(one.measurement, session="again"))
    assert infer((one, twin), today=TODAY).mean == infer((one,), today=TODAY).mean
