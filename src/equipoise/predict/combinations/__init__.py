"""Treatments given together."""

from equipoise.predict.combinations.compose import combinations

__all__ = ["combinations"]
