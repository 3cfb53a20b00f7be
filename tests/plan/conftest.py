"""Short ways to write down a person as the plan sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from equipoise.core.answers import Answer, given, not_asked
from equipoise.core.nouns import (
    Appraisal,
    CheckItem,
    Decision,
    Demographics,
    Interval,
    OptionVerdict,
    PathwayStep,
    Plan,
    Prediction,
    RedFlag,
    SafetyReason,
    ScaleAnswers,
    Shift,
    Stage,
    Timeline,
    Treatment,
    TreatmentTrial,
    TrialAppraisal,
)
from equipoise.plan import make_plan

TODAY = "2025-01-15"

# id, kind, class, group, phase
OPTIONS = (
    ("cbt", "therapy", "psychotherapy", "psychotherapy", "optimise_augment"),
    ("amitriptyline", "drug", "tca", "drug", "optimise_augment"),
    ("escitalopram", "drug", "ssri", "drug", "optimise_augment"),
    ("sertraline", "drug", "ssri", "drug", "optimise_augment"),
    ("venlafaxine", "drug", "snri", "drug", "optimise_augment"),
    ("lithium_augmentation", "augmentation", "lithium", "adjunct", "optimise_augment"),
    ("rtms", "procedure", "tms", "stimulation", "stimulation"),
    ("ect", "procedure", "ect", "ect", "stimulation"),
    ("vns", "procedure", "implant", "stimulation", "specialised"),
)


def treatments() -> tuple[Treatment, ...]:
    return tuple(
        Treatment(
            key, key.replace("_", " ").capitalize(), kind, family, group, phase, "", 4, (), ""
        )
        for key, kind, family, group, phase in OPTIONS
    )


def verdict(treatment: str, kind: str = "clear") -> OptionVerdict:
    """Return a verdict with one reason, none where it is clear."""
    missing = f"fact about {treatment}" if kind == "cannot_tell" else None
    reason = SafetyReason(
        rule=f"rule_{treatment}",
        verdict=kind,  # type: ignore[arg-type]
        text=f"The rule for {treatment} applies.",
        action=f"Do this for {treatment}",
        missing=missing,
        reference="recalled",
        grade="B",
        checked="recalled",
    )
    reasons = () if kind == "clear" else (reason,)
    return OptionVerdict(treatment, kind, reasons)  # type: ignore[arg-type]


def prediction(treatment: str, *, tied: bool, utility: float, better: bool = False) -> Prediction:
    return Prediction(
        treatment=treatment,
        title=treatment.capitalize(),
        layer="established",
        response=Interval(0.352, (0.284, 0.431), (0.25, 0.47)),
        remission=Interval(0.2, (0.1, 0.3), (0.1, 0.3)),
        dropout=Interval(0.2, (0.1, 0.3), (0.1, 0.3)),
        average=0.352,
        shift=Shift(0.0, (0.0, 0.0), (0.0, 0.0), 0.5, "the_same"),
        outlook=0.0,
        better_than_average=better,
        worse_than_average=False,
        utility=utility,
        p_best=0.2,
        tied=tied,
        drivers=(),
        evidence_path="randomised",
        extrapolated=False,
        grade="B" if treatment == "cbt" else "A",
        checked="recalled" if treatment == "ect" else "checked",
        references=(f"ref_{treatment}", "shared"),
    )


def ranking(*tied: str, rest: tuple[str, ...] = (), withheld: str | None = None) -> Decision:
    """Return a decision: the tie group in order, then the rest, 5 points apart each."""
    predictions = tuple(
        prediction(key, tied=key in tied, utility=60.0 - 5 * max(0, place - len(tied) + 1))
        for place, key in enumerate((*tied, *rest))
    )
    return Decision(0, predictions, (), (), "", (), "defaults", withheld)


def stage(count: int = 0, at_most: int | None = None, *, known: bool = True) -> Stage:
    return Stage(count, count if at_most is None else at_most, count, known, "")


def appraised(treatment: str, adequate: str, failed: str = "no", **facts: Any) -> TrialAppraisal:
    return TrialAppraisal(
        treatment=treatment,
        adequate=adequate,
        failed=failed,
        in_episode="yes",
        weeks=facts.get("weeks"),
        reasons=facts.get("reasons", ()),
        missing=facts.get("missing", ()),
    )


def flag(grade: str, key: str = "passive_death_thoughts") -> RedFlag:
    pathway = (PathwayStep("Stay with the person", "clinician", "now", "recalled", "n/a"),)
    return RedFlag(key, "Suicidal thoughts", grade, "item 9", pathway)  # type: ignore[arg-type]


def check(key: str, status: str) -> CheckItem:
    return CheckItem(key, key.upper(), status, "", "do it", "recalled")  # type: ignore[arg-type]


def running(treatment: str, outcome: str | None = None, **facts: Any) -> TreatmentTrial:
    told: Answer[str] = given(outcome) if outcome else not_asked()
    return TreatmentTrial(treatment, ongoing=given(True), outcome=told, **facts)


def person(
    *trials: TreatmentTrial, age: float = 43, phq9: tuple[int, ...] | None = (2,) * 8 + (0,)
) -> Timeline:
    """Return a person who was asked about everything that the plan looks at."""
    answers = (ScaleAnswers("phq9", "2025-01-10", phq9),) if phq9 else ()
    return Timeline(
        "01",
        demographics=Demographics(given("female"), given(age)),
        treatments=given(trials),
        drugs=given(()),
        allergies=given(()),
        conditions=given(()),
        scales=given(answers),
    )


def appraisal(
    *verdicts: OptionVerdict,
    trials: tuple[TrialAppraisal, ...] = (),
    at: Stage | None = None,
    flags: tuple[RedFlag, ...] = (),
    checks: tuple[CheckItem, ...] = (),
    current: tuple[OptionVerdict, ...] = (),
) -> Appraisal:
    """Return an appraisal; every option is clear unless a verdict says otherwise."""
    named = {v.treatment: v for v in verdicts}
    every = tuple(named.get(key, verdict(key)) for key, *_ in OPTIONS)
    return Appraisal(checks, trials, at or stage(), flags, every, current)


Planner = Callable[..., Plan]


@pytest.fixture
def plan() -> Planner:
    """Return a function that plans for a person on the day of these tests."""

    def run(
        timeline: Timeline,
        judged: Appraisal,
        decision: Decision,
        *,
        acknowledged: bool = False,
        today: str = TODAY,
    ) -> Plan:
        return make_plan(
            timeline, judged, decision, treatments(), today=today, acknowledged=acknowledged
        )

    return run


class Builders:
    """The short ways, for tests that cannot import from a conftest."""

    appraisal = staticmethod(appraisal)
    appraised = staticmethod(appraised)
    check = staticmethod(check)
    flag = staticmethod(flag)
    person = staticmethod(person)
    ranking = staticmethod(ranking)
    running = staticmethod(running)
    stage = staticmethod(stage)
    verdict = staticmethod(verdict)


@pytest.fixture
def make() -> type[Builders]:
    """Return the short ways."""
    return Builders
