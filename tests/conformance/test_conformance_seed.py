"""The same seed gives the same result, to the last bit."""

from __future__ import annotations

from equipoise.core.assay import AssaySpec
from equipoise.core.nouns import Result


def test_same_seed_same_result(
    spec: AssaySpec, results: tuple[Result, ...], all_again: tuple[Result, ...]
) -> None:
    wanted = {part.measure for part in spec.yields}
    assert tuple(result for result in all_again if result.id in wanted) == results
