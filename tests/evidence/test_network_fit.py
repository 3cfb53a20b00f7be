"""Network meta-analysis against R metafor, published figures and its own symmetries.

`reference_network/README.md` says how metafor was asked. Its REML rests on a numeric optimiser, so
tau2 is good to about 1e-7 there; estimates and standard errors then agree to 1e-6 with room. DL and
the common effect have closed forms: those agree to rounding.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.core.errors import InputError
from equipoise.evidence.synthesis.network import fit_network
from equipoise.evidence.synthesis.network_data import (
    NetworkData,
    from_contrasts,
    from_events,
    from_means,
)
from equipoise.evidence.synthesis.ranking import league

REFERENCE = Path(__file__).parent / "reference_network"
TOLERANCE = {"REML": 1e-6, "DL": 1e-10, "PM": 1e-10, "common": 1e-10}

Row = dict[str, str]


def read(path: Path, delimiter: str = "\t") -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def numbers(rows: list[Row], name: str) -> list[float]:
    return [float(row[name]) for row in rows]


def arm_labels(rows: list[Row]) -> tuple[list[str], list[str]]:
    return [row["study"] for row in rows], [row["treatment"] for row in rows]


def simulated_events() -> NetworkData:
    rows = read(REFERENCE / "simulated_events.tsv")
    return from_events(*arm_labels(rows), numbers(rows, "events"), numbers(rows, "total"))


def simulated_means(*, standardised: bool = False) -> NetworkData:
    rows = read(REFERENCE / "simulated_means.tsv")
    columns = (numbers(rows, name) for name in ("mean", "sd", "total"))
    return from_means(*arm_labels(rows), *columns, standardised=standardised)


def linde2015(folder: Path) -> NetworkData:
    """Return the response network; an arm without counts is not one."""
    arms = [
        (row["id"], row[f"treatment{i}"], float(row[f"resp{i}"]), float(row[f"n{i}"]))
        for row in read(folder / "linde2015_arms.csv", ",")
        for i in (1, 2, 3)
        if row[f"resp{i}"]
    ]
    return from_events(*columns_of(arms))


def linde2005(folder: Path, *, by_group: bool = False) -> NetworkData:
    """Return hypericum against placebo: one node, or one for each group of trials."""
    arms = []
    for row in read(folder / "metadat_linde2005.csv", ","):
        if row["ai"]:
            name = f"hypericum {row['group']}" if by_group else "hypericum"
            arms.append((row["id"], name, float(row["ai"]), float(row["n1i"])))
            arms.append((row["id"], "placebo", float(row["ci"]), float(row["n2i"])))
    return from_events(*columns_of(arms))


def furukawa2003(folder: Path) -> NetworkData:
    arms = []
    for row in read(folder / "metadat_furukawa2003.csv", ","):
        for treatment, letter in (("low dose", "e"), ("placebo", "c")):
            mean, sd, people = (float(row[f"{kind}{letter}"]) for kind in ("M", "S", "N"))
            arms.append((row["author"], treatment, mean, sd, people))
    studies, treatments, means, sds, totals = columns_of(arms)
    return from_means(studies, treatments, means, sds, totals, standardised=True)


def therapy_formats(folder: Path) -> NetworkData:
    rows = read(folder / "dmetar_TherapyFormats.csv", ",")
    study, one, two = ([row[name] for row in rows] for name in ("author", "treat1", "treat2"))
    return from_contrasts(study, one, two, numbers(rows, "TE"), numbers(rows, "seTE"))


def columns_of(rows: Sequence[tuple[str | float, ...]]) -> list[Any]:
    return [list(column) for column in zip(*rows, strict=True)]


OWN: dict[str, Callable[[], NetworkData]] = {
    "simulated_events": simulated_events,
    "simulated_means": simulated_means,
    "simulated_means_standardised": lambda: simulated_means(standardised=True),
}
SHARED: dict[str, Callable[[Path], NetworkData]] = {
    "linde2015": linde2015,
    "linde2005": linde2005,
    "linde2005_groups": lambda folder: linde2005(folder, by_group=True),
    "furukawa2003": furukawa2003,
    "therapy_formats": therapy_formats,
}


def compare_with_metafor(name: str, data: NetworkData) -> None:
    """Compare every contrast, standard error and test of a network with metafor's."""
    for row in read(REFERENCE / "fits.tsv"):
        if row["network"] != name:
            continue
        method = row["method"]
        fit = fit_network(data, method=method)
        near = TOLERANCE[method]
        assert fit.tau2 == pytest.approx(float(row["tau2"]), abs=near)
        assert fit.q == pytest.approx(float(row["q"]), rel=1e-10)
        assert fit.within_designs.q == pytest.approx(float(row["q_within"]), rel=1e-10)
        counts = (fit.q_df, fit.within_designs.df, fit.k_studies, fit.n_nodes)
        names = ("q_df", "q_within_df", "k_studies", "n_nodes")
        assert counts == tuple(int(row[column]) for column in names)
        table = league(fit)
        place = {treatment: i for i, treatment in enumerate(table.treatments)}
        compared = 0
        for pair in read(REFERENCE / "contrasts.tsv"):
            if (pair["network"], pair["method"]) == (name, method):
                at = place[pair["treat1"]], place[pair["treat2"]]
                assert table.estimate[at] == pytest.approx(float(pair["estimate"]), abs=near)
                assert table.se[at] == pytest.approx(float(pair["se"]), abs=near)
                compared += 1
        assert method == "PM" or compared == fit.n_nodes * (fit.n_nodes - 1) / 2


