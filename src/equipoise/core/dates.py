"""Dates with the precision they were given in.

A date is text in ISO 8601 (``2024``, ``2024-03`` or ``2024-03-10``). Nothing is filled in: a
calculation asks for the earliest or the latest day that the text allows.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Final

from equipoise.core.errors import RecordError

__all__ = ["IsoDate", "check_date", "earliest", "latest", "weeks_between"]

IsoDate = str
"""Text such as ``2024-03``; checked by :func:`check_date`."""

_PATTERN: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
DAYS_PER_WEEK: Final = 7


def check_date(text: str, *, where: str = "", today: IsoDate | None = None) -> IsoDate:
    """Return `text` if it is a date, and not after `today`.

    Parameters
    ----------
    text : str
        ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.
    where : str, optional
        File, line and field, for the message.
    today : str, optional
        The day of the run; a later date is refused.

    Returns
    -------
    str
        The same text.

    Raises
    ------
    RecordError
        If the text is no date, or lies in the future.
    """
    try:
        first = earliest(text)
    except ValueError:
        raise RecordError(
            "this is not a date",
            where=where,
            got=repr(text),
            allowed="2024, 2024-03 or 2024-03-10",
        ) from None
    if today is not None and first > latest(today):
        raise RecordError(
            "this date lies in the future",
            where=where,
            got=text,
            allowed=f"up to {today}",
            todo="correct the date, or give the day of the run with --date",
        )
    return text


def _parts(text: str) -> tuple[int, int | None, int | None]:
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day = match.groups()
    return int(year), int(month) if month else None, int(day) if day else None


def earliest(text: IsoDate) -> dt.date:
    """Return the first day that `text` allows."""
    year, month, day = _parts(text)
    return dt.date(year, month or 1, day or 1)


def latest(text: IsoDate) -> dt.date:
    """Return the last day that `text` allows."""
    year, month, day = _parts(text)
    month = month or 12
    return dt.date(year, month, day or calendar.monthrange(year, month)[1])


def weeks_between(start: IsoDate, stop: IsoDate) -> tuple[float, float]:
    """Return the fewest and the most weeks from `start` to `stop` (never below 0)."""
    least = (earliest(stop) - latest(start)).days / DAYS_PER_WEEK
    most = (latest(stop) - earliest(start)).days / DAYS_PER_WEEK
    return max(least, 0.0), max(most, 0.0)
