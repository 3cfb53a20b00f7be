"""Counts: ATHF-SF, and treatment-resistant depression as the EMA and the FDA define it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equipoise.appraise.staging.candidates import ADDED, Candidate, dated, facts_missing, tally
from equipoise.appraise.staging.result import Read, band, result
from equipoise.core.nouns import StagingResult
from equipoise.core.tables import Row

__all__ = ["athf_sf", "resistant"]

SOMATIC = frozenset({"drug", ADDED, "procedure"})


def athf_sf(system: Row, found: Sequence[Candidate], known: bool) -> StagingResult:
    """Count the failed adequate trials of this episode: drugs, additions, TMS, ECT.

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
        The count.
    """
    ended = tally(c for c in found if c.kind in SOMATIC)
    return result(
        system,
        (str(len(ended.certain)), float(len(ended.certain))),
        (str(len(ended.possible)), float(len(ended.possible))),
        reasons=[f"1: {dated(c)}" for c in ended.certain],
        missing=facts_missing(ended.possible),
        known=known,
    )


def resistant(system: Row, found: Sequence[Candidate], known: bool) -> StagingResult:
    """Say whether the depression is treatment-resistant by a definition that counts drugs.

    Parameters
    ----------
    system : Row
        Row of `staging/systems`: the definition.
    found : sequence of Candidate
        The trials.
    known : bool
        Whether past treatments were asked for.

    Returns
    -------
    StagingResult
        ``yes``, ``no`` or ``cannot_tell``; the scores count different antidepressants.
    """
    kinds = {"drug", ADDED} if system.flag("added") else {"drug"}
    ended = tally(c for c in found if c.kind in kinds and c.antidepressants)
    name = system.text("id")
    sure, most = _drugs(ended.certain), _drugs(ended.possible)
    certain = _truth(name, sure)
    if certain == "no" and _truth(name, most) == "yes":
        certain = "cannot_tell"
    told: tuple[Read, Read] = (
        (certain, float(len(sure))),
        (_truth(name, most), float(len(most))),
    )
    missing = facts_missing(ended.possible) if certain == "cannot_tell" else ()
    return result(
        system, *told, reasons=[dated(c) for c in ended.certain], missing=missing, known=known
    )


def _drugs(found: Iterable[Candidate]) -> set[str]:
    return {drug for candidate in found for drug in candidate.antidepressants}


def _truth(system: str, drugs: set[str]) -> str:
    row = band(system, len(drugs))
    return "no" if row is None else row.text("value")
