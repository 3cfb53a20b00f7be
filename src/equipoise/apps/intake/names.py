"""Names while they are typed: what could be meant, from the tables of drugs, tests and scales."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from equipoise.core.tables import Row, load_table, tables_digest
from equipoise.ingest import schema as s
from equipoise.ingest import vocabulary as v
from equipoise.ingest.fields import FLAG, Kind, near_names

__all__ = ["Match", "matches", "words_of"]

MOST: Final = 12
_WORDS: Final = re.compile(r"`[^`]+`(, `[^`]+`)*")
_TABLES: Final[tuple[tuple[Kind[Any], tuple[str, ...]], ...]] = (
    (v.TREATMENT, ("treatments/treatments", "drugs/drugs")),
    (v.DRUG, ("drugs/drugs",)),
    (v.LAB, ("labs/labs",)),
    (v.SCALE, ("scales/scales",)),
    (v.EFFECT, ("checks/effects",)),
    (v.FINDING, ("red_flags/findings",)),
    (v.IMPLANT, ("contraindications/implants",)),
    (v.SITE, ("contraindications/sites",)),
)


@dataclass(frozen=True, slots=True)
class Match:
    """One name that could be meant.

    Parameters
    ----------
    id : str
        What the record will hold.
    shown : str
        Printed name, with the other name by which it was found.
    """

    id: str
    shown: str


def words_of(key: s.Key[Any]) -> tuple[str, ...]:
    """Return the words that may stand under a key, where they are few and fixed."""
    if key.kind is FLAG:
        return ("yes", "no")
    says = key.kind.says
    return tuple(re.findall("`([^`]+)`", says)) if _WORDS.fullmatch(says) else ()


def matches(key: s.Key[Any], typed: str) -> tuple[Match, ...]:
    """Return what `typed` could become, the likeliest first.

    Parameters
    ----------
    key : Key
        What is being asked.
    typed : str
        Letters so far; capital letters make no difference.

    Returns
    -------
    tuple of Match
        Names that begin so, then names with a word that begins so, then names that contain it;
        where there is none, names that look like it. Each id once.
    """
    written = typed.strip().casefold()
    tables = next((tables for kind, tables in _TABLES if kind is key.kind), None)
    if tables is None:
        return tuple(Match(w, w) for w in words_of(key) if w.startswith(written))
    if not written:
        return ()
    listed = _names(tables, tables_digest())
    found: dict[str, Match] = {}
    for fits in (_begins, _word_begins, _contains):
        for name, one in listed:
            if fits(name, written):
                found.setdefault(one.id, one)
    if not found:
        by_name = {name: one for name, one in reversed(listed)}
        for name in near_names(written, by_name):
            found.setdefault(by_name[name].id, by_name[name])
    return tuple(found.values())[:MOST]


def _begins(name: str, written: str) -> bool:
    return name.startswith(written)


def _word_begins(name: str, written: str) -> bool:
    return any(word.startswith(written) for word in re.split(r"[\s_()-]+", name))


def _contains(name: str, written: str) -> bool:
    return written in name


@cache
def _names(tables: tuple[str, ...], _digest: str) -> tuple[tuple[str, Match], ...]:
    """Return every listed name in small letters, by the digest of the tables in force."""
    rows = [row for name in tables for row in load_table(name)]
    return tuple(pair for row in rows if row.cells.get("kind") != "comparator" for pair in _of(row))


def _of(row: Row) -> Iterator[tuple[str, Match]]:
    title = row.cells.get("title", row.text("id"))
    for name in (row.text("id"), title):
        yield name.casefold(), Match(row.text("id"), title)
    for alias in row.items("aliases") if "aliases" in row.cells else ():
        yield alias.casefold(), Match(row.text("id"), f"{title} ({alias})")
