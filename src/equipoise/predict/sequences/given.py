"""What a simulated year is built from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equipoise.core.nouns import EvidenceBase, Moderation
    from equipoise.predict.history.standing import Tried
    from equipoise.predict.scores import Scores
    from equipoise.predict.settings import Settings

__all__ = ["Given"]


@dataclass(frozen=True, slots=True)
class Given:
    """What a year is built from: evidence, person, what was tried, settings, seed."""

    evidence: EvidenceBase
    moderations: tuple[Moderation, ...]
    scores: Scores
    tried: Tried
    settings: Settings
    seed: int
