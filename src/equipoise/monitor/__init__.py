"""Is it working? Change of a scale over time, with triggers that ask for an action."""

from __future__ import annotations

from equipoise.monitor.change import compare_sessions
from equipoise.monitor.follow import follow
from equipoise.monitor.order import order_of_change

__all__ = ["compare_sessions", "follow", "order_of_change"]
