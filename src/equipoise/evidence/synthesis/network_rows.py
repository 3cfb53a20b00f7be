"""A network as independent rows: the linear algebra that every fit needs, done once.

Within a study of a arms the contrasts have covariance S + tau2 G, where S is the sampling
covariance and G has 1 on and 1/2 off the diagonal. With G = L L' and L^-1 S L^-T = Q diag(d) Q',
the transformed contrasts Q' L^-1 y are independent with variance d + tau2, whatever tau2 is. What
remains is a weighted regression with one unknown variance, and the likelihood is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.evidence.synthesis.network_blocks import NetworkData, StudyBlock

    Array = NDArray[np.float64]

__all__ = ["IndependentRows", "independent_rows"]


@dataclass(frozen=True, slots=True, eq=False)
class IndependentRows:
    """The contrasts of all studies, made independent.

    Parameters
    ----------
    outcome : ndarray, shape (m,)
        Transformed contrasts; m is the number of arms less the number of studies.
    design : ndarray, shape (m, t)
        How the treatments enter them; every row adds up to 0.
    variance : ndarray, shape (m,)
        Sampling variance; the heterogeneity adds tau2 to each.
    study : ndarray of int, shape (m,)
        Index into `NetworkData.studies`.
    """

    outcome: Array
    design: Array
    variance: Array
    study: NDArray[np.intp]


def independent_rows(data: NetworkData) -> IndependentRows:
    """Return the contrasts of all studies as independent rows.

    Parameters
    ----------
    data : NetworkData
        The studies.

    Returns
    -------
    IndependentRows
        Studies in the order of the blocks.
    """
    parts = [_rows(block, len(data.treatments)) for block in data.blocks]
    return IndependentRows(
        np.concatenate([part.outcome for part in parts]),
        np.concatenate([part.design for part in parts]),
        np.concatenate([part.variance for part in parts]),
        np.concatenate([part.study for part in parts]),
    )


def _rows(block: StudyBlock, treatments: int) -> IndependentRows:
    """Return the rows of studies with equally many arms, all at once."""
    count, size = block.contrasts.shape
    shape = (np.eye(size) + np.ones((size, size))) / 2
    inverse = np.linalg.inv(np.linalg.cholesky(shape))
    variance, vectors = np.linalg.eigh(inverse @ block.covariance @ inverse.T)
    transform = np.swapaxes(vectors, 1, 2) @ inverse
    design = np.zeros((count, size, treatments))
    arms = np.broadcast_to(block.arms[:, None, :], (count, size, size + 1))
    first = -transform.sum(axis=2, keepdims=True)
    np.put_along_axis(design, arms, np.concatenate([first, transform], axis=2), axis=2)
    outcome = np.einsum("nij,nj->ni", transform, block.contrasts)
    return IndependentRows(
        outcome.ravel(),
        design.reshape(count * size, treatments),
        variance.ravel(),
        np.repeat(block.study, size),
    )
