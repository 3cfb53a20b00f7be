"""Short ways to write down a course of PHQ-9 scores."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from equipoise.core.answers import Answer, given, not_asked
from equipoise.core.nouns import (
    Measurement,
    Provenance,
    Quantity,
    ScaleAnswers,
    Timeline,
    Trajectory,
    TreatmentTrial,
)
from equipoise.monitor import follow

Follow = Callable[..., Trajectory]


def scores(*values: tuple[str, float], error: float = 2.16) -> tuple[Measurement, ...]:
    """Return PHQ-9 measurements of (date, total)."""
    return tuple(
        Measurement(
            "scales.phq9", Quantity(total, "{score}", error), date, 1.0, (), Provenance((), "test")
        )
        for date, total in values
    )


def person(start: str | None, stop: str | None, asked: tuple[tuple[str, int], ...]) -> Timeline:
    """Return a person who takes sertraline from `start` to `stop`, with answers to item 9."""
    end: Answer[str] = given(stop) if stop else not_asked()
    trials = [TreatmentTrial("sertraline", start=given(start), stop=end)] if start else []
    answers = tuple(ScaleAnswers("phq9", date, (1,) * 8 + (item,)) for date, item in asked)
    return Timeline("01", treatments=given(tuple(trials)), scales=given(answers))


@pytest.fixture
def course() -> Follow:
    """Return a function from a course to its trajectory."""

    def run(
        *values: tuple[str, float],
        start: str | None = None,
        stop: str | None = None,
        asked: tuple[tuple[str, int], ...] = (),
        today: str = "2025-01-20",
        error: float = 2.16,
    ) -> Trajectory:
        (found,) = follow(scores(*values, error=error), person(start, stop, asked), today=today)
        return found

    return run
