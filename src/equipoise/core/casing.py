"""Printed names as they stand within a sentence."""

from __future__ import annotations

from typing import Final

__all__ = ["within"]

# First words that are names of people or places.
NAMES: Final = frozenset({"St", "Stanford", "European", "American", "Chinese"})


def within(text: str) -> str:
    """Return a printed name as it stands within a sentence.

    Parameters
    ----------
    text : str
        As it stands at the start of a line.

    Returns
    -------
    str
        With a small first letter; names of people and abbreviations keep their capitals.
    """
    if text.partition(" ")[0] in NAMES:
        return text
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
