"""Kinds of value whose words stand in the tables: drugs, treatments, tests, scales, findings."""

from __future__ import annotations

from functools import cache
from typing import Final

from equipoise.core.errors import RecordError
from equipoise.core.tables import Row, load_table, tables_digest
from equipoise.ingest.fields import Kind, Spot, did_you_mean, near_names, scalar_kind

__all__ = [
    "ASSAY",
    "ATTRIBUTE",
    "DRUG",
    "EFFECT",
    "FINDING",
    "IMPLANT",
    "LAB",
    "SCALE",
    "SITE",
    "TREATMENT",
    "named",
]

_TOLD: Final = 12
UNKNOWN: Final = "write its id or international name; an entry left out is a fact left out"


def named(what: str, *tables: str) -> Kind[str]:
    """Return the kind "an id of these tables".

    Parameters
    ----------
    what : str
        What is named, for messages.
    *tables : str
        Tables with a column ``id`` and, where people use other names, ``aliases``.

    Returns
    -------
    Kind
        Reads an id, or a name that a table lists for exactly one id, and gives the id. Capital
        letters make no difference; a name that is not listed is refused, never guessed.
    """
    listed = " or ".join(f"`tables/{table}`" for table in tables)

    def _read(text: str, spot: Spot) -> str:
        names = _names(tables, tables_digest())
        written = text.casefold()
        found = names.get(written, ())
        if written in found or len(found) == 1:
            return written if written in found else found[0]
        if found:
            raise RecordError(
                f"this name stands for more than one {what}",
                where=spot.where,
                got=repr(text),
                allowed=", ".join(found),
                todo="write the id that is meant",
            )
        raise RecordError(
            f"this {what} is not known",
            where=spot.where,
            got=repr(text),
            allowed=_allowed(tables, listed),
            todo=did_you_mean(_near(text, names)) or UNKNOWN,
        )

    return scalar_kind(f"{what}: id or listed name of {listed}", _read)


def _near(text: str, names: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the nearest ids; behind one that was found by another name, that name."""
    told: dict[str, str] = {}
    for name in near_names(text, names):
        for found in names[name]:
            told.setdefault(found, found if name == found.casefold() else f"{found} ({name})")
    return tuple(told.values())


def _usable(row: Row) -> bool:
    """Return whether a record may name the row: comparators exist only in trials."""
    return row.cells.get("kind") != "comparator"


@cache
def _names(tables: tuple[str, ...], _digest: str) -> dict[str, tuple[str, ...]]:
    """Collect every listed name, small letters, with the ids that it stands for.

    The digest of the tables in force keeps the names of a site apart from those shipped.
    """
    names: dict[str, tuple[str, ...]] = {}
    for table in tables:
        for row in filter(_usable, load_table(table)):
            known = [row.text("id"), row.cells.get("title", "n/a")]
            known += row.items("aliases") if "aliases" in row.cells else ()
            for name in known:
                before = names.get(name.casefold(), ())
                names[name.casefold()] = tuple(dict.fromkeys((*before, row.text("id"))))
    return names


def _allowed(tables: tuple[str, ...], listed: str) -> str:
    ids = [row.text("id") for table in tables for row in load_table(table) if _usable(row)]
    return ", ".join(ids) if len(ids) <= _TOLD else f"an id or listed name of {listed}"


DRUG: Final = named("drug", "drugs/drugs")
TREATMENT: Final = named("treatment", "treatments/treatments", "drugs/drugs")
ASSAY: Final = named("assay", "labs/assays")
LAB: Final = named("laboratory test", "labs/labs")
SCALE: Final = named("scale", "scales/scales")
EFFECT: Final = named("side effect", "checks/effects")
FINDING: Final = named("finding", "red_flags/findings")
IMPLANT: Final = named("implant", "contraindications/implants")
SITE: Final = named("site of the body", "contraindications/sites")
ATTRIBUTE: Final = named("outcome or burden", "hyperparameters/attributes")
