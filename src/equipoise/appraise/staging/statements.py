"""What the last statement about a finding says."""

from __future__ import annotations

from equipoise.appraise.names import titled
from equipoise.core.dates import latest
from equipoise.core.nouns import Timeline

__all__ = ["stated"]

_WORST_FIRST = ("present", "unknown", "absent")


def stated(timeline: Timeline, finding: str) -> tuple[str, str]:
    """Return ``present``, ``absent``, ``unknown`` or ``not_asked``, and the statement in words.

    Of several statements those count that may be the newest; among them the one that is worst.
    A statement without a date may be the newest.

    Parameters
    ----------
    timeline : Timeline
        The record.
    finding : str
        Id of `red_flags/findings`.

    Returns
    -------
    str, str
        Status, and the title with status and date.
    """
    title = titled("red_flags/findings", finding)
    held = [f for f in timeline.findings.or_else(()) if f.finding == finding]
    if not held:
        return "not_asked", title
    days = [latest(f.date.value) for f in held if f.date.value is not None]
    newest = max(days) if days else None
    last = [f for f in held if f.date.value is None or latest(f.date.value) == newest]
    worst = min(last, key=lambda f: _WORST_FIRST.index(f.status))
    return worst.status, f"{title}: {worst.status} ({worst.date.value or 'no date'})"
