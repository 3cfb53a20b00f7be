"""Node-splitting: what the trials of a comparison say against what the rest of the network says."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from equipoise.evidence.synthesis.heterogeneity import fit_model, two_sided_p
from equipoise.evidence.synthesis.network import joined_treatments
from equipoise.evidence.synthesis.network_blocks import connected_parts
from equipoise.evidence.synthesis.network_rows import IndependentRows, independent_rows
from equipoise.evidence.synthesis.pooling import LEVEL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.evidence.synthesis.network_blocks import NetworkData

    Array = NDArray[np.float64]
    Mask = NDArray[np.bool_]

__all__ = ["NodeSplit", "split_nodes"]


@dataclass(frozen=True, slots=True)
class NodeSplit:
    """One comparison, split.

    Parameters
    ----------
    treat1, treat2 : str
        Effects are `treat1` minus `treat2`.
    direct, direct_se : float
        By the studies that hold both.
    indirect, indirect_se : float
        By the rest of the network.
    difference, difference_se : float
        Direct minus indirect.
    p_value : float
        Two-sided, normal.
    k_direct : int
        Studies that hold both.
    """

    treat1: str
    treat2: str
    direct: float
    direct_se: float
    indirect: float
    indirect_se: float
    difference: float
    difference_se: float
    p_value: float
    k_direct: int


def split_nodes(
    data: NetworkData, *, reference: str | None = None, method: str = "REML"
) -> tuple[NodeSplit, ...]:
    """Return direct against indirect evidence for every comparison that has both.

    Parameters
    ----------
    data : NetworkData
        The studies.
    reference : str, optional
        Stands second in its comparisons; by default the first treatment in sorted order.
    method : {"REML", "DL", "PM", "common"}
        How tau2 is estimated, anew for each comparison.

    Returns
    -------
    tuple of NodeSplit
        Comparisons whose two treatments are in one study and stay joined when every study that
        holds both is set aside: the indirect evidence then is independent of the direct.

    Raises
    ------
    InputError
        As in :func:`~equipoise.evidence.synthesis.network.fit_network`.

    Notes
    -----
    Symmetric side-splitting. The network is fitted again with one more coefficient w, the
    inconsistency: in the studies that hold both treatments, `treat1` is raised by w/2 and `treat2`
    lowered by w/2. So a two-arm trial shifts by w, and in a multi-arm trial the contrasts of either
    with a third arm by half of it; the trial stays whole, with its full covariance, and neither
    treatment is preferred. Indirect is the contrast without w, direct the contrast with it. Where
    all trials have two arms, direct pools the trials of that pair alone, given tau2.

    Many comparisons are tested: one in twenty falls below 0.05 by chance alone, and the tests of
    one network lean on each other.

    References
    ----------
    Dias et al 2010, Stat Med 29:932; White 2015, Stata J 15:951; van Valkenhoef et al 2016, Res
    Synth Methods 7:80 (which comparisons can be split).
    """
    order = joined_treatments(data, reference)
    rows = independent_rows(data)
    incidence = data.incidence()
    found = []
    for second, first in combinations(order, 2):
        both = (incidence[:, first] > 0) & (incidence[:, second] > 0)
        if both.any() and _joined(incidence[~both], first, second):
            found.append(_split(data, rows, (first, second), both, method))
    return tuple(found)


def _joined(incidence: Array, first: int, second: int) -> bool:
    return any(first in part and second in part for part in connected_parts(incidence))


def _split(
    data: NetworkData, rows: IndependentRows, pair: tuple[int, int], both: Mask, method: str
) -> NodeSplit:
    """Return one comparison; the second of the pair is the reference of the fit."""
    first, second = pair
    apart = (rows.design[:, first] - rows.design[:, second]) / 2 * both[rows.study]
    design = np.column_stack([
        apart,
        rows.design[:, first],
        np.delete(rows.design, pair, axis=1),
    ])
    model = (rows.outcome, rows.variance, design)
    fit = fit_model(model, method=method, hartung_knapp=False, level=LEVEL)
    difference, indirect = fit.coefficients[:2].tolist()
    covariance = fit.covariance[:2, :2]
    error, indirect_error = np.sqrt(np.diag(covariance)).tolist()
    return NodeSplit(
        treat1=data.treatments[first],
        treat2=data.treatments[second],
        direct=indirect + difference,
        direct_se=float(np.sqrt(covariance.sum())),
        indirect=indirect,
        indirect_se=indirect_error,
        difference=difference,
        difference_se=error,
        p_value=two_sided_p(difference / error, None),
        k_direct=int(both.sum()),
    )
