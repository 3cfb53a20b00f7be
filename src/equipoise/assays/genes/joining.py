"""Joins the call from variants with a call that another test made.

A test of structure and copy number sees what a list of variants cannot: where it does not
contradict the variants, its call stands. Where it does, nothing is called.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from equipoise.assays.genes import sentences
from equipoise.assays.genes.consistent import Pairs, Seen
from equipoise.assays.genes.structure import deleted_alleles
from equipoise.core.nouns import GeneCall
from equipoise.core.star_alleles import read_diplotype

__all__ = ["join"]

_ALLELE: Final = re.compile(r"(?P<core>\*\d+N?)(\.\d+)?([xX]((≥|>=)?\d+|(?P<many>N)))?")
_TANDEM: Final = re.compile(r"\s*\+\s*")
_PAIR: Final = ("one", "other")
_OUTSIDE: Final = "outside"
_REPEAT: Final = "a repeat of both tests from one sample"
_REPORT: Final = "the laboratory's report as a diplotype, with the number of copies of each allele"


def join(
    call: GeneCall, pairs: Pairs, seen: Sequence[Seen], outside: Sequence[GeneCall]
) -> GeneCall:
    """Return the call that stands.

    Parameters
    ----------
    call : GeneCall
        What the variants tell.
    pairs : Pairs
        Pairs of alleles that explain the variants.
    seen : sequence of Seen
        Positions that were read.
    outside : sequence of GeneCall
        Calls of the same gene by other tests.

    Returns
    -------
    GeneCall
        That of the other test where it does not contradict the variants, with the phenotype and
        the activity score that the CPIC tables give it; else no call that names both.
    """
    told = [other for other in outside if other.diplotypes or other.phenotype]
    if not told:
        return call
    wordings = tuple(dict.fromkeys(_wording(other) for other in told))
    if len(wordings) > 1:
        return _none(call, sentences.tests_disagree(wordings), _REPEAT)
    first = told[0]
    if not first.diplotypes:
        return _phenotype_only(call, first)
    return _diplotypes(call, pairs, seen, first)


def _wording(call: GeneCall) -> str:
    return " or ".join(call.diplotypes) or str(call.phenotype)


def _phenotype_only(call: GeneCall, outside: GeneCall) -> GeneCall:
    """Take over a phenotype that came without a diplotype."""
    phenotype = str(outside.phenotype)
    if phenotype not in call.phenotypes:
        why = sentences.contradicted((phenotype,), call.phenotypes, call.no_call)
        return _none(call, why, _REPEAT)
    return replace(
        _stands(call, outside),
        phenotype=phenotype,
        activity_score=outside.activity_score,
        phenotypes=(phenotype,),
    )


def _diplotypes(call: GeneCall, pairs: Pairs, seen: Sequence[Seen], outside: GeneCall) -> GeneCall:
    gene = call.gene
    for diplotype in outside.diplotypes:
        refused = _refusal(diplotype)
        if refused:
            return _none(call, refused, _REPORT)
    fitting = tuple(d for d in outside.diplotypes if _fits(d, pairs, seen))
    if not fitting:
        why = sentences.contradicted(outside.diplotypes, pairs.names(), call.no_call)
        return _none(call, why, _REPEAT)
    meanings = [read_diplotype(gene, diplotype) for diplotype in fitting]
    terms = tuple(dict.fromkeys(meaning.term for meaning in meanings))
    scores = {None if m.score is None else str(m.score) for m in meanings}
    one = terms[0] if len(terms) == 1 else None
    return replace(
        _stands(call, outside),
        diplotypes=fitting,
        phenotype=one,
        activity_score=scores.pop() if len(scores) == 1 else None,
        phenotypes=terms,
        flags=(*outside.flags, *_other_word(outside, one)),
    )


def _other_word(outside: GeneCall, term: str | None) -> tuple[str, ...]:
    """Say where the other test's own phenotype differs from that of the CPIC tables."""
    if outside.phenotype is None or term is None or outside.phenotype == term:
        return ()
    return (f"the other test calls it {outside.phenotype}; by the CPIC tables it is {term}",)


def _stands(call: GeneCall, outside: GeneCall) -> GeneCall:
    return replace(
        call,
        diplotypes=(),
        no_call=None,
        deciding=(),
        consistent=(),
        if_reference=(),
        settled_by=(),
        source=_OUTSIDE,
        flags=outside.flags,
        provenance=outside.provenance or call.provenance,
    )


def _none(call: GeneCall, why: str, settled_by: str) -> GeneCall:
    return replace(
        call,
        diplotypes=(),
        phenotype=None,
        activity_score=None,
        no_call=why,
        consistent=call.consistent or call.diplotypes,
        settled_by=(settled_by,),
        flags=(),
    )


def _chromosomes(diplotype: str) -> tuple[tuple[re.Match[str] | None, ...], ...]:
    return tuple(
        tuple(_ALLELE.fullmatch(part.strip()) for part in _TANDEM.split(_bare(side)))
        for side in diplotype.split("/")
    )


def _bare(side: str) -> str:
    return side.strip().removeprefix("[").removesuffix("]").strip()


def _refusal(diplotype: str) -> str | None:
    """Return why a diplotype cannot be used, or None."""
    sides = _chromosomes(diplotype)
    parts = [part for side in sides for part in side]
    if len(sides) != len(_PAIR) or None in parts:
        return sentences.unreadable(diplotype)
    if any(part is not None and part["many"] for part in parts):
        return sentences.copies_not_given(diplotype)
    return None


def _fits(diplotype: str, pairs: Pairs, seen: Sequence[Seen]) -> bool:
    """Tell whether the variants leave room for a diplotype that another test reports."""
    gene = pairs.definition
    sides = [[part["core"] for part in side if part] for side in _chromosomes(diplotype)]
    place = {name: k for k, name in enumerate(gene.names)}
    parts = [name for side in sides for name in side]
    plain = all(name in place and name not in gene.structural for name in parts)
    if plain and all(len(side) == 1 for side in sides):
        one, other = (place[name] for name in parts)
        return bool(pairs.partners[one] >> other & 1)
    shown = [place[name] for name in parts if name in place]
    hidden = any(name not in place and name not in deleted_alleles(gene.gene) for name in parts)
    sure = [place[name] for name in parts if name in place and name not in gene.structural]
    return all(_explained(item, shown, sure, hidden=hidden) for item in seen)


def _explained(item: Seen, shown: Sequence[int], sure: Sequence[int], *, hidden: bool) -> bool:
    """Tell whether tandems, hybrids and deletions explain one position.

    Every base must come from some allele (a hybrid may bring any), and every allele that
    variants show must have left one of the bases.
    """
    one, other = item.sets
    from_some = all(any(found >> k & 1 for k in shown) for found in (one, other))
    return (hidden or from_some) and all((one | other) >> k & 1 for k in sure)
