"""What the measurements say about the mechanisms."""

from __future__ import annotations

from equipoise.profile.inference import infer
from equipoise.profile.sensitivity import LoadingRun, loading_sensitivity

__all__ = ["LoadingRun", "infer", "loading_sensitivity"]
