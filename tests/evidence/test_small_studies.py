"""Egger's test and the selection model against R metafor, and where there is nothing to find."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from equipoise.core.errors import InputError
from equipoise.evidence.synthesis.small_studies import Selection, egger, selection_model

Array = NDArray[np.float64]
Studies = tuple[Array, Array]

REFERENCE = Path(__file__).parent / "reference"


@lru_cache
def metafor() -> dict[tuple[str, str], dict[str, float]]:
    """Return the reference values by set and analysis."""
    found: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    with (REFERENCE / "metafor_pairwise.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(line for line in stream if not line.startswith("#")):
            found[row["set"], row["analysis"]][row["quantity"]] = float(row["value"])
    return found


def made(name: str) -> Studies:
    with (REFERENCE / "metafor_pairwise_data.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["set"] == name]
    return column(rows, "estimate"), column(rows, "standard_error")


def column(rows: list[dict[str, str]], name: str) -> Array:
    return np.array([float(row[name].replace(",", ".")) for row in rows])


def response_ratios(folder: Path) -> Studies:
    """Return log risk ratios of response to psychotherapy for depression, as tabulated."""
    path = folder / "clinical" / "meta" / "metapsy_total-response" / "data.csv"
    with path.open(encoding="latin-1", newline="") as stream:
        rows = [
            row for row in csv.DictReader(stream, delimiter=";") if row["disorder"] == "Depression"
        ]
    return column(rows, "logrr"), column(rows, "se.logrr")


def mortality(folder: Path) -> Studies:
    path = folder / "clinical" / "meta" / "dmetar_DepressionMortality.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    a, n1, c, n2 = (column(rows, name) for name in ("event.e", "n.e", "event.c", "n.c"))
    return np.log(a * n2 / (c * n1)), np.sqrt(1 / a - 1 / n1 + 1 / c - 1 / n2)


def assert_egger_as_metafor(studies: Studies, name: str) -> None:
    found = egger(*studies)
    for quantity, expected in metafor()[name, "egger"].items():
        got = getattr(found, "t" if quantity == "statistic" else quantity)
        # Both are one weighted least-squares fit: only rounding can differ.
        assert got == pytest.approx(expected, rel=1e-6, abs=1e-9), quantity


@pytest.mark.parametrize("name", ["waves", "calm", "funnel", "steep"])
def test_egger_agrees_with_metafor(name: str) -> None:
    assert_egger_as_metafor(made(name), name)


@pytest.mark.shared
def test_egger_agrees_with_metafor_on_outside_data(shared_data: Path) -> None:
    assert_egger_as_metafor(mortality(shared_data), "mortality")
    assert_egger_as_metafor(response_ratios(shared_data), "response ratio")


def test_egger_is_the_line_of_z_on_precision() -> None:
    # The form of the paper: y / se on 1 / se, unweighted; its constant is the bias.
    y, errors = made("funnel")
    design = np.column_stack([np.ones_like(y), 1 / errors])
    (bias, limit), *_ = np.linalg.lstsq(design, y / errors, rcond=None)
    found = egger(y, errors)
    assert (found.bias, found.limit_estimate) == pytest.approx((bias, limit))
    assert (found.df, found.k) == (38, 40)
    assert found.ci_low < found.bias < found.ci_high


def test_egger_finds_small_studies_with_large_effects() -> None:
    errors = np.linspace(0.05, 0.5, 20)
    wiggle = 0.3 * errors * np.cos(np.arange(20) * 2.3)
    assert egger(0.1 + 1.5 * errors + wiggle, errors).p_value < 1e-6
    assert egger(0.1 + wiggle, errors).p_value > 0.1


def assert_selection_as_metafor(found: Selection, name: str) -> None:
    steps = " ".join(str(step) for step in found.steps)
    for quantity, expected in metafor()[name, f"select {found.alternative} {steps}"].items():
        stem, _, place = quantity.rpartition("_")
        fields = {"weight": found.weights, "weight_error": found.weight_errors}
        got = fields[stem][int(place)] if stem in fields else getattr(found, quantity)
        # metafor's general optimisers leave about 1e-8 in the parameters and 1e-7 in the errors.
        assert got == pytest.approx(expected, rel=1e-6, abs=1e-9), quantity


@pytest.mark.parametrize(
    ("name", "steps", "alternative"),
    [
        ("funnel", (0.025,), "greater"),
        ("funnel", (0.025, 0.5), "greater"),
        ("funnel", (0.025,), "less"),
        ("waves", (0.025,), "greater"),
        ("steep", (0.025,), "greater"),
    ],
)
def test_selection_agrees_with_metafor(
    name: str, steps: tuple[float, ...], alternative: str
) -> None:
    y, errors = made(name)
    side = 1 if alternative == "greater" else -1
    found = selection_model(side * y, errors, steps=steps, alternative=alternative)
    assert_selection_as_metafor(found, name)


@pytest.mark.shared
def test_selection_agrees_with_metafor_on_outside_data(shared_data: Path) -> None:
    found = selection_model(*response_ratios(shared_data))
    assert_selection_as_metafor(found, "response ratio")
    assert found.k == sum(found.counts) == 196


def test_at_no_heterogeneity_the_variance_is_held() -> None:
    found = selection_model(*made("steep"))
    assert found.tau2 == 0
    assert 0 < found.standard_error < 0.1
    assert found.weight_errors[0] == 0
    assert found.weights[0] == 1


def simulated(stream: np.random.Generator, k: int, kept: float) -> Studies:
    """Return k published studies: mean 0.3, tau 0.2; what is not significant is kept by chance."""
    y, errors = np.empty(0), np.empty(0)
    while len(y) < k:
        error = stream.uniform(0.1, 0.4, 8 * k)
        effect = stream.normal(0.3, np.hypot(error, 0.2))
        seen = (effect / error > 1.959964) | (stream.random(8 * k) < kept)
        y, errors = np.append(y, effect[seen]), np.append(errors, error[seen])
    return y[:k], errors[:k]


def fits(count: int, k: int, kept: float) -> Iterator[Selection]:
    stream = np.random.default_rng(23)
    for _ in range(count):
        yield selection_model(*simulated(stream, k, kept))


def test_no_selection_is_found_where_there_is_none() -> None:
    # 200 sets of 80 studies: the chances of the likelihood ratio must be uniform. Kolmogorov's
    # distance stays below 1.63 / sqrt(200) = 0.115 in 99 of 100 runs; 5 % has an error of 1.5
    # points, three are 4.6.
    found = list(fits(200, 80, 1.0))
    chances = np.sort([one.lrt_p_value for one in found])
    grid = np.arange(200) / 200
    assert max(np.max(chances - grid), np.max(grid + 1 / 200 - chances)) < 0.115
    assert np.mean(chances < 0.05) == pytest.approx(0.05, abs=0.046)
    # Over the 200 sets the standard errors of weight and effect are near 0.04 and 0.004.
    assert np.median([one.weights[1] for one in found]) == pytest.approx(1, abs=0.12)
    assert np.mean([one.estimate for one in found]) == pytest.approx(0.3, abs=0.015)


def test_selection_is_found_and_undone_where_it_is() -> None:
    # One in five of the results that are not significant is published: the plain mean is far too
    # high, the model's is right within three standard errors over 120 sets.
    found = list(fits(120, 80, 0.2))
    assert np.mean([one.lrt_p_value < 0.05 for one in found]) > 0.9
    assert np.mean([one.unadjusted_estimate for one in found]) > 0.42
    assert np.mean([one.estimate for one in found]) == pytest.approx(0.3, abs=0.03)
    assert np.median([one.weights[1] for one in found]) == pytest.approx(0.2, abs=0.06)
    covered = np.mean([one.ci_low < 0.3 < one.ci_high for one in found])
    assert covered == pytest.approx(0.95, abs=0.07)  # 2 points by chance, three are 6


def test_egger_keeps_its_level() -> None:
    # 2000 sets of 20 studies without small-study effect: the Monte-Carlo error of 5 % is 0.49
    # points, three are 1.5. With tau2 the weights are not the right ones: it must stay below 8 %.
    stream, homogeneous, spread = np.random.default_rng(24), 0, 0
    for _ in range(2000):
        errors = stream.uniform(0.1, 0.4, 20)
        homogeneous += egger(stream.normal(0.3, errors), errors).p_value < 0.05
        spread += egger(stream.normal(0.3, np.hypot(errors, 0.2)), errors).p_value < 0.05
    assert homogeneous / 2000 == pytest.approx(0.05, abs=0.015)
    assert spread / 2000 < 0.08


@pytest.mark.parametrize(
    ("estimates", "errors", "message"),
    [
        ([0.1, 0.2], [0.1, 0.2], "too few studies; got 2; allowed: 3 or more"),
        ([], [], "no study"),
        ([0.1, 0.4, 0.2], [0.1, 0.1, 0.1], "all studies are equally precise"),
        ([0.1, 0.2, 0.3], [0.1, 0.2, 0.3], "fit exactly"),
        ([0.1, 0.4, math.nan], [0.1, 0.2, 0.3], "study 3: the estimate is no finite number"),
    ],
)
def test_egger_refuses(estimates: list[float], errors: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        egger(estimates, errors)


Y, E = [0.5, 0.1, 0.3, 0.6, -0.1], [0.1, 0.2, 0.3, 0.2, 0.1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alternative": "two.sided"}, "unknown alternative; got 'two.sided'; allowed: greater"),
        ({"steps": ()}, "steps of p must rise"),
        ({"steps": (0.5, 0.025)}, "steps of p must rise .*got 0.5, 0.025"),
        ({"steps": (0.0, 0.5)}, "steps of p must rise"),
        ({"steps": (1.0,)}, "steps of p must rise"),
        ({"steps": (math.nan,)}, "steps of p must rise"),
        ({"steps": (0.025, 0.5, 0.9)}, "too few studies; got 5; allowed: 6 or more"),
        ({"steps": (1e-9,)}, "holds no study, .* got 0, 5"),
        ({"alternative": "less"}, "holds no study, .* got 0, 5"),
        ({"level": 1}, "no confidence level"),
    ],
)
def test_the_selection_model_refuses(options: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        selection_model(Y, E, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("estimates", "errors"),
    [
        ([0.2, 0.4, 4.2, 4.6], [0.3, 0.3, 0.2, 0.1]),  # metafor without bounds: 5e7
        ([-2.0, -2.2, -1.4, 0.6], [0.2, 0.4, 0.3, 0.3]),  # 9e-7
    ],
)
def test_an_absurd_weight_is_refused(estimates: list[float], errors: list[float]) -> None:
    with pytest.raises(InputError, match=r"no usable maximum: a weight .*; got 4 studies"):
        selection_model(estimates, errors)


def test_very_unequal_precisions_do_not_disturb_the_maximum() -> None:
    # The plain model by maximum likelihood, by a scan: tau2 is 10000 times the variance of the
    # most precise study.
    errors = np.geomspace(0.01, 3, 12)
    y = np.array([1.2, -0.9, 0.5, -1.4, 0.02, 2.1, -0.3, 0.9, 1.7, -2.2, 6.3, -4.0])
    found = selection_model(y, errors)

    def likelihood(tau2: float) -> float:
        w = 1 / (errors**2 + tau2)
        residual = y - np.average(y, weights=w)
        return float(np.log(w).sum() - w @ residual**2) / 2

    scan = max(map(likelihood, np.geomspace(1e-3, 100, 4000)))
    assert scan <= likelihood(found.unadjusted_tau2) + 1e-9


@settings(max_examples=30)
@given(st.floats(0.01, 100), st.integers(0, 39))
def test_scale_side_and_order_carry_over(scale: float, turn: int) -> None:
    y, errors = made("funnel")
    first = selection_model(y, errors)
    second = selection_model(
        -scale * np.roll(y, turn), scale * np.roll(errors, turn), alternative="less"
    )
    # Newton's last step is below 1e-10 in units of a typical standard error.
    assert second.estimate == pytest.approx(-scale * first.estimate, rel=1e-6)
    assert second.tau2 == pytest.approx(scale**2 * first.tau2, rel=1e-6)
    assert second.weights == pytest.approx(first.weights, rel=1e-6)
    assert second.lrt == pytest.approx(first.lrt, rel=1e-6)
    line, turned = egger(y, errors), egger(scale * np.roll(y, turn), scale * np.roll(errors, turn))
    assert turned.bias == pytest.approx(line.bias, rel=1e-9)
    assert turned.limit_estimate == pytest.approx(scale * line.limit_estimate, rel=1e-9)
