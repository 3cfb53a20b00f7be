"""Reads a scoring file of the PGS Catalog (format 2.0) row by row into compact arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from equipoise.assays.genes.polygenic.alleles import is_plain
from equipoise.assays.genes.polygenic.builds import chromosome_name, length_of
from equipoise.assays.genes.polygenic.limits import limit
from equipoise.assays.genes.polygenic.scoring_header import ScoringHeader, read_header
from equipoise.assays.genes.polygenic.sites import AllelePairs, Floats, Ints, Sites, SitesMaker
from equipoise.assays.genes.polygenic.text_lines import TextBatches
from equipoise.core.errors import InputError
from equipoise.core.steps import Watcher

__all__ = ["ScoringFile", "Unplaced", "read_scoring_file", "sizes_of"]

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
_UNPLACED: Final = -1
_NO_AUTOSOME: Final = -2
_WRONG: Final = -1
_DIGITS: Final = 9
"""Digits of the longest chromosome's length."""

Columns = Sequence[Sequence[bytes]]


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


class _Chromosomes(dict[bytes, int]):
    """Number of a chromosome by its name in the file; -1 for other contigs, -2 for Y and MT."""

    def __init__(self, build: str) -> None:
        super().__init__()
        self._build = build
        self.names: list[str] = []
        self.lengths: list[int] = []

    def __missing__(self, contig: bytes) -> int:
        name = chromosome_name(contig.decode("ascii", "replace"))
        if name is None:
            self[contig] = _UNPLACED
        elif name in {"Y", "MT"}:
            self[contig] = _NO_AUTOSOME
        else:
            if name not in self.names:
                self.names.append(name)
                self.lengths.append(length_of(name, self._build))
            self[contig] = self.names.index(name)
        return self[contig]


