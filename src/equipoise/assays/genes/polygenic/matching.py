"""Looks the variants of a score up in a stream of records."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np

from equipoise.assays.genes.polygenic.alleles import Mark, State, fit, is_plain
from equipoise.assays.genes.polygenic.builds import chromosome_name
from equipoise.assays.genes.polygenic.records import (
    ALT,
    CHROM,
    REF,
    REFERENCE_ONLY,
    Record,
    VariantStream,
)
from equipoise.assays.genes.polygenic.sites import NO_COPIES, ChromosomeSites, Sites

__all__ = ["COUNTED", "look_up"]

COUNTED: Final = (State.COUNTED, State.FROM_BLOCK, State.ASSUMED)
"""States of variants that a sum may hold."""

_OPEN: Final = frozenset({State.ABSENT, State.OTHER_ALLELES, State.UNKNOWN_BASE, State.MISSING})
_SPLIT: Final = re.compile(rb"[/|]")
_REMEMBERED: Final = 1 << 16
_HOMOZYGOUS: Final = frozenset({b"0/0", b"0|0"})
PLOIDY: Final = 2


class _Verdict(NamedTuple):
    """What one record says of one pair of alleles."""

    state: State
    copies: int
    mark: Mark


_Question = tuple[int, bytes, bytes, bytes]
_INSIDE: Final = _Verdict(State.FROM_BLOCK, NO_COPIES, Mark.NONE)


def look_up(stream: VariantStream, wanted: Iterable[Sites]) -> int:
    """Read the whole stream and note in `wanted` what became of each variant.

    Parameters
    ----------
    stream : VariantStream
        The person's file.
    wanted : iterable of Sites
        Changed in place.

    Returns
    -------
    int
        Records read.
    """
    looks = [_Look(sites, stream) for sites in wanted]
    count = 0
    for batch in stream:
        count += len(batch)
        for contig, group in groupby(batch, key=lambda record: record.cells[CHROM]):
            records = list(group)
            starts, ends = _spans(records, stream)
            for look in looks:
                look.see(contig, records, starts, ends)
    for look in looks:
        look.settle()
    return count


def _spans(records: list[Record], stream: VariantStream) -> tuple[list[int], list[int]]:
    try:
        return [r.start for r in records], [r.end for r in records]
    except ValueError:
        raise stream.fault("an end is no number, after", records[0].line) from None


class _Look:
    """The search for one set of variants."""

    def __init__(self, sites: Sites, stream: VariantStream) -> None:
        self._sites, self._stream = sites, stream
        self._remembered: dict[_Question, _Verdict] = {}
        self._places: dict[bytes, ChromosomeSites | None] = {}

    def see(self, contig: bytes, records: list[Record], starts: list[int], ends: list[int]) -> None:
        """Note what these records of one contig say."""
        place = self._place(contig)
        if place is None:
            return
        low = np.searchsorted(place.position, starts, side="left")
        high = np.searchsorted(place.position, ends, side="right")
        for i in np.flatnonzero(high > low).tolist():
            record = records[i]
            genotype = self._stream.genotype(record)
            for site in range(int(low[i]), int(high[i])):
                if place.state[site] != State.DUPLICATE:
                    inside = int(place.position[site]) != starts[i]
                    self._note(place, site, self._verdict(place, site, record, genotype, inside))

    def settle(self) -> None:
        """Drop copies of a reference allele that a record beside it takes back.

        Where one position is split over several lines, the line of one alternative writes the
        carrier of another as reference.
        """
        for place in self._sites:
            both = Mark.REFERENCE_EFFECT | Mark.ELSEWHERE
            wrong = (place.state == State.COUNTED) & ((place.mark & both) == both)
            place.state[wrong] = State.CONTRADICTED

    def _place(self, contig: bytes) -> ChromosomeSites | None:
        if contig not in self._places:
            name = chromosome_name(contig.decode("utf-8", "replace"))
            self._places[contig] = self._sites.by_chromosome.get(name) if name else None
        return self._places[contig]

    def _verdict(
        self, place: ChromosomeSites, site: int, record: Record, genotype: bytes, inside: bool
    ) -> _Verdict:
        reference, others = record.cells[REF], record.cells[ALT]
        if inside:
            # The line of a block tells only the first of its bases.
            if genotype in _HOMOZYGOUS:
                return _INSIDE
            return _Verdict(State.MISSING, NO_COPIES, Mark.NONE)
        asked = (int(place.pair[site]), reference, others, genotype)
        found = self._remembered.get(asked)
        if found is None:
            if len(self._remembered) > _REMEMBERED:
                self._remembered.clear()
            found = self._remembered[asked] = self._judge(asked, record)
        return found

    def _judge(self, asked: _Question, record: Record) -> _Verdict:
        number, reference, others, genotype = asked
        effect, other = self._sites.pairs[number]
        alleles = [reference.decode("ascii", "replace").upper()]
        if others not in REFERENCE_ONLY:
            alleles += others.decode("ascii", "replace").upper().split(",")
        carried = self._carried(genotype, alleles, record)
        plain = tuple(a for a in alleles if is_plain(a))
        if len(alleles) == 1 and len(reference) < max(len(effect), len(other)):
            # The base before an insertion is also the first base of a deletion.
            return _Verdict(State.UNKNOWN_BASE, NO_COPIES, Mark.NONE)
        fitting = fit(effect, other, plain)
        if fitting is None:
            moved = carried is not None and any(a != alleles[0] for a in carried)
            mark = Mark.ELSEWHERE if moved else Mark.NONE
            return _Verdict(State.OTHER_ALLELES, NO_COPIES, mark)
        if fitting.ambiguous and not self._sites.keep_ambiguous:
            return _Verdict(State.AMBIGUOUS, NO_COPIES, Mark.NONE)
        if carried is None:
            return _Verdict(State.MISSING, NO_COPIES, Mark.NONE)
        if len(carried) != PLOIDY:
            return _Verdict(State.ONE_COPY, NO_COPIES, Mark.NONE)
        mark = Mark.FLIPPED if fitting.flipped else Mark.NONE
        mark |= Mark.AMBIGUOUS if fitting.ambiguous else Mark.NONE
        mark |= Mark.REFERENCE_EFFECT if fitting.effect == alleles[0] else Mark.NONE
        return _Verdict(State.COUNTED, carried.count(fitting.effect), mark)

    def _carried(
        self, genotype: bytes, alleles: list[str], record: Record
    ) -> tuple[str, ...] | None:
        """Return the alleles of the genotype; None where one of them is not known."""
        parts = _SPLIT.split(genotype)
        if any(part in {b".", b""} for part in parts):
            return None
        try:
            return tuple(alleles[int(part)] for part in parts)
        except (ValueError, IndexError):
            raise self._stream.fault(
                f"no such genotype: {genotype.decode('ascii', 'replace')[:20]}", record.line
            ) from None

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
