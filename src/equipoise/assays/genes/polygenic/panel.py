"""Reads an ancestry panel: loadings of variants, and populations in the space that they span."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from equipoise.assays.genes.polygenic.alleles import is_plain
from equipoise.assays.genes.polygenic.builds import build_name, chromosome_name, length_of
from equipoise.assays.genes.polygenic.sites import Sites, SitesMaker
from equipoise.assays.genes.polygenic.text_lines import TextBatches
from equipoise.core.errors import InputError
from equipoise.core.steps import quiet

__all__ = ["Panel", "Population", "read_panel"]

FORMAT: Final = "equipoise-panel-1"
COLUMNS: Final = (
    "chr_name",
    "chr_position",
    "effect_allele",
    "other_allele",
    "allelefrequency_effect",
)


@dataclass(frozen=True, slots=True)
class Population:
    """Where people of one population lie.

    Parameters
    ----------
    name : str
        As the panel calls it.
    mean, sd : tuple of float
        For each component.
    """

    name: str
    mean: tuple[float, ...]
    sd: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """An ancestry panel.

    Parameters
    ----------
    build : str
        Build of the positions.
    sites : Sites
        Variants with the frequency of the effect allele and a loading for each component.
    populations : tuple of Population
        At least two.
    """

    build: str
    sites: Sites
    populations: tuple[Population, ...]


def read_panel(path: Path) -> Panel:
    """Read an ancestry panel.

    Raises
    ------
    InputError
        If it is no panel, names no build or fewer than two populations, or a number is none.
    """
    reader = _PanelReader(path)
    batches = TextBatches(path, "reading the panel", quiet)
    for lines in batches:
        for number, line in enumerate(lines, batches.number):
            if line:
                reader.read(line.decode("utf-8", "replace"), f"{path}, line {number}")
    return reader.finish()


class _PanelReader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._head: dict[str, str] = {}
        self._build = ""
        self._populations: list[Population] = []
        self._columns: list[str] = []
        self._maker = SitesMaker(1)

    def read(self, line: str, where: str) -> None:
        """Read one line."""
        if line.startswith("#"):
            self._read_head(line, where)
        elif not self._columns:
            self._build = self._told_build()
            self._columns = line.split("\t")
            if tuple(self._columns[: len(COLUMNS)]) != COLUMNS or not self._components:
                raise InputError(
                    "no table of loadings",
                    where=where,
                    got=line[:80],
                    allowed=f"{', '.join(COLUMNS)}, then one column for each component",
                )
            self._maker = SitesMaker(1 + self._components)
        else:
            self._read_variant(line.split("\t"), where)

    def _told_build(self) -> str:
        where = str(self._path)
        if self._head.get("format") != FORMAT:
            raise InputError("no ancestry panel", where=where, allowed=f"#format={FORMAT}")
        build = build_name(self._head.get("build"))
        if build is None:
            raise InputError("the panel does not tell its build", where=where)
        return build

    @property
    def _components(self) -> int:
        return len(self._columns) - len(COLUMNS)

    def _read_head(self, line: str, where: str) -> None:
        key, _, value = line.lstrip("#").partition("=")
        if key != "population":
            self._head[key.strip()] = value.strip()
            return
        parts = value.split("\t")
        if len(parts) != len(("name", "mean", "sd")):
            raise InputError("a population needs a name, means and deviations", where=where)
        if not parts[0].strip() or parts[0] in {one.name for one in self._populations}:
            raise InputError("a population without a name of its own", where=where, got=parts[0])
        mean, sd = (tuple(_number(p, where) for p in part.split(",")) for part in parts[1:])
        if not all(deviation > 0 for deviation in sd):
            raise InputError("a deviation of a population must be above 0", where=where)
        self._populations.append(Population(parts[0], mean, sd))

    def _read_variant(self, cells: list[str], where: str) -> None:
        chromosome, position = chromosome_name(cells[0]), 0
        if len(cells) == len(self._columns) and chromosome is not None:
            position = _position(cells[1], length_of(chromosome, self._build))
        if chromosome is None or not position:
            raise InputError(f"no variant of a panel of {self._build}", where=where)
        effect, other = cells[2].upper(), cells[3].upper()
        if not (is_plain(effect) and is_plain(other)) or effect == other:
            raise InputError("no pair of alleles", where=where, got=f"{effect}, {other}")
        values = tuple(_number(cell, where) for cell in cells[4:])
        if not 0 < values[0] < 1:
            raise InputError("a frequency must lie between 0 and 1", where=where, got=cells[4])
        number = self._maker.pairs.number(effect, other)
        place, pair = (np.array([one], dtype=np.int32) for one in (position, number))
        self._maker.extend(chromosome, place, pair, np.array([values]))

    def finish(self) -> Panel:
        """Return the panel."""
        where, build = str(self._path), self._build or self._told_build()
        if len(self._populations) <= 1:
            raise InputError("a panel needs two populations or more", where=where)
        for one in self._populations:
            if len(one.mean) != self._components or len(one.sd) != self._components:
                raise InputError(
                    "a population has another number of components than the loadings",
                    where=where,
                    got=one.name,
                )
        return Panel(build, self._maker.finish(), tuple(self._populations))


def _position(text: str, last: int) -> int:
    """Return a position; 0 where it is none of the chromosome."""
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(last))
    return int(text) if digits and int(text) <= last else 0


def _number(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError("no number", where=where, got=text)
    return value
