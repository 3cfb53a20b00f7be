"""Diplotypes of the pharmacogenes that are consistent with what was observed.

Method: an allele has its defining bases and the reference bases everywhere else. A pair of alleles
is consistent if it explains every position that was read; a position that was not read constrains
nothing. If every consistent pair leads to one phenotype, that is the call, also with positions
missing. If positions that were not read leave several phenotypes open, nothing is called and the
positions are named: a missing position is never read as the reference.

Limits: variants show no deletion, hybrid or copy number. For CYP2D6 a phenotype is called only
where none of them could change it, or where another test tells them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from equipoise import __version__
from equipoise.assays.genes import sentences, structure
from equipoise.assays.genes.consistent import Pairs, Seen, consistent
from equipoise.assays.genes.deciding import as_in_reference, deciding
from equipoise.assays.genes.definitions import Definition, Position, definitions
from equipoise.assays.genes.joining import join
from equipoise.assays.genes.observed import Observed, VariantReading
from equipoise.core.nouns import GeneCall, InputDigest, MissingPosition, Provenance
from equipoise.core.star_alleles import INDETERMINATE_TERM, read_diplotype
from equipoise.core.tables import load_table, setting

__all__ = ["call_genes"]

_ABSENT: Final = "not in the file"
_PHASING: Final = "phasing: long reads, or the genotypes of the parents"
_WHOLE_GENE: Final = "sequencing of the whole gene"


@dataclass(frozen=True, slots=True)
class _Gene:
    """What one file tells about one gene."""

    definition: Definition
    build: str
    seen: tuple[Seen, ...]
    missing: tuple[tuple[Position, MissingPosition], ...]
    pairs: Pairs

    @property
    def open_positions(self) -> tuple[Position, ...]:
        """The positions that were not read."""
        return tuple(position for position, _ in self.missing)


def call_genes(reading: VariantReading, outside: tuple[GeneCall, ...] = ()) -> tuple[GeneCall, ...]:
    """Return one call for each gene of `genes/positions`.

    Parameters
    ----------
    reading : VariantReading
        What one sample of a file has at the positions.
    outside : tuple of GeneCall, optional
        Calls that other tests made. One that the variants do not contradict stands; those of
        other genes are passed on as they are.

    Returns
    -------
    tuple of GeneCall
        In table order, then other genes.
    """
    observed = {item.position: item for item in reading.observed}
    genes = definitions()
    calls = [_joined(_gene(gene, observed, reading.build), reading, outside) for gene in genes]
    known = {gene.gene for gene in genes}
    return (*calls, *(call for call in outside if call.gene not in known))


def _joined(gene: _Gene, reading: VariantReading, outside: tuple[GeneCall, ...]) -> GeneCall:
    call = replace(
        _with_structure(gene, _from_variants(gene)),
        missing=tuple(item for _, item in gene.missing),
        version=gene.definition.version,
        provenance=_provenance(reading),
    )
    own = tuple(other for other in outside if other.gene == call.gene)
    call = join(call, gene.pairs, gene.seen, own)
    return replace(call, flags=(*reading.flags, *call.flags))


def _provenance(reading: VariantReading) -> Provenance:
    return Provenance(
        inputs=(InputDigest("variants", reading.sha256),),
        software=f"equipoise {__version__}",
        # The name of the sample stays out: it may be the name or number of a person.
        parameters=(("build", reading.build),),
    )


def _gene(definition: Definition, observed: Mapping[str, Observed], build: str) -> _Gene:
    seen: list[Seen] = []
    missing: list[tuple[Position, MissingPosition]] = []
    for position in definition.positions:
        item = observed.get(position.id)
        if item is not None and item.alleles is not None:
            seen.append(Seen(position, item.alleles, item.phase))
            continue
        why = item.why if item is not None and item.why else _ABSENT
        where = position.where.get(build, position.where["GRCh38"])
        missing.append((position, MissingPosition(position.id, where, why)))
    return _Gene(definition, build, tuple(seen), tuple(missing), consistent(definition, seen))


def _from_variants(gene: _Gene) -> GeneCall:
    """Return the call as the variants alone tell it."""
    name = gene.definition.gene
    if not gene.pairs:
        why = sentences.unexplained(gene.definition, gene.seen, gene.build)
        tests = (_WHOLE_GENE, *structure.tests_of(name))
        return GeneCall(name, (), None, no_call=why, settled_by=tests)
    terms = _in_order(name, gene.pairs.terms())
    decide = deciding(gene.pairs, gene.open_positions)
    if decide:
        return _missing(gene, decide, terms)
    call = GeneCall(name, gene.pairs.names(), None, phenotypes=terms)
    if len(terms) > 1:
        return replace(call, settled_by=(_what_settles(gene),))
    flags = (f"positions not read: {len(gene.missing)}; none of them could change the phenotype",)
    return replace(
        call,
        phenotype=terms[0],
        activity_score=_score(name, gene.pairs),
        flags=flags if gene.missing else (),
    )


def _missing(gene: _Gene, decide: tuple[Position, ...], terms: tuple[str, ...]) -> GeneCall:
    ids = tuple(position.id for position in decide)
    named = [item for position, item in gene.missing if position.id in ids]
    name = gene.definition.gene
    why = sentences.not_read(named, terms) if gene.seen else sentences.nothing_read(name)
    return GeneCall(
        name,
        (),
        None,
        no_call=why,
        deciding=ids,
        consistent=_few(gene.pairs),
        phenotypes=terms,
        if_reference=_few(as_in_reference(gene.pairs, gene.open_positions, gene.build)),
        settled_by=(sentences.genotypes_of(ids),),
    )


def _few(pairs: Pairs) -> tuple[str, ...]:
    """Return the diplotypes, or nothing where they are too many to be read."""
    return pairs.names() if pairs.count <= setting("genes_diplotypes_listed") else ()


def _what_settles(gene: _Gene) -> str:
    """Return the test that tells pairs apart where everything that matters was read."""
    blocks = {item.phase or item.position.id for item in gene.seen if not item.same}
    return _PHASING if len(blocks) > 1 else _WHOLE_GENE


def _score(gene: str, pairs: Pairs) -> str | None:
    """Return the activity score where all pairs have the same."""
    scores = {read_diplotype(gene, f"{a}/{b}").score for a, b, _ in pairs.kinds()}
    score = scores.pop() if len(scores) == 1 else None
    return None if score is None else str(score)


def _with_structure(gene: _Gene, call: GeneCall) -> GeneCall:
    """Withhold a phenotype that a deletion, a hybrid or more copies could change."""
    name, kinds = call.gene, gene.pairs.kinds()
    if not kinds:
        return call
    if not structure.withholds(name):
        return replace(call, flags=(*call.flags, *_rare(call, kinds)))
    terms = _in_order(name, structure.terms_with_structure(name, kinds))
    if call.phenotype is not None and terms == call.phenotypes:
        said = f"the copy number and structure of {name} were not tested; here they change nothing"
        return replace(call, flags=(*call.flags, said))
    why = sentences.structure_not_tested(name, terms, call.no_call)
    return replace(
        call,
        diplotypes=(),
        phenotype=None,
        activity_score=None,
        no_call=why,
        consistent=_few(gene.pairs),
        phenotypes=terms,
        if_reference=_few(as_in_reference(gene.pairs, gene.open_positions, gene.build)),
        settled_by=(*call.settled_by, *structure.tests_of(name)),
    )


def _rare(call: GeneCall, kinds: Iterable[structure.Kind]) -> tuple[str, ...]:
    """Say which rare structures this file would not show and would change the phenotype."""
    found = structure.said(call.gene, kinds) if call.phenotype is not None else ()
    if not found:
        return ()
    return (f"not seen in a file of variants, and rare: {sentences.joined(found, 'or')}",)


def _in_order(gene: str, terms: Iterable[str]) -> tuple[str, ...]:
    """Return CPIC terms in table order, the indeterminate one last."""
    rows = (row.text("term") for row in load_table("genes/phenotypes") if row.text("gene") == gene)
    order = [*dict.fromkeys(rows), INDETERMINATE_TERM]
    return tuple(sorted(terms, key=order.index))
