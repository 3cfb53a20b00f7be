"""What the evidence says of an average person of one stage, as arrays over options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.errors import TableError
from equipoise.core.gaussian import logistic
from equipoise.core.nouns import JointRates, LogitEstimate, OptionBaseline
from equipoise.core.streams import stream
from equipoise.predict.calibrate import calibrate_intercept, expect
from equipoise.predict.remission import leaning
from equipoise.predict.settings import Numerics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.predict.remission import Lean

    Array = NDArray[np.float64]

__all__ = ["Draws", "Literature", "draw_literature", "read_literature"]

NO_RATES: Final = JointRates(0, (), (), (), ())


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
        Remission among responders of this person.
    usual_remission : ndarray
        The same of an average person: it differs where a fact on remission is known.
    theta, theta_sd : ndarray
        Log-odds of `staying`, such that its expectation is `staying`.
    baselines : tuple of OptionBaseline
        Where the numbers come from.
    """

    average: Array
    dropout: Array
    staying: Array
    remission: Array
    usual_remission: Array
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
        """Return the draws of some options; those of all of them are not copied."""
        if np.array_equal(columns, np.arange(self.theta.shape[1])):
            return self
        parts = (self.theta, self.dropout, self.remission)
        return Draws(*(np.take(part, columns, axis=1) for part in parts))


def read_literature(
    baselines: Sequence[OptionBaseline], numerics: Numerics, lean: Lean | None = None
) -> Literature:
    """Return the chances of an average person.

    Parameters
    ----------
    baselines : sequence of OptionBaseline
        One for each option.
    numerics : Numerics
        Quadrature nodes.
    lean : Lean or None, optional
        What is known of the person that bears on remission; it moves nothing else.

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
    usual = _chances([one.remission_given_response for one in baselines], numerics)
    own = leaning(baselines, lean, numerics)
    theta_sd = spread * (1.0 - response) / (1.0 - staying)
    return Literature(
        average=response,
        dropout=dropout,
        staying=staying,
        remission=usual
        if lean is None
        else _chances([one.remission_given_response for one in own], numerics),
        usual_remission=usual,
        theta=calibrate_intercept(staying, theta_sd**2, numerics),
        theta_sd=theta_sd,
        baselines=own,
    )


def _chances(estimates: Sequence[LogitEstimate], numerics: Numerics) -> Array:
    mean = np.array([one.mean for one in estimates])
    variance = np.array([one.sd for one in estimates]) ** 2
    return expect(mean, variance, numerics.nodes)[0]


def draw_literature(
    literature: Literature, joint: Sequence[JointRates], seed: int, numerics: Numerics
) -> Draws:
    """Draw what is uncertain in the evidence, one stream for each number of each option.

    Parameters
    ----------
    literature : Literature
        Of the options, all at one stage.
    joint : sequence of JointRates
        How the rates hang together; options that it does not hold are independent.
    seed : int
        Of the run.
    numerics : Numerics
        Number of draws.

    Returns
    -------
    Draws
        An option's draws do not depend on which other options are ranked.
    """
    rows = literature.baselines
    rates = next((one for one in joint if rows and one.stage == rows[0].stage), NO_RATES)
    parts = {
        name: _together(name, rows, (rates.treatments, factor), (seed, numerics))
        for name, factor in (
            ("theta", rates.response),
            ("dropout", rates.dropout),
            ("remission", rates.remission),
        )
    }
    dropout = [one.dropout for one in rows]
    remission = [one.remission_given_response for one in rows]
    return Draws(
        theta=literature.theta + literature.theta_sd * parts["theta"],
        dropout=logistic(_spread(dropout, parts["dropout"])),
        remission=logistic(_spread(remission, parts["remission"])),
    )


def _together(
    name: str,
    rows: Sequence[OptionBaseline],
    factor: tuple[tuple[str, ...], tuple[tuple[float, ...], ...]],
    run: tuple[int, Numerics],
) -> Array:
    """Return standard normals, shape (n, t), that hang together as the rates do.

    Every treatment of the tables has its stream, whether it is ranked or not, so leaving one out
    changes no other.
    """
    seed, numerics = run
    names, rows_of_factor = factor
    wanted = [one.treatment for one in rows]
    alone = tuple(sorted(set(wanted) - set(names)))
    places = {one: place for place, one in enumerate(names)}
    half = _normals(name, (*names, *alone), seed, numerics.draws // 2)
    mixed = np.empty((len(wanted), half.shape[1]))
    joined = [t for t, one in enumerate(wanted) if one in places]
    if joined:
        scale = np.array([rows_of_factor[places[wanted[t]]] for t in joined])
        scale /= np.linalg.norm(scale, axis=1, keepdims=True)
        mixed[joined] = scale @ half[: len(names)]
    single = {one: len(names) + place for place, one in enumerate(alone)}
    for t, one in enumerate(wanted):
        if one in single:
            mixed[t] = half[single[one]]
    drawn = np.empty((numerics.draws, len(wanted)))
    drawn[: half.shape[1]] = mixed.T
    # The second half of the draws are the negatives of the first.
    np.negative(drawn[: half.shape[1]], out=drawn[half.shape[1] :])
    return drawn


def _normals(name: str, treatments: Sequence[str], seed: int, count: int) -> Array:
    drawn = np.empty((len(treatments), count))
    for place, one in enumerate(treatments):
        stream(f"{name}/{one}", seed).standard_normal(out=drawn[place])
    return drawn


def _spread(estimates: Sequence[LogitEstimate], normals: Array) -> Array:
    mean = np.array([one.mean for one in estimates])
    return np.asarray(mean + np.array([one.sd for one in estimates]) * normals)
