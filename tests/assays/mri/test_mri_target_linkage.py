"""Average linkage without the matrix of pairs: the clusters of scipy, on data of real size."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.stats import spearmanr

from equipoise.assays.mri.target.linkage import average_linkage, unit_ranks

VOLUMES = 150


def series(count: int, seed: int, shared: float) -> NDArray[np.float32]:
    """Return series of which neighbours share much and all share some: clusters of all sizes."""
    generator = np.random.default_rng(seed)
    own = generator.standard_normal((VOLUMES, count))
    near = np.apply_along_axis(np.convolve, 1, own, np.hanning(9), mode="same")
    groups = generator.standard_normal((VOLUMES, 12))[:, generator.integers(0, 12, count)]
    return (near + shared * groups).astype(np.float32)


def same_clusters(one: NDArray[np.int64], other: NDArray[np.int64]) -> bool:
    pairs = {(int(a), int(b)) for a, b in zip(one, other, strict=True)}
    return len(pairs) == len(set(one.tolist())) == len(set(other.tolist()))


def by_scipy(ranks: NDArray[np.float32], distance: float) -> NDArray[np.int64]:
    apart = 1 - ranks.astype(np.float64) @ ranks.T.astype(np.float64)
    upper = np.triu_indices(len(apart), 1)
    tree = linkage(apart[upper], method="average")
    return np.asarray(fcluster(tree, distance, "distance"), dtype=np.int64)


@pytest.mark.parametrize(
    ("count", "shared", "distance"), [(40, 1, 0.5), (700, 1, 0.3), (700, 2, 0.7)]
)
def test_clusters_are_those_of_scipy(count: int, shared: float, distance: float) -> None:
    for seed in range(3):
        ranks = unit_ranks(series(count, seed, shared))
        assert same_clusters(average_linkage(ranks, distance), by_scipy(ranks, distance))


def test_clusters_are_those_of_scipy_at_the_size_of_a_search_region() -> None:
    ranks = unit_ranks(series(4000, 1, 1.5))
    found = average_linkage(ranks, 0.5)
    assert same_clusters(found, by_scipy(ranks, 0.5))
    assert 1 < found.max() + 1 < 4000


def test_products_of_unit_ranks_are_spearman_correlations() -> None:
    some = series(12, 2, 1)
    expected = spearmanr(some).statistic
    found = unit_ranks(some)
    np.testing.assert_allclose(found @ found.T, expected, atol=1e-5)  # float32


def test_the_vectors_given_are_left_alone() -> None:
    ranks = unit_ranks(series(50, 3, 2))
    before = ranks.copy()
    average_linkage(ranks, 0.5)
    np.testing.assert_array_equal(ranks, before)


def test_equal_vectors_end_in_one_cluster() -> None:
    """Ties could run in a circle: each the nearest of the next."""
    ranks = np.repeat(unit_ranks(series(12, 4, 0))[:1], 7, axis=0)
    np.testing.assert_array_equal(average_linkage(ranks, 0.5), np.zeros(7))


def test_unrelated_vectors_stay_alone() -> None:
    np.testing.assert_array_equal(average_linkage(np.eye(5, dtype=np.float32), 0.5), np.arange(5))
