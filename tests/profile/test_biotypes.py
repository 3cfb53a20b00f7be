"""Circuit biotypes: the shape of a profile, what none fits carries, and when nothing is said."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate
from scipy.spatial.distance import cdist

from equipoise import evidence
from equipoise.core.answers import not_asked
from equipoise.core.documents import to_json
from equipoise.core.nouns import (
    Appraisal,
    BiotypeChance,
    Measurement,
    NormedMeasurement,
    NormUsed,
    Provenance,
    Quantity,
    Stage,
)
from equipoise.core.tables import load_table
from equipoise.predict import predict
from equipoise.profile import infer
from equipoise.profile.biotypes import membership
from equipoise.profile.biotypes.membership import EXPLORATORY, NONE_FITS
from equipoise.profile.biotypes.shape import chances, distance, log_evidence

Array = NDArray[np.float64]
TODAY = "2025-01-10"
ROWS = tuple(load_table("mechanisms/biotype_measures"))
NAMES = tuple(dict.fromkeys(row.text("measure") for row in ROWS))
PATTERNS = {
    (row.text("biotype"), row.text("circuit")): row.number("direction")
    for row in load_table("mechanisms/biotype_patterns")
}
PEOPLE = {row.text("id"): row.number("people") for row in load_table("mechanisms/biotypes")}


def _normed(measure: str, z: float | None, date: str | None = TODAY) -> NormedMeasurement:
    unit = load_table("measures/measures").row(id=measure).text("unit")
    one = Measurement(measure, Quantity(0.1, unit), date, 1.0, (), Provenance((), "test"))
    if z is None:
        return NormedMeasurement(one, None, None, None, None, False, "no published norm fits")
    used = NormUsed("clinic", "", "site", "n/a", "derived")
    return NormedMeasurement(one, used, z, 0.1, 50.0, False, None)


def _scan(values: dict[str, float]) -> tuple[NormedMeasurement, ...]:
    return tuple(_normed(name, z) for name, z in values.items())


def _found(values: dict[str, float]) -> dict[str, float]:
    return {one.id: one.chance for one in membership(_scan(values)).chances}


def _like(biotype: str, size: float = 1.0) -> dict[str, float]:
    return {
        row.text("measure"): size * PATTERNS.get((biotype, row.text("circuit")), 0.0)
        for row in ROWS
    }


def _draw(rng: np.random.Generator) -> dict[str, float]:
    return dict(zip(NAMES, rng.standard_normal(len(NAMES)), strict=True))


def test_the_41_measures_are_those_of_the_publication() -> None:
    # 14 edges at rest, 17 activations and 10 task connectivities, in twelve circuit means.
    assert len(ROWS) == 41
    assert Counter(row.text("kind") for row in ROWS) == {"fc": 14, "act": 17, "ppi": 10}
    assert Counter(row.text("circuit") for row in ROWS) == {
        "default_fc": 5,
        "salience_fc": 3,
        "attention_fc": 6,
        "sad_act": 5,
        "sad_ppi": 4,
        "threat_act": 3,
        "threat_ppi": 2,
        "masked_act": 3,
        "masked_ppi": 2,
        "happy_act": 3,
        "control_act": 3,
        "control_ppi": 2,
    }
    assert sum(PEOPLE.values()) == 801


def test_every_measure_is_one_that_the_assays_take() -> None:
    edges = {
        f"{row.text('region_a')}__{row.text('region_b')}": f"mri.{row.text('circuit')}"
        for row in load_table("circuits/circuits")
    }
    tasks = {row.text("measure") for row in load_table("circuits/task_measures")}
    for row in ROWS:
        if row.text("kind") == "fc":
            assert edges[row.text("id")] == row.text("measure")
        else:
            assert row.text("measure") in tasks
        assert load_table("measures/measures").row(id=row.text("measure")).number("reliability")


@given(st.integers(0, 10_000))
def test_distance_is_that_of_the_authors(seed: int) -> None:
    # 1 - Pearson correlation, scipy's "correlation"; its mean over members is average linkage.
    rng = np.random.default_rng(seed)
    profile, members = rng.standard_normal(41), rng.standard_normal((6, 41))
    expected = cdist(profile[None], members, "correlation")[0]
    np.testing.assert_allclose(distance(profile, members), expected, atol=1e-12)
    # Only the shape counts: level and size of the profile fall out.
    np.testing.assert_allclose(distance(3.0 + 0.2 * profile, members), expected, atol=1e-10)


def test_a_flat_profile_is_as_far_from_everything() -> None:
    patterns = np.array([[1.0, 0.0, -1.0], [0.0, 0.0, 0.0]])
    np.testing.assert_array_equal(distance(np.full(3, 0.1), patterns), [1.0, 1.0])
    evidence = log_evidence(np.full(3, 0.1), patterns, np.eye(3))
    np.testing.assert_array_equal(evidence, [0.0, 0.0])


@pytest.mark.parametrize("agreement", [-0.5, 0.0, 0.3, 0.7])
@pytest.mark.parametrize("size", [0.3, 0.6, 1.5])
def test_evidence_of_a_direction_against_the_integral(agreement: float, size: float) -> None:
    # Density of the direction of N(mean, I) in 40 dimensions at this correlation, relative to that
    # of N(0, I): E[exp(size * agreement * R - size^2 / 2)] with R chi-distributed.
    dimensions = 40

    def density(r: float) -> float:
        return math.exp((dimensions - 1) * math.log(r) - r * r / 2)

    def tilted(r: float) -> float:
        return density(r) * math.exp(size * agreement * r - size**2 / 2)

    exact = math.log(integrate.quad(tilted, 0.01, 20)[0] / integrate.quad(density, 0.01, 20)[0])
    pattern = np.zeros(41)
    pattern[0], pattern[1] = 1.0, -1.0
    pattern *= size / math.sqrt(2)
    other = np.zeros(41)
    other[2], other[3] = 1.0, -1.0
    rest = math.sqrt(1 - agreement**2)
    profile = agreement * pattern / size + rest * other / math.sqrt(2)
    ours = log_evidence(profile, pattern[None], np.eye(41))[0]
    # Left out: (size * agreement)^2 / 4, and the mean of chi with 40 degrees of freedom, 6.285, for
    # which its root, 6.325, is taken.
    tilt = abs(size * agreement)
    assert ours == pytest.approx(exact, abs=tilt**2 / 4 + 0.05 * tilt + 1e-6)


def test_measures_that_hang_together_say_less() -> None:
    rng = np.random.default_rng(2)
    profile = rng.standard_normal(6)
    pattern = np.array([[1.0, 1.0, 1.0, 0.0, 0.0, 0.0]])
    block = np.kron(np.eye(2), np.full((3, 3), 0.5)) + 0.5 * np.eye(6)
    alone = log_evidence(profile, pattern, np.eye(6))[0]
    together = log_evidence(profile, pattern, block)[0]
    # The score of noise has variance 1 + 2 * 0.5 in such a block.
    assert together == pytest.approx(alone / 2, rel=1e-12)


def test_without_any_evidence_the_shares_remain() -> None:
    shares = np.array([0.2, 0.1, 0.7])
    np.testing.assert_allclose(chances(shares, np.zeros(2)), shares, rtol=1e-15)


def test_random_profiles_fit_none() -> None:
    rng = np.random.default_rng(20240601)
    runs = [_found(_draw(rng)) for _ in range(400)]
    wins = [max(run, key=lambda name: run[name]) == NONE_FITS for run in runs]
    assert np.mean(wins) >= 0.95
    # A profile without structure says nothing on average: E of a ratio of densities is 1.
    before = _found(dict.fromkeys(NAMES, 0.5))
    for name, chance in before.items():
        assert np.mean([run[name] for run in runs]) == pytest.approx(chance, abs=0.02)


@pytest.mark.parametrize("level", [-2.0, 0.0, 1.0, 5.0])
def test_a_person_raised_everywhere_belongs_to_none_in_particular(level: float) -> None:
    found = _found(dict.fromkeys(NAMES, level))
    shaped = {name: people for name, people in PEOPLE.items() if name != "no_prominent"}
    assert set(found) == {*shaped, NONE_FITS}
    # Exactly what was held before the scan: half of the shares in the sample, the rest for none.
    for name, people in shaped.items():
        assert found[name] == pytest.approx(0.5 * people / 801, rel=1e-12)
    assert found[NONE_FITS] == pytest.approx(0.5 + 0.5 * 44 / 801, rel=1e-12)


@pytest.mark.parametrize("biotype", [name for name in PEOPLE if name != "no_prominent"])
def test_a_pattern_raises_its_own_biotype_most(biotype: str) -> None:
    flat, found = _found(dict.fromkeys(NAMES, 0.0)), _found(_like(biotype))
    ratios = {name: found[name] / flat[name] for name in found}
    assert max(ratios, key=lambda name: ratios[name]) == biotype
    assert sum(found.values()) == pytest.approx(1.0, rel=1e-12)
    # Only the shape counts.
    assert _found(_like(biotype, 4.0)) == pytest.approx(found, rel=1e-12)


def test_even_a_pure_pattern_is_no_proof() -> None:
    # One scan repeats at 0.15 to 0.55: the pattern itself never reaches one half.
    for biotype in PEOPLE:
        assert _found(_like(biotype)).get(biotype, 0.0) < 0.5


def test_measures_that_repeat_would_tell_members() -> None:
    # The same engine with reliability 1 and a large pattern names nearly all members: it is the
    # measures that cannot, not the method.
    rng = np.random.default_rng(5)
    shaped = [name for name in PEOPLE if name != "no_prominent"]
    pattern = np.array([
        [PATTERNS.get((name, row.text("circuit")), 0.0) for row in ROWS] for name in shaped
    ])
    shares = np.array([*(0.1 for _ in shaped), 0.5])
    right = 0
    for k in range(len(shaped)):
        for _ in range(40):
            profile = 2.0 * pattern[k] + rng.standard_normal(41)
            found = chances(shares, log_evidence(profile, 2.0 * pattern, np.eye(41)))
            right += int(found.argmax() == k)
    assert right / (40 * len(shaped)) > 0.85


@given(st.integers(0, 10_000))
def test_the_order_of_measurements_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scan = _scan(_draw(rng))
    turned = tuple(scan[k] for k in rng.permutation(len(scan)))
    assert membership(turned) == membership(scan)


def test_missing_measures_take_evidence_away() -> None:
    # Without the measures of the control circuit a scan cannot speak for raised control.
    whole = _like("raised_control")
    part = {name: z for name, z in whole.items() if "task_control.d" not in name or "__" in name}
    assert len(whole) - len(part) == 3
    flat = _found(dict.fromkeys(NAMES, 0.0))
    assert _found(whole)["raised_control"] > 2 * flat["raised_control"]
    assert _found(part)["raised_control"] == pytest.approx(flat["raised_control"], rel=1e-12)


def test_too_few_measures_are_not_assessed() -> None:
    resting = {name: 1.0 for name in NAMES if "rest" in name}
    found = membership(_scan(resting))
    assert found.chances == ()
    assert found.note.startswith("Not assessed: 14 of the 41 circuit measures")
    assert "33 are needed" in found.note
    assert "site" not in found.note


def test_without_norms_nothing_is_assessed_and_the_reason_is_told() -> None:
    found = membership(tuple(_normed(name, None) for name in NAMES))
    assert found.chances == ()
    assert found.note.startswith("Not assessed: 0 of the 41")
    assert "a site learns its own from healthy people on its scanner" in found.note


def test_without_a_scan_nothing_is_said() -> None:
    assert membership(()).chances == ()
    assert membership(()).note == ""
    assert membership((_normed("blood.crp_hs", 1.0),)).note == ""


def test_the_latest_scan_counts() -> None:
    rng = np.random.default_rng(3)
    early, late = _draw(rng), _draw(rng)
    before = tuple(_normed(name, z, "2024-01-10") for name, z in early.items())
    uncovered = tuple(
        replace(one, measurement=replace(one.measurement, coverage=0.0)) for one in _scan(early)
    )
    assert membership((*_scan(late), *before)) == membership(_scan(late))
    assert membership((*_scan(late), *uncovered)) == membership(_scan(late))


def test_the_profile_carries_them_as_exploratory() -> None:
    profile = infer(_scan(_like("raised_sad_happy")), today=TODAY)
    assert profile.biotypes[-1].id == NONE_FITS
    assert profile.biotypes_note == EXPLORATORY
    assert "no published rule assigns a new person" in EXPLORATORY


def test_no_finding_of_a_biotype_moves_a_prediction() -> None:
    findings = [
        row for row in load_table("moderators/moderators") if row.text("id").startswith("circuit_")
    ]
    assert len(findings) == 3
    assert {row.text("acts") for row in findings} == {"none"}
    assert {row.text("grade") for row in findings} == {"D"}


def test_a_biotype_moves_no_prediction() -> None:
    profile = infer((), today=TODAY)
    typed = replace(profile, biotypes=(BiotypeChance("raised_control", 0.9),))
    appraisal = Appraisal((), (), Stage(1, 1, 1, True, ""), (), ())
    base = evidence.load()
    one, other = (
        predict(state, appraisal, base, preferences=not_asked(), seed=7)
        for state in (profile, typed)
    )
    assert to_json(one) == to_json(other)
