"""Sources of a text answer: authors, title, journal and link of each reference."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from equipoise.apps.evidence.answer import wrapped
from equipoise.apps.report.names import cell, source, treatment_title
from equipoise.apps.report.wording import capital

__all__ = ["short", "source_lines", "sources", "title"]

TABLE: Final = "references/references"
LONG: Final = 60
"""Signs of a title that is cited whole where a source has no authors."""


def title(treatment: str) -> str:
    """Return the printed name of a treatment; a name such as fMRI keeps its small letter."""
    written = cell("treatments/treatments", "title", id=treatment)
    return capital(written) if written else treatment_title(treatment)


def short(keys: Sequence[str]) -> str:
    """Return how a line cites references: ``Rush 2006; Elbau 2023``.

    A report on a paper that is cited too stands in the list of sources alone.
    """
    cited = [_cited(key, keys) for key in keys]
    return "; ".join(
        one for one in cited if not any(other != one and f" {other}" in one for other in cited)
    )


def _cited(key: str, others: Sequence[str]) -> str:
    """Return a citation; one without author or year is told apart by its title."""
    one, authors, year, written = (
        source(key).short,
        *(cell(TABLE, column, key=key) for column in ("authors", "year", "title")),
    )
    if written and not authors and len(written) <= LONG:
        return written.rstrip(".")
    beside = any(source(other).short.startswith(one) for other in others if other != key)
    if written and not year and beside:
        return f"{one} ({re.split('[,:;.]', written)[0]})"
    # A report on a paper is named after it, year and all.
    return one.removesuffix(f" {year}") if one.endswith(f"{year} {year}") else one


def _text(key: str) -> str:
    """Return a reference in full; a title that ends in a question needs no stop."""
    return re.sub(r"([?!])\.", r"\1", source(key).text)


def sources(keys: Sequence[str]) -> list[dict[str, str | None]]:
    """Return references as plain values."""
    return [{"key": key, "text": _text(key), "link": source(key).link} for key in keys]


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
        text = f"{_text(key)} {one.link_text}" if one.link_text else _text(key)
        lines += wrapped(f"{head}{text}", indent=indent, hanging=f"{indent}  ")
    return lines
