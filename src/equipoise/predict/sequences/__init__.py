"""Whole plans over a year, simulated on the same draws."""

from equipoise.predict.sequences.year import Year, year_plans

__all__ = ["Year", "year_plans"]
