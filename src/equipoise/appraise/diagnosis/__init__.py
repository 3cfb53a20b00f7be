"""The diagnosis check: criteria of the episode, specifiers, and what else may be behind it."""

from __future__ import annotations

from equipoise.appraise.diagnosis.checks import check_diagnosis
from equipoise.appraise.diagnosis.criteria import check_criteria
from equipoise.appraise.diagnosis.specifiers import check_specifiers

__all__ = ["check_criteria", "check_diagnosis", "check_specifiers"]
