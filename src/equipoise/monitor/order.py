"""Whether the brain changed before the symptoms: said only where the dates allow it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from equipoise.core.dates import earliest, latest
from equipoise.core.nouns import ChangeOrder
from equipoise.core.tables import load_table

if TYPE_CHECKING:
    from equipoise.core.dates import IsoDate
    from equipoise.core.nouns import Change, SeriesPoint, Trajectory

__all__ = ["order_of_change"]

_CHANGED: Final = frozenset({"rise", "fall"})
_UNDECIDED: Final = "cannot_tell"


def order_of_change(
    changes: tuple[Change, ...], trajectories: tuple[Trajectory, ...]
) -> ChangeOrder | None:
    """Say whether the brain changed before the symptoms.

    Parameters
    ----------
    changes : tuple of Change
        Measures of scans between two sessions.
    trajectories : tuple of Trajectory
        Scales over time.

    Returns
    -------
    ChangeOrder or None
        None where no measure was taken in two sessions.

    Notes
    -----
    ``before`` needs three things: a reliable change of a measure of the brain; a reliable change
    of a scale; and a last day of the first that is no later than the last day on which every
    scale still stood where it had been. That one came first does not say that it caused the
    other.
    """
    if not changes:
        return None
    judged = [change for change in changes if change.verdict != _UNDECIDED]
    if not judged:
        return ChangeOrder(
            _UNDECIDED,
            f"No measure of the brain could be compared between sessions ({len(changes)} tried): "
            "whether the brain changed before the symptoms cannot be told.",
        )
    changed = [change for change in judged if change.verdict in _CHANGED]
    if not changed:
        return ChangeOrder(
            "no_reliable_change",
            f"No measure of the brain changed reliably ({len(judged)} compared).",
        )
    return _against_symptoms(changed, len(judged), trajectories)


def _against_symptoms(
    changed: list[Change], compared: int, trajectories: tuple[Trajectory, ...]
) -> ChangeOrder:
    until = max(change.last_date or "" for change in changed)
    brain = (
        f"{len(changed)} of {compared} measures of the brain changed reliably by {until} "
        f"({_named(changed)})"
    )
    followed = [t for t in trajectories if t.reliable_change and len(t.points) > 1]
    if not followed:
        return ChangeOrder(
            _UNDECIDED,
            f"{brain}; no scale was followed over time, so what came first cannot be told.",
        )
    began = [found for t in followed if (found := _unchanged_until(t)) is not None]
    if not began:
        last = max(t.points[-1].date for t in followed)
        return ChangeOrder(
            _UNDECIDED,
            f"{brain}; no scale changed reliably up to {last}: whether symptoms follow cannot "
            "be told.",
        )
    start = min(began, key=earliest)
    first = [c for c in changed if c.last_date and latest(c.last_date) <= earliest(start)]
    if not first:
        return ChangeOrder(
            "not_before",
            f"{brain}; symptoms changed reliably after {start}, so it cannot be said that the "
            "brain changed before the symptoms.",
        )
    names = _named(first)
    ended = max(change.last_date or "" for change in first)
    return ChangeOrder(
        "before",
        f"The brain changed before the symptoms: {len(first)} of {compared} measures compared "
        f"had changed reliably by {ended} ({names}), and the scales changed reliably only after "
        f"{start}. This does not show that the one caused the other.",
    )


def _named(changes: list[Change]) -> str:
    """Return the printed names of measures, with the direction of their change."""
    rows = load_table("measures/measures")
    titles = [rows.row(id=change.measure).text("title") for change in changes]
    return ", ".join(
        f"{title[:1].lower()}{title[1:]}: {change.verdict}"
        for title, change in zip(titles, changes, strict=True)
    )


def _unchanged_until(trajectory: Trajectory) -> IsoDate | None:
    """Return the day of the last value before the first reliable change; None without one.

    Of all pairs of values that differ reliably the one whose second value came first counts, and
    of its possible beginnings the latest.
    """
    points, least = trajectory.points, trajectory.reliable_change or 0.0
    for place, point in enumerate(points):
        differs = [earlier for earlier in points[:place] if _differ(earlier, point, least)]
        if differs:
            return differs[-1].date
    return None


def _differ(first: SeriesPoint, last: SeriesPoint, least: float) -> bool:
    return abs(last.value - first.value) >= least
