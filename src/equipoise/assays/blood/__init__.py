"""Blood tests: reported values in, one unit with its standard error out."""

from __future__ import annotations

from equipoise.assays.blood import crp_hs

__all__ = ["ASSAYS"]

ASSAYS = (crp_hs,)
"""The assays of this folder, in order."""
