"""Connectivity of a circuit at rest: the mean Fisher z of its edges, with its standard error.

Each region gives the mean series of its voxels that hold a signal; the series are cleaned (see
:mod:`equipoise.assays.mri.cleaning.projection`), each edge of `tables/circuits` is the Fisher z of
the correlation of its two regions, and the circuit score is the mean of the edges. The standard
error comes from a circular block bootstrap over time, calibrated for the degrees of freedom that
the cleaning took and for the spectrum of the run's own signal
(:mod:`equipoise.assays.mri.cleaning.resample`). It holds for noise within this scan. The difference
between two scans of one person is larger.

:func:`score_edges` gives every edge of every circuit by itself, with its own standard error from
the same replicates and its value in the two halves of the data, each cleaned apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.cleaning.resample import (
    block_counts,
    correlations,
    fisher,
    resampled_correlations,
)
from equipoise.assays.mri.image.regions import region_title
from equipoise.assays.mri.scan import Scan
from equipoise.core.assay import AssaySpec
from equipoise.core.nouns import EdgeScore, Measurement, NotMeasured, Provenance, Quantity
from equipoise.core.streams import stream
from equipoise.core.tables import load_table, setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["circuit_edges", "circuits", "edge_scores", "measure_circuit", "score_edges"]

_DIGITS = 3


def circuits() -> tuple[str, ...]:
    """Return the circuits of `tables/circuits`, in its order."""
    return tuple(dict.fromkeys(row.text("circuit") for row in load_table("circuits/circuits")))


def circuit_edges(circuit: str) -> tuple[tuple[str, str], ...]:
    """Return the edges of a circuit, pairs of region ids, in the order of `tables/circuits`."""
    return tuple(
        (row.text("region_a"), row.text("region_b"))
        for row in load_table("circuits/circuits")
        if row.text("circuit") == circuit
    )


def measure_circuit(
    scan: Scan, spec: AssaySpec, *, seed: int
) -> tuple[Measurement | NotMeasured, ...]:
    """Take the score of the circuit that `spec` is about.

    Parameters
    ----------
    scan : Scan
        The cleaned runs.
    spec : AssaySpec
        Of the assay; the last part of its id names the circuit.
    seed : int
        Seed of the run's random streams.

    Returns
    -------
    tuple of Measurement or NotMeasured
        One result.
    """
    edges = circuit_edges(spec.id.rpartition(".")[2])
    regions = tuple(dict.fromkeys(region for edge in edges for region in edge))
    missed = scan.missed(spec.id, regions)
    if missed:
        return (missed,)
    pairs = np.array([[regions.index(a), regions.index(b)] for a, b in edges])
    coefficients = scan.whole.coefficients(scan.means(regions))
    scores = edge_scores(coefficients, pairs)
    same = _same_signal(scores, edges, spec)
    if same:
        return (NotMeasured(spec.id, same),)
    drawn = _resampled(scan, coefficients, pairs, spec.id, seed).mean(axis=1, dtype=np.float64)
    error = float(drawn.std(ddof=1) * scan.whole.inflation)
    measurement = Measurement(
        id=spec.id,
        quantity=Quantity(float(scores.mean()), spec.yields[0].unit, error),
        date=None,
        coverage=scan.coverage(regions),
        flags=scan.quality(regions),
        provenance=_provenance(scan, edges, scores),
    )
    return (measurement,)


def _same_signal(
    scores: NDArray[np.floating], edges: tuple[tuple[str, str], ...], spec: AssaySpec
) -> str | None:
    """Return which two regions carry one signal: no two places of a brain do, copies do."""
    possible = spec.yields[0]
    for (first, second), score in zip(edges, scores, strict=True):
        if not possible.minimum <= score <= possible.maximum:
            return (
                f"the regions {region_title(first)} ({first}) and {region_title(second)} "
                f"({second}) carry the same signal (Fisher z {score:.1f}): the image is damaged"
            )
    return None


def edge_scores(
    coefficients: NDArray[np.floating], pairs: NDArray[np.int64]
) -> NDArray[np.floating]:
    """Return the Fisher z of pairs of columns.

    Parameters
    ----------
    coefficients : ndarray, shape (m, regions)
        Cleaned series in time or in the basis of the band (their correlations are the same).
    pairs : ndarray of int, shape (edges, 2)
        Columns.

    Returns
    -------
    ndarray, shape (edges,)
        Fisher z.
    """
    return fisher(correlations(coefficients[:, pairs[:, 0]], coefficients[:, pairs[:, 1]]))


def score_edges(scan: Scan, *, seed: int) -> tuple[EdgeScore, ...]:
    """Score every edge of every circuit by itself.

    Parameters
    ----------
    scan : Scan
        The cleaned runs.
    seed : int
        Seed of the run's random streams; the replicates are those of the circuit scores.

    Returns
    -------
    tuple of EdgeScore
        Fisher z (unit 1), standard error and halves, in the order of `tables/circuits`; an edge
        with a region that the scan misses is left out.
    """
    return tuple(edge for circuit in circuits() for edge in _circuit_scores(scan, circuit, seed))


def _circuit_scores(scan: Scan, circuit: str, seed: int) -> tuple[EdgeScore, ...]:
    edges = tuple((a, b) for a, b in circuit_edges(circuit) if scan.missed(circuit, (a, b)) is None)
    if not edges:
        return ()
    regions = tuple(dict.fromkeys(region for edge in edges for region in edge))
    pairs = np.array([[regions.index(a), regions.index(b)] for a, b in edges])
    means = scan.means(regions)
    coefficients = scan.whole.coefficients(means)
    scores = edge_scores(coefficients, pairs)
    # The replicates are named after the measure, so that its error and those of its edges agree.
    drawn = _resampled(scan, coefficients, pairs, f"mri.{circuit}", seed)
    errors = drawn.std(axis=0, ddof=1, dtype=np.float64) * scan.whole.inflation
    halves = [
        edge_scores(half.coefficients(means), pairs)
        for half in scan.halves()
        if half.freedom >= setting("tms_min_half_dof")
    ]
    both = np.array(halves).T if len(halves) == 2 else np.zeros((len(edges), 0))  # noqa: PLR2004
    return tuple(
        EdgeScore(circuit, a, b, float(z), float(error), tuple(float(half) for half in each))
        for (a, b), z, error, each in zip(edges, scores, errors, both, strict=True)
    )


def _resampled(
    scan: Scan,
    coefficients: NDArray[np.floating],
    pairs: NDArray[np.int64],
    name: str,
    seed: int,
) -> NDArray[np.floating]:
    """Return the Fisher z of each pair in each replicate, shape (replicates, pairs)."""
    series = scan.whole.in_time(coefficients)
    series /= np.sqrt((series**2).mean(axis=0))
    replicates = int(setting("bold_bootstrap_replicates"))
    counts = block_counts(
        scan.whole.lengths, scan.first.block, replicates, stream(f"{name}/blocks", seed)
    )
    return fisher(resampled_correlations(series[:, pairs[:, 0]], series[:, pairs[:, 1]], counts))


def _provenance(
    scan: Scan, edges: tuple[tuple[str, str], ...], scores: NDArray[np.floating]
) -> Provenance:
    """Return the run's provenance with the edges and the resampling added."""
    single = tuple(
        (f"edge {a} {b}", f"{score:.{_DIGITS}f}")
        for (a, b), score in zip(edges, scores, strict=True)
    )
    method = (
        ("degrees_of_freedom", str(scan.whole.freedom)),
        ("bootstrap_block", f"{scan.first.block} volumes"),
        ("bootstrap_replicates", f"{setting('bold_bootstrap_replicates'):g}"),
        ("region_radius", f"{setting('bold_region_radius'):g} mm"),
    )
    known = scan.provenance
    return Provenance(known.inputs, known.software, (*known.parameters, *method, *single))
