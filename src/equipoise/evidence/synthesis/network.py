"""Frequentist network meta-analysis, multi-arm trials exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.errors import InputError
from equipoise.evidence.synthesis.heterogeneity import chance_above, fit_model
from equipoise.evidence.synthesis.network_rows import independent_rows
from equipoise.evidence.synthesis.pooling import LEVEL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.evidence.synthesis.network_blocks import NetworkData, StudyBlock

    Array = NDArray[np.float64]

__all__ = ["NetworkFit", "QTest", "fit_network", "joined_treatments"]


@dataclass(frozen=True, slots=True)
class QTest:
    """Cochran's Q of one source of disagreement.

    Parameters
    ----------
    q : float
        Weighted sum of squares at tau2 = 0.
    df : int
        Degrees of freedom.
    p_value : float
        Of the chi-squared distribution; 1 where `df` is 0 and nothing can disagree.
    """

    q: float
    df: int
    p_value: float


@dataclass(frozen=True, slots=True, eq=False)
class NetworkFit:
    """Estimates of a network against one reference.

    Parameters
    ----------
    treatments : tuple of str, length t
        The reference, then the others sorted.
    estimates : ndarray, shape (t,)
        Treatment minus reference; the first is 0.
    covariance : ndarray, shape (t, t)
        Of the estimates; first row and column are 0.
    tau2 : float
        Variance of the true effect of a contrast between studies.
    tau2_low, tau2_high : float or None
        Its 95 % interval by the Q-profile; None where `q_df` is 0 or tau2 was set to 0.
    q, q_df, q_p_value : float, int, float
        All disagreement between studies at tau2 = 0, as in :class:`QTest`.
    i2 : float
        Share of `q` that chance does not explain, 0..100.
    within_designs, between_designs : QTest
        `q` split: between studies of the same treatments (heterogeneity) and between sets of
        treatments (inconsistency).
    k_studies, n_nodes : int
        Studies in use and treatments.
    reference, method : str
        As asked for.
    """

    treatments: tuple[str, ...]
    estimates: Array
    covariance: Array
    tau2: float
    tau2_low: float | None
    tau2_high: float | None
    q: float
    q_df: int
    q_p_value: float
    i2: float
    within_designs: QTest
    between_designs: QTest
    k_studies: int
    n_nodes: int
    reference: str
    method: str

    @property
    def standard_errors(self) -> Array:
        """Return the standard errors of the estimates; the reference has 0."""
        return np.sqrt(np.diag(self.covariance))


def fit_network(
    data: NetworkData, *, reference: str | None = None, method: str = "REML"
) -> NetworkFit:
    """Return the network meta-analysis of a connected network.

    Parameters
    ----------
    data : NetworkData
        The studies.
    reference : str, optional
        Treatment that the others are compared with; by default the first in sorted order.
    method : {"REML", "DL", "PM", "common"}
        How tau2 is estimated; `common` sets it to 0. DL and PM equate the Q of the whole network,
        at tau2 = 0 and at tau2 itself, with its expectation.

    Returns
    -------
    NetworkFit
        Generalised least squares with the whole covariance of every study: the contrasts of a study
        share an arm, and its random effects have variance tau2 and covariance tau2 / 2.

    Raises
    ------
    InputError
        If the network falls into parts (they are named), the reference is not in it, or the method
        is unknown.

    Notes
    -----
    Normal intervals from these standard errors take tau2 as known. In simulated networks with two-,
    three- and four-arm trials the 95 % interval of a basic contrast held the truth in 94.3 % (log
    odds ratios) and 94.9 % (mean differences) of 2000 networks of 8 treatments and 40 trials; in
    93 % with 12 trials, in 91 to 94 % with 4 treatments and 6 trials: few trials, too narrow.

    Where the studies bring no more independent contrasts than there are estimates (`q_df` 0),
    nothing is left to judge heterogeneity by: tau2, `q` and `i2` are then 0 because nothing can be
    said, not because the studies agree.

    References
    ----------
    Lu and Ades 2006, J Am Stat Assoc 101:447; Rücker 2012, Res Synth Methods 3:312; White et al
    2012, Res Synth Methods 3:111; Krahn et al 2013, BMC Med Res Methodol 13:35 (split of Q).
    """
    order = joined_treatments(data, reference)
    rows = independent_rows(data)
    model = (rows.outcome, rows.variance, rows.design[:, order[1:]])
    fit = fit_model(model, method=method, hartung_knapp=False, level=LEVEL)
    within = _within_designs(data)
    size = len(order)
    covariance = np.zeros((size, size))
    covariance[1:, 1:] = fit.covariance
    return NetworkFit(
        treatments=tuple(data.treatments[i] for i in order),
        estimates=np.concatenate([[0.0], fit.coefficients]),
        covariance=covariance,
        tau2=fit.tau2,
        tau2_low=fit.tau2_low,
        tau2_high=fit.tau2_high,
        q=fit.q,
        q_df=fit.df,
        q_p_value=fit.q_p_value,
        i2=100 * max(0.0, 1 - fit.df / fit.q) if fit.q > 0 else 0.0,
        within_designs=within,
        between_designs=_q_test(fit.q - within.q, fit.df - within.df),
        k_studies=len(data.studies),
        n_nodes=size,
        reference=data.treatments[order[0]],
        method=method,
    )


def joined_treatments(data: NetworkData, reference: str | None) -> list[int]:
    """Return the treatments of a connected network, the reference first.

    Parameters
    ----------
    data : NetworkData
        The studies.
    reference : str or None
        None: the first in sorted order.

    Returns
    -------
    list of int
        Indices into `data.treatments`.

    Raises
    ------
    InputError
        If the network falls into parts, or the reference is not in it.
    """
    parts = data.parts()
    if len(parts) > 1:
        named = " | ".join(", ".join(part) for part in parts)
        raise InputError(
            f"the network falls into {len(parts)} parts that no study joins: {named}",
            todo="fit each part by itself, or add a study that joins them",
        )
    first = data.treatments[0] if reference is None else reference
    if first not in data.treatments:
        lost = " (it stands in excluded studies only)" if first in data.lost else ""
        raise InputError(
            f"the reference is not in the network{lost}",
            where="reference",
            got=first,
            allowed=", ".join(data.treatments),
        )
    place = data.treatments.index(first)
    return [place, *(i for i in range(len(data.treatments)) if i != place)]


def _q_test(q: float, df: int) -> QTest:
    """Return the test; without degrees of freedom, or by rounding below 0, Q is 0."""
    q = max(q, 0.0) if df else 0.0
    return QTest(q, df, chance_above(q, df) if df else 1.0)


def _within_designs(data: NetworkData) -> QTest:
    """Return Q between studies of the same treatments, summed over these sets."""
    found = [_within_design(block) for block in data.blocks]
    return _q_test(sum(q for q, _ in found), sum(df for _, df in found))


def _within_design(block: StudyBlock) -> tuple[float, int]:
    """Return Q and its degrees of freedom for studies with equally many arms."""
    size = block.contrasts.shape[1]
    designs, design = np.unique(block.arms, axis=0, return_inverse=True)
    design = design.ravel()
    weight = np.linalg.inv(block.covariance)
    pull = np.einsum("nij,nj->ni", weight, block.contrasts)
    weights = np.zeros((len(designs), size, size))
    pulls = np.zeros((len(designs), size))
    np.add.at(weights, design, weight)
    np.add.at(pulls, design, pull)
    means = np.linalg.solve(weights, pulls[:, :, None])[:, :, 0]
    apart = block.contrasts - means[design]
    q = float(np.einsum("ni,nij,nj->", apart, weight, apart))
    return q, size * (len(block.arms) - len(designs))
