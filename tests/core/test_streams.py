"""A stream depends on its name and the seed, on nothing else."""

from __future__ import annotations

import numpy as np

from equipoise.core.streams import antithetic_normals, stream


def test_streams_are_told_apart_by_name_and_seed() -> None:
    first = stream("x/crp", 1).standard_normal(8)
    assert np.array_equal(first, stream("x/crp", 1).standard_normal(8))
    assert not np.array_equal(first, stream("x/crp", 2).standard_normal(8))
    assert not np.array_equal(first, stream("x/phq9", 1).standard_normal(8))


def test_antithetic_normals_have_mean_zero_and_unit_variance() -> None:
    draws = antithetic_normals("theta/ect", 7, 4000)
    assert draws.mean() == 0.0
    # Standard error of a variance from 2000 independent normals: sqrt(2/2000) = 0.032; 4 of them.
    assert abs(draws.var() - 1.0) < 0.13
