"""Change of one measure between two sessions, against the noise of measuring twice."""

from __future__ import annotations

from equipoise.core.nouns import Change, ChangeOrder, NormedMeasurement, Trajectory

__all__ = ["compare_sessions", "order_of_change"]


def compare_sessions(measurements: tuple[NormedMeasurement, ...]) -> tuple[Change, ...]:
    """Compare the first and the last session of every measure of a scan."""
    del measurements
    return ()


def order_of_change(
    changes: tuple[Change, ...], trajectories: tuple[Trajectory, ...]
) -> ChangeOrder | None:
    """Say whether the brain changed before the symptoms; None without two sessions."""
    del changes, trajectories
    return None
