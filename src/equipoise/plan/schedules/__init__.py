"""Doses day by day: titration, switch, cross-taper, taper, courses of sessions."""

from __future__ import annotations

from equipoise.plan.schedules.make import make_schedules

__all__ = ["make_schedules"]
