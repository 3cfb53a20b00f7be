"""A value has the unit that the assay declares."""

from __future__ import annotations

from equipoise.core.assay import AssaySpec
from equipoise.core.nouns import Measurement, Result, Target


def test_unit_is_the_declared_one(spec: AssaySpec, measured: tuple[Result, ...]) -> None:
    declared = {part.measure: part.unit for part in spec.yields}
    for result in measured:
        if isinstance(result, Measurement):
            assert result.quantity.unit == declared[result.id]
        elif isinstance(result, Target):
            assert result.connectivity.unit == declared[result.id]
