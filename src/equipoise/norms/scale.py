"""A measurement on the scale of its measure: converted, and as ln where the table says so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.preparation import is_sampled
from equipoise.core.units import convert

if TYPE_CHECKING:
    from equipoise.core.nouns import Measurement
    from equipoise.core.tables import Row

__all__ = ["Scaled", "on_scale"]


@dataclass(frozen=True, slots=True)
class Scaled:
    """A value and its standard error on the scale of the norm."""

    value: float
    error: float
    logarithmic: bool


def on_scale(one: Measurement, measure: Row) -> Scaled | str:
    """Return a measurement on the scale of its measure, or why it has no place there.

    Parameters
    ----------
    one : Measurement
        In any unit that can be converted.
    measure : Row
        Its row of `measures/measures`.

    Returns
    -------
    Scaled or str
        Text where a value that is not above 0 would need a logarithm.

    Raises
    ------
    UnitError
        If the unit cannot be converted.
    """
    unit = measure.text("unit")
    # Molar units are converted by the test, which gives a blood measure its name.
    what = one.id.rpartition(".")[2] if is_sampled(one.id) else one.id
    value = convert(one.quantity.value, one.quantity.unit, unit, quantity=what, where=one.id)
    error = one.quantity.standard_error or 0.0
    error = convert(error, one.quantity.unit, unit, quantity=what, where=one.id)
    if measure.text("transform") == "none":
        return Scaled(value, error, logarithmic=False)
    if value <= 0:
        return f"a value of {value:g} {unit} has no place on a logarithmic scale"
    return Scaled(math.log(value), error / value, logarithmic=True)
