"""What each option may do for this person, and how surely."""

from __future__ import annotations

from equipoise.predict.decision import predict

__all__ = ["predict"]
