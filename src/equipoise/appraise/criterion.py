"""One condition of adequacy, three-valued, and how several of them combine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Criterion", "all_met", "word"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition of adequacy: met (None where it cannot be told), why, and what is missing."""

    met: bool | None
    reason: str
    missing: str = ""


def all_met(truths: Iterable[bool | None]) -> bool | None:
    """Return whether all hold: one that does not decides, else one that is open.

    Parameters
    ----------
    truths : iterable of bool or None
        None where it cannot be told.

    Returns
    -------
    bool or None
        None where it cannot be told.
    """
    told = set(truths)
    if False in told:
        return False
    return None if None in told else True


def word(truth: bool | None) -> str:
    """Return ``yes``, ``no`` or ``cannot_tell``."""
    return "cannot_tell" if truth is None else ("yes" if truth else "no")
