"""Prior authorisation: each criterion of a coverage rule, met, unmet or unknown."""

from __future__ import annotations

from equipoise.plan.coverage.authorise import authorise

__all__ = ["authorise"]
