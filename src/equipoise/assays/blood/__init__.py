"""Blood tests: reported values in, one unit with its standard error out."""

from __future__ import annotations

from equipoise.assays.blood import (
    cortisol_awakening,
    cortisol_day,
    cortisol_night,
    cortisol_suppression,
    crp_hs,
    drug_level,
)

__all__ = ["ASSAYS"]

ASSAYS = (
    crp_hs,
    cortisol_awakening,
    cortisol_day,
    cortisol_night,
    cortisol_suppression,
    *(drug_level.DrugLevel(spec) for spec in drug_level.SPECS),
)
"""The assays of this folder, in order."""
