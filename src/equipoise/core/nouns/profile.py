"""Mechanisms and circuits as latent variables."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.nouns.numbers import Chance

__all__ = ["BiotypeChance", "Contribution", "MechanismState", "Profile"]


@dataclass(frozen=True, slots=True)
class Contribution:
    """How far one measure moved one component of the state, in prior standard deviations."""

    measure: str
    amount: float


@dataclass(frozen=True, slots=True)
class MechanismState:
    """Posterior of one mechanism.

    Parameters
    ----------
    id, title : str
        Row of `tables/mechanisms`.
    mean, sd : float
        In prior standard deviations of depressed patients.
    informed : bool
        Whether any measurement loads on it; if not, the posterior is the prior.
    contributions : tuple of Contribution
        They add up to `mean`.
    """

    id: str
    title: str
    mean: float
    sd: float
    informed: bool
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class BiotypeChance:
    """Chance of one biotype; ``none_fits`` is always among them."""

    id: str
    chance: Chance


@dataclass(frozen=True, slots=True)
class Profile:
    """The person's state.

    Parameters
    ----------
    mechanisms : tuple of MechanismState
        In the order of `tables/mechanisms`.
    components : tuple of str
        Names of the state x: mechanism ids, then ``u:<measure>`` for what is specific to a measure.
    mean : tuple of float, shape (n,)
        Posterior mean of x.
    covariance : tuple of tuple of float, shape (n, n)
        Posterior covariance of x.
    measures_used : tuple of str
        Measures that entered.
    measures_set_aside : tuple of tuple of str
        (measure, why it moved nothing).
    biotypes : tuple of BiotypeChance
        Empty where no biotype was assessed.
    biotypes_note : str
        What the biotypes rest on, or why none was assessed.
    assumption : str
        What the model takes for granted, printed with it.
    """

    mechanisms: tuple[MechanismState, ...]
    components: tuple[str, ...]
    mean: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    measures_used: tuple[str, ...]
    measures_set_aside: tuple[tuple[str, str], ...]
    biotypes: tuple[BiotypeChance, ...]
    assumption: str
    biotypes_note: str = ""
