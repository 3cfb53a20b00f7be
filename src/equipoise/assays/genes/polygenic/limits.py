"""Limits of `genes/polygenic_limits` and the sentences of `genes/polygenic_evidence`."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.tables import load_table

__all__ = ["Statement", "limit", "statements"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence on what polygenic scores can tell.

    Parameters
    ----------
    id : str
        Row of `genes/polygenic_evidence`.
    sentence : str
        As it is printed.
    reference : str
        Key of `references/references`.
    grade : str
        Evidence grade; never better than D.
    checked : str
        Checked against the source, recalled or derived.
    """

    id: str
    sentence: str
    reference: str
    grade: str
    checked: str


def limit(name: str) -> float:
    """Return a limit."""
    return load_table("genes/polygenic_limits").row(id=name).number("value")


def statements() -> tuple[Statement, ...]:
    """Return the sentences in table order."""
    return tuple(
        Statement(
            row.text("id"),
            row.text("sentence"),
            row.text("reference"),
            row.text("grade"),
            row.text("checked"),
        )
        for row in load_table("genes/polygenic_evidence")
    )
