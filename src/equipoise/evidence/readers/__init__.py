"""Files of trial results as people keep them, read without a guess.

CSV with comma, semicolon or tab and decimal point or comma (:mod:`.sheet`, :mod:`.numerals`), one
row an arm (:mod:`.arm_level`), a comparison or an estimate (:mod:`.contrast_level`), and the
standard of the Metapsy databases (:mod:`.metapsy`). A cell that is wrong stops the reading with
file, line and column; a cell that is missing leaves its row out, and that is told.
"""

from __future__ import annotations

from equipoise.evidence.readers.arm_level import (
    ArmColumns,
    EventArms,
    MeanArms,
    read_event_arms,
    read_mean_arms,
)
from equipoise.evidence.readers.contrast_level import (
    ContrastColumns,
    Contrasts,
    EstimateColumns,
    Estimates,
    read_contrasts,
    read_estimates,
)
from equipoise.evidence.readers.metapsy import (
    metapsy_contrast_columns,
    metapsy_estimate_columns,
)
from equipoise.evidence.readers.sheet import Reading, SheetFacts
from equipoise.evidence.readers.taken import Exclusion, Origin

__all__ = [
    "ArmColumns",
    "ContrastColumns",
    "Contrasts",
    "EstimateColumns",
    "Estimates",
    "EventArms",
    "Exclusion",
    "MeanArms",
    "Origin",
    "Reading",
    "SheetFacts",
    "metapsy_contrast_columns",
    "metapsy_estimate_columns",
    "read_contrasts",
    "read_estimates",
    "read_event_arms",
    "read_mean_arms",
]
