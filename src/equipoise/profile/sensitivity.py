"""How far mechanisms move if loadings that nobody estimated are set otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass

from equipoise.core.dates import IsoDate
from equipoise.core.nouns import NormedMeasurement
from equipoise.core.tables import load_table
from equipoise.profile.inference import infer

__all__ = ["LoadingRun", "loading_sensitivity"]


@dataclass(frozen=True, slots=True)
class LoadingRun:
    """One run with another sceptical loading.

    Parameters
    ----------
    loading : float
        Size of every loading that was set without data from patients.
    moves : tuple of (mechanism, mean, move)
        Every mechanism with its mean, and how far that lies from the mean of the ordinary run, in
        prior standard deviations.
    furthest : str or None
        Mechanism that moved most; None where none moved.
    """

    loading: float
    moves: tuple[tuple[str, float, float], ...]
    furthest: str | None


def loading_sensitivity(
    measurements: tuple[NormedMeasurement, ...], *, today: IsoDate
) -> tuple[LoadingRun, ...]:
    """Return the mechanisms at the low end, the value and the high end of the loading.

    Parameters
    ----------
    measurements : tuple of NormedMeasurement
        As for :func:`equipoise.profile.infer`.
    today : str
        The day of the run.

    Returns
    -------
    tuple of LoadingRun
        At 0, at the usual value and at twice that, as `hyperparameters/sensitivity` has it. Nothing
        else is changed.
    """
    line = load_table("hyperparameters/sensitivity").row(id="loading_without_data")
    usual = {one.id: one.mean for one in infer(measurements, today=today).mechanisms}
    unknown = line.number("only")
    sizes = (line.number("low"), unknown, line.number("high"))
    return tuple(_run(measurements, today, (unknown, size), usual) for size in sizes)


def _loadings(unknown: float, size: float) -> dict[tuple[str, str], float]:
    """Return the loadings with those that nobody estimated set to another size."""
    return {
        (row.text("measure"), row.text("mechanism")): _resized(row.number("loading"), unknown, size)
        for row in load_table("mechanisms/loadings")
    }


def _resized(value: float, unknown: float, size: float) -> float:
    return math.copysign(size, value) if abs(value) == unknown else value


def _run(
    measurements: tuple[NormedMeasurement, ...],
    today: IsoDate,
    change: tuple[float, float],
    usual: dict[str, float],
) -> LoadingRun:
    unknown, size = change
    profile = infer(measurements, today=today, loadings=_loadings(unknown, size))
    moves = tuple((one.id, one.mean, one.mean - usual[one.id]) for one in profile.mechanisms)
    name, _, move = max(moves, key=lambda each: abs(each[2]))
    return LoadingRun(size, moves, name if move else None)
