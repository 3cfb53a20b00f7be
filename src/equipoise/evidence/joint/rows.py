"""What an observation speaks about: logits, how they follow from the unknowns, shared errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.evidence.joint.layout import Layout, remitted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["RESPONSE", "SHARE", "Block", "Common", "Observation", "Term", "expected"]

RESPONSE: Final = "response"
REMISSION: Final = "remission"
SHARE: Final = "remission_given_response"
DROPOUT: Final = "dropout"


@dataclass(frozen=True, slots=True)
class Term:
    """One logit of one node at one stage, taken with a sign.

    Parameters
    ----------
    sign : float
        1 or -1; a contrast is the sum of two terms.
    outcome : str
        ``response``, ``remission``, ``remission_given_response`` or ``dropout``.
    node : int
        Position in the layout.
    fall : float
        The stage, as distance on the curve of drugs from the reference stage.
    """

    sign: float
    outcome: str
    node: int
    fall: float


@dataclass(frozen=True, slots=True)
class Observation:
    """A logit or log odds ratio that somebody observed.

    Parameters
    ----------
    terms : tuple of Term
        One for an arm, two for a contrast.
    value : float
        What was observed.
    variance : float
        Of sampling.
    spread : float
        Variance between trials, counted on the logit of response.
    source : str
        Id of the trial or effect.
    """

    terms: tuple[Term, ...]
    value: float
    variance: float
    spread: float
    source: str


@dataclass(frozen=True, slots=True)
class Common:
    """An error that some observations of a block share.

    Parameters
    ----------
    sd : float
        On the logit of `latent`.
    latent : str
        ``response``, ``remission_given_response`` or ``dropout``.
    members : tuple of int
        Positions of the observations in the block.
    """

    sd: float
    latent: str
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Observations that are not independent of each other; blocks are."""

    observations: tuple[Observation, ...]
    common: tuple[Common, ...] = ()

    @property
    def linear(self) -> bool:
        """Whether every observation is linear in the unknowns."""
        return not any(t.outcome == REMISSION for o in self.observations for t in o.terms)


@dataclass(frozen=True, slots=True)
class Expected:
    """What the unknowns imply for a block, shape (m,), with its gradients.

    `gradient` has shape (m, p); `latent` holds for each observation how it moves with a shift of
    the logit of response, of remission among responders, of drop-out.
    """

    value: Array
    gradient: Array
    latent: dict[str, Array]


def expected(block: Block, unknowns: Array, layout: Layout) -> Expected:
    """Return what a block of observations should be, given the unknowns.

    Parameters
    ----------
    block : Block
        The observations.
    unknowns : ndarray, shape (p,)
        In the order of the layout.
    layout : Layout
        Where they stand.

    Returns
    -------
    Expected
        Remission of all is the product of response and remission among responders; its logit is
        linearised at the unknowns.
    """
    count = len(block.observations)
    value, gradient = np.zeros(count), np.zeros((count, layout.size))
    latent = {name: np.zeros(count) for name in (RESPONSE, SHARE, DROPOUT)}
    for m, observation in enumerate(block.observations):
        for term in observation.terms:
            level, moves = _term(term, unknowns, layout)
            value[m] += term.sign * level
            for name, place, amount, slope in moves:
                gradient[m, place] += term.sign * amount
                if slope is not None:
                    gradient[m, slope] += term.sign * amount * term.fall
                latent[name][m] += term.sign * amount
    return Expected(value, gradient, latent)


_Move = tuple[str, int, float, int | None]


def _term(term: Term, unknowns: Array, layout: Layout) -> tuple[float, list[_Move]]:
    """Return a term's logit and how it moves: (latent, position, derivative, slope position)."""
    node = term.node
    if term.outcome == DROPOUT:
        return float(unknowns[layout.dropout(node)]), [(DROPOUT, layout.dropout(node), 1.0, None)]
    share = float(unknowns[layout.share(node)])
    if term.outcome == SHARE:
        return share, [(SHARE, layout.share(node), 1.0, None)]
    slope = layout.slope(node)
    logit = float(unknowns[node] + unknowns[slope] * term.fall)
    if term.outcome == RESPONSE:
        return logit, [(RESPONSE, node, 1.0, slope)]
    level, by_response, by_share = (
        float(one) for one in remitted(np.array(logit), np.array(share))
    )
    return level, [
        (RESPONSE, node, by_response, slope),
        (SHARE, layout.share(node), by_share, None),
    ]
