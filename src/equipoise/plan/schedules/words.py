"""The sentences of schedules, and the reason why one is withheld."""

from __future__ import annotations

from equipoise.core.tables import load_table

__all__ = ["NoScheduleError", "plain", "say"]


class NoScheduleError(Exception):
    """No dose is printed, and the message says why; it never leaves this package."""


def say(sentence: str, **words: object) -> str:
    """Return a sentence of `schedules/sentences`, its names in braces filled in."""
    return load_table("schedules/sentences").row(id=sentence).text("text").format(**words)


def plain(dose: float) -> str:
    """Return a dose as it is printed: without needless decimals."""
    return f"{dose:g}"
