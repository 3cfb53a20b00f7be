"""The slope of severity on response, refitted from three open data sets."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from equipoise.core.tables import load_table

ROW = "severity_outcome"


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


def _pairs(
    path: Path, columns: tuple[str, str, str], first: float, last: float
) -> list[tuple[float, float]]:
    person, time, total = columns
    seen: dict[str, dict[float, float]] = {}
    for row in _rows(path):
        if row[total] not in {"", "NA", "."}:
            seen.setdefault(row[person], {})[float(row[time])] = float(row[total])
    return [(one[first], one[last]) for one in seen.values() if first in one and last in one]


def _slope(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the logistic slope of response per sd of the first total, and its error."""
    before, after = np.array(pairs).T
    scores = (before - before.mean()) / before.std(ddof=1)
    design = np.column_stack([np.ones_like(scores), scores])
    response, found = (after <= before / 2).astype(float), np.zeros(2)
    for _ in range(25):
        chance = 1 / (1 + np.exp(-design @ found))
        information = (design * (chance * (1 - chance))[:, None]).T @ design
        found = found + np.linalg.solve(information, design.T @ (response - chance))
    return float(found[1]), float(np.sqrt(np.linalg.inv(information)[1, 1]))


@pytest.mark.shared
def test_severity_tells_nothing_about_response(shared_data: Path) -> None:
    root = shared_data / "clinical" / "ipd"
    trial = [
        (float(row["BASVAL"]), float(row["HAMDTL17"]))
        for row in _rows(root / "rbmi_antidepressant_hamd17.csv")
        if row["VISIT"] == "7" and row["HAMDTL17"] not in {"", "NA"}
    ]
    # The first total is standardised among all who were randomised there: sd 5.50, not that of the
    # completers; the difference is below a twentieth of the error.
    parts = [
        _slope(trial),
        _slope(_pairs(root / "riesby_imipramine_hdrs.csv", ("id", "week", "hdrs"), 0, 5)),
        _slope(
            _pairs(
                root / "claus2020_inpatient_bdi_hamd_who_shaps.csv", ("id", "time", "hamd"), 1, 4
            )
        ),
    ]
    weights = np.array([1 / error**2 for _, error in parts])
    slope = float(weights @ [one for one, _ in parts] / weights.sum())
    row = load_table("moderators/moderators").row(id=ROW)
    assert slope == pytest.approx(row.number("published"), abs=0.01)
    assert weights.sum() ** -0.5 == pytest.approx(row.number("published_standard_error"), abs=0.003)
    assert abs(slope) < weights.sum() ** -0.5
