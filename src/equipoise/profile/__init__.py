"""What the measurements say about the mechanisms."""

from __future__ import annotations

from equipoise.profile.inference import infer

__all__ = ["infer"]
