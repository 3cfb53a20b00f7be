"""Node-splitting: against R metafor, by hand, and on networks with and without a planted fault."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from equipoise.core.errors import InputError
from equipoise.evidence.synthesis.network import fit_network
from equipoise.evidence.synthesis.network_data import (
    NetworkData,
    from_contrasts,
    from_events,
    from_means,
)
from equipoise.evidence.synthesis.splitting import NodeSplit, split_nodes

REFERENCE = Path(__file__).parent / "reference_network"
COLUMNS = (
    *("direct", "direct_se", "indirect", "indirect_se"),
    *("difference", "difference_se", "p_value"),
)


def read(path: Path, delimiter: str = "\t") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def by_pair(splits: tuple[NodeSplit, ...]) -> dict[tuple[str, str], NodeSplit]:
    return {(split.treat1, split.treat2): split for split in splits}


def compare_with_metafor(name: str, data: NetworkData) -> None:
    """Compare all splits with a model that has one more coefficient, fitted by metafor."""
    found = by_pair(split_nodes(data))
    rows = [row for row in read(REFERENCE / "splits.tsv") if row["network"] == name]
    assert set(found) == {(row["treat1"], row["treat2"]) for row in rows}
    for row in rows:
        split = found[row["treat1"], row["treat2"]]
        assert split.k_direct == int(row["k_direct"])
        for column in COLUMNS:  # metafor's REML rests on a numeric optimiser: 1e-7 in tau2
            assert getattr(split, column) == pytest.approx(float(row[column]), abs=1e-6), column


def test_an_invented_network_with_multi_arm_trials_equals_metafor() -> None:
    rows = read(REFERENCE / "simulated_events.tsv")
    study, treatment = ([row[name] for row in rows] for name in ("study", "treatment"))
    events, totals = ([float(row[name]) for row in rows] for name in ("events", "total"))
    data = from_events(study, treatment, events, totals)
    compare_with_metafor("simulated_events", data)


@pytest.mark.shared
def test_linde_2015_equals_metafor(shared_data: Path) -> None:
    arms = [
        (row["id"], row[f"treatment{i}"], float(row[f"resp{i}"]), float(row[f"n{i}"]))
        for row in read(shared_data / "clinical" / "meta" / "linde2015_arms.csv", ",")
        for i in (1, 2, 3)
        if row[f"resp{i}"]
    ]
    studies, treatments, events, totals = (list(column) for column in zip(*arms, strict=True))
    compare_with_metafor("linde2015", from_events(studies, treatments, events, totals))


@pytest.mark.shared
def test_therapy_formats_equal_metafor(shared_data: Path) -> None:
    rows = read(shared_data / "clinical" / "meta" / "dmetar_TherapyFormats.csv", ",")
    study, one, two = ([row[name] for row in rows] for name in ("author", "treat1", "treat2"))
    effect, error = ([float(row[name]) for row in rows] for name in ("TE", "seTE"))
    compare_with_metafor("therapy_formats", from_contrasts(study, one, two, effect, error))


def test_a_triangle_by_hand() -> None:
    """One trial a pair: indirect is the sum of the other two (Bucher 1997)."""
    data = from_contrasts("stu", "bcc", "aab", [1.0, 3.0, 1.5], [3.0, 4.0, 12.0])
    splits = by_pair(split_nodes(data, method="common"))
    assert set(splits) == {("b", "a"), ("c", "a"), ("c", "b")}
    split = splits["c", "a"]
    assert (split.direct, split.direct_se, split.k_direct) == pytest.approx((3, 4, 1))
    assert (split.indirect, split.indirect_se) == pytest.approx((2.5, math.hypot(3, 12)))
    assert (split.difference, split.difference_se) == pytest.approx((0.5, 13))
    assert split.p_value == pytest.approx(2 * NormalDist().cdf(-0.5 / 13))


def test_direct_and_indirect_make_the_network_estimate() -> None:
    """With two-arm trials and tau2 = 0 the two are independent: their weighted mean is the fit."""
    rng = np.random.default_rng(4)
    pairs = [("a", "b"), ("a", "c"), ("b", "c"), ("c", "d"), ("a", "d")] * 3
    one, two = zip(*pairs, strict=True)
    labels = [str(i) for i in range(len(pairs))]
    data = from_contrasts(labels, one, two, rng.normal(size=15), rng.uniform(0.5, 2, 15))
    fit = fit_network(data, reference="a", method="common")
    for split in split_nodes(data, reference="a", method="common"):
        weights = np.array([split.direct_se**-2, split.indirect_se**-2])
        i, j = fit.treatments.index(split.treat1), fit.treatments.index(split.treat2)
        mean = weights @ [split.direct, split.indirect] / weights.sum()
        assert mean == pytest.approx(fit.estimates[i] - fit.estimates[j])


def test_the_reference_stands_second() -> None:
    data = from_contrasts("stu", "bcc", "aab", [1.0, 3.0, 1.5], [3.0, 4.0, 12.0])
    usual = by_pair(split_nodes(data, reference="a"))
    turned = by_pair(split_nodes(data, reference="c"))
    assert set(turned) == {("a", "c"), ("b", "c"), ("b", "a")}
    for column in ("direct", "indirect", "difference"):
        assert getattr(turned["a", "c"], column) == pytest.approx(
            -getattr(usual["c", "a"], column), abs=1e-9
        )
    assert turned["a", "c"].p_value == pytest.approx(usual["c", "a"].p_value)


def test_no_loop_no_split() -> None:
    assert split_nodes(from_contrasts("st", "ab", "cc", [1, 2], [1, 1])) == ()


def test_a_multi_arm_trial_is_no_evidence_against_itself() -> None:
    """Arms a, b and c of one trial agree by design; a second trial of a and c opens no loop."""
    lone = from_means(["s"] * 3, ["a", "b", "c"], [1, 2, 3], [1] * 3, [9] * 3)
    assert split_nodes(lone) == ()
    more = from_means(["s"] * 3 + ["t"] * 2, list("abcac"), [1, 2, 3, 1, 9], [1] * 5, [9] * 5)
    assert split_nodes(more) == ()


def test_a_multi_arm_trial_against_a_path_of_others() -> None:
    studies, names = ["s"] * 3 + ["t"] * 2 + ["u"] * 2, list("abc" + "ad" + "db")
    data = from_means(studies, names, [0, 5, 2, 0, 1, 1, 2], [3] * 7, [9] * 7)
    splits = by_pair(split_nodes(data, method="common"))
    assert set(splits) == {("b", "a"), ("d", "a"), ("d", "b")}
    split = splits["b", "a"]
    # Variance 1 an arm, 2 a contrast: direct 5; indirect 1 + 1 by way of d.
    assert (split.direct, split.direct_se) == pytest.approx((5, math.sqrt(2)))
    assert (split.indirect, split.indirect_se) == pytest.approx((2, 2))


def test_what_the_fit_refuses_is_refused() -> None:
    data = from_contrasts("stuv", "bccx", "aaby", [1.0, 3.0, 1.5, 1.0], [3.0, 4.0, 12.0, 1.0])
    with pytest.raises(InputError, match=r"2 parts .*: a, b, c \| x, y"):
        split_nodes(data)
    whole = from_contrasts("stu", "bcc", "aab", [1.0, 3.0, 1.5], [3.0, 4.0, 12.0])
    with pytest.raises(InputError, match="method"):
        split_nodes(whole, method="ML")


def invented(rng: np.random.Generator, *, tau: float, wrong: float = 0.0) -> NetworkData:
    """Return 40 trials of a to d, every fourth of three arms; `wrong` raises b in trials with a."""
    truth = np.array([0.0, 0.3, 0.6, 0.2])
    studies, names, events, totals = [], [], [], []
    for trial in range(40):
        arms = np.sort(rng.choice(4, 3 if trial % 4 == 3 else 2, replace=False))
        people = int(rng.integers(60, 200))
        logit = rng.normal(-0.5, 0.4) + truth[arms] + rng.normal(0, tau / math.sqrt(2), len(arms))
        if arms[0] == 0:
            logit[arms == 1] += wrong
        studies += [str(trial)] * len(arms)
        names += ["abcd"[arm] for arm in arms]
        events += rng.binomial(people, 1 / (1 + np.exp(-logit))).tolist()
        totals += [people] * len(arms)
    return from_events(studies, names, events, totals)


def share_below(networks: int, *, tau: float, method: str) -> float:
    """Return the share of p-values below 0.05 in consistent networks."""
    rng = np.random.default_rng(20)
    found = [
        split.p_value < 0.05
        for _ in range(networks)
        for split in split_nodes(invented(rng, tau=tau), method=method)
    ]
    return float(np.mean(found))


def test_consistent_networks_seldom_look_inconsistent() -> None:
    # 60 networks of 6 splits, which lean on each other: about 5 % with a standard error of 1.3 %.
    assert 0.01 <= share_below(60, tau=0.2, method="REML") <= 0.09


@pytest.mark.slow
def test_consistent_networks_look_inconsistent_in_one_of_twenty() -> None:
    # 1500 networks: standard error 0.3 %. With tau2 estimated the normal test is a little too keen.
    assert 0.04 <= share_below(1500, tau=0.0, method="common") <= 0.06
    assert 0.04 <= share_below(1500, tau=0.2, method="REML") <= 0.07


def test_a_planted_inconsistency_is_found_in_its_place_and_size() -> None:
    rng = np.random.default_rng(21)
    found = [by_pair(split_nodes(invented(rng, tau=0.1, wrong=1.0)))["b", "a"] for _ in range(20)]
    assert sum(split.p_value < 0.01 for split in found) >= 19
    # One log odds was planted; the mean of 20 has a standard error of 0.05.
    assert np.mean([split.difference for split in found]) == pytest.approx(1.0, abs=0.15)
    assert all(split.direct > split.indirect for split in found)
