"""What an assay returns."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.nouns.genes import GeneCall
from equipoise.core.nouns.measurement import Measurement, NotMeasured
from equipoise.core.nouns.scan import ScanSummary
from equipoise.core.nouns.target import Target

__all__ = ["Result", "ResultSet"]

Result = Measurement | Target | ScanSummary | GeneCall | NotMeasured
"""What an assay returns."""


@dataclass(frozen=True, slots=True)
class ResultSet:
    """All results of one person, in the order of the assays."""

    results: tuple[Result, ...]
