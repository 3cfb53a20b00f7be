"""How moderators shift options: random slopes on scores, shared out among options."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.nouns import Moderation
from equipoise.core.streams import antithetic_normals
from equipoise.core.tables import load_table
from equipoise.predict.settings import Numerics, Settings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["ESTABLISHED", "Slope", "about_the_person", "draw_shifts", "moments", "slopes_of"]

ESTABLISHED = ("A", "B")
CLINICAL = "clinical."


@dataclass(frozen=True, slots=True)
class Slope:
    """One independent normal slope on one score.

    Parameters
    ----------
    name : str
        Name of its random stream.
    moderation : Moderation
        The row that it comes from.
    mean, sd : float
        Logit per standard deviation of the true score.
    shares : ndarray, shape (t,)
        How much of it acts on each option.
    """

    name: str
    moderation: Moderation
    mean: float
    sd: float
    shares: Array

    @property
    def prognostic(self) -> bool:
        """Whether it moves every option alike."""
        return self.moderation.row_type == "prognostic"

    def of(self, columns: NDArray[np.intp]) -> Slope:
        """Return the slope as it acts on some options."""
        return replace(self, shares=self.shares[columns])


def about_the_person(
    moderations: Sequence[Moderation], covariates: Collection[str] = ()
) -> tuple[Moderation, ...]:
    """Return the moderations of a person's measures, mechanisms or covariates, sorted by id.

    Parameters
    ----------
    moderations : sequence of Moderation
        Of the literature. One of a stimulation target says where to stimulate; it moves no option
        of a person.
    covariates : collection of str
        Ids of the covariates that were looked for, known or not. A finding on another clinical
        fact is left out.

    Returns
    -------
    tuple of Moderation
        Those that bear on the person.
    """
    targets = {
        row.text("id") for row in load_table("measures/measures") if row.text("kind") == "target"
    }
    own = (
        one
        for one in moderations
        if one.measure in covariates
        or not (one.measure in targets or one.measure.startswith(CLINICAL))
    )
    return tuple(sorted(own, key=lambda one: one.id))


def slopes_of(
    moderations: Sequence[Moderation],
    options: Sequence[str],
    active: frozenset[str],
    settings: Settings,
) -> tuple[Slope, ...]:
    """Return the slopes of some moderations.

    Parameters
    ----------
    moderations : sequence of Moderation
        Of one layer.
    options : sequence of str
        Options that are ranked, shape (t,).
    active : frozenset of str
        Every treatment; a comparator that is none of them is inert.
    settings : Settings
        For the prior spread of a slope.

    Returns
    -------
    tuple of Slope
        Against an inert comparator the treatment takes the whole contrast. Of two active options
        each takes half, in opposite directions; what they have in common was not studied and keeps
        the spread of its prior, around 0.
    """
    found: list[Slope] = []
    spread = dict(settings.moderator_sd)
    names = np.array(options)
    for one in moderations:
        name = f"moderation/{one.id}"
        first = np.asarray(names == one.treatment, dtype=np.float64)
        if one.row_type == "prognostic":
            shares = np.ones(len(names))
        elif one.comparator not in active:
            shares = first
        else:
            second = np.asarray(names == one.comparator, dtype=np.float64)
            shares = (first - second) / 2
            common = (first + second) / 2
            found.append(Slope(f"{name}/common", one, 0.0, spread[one.grade], common))
        found.append(Slope(name, one, one.estimate, one.standard_error, shares))
    return tuple(slope for slope in found if slope.shares.any())


def moments(
    slopes: Sequence[Slope], names: tuple[str, ...], mean: Array, covariance: Array, options: int
) -> tuple[Array, Array]:
    """Return mean and variance of what the slopes add to each option's logit.

    Parameters
    ----------
    slopes : sequence of Slope
        Independent of each other.
    names : tuple of str
        Names of the scores, shape (s,).
    mean, covariance : ndarray, shape (s,) and (s, s)
        Of the scores.
    options : int
        Number of options t.

    Returns
    -------
    mean, variance : ndarray, shape (t,)
        With G the slopes and x the scores: E[G]'E[x], and
        E[G]' Cov(x) E[G] + E[x]' Cov(G) E[x] + trace(Cov(G) Cov(x)).
    """
    centre = np.zeros((options, len(names)))
    spread = np.zeros((options, len(names)))
    for slope in slopes:
        column = names.index(slope.moderation.measure)
        centre[:, column] += slope.shares * slope.mean
        spread[:, column] += (slope.shares * slope.sd) ** 2
    variance = np.einsum("ts,su,tu->t", centre, covariance, centre)
    return centre @ mean, variance + spread @ (mean**2 + np.diag(covariance))


def draw_shifts(
    slopes: Sequence[Slope],
    names: tuple[str, ...],
    scores: Array,
    seed: int,
    numerics: Numerics,
) -> Array:
    """Return what the slopes add to each option's logit in each draw.

    Parameters
    ----------
    slopes : sequence of Slope
        At least one.
    names : tuple of str
        Names of the scores, shape (s,).
    scores : ndarray, shape (n, s)
        Draws of the scores.
    seed : int
        Of the run.
    numerics : Numerics
        Number of draws.

    Returns
    -------
    ndarray, shape (n, t)
        The sum over slopes.
    """
    drawn = np.stack([
        (slope.mean + slope.sd * antithetic_normals(slope.name, seed, numerics.draws))
        * scores[:, names.index(slope.moderation.measure)]
        for slope in slopes
    ])
    return np.asarray(drawn.T @ np.stack([slope.shares for slope in slopes]))
