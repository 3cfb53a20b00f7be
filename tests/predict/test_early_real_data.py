"""Early change in the people of two open data sets: the figures that the documentation prints."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
NAME = "early_response"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """Return the benchmark as a module."""
    found = importlib.util.spec_from_file_location(NAME, ROOT / "benchmarks" / f"{NAME}.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[NAME] = module
    found.loader.exec_module(module)
    return module


@pytest.mark.shared
@pytest.mark.parametrize(
    ("read", "week", "people", "slope"),
    [
        # Measured apart from this program when the model was written down.
        ("read_trial", 2, 128, (0.041, 0.008)),
        ("read_trial", 4, 129, (0.072, 0.012)),
        ("read_inpatients", 2, 54, (0.059, 0.017)),
        ("read_inpatients", 3, 53, (0.060, 0.017)),
    ],
)
def test_the_logistic_slopes(
    script: ModuleType,
    shared_data: Path,
    read: str,
    week: int,
    people: int,
    slope: tuple[float, float],
) -> None:
    one = getattr(script, read)(shared_data, week)
    assert len(one.response) == people
    # Printed to three decimals.
    assert script.slope_with_error(one) == pytest.approx(slope, abs=6e-4)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("read", "table", "base"),
    [("read_trial", 0.179, 0.236), ("read_inpatients", 0.180, 0.247)],
)
def test_the_brier_scores_of_week_two(
    script: ModuleType, shared_data: Path, read: str, table: float, base: float
) -> None:
    """With the share of all people as the base rate."""
    one = getattr(script, read)(shared_data, 2)
    rate = one.response.mean()
    found = script.brier(script.by_table(one.change, rate, 2), one.response)
    assert found == pytest.approx(table, abs=6e-4)
    assert script.brier(np.full(len(one.response), rate), one.response) == pytest.approx(
        base, abs=6e-4
    )


@pytest.mark.shared
def test_what_the_documentation_says_plainly(script: ModuleType, shared_data: Path) -> None:
    """Better than the base rate in both; not shown to be better than the 20 % rule in either."""
    for read in (script.read_trial, script.read_inpatients):
        found = {one.model: one for one in script.results(read(shared_data, 2))}
        table = found["table"]
        assert table.gain.low > 0
        assert table.over_rule.low < 0 < table.over_rule.high
        assert table.slope.low < 1 < table.slope.high
        assert table.intercept.low < 0 < table.intercept.high


@pytest.mark.shared
def test_the_table_of_the_documentation_is_that_of_the_data(
    script: ModuleType, shared_data: Path
) -> None:
    page = (ROOT / "docs" / "early-change.md").read_text(encoding="utf-8")
    shown = page.split(script.FIRST)[1].split(script.LAST)[0]
    assert shown == script.markdown(shared_data)


def test_the_figures_against_closed_forms(script: ModuleType) -> None:
    response = np.array([0.0, 0.0, 1.0, 1.0])
    assert script.brier(np.full(4, 0.5), response) == 0.25
    assert script.auc(np.array([1.0, 2.0, 2.0, 3.0]), response) == pytest.approx(3.5 / 4)
    # Half of each group respond as foretold: slope 1, intercept 0.
    chance = np.repeat([0.25, 0.75], 4)
    seen = np.array([1.0, 0, 0, 0, 1, 1, 1, 0])
    assert script.calibration(chance, seen) == pytest.approx((1, 0), abs=1e-6)
    # At a threshold of one half a responder picked costs as much as another person gains.
    picked_all = script.net_benefit(np.zeros(4), response, np.array([0.5]))
    assert picked_all == pytest.approx(0)
    assert script.wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
