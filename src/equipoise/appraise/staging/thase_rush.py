"""Stages 0 to V by Thase and Rush: classes of antidepressants that failed, then bilateral ECT.

A tricyclic and a MAO inhibitor count besides two other classes: a tricyclic as the second class
alone makes stage II, not III. The paper can be read either way; this is the reading that does not
raise a stage twice for one trial.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equipoise.appraise.staging.candidates import Candidate, dated, facts_missing, tally
from equipoise.appraise.staging.result import Read, result
from equipoise.core.nouns import StagingResult
from equipoise.core.tables import Row, load_table

__all__ = ["thase_rush"]

ECT = "ect"
BILATERAL = "bilateral"


def thase_rush(system: Row, found: Sequence[Candidate], known: bool) -> StagingResult:
    """Stage by Thase and Rush.

    Parameters
    ----------
    system : Row
        Row of `staging/systems`.
    found : sequence of Candidate
        The trials.
    known : bool
        Whether past treatments were asked for.

    Returns
    -------
    StagingResult
        Stage 0 where no adequate trial failed.
    """
    drugs = tally(c for c in found if c.kind == "drug" and c.antidepressants)
    ect = tally(c for c in found if c.trial.treatment == ECT)
    sure = [c for c in ect.certain if c.trial.placement.value == BILATERAL]
    open_ect = [c for c in ect.possible if c.trial.placement.value in {BILATERAL, None}]
    missing = list(facts_missing((*drugs.possible, *open_ect)))
    if any(c.failed != "no" and c.trial.placement.value is None for c in open_ect):
        missing.append("whether the electrodes of ECT were bilateral")
    return result(
        system,
        _stage(drugs.certain, bool(sure)),
        _stage(drugs.possible, bool(open_ect)),
        reasons=(*_told(drugs.certain), *(f"bilateral ECT: {dated(c)}" for c in sure)),
        missing=missing,
        known=known,
    )


def _groups(candidate: Candidate) -> set[str]:
    """Return the classes of a trial; a tricyclic and a MAO inhibitor are known by their role."""
    drugs, classes = load_table("drugs/drugs"), load_table("staging/classes")
    rows = (
        classes.find(drug_class=drugs.row(id=d).text("class")) for d in candidate.antidepressants
    )
    return {row.text("group") for row in rows if row is not None}


def _stage(failed: Iterable[Candidate], ect: bool) -> Read:
    groups = {group for candidate in failed for group in _groups(candidate)}
    held = groups | ({"bilateral_ect"} if ect else set())
    reached: Read = ("0", 0.0)
    for row in load_table("staging/thase_rush"):
        besides = set(row.items("besides"))
        if besides <= held and len(groups - besides) >= row.number("classes"):
            reached = (row.text("stage"), row.number("score"))
    return reached


def _told(failed: Iterable[Candidate]) -> list[str]:
    return [f"{', '.join(sorted(_groups(c))).upper()}: {dated(c)}" for c in failed]
