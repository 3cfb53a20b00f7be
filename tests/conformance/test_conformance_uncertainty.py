"""A value is never bare: a finite standard error above zero, and a coverage.

A rating scale or a blood value of which no source gives a reliability stands without an error. That
is said beside it, and such a measure may be shown but moves nothing.
"""

from __future__ import annotations

import math

from equipoise.core.nouns import Measurement, Result, Target
from equipoise.core.tables import load_table

PRECISION = "labs/precision"


def test_standard_error_is_there(measured: tuple[Result, ...]) -> None:
    for result in measured:
        if isinstance(result, Measurement):
            error = result.quantity.standard_error
        else:
            assert isinstance(result, Target)
            error = result.connectivity.standard_error
        if error is None:
            assert isinstance(result, Measurement)
            _check_unknown(result)
            continue
        assert math.isfinite(error)
        assert error > 0


def _check_unknown(result: Measurement) -> None:
    folder, _, name = result.id.partition(".")
    assert folder in {"scales", "blood", "stool", "genes"}
    table, column = ("scales/precision", "scale") if folder == "scales" else (PRECISION, "test")
    row = load_table(table).find(**{column: name})
    assert row is None or row.cells["sd"] == "n/a"
    assert any("standard error is not known" in flag for flag in result.flags)
    assert load_table("measures/measures").row(id=result.id).text("kind") == "shown"


def test_coverage_is_a_share(measured: tuple[Result, ...]) -> None:
    for result in measured:
        assert isinstance(result, Measurement | Target)
        assert 0 < result.coverage <= 1


def test_a_target_has_its_region(measured: tuple[Result, ...]) -> None:
    for result in measured:
        if isinstance(result, Target):
            assert 0 < result.radius50 <= result.radius95
            assert result.verdict in {"use", "use_with_caution", "fall_back"}
