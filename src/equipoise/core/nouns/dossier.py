"""Everything that one run says about one person: what the report shows."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.dates import IsoDate
from equipoise.core.nouns.appraisal import Appraisal
from equipoise.core.nouns.change import Change, ChangeOrder
from equipoise.core.nouns.genes import GeneCall
from equipoise.core.nouns.measurement import NormedMeasurement, NotMeasured
from equipoise.core.nouns.person import Timeline
from equipoise.core.nouns.plan import Plan, Trajectory
from equipoise.core.nouns.prediction import Decision
from equipoise.core.nouns.profile import Profile
from equipoise.core.nouns.scan import ScanSummary
from equipoise.core.nouns.target import Target

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
    scans : tuple of ScanSummary
        Every functional run that was read.
    changes : tuple of Change
        Measures that were taken in two sessions.
    change_order : ChangeOrder or None
        Whether the brain changed before the symptoms; None with fewer than two sessions.
    gene_calls : tuple of GeneCall
        Pharmacogenes as read in a file of variants.
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
    scans: tuple[ScanSummary, ...] = ()
    changes: tuple[Change, ...] = ()
    change_order: ChangeOrder | None = None
    gene_calls: tuple[GeneCall, ...] = ()
