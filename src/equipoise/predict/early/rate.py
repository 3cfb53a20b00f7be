"""The rate of what is taken now, which may have none of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from equipoise.core.nouns import LogitEstimate, OptionBaseline

if TYPE_CHECKING:
    from equipoise.core.nouns import Treatment

__all__ = ["Rates", "rate_of"]

Rates = Mapping[tuple[str, int], OptionBaseline]


def rate_of(
    rates: Rates, known: Mapping[str, Treatment], treatment: Treatment, stage: int
) -> OptionBaseline | None:
    """Return the rate of a treatment at a stage: its own, else that of its class or group.

    Parameters
    ----------
    rates : mapping of (treatment, stage) to OptionBaseline
        Of the evidence.
    known : mapping of str to Treatment
        All treatments by id.
    treatment : Treatment
        What is taken.
    stage : int
        At which it was begun.

    Returns
    -------
    OptionBaseline or None
        A rate that is borrowed is the mean of those of its like, wider by how far they lie apart,
        and is marked as extrapolated.
    """
    own = rates.get((treatment.id, stage))
    if own is not None:
        return own
    at_stage = [
        (known[name], one) for (name, s), one in rates.items() if s == stage and name in known
    ]
    at_stage.sort(key=lambda pair: pair[0].id)
    mates = [one for other, one in at_stage if other.drug_class == treatment.drug_class]
    if not mates:
        mates = [one for other, one in at_stage if other.group == treatment.group]
    return _borrowed(treatment, mates) if mates else None


def _borrowed(treatment: Treatment, mates: Sequence[OptionBaseline]) -> OptionBaseline:
    return replace(
        mates[0],
        treatment=treatment.id,
        response=_mixed([one.response for one in mates]),
        dropout=_mixed([one.dropout for one in mates]),
        remission_given_response=_mixed([one.remission_given_response for one in mates]),
        extrapolated=True,
        references=tuple(sorted({key for one in mates for key in one.references})),
    )


def _mixed(estimates: Sequence[LogitEstimate]) -> LogitEstimate:
    """Return mean and standard deviation of the mixture of equal parts."""
    count = len(estimates)
    mean = math.fsum(one.mean for one in estimates) / count
    spread = math.fsum(one.sd**2 + (one.mean - mean) ** 2 for one in estimates) / count
    return LogitEstimate(mean, math.sqrt(spread))
