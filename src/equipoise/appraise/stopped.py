"""Doses of a drug that must not be given are marked as such, and advice on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from equipoise.appraise.safety import judge
from equipoise.core.nouns import DoseLimit, GeneAdvice
from equipoise.core.nouns.appraisal import ALREADY_FAILED, ALREADY_TAKEN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from equipoise.appraise.safety import Ground
    from equipoise.core.nouns import OptionVerdict

__all__ = ["mark_stopped"]

_NO_DANGER: Final = frozenset({ALREADY_FAILED, ALREADY_TAKEN})
"""Reasons against choosing a drug that say nothing against its doses."""

Told = TypeVar("Told", DoseLimit, GeneAdvice)


def mark_stopped(
    told: Iterable[Told], verdicts: Iterable[OptionVerdict], shared: Ground
) -> tuple[Told, ...]:
    """Name the hard stops that stand against each drug beside its doses.

    Parameters
    ----------
    told : iterable of DoseLimit or GeneAdvice
        From `dose_limits` or `gene_advice`.
    verdicts : iterable of OptionVerdict
        Of every option; a drug that is no option is judged here.
    shared : Ground
        What the verdicts rest on.

    Returns
    -------
    tuple of DoseLimit or GeneAdvice
        In the same order, with `stopped_by`.
    """
    stops = {verdict.treatment: _stops(verdict) for verdict in verdicts}
    found = []
    for one in told:
        if one.drug not in stops:
            stops[one.drug] = _stops(judge(one.drug, shared))
        found.append(replace(one, stopped_by=stops[one.drug]))
    return tuple(found)


def _stops(verdict: OptionVerdict) -> tuple[str, ...]:
    found = (
        reason.text
        for reason in verdict.reasons
        if reason.verdict == "hard_stop" and reason.rule not in _NO_DANGER
    )
    return tuple(dict.fromkeys(found))
