"""Sources of a text answer: authors, title, journal and link of each reference."""

from __future__ import annotations

from collections.abc import Sequence

from equipoise.apps.evidence.answer import wrapped
from equipoise.apps.report.names import source

__all__ = ["short", "source_lines", "sources"]


def short(keys: Sequence[str]) -> str:
    """Return how a line cites references: ``Rush 2006; Elbau 2023``."""
    return "; ".join(source(key).short for key in keys)


def sources(keys: Sequence[str]) -> list[dict[str, str | None]]:
    """Return references as plain values."""
    found = [source(key) for key in keys]
    return [{"key": one.key, "text": one.text, "link": one.link} for one in found]


def source_lines(keys: Sequence[str], *, indent: str, head: str = "") -> list[str]:
    """Return references as lines for people.

    Parameters
    ----------
    keys : sequence of str
        Keys of `tables/references`.
    indent, head : str
        Before each line, and before each reference.

    Returns
    -------
    list of str
        One reference after the other, each wrapped.
    """
    lines = []
    for key in keys:
        one = source(key)
        text = f"{one.text} {one.link_text}" if one.link_text else one.text
        lines += wrapped(f"{head}{text}", indent=indent, hanging=f"{indent}  ")
    return lines
