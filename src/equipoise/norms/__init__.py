"""Where a measurement stands among other people."""

from __future__ import annotations

from equipoise.norms.choose import fasting_matters
from equipoise.norms.learn import Control, known_within, learn_norm
from equipoise.norms.placing import place

__all__ = ["Control", "fasting_matters", "known_within", "learn_norm", "place"]
