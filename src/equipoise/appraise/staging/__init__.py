"""Staging systems and definitions of treatment resistance, pseudo-resistance, imaging work-up."""

from __future__ import annotations

from equipoise.appraise.staging.pseudo_resistance import check_resistance
from equipoise.appraise.staging.systems import staging
from equipoise.appraise.staging.workup import imaging_workup

__all__ = ["check_resistance", "imaging_workup", "staging"]
