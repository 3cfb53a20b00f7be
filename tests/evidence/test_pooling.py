"""Pooled effects against R metafor, published figures, a hand-worked case and simulated sets."""

from __future__ import annotations

import csv
import math
import subprocess
import sys
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from equipoise.core.errors import InputError
from equipoise.evidence.synthesis.pooling import Pooled, pool

Array = NDArray[np.float64]
Studies = tuple[Array, Array]

REFERENCE = Path(__file__).parent / "reference"
METHODS = ("common", "DL", "PM", "REML")
MADE = ("waves", "calm", "pair", "funnel", "steep")

# Both programs iterate to the limits of double precision; 1e-6 leaves room for the rounding of the
# roots alone, and 1e-9 for numbers that are 0.
REL, ABS = 1e-6, 1e-9


@lru_cache
def metafor() -> dict[tuple[str, ...], dict[str, float]]:
    """Return the reference values by set, analysis, method and test."""
    found: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
    with (REFERENCE / "metafor_pairwise.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(line for line in stream if not line.startswith("#")):
            key = tuple(row[name] for name in ("set", "analysis", "method", "test"))
            found[key][row["quantity"]] = float(row["value"])
    return found


def made(name: str) -> Studies:
    with (REFERENCE / "metafor_pairwise_data.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["set"] == name]
    return column(rows, "estimate"), column(rows, "standard_error")


def column(rows: list[dict[str, str]], name: str) -> Array:
    return np.array([float(row[name].replace(",", ".")) for row in rows])


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "clinical" / "meta" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def metapsy(folder: Path, name: str) -> list[dict[str, str]]:
    path = folder / "clinical" / "meta" / name / "data.csv"
    with path.open(encoding="latin-1", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def log_ratio(rows: list[dict[str, str]], names: tuple[str, ...], *, odds: bool) -> Studies:
    """Return log odds or risk ratios; half a person is added to the cells of a table with a 0."""
    events, people, other, others = (column(rows, name) for name in names)
    cells = np.stack([events, people - events, other, others - other])
    cells = cells + 0.5 * (cells == 0).any(axis=0)
    a, b, c, d = cells
    if odds:
        return np.log(a * d / (b * c)), np.sqrt((1 / cells).sum(axis=0))
    n1, n2 = a + b, c + d
    return np.log(a * n2 / (c * n1)), np.sqrt(1 / a - 1 / n1 + 1 / c - 1 / n2)


def hedges_g(m1: Array, s1: Array, n1: Array, m2: Array, s2: Array, n2: Array) -> Studies:
    df = n1 + n2 - 2
    shrink = [
        math.exp(math.lgamma(m / 2) - math.lgamma((m - 1) / 2)) / math.sqrt(m / 2) for m in df
    ]
    g = shrink * (m1 - m2) / np.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / df)
    return g, np.sqrt(1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)))


def outside(folder: Path, name: str) -> Studies:
    """Return estimates and standard errors of one set of the outside data."""
    if name == "suicide":
        rows = rows_of(folder, "dmetar_SuicidePrevention.csv")
        names = ("mean.e", "sd.e", "n.e", "mean.c", "sd.c", "n.c")
        return hedges_g(*(column(rows, one) for one in names))
    if name == "furukawa2003":
        rows = rows_of(folder, "metadat_furukawa2003.csv")
        return hedges_g(*(column(rows, one) for one in ("Me", "Se", "Ne", "Mc", "Sc", "Nc")))
    if name == "mortality":
        rows = rows_of(folder, "dmetar_DepressionMortality.csv")
        return log_ratio(rows, ("event.e", "n.e", "event.c", "n.c"), odds=False)
    if name.startswith("linde2005"):
        rows = [row for row in rows_of(folder, "metadat_linde2005.csv") if row["ai"]]
        return log_ratio(rows, ("ai", "n1i", "ci", "n2i"), odds=name.endswith("OR"))
    if name == "psilocybin":
        rows = [row for row in metapsy(folder, "metapsy_depression-psiloctr") if primary(row)]
        return column(rows, ".g"), column(rows, ".g_se")
    rows = [r for r in metapsy(folder, "metapsy_total-response") if r["disorder"] == "Depression"]
    value = {"therapy": "plogit.ig", "control": "plogit.cg", "ratio": "logrr"}[name.split()[1]]
    return column(rows, value), column(rows, f"se.{value}")


