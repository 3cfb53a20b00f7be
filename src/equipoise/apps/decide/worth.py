"""What the tests not yet done are worth to the choice of one person, alone and together."""

from __future__ import annotations

from typing import Any

from equipoise import evidence, pipeline
from equipoise.apps.documents import perfect_information
from equipoise.core.documents import SCHEMA_VERSION, to_plain
from equipoise.core.nouns import Timeline
from equipoise.core.steps import NoStore
from equipoise.predict.information import worth_of_sets

__all__ = ["worth"]


def worth(timeline: Timeline, settings: pipeline.RunSettings) -> dict[str, Any]:
    """Return what the tests of a person are worth.

    Parameters
    ----------
    timeline : Timeline
        The person.
    settings : RunSettings
        Day, seed, acknowledgement.

    Returns
    -------
    dict
        Keys ``schema_version label date seed sentence perfect_information tests sets safety_tests
        exploratory withheld clinically_reviewed``; `tests` as in the plan, `sets` the tests that
        are worth most together. All are empty where nothing is ranked.
    """
    dossier = pipeline.run_person(timeline, settings, store=NoStore())
    decision = dossier.decision
    sets, exploratory_sets = worth_of_sets(
        dossier.profile,
        dossier.appraisal,
        evidence.load(),
        preferences=timeline.preferences,
        seed=settings.seed,
        acknowledged=settings.acknowledged_by is not None,
    )
    return {
        "schema_version": SCHEMA_VERSION,
        "label": dossier.label,
        "date": settings.today,
        "seed": settings.seed,
        "sentence": decision.tests_sentence or decision.sentence,
        "perfect_information": perfect_information(decision),
        "tests": to_plain(decision.tests),
        "sets": to_plain(sets),
        "safety_tests": to_plain(decision.safety_tests),
        "exploratory": {
            "tests": to_plain(decision.exploratory_tests),
            "sets": to_plain(exploratory_sets),
        },
        "withheld": decision.withheld,
        "clinically_reviewed": False,
    }
