"""How finely the value of a test is worked out, read from `tables/hyperparameters`."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.tables import setting

__all__ = ["Fineness", "load_fineness"]


@dataclass(frozen=True, slots=True)
class Fineness:
    """Settings of the value of tests.

    Parameters
    ----------
    nodes : int
        Gauss-Hermite nodes of the inner expectation.
    points, reach : int and float
        Of the trapezoid over one result.
    lattice, shifts : int
        Points, and shifts of them, over several results.
    least : float
        Standard deviation of a move in the log-odds below which it is left out.
    floor : float
        Utility points of 100 from which a gain counts.
    chance : float
        Chance of another choice from which a test counts.
    fresh : float
        Share of what a new value would tell that an old one must still tell.
    """

    nodes: int
    points: int
    reach: float
    lattice: int
    shifts: int
    least: float
    floor: float
    chance: float
    fresh: float


def load_fineness() -> Fineness:
    """Return the settings in force."""
    return Fineness(
        nodes=int(setting("predict_test_nodes")),
        points=int(setting("predict_test_points")),
        reach=setting("predict_test_reach"),
        lattice=int(setting("predict_test_lattice")),
        shifts=int(setting("predict_test_shifts")),
        least=setting("predict_test_least"),
        floor=setting("predict_test_gain"),
        chance=setting("predict_test_chance"),
        fresh=setting("predict_test_fresh"),
    )
