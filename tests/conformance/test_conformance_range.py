"""A value lies within the range that the assay declares, and the tables declare the same."""

from __future__ import annotations

from equipoise.core.assay import AssaySpec
from equipoise.core.nouns import Measurement, Result, Target
from equipoise.core.tables import load_table


def test_value_is_possible(spec: AssaySpec, measured: tuple[Result, ...]) -> None:
    ranges = {part.measure: (part.minimum, part.maximum) for part in spec.yields}
    for result in measured:
        assert isinstance(result, Measurement | Target)
        quantity = result.quantity if isinstance(result, Measurement) else result.connectivity
        low, high = ranges[result.id]
        assert low <= quantity.value <= high


def test_range_is_that_of_the_measures(spec: AssaySpec) -> None:
    for part in spec.yields:
        row = load_table("measures/measures").row(id=part.measure)
        wanted = (row.text("unit"), row.number("minimum"), row.number("maximum"))
        assert (part.unit, part.minimum, part.maximum) == wanted
