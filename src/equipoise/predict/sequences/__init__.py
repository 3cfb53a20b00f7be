"""Whole plans over a year, simulated on the same draws."""

from equipoise.predict.sequences.asked import PlanAsked, compare_plans
from equipoise.predict.sequences.year import Year, year_plans

__all__ = ["PlanAsked", "Year", "compare_plans", "year_plans"]
