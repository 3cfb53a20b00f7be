"""What the evidence says of an average person of one stage, as arrays over options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.errors import TableError
from equipoise.core.gaussian import logistic
from equipoise.core.nouns import LogitEstimate, OptionBaseline
from equipoise.core.streams import antithetic_normals
from equipoise.predict.calibrate import calibrate_intercept, expect
from equipoise.predict.settings import Numerics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Draws", "Literature", "draw_literature", "read_literature"]


@dataclass(frozen=True, slots=True)
class Literature:
    """Chances of an average person, each of shape (t,).

    Parameters
    ----------
    average : ndarray
        Response by intention to treat.
    dropout : ndarray
        Drop-out.
    staying : ndarray
        Response among those who stay.
    remission : ndarray
        Remission among responders.
    theta, theta_sd : ndarray
        Log-odds of `staying`, such that its expectation is `staying`.
    baselines : tuple of OptionBaseline
        Where the numbers come from.
    """

    average: Array
    dropout: Array
    staying: Array
    remission: Array
    theta: Array
    theta_sd: Array
    baselines: tuple[OptionBaseline, ...]


@dataclass(frozen=True, slots=True)
class Draws:
    """Draws of the literature, each of shape (n, t)."""

    theta: Array
    dropout: Array
    remission: Array

    def of(self, columns: NDArray[np.intp]) -> Draws:
        """Return the draws of some options."""
        parts = (self.theta, self.dropout, self.remission)
        return Draws(*(np.ascontiguousarray(part[:, columns]) for part in parts))


def read_literature(baselines: Sequence[OptionBaseline], numerics: Numerics) -> Literature:
    """Return the chances of an average person.

    Parameters
    ----------
    baselines : sequence of OptionBaseline
        One for each option.
    numerics : Numerics
        Quadrature nodes.

    Returns
    -------
    Literature
        Rates by intention to treat (drop-out counts as no response) are turned once into rates
        among those who stay: ``response / (1 - dropout)``, with the standard deviation of the
        logit carried over to first order.

    Raises
    ------
    TableError
        If more people respond than stay.
    """
    response = _chances([one.response for one in baselines], numerics)
    dropout = _chances([one.dropout for one in baselines], numerics)
    staying = response / (1.0 - dropout)
    for one, share in zip(baselines, staying, strict=True):
        if share >= 1:
            raise TableError(
                "more people respond than stay in treatment",
                where=f"baseline of {one.treatment} at stage {one.stage}",
                got=f"{share:.3f} of those who stay",
                allowed="below 1",
            )
    spread = np.array([one.response.sd for one in baselines])
    theta_sd = spread * (1.0 - response) / (1.0 - staying)
    return Literature(
        average=response,
        dropout=dropout,
        staying=staying,
        remission=_chances([one.remission_given_response for one in baselines], numerics),
        theta=calibrate_intercept(staying, theta_sd**2, numerics),
        theta_sd=theta_sd,
        baselines=tuple(baselines),
    )


def _chances(estimates: Sequence[LogitEstimate], numerics: Numerics) -> Array:
    mean = np.array([one.mean for one in estimates])
    variance = np.array([one.sd for one in estimates]) ** 2
    return expect(mean, variance, numerics.nodes)[0]


def draw_literature(literature: Literature, seed: int, numerics: Numerics) -> Draws:
    """Draw what is uncertain in the evidence, one stream for each number of each option.

    Parameters
    ----------
    literature : Literature
        Of the options.
    seed : int
        Of the run.
    numerics : Numerics
        Number of draws.

    Returns
    -------
    Draws
        An option's draws do not depend on which other options there are.
    """
    rows = literature.baselines
    dropout = [one.dropout for one in rows]
    remission = [one.remission_given_response for one in rows]
    return Draws(
        theta=literature.theta + literature.theta_sd * _responses(rows, seed, numerics),
        dropout=logistic(_spread(dropout, _normals("dropout", rows, seed, numerics))),
        remission=logistic(_spread(remission, _normals("remission", rows, seed, numerics))),
    )


def _responses(rows: Sequence[OptionBaseline], seed: int, numerics: Numerics) -> Array:
    """Draw what a network shares once for all its options, and the rest for each."""
    own = _normals("theta", rows, seed, numerics)
    each = [antithetic_normals(f"network/{one.network}", seed, numerics.draws) for one in rows]
    # An option without uncertainty shares nothing.
    shared = np.array([one.network_sd / one.response.sd if one.response.sd else 0 for one in rows])
    return np.asarray(shared * np.stack(each).T + np.sqrt(1.0 - shared**2) * own)


def _normals(name: str, rows: Sequence[OptionBaseline], seed: int, numerics: Numerics) -> Array:
    each = [antithetic_normals(f"{name}/{one.treatment}", seed, numerics.draws) for one in rows]
    return np.ascontiguousarray(np.stack(each).T)


def _spread(estimates: Sequence[LogitEstimate], normals: Array) -> Array:
    mean = np.array([one.mean for one in estimates])
    return np.asarray(mean + np.array([one.sd for one in estimates]) * normals)