@pytest.mark.parametrize("name", OWN)
def test_invented_networks_equal_metafor(name: str) -> None:
    compare_with_metafor(name, OWN[name]())


@pytest.mark.shared
@pytest.mark.parametrize("name", SHARED)
def test_published_networks_equal_metafor(name: str, shared_data: Path) -> None:
    compare_with_metafor(name, SHARED[name](shared_data / "clinical" / "meta"))


@pytest.mark.shared
def test_response_of_linde_2015_as_published(shared_data: Path) -> None:
    data = linde2015(shared_data / "clinical" / "meta")
    fit = fit_network(data, reference="Placebo")
    found = dict(zip(fit.treatments, np.exp(fit.estimates), strict=True))
    # Odds ratios of response against placebo, Linde 2015 (Ann Fam Med 13:69), as recalled from the
    # printed table: two decimals, so half a unit of the last and a little for their software.
    published = {"SSRI": 1.68, "TCA": 1.73, "SNRI": 1.74, "Low-dose SARI": 1.78, "Hypericum": 1.99}
    for treatment, odds_ratio in published.items():
        assert found[treatment] == pytest.approx(odds_ratio, abs=0.0055)
    assert (fit.k_studies, fit.n_nodes, data.excluded) == (59, 9, ())


@pytest.mark.shared
def test_what_linde_2005_leaves_out_is_counted(shared_data: Path) -> None:
    data = linde2005(shared_data / "clinical" / "meta")
    assert data.excluded == (("6", "no event in any arm"),)  # 0 of 22 and 0 of 23
    assert data.corrected == ("4",)  # 10 of 25 and 0 of 25


def test_parts_of_q_add_up() -> None:
    fit = fit_network(simulated_events())
    within, between = fit.within_designs, fit.between_designs
    assert within.q + between.q == pytest.approx(fit.q)
    assert within.df + between.df == fit.q_df
    assert fit.i2 == pytest.approx(100 * (1 - fit.q_df / fit.q))


def test_two_trials_of_one_comparison_by_hand() -> None:
    # Differences -1 and -3 with variances 1 and 1: mean -2, Q = 1 + 1, DL tau2 = (2 - 1) / 1.
    data = from_contrasts(["s", "t"], ["a", "a"], ["b", "b"], [1, 3], [1, 1])
    fit = fit_network(data, method="DL")
    assert (fit.reference, fit.treatments) == ("a", ("a", "b"))
    assert fit.estimates == pytest.approx([0, -2])
    assert (fit.q, fit.q_df, fit.tau2) == pytest.approx((2, 1, 1))
    assert fit.i2 == pytest.approx(50)
    assert fit.standard_errors == pytest.approx([0, 1])  # two trials of variance 1 + 1
    assert fit.q_p_value == pytest.approx(math.erfc(1))  # chi-squared 2 with one degree


