"""Networks from arms and contrasts: what is counted, what is excluded, what is refused."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.core.errors import InputError
from equipoise.evidence.synthesis.network_data import (
    NetworkData,
    NetworkError,
    from_contrasts,
    from_events,
    from_means,
)

NAN = math.nan


def contrasts_of(data: NetworkData) -> dict[str, NDArray[np.float64]]:
    """Return of each study its contrasts against the first arm."""
    return {
        data.studies[study]: block.contrasts[i]
        for block in data.blocks
        for i, study in enumerate(block.study)
    }


def covariances_of(data: NetworkData) -> dict[str, NDArray[np.float64]]:
    return {
        data.studies[study]: block.covariance[i]
        for block in data.blocks
        for i, study in enumerate(block.study)
    }


def test_events_of_a_three_arm_trial_by_hand() -> None:
    data = from_events(["s"] * 3, ["b", "a", "c"], [10, 20, 30], [40, 50, 60])
    assert data.treatments == ("a", "b", "c")
    # a: 20 of 50, log odds log(20/30); b: log(10/30); c: log(30/30) = 0
    assert contrasts_of(data)["s"] == pytest.approx([math.log(0.5), -math.log(20 / 30)], abs=1e-12)
    shared = 1 / 20 + 1 / 30
    wanted = [[shared + 1 / 10 + 1 / 30, shared], [shared, shared + 2 / 30]]
    assert covariances_of(data)["s"] == pytest.approx(np.array(wanted), abs=1e-12)


def test_one_half_goes_to_every_arm_of_a_study_with_an_empty_cell() -> None:
    labels = ["s"] * 3 + ["t"] * 2
    data = from_events(labels, ["a", "b", "c", "a", "b"], [0, 4, 5, 3, 4], [10] * 5)
    assert data.corrected == ("s",)
    value = [math.log((e + 0.5) / (10.5 - e)) for e in (0, 4, 5)]
    wanted = [value[1] - value[0], value[2] - value[0]]
    assert contrasts_of(data)["s"] == pytest.approx(wanted, abs=1e-12)
    assert contrasts_of(data)["t"] == pytest.approx([math.log(4 / 6 * 7 / 3)], abs=1e-12)


def test_no_event_against_nothing_but_events_is_kept() -> None:
    data = from_events(["s", "s"], ["a", "b"], [0, 8], [8, 8])
    assert contrasts_of(data)["s"] == pytest.approx([2 * math.log(17)], abs=1e-12)


def test_studies_without_information_are_excluded_and_named() -> None:
    studies = ["none", "none", "use", "use", "all", "all", "lone"]
    treatments = ["a", "b", "a", "b", "b", "c", "d"]
    data = from_events(studies, treatments, [0, 0, 3, 5, 9, 9, 2], [10, 12, 10, 10, 9, 9, 8])
    assert data.studies == ("use",)
    assert data.excluded == (
        ("none", "no event in any arm"),
        ("all", "an event in everyone of every arm"),
        ("lone", "one arm only"),
    )
    assert data.lost == ("c", "d")
    assert data.corrected == ()


def test_a_lone_arm_is_told_as_such_whatever_it_holds() -> None:
    data = from_events(["x", "s", "s"], ["a", "a", "b"], [0, 1, 2], [5, 5, 5])
    assert data.excluded == (("x", "one arm only"),)
    means = from_means(["x", "s", "s"], ["a", "a", "b"], [0, 1, 2], [1] * 3, [2] * 3)
    assert means.excluded == (("x", "one arm only"),)
    smd = from_means(
        ["x", "s", "s"], ["a", "a", "b"], [0, 1, 2], [1] * 3, [2] * 3, standardised=True
    )
    assert smd.excluded == (("x", "one arm only"),)


def test_nothing_left_is_an_error_with_the_reasons() -> None:
    with pytest.raises(InputError, match=r"no study is left.*s: no event in any arm"):
        from_events(["s", "s"], ["a", "b"], [0, 0], [9, 9])


def test_counts_of_comparisons_and_parts() -> None:
    studies = ["s", "s", "s", "t", "t", "u", "u"]
    data = from_events(studies, ["a", "b", "c", "a", "b", "x", "y"], [1] * 7, [5] * 7)
    assert data.comparisons() == {("a", "b"): 2, ("a", "c"): 1, ("b", "c"): 1, ("x", "y"): 1}
    assert data.parts() == (("a", "b", "c"), ("x", "y"))


@pytest.mark.parametrize(
    ("events", "totals", "row", "field", "what"),
    [
        ([11, 2], [10, 10], 0, "events", "more events than people"),
        ([1, -2], [10, 10], 1, "events", "too few people"),
        ([1, 2.5], [10, 10], 1, "events", "no count"),
        ([1, 2], [0, 10], 0, "totals", "too few people"),
        ([1, 2], [10, -3], 1, "totals", "too few people"),
        ([1, 2], [10.5, 10], 0, "totals", "no count"),
        ([NAN, 2], [10, 10], 0, "events", "no number"),
        ([1, 2], [10, math.inf], 1, "totals", "no number"),
    ],
)
def test_bad_counts(
    events: list[float], totals: list[float], row: int, field: str, what: str
) -> None:
    with pytest.raises(NetworkError, match=what) as caught:
        from_events(["Ann 2001", "Ann 2001"], ["a", "b"], events, totals)
    place = caught.value.place
    assert (place.study, place.rows, place.field) == ("Ann 2001", (row,), field)
    assert caught.value.exit_code == 2
    assert "study Ann 2001" in str(caught.value)


@pytest.mark.parametrize(
    ("means", "sds", "totals", "row", "field"),
    [
        ([NAN, 1], [1, 1], [9, 9], 0, "means"),
        ([1, 1], [1, 0], [9, 9], 1, "sds"),
        ([1, 1], [-1, 1], [9, 9], 0, "sds"),
        ([1, 1], [NAN, 1], [9, 9], 0, "sds"),
        ([1, 1], [1, 1], [9, 1], 1, "totals"),
        ([1, 1], [1, 1], [9.5, 9], 0, "totals"),
        ([1, 1], [1, 1], [9, 0], 1, "totals"),
    ],
)
def test_bad_means(
    means: list[float], sds: list[float], totals: list[float], row: int, field: str
) -> None:
    with pytest.raises(NetworkError) as caught:
        from_means(["s", "s"], ["a", "b"], means, sds, totals)
    assert (caught.value.place.rows, caught.value.place.field) == ((row,), field)


def test_the_same_treatment_twice() -> None:
    with pytest.raises(NetworkError, match="twice") as caught:
        from_events(["s", "t", "s", "s"], ["a", "a", "b", "a"], [1] * 4, [9] * 4)
    assert caught.value.place.rows == (0, 3)
    assert "rows 0, 3" in str(caught.value)


@pytest.mark.parametrize("label", ["", "  "])
def test_empty_labels(label: str) -> None:
    with pytest.raises(NetworkError, match="empty label"):
        from_events(["s", label], ["a", "b"], [1, 1], [9, 9])
    with pytest.raises(NetworkError, match="empty label") as caught:
        from_events(["s", "s"], ["a", label], [1, 1], [9, 9])
    assert (caught.value.place.study, caught.value.place.rows) == ("s", (1,))


def test_columns_of_different_length_and_none_at_all() -> None:
    with pytest.raises(
        InputError, match=r"events: the columns differ in length; got 1; allowed: 2"
    ):
        from_events(["s", "s"], ["a", "b"], [1], [9, 9])
    with pytest.raises(InputError, match="treatments: the columns differ"):
        from_events(["s", "s"], ["a"], [1, 1], [9, 9])
    with pytest.raises(InputError, match="without a row"):
        from_events([], [], [], [])


def test_means_of_a_three_arm_trial_by_hand() -> None:
    data = from_means(["s"] * 3, ["a", "b", "c"], [10, 12, 9], [2, 3, 4], [20, 25, 40])
    assert contrasts_of(data)["s"] == pytest.approx([2, -1])
    shared = 4 / 20
    wanted = [[shared + 9 / 25, shared], [shared, shared + 16 / 40]]
    assert covariances_of(data)["s"] == pytest.approx(np.array(wanted))


def test_standardised_means_of_two_arms_are_hedges_g() -> None:
    data = from_means(["s"] * 2, ["a", "b"], [10, 12], [2, 3], [5, 7], standardised=True)
    pooled = math.sqrt((4 * 4 + 6 * 9) / 10)
    # J(10) = Gamma(5) / (sqrt(5) Gamma(4.5)) with Gamma(4.5) = 105 sqrt(pi) / 16
    factor = 24 / (math.sqrt(5) * 105 * math.sqrt(math.pi) / 16)
    g = 2 / pooled * factor
    assert contrasts_of(data)["s"] == pytest.approx([g], abs=1e-12)
    assert covariances_of(data)["s"] == pytest.approx(1 / 5 + 1 / 7 + g**2 / 24, abs=1e-12)


def test_covariance_of_standardised_means_by_simulation() -> None:
    """The covariances of three arms against the spread of many trials of one truth."""
    rng = np.random.default_rng(1)
    count, size = 20000, np.array([30, 20, 50])
    truth = np.array([0.0, 0.8, -0.5])
    arms = [rng.normal(truth[i], 1.0, (count, n)) for i, n in enumerate(size)]
    mean, sd = (np.stack([f(x) for x in arms], axis=1) for f in (_mean, _sd))
    labels = np.repeat([str(i) for i in range(count)], 3).tolist()
    totals = np.tile(size, count).astype(float)
    names = ["a", "b", "c"] * count
    data = from_means(labels, names, mean.ravel(), sd.ravel(), totals, standardised=True)
    (block,) = data.blocks
    # 20000 trials: the simulated covariances are known to 1 %, and g is nearly unbiased.
    assert np.cov(block.contrasts.T) == pytest.approx(block.covariance.mean(axis=0), rel=0.03)
    assert block.contrasts.mean(axis=0) == pytest.approx(truth[1:], abs=0.01)


def _mean(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(x.mean(axis=1))


def _sd(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(x.std(axis=1, ddof=1))


def rows_of(data: NetworkData) -> dict[str, list[Any]]:
    """Return all contrasts of all studies, as a file of contrasts would hold them."""
    rows: dict[str, list[Any]] = {"studies": [], "treat1": [], "treat2": [], "te": [], "se": []}
    for block in data.blocks:
        for study, arms, values, covariance in zip(
            block.study, block.arms, block.contrasts, block.covariance, strict=True
        ):
            level = np.r_[0.0, values]
            full = np.pad(covariance, ((1, 0), (1, 0)))
            for i, j in combinations(range(len(arms)), 2):
                rows["studies"].append(data.studies[study])
                rows["treat1"].append(data.treatments[arms[i]])
                rows["treat2"].append(data.treatments[arms[j]])
                rows["te"].append(level[i] - level[j])
                rows["se"].append(math.sqrt(full[i, i] + full[j, j] - 2 * full[i, j]))
    return rows


@pytest.mark.parametrize("standardised", [False, True])
def test_all_contrasts_give_back_the_arms(standardised: bool) -> None:
    """A four-arm trial, told by its arms or by its six contrasts, is the same trial."""
    studies, names = ["s"] * 4 + ["t"] * 2, ["d", "b", "a", "c", "a", "e"]
    data = from_means(
        studies, names, [3, 1, 4, 1, 5, 9], [2, 6, 5, 3, 5, 8], [9, 7, 9, 3, 20, 30],
        standardised=standardised,
    )  # fmt: skip
    again = from_contrasts(**rows_of(data))
    assert again.treatments == data.treatments
    for study in data.studies:
        assert contrasts_of(again)[study] == pytest.approx(contrasts_of(data)[study], abs=1e-12)
        assert covariances_of(again)[study] == pytest.approx(covariances_of(data)[study], abs=1e-12)


def test_a_contrast_is_the_first_treatment_minus_the_second() -> None:
    data = from_contrasts(["s", "t"], ["a", "b"], ["b", "a"], [1, 1], [1, 1])
    assert contrasts_of(data)["s"] == pytest.approx([-1])  # b minus a
    assert contrasts_of(data)["t"] == pytest.approx([1])


def triangle(**changed: list[Any]) -> dict[str, Any]:
    """Return the three contrasts of one trial of a, b and c that fit together."""
    rows: dict[str, Any] = {
        "studies": ["s"] * 3,
        "treat1": ["a", "a", "b"],
        "treat2": ["b", "c", "c"],
        "te": [1.0, 3.0, 2.0],
        "se": [0.5, 0.5, 0.5],
    }
    return {**rows, **changed}


def test_three_contrasts_of_one_trial() -> None:
    data = from_contrasts(**triangle())
    assert contrasts_of(data)["s"] == pytest.approx([-1, -3])
    wanted = np.array([[0.25, 0.125], [0.125, 0.25]])
    assert covariances_of(data)["s"] == pytest.approx(wanted)


def test_rounding_is_spread_over_the_contrasts() -> None:
    data = from_contrasts(**triangle(te=[1.0, 3.03, 2.0]))  # 0.03 < 0.5 / 10
    assert contrasts_of(data)["s"] == pytest.approx([-1.01, -3.02])


@pytest.mark.parametrize(
    ("changed", "rows", "field", "what"),
    [
        ({"te": [1.0, 3.06, 2.0]}, (0, 1, 2), "te", "do not add up"),
        ({"te": [1.0, -3.0, 2.0]}, (0, 1, 2), "te", "do not add up"),
        ({"te": [1.0, NAN, 2.0]}, (1,), "te", "no number"),
        ({"se": [0.5, 0.0, 0.5]}, (1,), "se", "no standard error"),
        ({"se": [0.5, 0.5, -1.0]}, (2,), "se", "no standard error"),
        ({"se": [0.5, NAN, 0.5]}, (1,), "se", "no number"),
        ({"se": [0.1, 0.1, 0.5]}, (0, 1, 2), "se", "not positive definite"),
        ({"se": [0.2, 0.3, 0.5]}, (0, 1, 2), "se", "not positive definite"),
        ({"treat2": ["b", "a", "c"]}, (1,), "treat2", "compared with itself"),
        ({"treat1": ["a", "a", "c"], "treat2": ["b", "c", "a"]}, (1, 2), "treat1", "twice"),
        ({"treat2": ["b", "c", "d"]}, (0, 1, 2), "treat1", "needs all 6 contrasts"),
    ],
)
def test_bad_contrasts(
    changed: dict[str, list[Any]], rows: tuple[int, ...], field: str, what: str
) -> None:
    with pytest.raises(NetworkError, match=what) as caught:
        from_contrasts(**triangle(**changed))
    place = caught.value.place
    assert (place.study, place.rows, place.field) == ("s", rows, field)


def test_a_missing_contrast_is_named() -> None:
    with pytest.raises(NetworkError, match=r"needs all 3 contrasts; got 2; without b against c"):
        from_contrasts(["s", "s"], ["a", "c"], ["b", "a"], [1, 1], [1, 1])


def test_a_wrong_sign_is_told_by_the_three_treatments() -> None:
    with pytest.raises(
        NetworkError, match=r"a - b and b - c miss a - c by 6; allowed: at most 0.05"
    ):
        from_contrasts(**triangle(te=[1.0, -3.0, 2.0]))
