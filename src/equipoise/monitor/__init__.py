"""Is it working? Change of a scale over time, with triggers that ask for an action."""

from __future__ import annotations

from equipoise.monitor.follow import follow

__all__ = ["follow"]