def primary(row: dict[str, str]) -> bool:
    """Return whether a row is a trial's main outcome, before any crossover, against no drug."""
    wanted = {"primary_instrument": "1", "primary_timepoint": "1", "outcome_type": "msd"}
    return (
        all(row[name] == value for name, value in wanted.items())
        and row["condition_arm2"] != "psil"
        and row["post_crossover"] != "1"
        and row[".g"] != "NA"
    )


def assert_as_metafor(studies: Studies, key: tuple[str, ...]) -> None:
    expected = metafor()[key]
    found = pool(*studies, method=key[2], hartung_knapp=key[3] == "hk")
    for quantity, value in expected.items():
        got = found.weights[0] if quantity == "first_weight" else getattr(found, quantity)
        assert got == pytest.approx(value, rel=REL, abs=ABS), (key, quantity)
        assert type(got) in {float, int}  # never a scalar of numpy, which JSON refuses
    if key[2] == "common":
        assert (found.tau2_low, found.prediction_low) == (None, None)
    assert sum(found.weights) == pytest.approx(100)


@pytest.mark.parametrize("test", ["z", "hk"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", MADE)
def test_made_sets_agree_with_metafor(name: str, method: str, test: str) -> None:
    assert_as_metafor(made(name), (name, "pool", method, test))


@pytest.mark.shared
@pytest.mark.parametrize("test", ["z", "hk"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "name",
    [
        *("suicide", "mortality", "furukawa2003", "psilocybin", "linde2005 OR", "linde2005 RR"),
        *("response therapy", "response control", "response ratio"),
    ],
)
def test_outside_data_agree_with_metafor(
    shared_data: Path, name: str, method: str, test: str
) -> None:
    assert_as_metafor(outside(shared_data, name), (name, "pool", method, test))


@pytest.mark.shared
def test_suicide_prevention_has_the_published_effect(shared_data: Path) -> None:
    # Harrer 2021 (recalled): g = -0.23; half a unit of the last decimal.
    found = pool(*outside(shared_data, "suicide"), hartung_knapp=True)
    assert found.estimate == pytest.approx(-0.23, abs=0.005)


@pytest.mark.shared
def test_depression_raises_mortality_twofold(shared_data: Path) -> None:
    # Harrer 2021 (recalled): RR 2.02 to 2.03, by estimator; half a unit of the last decimal.
    for method in ("DL", "PM", "REML"):
        found = pool(*outside(shared_data, "mortality"), method=method, hartung_knapp=True)
        assert 2.015 <= math.exp(found.estimate) <= 2.035


def rates(found: Pooled) -> list[float]:
    return [1 / (1 + math.exp(-x)) for x in (found.estimate, found.ci_low, found.ci_high)]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("arm", "published"), [("therapy", (0.42, 0.39, 0.45)), ("control", (0.19, 0.17, 0.21))]
)
@pytest.mark.parametrize(
    ("method", "hartung_knapp"), [("DL", False), ("DL", True), ("REML", False), ("REML", True)]
)
def test_response_to_psychotherapy_is_as_published(
    shared_data: Path,
    arm: str,
    published: tuple[float, ...],
    method: str,
    hartung_knapp: bool,
) -> None:
    # Cuijpers 2024 (recalled), depression: 0.42 (0.39-0.45) and 0.19 (0.17-0.21). All 196
    # comparisons, each a study of its own, on logits: two decimals fit all four models.
    studies = outside(shared_data, f"response {arm}")
    found = pool(*studies, method=method, hartung_knapp=hartung_knapp)
    assert found.k == 196
    assert [round(rate, 2) for rate in rates(found)] == list(published)


@pytest.mark.shared
def test_the_third_decimal_is_that_of_dersimonian_and_laird(shared_data: Path) -> None:
    # 0.391 to 0.449 (recalled): DL with the normal quantile; REML gives 0.390 to 0.451.
    found = pool(*outside(shared_data, "response therapy"), method="DL")
    assert [round(rate, 3) for rate in rates(found)] == [0.420, 0.391, 0.449]


def test_two_studies_by_hand() -> None:
    # y = 0, 2 and v = 1: Q = 2, so DL, PM and REML all give tau2 = 1; mean 1, variance 2/2.
    # Hartung-Knapp: Q at these weights is 1, times t(1) = 12.7062. Q-profile: 2/(1+t) = 0.000982.
    for method in ("DL", "PM", "REML"):
        found = pool([0, 2], [1, 1], method=method, hartung_knapp=True)
        assert (found.estimate, found.standard_error) == pytest.approx((1, 1))
        assert (found.q, found.tau2, found.i2, found.h2) == pytest.approx((2, 1, 50, 2))
        assert found.ci_high == pytest.approx(1 + 12.7062, abs=1e-4)
        assert found.prediction_high == pytest.approx(1 + math.sqrt(2) * 12.7062, abs=1e-4)
        assert found.tau2_low == 0
        assert found.tau2_high == pytest.approx(2 / 0.000982069 - 1, rel=1e-5)
    common = pool([0, 2], [1, 1], method="common")
    assert (common.standard_error, common.tau2) == pytest.approx((math.sqrt(0.5), 0))
    assert (common.i2, common.h2) == pytest.approx((50, 2))


@pytest.mark.parametrize("method", METHODS)
def test_one_study_is_itself(method: str) -> None:
    found = pool([0.3], [0.2], method=method)
    limits = (found.prediction_low, found.prediction_high, found.tau2_low, found.tau2_high)
    assert limits == (None, None, None, None)
    assert (found.estimate, found.standard_error, found.k) == pytest.approx((0.3, 0.2, 1))
    assert found.ci_high == pytest.approx(0.3 + 1.959964 * 0.2, abs=1e-6)
    assert (found.tau2, found.i2, found.h2, found.q, found.q_p_value) == (0, 0, 1, 0, 1)
    assert found.weights == (100,)


@pytest.mark.parametrize("method", METHODS)
def test_studies_that_agree_have_no_heterogeneity(method: str) -> None:
    found = pool([0.3, 0.3, 0.3], [0.1, 0.2, 0.3], method=method)
    assert (found.tau2, found.i2) == (0, 0)
    assert found.q == pytest.approx(0, abs=1e-12)
    if method != "common":
        # metafor calls this the empty set and gives the two ends as 0 too.
        assert (found.tau2_low, found.tau2_high) == (0, 0)


def test_the_higher_of_two_likelihood_maxima_counts() -> None:
    # Very unequal precisions give the restricted likelihood several maxima; a scan is the truth.
    y = np.array([-1.5, 0.1, 0.12, 0.9, 6.0, -7.0, 0.4])
    errors = np.array([3.0, 0.05, 0.04, 0.3, 5.0, 4.0, 0.02])

    def likelihood(tau2: float) -> float:
        w = 1 / (errors**2 + tau2)
        residual = y - np.average(y, weights=w)
        return float(np.log(w).sum() - np.log(w.sum()) - w @ residual**2) / 2

    scan = max(map(likelihood, [0, *np.geomspace(1e-6, 100, 4000)]))
    assert likelihood(pool(y, errors).tau2) >= scan - 1e-9


GOOD = ([0.1, 0.4, 0.2], [0.1, 0.2, 0.1])


@pytest.mark.parametrize(
    ("estimates", "errors", "options", "message"),
    [
        ([], [], {}, "no study"),
        ([0.1, math.nan], [0.1, 0.2], {}, "study 2: the estimate is no finite number; got nan"),
        ([0.1, math.inf], [0.1, 0.2], {}, "study 2: the estimate is no finite number; got inf"),
        ([0.1, 0.2], [0.1, math.nan], {}, "study 2: the standard error is no number above 0"),
        ([0.1, 0.2], [0, 0.1], {}, "study 1: the standard error is no number above 0; got 0.0"),
        ([0.1, 0.2], [0.1, -0.1], {}, "study 2: the standard error .* got -0.1; allowed: a finite"),
        ([0.1, 0.2], [0.1, math.inf], {}, "study 2: the standard error is no number above 0"),
        ([0.1, 0.2], [0.1, 1e-200], {}, "study 2: the numbers are too large or too small"),
        ([0.1, 1e200], [0.1, 0.1], {}, "study 2: the numbers are too large or too small"),
        ([0.1, 0.2], [0.1], {}, "differ in number; got 2 and 1"),
        ([[0.1], [0.2]], [0.1, 0.2], {}, "the estimates are no list of numbers; got 2 dim"),
        (["high", 0.2], [0.1, 0.2], {}, "the estimates are no list of numbers"),
        ([None, 0.2], [0.1, 0.2], {}, "study 1: the estimate is no finite number"),
        (*GOOD, {"method": "reml"}, "unknown method; got 'reml'; allowed: common, DL, PM, REML"),
        (*GOOD, {"level": 95}, "no confidence level; got 95; allowed: between 0 and 1"),
        (*GOOD, {"level": math.nan}, "no confidence level"),
        ([0.1], [0.1], {"hartung_knapp": True}, "Hartung-Knapp needs two studies; got 1"),
        ([0.1, 0.1], [0.1, 0.2], {"hartung_knapp": True}, "standard error of 0; do without it"),
    ],
)
def test_bad_input_is_refused_in_one_line(
    estimates: list[float], errors: list[float], options: dict[str, bool], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        pool(estimates, errors, **options)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_type_1_error_and_coverage_are_nominal() -> None:
    # 2000 sets of 10 studies without effect: the Monte-Carlo error of 5 % is 0.49 points, so three
    # of them are 1.5 points. tau2 0.04 beside variances of 0.01 to 0.16.
    stream, reject, covered = np.random.default_rng(20), 0, 0
    for _ in range(2000):
        errors = stream.uniform(0.1, 0.4, 10)
        found = pool(stream.normal(0, np.hypot(errors, 0.2)), errors, hartung_knapp=True)
        assert found.tau2_low is not None
        assert found.tau2_high is not None
        reject += found.p_value < 0.05
        covered += found.tau2_low <= 0.04 <= found.tau2_high
    assert reject / 2000 == pytest.approx(0.05, abs=0.015)
    assert covered / 2000 == pytest.approx(0.95, abs=0.015)


def test_the_common_effect_is_exact_without_heterogeneity() -> None:
    # A normal mean with known variances: tests of mean and Q have their level, 2000 sets as above.
    stream, mean, spread = np.random.default_rng(21), 0, 0
    for _ in range(2000):
        errors = stream.uniform(0.1, 0.4, 8)
        found = pool(stream.normal(0, errors), errors, method="common")
        mean += found.p_value < 0.05
        spread += found.q_p_value < 0.05
    assert mean / 2000 == pytest.approx(0.05, abs=0.015)
    assert spread / 2000 == pytest.approx(0.05, abs=0.015)


sets = st.lists(st.tuples(st.floats(-5, 5), st.floats(0.05, 3)), min_size=2, max_size=12)


@given(sets, st.sampled_from(METHODS), st.floats(-20, 20), st.floats(0.01, 100))
def test_shift_and_scale_carry_over(
    studies: list[tuple[float, float]], method: str, shift: float, scale: float
) -> None:
    y, errors = np.array(studies).T
    assume(np.ptp(y) > 1e-3)
    first = pool(y, errors, method=method)
    second = pool(scale * y + shift, scale * errors, method=method)
    # tau2 solves its equation to 1e-12; a flat likelihood makes 1e-6 of that.
    near = 1e-5 * scale
    assert second.estimate == pytest.approx(scale * first.estimate + shift, rel=1e-5, abs=near)
    assert second.standard_error == pytest.approx(scale * first.standard_error, rel=1e-5)
    assert second.tau2 == pytest.approx(scale**2 * first.tau2, rel=1e-4, abs=near * scale)
    assert second.i2 == pytest.approx(first.i2, abs=1e-3)
    assert second.q == pytest.approx(first.q, rel=1e-6, abs=1e-6)


@given(sets, st.sampled_from(METHODS), st.randoms(use_true_random=False))
def test_the_order_of_studies_does_not_matter(
    studies: list[tuple[float, float]], method: str, random: Random
) -> None:
    shuffled = studies.copy()
    random.shuffle(shuffled)
    first, second = (pool(*np.array(one).T, method=method) for one in (studies, shuffled))
    assert second.estimate == pytest.approx(first.estimate, rel=1e-6, abs=1e-6)
    assert second.standard_error == pytest.approx(first.standard_error, rel=1e-6)
    assert sorted(second.weights) == pytest.approx(sorted(first.weights), rel=1e-4, abs=1e-6)


def test_the_import_is_light() -> None:
    code = (
        "import sys, equipoise.evidence.synthesis.small_studies as _\nprint('scipy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
