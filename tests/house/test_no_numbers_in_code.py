"""No clinical or biological number stands in Python: decimals belong into the tables."""

from __future__ import annotations

import ast
from collections.abc import Iterator

Sources = dict[str, tuple[str, ast.Module]]

# Pure mathematics: halves, units, percentages, squares.
PLAIN = frozenset({0.0, 0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 10.0, 100.0, 1000.0})

COUNTING = 3
TOLERANCE = 1e-6  # what is smaller absorbs rounding and measures nothing

# Folders whose decimals are sizes on a page or the making of a phantom.
DRAWING = ("apps/report/", "apps/demo/")

# (file, number) -> why it is no clinical number.
ALLOWED: dict[tuple[str, float], str] = {}


def _decimals(tree: ast.Module) -> Iterator[tuple[int, float]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno, node.value


def test_no_decimal_number_outside_the_tables(sources: Sources) -> None:
    found = [
        f"{name}:{line}: {number}"
        for name, (_, tree) in sources.items()
        for line, number in _decimals(tree)
        if number not in PLAIN
        and number > TOLERANCE
        and not name.startswith(DRAWING)
        and (name, number) not in ALLOWED
    ]
    assert not found


def test_every_exception_is_still_needed(sources: Sources) -> None:
    present = {(name, n) for name, (_, tree) in sources.items() for _, n in _decimals(tree)}
    assert set(ALLOWED) <= present


def test_the_scan_sees_a_number() -> None:
    assert list(_decimals(ast.parse("x = 1\ncutoff = 0.82\n"))) == [(2, 0.82)]


def _thresholds(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """Yield whole numbers that something is compared with."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare):
            continue
        for part in (node.left, *node.comparators):
            if isinstance(part, ast.Constant) and type(part.value) is int:
                yield part.lineno, part.value


def test_no_threshold_stands_in_a_stage(sources: Sources) -> None:
    """Comparisons with 0 to 3 count things; any larger threshold is a row of a table."""
    found = [
        f"{name}:{line}: {number}"
        for name, (_, tree) in sources.items()
        if not name.startswith(("apps/", "core/"))
        for line, number in _thresholds(tree)
        if not 0 <= number <= COUNTING
    ]
    assert not found


def test_the_scan_sees_a_threshold() -> None:
    assert list(_thresholds(ast.parse("x = 20\nif 10 <= total < high:\n    pass\n"))) == [(2, 10)]
