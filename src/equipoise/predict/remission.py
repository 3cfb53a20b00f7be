"""Facts about a person that move remission among those who respond, whatever the treatment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.nouns import LogitEstimate
from equipoise.core.tables import load_table, setting
from equipoise.predict.calibrate import calibrate_intercept, expect
from equipoise.predict.slopes import ESTABLISHED

if TYPE_CHECKING:
    from equipoise.core.nouns import Appraisal, OptionBaseline
    from equipoise.core.tables import Row
    from equipoise.predict.settings import Numerics

__all__ = ["Lean", "lean_of", "leaning"]

GRADES: Final = ("A", "B", "C", "D", "N")
CHECKS: Final = ("checked", "derived", "recalled")


@dataclass(frozen=True, slots=True)
class Lean:
    """How known facts move the log-odds of remission among those who respond.

    Parameters
    ----------
    shift, variance : float
        For this person.
    spread : float
        Variance that the same facts bring among all people of a stage.
    grade, checked : str
        Of the weakest fact.
    references : tuple of str
        Keys of `tables/references`.
    """

    shift: float
    variance: float
    spread: float
    grade: str
    checked: str
    references: tuple[str, ...]


def lean_of(appraisal: Appraisal) -> Lean | None:
    """Return what the known facts of `baselines/remission_facts` mean for a person.

    Parameters
    ----------
    appraisal : Appraisal
        For the facts, standardised among patients of trials.

    Returns
    -------
    Lean or None
        None where no such fact is known: the person is then the average of the stage. Slopes are
        drawn towards 0 by the prior of a prognostic slope. A row below grade B moves nothing.
    """
    told = {one.id: one.y for one in appraisal.covariates if one.y is not None}
    rows = [row for row in load_table("baselines/remission_facts") if _counts(row, told)]
    if not rows:
        return None
    slopes = [_slope(row) for row in rows]
    places = [told[row.text("covariate")] for row in rows]
    return Lean(
        shift=sum(mean * y for (mean, _), y in zip(slopes, places, strict=True)),
        variance=sum(variance * y**2 for (_, variance), y in zip(slopes, places, strict=True)),
        spread=sum(mean**2 + variance for mean, variance in slopes),
        grade=max((row.text("grade") for row in rows), key=GRADES.index),
        checked=max((row.text("checked") for row in rows), key=CHECKS.index),
        references=tuple(sorted({key for row in rows for key in row.items("reference")})),
    )


def _counts(row: Row, told: dict[str, float]) -> bool:
    return row.text("covariate") in told and row.text("grade") in ESTABLISHED


def _slope(row: Row) -> tuple[float, float]:
    """Return mean and variance of a slope: the published one and the prior around 0."""
    error = row.number("published_standard_error") ** 2
    prior = setting("predict_prognostic_sd") ** 2
    return row.number("published") * prior / (prior + error), prior * error / (prior + error)


def leaning(
    baselines: Sequence[OptionBaseline], lean: Lean | None, numerics: Numerics
) -> tuple[OptionBaseline, ...]:
    """Return the rates of a person of whom facts on remission are known.

    Parameters
    ----------
    baselines : sequence of OptionBaseline
        Of an average person.
    lean : Lean or None
        Of this person.
    numerics : Numerics
        Nodes and steps.

    Returns
    -------
    tuple of OptionBaseline
        The log-odds are set such that all people of the stage together, whatever their facts, keep
        the published rate.
    """
    if lean is None or not baselines:
        return tuple(baselines)
    held = [one.remission_given_response for one in baselines]
    mean = np.array([one.mean for one in held])
    variance = np.array([one.sd for one in held]) ** 2
    chance = expect(mean, variance, numerics.nodes)[0]
    level = calibrate_intercept(chance, variance + lean.spread, numerics) + lean.shift
    spread = np.sqrt(variance + lean.variance)
    return tuple(
        replace(one, remission_given_response=LogitEstimate(float(at), float(sd)))
        for one, at, sd in zip(baselines, level, spread, strict=True)
    )
