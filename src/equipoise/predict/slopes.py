"""How moderators shift options: random slopes on scores, shared out among options."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.nouns import Moderation
from equipoise.core.prepared import prepared
from equipoise.core.streams import antithetic_normals
from equipoise.core.tables import Table, load_table, setting
from equipoise.predict.settings import Numerics, Settings

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

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
        the spread of its prior, around 0. Classmates of a named option take the share that the
        correlation inside a class gives them. A prognostic slope moves every option alike.
    """
    spread, classes = dict(settings.moderator_sd), _classes()
    alike = setting("predict_class_correlation")
    names = np.array(options)
    kinds = np.array([classes.get(name, "") for name in options])
    found: list[Slope] = []
    for one in moderations:
        if one.row_type == "prognostic":
            found.append(_slope(one, "", (one.estimate, one.standard_error), np.ones(len(names))))
            continue
        pair = _Pair(
            first=np.asarray(names == one.treatment, dtype=np.float64),
            second=np.asarray(names == one.comparator, dtype=np.float64),
            first_class=np.asarray(kinds == classes.get(one.treatment), dtype=np.float64),
            second_class=np.asarray(kinds == classes.get(one.comparator), dtype=np.float64),
            same=classes.get(one.treatment) == classes.get(one.comparator),
        )
        shares = pair.against(alike) if one.comparator in active else pair.alone(alike)
        found.append(_slope(one, "", (one.estimate, one.standard_error), shares.pop("")))
        shares |= pair.own(names, alike)
        found += [_slope(one, part, (0.0, spread[one.grade]), its) for part, its in shares.items()]
    return tuple(slope for slope in found if slope.shares.any())


def _classes() -> dict[str, str]:
    return prepared(load_table("treatments/treatments"), _by_option)


def _by_option(table: Table) -> dict[str, str]:
    return {
        row.text("id"): row.text("drug_class") for row in table if row.text("kind") != "comparator"
    }


def _slope(one: Moderation, part: str, normal: tuple[float, float], shares: Array) -> Slope:
    name = f"moderation/{one.id}/{part}" if part else f"moderation/{one.id}"
    return Slope(name, one, *normal, shares)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A finding's two options among those ranked, and their classes, each of shape (t,).

    Before the finding every coefficient of a class is tau / sqrt(2) times (sqrt(rho) c +
    sqrt(1 - rho) e) with c of the class and e of the option. The finding is about one combination
    of these standard normals; what is left of them, turned so that its parts are independent, keeps
    the spread of the prior, around 0.
    """

    first: Array
    second: Array
    first_class: Array
    second_class: Array
    same: bool

    def against(self, alike: float) -> dict[str, Array]:
        """Return the shares of a contrast of two active options, and of what it leaves open."""
        both, apart = self.first + self.second, self.first - self.second
        shares = {"common": both * math.sqrt(1 - alike) / 2}
        if self.same:
            return {"": apart / 2, "class": self.first_class * math.sqrt(alike / 2), **shares}
        across = self.first_class - self.second_class
        return {
            "": apart * (1 - alike) / 2 + across * alike / 2,
            "class": (self.first_class + self.second_class) * math.sqrt(alike) / 2,
            "mates": (across - apart) * math.sqrt(alike * (1 - alike)) / 2,
            **shares,
        }

    def alone(self, alike: float) -> dict[str, Array]:
        """Return the same of one option against an inert alternative, or within one arm."""
        mates = self.first_class - self.first
        return {
            "": self.first + mates * alike,
            "mates": mates * math.sqrt(alike * (1 - alike) / 2),
        }

    def own(self, names: NDArray[np.str_], alike: float) -> dict[str, Array]:
        """Return what is the own of each classmate."""
        mates = (self.first_class + self.second_class > 0) & (self.first + self.second == 0)
        return {
            f"own/{names[place]}": np.eye(len(names))[place] * math.sqrt((1 - alike) / 2)
            for place in np.flatnonzero(mates)
        }


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
