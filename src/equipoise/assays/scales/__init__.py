"""Rating scales: answers in, score with its standard error out."""

from __future__ import annotations

from equipoise.assays.scales.rating import SPECS, measure
from equipoise.core.assay import RowAssay

__all__ = ["ASSAYS"]

ASSAYS = tuple(RowAssay(spec, measure) for spec in SPECS)
"""The assays of this folder: one for each scale with a total, in table order."""
