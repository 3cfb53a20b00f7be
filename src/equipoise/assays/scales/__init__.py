"""Rating scales: answers in, score with its standard error out."""

from __future__ import annotations

from equipoise.assays.scales import phq9

__all__ = ["ASSAYS"]

ASSAYS = (phq9,)
"""The assays of this folder, in order."""
