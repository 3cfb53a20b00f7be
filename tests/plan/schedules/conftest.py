"""Short ways to write down who takes what, and what the steps name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from equipoise.core.answers import given, not_asked
from equipoise.core.nouns import (
    Appraisal,
    Decision,
    Demographics,
    DrugUse,
    Finding,
    RedFlag,
    Schedule,
    Stage,
    Step,
    Timeline,
    TreatmentTrial,
)
from equipoise.core.nouns.numbers import Dose
from equipoise.core.tables import load_table
from equipoise.plan.case import Case, Running
from equipoise.plan.schedules import make_schedules

TODAY = "2025-01-15"  # a Wednesday
DECISION = Decision(0, (), (), (), "", (), "defaults", None)


def taken(
    treatment: str,
    dose: float | None = None,
    *,
    unit: str = "mg/d",
    start: str | None = "2024-06-01",
    state: str = "tried",
    outcome: str | None = None,
) -> Running:
    """Return a treatment that is taken now."""
    trial = TreatmentTrial(
        treatment,
        dose=not_asked() if dose is None else given(Dose(dose, unit)),
        start=not_asked() if start is None else given(start),
        ongoing=given(True),
        outcome=not_asked() if outcome is None else given(outcome),
    )
    return Running(trial, None, state)


def stopped(treatment: str, stop: str | None) -> TreatmentTrial:
    """Return a treatment that is not taken any more; None: nobody knows since when."""
    day = not_asked() if stop is None else given(stop)
    return TreatmentTrial(treatment, stop=day, ongoing=given(False))


def case(
    *running: Running,
    age: float | None = 43,
    past: tuple[TreatmentTrial, ...] = (),
    drugs: tuple[str, ...] = (),
    today: str = TODAY,
    **more: Any,
) -> Case:
    """Return a person as the plan sees them; `more`: limits, labs, findings, flags."""
    status = more.get("findings", {})
    timeline = Timeline(
        "01",
        demographics=Demographics(given("female"), not_asked() if age is None else given(age)),
        treatments=given((*(one.trial for one in running), *past)),
        drugs=given(tuple(DrugUse(drug) for drug in drugs)),
        labs=given(more.get("labs", ())),
        findings=given(tuple(Finding(name, said) for name, said in status.items())),
    )
    flags = tuple(RedFlag(key, key, grade, "", ()) for key, grade in more.get("flags", {}).items())
    judged = Appraisal(
        (), (), Stage(0, 0, 0, True, ""), flags, (), dose_limits=more.get("limits", ())
    )
    phase = load_table("phases/phases").rows[0]
    return Case(timeline, judged, DECISION, {}, {}, running, {}, phase, today)


def step(*treatments: str, review: str = "2025-02-12") -> Step:
    """Return a step that names treatments."""
    return Step(1, "Choose", treatments, "", (), "", review, "", "A", "checked", "recalled", ())


def by_day(schedule: Schedule, drug: str) -> list[tuple[int, float]]:
    """Return day and dose of each step of one drug."""
    return [(one.day, one.dose) for one in schedule.steps if one.drug == drug]


class Ways:
    """The short ways, for tests that cannot import from a conftest."""

    TODAY = dt.date.fromisoformat(TODAY)
    taken = staticmethod(taken)
    stopped = staticmethod(stopped)
    case = staticmethod(case)
    step = staticmethod(step)
    by_day = staticmethod(by_day)


@pytest.fixture(scope="session")
def ways() -> type[Ways]:
    """Return the short ways."""
    return Ways


@pytest.fixture(scope="session")
def one() -> Callable[..., Schedule]:
    """Return a function from a case and an option to its only schedule."""

    def go(person: Case, option: str) -> Schedule:
        found = make_schedules(person, (step(option),))
        assert len(found) == 1, [schedule.id for schedule in found]
        return found[0]

    return go
