"""Doses for this person, and the genes that act on them."""

from __future__ import annotations

from equipoise.appraise.dosing.genes import gene_phenotypes
from equipoise.appraise.dosing.limits import dose_limits

__all__ = ["dose_limits", "gene_phenotypes"]
