"""Looks the variants of a score up in a stream of records."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from equipoise.assays.genes.polygenic.alleles import PLOIDY, Mark, State, fit, is_plain
from equipoise.assays.genes.polygenic.builds import chromosome_name
from equipoise.assays.genes.polygenic.genome import Genome
from equipoise.assays.genes.polygenic.records import (
    ALT,
    CHROM,
    NO_ALTERNATIVE,
    REF,
    REFERENCE_ONLY,
    Batch,
    VariantStream,
)
from equipoise.assays.genes.polygenic.sites import NO_COPIES, ChromosomeSites, Sites
from equipoise.core.errors import InputError

__all__ = ["COUNTED", "look_up"]

COUNTED: Final = (State.COUNTED, State.FROM_BLOCK, State.ASSUMED)
"""States of variants that a sum may hold."""

_OPEN: Final = frozenset({State.ABSENT, State.OTHER_ALLELES, State.UNKNOWN_BASE, State.MISSING})
_SPLIT: Final = re.compile(rb"[/|]")
_REMEMBERED: Final = 1 << 16
_COMPARED: Final = 64
"""Lines of each batch whose reference bases are compared with a genome."""

_HOMOZYGOUS: Final = frozenset({b"0/0", b"0|0"})


class _Verdict(NamedTuple):
    """What one record says of one pair of alleles."""

    state: State
    copies: int
    mark: Mark


_Question = tuple[int, bytes, bytes, bytes]
_Index = npt.NDArray[np.intp]
_INSIDE: Final = _Verdict(State.FROM_BLOCK, NO_COPIES, Mark.NONE)
_NOT_READ: Final = _Verdict(State.MISSING, NO_COPIES, Mark.NONE)
_OVERLAID: Final = _Verdict(State.OTHER_ALLELES, NO_COPIES, Mark.OVERLAID)


def look_up(
    stream: VariantStream, wanted: Iterable[Sites], genome: Genome | None = None
) -> frozenset[str]:
    """Read the whole stream and note in `wanted` what became of each variant.

    Parameters
    ----------
    stream : VariantStream
        The person's file.
    wanted : iterable of Sites
        Changed in place.
    genome : Genome or None
        Compared with the reference bases of some records.

    Returns
    -------
    frozenset of str
        Chromosomes that have a record.

    Raises
    ------
    InputError
        If a line is broken, or its reference bases are not those of the genome.
    """
    looks = [_Look(sites, stream) for sites in wanted]
    seen: set[str | None] = set()
    for batch in stream:
        if genome is not None:
            _compare(stream, batch, genome)
        low = 0
        for contig, group in groupby(batch.rows, key=itemgetter(CHROM)):
            high = low + sum(1 for _ in group)
            seen.add(_chromosome(contig))
            for look in looks:
                look.see(contig, batch, slice(low, high))
            low = high
    for look in looks:
        look.settle()
    return frozenset(name for name in seen if name)


def _chromosome(contig: bytes) -> str | None:
    return chromosome_name(contig.decode("utf-8", "replace"))


def _compare(stream: VariantStream, batch: Batch, genome: Genome) -> None:
    """Compare some lines of a batch with the genome: a header may name the wrong build."""
    for line in range(0, len(batch.rows), max(1, len(batch.rows) // _COMPARED)):
        row = batch.rows[line]
        chromosome = _chromosome(row[CHROM])
        reference = row[REF].decode("ascii", "replace").upper()
        there = genome.bases(chromosome, int(batch.starts[line]), len(reference))
        if any(a != b and is_plain(a + b) for a, b in zip(reference, there, strict=False)):
            raise InputError(
                "the reference bases of this line are not those of the genome",
                where=f"{stream.path}, line {batch.first + line}",
                got=reference[:20],
                allowed=there[:20],
                todo="look whether the build is right",
            )


class _Look:
    """The search for one set of variants."""

    def __init__(self, sites: Sites, stream: VariantStream) -> None:
        self._sites, self._stream = sites, stream
        self._remembered: dict[_Question, _Verdict] = {}
        self._places: dict[bytes, ChromosomeSites | None] = {}

    def see(self, contig: bytes, batch: Batch, lines: slice) -> None:
        """Note what these lines of one contig say."""
        place = self._place(contig)
        if place is None:
            return
        low = np.searchsorted(place.position, batch.starts[lines], side="left")
        high = np.searchsorted(place.position, batch.ends[lines], side="right")
        hit = np.flatnonzero(high > low)
        single = (high - low)[hit] == 1
        sites = low[hit]
        # Nearly every line is the only one of its position, of one variant, and no block.
        plain = single & (place.position[sites] == batch.starts[lines][hit])
        plain &= place.state[sites] == State.ABSENT
        steps = np.diff(sites)
        plain[1:] &= steps > 0
        plain[:-1] &= steps > 0
        if (steps < 0).any():
            # The file is not in order: a variant may come again anywhere in it.
            plain[:] = False
        self._see_plain(place, batch, hit[plain] + lines.start, sites[plain])
        for i in hit[~plain].tolist():
            self._see_line(place, batch, lines.start + i, range(int(low[i]), int(high[i])))

    def _see_plain(
        self, place: ChromosomeSites, batch: Batch, lines: _Index, sites: _Index
    ) -> None:
        """Note lines that each speak of one variant of which nothing is known yet."""
        genotype, rows = self._stream.genotype, batch.rows
        pairs = place.pair[sites].tolist()
        verdicts = []
        for i, pair in zip(lines.tolist(), pairs, strict=True):
            row = rows[i]
            asked = (pair, row[REF], row[ALT], genotype(row, batch.first + i))
            verdicts.append(self._remembered.get(asked) or self._judged(asked, batch.first + i))
        if verdicts:
            state, copies, mark = zip(*verdicts, strict=True)
            place.state[sites], place.copies[sites], place.mark[sites] = state, copies, mark

    def _see_line(self, place: ChromosomeSites, batch: Batch, line: int, sites: range) -> None:
        row, number = batch.rows[line], batch.first + line
        genotype = self._stream.genotype(row, number)
        for site in sites:
            if place.state[site] == State.DUPLICATE:
                continue
            if int(place.position[site]) == int(batch.starts[line]):
                asked = (int(place.pair[site]), row[REF], row[ALT], genotype)
                self._note(place, site, self._remembered.get(asked) or self._judged(asked, number))
            elif row[ALT] in REFERENCE_ONLY:
                # The line of a block tells only the first of its bases.
                self._note(place, site, _INSIDE if genotype in _HOMOZYGOUS else _NOT_READ)
            elif genotype not in _HOMOZYGOUS:
                self._note(place, site, _OVERLAID)

    def settle(self) -> None:
        """Drop copies of a reference allele that a record beside it takes back.

        Where one position is split over several lines, the line of one alternative writes the
        carrier of another as reference. A block may lie under a variant that says otherwise.
        """
        for place in self._sites:
            both = Mark.REFERENCE_EFFECT | Mark.ELSEWHERE
            wrong = (place.state == State.COUNTED) & ((place.mark & both) == both)
            changed = (place.mark & (Mark.ELSEWHERE | Mark.OVERLAID)) != 0
            wrong |= (place.state == State.FROM_BLOCK) & changed
            place.state[wrong] = State.CONTRADICTED

    def _place(self, contig: bytes) -> ChromosomeSites | None:
        if contig not in self._places:
            name = _chromosome(contig)
            self._places[contig] = self._sites.by_chromosome.get(name) if name else None
        return self._places[contig]

    def _judged(self, asked: _Question, line: int) -> _Verdict:
        """Judge a question and remember the answer: a genome asks few different ones."""
        if len(self._remembered) > _REMEMBERED:
            self._remembered.clear()
        found = self._remembered[asked] = self._judge(asked, line)
        return found

    def _judge(self, asked: _Question, line: int) -> _Verdict:
        number, reference, others, genotype = asked
        effect, other = self._sites.pairs[number]
        alleles = [reference.decode("ascii", "replace").upper()]
        if others not in NO_ALTERNATIVE:
            alleles += others.decode("ascii", "replace").upper().split(",")
        carried = self._carried(genotype, alleles, line)
        plain = tuple(a for a in alleles if is_plain(a))
        if others in REFERENCE_ONLY and len(reference) < max(len(effect), len(other)):
            # The base before an insertion is also the first base of a deletion.
            return _Verdict(State.UNKNOWN_BASE, NO_COPIES, Mark.NONE)
        fitting = fit(effect, other, plain) if is_plain(alleles[0]) else None
        if fitting is None:
            moved = carried is not None and any(a != alleles[0] for a in carried)
            mark = Mark.ELSEWHERE if moved else Mark.NONE
            return _Verdict(State.OTHER_ALLELES, NO_COPIES, mark)
        if fitting.ambiguous and not self._sites.keep_ambiguous:
            return _Verdict(State.AMBIGUOUS, NO_COPIES, Mark.NONE)
        if carried is None:
            return _NOT_READ
        if len(carried) != PLOIDY:
            return _Verdict(State.ONE_COPY, NO_COPIES, Mark.NONE)
        mark = Mark.FLIPPED if fitting.flipped else Mark.NONE
        mark |= Mark.AMBIGUOUS if fitting.ambiguous else Mark.NONE
        mark |= Mark.REFERENCE_EFFECT if fitting.effect == alleles[0] else Mark.NONE
        return _Verdict(State.COUNTED, carried.count(fitting.effect), mark)

    def _carried(self, genotype: bytes, alleles: list[str], line: int) -> tuple[str, ...] | None:
        """Return the alleles of the genotype; None where one of them is not known."""
        parts = _SPLIT.split(genotype)
        if any(part in {b".", b""} for part in parts):
            return None
        # A minus would count from the end of the alleles.
        if not all(part.isdigit() and int(part) < len(alleles) for part in parts):
            raise self._stream.fault(
                f"no such genotype: {genotype.decode('ascii', 'replace')[:20]}", line
            )
        carried = tuple(alleles[int(part)] for part in parts)
        # <NON_REF> stands for any other allele, the effect allele among them.
        return None if any(allele.startswith("<") for allele in carried) else carried

    @staticmethod
    def _note(place: ChromosomeSites, site: int, new: _Verdict) -> None:
        state = State(int(place.state[site]))
        if new.state is State.OTHER_ALLELES:
            place.mark[site] |= int(new.mark)
            if state is State.ABSENT:
                place.state[site] = new.state
        elif state in _OPEN:
            place.state[site] = new.state
            place.copies[site] = new.copies
            place.mark[site] |= int(new.mark)
        elif new.state is not State.MISSING and new.copies != int(place.copies[site]):
            place.state[site] = State.CONTRADICTED
            place.copies[site] = NO_COPIES
