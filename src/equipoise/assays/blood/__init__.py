"""Blood tests: reported values in, one unit with its standard error out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from equipoise.assays.blood import (
    analyte,
    cortisol_awakening,
    cortisol_day,
    cortisol_night,
    cortisol_serum,
    cortisol_suppression,
    drug_level,
    ratio,
)

if TYPE_CHECKING:
    from equipoise.core.assay import AssaySpec
    from equipoise.core.nouns import Result, Timeline

__all__ = ["ASSAYS"]


class _Assay(Protocol):
    SPEC: AssaySpec

    def measure(self, timeline: Timeline) -> tuple[Result, ...]:
        """Return every dated result, or `NotMeasured` with a reason."""
        ...


ASSAYS: tuple[_Assay, ...] = (
    *(analyte.Analyte(spec) for spec in analyte.SPECS),
    *(ratio.Ratio(spec) for spec in ratio.SPECS),
    cortisol_awakening,
    cortisol_day,
    cortisol_night,
    cortisol_serum,
    cortisol_suppression,
    *(drug_level.DrugLevel(spec) for spec in drug_level.SPECS),
)
"""The assays of this folder, in order."""
