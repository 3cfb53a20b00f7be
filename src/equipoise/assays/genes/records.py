"""The records of a file of variants that lie at the positions of the genes, for one sample."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from equipoise.assays.genes.opened import PHASE_SETS, Opened, guarded, unreadable
from equipoise.core.steps import Watcher

__all__ = ["BASES", "WHOLE", "Gathered", "Near", "Record", "gather"]

BASES: Final = frozenset("ACGT")
ANY_OTHER: Final = frozenset({"<NON_REF>", "<*>", "<X>"})
SPANNED: Final = "*"
DIPLOID: Final = 2
# Depths and qualities that are 0 where nothing was read; MIN_DP is the least one of a block.
NO_READS: Final = ("DP", "MIN_DP", "GQ", "RGQ")
NO_READS_OF_ALL: Final = ("DP", "MinDP")
ZERO: Final = frozenset({"0", "0.0"})
LENGTHLESS: Final = "<INS"
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
    return Gathered(_with_sets(records, found.phase_sets), any_record, genotype, structural)


def _with_sets(records: set[Record], phase_sets: bool) -> tuple[Record, ...]:
    """Return the records in order; where the file knows phase sets, those without are not phased.

    The header counts too: what a file is called must not hang on whether one record is in it.
    """
    if phase_sets or any(record.phase.startswith(SET) for record in records):
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
    if _is_structural(raw, alts):
        return _structural_record(raw, taken, chromosome, (ref, *alts))
    alleles, why = _copies(raw, taken, (ref, *alts))
    named = tuple(alt for alt in alts if alt not in ANY_OTHER)
    if not named and len(ref) > 1 and "INDEL" in raw.info:
        return None  # bcftools looked for an insertion or deletion there: it tells no base
    last = raw.start + len(ref)
    if not named:  # a block of the reference
        last = max(last, _block_end(raw, taken))
    elif "structural" in why:
        last = _structure_end(raw, alts)
    phase = "" if why else _phase(raw, taken)
    return Record(chromosome, raw.start + 1, ref, named, last, alleles, phase, why)


def _block_end(raw: Any, taken: Any) -> int:
    """Return the last base of a block: `LEN` is the sample's own, `END` that of all of them."""
    if "LEN" not in raw.format:
        return int(raw.stop)
    own = _first(taken.get("LEN"))
    return int(raw.start) + int(own or 0)


def _structural_record(
    raw: Any, taken: Any, chromosome: str, known: tuple[str, ...]
) -> Record | None:
    """Return a structural variant that the sample has; None where it has none.

    Programs for copy numbers write half a genotype (``./1``), one of one copy, or none and the
    number of copies alone: that is a structural variant all the same.
    """
    if _filters(raw, taken):
        return None
    found = tuple(taken.allele_indices or ()) if "GT" in raw.format else ()
    changed = [known[index] for index in found if index]
    copies = _first(taken.get("CN"))
    if not changed and copies in {None, DIPLOID}:
        return None
    what = changed[0][:20] if changed else f"CN {copies}"
    why = f"a structural variant lies over it ({what})"
    last = _structure_end(raw, known[1:])
    return Record(chromosome, raw.start + 1, known[0], known[1:], last, (), "", why)


def _structure_end(raw: Any, alts: tuple[str, ...]) -> int:
    """Return the last base of a structural variant, by `END` or by `SVLEN`."""
    spans = [0, int(raw.stop)]
    if not all(alt.startswith(LENGTHLESS) for alt in alts) or not alts:
        lengths = _many(raw.info.get("SVLEN"))
        spans += [raw.start + 1 + abs(int(length)) for length in lengths if length is not None]
    return max(spans)


def _first(value: Any) -> Any:
    """Return a value that some headers declare as a list of one."""
    return next(iter(value), None) if isinstance(value, tuple) else value


def _is_structural(raw: Any, alts: tuple[str, ...]) -> bool:
    """Whether a record speaks of structure alone; so does a stretch with its number of copies."""
    if alts:
        return all(_structural(alt) for alt in alts)
    return "SVTYPE" in raw.info or "CN" in raw.format


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
    if not why and _uncovered(raw, taken):
        why = "no read covers it (depth or genotype quality 0)"
    return ((), why) if why else (alleles, "")


def _uncovered(raw: Any, taken: Any) -> bool:
    """Whether the record itself says that no read, or none that tells, lies there."""
    own = [_first(taken.get(name)) for name in NO_READS if name in raw.format]
    shared = [_first(raw.info.get(name)) for name in NO_READS_OF_ALL]
    depths = taken.get("AD") if "AD" in raw.format else None
    counted = [depth for depth in _many(depths) if depth is not None]
    none = any(str(value) in ZERO for value in (*own, *shared))
    return none or (bool(counted) and all(str(depth) in ZERO for depth in counted))


def _many(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


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
    failed = _filters(raw, taken)
    return f"failed the filter {', '.join(failed)}" if failed else ""


def _filters(raw: Any, taken: Any) -> list[str]:
    failed = [name for name in raw.filter if name != "PASS"]
    own = taken.get("FT")
    if own:
        parts = own if isinstance(own, tuple) else str(own).split(";")
        failed += [part for part in parts if part not in {"PASS", ".", None}]
    return failed


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
        return WHOLE if PHASE_SETS.isdisjoint(raw.format.keys()) else ""
    given = _first(taken.get("PS"))
    return "" if given in {None, "", "."} else f"{SET}{given}"
