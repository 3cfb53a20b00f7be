"""Where a measurement stands among other people."""

from __future__ import annotations

from equipoise.norms.placing import place

__all__ = ["place"]
