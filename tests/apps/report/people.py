"""The worked people of the examples, run once: what every reader's page is tested on."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from equipoise import ingest, pipeline
from equipoise.core.nouns import Dossier
from equipoise.core.steps import NoStore

DATE: Final = "2026-03-02"
EXAMPLES: Final = Path(__file__).resolve().parents[3] / "examples"
WORKED: Final = ("first_episode", "three_failed", "post_partum")
ALMOST_NOTHING: Final = "almost_nothing"
EMERGENCY: Final = "emergency"
WATCH: Final = "watch"
PEOPLE: Final = (*WORKED, ALMOST_NOTHING, EMERGENCY, WATCH)


@cache
def dossier_of(name: str, released_by: str | None = None) -> Dossier:
    """Return the results for one record of ``examples``, on the day of the examples."""
    timeline = ingest.read_person(EXAMPLES / f"{name}.yaml", today=DATE)
    settings = pipeline.RunSettings(DATE, pipeline.default_seed(), released_by)
    return pipeline.run_person(timeline, settings, store=NoStore())
