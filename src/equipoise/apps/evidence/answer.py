"""What an evidence command answers: a document, its text, and what must be said beside it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from equipoise import __version__
from equipoise.apps.evidence.shown import exact
from equipoise.evidence.readers import Exclusion, Origin

__all__ = [
    "SCHEMA_VERSION",
    "Answer",
    "Source",
    "exclusion_lines",
    "exclusions",
    "header",
    "number",
]

SCHEMA_VERSION: Final = "1.0"
WIDTH: Final = 100
TOLD: Final = 10
"""Exclusions that are told one by one; the summary holds all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command prints.

    Parameters
    ----------
    document : dict
        For ``--json``; the same as the summary file.
    text : str
        For people.
    notes : tuple of str
        Lines for stderr: what was left out and what was chosen.
    """

    document: Any
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """The file of an analysis, what was left out of it, and where its rows stand.

    Parameters
    ----------
    path : Path
        As the user named it.
    origin : Origin
        How it was read.
    excluded : tuple of Exclusion
        Rows without a value, and studies that tell nothing.
    notes : tuple of str
        What was taken for granted.
    """

    path: Path
    origin: Origin
    excluded: tuple[Exclusion, ...]
    notes: tuple[str, ...] = ()


def header(analysis: str, source: Source) -> dict[str, Any]:
    """Return the part of a summary that says what was analysed, and by which version."""
    facts = source.origin.facts
    return {
        "schema_version": SCHEMA_VERSION,
        "generator": "Equipoise",
        "version": __version__,
        "analysis": analysis,
        "data": {
            "file": facts.name,
            "delimiter": facts.delimiter,
            "decimal": source.origin.decimal,
            "encoding": facts.encoding,
            "columns": dict(source.origin.columns),
            "rows": facts.rows,
            "rows_not_selected": facts.not_selected,
        },
        "excluded": exclusions(source.excluded),
        "excluded_count": len(source.excluded),
        "notes": list(source.notes),
    }


def exclusions(found: Sequence[Exclusion]) -> list[dict[str, Any]]:
    """Return what was left out as plain values."""
    return [{"lines": list(e.lines), "study": e.study, "reason": e.reason} for e in found]


def exclusion_lines(source: Source) -> list[str]:
    """Return what was left out as lines for people; none where nothing was."""
    found, facts = source.excluded, source.origin.facts
    lines = []
    if facts.not_selected:
        lines.append(f"{facts.not_selected} of {facts.rows} rows were not selected (--where)")
    if found:
        lines.append(f"left out: {len(found)}")
        lines += [f"  {_place(e)}: {e.reason}" for e in found[:TOLD]]
        if len(found) > TOLD:
            lines.append(f"  and {len(found) - TOLD} more; the summary names them all")
    return lines


def _place(found: Exclusion) -> str:
    noun = "line" if len(found.lines) == 1 else "lines"
    where = f"{noun} {', '.join(map(str, found.lines))}"
    return f"{where}, study {found.study}" if found.study else where


def wrapped(text: str, indent: str = "  ", hanging: str = "    ") -> list[str]:
    """Return a text as lines of at most 100 signs."""
    return textwrap.wrap(
        *(text, WIDTH), initial_indent=indent, subsequent_indent=hanging, break_on_hyphens=False
    )


def number(name: str, value: float | None, reason: str) -> dict[str, Any]:
    """Return a number under its name, or null with the reason beside it."""
    if value is None:
        return {name: None, f"{name}_reason": reason}
    return {name: exact(value)}
