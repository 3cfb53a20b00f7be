"""Reads a scoring file of the PGS Catalog (format 2.0) row by row into compact arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from equipoise.assays.genes.polygenic.alleles import is_plain
from equipoise.assays.genes.polygenic.builds import chromosome_name, length_of
from equipoise.assays.genes.polygenic.limits import limit
from equipoise.assays.genes.polygenic.scoring_header import ScoringHeader, read_header
from equipoise.assays.genes.polygenic.sites import Sites, SitesMaker
from equipoise.assays.genes.polygenic.text_lines import TextBatches
from equipoise.core.errors import InputError
from equipoise.core.steps import Watcher

__all__ = ["ScoringFile", "Unplaced", "read_scoring_file"]

DOSAGES: Final = ("dosage_0_weight", "dosage_1_weight", "dosage_2_weight")
FREQUENCY: Final = "allelefrequency_effect"
_NO: Final = frozenset({b"", b"false", b"0", b"no", b"na", b"n/a"})
_MODELS: Final = ("is_dominant", "is_recessive")
_UNREADABLE: Final = {
    "is_interaction": "an interaction of several variants",
    "is_haplotype": "a haplotype",
    "is_diplotype": "a diplotype",
}
NO_POSITION: Final = "no position in this build"
NO_BASES: Final = "an allele that is no run of bases"
NO_AUTOSOME: Final = "on Y or the mitochondrion"


@dataclass(slots=True)
class Unplaced:
    """Rows that no file of variants can answer: how many, and their absolute weight."""

    rows: int = 0
    weight: float = 0.0


@dataclass(slots=True)
class ScoringFile:
    """A scoring file in memory.

    Parameters
    ----------
    header : ScoringHeader
        What it says of itself.
    build : str
        Build of the positions.
    sites : Sites
        Variants that can be looked up.
    by_genotype : bool
        Whether each variant has three weights, for 0, 1 and 2 copies, rather than one for a copy.
    with_frequency : bool
        Whether the last value of each variant is the frequency of the effect allele.
    unplaced : dict of str to Unplaced
        Rows that cannot be looked up, by reason.
    rows : int
        All rows.
    """

    header: ScoringHeader
    build: str
    sites: Sites
    by_genotype: bool
    with_frequency: bool
    unplaced: dict[str, Unplaced] = field(default_factory=dict)
    rows: int = 0


def read_scoring_file(path: Path, watch: Watcher, *, frequencies: bool = False) -> ScoringFile:
    """Read a scoring file.

    Parameters
    ----------
    path : Path
        Plain or gzipped.
    watch : Watcher
        Told how far the reading is.
    frequencies : bool
        Whether the frequencies of the effect alleles are needed.

    Returns
    -------
    ScoringFile
        With variants in order of position.

    Raises
    ------
    InputError
        If the file cannot be read, has no positions, or a weight is no number.
    """
    batches = TextBatches(path, "reading weights", watch)
    reader: _Rows | None = None
    head: list[bytes] = []
    for lines in batches:
        if reader is None:
            head += lines
            if all(line.startswith(b"#") or not line.strip() for line in lines):
                continue
            header, used = read_header(head, str(path))
            reader = _Rows(header, frequencies)
            reader.read(head[used:], used + 1)
        else:
            reader.read(lines, batches.number)
    if reader is None:
        raise InputError("the file holds no table", where=str(path))
    return reader.finish()


class _Rows:
    """Rows of one table, read by the columns that it has."""

    def __init__(self, header: ScoringHeader, frequencies: bool) -> None:
        self._header, self._frequencies = header, frequencies
        self._build = header.build
        self._at = {name: i for i, name in enumerate(header.columns)}
        self._weights = self._weight_columns()
        models = [name for name in _MODELS if name in self._at]
        self._by_genotype = len(self._weights) > 1 or bool(models)
        if frequencies and FREQUENCY not in self._at:
            raise InputError(
                f"no such column: {FREQUENCY}", where=header.where, todo="use --missing skip"
            )
        self._maker = SitesMaker((3 if self._by_genotype else 1) + frequencies)
        self._largest = limit("largest_weight")
        self._unplaced: dict[str, Unplaced] = {}
        self._rows = 0
        self._pairs: dict[tuple[bytes, bytes], int | None] = {}
        self._chromosomes: dict[bytes, str | None] = {}
        self._lengths: dict[str, int] = {}

    def _weight_columns(self) -> list[int]:
        if "effect_weight" in self._at:
            return [self._at["effect_weight"]]
        if all(name in self._at for name in DOSAGES):
            return [self._at[name] for name in DOSAGES]
        ratios = [name for name in ("OR", "HR") if name in self._at]
        raise InputError(
            "no such column: effect_weight",
            where=self._header.where,
            got=", ".join(self._header.columns[:12]),
            todo=f"{ratios[0]} is a ratio: its logarithm goes into effect_weight" if ratios else "",
        )

    def read(self, lines: list[bytes], first: int) -> None:
        """Add these lines; `first` is the number of the first of them."""
        harmonised = self._header.harmonised
        at_chromosome = self._at["hm_chr" if harmonised else "chr_name"]
        at_position = self._at["hm_pos" if harmonised else "chr_position"]
        at_effect, width = self._at["effect_allele"], len(self._at)
        odd = [(self._at[n], why) for n, why in _UNREADABLE.items() if n in self._at]
        for number, line in enumerate(lines, first):
            if not line:
                continue
            cells = line.split(b"\t")
            if len(cells) != width:
                # Trailing empty cells are left out by some tools.
                cells += [b""] * (width - len(cells))
                if len(cells) > width or len(line.split(b"\t")) <= at_effect:
                    raise self._fault("another number of cells than the header", number, line)
            self._rows += 1
            values = self._values(cells, number)
            reason = next((why for at, why in odd if cells[at].lower() not in _NO), None)
            if reason is None:
                reason = self._add(cells[at_chromosome], cells[at_position], cells, values, number)
            if reason is not None:
                left_out = self._unplaced.setdefault(reason, Unplaced())
                left_out.rows += 1
                left_out.weight += self._size(values)

    def _add(
        self,
        contig: bytes,
        place: bytes,
        cells: list[bytes],
        values: tuple[float, ...],
        number: int,
    ) -> str | None:
        """Keep one variant and return None, or return why it cannot be looked up."""
        if contig not in self._chromosomes:
            name = chromosome_name(contig.decode("ascii", "replace"))
            self._chromosomes[contig] = name
            if name:
                self._lengths[name] = length_of(name, self._build)
        chromosome = self._chromosomes[contig]
        effect = cells[self._at["effect_allele"]]
        pair = self._pair(effect, self._other(cells))
        if pair is None:
            return NO_BASES
        if chromosome is None or place.strip() in _NO:
            return NO_POSITION
        if chromosome in {"Y", "MT"}:
            return NO_AUTOSOME
        if not place.isdigit() or not 0 < int(place) <= self._lengths[chromosome]:
            raise self._fault(
                f"no position of chromosome {chromosome} in {self._build}", number, place
            )
        self._maker.add(chromosome, int(place), pair, values)
        return None

    def _other(self, cells: list[bytes]) -> bytes:
        """Return the other allele, inferred by the catalog where the authors gave none."""
        for name in ("other_allele", "hm_inferOtherAllele"):
            at = self._at.get(name)
            # Several possible alleles are as good as none.
            if at is not None and cells[at].strip() and b"/" not in cells[at]:
                return cells[at]
        return b""

    def _pair(self, effect: bytes, other: bytes) -> int | None:
        key = (effect, other)
        if key not in self._pairs:
            one, two = (text.decode("ascii", "replace").strip().upper() for text in key)
            plain = is_plain(one) and (not two or is_plain(two)) and one != two
            self._pairs[key] = self._maker.pairs.number(one, two) if plain else None
        return self._pairs[key]

    def _values(self, cells: list[bytes], number: int) -> tuple[float, ...]:
        weights = tuple(self._number(cells[at], number) for at in self._weights)
        if self._by_genotype and len(weights) == 1:
            weights = self._by_model(weights[0], cells, number)
        if not self._frequencies:
            return weights
        text = cells[self._at[FREQUENCY]]
        frequency = self._number(text, number) if text.strip() else math.nan
        if not math.isnan(frequency) and not 0 <= frequency <= 1:
            raise self._fault("a frequency is outside 0 to 1", number, text)
        return (*weights, frequency)

    def _by_model(self, weight: float, cells: list[bytes], number: int) -> tuple[float, ...]:
        dominant, recessive = (
            name in self._at and cells[self._at[name]].lower() not in _NO for name in _MODELS
        )
        if dominant and recessive:
            raise self._fault("a variant is both dominant and recessive", number, b"")
        if dominant:
            return (0.0, weight, weight)
        return (0.0, 0.0, weight) if recessive else (0.0, weight, 2 * weight)

    def _number(self, text: bytes, number: int) -> float:
        try:
            value = float(text)
        except ValueError:
            raise self._fault("a weight is no number", number, text) from None
        # A comparison with NaN is never true.
        if not abs(value) <= self._largest:
            raise self._fault("no weight that can be added", number, text)
        return value

    def _size(self, values: tuple[float, ...]) -> float:
        weights = values[: len(values) - self._frequencies]
        return (max(weights) - min(weights)) / 2 if self._by_genotype else abs(weights[0])

    def _fault(self, what: str, number: int, got: bytes) -> InputError:
        return InputError(
            what,
            where=f"{self._header.where}, line {number}",
            got=got[:60].decode("utf-8", "replace"),
        )

    def finish(self) -> ScoringFile:
        """Return what was read."""
        if not self._rows:
            raise InputError("the table holds no row", where=self._header.where)
        return ScoringFile(
            self._header,
            self._build,
            self._maker.finish(),
            self._by_genotype,
            self._frequencies,
            self._unplaced,
            self._rows,
        )
