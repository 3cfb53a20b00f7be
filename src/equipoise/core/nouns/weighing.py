"""What other weights would make of a ranking: all that is needed to rank anew without the model."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Weighable", "Weighing"]


@dataclass(frozen=True, slots=True)
class Weighable:
    """One thing that can be weighed.

    Parameters
    ----------
    attribute : str
        Row of `hyperparameters/attributes`.
    swing, usual : float
        Weight in force and default weight, the largest one 100.
    worths : tuple of float
        What the level of each option is worth, 0 (worst) to 1 (best); for speed the worth if
        everybody responded. Empty for the other outcomes, whose worth is their chance.
    unknown : tuple of str
        Options whose level is not known and counts as the average.
    known_error, unknown_error : float
        How far the worth of a known and of an unknown level may be off.
    """

    attribute: str
    swing: float
    usual: float
    worths: tuple[float, ...]
    unknown: tuple[str, ...]
    known_error: float
    unknown_error: float


@dataclass(frozen=True, slots=True)
class Weighing:
    """Everything that ranks the options of the established layer under any weights.

    Parameters
    ----------
    options : tuple of str
        Sorted by id; t of them. Every array has this order.
    attributes : tuple of Weighable
        All that can count among these options.
    expected : tuple of tuple of float
        Response, remission, drop-out of each option, by quadrature.
    mean, spread : tuple of tuple of float
        Mean and standard deviation of the same over all draws.
    correlation : str
        Correlations of the 3t chances over all draws, option by option: upper triangle by rows
        without the diagonal, 16-bit integers of 32767ths, little-endian, base64.
    draws : str
        Some of the draws, half of them mirror images of the others: one byte for each chance in
        255ths, draw by draw, base64.
    count : int
        Number of draws kept.
    pairs : tuple of str
        One row for each option: a digit for each other option, 0 compared directly, 1 by a chain,
        2 not at all, 3 with contradictory results.
    tie_points : float
        Utility points too close to call.
    tie_chances : tuple of float
        Chance of being above the first that shares its place: direct, by a chain, not at all.
    tolerance : float
        Utilities this close in one draw are equal.
    concentration : float
        Of the Dirichlet distribution of the weights.
    """

    options: tuple[str, ...]
    attributes: tuple[Weighable, ...]
    expected: tuple[tuple[float, float, float], ...]
    mean: tuple[tuple[float, float, float], ...]
    spread: tuple[tuple[float, float, float], ...]
    correlation: str
    draws: str
    count: int
    pairs: tuple[str, ...]
    tie_points: float
    tie_chances: tuple[float, float, float]
    tolerance: float
    concentration: float
