"""A value is never bare: a finite standard error above zero, and a coverage."""

from __future__ import annotations

import math

from equipoise.core.nouns import Measurement, Result, Target


def test_standard_error_is_there(measured: tuple[Result, ...]) -> None:
    for result in measured:
        if isinstance(result, Measurement):
            error = result.quantity.standard_error
        else:
            assert isinstance(result, Target)
            error = result.connectivity.standard_error
        assert error is not None
        assert math.isfinite(error)
        assert error > 0


def test_coverage_is_a_share(measured: tuple[Result, ...]) -> None:
    for result in measured:
        assert isinstance(result, Measurement | Target)
        assert 0 < result.coverage <= 1


def test_a_target_has_its_region(measured: tuple[Result, ...]) -> None:
    for result in measured:
        if isinstance(result, Target):
            assert 0 < result.radius50 <= result.radius95
            assert result.verdict in {"use", "use_with_caution", "fall_back"}
