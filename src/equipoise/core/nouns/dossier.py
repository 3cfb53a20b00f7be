"""Everything that one run says about one person: what the report shows."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.dates import IsoDate
from equipoise.core.nouns.appraisal import Appraisal
from equipoise.core.nouns.measurement import NormedMeasurement, NotMeasured, Target
from equipoise.core.nouns.person import Timeline
from equipoise.core.nouns.plan import Plan, Trajectory
from equipoise.core.nouns.prediction import Decision
from equipoise.core.nouns.profile import Profile

__all__ = ["Dossier"]


@dataclass(frozen=True, slots=True)
class Dossier:
    """The results of one run.

    Parameters
    ----------
    date : str
        The day of the run, an input.
    seed : int
        Seed of all random streams.
    version : str
        Version of Equipoise.
    tables_digest : str
        SHA-256 over all knowledge tables that were in force.
    notices : tuple of str
        Sentences that stand wherever results show ("real brain signal in synthetic geometry").
    acknowledged_by : str or None
        The clinician who released the plan of a person with an emergency flag.
    """

    label: str
    date: IsoDate
    seed: int
    version: str
    tables_digest: str
    notices: tuple[str, ...]
    timeline: Timeline
    measurements: tuple[NormedMeasurement, ...]
    targets: tuple[Target, ...]
    not_measured: tuple[NotMeasured, ...]
    profile: Profile
    appraisal: Appraisal
    decision: Decision
    plan: Plan
    trajectories: tuple[Trajectory, ...]
    acknowledged_by: str | None