class _Pairs(dict[tuple[bytes, bytes], int]):
    """Number of a pair of alleles as the file writes them; -1 where one is no run of bases."""

    def __init__(self, pairs: AllelePairs) -> None:
        super().__init__()
        self._pairs = pairs

    def __missing__(self, key: tuple[bytes, bytes]) -> int:
        effect, other = (text.decode("ascii", "replace").strip().upper() for text in key)
        # Several possible other alleles are as good as none.
        other = "" if "/" in other else other
        plain = is_plain(effect) and (not other or is_plain(other)) and effect != other
        self[key] = self._pairs.number(effect, other) if plain else _UNPLACED
        return self[key]


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
        self._chromosomes, self._pairs = _Chromosomes(self._build), _Pairs(self._maker.pairs)
        self._unplaced: dict[str, Unplaced] = {}
        self._rows = 0

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
        rows = [line.split(b"\t") for line in lines if line]
        if not rows:
            return
        width = len(self._at)
        if set(map(len, rows)) != {width}:
            for number, cells in enumerate(rows, first):
                self._pad(cells, number)
        columns = list(zip(*rows, strict=True))
        values = self._values(columns, first)
        harmonised = self._header.harmonised
        chromosome = self._numbers(
            map(
                self._chromosomes.__getitem__,
                columns[self._at["hm_chr" if harmonised else "chr_name"]],
            ),
            len(rows),
        )
        alleles = zip(columns[self._at["effect_allele"]], self._others(columns), strict=True)
        pair = self._numbers(map(self._pairs.__getitem__, alleles), len(rows))
        position = self._positions(
            columns[self._at["hm_pos" if harmonised else "chr_position"]], chromosome, first
        )
        self._rows += len(rows)
        kept = self._set_aside(columns, (chromosome, pair, position), values)
        for code in np.unique(chromosome[kept]).tolist():
            here = kept & (chromosome == code)
            name = self._chromosomes.names[code]
            self._maker.extend(name, position[here], pair[here], values[here])

    def _pad(self, cells: list[bytes], number: int) -> None:
        """Add the empty cells that some tools leave out at the end of a line."""
        width = len(self._at)
        if len(cells) == width:
            return
        needed = max(self._at["effect_allele"], *self._weights)
        if len(cells) > width or len(cells) <= needed:
            raise self._fault(
                "another number of cells than the header", number, b"%d cells" % len(cells)
            )
        cells += [b""] * (width - len(cells))

    @staticmethod
    def _numbers(found: Iterable[int], count: int) -> Ints:
        return np.fromiter(found, dtype=np.int32, count=count)

    def _others(self, columns: Columns) -> Iterable[bytes]:
        """Return the other alleles, inferred by the catalog where the authors gave none."""
        given, inferred = (
            columns[self._at[name]] if name in self._at else ()
            for name in ("other_allele", "hm_inferOtherAllele")
        )
        if given and inferred:
            return (a or b for a, b in zip(given, inferred, strict=True))
        return given or inferred or repeat(b"", len(columns[0]))

    def _positions(self, texts: Sequence[bytes], chromosome: Ints, first: int) -> Ints:
        """Return positions; 0 where there is none."""
        try:
            if _underlined(texts):
                raise ValueError
            found = self._numbers(map(int, texts), len(texts))
        except (ValueError, OverflowError):
            found = self._numbers(
                (int(t) if t.isdigit() and len(t) <= _DIGITS else _WRONG for t in texts), len(texts)
            )
            empty = np.array([text.strip().lower() in _NO for text in texts])
            found[empty] = 0
        lengths = np.array([*self._chromosomes.lengths, 0])
        wrong = (chromosome >= 0) & ((found < 0) | (found > lengths[chromosome]))
        if wrong.any():
            at = int(wrong.argmax())
            name = self._chromosomes.names[int(chromosome[at])]
            what = f"no position of chromosome {name} in {self._build}"
            raise self._fault(what, first + at, texts[at])
        return found

    def _set_aside(
        self, columns: Columns, found: tuple[Ints, Ints, Ints], values: Floats
    ) -> npt.NDArray[np.bool_]:
        """Count rows that cannot be looked up; return which ones can."""
        chromosome, pair, position = found
        kept = np.ones(len(values), dtype=bool)
        reasons = {
            why: np.array([cell.lower() not in _NO for cell in columns[self._at[name]]])
            for name, why in _UNREADABLE.items()
            if name in self._at
        }
        reasons[NO_BASES] = pair < 0
        reasons[NO_POSITION] = (chromosome == _UNPLACED) | (position <= 0)
        reasons[NO_AUTOSOME] = chromosome == _NO_AUTOSOME
        for why, here in reasons.items():
            new = here & kept
            if new.any():
                left_out = self._unplaced.setdefault(why, Unplaced())
                left_out.rows += int(new.sum())
                left_out.weight += float(self._sizes(values[new]).sum())
                kept &= ~here
        return kept

    def _values(self, columns: Columns, first: int) -> Floats:
        values = np.stack([self._floats(columns[at], first) for at in self._weights], axis=1)
        fits = np.all(np.abs(values) <= self._largest, axis=1)
        self._refuse(np.asarray(~fits), columns, first)
        if self._by_genotype and values.shape[1] == 1:
            values = self._by_model(values[:, 0], columns, first)
        if not self._frequencies:
            return values
        texts = [cell.strip() or b"nan" for cell in columns[self._at[FREQUENCY]]]
        frequency = self._floats(texts, first)
        outside = (frequency < 0) | (frequency > 1)
        if outside.any():
            at = int(outside.argmax())
            raise self._fault("a frequency is outside 0 to 1", first + at, texts[at])
        return np.column_stack([values, frequency])

    def _refuse(self, wrong: npt.NDArray[np.bool_], columns: Columns, first: int) -> None:
        if wrong.any():
            at = int(wrong.argmax())
            got = b", ".join(columns[i][at] for i in self._weights)
            raise self._fault("no weight that can be added", first + at, got)

    def _by_model(self, weight: Floats, columns: Columns, first: int) -> Floats:
        dominant, recessive = (
            np.array([cell.lower() not in _NO for cell in columns[self._at[name]]])
            if name in self._at
            else np.zeros(len(weight), dtype=bool)
            for name in _MODELS
        )
        if (dominant & recessive).any():
            at = int((dominant & recessive).argmax())
            raise self._fault("a variant is both dominant and recessive", first + at, b"")
        one = np.where(recessive, 0.0, weight)
        two = np.where(dominant | recessive, weight, 2 * weight)
        return np.stack([np.zeros(len(weight)), one, two], axis=1)

    def _floats(self, texts: Sequence[bytes], first: int) -> Floats:
        try:
            if _underlined(texts):
                raise ValueError
            return np.fromiter(map(float, texts), dtype=np.float64, count=len(texts))
        except ValueError:
            for number, text in enumerate(texts, first):
                try:
                    float(text.replace(b"_", b"?"))
                except ValueError:
                    raise self._fault("a weight is no number", number, text) from None
            raise

    def _sizes(self, values: Floats) -> Floats:
        weights = values[:, :-1] if self._frequencies else values
        return sizes_of(weights, self._by_genotype)

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
            self._maker.finish(),
            self._by_genotype,
            self._frequencies,
            self._unplaced,
            self._rows,
        )


def _underlined(texts: Sequence[bytes]) -> bool:
    """Whether a number has an underscore, which Python would take for a separator."""
    return b"_" in b"".join(texts)


def sizes_of(weights: Floats, by_genotype: bool) -> Floats:
    """Return the absolute weight of variants: for three weights half of their range."""
    if by_genotype:
        return np.asarray(np.ptp(weights, axis=1) / 2)
    return np.abs(weights[:, 0])
