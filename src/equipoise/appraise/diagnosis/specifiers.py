"""The specifiers of the episode (DSM-5-TR) from structured symptoms and the record."""

from __future__ import annotations

from equipoise.core.nouns import Specifier, Timeline

__all__ = ["check_specifiers"]


def check_specifiers(timeline: Timeline) -> tuple[Specifier, ...]:
    """Check every specifier of the episode.

    Parameters
    ----------
    timeline : Timeline
        The record.

    Returns
    -------
    tuple of Specifier
        In table order.
    """
    del timeline
    return ()
