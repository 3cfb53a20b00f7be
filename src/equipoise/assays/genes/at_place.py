"""What the records of a file say about one position of a gene.

A position that no record, or none that can be used, lies at is not read; it is never taken for
the reference. Alleles are compared as the sequences they make, so that an insertion or deletion
is recognised however it is written, as long as the reference bases between are known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from equipoise.assays.genes.observed import Observed
from equipoise.assays.genes.places import Place, Site
from equipoise.assays.genes.records import BASES, Record

__all__ = ["known_bases", "observe"]

NOT_THERE: Final = "not in the file"
DISAGREE: Final = "two records of it disagree"
BESIDE: Final = "only another change beside it is recorded"
LOST: Final = "an insertion or deletion lies over it"
PART: Final = "only a part of it, or a single-base change in it, is in the file"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one record says: two alleles in the notation of the position, or why not."""

    record: Record
    alleles: tuple[str, ...]
    why: str = ""


def known_bases(
    places: Sequence[Place], records: Sequence[Record], build: str
) -> dict[str, dict[int, str]]:
    """Return the reference bases that are known, by chromosome and position."""
    known: dict[str, dict[int, str]] = {}
    for record in records:
        bases = known.setdefault(record.chromosome, {})
        pairs = enumerate(record.ref, start=record.position)
        bases.update((at, base) for at, base in pairs if base in BASES)
    for place in places:
        site = place.site(build)
        if site is not None:
            bases = known.setdefault(place.chromosome, {})
            bases.update(enumerate(site.ref, start=site.position))
    return known


def observe(
    place: Place, build: str, records: Sequence[Record], known: Mapping[int, str]
) -> Observed:
    """Return what one sample has at a position.

    Parameters
    ----------
    place : Place
        The position.
    build : str
        Build of the file.
    records : sequence of Record
        Records near it, sorted.
    known : mapping of int to str
        Reference bases of its chromosome.

    Returns
    -------
    Observed
        In the notation for GRCh38.
    """
    site = place.site(build)
    if site is None or not (place.single or site.ref == place.sites[0][1].ref):
        return Observed(place.id, None, None, f"cannot be read in {build}")
    seen = _single(site, records) if place.single else _long(place, site, records, known)
    if seen is None or not seen.alleles:
        return Observed(place.id, None, None, seen.why if seen else NOT_THERE)
    first, second = seen.alleles
    return Observed(place.id, (first, second), _phase(seen), "")


def _phase(seen: _Seen) -> str | None:
    """Return the phase set; the bases of one record of several lie on the same copies anyway."""
    record = seen.record
    if record.phase or record.reference or len(record.ref) == 1:
        return record.phase or None
    return f"record {record.chromosome}:{record.position} {record.ref}>{','.join(record.alts)}"


def _agreed(found: list[_Seen]) -> _Seen | None:
    """Return what several records agree on."""
    found = [seen for seen in found if not _of_other_allele(seen, found)]
    if not found:
        return None
    faulty = next((seen for seen in found if seen.why), None)
    if faulty is not None:
        return faulty
    first = found[0]
    if any(sorted(seen.alleles) != sorted(first.alleles) for seen in found):
        return _Seen(first.record, (), DISAGREE)
    ways = {(seen.alleles, _phase(seen)) for seen in found}
    if len(ways) > 1:  # the same alleles, phased otherwise
        unphased = Record(*_fields(first.record), first.record.alleles)
        return _Seen(unphased, tuple(sorted(first.alleles)))
    return first


def _fields(record: Record) -> tuple[str, int, str, tuple[str, ...], int]:
    return record.chromosome, record.position, record.ref[:1], record.alts, record.last


def _of_other_allele(seen: _Seen, found: list[_Seen]) -> bool:
    """Whether it only says that the sample lacks an allele, where another one was found.

    So are records with several alleles written once they are split.
    """
    mine = seen.record
    return mine.reference and any(
        not other.record.reference
        and not other.why
        and (other.record.position, other.record.ref) == (mine.position, mine.ref)
        and mine.alts
        and not set(mine.alts) & set(other.record.alts)
        for other in found
    )


def _single(site: Site, records: Sequence[Record]) -> _Seen | None:
    """Return what is at a position all of whose alleles are one base."""
    direct: list[_Seen] = []
    beside: list[_Seen] = []
    for record in records:
        if not record.position <= site.position <= record.last:
            continue
        seen = _base(record, site)
        if seen.why == LOST:
            return seen
        (direct if _tells(record, site.position - record.position) else beside).append(seen)
    if direct or not beside:
        return _agreed(direct)
    faulty = next((seen for seen in beside if seen.why), None)
    return faulty or _Seen(beside[0].record, (), BESIDE)


def _tells(record: Record, at: int) -> bool:
    """Whether a record tells the base at an offset of its reference bases.

    A sample without the alleles that a record names may have others: so 0/0 tells a base only
    where no allele is named, or one that differs there and nowhere else.
    """
    if not record.alts:
        return True
    changes = [
        alt[at : at + 1] != record.ref[at : at + 1]
        for alt in record.alts
        if len(alt) == len(record.ref)
    ]
    if not record.reference:
        return not record.shifts or any(changes)
    rest = record.ref[:at], record.ref[at + 1 :]
    return any(
        (alt[:at], alt[at + 1 :]) == rest and alt != record.ref
        for alt in record.alts
        if len(alt) == len(record.ref)
    )


def _base(record: Record, site: Site) -> _Seen:
    """Return the base of each copy; those outside of `ref` are in a block of the reference."""
    at = site.position - record.position
    if not record.alleles:
        return _Seen(record, (), record.why)
    if record.reference:
        base = record.ref[at : at + 1] or site.ref
        bases = [base, base]
    else:
        found = [_base_of(allele, record.ref, at) for allele in record.alleles]
        bases = [base for base in found if base is not None]
        if len(bases) < len(found):
            return _Seen(record, (), LOST)
    strange = next((base for base in bases if base not in BASES), None)
    if strange is not None:
        return _Seen(record, (), f"the reference base is {strange} in the file")
    return _Seen(record, tuple(bases))


