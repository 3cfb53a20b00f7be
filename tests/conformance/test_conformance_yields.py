"""Every assay measures each of its yields in the person who has everything."""

from __future__ import annotations

from equipoise.core.assay import AssaySpec
from equipoise.core.nouns import Result


def test_every_yield_is_measured(spec: AssaySpec, measured: tuple[Result, ...]) -> None:
    assert {result.id for result in measured} == {part.measure for part in spec.yields}


def test_the_parts_bear_the_name_of_the_assay(spec: AssaySpec) -> None:
    assert all(part.measure.startswith(spec.id) for part in spec.yields)
