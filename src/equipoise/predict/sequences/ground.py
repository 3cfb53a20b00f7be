"""What may be given when: hard stops, phases, failed trials before, antidepressants to add to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from equipoise.core.nouns import Appraisal, EvidenceBase, OptionBaseline, Treatment
from equipoise.core.nouns.appraisal import ADULT_RATES, NEEDS_ANTIDEPRESSANT
from equipoise.core.tables import load_table
from equipoise.predict.choices import (
    ADULTS,
    TRIED,
    failed_in_episode,
    first_studied,
    hard_stops,
    ruled,
)
from equipoise.predict.remission import lean_of, leaning
from equipoise.predict.settings import load_settings

__all__ = ["ADJUNCT", "Ground", "ground_of"]

ADJUNCT: Final = "adjunct"
BASE: Final = "drug"
DRUGS: Final = ("drug", "augmentation")


@dataclass(frozen=True, slots=True)
class Ground:
    """What the tables and the person allow over a year.

    Parameters
    ----------
    stage : int
        Failed adequate drug trials at the start.
    highest : int
        Last stage with rates of its own.
    taking : bool
        Whether an antidepressant is taken now to which something may be added.
    treatments : tuple of Treatment
        Those that may be given now or later, sorted by id.
    refused : dict of str to str
        The others, with the reason.
    floors : dict of str to int
        Failed drug trials before which a treatment is not given.
    rates : dict of (treatment, stage) to OptionBaseline
        Of the stages from now on, with what is known of this person on remission.
    under_way : tuple of Treatment
        Treatments that are going on at the start.
    """

    stage: int
    highest: int
    taking: bool
    treatments: tuple[Treatment, ...]
    refused: dict[str, str]
    floors: dict[str, int]
    rates: dict[tuple[str, int], OptionBaseline]
    under_way: tuple[Treatment, ...]

    def base(self, treatment: Treatment) -> bool:
        """Return whether it is an antidepressant that takes the place of the one before."""
        return treatment.group == BASE

    def adjunct(self, treatment: Treatment) -> bool:
        """Return whether it is given only beside an antidepressant."""
        return treatment.group == ADJUNCT

    def counted(self, treatment: Treatment) -> bool:
        """Return whether its failure counts among the failed drug trials."""
        row = load_table("doses/doses").find(treatment=treatment.id)
        return treatment.kind in DRUGS if row is None else row.flag("counts_for_stage")


def ground_of(evidence: EvidenceBase, appraisal: Appraisal) -> Ground:
    """Return what may be given over a year.

    Parameters
    ----------
    evidence : EvidenceBase
        Treatments and rates by stage.
    appraisal : Appraisal
        Stage, verdicts, what failed.

    Returns
    -------
    Ground
        A hard stop refuses an option for the whole year. One that failed in this episode is not
        given again.
    """
    stage = appraisal.stage.used
    later = [one for one in evidence.baselines if one.stage >= stage]
    own = leaning(later, lean_of(appraisal), load_settings().numerics)
    rates = {(one.treatment, one.stage): one for one in own}
    refused = _refused(evidence, appraisal, {name for name, _ in rates})
    known = {one.id: one for one in evidence.treatments}
    going = {one.treatment for one in appraisal.under_way}
    return Ground(
        stage=stage,
        highest=max((one for _, one in rates), default=stage),
        taking=_taking(appraisal),
        treatments=tuple(known[name] for name in sorted(known) if name not in refused),
        refused=refused,
        floors=_floors(evidence),
        rates=rates,
        under_way=tuple(known[name] for name in sorted(going) if name in known),
    )


def _taking(appraisal: Appraisal) -> bool:
    """Return whether there is an antidepressant to add to.

    Of people of whom nothing but the stage is known, no safety rule could say that they take
    none: those without a failed drug trial are taken to begin without one.
    """
    if not appraisal.verdicts and not appraisal.stage.used:
        return False
    return not ruled(appraisal, NEEDS_ANTIDEPRESSANT)


def _refused(evidence: EvidenceBase, appraisal: Appraisal, rated: set[str]) -> dict[str, str]:
    stage = appraisal.stage.used
    refused = {
        one.id: f"no rate is known for people of stage {stage} or later"
        for one in evidence.treatments
        if one.id not in rated
    }
    refused |= dict(evidence.unranked)
    refused |= dict.fromkeys(ruled(appraisal, ADULT_RATES), ADULTS)
    refused |= dict.fromkeys(failed_in_episode(appraisal), TRIED)
    # An add-on without an antidepressant waits for one: a plan may bring it.
    return refused | hard_stops(appraisal, waiting=NEEDS_ANTIDEPRESSANT)


def _floors(evidence: EvidenceBase) -> dict[str, int]:
    """Return the failed drug trials that phase, treatment and its trials ask for."""
    phases = load_table("phases/phases")
    floors: dict[str, int] = {}
    for one in evidence.treatments:
        row = phases.find(id=one.phase)
        phase = int(row.optional_number("entry_failed_trials") or 0) if row else 0
        floors[one.id] = max(one.failed_trials_before, phase)
    studied = first_studied(evidence)
    return {name: max(floor, studied.get(name, 0)) for name, floor in floors.items()}
