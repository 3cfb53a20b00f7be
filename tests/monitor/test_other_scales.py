"""Scales other than the PHQ-9 over time."""

from __future__ import annotations

import pytest

from equipoise.core.answers import given
from equipoise.core.nouns import (
    Measurement,
    Provenance,
    Quantity,
    ScaleAnswers,
    Timeline,
    Trajectory,
    TreatmentTrial,
)
from equipoise.core.tables import load_table
from equipoise.monitor import follow
from equipoise.monitor.series import read_series

DAYS = ("2025-01-01", "2025-02-01")


def _course(
    scale: str, first: float, last: float, *, error: float | None = None, started: bool = False
) -> Trajectory | None:
    values = tuple(
        Measurement(
            f"scales.{scale}",
            Quantity(value, "{score}", error),
            day,
            1,
            (),
            Provenance((), "test"),
        )
        for day, value in zip(DAYS, (first, last), strict=True)
    )
    trials = (TreatmentTrial("sertraline", start=given(DAYS[0])),) if started else ()
    found = follow(values, Timeline("01", treatments=given(trials)), today=DAYS[1])
    return found[0] if found else None


@pytest.mark.parametrize(
    ("scale", "first", "last", "verdict"),
    [
        ("gad7", 14, 10, "reliable_improvement"),  # 4 points (NHS Talking Therapies)
        ("gad7", 14, 11, "no_reliable_change"),
        ("epds", 12, 16, "reliable_worsening"),  # 4 points (Matthey 2004)
        ("bdi2", 30, 20, "reliable_improvement"),
        ("bdi2", 30, 21, "no_reliable_change"),
        ("madrs", 40, 31, "reliable_improvement"),  # 9 points
        ("madrs", 40, 32, "no_reliable_change"),
        ("ids_sr30", 60, 20, "cannot_tell"),  # no error is known
    ],
)
def test_verdict_by_each_scale(scale: str, first: float, last: float, verdict: str) -> None:
    found = _course(scale, first, last)
    assert found is not None
    assert found.verdict == verdict


def test_a_response_in_points_counts_beside_a_halving() -> None:
    # EPDS: a fall by half or by 4 points; remission is 9 or less.
    found = _course("epds", 20, 16)
    assert found is not None
    assert "Response (better by 4 points or more), not remission (below 10)" in found.words
    assert "Less than response" not in found.words


def test_without_an_error_the_words_say_so() -> None:
    found = _course("ids_sr30", 40, 10)
    assert found is not None
    assert found.reliable_change is None
    assert "30 points lower, 75 %" in found.words
    assert "measurement error is not known for this scale" in found.words
    assert "Remission" not in found.words


@pytest.mark.parametrize("scale", ["mdq", "ctq_sf", "auditc", "stopbang", "rrs"])
def test_screens_and_traits_are_not_followed(scale: str) -> None:
    assert _course(scale, 1, 3) is None


def test_treatment_is_judged_by_scales_of_depression_only() -> None:
    depressed = _course("madrs", 30, 29, started=True)
    anxious = _course("gad7", 18, 17, started=True)
    assert depressed is not None
    assert anxious is not None
    assert [t.id for t in depressed.triggers] == ["little_change"]
    assert anxious.triggers == ()


def test_worsening_of_another_scale() -> None:
    found = _course("gad7", 8, 14)
    assert found is not None
    (trigger,) = found.triggers
    assert trigger.id == "worsening"
    assert "rose by 6 points from 8 to 14" in trigger.why


def test_only_the_scale_of_the_plan_grows_old() -> None:
    # 31 days: four weeks and more.
    old = Measurement(
        "scales.madrs", Quantity(20, "{score}", None), DAYS[0], 1, (), Provenance((), "test")
    )
    trials = (TreatmentTrial("sertraline", start=given("2024-12-01")),)
    (found,) = follow((old,), Timeline("01", treatments=given(trials)), today=DAYS[1])
    assert found.triggers == ()


@pytest.mark.parametrize(("answer", "raised"), [(1, False), (2, True)])
def test_thoughts_of_death_by_the_rule_of_the_scale(answer: int, raised: bool) -> None:
    answers = ScaleAnswers("madrs", DAYS[0], (0,) * 9 + (answer,))
    (found,) = follow((), Timeline("01", scales=given((answers,))), today=DAYS[1])
    assert [t.id for t in found.triggers] == (["item9"] if raised else [])
    if raised:
        assert "Item 10 of the MADRS was 2" in found.triggers[0].why


def test_well_being_worsens_downwards() -> None:
    row = load_table("scales/scales").row(id="who5")
    measured = Measurement(
        "scales.who5", Quantity(60, "{score}", None), DAYS[0], 1, (), Provenance((), "test")
    )
    series = read_series(row, (measured,), Timeline("01"))
    assert series is not None
    assert series.worse == -1
