"""Each hazard has a control, and each control that is called closed has a test that exists."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from equipoise.core.tables import Row, load_table

HAZARDS = tuple(load_table("hazards/hazards"))
ROOT = Path(__file__).resolve().parents[2]


@cache
def _test_names(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _missing(row: Row) -> list[str]:
    """Return the tests that the row names and that do not exist."""
    found = []
    for item in row.items("test"):
        file, _, name = item.partition("::")
        path = ROOT / file
        if not path.is_file() or name not in _test_names(path) or not name.startswith("test_"):
            found.append(item)
    return found


@pytest.mark.parametrize("row", HAZARDS, ids=lambda row: row.cells["id"])
def test_the_tests_of_every_control_exist(row: Row) -> None:
    assert _missing(row) == []


@pytest.mark.parametrize("row", HAZARDS, ids=lambda row: row.cells["id"])
def test_closed_means_tested_and_open_means_why(row: Row) -> None:
    if row.text("status") == "closed":
        assert row.items("test")
        assert row.optional_text("open_because") is None
    else:
        assert row.optional_text("open_because") is not None


@pytest.mark.parametrize("row", HAZARDS, ids=lambda row: row.cells["id"])
def test_no_deadly_hazard_is_closed_by_words_alone(row: Row) -> None:
    deadly = row.text("severity") == "S5"
    words_alone = set(row.items("control_kind")) == {"information"}
    assert not (deadly and words_alone and row.text("status") == "closed")


def test_a_missing_test_is_noticed() -> None:
    cells = {
        "test": "tests/house/test_hazard_log.py::test_that_nobody_wrote; tests/none.py::test_x"
    }
    assert len(_missing(Row(cells, "here"))) == 2


def test_hazards_are_numbered_in_order() -> None:
    ids = [row.text("id") for row in HAZARDS]
    assert ids == sorted(ids, key=lambda one: int(one.removeprefix("HZ-")))
    assert len(ids) == len(set(ids))
