"""The PHQ-9 norms computed again from the NHANES files that they come from."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.core.answers import given
from equipoise.core.nouns import Demographics, Measurement, Provenance, Quantity
from equipoise.core.tables import Row, load_table
from equipoise.norms import place

Array = NDArray[np.float64]
FILE = "clinical/nhanes/nhanes_phq9_items_2005_2016.csv.gz"
SEXES = {"male": 1.0, "female": 2.0}
ROWS = [row for row in load_table("norms/norms") if row.text("measure") == "scales.phq9"]

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def answers() -> dict[str, Array]:
    """Return an empty store, filled by the first test that reads the file."""
    return {}


def _read(folder: Path, kept: dict[str, Array]) -> Array:
    """Return age, sex, weight and score of adults with all nine items answered."""
    if "rows" not in kept:
        items = [f"DPQ0{number}0" for number in range(1, 10)]
        with gzip.open(folder / FILE, "rt", encoding="utf-8") as stream:
            people = [
                [float(r["RIDAGEYR"]), float(r["RIAGENDR"]), float(r["WTMEC2YR"]), *scores]
                for r in csv.DictReader(stream)
                if all(r[i] for i in items)
                and max(scores := [float(r[i]) for i in items]) <= 3
                and float(r["RIDAGEYR"]) >= 18
            ]
        rows = np.array(people)
        kept["rows"] = np.column_stack([rows[:, :3], rows[:, 3:].sum(axis=1)])
    return kept["rows"]


def _group(rows: Array, norm: Row) -> tuple[Array, Array]:
    oldest = norm.optional_number("age_maximum") or np.inf
    inside = (rows[:, 0] >= norm.number("age_minimum")) & (rows[:, 0] <= oldest)
    if norm.text("sex") in SEXES:
        inside &= rows[:, 1] == SEXES[norm.text("sex")]
    return rows[inside, 3], rows[inside, 2]


@pytest.mark.parametrize("norm", ROWS, ids=lambda row: row.text("id"))
def test_the_norm_is_computed_again(
    norm: Row, shared_data: Path, answers: dict[str, Array]
) -> None:
    score, weight = _group(_read(shared_data, answers), norm)
    mean = np.average(score, weights=weight)
    sd = np.sqrt(np.average((score - mean) ** 2, weights=weight))
    # The table prints two decimals, so half of the last one.
    assert abs(mean - norm.number("mean")) <= 0.006
    assert abs(sd - norm.number("sd")) <= 0.006
    assert score.size == norm.number("n")
    lowest = weight[score == 0].sum() / weight.sum()
    assert abs(lowest - norm.number("lowest")) <= 0.0006
    order = np.argsort(score, kind="stable")
    share = np.cumsum(weight[order]) / weight.sum()
    for column in ("p50", "p75", "p90", "p95", "p99"):
        quantile = score[order][np.searchsorted(share, int(column[1:]) / 100)]
        assert quantile == norm.number(column)


@pytest.mark.parametrize(("sex", "age"), [("female", 45.0), ("male", 24.0), ("female", 75.0)])
def test_centiles_follow_the_answers(
    sex: str, age: float, shared_data: Path, answers: dict[str, Array]
) -> None:
    values = tuple(
        Measurement("scales.phq9", Quantity(v, "{score}"), None, 1.0, (), Provenance((), "test"))
        for v in range(28)
    )
    normed = place(values, Demographics(given(sex), given(age)))
    used = {n.norm.id for n in normed if n.norm}
    (norm,) = [row for row in ROWS if row.text("id") in used]
    score, weight = _group(_read(shared_data, answers), norm)
    for value, one in enumerate(normed):
        below = weight[score < value].sum() + weight[score == value].sum() / 2
        truth = 100 * below / weight.sum()
        assert one.centile is not None
        # Five quantiles and the share at 0 stand for 28 steps: coarse at the low scores that half
        # of all people have, close where depression begins.
        assert abs(one.centile - truth) <= (2 if value >= 9 else 10), value


def test_depressed_adults_stand_where_the_table_says(
    shared_data: Path, answers: dict[str, Array]
) -> None:
    rows = _read(shared_data, answers)
    ill = rows[rows[:, 3] >= 10]
    mean = np.average(ill[:, 3], weights=ill[:, 2])
    sd = np.sqrt(np.average((ill[:, 3] - mean) ** 2, weights=ill[:, 2]))
    everybody = load_table("norms/norms").row(id="phq9_any_all")
    patients = load_table("norms/patients").row(measure="scales.phq9")
    d = (mean - everybody.number("mean")) / everybody.number("sd")
    # Rounded to two decimals.
    assert abs(d - patients.number("shift")) <= 0.006
    assert abs(sd / everybody.number("sd") - patients.number("spread")) <= 0.006
