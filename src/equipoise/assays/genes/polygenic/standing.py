"""Where a sum lies among those of a reference sample, and when that cannot be told."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

import numpy as np

from equipoise.assays.genes.polygenic.limits import limit
from equipoise.assays.genes.polygenic.result import Standing
from equipoise.assays.genes.polygenic.text_lines import TextBatches
from equipoise.core.errors import InputError
from equipoise.core.steps import quiet

__all__ = ["ReferenceSums", "read_reference", "stand"]

COLUMNS: Final = ("PGS", "SUM", "DENOM", "population")
PERCENT: Final = 100
_SUFFIX: Final = "_hmPOS_"


class ReferenceSums:
    """Sums and denominators of one score by population."""

    def __init__(self) -> None:
        self.by_population: dict[str, list[tuple[float, float]]] = {}

    def add(self, population: str, total: float, alleles: float) -> None:
        """Add one person."""
        self.by_population.setdefault(population, []).append((total, alleles))


def read_reference(path: Path, score: str) -> ReferenceSums:
    """Read the sums of one score in a reference sample.

    Parameters
    ----------
    path : Path
        Tab-separated with the columns PGS, SUM, DENOM and population; others are ignored.
    score : str
        Id of the scoring file, with or without the ending of harmonised files.

    Returns
    -------
    ReferenceSums
        By population; empty where the file holds other scores only.

    Raises
    ------
    InputError
        If a column is missing or a number is none.
    """
    batches = TextBatches(path, "reading the reference sample", quiet)
    found, at, width = ReferenceSums(), dict[str, int](), 0
    for lines in batches:
        for number, line in enumerate(lines, batches.number):
            if not line or line.startswith(b"##"):
                continue
            cells = line.decode("utf-8", "replace").lstrip("#").split("\t")
            if not at:
                at, width = _columns(cells, path), len(cells)
                continue
            where = f"{path}, line {number}"
            if len(cells) != width:
                raise InputError("another number of cells than the header", where=where)
            if cells[at["PGS"]].split(_SUFFIX)[0] == score.split(_SUFFIX, maxsplit=1)[0]:
                total, alleles = (_finite(cells[at[n]], where) for n in ("SUM", "DENOM"))
                found.add(cells[at["population"]], total, alleles)
    return found


def _columns(cells: list[str], path: Path) -> dict[str, int]:
    missing = [name for name in COLUMNS if name not in cells]
    if missing:
        raise InputError(
            f"no such column: {', '.join(missing)}",
            where=str(path),
            got=", ".join(cells[:12]),
            todo="DENOM tells whether the sums are over the same variants, population whom to "
            "compare with; without them there is no percentile",
        )
    return {name: cells.index(name) for name in COLUMNS}


def _finite(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError("a sum or a denominator is no number", where=where, got=text)
    return value


def stand(total: float, alleles: int, reference: ReferenceSums, population: str) -> Standing | str:
    """Return where the sum lies in one population, or why that cannot be told.

    Parameters
    ----------
    total : float
        The person's sum.
    alleles : int
        Alleles that it holds.
    reference : ReferenceSums
        Sums of the reference sample.
    population : str
        Whom to compare with.

    Returns
    -------
    Standing or str
        A sentence where it cannot be told.
    """
    people = reference.by_population.get(population, [])
    fewest = int(limit("reference_people"))
    if not reference.by_population:
        return "the reference sample has no sums of this score"
    if len(people) < fewest:
        return f"the reference sample has {len(people)} people of {population}, {fewest} are needed"
    sums, denominators = np.array(people).T
    differing = np.abs(denominators - alleles) > limit("reference_difference") * alleles
    if differing.any():
        return (
            f"the sums of the reference sample are over other variants: {alleles} alleles were "
            f"counted here, {denominators[differing][0]:g} there"
        )
    spread = float(sums.std(ddof=1))
    if not spread > 0:
        return "everybody in the reference sample has the same sum"
    share = float((sums < total).mean() + (sums == total).mean() / 2)
    # As if one person more lay on either side: beyond everybody the error is small, never none.
    drawn = (share * len(people) + 1) / (len(people) + 2)
    return Standing(
        population=population,
        people=len(people),
        z=(total - float(sums.mean())) / spread,
        percentile=PERCENT * share,
        percentile_error=PERCENT * math.sqrt(drawn * (1 - drawn) / len(people)),
    )
