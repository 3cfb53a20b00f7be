"""What is worked out of a table once and kept while that table is in force."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from equipoise.core.tables import Table

__all__ = ["prepared"]

Made = TypeVar("Made")
_kept: Final[dict[str, tuple[Table, object]]] = {}


def prepared(table: Table, make: Callable[[Table], Made]) -> Made:
    """Return what `make` makes of a table; made once for each table in force.

    Parameters
    ----------
    table : Table
        From `load_table`.
    make : callable
        A function of its module that works the rows out; its name is part of the key.

    Returns
    -------
    object
        What `make` returned.
    """
    key = f"{make.__module__}.{make.__qualname__} {table.name}"
    held = _kept.get(key)
    if held is None or held[0] is not table:
        held = (table, make(table))
        _kept[key] = held
    return held[1]  # type: ignore[return-value]