def _base_of(allele: str, ref: str, at: int) -> str | None:
    """Return the base of an allele at an offset of the reference; None where it may be lost."""
    if at >= len(ref):
        return None
    if len(allele) == len(ref):
        return allele[at]
    before = _shared(ref, allele)
    after = _shared(ref[::-1], allele[::-1])
    if len(allele) > len(ref) and before + after >= len(ref):
        return ref[at]  # bases are added, none is taken away
    short = min(len(ref), len(allele))
    first, last = min(before, short - after), len(ref) - min(after, short - before)
    return None if first <= at < last else ref[at]


def _shared(one: str, other: str) -> int:
    """Return how many bases two sequences have in common from the first on."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _long(
    place: Place, site: Site, records: Sequence[Record], known: Mapping[int, str]
) -> _Seen | None:
    """Return what is at a position where bases may be inserted or deleted."""
    named: list[_Seen] = []
    whole: list[_Seen] = []
    parts: list[_Seen] = []
    for record in records:
        kinds = {alt: _kind(record, alt, place, site, known) for alt in record.alts}
        is_it = any(kind not in {APART, UNSURE, TOUCHING} for kind in kinds.values())
        if is_it or (not record.reference and set(kinds.values()) & {UNSURE, TOUCHING}):
            named.append(_indel(record, kinds, site))
        elif record.shifts or not (record.position <= site.last and record.last >= site.position):
            continue  # 0/0 for another insertion or deletion tells nothing of this one
        else:
            covers = record.position <= site.position and record.last >= site.last
            both = (site.ref, site.ref) if record.alleles else ()
            plain = covers and not record.alts
            (whole if plain else parts).append(_Seen(record, both, record.why))
    if named:
        return _agreed(named)
    if whole:
        return _agreed([_as_reference(seen) for seen in whole])
    return _from_parts(site, parts)


APART, TOUCHING, UNSURE = "apart", "touching", "unsure"


def _as_reference(seen: _Seen) -> _Seen:
    """Return a record that has no such insertion or deletion without the phase of what it has."""
    record = seen.record
    plain = Record(*_fields(record), (record.ref[:1],) * len(record.alleles), "", record.why)
    return _Seen(plain, seen.alleles, seen.why)


def _from_parts(site: Site, parts: list[_Seen]) -> _Seen | None:
    """Return the reference where records of single bases cover the whole of it.

    The first base, where an insertion or deletion would be written, must stand there without
    another allele: a list of single-base changes does not look for anything else.
    """
    if not parts:
        return None
    good = [seen for seen in parts if not seen.why]
    covered = {base for seen in good for base in range(seen.record.position, seen.record.last + 1)}
    first = [s for s in good if not s.record.alts and _over(s.record, site.position)]
    if first and covered >= set(range(site.position, site.last + 1)):
        return _as_reference(first[0])
    faulty = next((seen for seen in parts if seen.why), None)
    return faulty or _Seen(parts[0].record, (), PART)


def _over(record: Record, base: int) -> bool:
    return record.position <= base <= record.last


def _indel(record: Record, kinds: Mapping[str, str], site: Site) -> _Seen:
    """Return the alleles of a record in the notation of the position."""
    if not record.alleles:
        return _Seen(record, (), record.why)
    found = []
    for allele in record.alleles:
        kind = APART if allele == record.ref else kinds[allele]
        if kind == APART:
            found.append(site.ref)
        elif kind not in {TOUCHING, UNSURE}:
            found.append(kind)
        elif (record.position, record.ref) == (site.position, site.ref):
            found.append(allele)
        else:
            where = f"{record.chromosome}:{record.position} {record.ref[:20]}>{allele[:20]}"
            may = "may be it, written otherwise" if kind == UNSURE else "lies over it"
            return _Seen(record, (), f"another insertion or deletion ({where}) {may}")
    return _Seen(record, tuple(found))


def _kind(record: Record, alt: str, place: Place, site: Site, known: Mapping[int, str]) -> str:
    """Return which allele of the position an allele of a record is, or how it lies to it."""
    if not set(alt) <= BASES:
        return TOUCHING if record.position <= site.last and record.last >= site.position else APART
    if len(alt) == len(record.ref):
        return APART
    first = min(record.position, site.position)
    last = max(record.position + len(record.ref) - 1, site.last)
    text = [known.get(base) for base in range(first, last + 1)]
    mine = _changed(text, record.position - first, record.ref, alt)
    for other in place.alts:
        if _alike(mine, _changed(text, site.position - first, site.ref, other)):
            return UNSURE if None in text else other
    start, end = _footprint(record, alt)
    return TOUCHING if start <= site.last and end >= site.position else APART


def _changed(text: list[str | None], at: int, ref: str, alt: str) -> list[str | None]:
    return [*text[:at], *alt, *text[at + len(ref) :]]


def _alike(one: list[str | None], other: list[str | None]) -> bool:
    """Whether two sequences may be the same; bases that are not known may be any."""
    return len(one) == len(other) and all(
        a == b or a is None or b is None for a, b in zip(one, other, strict=True)
    )


def _footprint(record: Record, alt: str) -> tuple[int, int]:
    """Return the base before the change and the last base that is changed."""
    before = _shared(record.ref, alt)
    after = _shared(record.ref[before:][::-1], alt[before:][::-1])
    first = record.position + max(0, before - 1)
    return first, max(first, record.position + len(record.ref) - after - 1)
