"""Every staging system and definition of treatment resistance, from the appraised trials."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from equipoise.appraise.staging.candidates import Candidate, candidates
from equipoise.appraise.staging.definitions import athf_sf, resistant
from equipoise.appraise.staging.european import european
from equipoise.appraise.staging.maudsley import maudsley
from equipoise.appraise.staging.mgh import mgh
from equipoise.appraise.staging.thase_rush import thase_rush
from equipoise.core.dates import IsoDate
from equipoise.core.nouns import StagingResult, Timeline, TrialAppraisal
from equipoise.core.tables import Row, load_table

__all__ = ["staging"]


@dataclass(frozen=True, slots=True)
class _Person:
    """What every system is handed."""

    timeline: Timeline
    today: IsoDate

    @property
    def known(self) -> bool:
        """Whether past treatments were asked for."""
        return self.timeline.treatments.known


System = Callable[[Row, Sequence[Candidate], _Person], StagingResult]

SYSTEMS: dict[str, System] = {
    "thase_rush": lambda row, found, who: thase_rush(row, found, who.known),
    "maudsley": lambda row, found, who: maudsley(row, found, who.known, who.timeline, who.today),
    "mgh": lambda row, found, who: mgh(row, found, who.known, who.timeline),
    "european": lambda row, found, who: european(row, found, who.known, who.today),
    "athf_sf": lambda row, found, who: athf_sf(row, found, who.known),
    "trd_ema": lambda row, found, who: resistant(row, found, who.known),
    "trd_fda": lambda row, found, who: resistant(row, found, who.known),
}


def staging(
    timeline: Timeline, trials: tuple[TrialAppraisal, ...], *, today: IsoDate
) -> tuple[StagingResult, ...]:
    """Stage a person by every system of `tables/staging`.

    Parameters
    ----------
    timeline : Timeline
        The record.
    trials : tuple of TrialAppraisal
        Its trials, appraised, in the order of the record.
    today : str
        The day of the run.

    Returns
    -------
    tuple of StagingResult
        In table order.
    """
    person = _Person(timeline, today)
    return tuple(
        SYSTEMS[row.text("id")](row, candidates(timeline, trials, row), person)
        for row in load_table("staging/systems")
    )
