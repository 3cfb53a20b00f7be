"""Polygenic scores of one person from a file of variants and a scoring file.

Nothing of the house rests on them: they are research results of grade D. No scoring file ships.
"""

from __future__ import annotations

from equipoise.assays.genes.polygenic.result import PolygenicScore, to_document
from equipoise.assays.genes.polygenic.scoring import MISSING, ScoreAsked, score_person

__all__ = ["MISSING", "PolygenicScore", "ScoreAsked", "score_person", "to_document"]
