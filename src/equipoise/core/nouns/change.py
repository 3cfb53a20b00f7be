"""Change between sessions of one person."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.dates import IsoDate
from equipoise.core.nouns.numbers import Quantity

__all__ = ["Change", "ChangeOrder"]


@dataclass(frozen=True, slots=True)
class Change:
    """One measure in two sessions.

    Parameters
    ----------
    measure : str
        Measure id.
    first_date, last_date : str or None
        Days of the sessions.
    first_session, last_session : str or None
        BIDS sessions.
    first, last : Quantity
        Values with their errors of measurement.
    difference : float
        Last less first.
    retest_error : float or None
        Standard error of a difference of two sessions in a person who did not change; None where
        neither a norm nor a published spread gives it.
    z : float or None
        Difference in units of its whole error.
    verdict : {"rise", "fall", "no_reliable_change", "cannot_tell"}
        Reliable at the level of `monitor_confidence`.
    words : str
        One sentence with the numbers.
    reference : str
        Of the retest reliability.
    """

    measure: str
    first_date: IsoDate | None
    last_date: IsoDate | None
    first_session: str | None
    last_session: str | None
    first: Quantity
    last: Quantity
    difference: float
    retest_error: float | None
    z: float | None
    verdict: str
    words: str
    reference: str


@dataclass(frozen=True, slots=True)
class ChangeOrder:
    """Whether the brain changed before the symptoms.

    Parameters
    ----------
    verdict : {"before", "not_before", "no_reliable_change", "cannot_tell"}
        ``before``: a reliable change of the brain lies in an interval that ended before the
        first reliable change of symptoms began.
    words : str
        One or two sentences, with the dates and the number of measures that were compared.
    """

    verdict: str
    words: str
