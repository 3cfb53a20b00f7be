"""Positions of the genes as each build of the reference genome has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from equipoise.core.prepared import prepared
from equipoise.core.tables import Row, Table, load_table

__all__ = ["BUILDS", "Place", "Site", "places", "windows"]

BUILDS: Final = ("GRCh38", "GRCh37")


@dataclass(frozen=True, slots=True)
class Site:
    """Where a position lies in one build, and the reference bases there.

    Parameters
    ----------
    position : int
        First base, counted from 1.
    ref : str
        Reference bases as VCF writes them.
    """

    position: int
    ref: str

    @property
    def last(self) -> int:
        """Last base."""
        return self.position + len(self.ref) - 1


@dataclass(frozen=True, slots=True)
class Place:
    """One row of `genes/positions`.

    Parameters
    ----------
    id : str
        Its id.
    gene : str
        ``CYP2C19``.
    chromosome : str
        ``chr10``.
    alts : tuple of str
        Alleles of the definitions other than the reference, for GRCh38.
    sites : tuple of (str, Site)
        By build; a build in which it cannot be read is left out.
    """

    id: str
    gene: str
    chromosome: str
    alts: tuple[str, ...]
    sites: tuple[tuple[str, Site], ...]

    def site(self, build: str) -> Site | None:
        """Return where it lies in a build, or None."""
        return dict(self.sites).get(build)

    @property
    def single(self) -> bool:
        """Whether all its alleles are one base."""
        ref = self.sites[0][1].ref
        return len(ref) == 1 and all(len(alt) == 1 for alt in self.alts)


def places() -> tuple[Place, ...]:
    """Return every row of `genes/positions`, in table order."""
    return prepared(load_table("genes/positions"), _read)


def _read(table: Table) -> tuple[Place, ...]:
    return tuple(_place(row) for row in table)


def _place(row: Row) -> Place:
    sites = [(BUILDS[0], Site(int(row.number("position_grch38")), row.text("ref_grch38")))]
    older, ref = row.optional_number("position_grch37"), row.optional_text("ref_grch37")
    if older is not None and ref is not None:
        sites.append((BUILDS[1], Site(int(older), ref)))
    return Place(
        row.text("id"), row.text("gene"), row.text("chromosome"), row.items("alts"), tuple(sites)
    )


def windows(
    wanted: Iterable[Place], builds: Iterable[str], margin: int
) -> dict[str, list[tuple[int, int]]]:
    """Return the stretches of each chromosome that hold the positions.

    Parameters
    ----------
    wanted : iterable of Place
        The positions.
    builds : iterable of str
        Builds that the file may be of.
    margin : int
        Bases on either side: an insertion or deletion may be written further to the right.

    Returns
    -------
    dict of str to list of (int, int)
        First and last base, sorted, none overlapping another.
    """
    spans: dict[str, list[tuple[int, int]]] = {}
    known = tuple(builds)
    for place in wanted:
        for build, site in place.sites:
            if build in known:
                span = (max(1, site.position - margin), site.last + margin)
                spans.setdefault(place.chromosome, []).append(span)
    return {chromosome: _merged(sorted(found)) for chromosome, found in spans.items()}


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in spans:
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged
