"""What should happen next, with reasons: the phase, its steps, what is blocked, what is missing."""

from __future__ import annotations

from equipoise.plan.make import make_plan

__all__ = ["make_plan"]
