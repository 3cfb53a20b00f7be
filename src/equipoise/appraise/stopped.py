"""Doses of a drug that must not be given are marked as such."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from equipoise.appraise.safety import judge
from equipoise.core.nouns.appraisal import ALREADY_FAILED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from equipoise.appraise.safety import Ground
    from equipoise.core.nouns import DoseLimit, OptionVerdict

__all__ = ["mark_stopped"]


def mark_stopped(
    limits: Iterable[DoseLimit], verdicts: Iterable[OptionVerdict], shared: Ground
) -> tuple[DoseLimit, ...]:
    """Name the hard stops that stand against each drug beside its doses.

    Parameters
    ----------
    limits : iterable of DoseLimit
        From `dose_limits`.
    verdicts : iterable of OptionVerdict
        Of every option; a drug that is no option is judged here.
    shared : Ground
        What the verdicts rest on.

    Returns
    -------
    tuple of DoseLimit
        In the same order, with `stopped_by`.
    """
    known = {verdict.treatment: verdict for verdict in verdicts}
    return tuple(
        replace(limit, stopped_by=_stops(known.get(limit.drug) or judge(limit.drug, shared)))
        for limit in limits
    )


def _stops(verdict: OptionVerdict) -> tuple[str, ...]:
    found = (
        reason.text
        for reason in verdict.reasons
        if reason.verdict == "hard_stop" and reason.rule != ALREADY_FAILED
    )
    return tuple(dict.fromkeys(found))
