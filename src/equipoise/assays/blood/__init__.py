"""Blood tests: reported values in, one unit with its standard error out."""

from __future__ import annotations

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
from equipoise.core.assay import RecordAssay, RowAssay

__all__ = ["ASSAYS"]


ASSAYS: tuple[RecordAssay, ...] = (
    *(RowAssay(spec, analyte.measure) for spec in analyte.SPECS),
    *(RowAssay(spec, ratio.measure) for spec in ratio.SPECS),
    cortisol_awakening,
    cortisol_day,
    cortisol_night,
    cortisol_serum,
    cortisol_suppression,
    *(RowAssay(spec, drug_level.measure) for spec in drug_level.SPECS),
)
"""The assays of this folder, in order."""
