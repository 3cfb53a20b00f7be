"""What every staging system makes its result of."""

from __future__ import annotations

from collections.abc import Iterable

from equipoise.core.nouns import StagingResult
from equipoise.core.tables import Row, load_table

__all__ = ["ASK_TREATMENTS", "Read", "band", "points", "result"]

ASK_TREATMENTS = "past treatments: they were not asked for"
Read = tuple[str, float | None]
"""What is printed, and the same as a number."""


def result(
    system: Row,
    certain: Read,
    possible: Read,
    *,
    reasons: Iterable[str],
    missing: Iterable[str],
    known: bool,
) -> StagingResult:
    """Return the result of a system; where no history was recorded nothing is certain.

    Parameters
    ----------
    system : Row
        Row of `staging/systems`.
    certain, possible : (str, float or None)
        What is certain, and what it would be if everything open counted.
    reasons, missing : iterable of str
        Points with their source; facts that would settle it.
    known : bool
        Whether past treatments were asked for.

    Returns
    -------
    StagingResult
        ``cannot_tell`` where they were not.
    """
    asked = tuple(dict.fromkeys(missing))
    if not known:
        certain = possible = ("cannot_tell", None)
        asked = (ASK_TREATMENTS, *asked)
    return StagingResult(
        id=system.text("id"),
        title=system.text("title"),
        value=certain[0],
        at_most=possible[0],
        score=certain[1],
        score_at_most=possible[1],
        reasons=tuple(reasons) if known else (),
        missing=asked,
        reference=system.text("reference"),
        checked=system.text("checked"),
    )


def points(system: str, item: str, count: float) -> tuple[float, str]:
    """Return the points of a count and what they are for; none below the first level.

    Parameters
    ----------
    system, item : str
        Of `staging/points`.
    count : float
        What was counted.

    Returns
    -------
    float, str
        Points and the level in words.
    """
    rows = [
        row
        for row in load_table("staging/points")
        if row.text("system") == system
        and row.text("item") == item
        and count >= row.number("counted_from")
    ]
    if not rows:
        return 0.0, ""
    highest = max(rows, key=lambda row: row.number("counted_from"))
    return highest.number("points"), highest.text("title")


def band(system: str, count: float) -> Row | None:
    """Return the highest row of `staging/thresholds` that a count reaches, or None."""
    rows = [
        row
        for row in load_table("staging/thresholds")
        if row.text("system") == system and count >= row.number("counted_from")
    ]
    return max(rows, key=lambda row: row.number("counted_from")) if rows else None
