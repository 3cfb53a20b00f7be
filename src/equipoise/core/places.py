"""Places in sentences: the ``{name}`` that a program fills in, and what a changed text may do.

A site words a sentence anew, a translator puts it into another language. Neither may lose a number
that the sentence carries, nor ask for one that nobody gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from string import Formatter
from typing import Any, Final, Protocol

__all__ = ["keeps_places", "place_problems", "places"]

MISSING: Final = "n/a"
NAME: Final = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)
FORMS: Final = ("text", "plural")
"""Columns that hold the forms of one sentence."""
SENTENCES: Final = (*FORMS, "action", "why", "rule", "stop_rule", "answer")
"""Columns whose places are filled in, where the row that ships has any."""


@lru_cache(maxsize=8192)
def places(text: str) -> frozenset[str] | None:
    """Return the names of the places in a text; None where it cannot be filled in.

    Examples
    --------
    >>> sorted(places("On {date} it was {score}.")), places("no {end"), places("{0}")
    (['date', 'score'], None, None)
    """
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return None
    found = [name for _, name, spec, how in parts if name is not None and not (spec or how)]
    asked = sum(1 for part in parts if part[1] is not None)
    plain = len(found) == asked and all(NAME.fullmatch(name) for name in found)
    return frozenset(found) if plain else None


def keeps_places(text: str, forms: Sequence[str]) -> bool:
    """Return whether a changed text can stand in for any of the forms of a sentence.

    Parameters
    ----------
    text : str
        The sentence as changed.
    forms : sequence of str
        The sentence as it ships; the form for one may leave out what the form for many has.

    Returns
    -------
    bool
        True where it asks for nothing that they do not have, and has what all of them have.
    """
    own = places(text)
    known = [found for found in map(places, forms) if found is not None]
    if len(known) < len(forms):  # a text that is never filled in
        return True
    if not any(known) and own is None:
        return False
    return own is not None and frozenset.intersection(*known) <= own <= frozenset.union(*known)


class _Row(Protocol):
    """A row of a table: its cells by column, and where it stands."""

    @property
    def cells(self) -> Mapping[str, str]:
        """Text by column."""

    @property
    def where(self) -> str:
        """Table and line."""


def place_problems(
    rows: Iterable[_Row], shipped: Iterable[_Row], schema: Mapping[str, Any]
) -> list[str]:
    """Return what is wrong with the places of a site's rows, one sentence each.

    Parameters
    ----------
    rows, shipped : iterable of rows
        Those in force and those that ship; a row that does not ship has nothing to keep.
    schema : Mapping
        Names the primary key.

    Returns
    -------
    list of str
        Where, the column, and which places are allowed.
    """
    key = schema.get("primaryKey", [])
    names = [key] if isinstance(key, str) else key
    known = {tuple(row.cells[name] for name in names): row.cells for row in shipped}
    found = []
    for row in rows if names else ():
        old = known.get(tuple(row.cells[name] for name in names))
        problem = _problem(row.cells, old) if old is not None else None
        if problem is not None:
            found.append(f"{row.where}, {problem}")
    return found


def _problem(cells: Mapping[str, str], shipped: Mapping[str, str]) -> str | None:
    for column in SENTENCES:
        forms = [
            shipped[one] for one in (FORMS if column in FORMS else (column,)) if one in shipped
        ]
        forms = [form for form in forms if form != MISSING]
        if cells.get(column, MISSING) == MISSING or not forms or keeps_places(cells[column], forms):
            continue
        known = sorted({name for form in forms for name in places(form) or ()})
        names = ", ".join(f"{{{name}}}" for name in known) or "none"
        return f"column {column}: the places of this sentence differ; allowed: {names}"
    return None
