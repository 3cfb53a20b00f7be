"""The joint kernel against closed forms, brute force, and its own promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.evidence.joint.components import components
from equipoise.evidence.joint.layout import Layout, Prior
from equipoise.evidence.joint.rows import Block, Common, Observation, Term, expected
from equipoise.evidence.joint.solve import solve

CURVE = {0: 0.0, 1: -0.8, 2: -1.5}
FREE = 1000.0


def layout(*nodes: str, reference: int = 0) -> Layout:
    return Layout(
        nodes,
        ("drug",),
        (0,) * len(nodes),
        (0,) * len(nodes),
        (True,) * len(nodes),
        CURVE,
        reference,
    )


def prior(of: Layout, sd: float = 1.5, slope_sd: float = 0.15) -> Prior:
    count = len(of.nodes)
    mean = np.zeros(of.size)
    mean[count] = 1.0
    sds = np.full(of.size, sd)
    sds[count] = slope_sd
    return Prior(mean, np.diag(sds**2))


def arm(node: int, value: float, variance: float = 0.04, fall: float = 0.0) -> Observation:
    return Observation((Term(1.0, "response", node, fall),), value, variance, 0.0, f"arm{node}")


def contrast(first: int, second: int, value: float, variance: float) -> Block:
    terms = (Term(1.0, "response", first, 0.0), Term(-1.0, "response", second, 0.0))
    return Block((Observation(terms, value, variance, 0.0, "contrast"),))


def test_one_arm_near_the_clinic_is_a_weighted_mean() -> None:
    of = layout("a")
    block = Block((arm(0, 0.6),), (Common(0.4, "response", (0,)),))
    found = solve(of, prior(of), (block,))
    # Prior N(0, 1.5^2), observation 0.6 with variance 0.04 + 0.16.
    weight = 1.5**2 / (1.5**2 + 0.2)
    assert found.mean[0] == pytest.approx(weight * 0.6, rel=1e-9)
    assert found.covariance[0, 0] == pytest.approx(weight * 0.2, rel=1e-9)


def test_a_later_stage_speaks_through_the_slope() -> None:
    of = layout("a")
    found = solve(of, prior(of), (Block((arm(0, -1.2, fall=-1.5),)),))
    # y = theta - 1.5 slope + e, slope N(1, 0.15^2): gain of theta = 2.25 / total.
    total = 1.5**2 + (1.5 * 0.15) ** 2 + 0.04
    assert found.mean[0] == pytest.approx(2.25 / total * (-1.2 + 1.5), rel=1e-9)
    assert found.mean[1] == pytest.approx(1 - 1.5 * 0.15**2 / total * 0.3, rel=1e-9)


@given(level=st.floats(-3, 3))
@settings(max_examples=20)
def test_the_level_of_a_trial_that_is_no_anchor_says_nothing(level: float) -> None:
    of = layout("a", "b")
    arms = (arm(0, level + 0.5), arm(1, level))
    found = solve(of, prior(of), (Block(arms, (Common(FREE, "response", (0, 1)),)),))
    # Difference: prior variance 4.5, observed 0.5 with variance 0.08.
    assert found.mean[0] - found.mean[1] == pytest.approx(0.5 * 4.5 / 4.58, abs=1e-5)
    assert found.mean[0] + found.mean[1] == pytest.approx(0.0, abs=1e-4)


def test_an_arm_alone_that_is_no_anchor_says_nothing() -> None:
    of = layout("a")
    found = solve(of, prior(of), (Block((arm(0, 2.0),), (Common(FREE, "response", (0,)),)),))
    assert found.mean[0] == pytest.approx(0.0, abs=1e-5)
    assert found.covariance[0, 0] == pytest.approx(2.25, rel=1e-5)


def test_a_loop_of_contrasts_is_least_squares() -> None:
    of = layout("a", "b", "c")
    rows = [(0, 1, 0.4, 0.03), (1, 2, 0.2, 0.05), (0, 2, 0.9, 0.04)]
    found = solve(of, prior(of, sd=1000.0), [contrast(*row) for row in rows])
    design = np.array([[1, 0], [-1, 1], [0, 1]])  # in (a-b, a-c): b-c = (a-c) - (a-b)
    weights = np.diag([1 / row[3] for row in rows])
    normal = design.T @ weights @ design
    best = np.linalg.solve(normal, design.T @ weights @ np.array([row[2] for row in rows]))
    assert found.mean[0] - found.mean[1] == pytest.approx(best[0], abs=1e-6)
    assert found.mean[0] - found.mean[2] == pytest.approx(best[1], abs=1e-6)


def test_remission_alone_against_brute_force() -> None:
    of = layout("a")
    start = Prior(np.array([-0.3, 1.0, 0.5, -1.5]), np.diag([0.5, 0.15, 0.21, 0.3]) ** 2)
    row = Observation((Term(1.0, "remission", 0, 0.0),), -0.9, 0.01, 0.0, "t")
    found = solve(of, start, (Block((row,)),))
    eta, kappa = np.meshgrid(np.linspace(-3, 3, 801), np.linspace(-1, 2, 801), indexing="ij")
    both = 1 / (1 + np.exp(-eta)) / (1 + np.exp(-kappa))
    logit = np.log(both / (1 - both))
    density = np.exp(
        -0.5 * ((eta + 0.3) / 0.5) ** 2
        - 0.5 * ((kappa - 0.5) / 0.21) ** 2
        - 0.5 * (logit + 0.9) ** 2 / 0.01
    )
    density /= density.sum()
    # The Gaussian at the mode against the exact mean: the bend of the curve leaves about a
    # twentieth of a posterior sd.
    sd = math.sqrt(found.covariance[0, 0])
    assert found.mean[0] == pytest.approx(float((density * eta).sum()), abs=0.15 * sd)
    assert found.mean[2] == pytest.approx(float((density * kappa).sum()), abs=0.05)
    exact = math.sqrt(float((density * eta**2).sum() - (density * eta).sum() ** 2))
    assert sd == pytest.approx(exact, rel=0.15)


def test_gradients_against_differences() -> None:
    of = layout("a", "b", reference=0)
    rows = tuple(
        Observation((Term(1.0, outcome, 1, -0.7),), 0.0, 1.0, 0.0, outcome)
        for outcome in ("response", "remission", "remission_given_response", "dropout")
    )
    at = np.linspace(-0.8, 0.9, of.size)
    model = expected(Block(rows), at, of)
    for place in range(of.size):
        step = np.zeros(of.size)
        step[place] = 1e-6
        up, down = (expected(Block(rows), at + sign * step, of).value for sign in (1, -1))
        np.testing.assert_allclose((up - down) / 2e-6, model.gradient[:, place], atol=1e-8)


def test_gains_rebuild_the_posterior_mean() -> None:
    of = layout("a", "b")
    blocks = (Block((arm(0, 0.6),)), contrast(1, 0, 0.4, 0.02))
    start = prior(of)
    found = solve(of, start, blocks)
    pulled = found.gains @ np.array([0.6, 0.4])
    rest = found.covariance @ np.linalg.inv(start.covariance) @ start.mean
    np.testing.assert_allclose(pulled + rest, found.mean, atol=1e-10)
    assert found.sources == ("arm0", "contrast")


@given(order=st.permutations(range(5)))
@settings(max_examples=15)
def test_the_order_of_blocks_changes_nothing(order: list[int]) -> None:
    of = layout("a", "b", "c")
    row = Observation((Term(1.0, "remission", 2, 0.0),), -1.0, 0.05, 0.01, "r")
    blocks = [
        Block((arm(0, 0.6),)),
        contrast(1, 0, 0.4, 0.02),
        contrast(2, 1, -0.3, 0.1),
        Block((row,), (Common(0.4, "response", (0,)),)),
        Block((arm(2, -0.5, fall=-0.8),)),
    ]
    first = solve(of, prior(of), blocks)
    other = solve(of, prior(of), [blocks[n] for n in order])
    np.testing.assert_allclose(first.mean, other.mean, atol=1e-9)
    np.testing.assert_allclose(first.covariance, other.covariance, atol=1e-9)


def test_intervals_cover_what_was_drawn() -> None:
    # People of the model: levels from the prior, one anchor, two trials that are none.
    rng = np.random.default_rng(7)
    of, inside, runs = layout("a", "b", "c"), 0, 1500
    start = prior(of)
    for _ in range(runs):
        truth = rng.normal(start.mean, np.sqrt(np.diag(start.covariance)))
        place, trial = rng.normal(0, 0.4), rng.normal(0, 5, 2)
        noise = rng.normal(0, 0.2, 5)
        blocks = (
            Block((arm(0, truth[0] + place + noise[0]),), (Common(0.4, "response", (0,)),)),
            Block(
                (arm(0, truth[0] + trial[0] + noise[1]), arm(1, truth[1] + trial[0] + noise[2])),
                (Common(FREE, "response", (0, 1)),),
            ),
            Block(
                (arm(1, truth[1] + trial[1] + noise[3]), arm(2, truth[2] + trial[1] + noise[4])),
                (Common(FREE, "response", (0, 1)),),
            ),
        )
        found = solve(of, start, blocks)
        score = (found.mean[:3] - truth[:3]) / np.sqrt(np.diag(found.covariance)[:3])
        inside += int((np.abs(score) < 1.96).sum())
    # Three correlated scores in each of 1500 runs: standard error at most 0.6 points.
    assert inside / (3 * runs) == pytest.approx(0.95, abs=0.018)


def test_components_are_chains_of_comparisons() -> None:
    found = components([("b", "a"), ("c", "b", "d"), ("x", "y"), ("alone",)])
    assert found == {"a": "a", "b": "a", "c": "a", "d": "a", "x": "x", "y": "x", "alone": "alone"}