def test_an_indirect_comparison_by_hand() -> None:
    data = from_contrasts(["s", "t"], ["a", "b"], ["c", "c"], [1, 0.25], [3, 4])
    fit = fit_network(data, reference="b")
    assert fit.estimates == pytest.approx([0, 0.75, -0.25])
    assert fit.covariance == pytest.approx(np.array([[0, 0, 0], [0, 25, 16], [0, 16, 16]]))
    # Nothing is left over: no heterogeneity can be seen, and none is claimed.
    assert (fit.q, fit.q_df, fit.q_p_value, fit.tau2, fit.tau2_high, fit.i2) == (
        0,
        0,
        1,
        0,
        None,
        0,
    )


def test_one_three_arm_trial_gives_itself_back() -> None:
    data = from_means(["s"] * 3, ["a", "b", "c"], [1, 2, 4], [3, 3, 3], [9, 9, 9])
    fit = fit_network(data)
    assert fit.estimates == pytest.approx([0, 1, 3])
    assert fit.covariance[1:, 1:] == pytest.approx(np.array([[2, 1], [1, 2]]))


def test_a_network_in_parts_is_refused_and_the_parts_named() -> None:
    labels = ["s", "s", "t", "t", "u", "u"]
    data = from_events(labels, ["a", "b", "c", "d", "b", "e"], [3] * 6, [9] * 6)
    with pytest.raises(InputError, match=r"falls into 2 parts .*: a, b, e \| c, d"):
        fit_network(data)


def test_an_unknown_reference_and_method() -> None:
    data = from_events(["s", "s", "t"], ["a", "b", "c"], [3] * 3, [9] * 3)
    with pytest.raises(InputError, match=r"got z; allowed: a, b"):
        fit_network(data, reference="z")
    with pytest.raises(InputError, match="excluded studies only"):
        fit_network(data, reference="c")
    with pytest.raises(InputError, match="method"):
        fit_network(data, method="ML")


ARMS = read(REFERENCE / "simulated_events.tsv")


@settings(max_examples=30)
@given(st.permutations(range(len(ARMS))), st.permutations("ABCDEF"), st.sampled_from("ABCDEF"))
def test_order_names_and_reference_change_no_contrast(
    order: list[int], names: list[str], reference: str
) -> None:
    usual = league(fit_network(simulated_events()))
    new = dict(zip("ABCDEF", names, strict=True))
    rows = [ARMS[i] for i in order]
    data = from_events(
        [row["study"] for row in rows],
        [new[row["treatment"]] for row in rows],
        numbers(rows, "events"),
        numbers(rows, "total"),
    )
    table = league(fit_network(data, reference=reference))
    place = [table.treatments.index(new[treatment]) for treatment in usual.treatments]
    at = np.ix_(place, place)
    # Rounding, and where the search for tau2 stops.
    assert table.estimate[at] == pytest.approx(usual.estimate, abs=1e-8)
    assert table.se[at] == pytest.approx(usual.se, abs=1e-8)


@settings(max_examples=30)
@given(st.floats(-3, 3), st.floats(0.1, 10))
def test_contrasts_scale_with_the_unit(shift: float, unit: float) -> None:
    rows = read(REFERENCE / "simulated_means.tsv")
    data = from_means(
        *arm_labels(rows),
        [unit * x + shift for x in numbers(rows, "mean")],
        [unit * x for x in numbers(rows, "sd")],
        numbers(rows, "total"),
    )
    usual, fit = fit_network(simulated_means()), fit_network(data)
    assert fit.estimates == pytest.approx(unit * usual.estimates, rel=1e-6, abs=1e-8)
    assert fit.standard_errors == pytest.approx(unit * usual.standard_errors, rel=1e-6)
