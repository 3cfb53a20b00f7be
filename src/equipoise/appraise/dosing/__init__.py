"""Doses for this person, and the genes that act on them."""

from __future__ import annotations

from equipoise.appraise.dosing.advice import gene_advice, gene_evidence
from equipoise.appraise.dosing.circumstances import Circumstances, circumstances
from equipoise.appraise.dosing.gene_rules import gene_reasons
from equipoise.appraise.dosing.genes import gene_phenotypes
from equipoise.appraise.dosing.limits import dose_limits, limit_of, limits_by_treatment
from equipoise.appraise.dosing.tissue_types import tissue_reasons

__all__ = [
    "Circumstances",
    "circumstances",
    "dose_limits",
    "gene_advice",
    "gene_evidence",
    "gene_phenotypes",
    "gene_reasons",
    "limit_of",
    "limits_by_treatment",
    "tissue_reasons",
]
