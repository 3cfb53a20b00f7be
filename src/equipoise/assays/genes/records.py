"""The records of a file of variants that lie at the positions of the genes, for one sample."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from equipoise.assays.genes.opened import Opened, guarded, unreadable
from equipoise.core.steps import Watcher

__all__ = ["BASES", "WHOLE", "Gathered", "Near", "Record", "gather"]

BASES: Final = frozenset("ACGT")
ANY_OTHER: Final = frozenset({"<NON_REF>", "<*>", "<X>"})
SPANNED: Final = "*"
DIPLOID: Final = 2
EVERY: Final = 1 << 14
WHAT: Final = "reading variants"
WHOLE: Final = "file"
SET: Final = "PS "


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """One record, as one sample has it.

    Parameters
    ----------
    chromosome : str
        ``chr10``.
    position : int
        First base.
    ref : str
        Reference bases, in capitals.
    alts : tuple of str
        Other alleles, in capitals, without those that only stand for any other.
    last : int
        Last base it speaks of: the end of a reference block, else of `ref`.
    alleles : tuple of (str, str) or ()
        The two copies; empty where they cannot be used.
    phase : str
        Phase set; empty where it is not phased.
    why : str
        Why they cannot be used.
    """

    chromosome: str
    position: int
    ref: str
    alts: tuple[str, ...]
    last: int
    alleles: tuple[str, ...]
    phase: str = ""
    why: str = ""

    @property
    def reference(self) -> bool:
        """Whether both copies are as in the reference."""
        return bool(self.alleles) and set(self.alleles) == {self.ref}

    @property
    def shifts(self) -> bool:
        """Whether an allele inserts or deletes bases."""
        return any(set(alt) <= BASES and len(alt) != len(self.ref) for alt in self.alts)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was found in a file.

    Parameters
    ----------
    records : tuple of Record
        Those at the positions, sorted.
    any_record : bool
        Whether the file has a record at all.
    any_genotype : bool
        Whether one of `records` has genotypes.
    structural : bool
        Whether a structural variant of the sample lies over a position.
    """

    records: tuple[Record, ...]
    any_record: bool
    any_genotype: bool
    structural: bool


class Near:
    """Finds the records near a position: most are short, a few are long blocks.

    Parameters
    ----------
    records : sequence of Record
        All of them.
    margin : int
        How far from a position a record may begin.
    """

    def __init__(self, records: Sequence[Record], margin: int) -> None:
        self._margin = margin
        self._short = sorted(r for r in records if r.last - r.position <= margin)
        self._long = [r for r in records if r.last - r.position > margin]
        self._starts = [(r.chromosome, r.position) for r in self._short]

    def around(self, chromosome: str, first: int, last: int) -> list[Record]:
        """Return the records that lie over some bases or begin close to them, sorted."""
        low = bisect_left(self._starts, (chromosome, first - self._margin))
        high = bisect_right(self._starts, (chromosome, last + self._margin))
        long = (r for r in self._long if r.chromosome == chromosome)
        over = [r for r in long if r.position <= last and r.last >= first]
        return sorted([*self._short[low:high], *over])


def gather(
    found: Opened,
    sample: str,
    names: dict[str, str],
    spans: dict[str, list[tuple[int, int]]],
    watch: Watcher,
) -> Gathered:
    """Read the records that lie in some stretches of the chromosomes.

    Parameters
    ----------
    found : Opened
        The file.
    sample : str
        The sample.
    names : dict of str to str
        Chromosome by the names that files give it.
    spans : dict of str to list of (int, int)
        Stretches by chromosome, sorted.
    watch : Watcher
        Told how far the reading of a large file is.

    Returns
    -------
    Gathered
        Without regard to the order of the file.

    Raises
    ------
    RecordingError
        If the file is damaged.
    """
    records: set[Record] = set()
    genotype = structural = any_record = False
    with guarded(found.path):
        stream = _fetched(found, names, spans) if found.indexed else _streamed(found, watch)
        for raw in stream:
            any_record = True
            chromosome = names.get(raw.chrom, "")
            if not _inside(spans.get(chromosome, []), raw.start + 1, raw.stop):
                continue
            genotype = genotype or "GT" in raw.format
            record = _record(raw, sample, chromosome)
            if record is not None:
                records.add(record)
                structural = structural or "structural" in record.why
        any_record = any_record or _has_record(found)
    if found.trouble:
        raise unreadable(found.path, found.trouble[0])
    return Gathered(_with_sets(records), any_record, genotype, structural)


