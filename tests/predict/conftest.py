"""Small evidence and small people for the tests of the predictions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import pytest

from equipoise.core.nouns import (
    Appraisal,
    EvidenceBase,
    LogitEstimate,
    Measurement,
    Moderation,
    NormedMeasurement,
    NormUsed,
    OptionBaseline,
    Profile,
    Provenance,
    Quantity,
    Stage,
    Treatment,
)
from equipoise.profile import infer

TODAY = "2025-01-10"


def _treatment(name: str, visits: float, weeks: float | None) -> Treatment:
    title = name.replace("_", " ").capitalize()
    attributes = (("visits", visits), ("anaesthesia", 0.0), ("invasiveness", 0.0))
    return Treatment(
        name, title, "drug", "class", "drug", "phase", "", weeks, attributes, "recalled"
    )


def _baseline(name: str, response: float, sd: float, dropout: float) -> OptionBaseline:
    return OptionBaseline(
        treatment=name,
        stage=1,
        response=LogitEstimate(math.log(response / (1 - response)), sd),
        dropout=LogitEstimate(math.log(dropout / (1 - dropout)), 0.25),
        remission_given_response=LogitEstimate(0.49, 0.3),
        evidence_path="randomised",
        extrapolated=False,
        grade="B",
        checked="derived",
        population="outpatients",
        references=("recalled",),
        component="escitalopram",
    )


@pytest.fixture
def make_evidence() -> Callable[..., EvidenceBase]:
    """Return a function: (name, chance) pairs and moderations to an evidence base of stage 1."""

    def make(
        rates: Iterable[tuple[str, float]] = (
            ("escitalopram", 0.40),
            ("nortriptyline", 0.40),
            ("rtms", 0.50),
            ("sertraline", 0.38),
        ),
        moderations: tuple[Moderation, ...] = (),
        *,
        sd: float = 0.3,
        dropout: float = 0.2,
    ) -> EvidenceBase:
        pairs = tuple(rates)
        return EvidenceBase(
            treatments=tuple(_treatment(name, 3.0, 4.0) for name, _ in pairs),
            effects=(),
            baselines=tuple(_baseline(name, p, sd, dropout) for name, p in pairs),
            moderations=moderations,
            unranked=(("vns", "no rate"),),
        )

    return make


@pytest.fixture
def make_moderation() -> Callable[..., Moderation]:
    """Return a function that makes a moderation by CRP; by default the row of GENDEP."""

    def make(
        grade: str = "D",
        *,
        estimate: float = 0.0586,
        standard_error: float = 0.0551,
        treatment: str = "nortriptyline",
        comparator: str = "escitalopram",
        row_type: str = "contrast",
        measure: str = "blood.crp_hs",
    ) -> Moderation:
        return Moderation(
            id=f"{measure}_{treatment}_{comparator}_{grade}",
            measure=measure,
            treatment=treatment,
            comparator=comparator,
            row_type=row_type,
            estimate=estimate,
            standard_error=standard_error,
            published=0.624,
            published_standard_error=0.158,
            reliability=0.6,
            reporting=0.1,
            replications=0,
            failed_replications=0,
            grade=grade,
            checked="derived",
            references=("recalled",),
        )

    return make


@pytest.fixture
def make_person() -> Callable[..., Profile]:
    """Return a function: CRP among depressed patients (y), or None, to a profile."""

    def make(y: float | None = None, *, error: float = 0.1) -> Profile:
        if y is None:
            return infer((), today=TODAY)
        provenance = Provenance((), "test")
        one = Measurement("blood.crp_hs", Quantity(1.0, "mg/L"), TODAY, 1.0, (), provenance)
        norm = NormUsed("crp_female_40_49", "", "", "n/a", "derived")
        # Patients lie 0.21 above the norm with the same spread (tables/norms/patients).
        normed = NormedMeasurement(one, norm, y + 0.21, error, 50.0, False, None)
        return infer((normed,), today=TODAY)

    return make


@pytest.fixture
def stage_one() -> Appraisal:
    """Return an appraisal without findings: one failed trial, no verdict."""
    return Appraisal((), (), Stage(1, 1, 1, True, ""), (), ())
