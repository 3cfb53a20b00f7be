"""The Gaussian kernel: prior and blocks of observations into one posterior.

All blocks but those with remission alone are linear; these are linearised anew at each step, so
the answer is the mode with the curvature there (a Gauss-Newton search).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.errors import EquipoiseError
from equipoise.evidence.joint.layout import Layout, Prior
from equipoise.evidence.joint.rows import RESPONSE, Block, Expected, expected

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Solution", "solve"]

STEPS: Final = 50
TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Solution:
    """The posterior.

    Parameters
    ----------
    mean : ndarray, shape (p,)
        Of the unknowns.
    covariance : ndarray, shape (p, p)
        Of the unknowns.
    gains : ndarray, shape (p, m)
        How much each observation moves each unknown, in the order of the blocks.
    sources : tuple of str
        Source of each observation, shape (m,).
    residuals : ndarray, shape (m,)
        Observed less expected.
    """

    mean: Array
    covariance: Array
    gains: Array
    sources: tuple[str, ...]
    residuals: Array


@dataclass(frozen=True, slots=True)
class _Normal:
    """A block at one point: gradient, weight matrix, what it pulls at."""

    gradient: Array
    weights: Array
    target: Array


def solve(layout: Layout, prior: Prior, blocks: Sequence[Block]) -> Solution:
    """Return the posterior of the unknowns.

    Parameters
    ----------
    layout : Layout
        The unknowns, shape (p,).
    prior : Prior
        Before any trial.
    blocks : sequence of Block
        Independent of each other.

    Returns
    -------
    Solution
        Its mean does not depend on the order of the blocks beyond rounding.

    Raises
    ------
    EquipoiseError
        If the search does not settle.
    """
    precision = _inverse(prior.covariance)
    fixed = [_normal(block, prior.mean, layout) for block in blocks if block.linear]
    bent = [block for block in blocks if not block.linear]
    base = _add(precision, precision @ prior.mean, fixed)
    mean = prior.mean
    for _ in range(STEPS):
        moving = [_normal(block, mean, layout) for block in bent]
        matrix, pull = _add(*base, moving)
        found = np.asarray(np.linalg.solve(matrix, pull), dtype=np.float64)
        change = float(np.abs(found - mean).max())
        mean = found
        if change < TOLERANCE:
            return _solution(mean, _inverse(matrix), blocks, layout)
    raise EquipoiseError("the joint model of treatments did not settle")


def _inverse(matrix: Array) -> Array:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _add(matrix: Array, pull: Array, parts: Sequence[_Normal]) -> tuple[Array, Array]:
    if not parts:
        return matrix, pull
    # One product of all rows is ten times as fast as one for each block.
    rows = np.concatenate([part.gradient for part in parts])
    weighted = np.concatenate([part.weights @ part.gradient for part in parts])
    target = np.concatenate([part.target for part in parts])
    return matrix + rows.T @ weighted, pull + weighted.T @ target


def _normal(block: Block, at: Array, layout: Layout) -> _Normal:
    model = expected(block, at, layout)
    observed = np.array([one.value for one in block.observations])
    target = observed - model.value + model.gradient @ at
    return _Normal(model.gradient, _inverse(_covariance(block, model)), target)


def _covariance(block: Block, model: Expected) -> Array:
    slope = model.latent[RESPONSE]
    own = np.array([one.variance for one in block.observations])
    spread = np.array([one.spread for one in block.observations])
    # A contrast's two terms cancel in `latent`; its spread is stated on the contrast itself.
    scale = np.array([
        float(slope[m] ** 2) if len(one.terms) == 1 else 1.0
        for m, one in enumerate(block.observations)
    ])
    covariance = np.diag(own + spread * scale)
    for error in block.common:
        members = np.zeros(len(block.observations))
        members[list(error.members)] = model.latent[error.latent][list(error.members)]
        covariance += error.sd**2 * np.outer(members, members)
    return covariance


def _solution(mean: Array, covariance: Array, blocks: Sequence[Block], layout: Layout) -> Solution:
    weighted, sources, residuals = [np.zeros((0, layout.size))], [], [np.zeros(0)]
    for block in blocks:
        part = _normal(block, mean, layout)
        weighted.append(part.weights @ part.gradient)
        sources += [one.source for one in block.observations]
        residuals.append(part.target - part.gradient @ mean)
    symmetric = (covariance + covariance.T) / 2
    gains = covariance @ np.concatenate(weighted).T
    return Solution(mean, symmetric, gains, tuple(sources), np.concatenate(residuals))