def _with_sets(records: set[Record]) -> tuple[Record, ...]:
    """Return the records in order; where some have phase sets, those without are not phased."""
    if any(record.phase.startswith(SET) for record in records):
        records = {replace(r, phase="") if r.phase == WHOLE else r for r in records}
    return tuple(sorted(records))


def _fetched(
    found: Opened, names: dict[str, str], spans: dict[str, list[tuple[int, int]]]
) -> Iterator[Any]:
    """Yield the records of the stretches, from a file with an index."""
    for contig in tuple(found.file.header.contigs):
        for first, last in spans.get(names.get(contig, ""), ()):
            try:
                part = found.file.fetch(contig, first - 1, last)
            except ValueError:
                break  # in the header, without a record
            yield from part


def _streamed(found: Opened, watch: Watcher) -> Iterator[Any]:
    """Yield every record; tell how much of the file has been read."""
    size = found.path.stat().st_size
    tell = None if found.file.is_stream else found.file.tell
    for count, raw in enumerate(found.file):
        if count % EVERY == 0 and count and tell is not None:
            done = tell()
            watch(WHAT, min(size, done >> 16 if found.compressed else done), size)
        yield raw


def _has_record(found: Opened) -> bool:
    """Whether a file with an index has a record anywhere."""
    return found.indexed and next(iter(found.file), None) is not None


def _inside(spans: list[tuple[int, int]], first: int, last: int) -> bool:
    at = bisect_left(spans, first, key=lambda span: span[1])
    return at < len(spans) and spans[at][0] <= last


def _record(raw: Any, sample: str, chromosome: str) -> Record | None:
    """Return one record; None for a structural one that the sample does not have."""
    taken = raw.samples[sample]
    ref = str(raw.ref).upper()
    alts = tuple(str(alt).upper() for alt in raw.alts or ())
    alleles, why = _copies(raw, taken, (ref, *alts))
    if _is_structural(alts) and "structural" not in why:
        return None
    named = tuple(alt for alt in alts if alt not in ANY_OTHER)
    if not named and len(ref) > 1 and "INDEL" in raw.info:
        return None  # bcftools looked for an insertion or deletion there: it tells no base
    last = raw.start + len(ref)
    if not named or "structural" in why:  # a block of the reference, or a long deletion
        last = max(last, raw.stop)
    phase = "" if why else _phase(raw, taken)
    return Record(chromosome, raw.start + 1, ref, named, last, alleles, phase, why)


def _is_structural(alts: tuple[str, ...]) -> bool:
    return bool(alts) and all(_structural(alt) for alt in alts)


def _structural(allele: str) -> bool:
    return (allele.startswith("<") and allele not in ANY_OTHER) or bool(set("[]") & set(allele))


def _copies(raw: Any, taken: Any, known: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Return the two alleles, or why they cannot be used."""
    found = tuple(taken.allele_indices) if "GT" in raw.format else ()
    why = _uncalled(found) or _failed(raw, taken)
    if why:
        return (), why
    alleles = tuple(known[index] for index in found if index is not None)
    # Reference bases are judged where they are compared: a block may begin with an N.
    why = next((why for a in alleles if a != known[0] and (why := _unusable(a))), "")
    if not why and set(found) == {0} and 0 in {taken.get("DP"), taken.get("GQ")}:
        why = "no read covers it (depth or genotype quality 0)"
    return ((), why) if why else (alleles, "")


def _uncalled(found: tuple[int | None, ...]) -> str:
    known = [index for index in found if index is not None]
    if not known:
        return "no genotype"
    if len(known) < len(found):
        return "half a genotype"
    if len(known) < DIPLOID:
        return "a genotype of one copy"
    return "a genotype of more than two copies" if len(known) > DIPLOID else ""


def _failed(raw: Any, taken: Any) -> str:
    failed = [name for name in raw.filter if name != "PASS"]
    own = taken.get("FT")
    if own:
        parts = own if isinstance(own, tuple) else str(own).split(";")
        failed += [part for part in parts if part not in {"PASS", ".", None}]
    return f"failed the filter {', '.join(failed)}" if failed else ""


def _unusable(allele: str) -> str:
    if allele == SPANNED:
        return "a deletion lies over it (allele *)"
    if allele in ANY_OTHER:
        return f"another allele was seen and not called ({allele})"
    if _structural(allele):
        return f"a structural variant lies over it ({allele[:20]})"
    return "" if set(allele) <= BASES else f"an allele that is no base ({allele[:20]})"


def _phase(raw: Any, taken: Any) -> str:
    if not taken.phased:
        return ""
    if "PS" not in raw.format:
        return WHOLE
    given = taken.get("PS")
    return "" if given is None else f"{SET}{given}"
