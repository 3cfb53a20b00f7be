"""Places one person among the populations of an ancestry panel.

The standardised genotypes of the variants that were read are regressed on their loadings, so that
variants that were not read leave the place unbiased and make its standard error larger. A
population is named only where it fits and no other one fits nearly as well.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from equipoise.assays.genes.polygenic.alleles import PLOIDY
from equipoise.assays.genes.polygenic.limits import limit
from equipoise.assays.genes.polygenic.matching import COUNTED
from equipoise.assays.genes.polygenic.panel import Panel, Population
from equipoise.assays.genes.polygenic.result import Placement

__all__ = ["place"]

Floats = npt.NDArray[np.float64]


def place(panel: Panel) -> Placement:
    """Return where the person lies, after the variants of the panel were looked up."""
    values, copies = panel.sites.joined("values"), panel.sites.joined("copies")
    read = np.isin(panel.sites.joined("state"), COUNTED)
    used, whole = int(read.sum()), len(panel.sites)
    components = values.shape[1] - 1
    enough = max(limit("panel_rate") * whole, limit("panel_per_component") * components)
    if used < enough:
        return Placement(None, f"only {used} of {whole} variants of the panel", (), (), used, whole)
    frequency, loadings = values[read, 0], values[read, 1:]
    spread = np.sqrt(PLOIDY * frequency * (1 - frequency))
    genotypes = (copies[read] - PLOIDY * frequency) / spread
    coordinates, errors = _projected(genotypes, loadings)
    if coordinates is None:
        why = "the loadings of the variants that were read do not tell the components apart"
        return Placement(None, why, (), (), used, whole)
    return _nearest(panel.populations, coordinates, errors, (used, whole))


def _projected(genotypes: Floats, loadings: Floats) -> tuple[Floats | None, Floats]:
    """Return place and standard error by least squares; None where they cannot be told."""
    if np.linalg.matrix_rank(loadings) < loadings.shape[1]:
        return None, genotypes
    inverse = np.linalg.inv(loadings.T @ loadings)
    coordinates = inverse @ loadings.T @ genotypes
    rest = genotypes - loadings @ coordinates
    noise = float(rest @ rest) / (len(genotypes) - loadings.shape[1])
    return coordinates, np.sqrt(noise * np.diag(inverse))


def _nearest(
    populations: tuple[Population, ...], at: Floats, errors: Floats, counts: tuple[int, int]
) -> Placement:
    distances, likelihoods = [], []
    for population in populations:
        spread = np.hypot(np.array(population.sd), errors)
        apart = (at - np.array(population.mean)) / spread
        distances.append(float(np.sqrt(np.mean(apart**2))))
        likelihoods.append(float(-(apart**2).sum() / 2 - np.log(spread).sum()))
    weights = np.exp(np.array(likelihoods) - max(likelihoods))
    shares = weights / weights.sum()
    best = int(shares.argmax())
    name = populations[best].name
    unclear = ""
    if distances[best] > limit("placement_distance"):
        unclear = "no population of the panel fits"
    elif shares[best] < limit("placement_share"):
        unclear = "more than one population of the panel fits"
    order = np.argsort(-shares, kind="stable")
    return Placement(
        population=None if unclear else name,
        unclear=unclear,
        coordinates=tuple(at.tolist()),
        errors=tuple(errors.tolist()),
        variants=counts[0],
        of=counts[1],
        shares=tuple((populations[i].name, float(shares[i])) for i in order),
        distance=distances[best],
    )
