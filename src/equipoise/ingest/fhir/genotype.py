"""Genotypes of pharmacogenes: HL7 Genomics Reporting, and the older forms of the same.

What no star alleles can be read from is listed, and a no-call is ``indeterminate``, never normal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from equipoise.core.answers import Answer, given, not_asked
from equipoise.core.nouns import Genotype
from equipoise.core.star_alleles import INDETERMINATE, read_diplotype
from equipoise.core.tables import load_table, tables_digest
from equipoise.ingest.fhir.chart import Chart, Resource
from equipoise.ingest.fhir.codes import Concept, bound, concept
from equipoise.ingest.fhir.part import Part

__all__ = ["is_genomic", "read_genotypes"]

_GENE: Final = re.compile(r"[A-Z][A-Z0-9-]*", re.ASCII)
_NAMED: Final = re.compile(r"(?P<gene>[A-Z][A-Z0-9-]*?)[ :_]?(?=\*)", re.ASCII)
_SIGNS: Final = re.compile(r" *([/+]) *")
_DIPLOTYPE: Final = re.compile(r"\*[^\s/|^~]+/\*[^\s/|^~]+", re.ASCII)
_REPORTS: Final = frozenset({"report", "older_report"})
_TISSUE: Final = "HLA-"
_SUFFIX: Final = "_metabolizer"
_WITHOUT_SUFFIX: Final = frozenset({INDETERMINATE})


@dataclass
class _Told:
    """What the observations say of one gene, each with the number of its entry."""

    diplotypes: dict[str, int] = field(default_factory=dict)
    phenotypes: dict[str, int] = field(default_factory=dict)
    no_call: int = 0


def is_genomic(code: Concept) -> bool:
    """Return whether an observation is of a genotype or of what follows from one."""
    return _kind(code, "resource") is not None


def _kind(code: Concept | None, where: str) -> str | None:
    """Return the id of `codes/genomics` that a code, or its words alone, has in this place."""
    if code is None:
        return None
    index = _codes(where, tables_digest())
    for one in code.codings:
        if (one.system, one.code) in index:
            return index[one.system, one.code]
    return index.get(("", code.text)) if code.text and not code.codings else None


@cache
def _codes(where: str, _digest: str) -> dict[tuple[str, str], str]:
    systems = {row.text("uri"): row.text("system") for row in load_table("codes/systems")}
    found = {}
    for row in load_table("codes/genomics"):
        if row.text("kind") != where:
            continue
        uri, code = row.optional_text("system"), row.optional_text("code")
        key = ("", row.text("display")) if uri is None else (systems.get(uri, uri), code or "")
        found[key] = row.text("id")
    return found


def read_genotypes(chart: Chart) -> Answer[tuple[Genotype, ...]]:
    """Return the genotypes, one entry for each diplotype that a gene may have.

    Parameters
    ----------
    chart : Chart
        The bundle.

    Returns
    -------
    Answer of tuple of Genotype
        Not asked where the bundle has none.
    """
    told: dict[str, _Told] = {}
    for one in chart.each("Observation"):
        code = concept(one.part, "code")
        kind = _kind(code, "resource")
        if code is None or kind is None:
            continue
        why = _no_fact(one)
        if why:
            chart.leave(one, code.what, why)
        elif kind == "genotype":
            _genotype(chart, one, told)
        elif kind in _REPORTS:
            chart.leave(one, code.what, "a report as an observation: its genes are read one by one")
        else:
            _phenotype(chart, one, told)
    _reports(chart)
    found = [entry for gene in sorted(told) for entry in _entries(chart, gene, told[gene])]
    return given(tuple(found)) if found else not_asked()


def _no_fact(one: Resource) -> str:
    status = one.part.text("status")
    if bound(one.part, "Observation", "status", status) != "fact":
        return f"not final: status {status}"
    if one.part.children("focus"):
        return "it is about somebody or something else (focus)"
    return ""


def _genotype(chart: Chart, one: Resource, told: dict[str, _Told]) -> None:
    genes = _genes_of(one.part)
    words = _value_words(one.part)
    if genes is not None and not genes:
        genes = {found["gene"] for word in words if (found := _NAMED.match(word))}
    what = " ".join(("genotype", *sorted(genes or ()), *words[:1]))
    if genes is None or len(genes) != 1:
        chart.leave(one, what, "the gene is not plain")
        return
    gene = genes.pop()
    if one.part.has("dataAbsentReason") or not words:
        _no_call(chart, one, gene, told)
        return
    diplotypes = {d for word in words if (d := _diplotype(gene, word)) is not None}
    if len(diplotypes) != 1:
        chart.leave(one, what, "its words are no two star alleles, or two different pairs")
        return
    chart.use(one.number)
    told.setdefault(gene, _Told()).diplotypes.setdefault(diplotypes.pop(), one.number)


def _no_call(chart: Chart, one: Resource, gene: str, told: dict[str, _Told]) -> None:
    """Read the diplotypes that are consistent; without one the gene is not called."""
    entry = told.setdefault(gene, _Told())
    chart.use(one.number)
    several: list[str] = []
    for part in one.part.children("component"):
        if _kind(concept(part, "code"), "component") == "consistent":
            pairs = {_diplotype(gene, word) for word in _value_words(part)} - {None}
            several.append("" if len(pairs) != 1 else str(pairs.pop()))
    if "" in several:
        # Without the one that cannot be read the others would look like all there is.
        several.clear()
    for diplotype in several:
        entry.diplotypes.setdefault(diplotype, one.number)
    if not several:
        entry.no_call = one.number
        reason = concept(one.part, "dataAbsentReason")
        why = (reason.words() if reason is not None else ())[-1:] or ("no value",)
        chart.leave(one, f"genotype {gene}", f"no call: {why[0]}")


def _value_words(part: Part) -> tuple[str, ...]:
    held = concept(part, "valueCodeableConcept")
    if held is None:
        text = part.text("valueString")
        return (text,) if text else ()
    codes = (one.code for one in held.codings if "*" in one.code)
    return tuple(dict.fromkeys((*held.words(), *codes)))


def _genes_of(part: Part) -> set[str] | None:
    """Return the genes that the components name; None where code and name disagree."""
    found: set[str] = set()
    known = _codes("gene", tables_digest())
    for inner in part.children("component"):
        held = concept(inner, "valueCodeableConcept")
        if held is None or _kind(concept(inner, "code"), "component") != "gene":
            continue
        coded_as = {known[c.system, c.code] for c in held.codings if (c.system, c.code) in known}
        named = {word for word in held.words() if _GENE.fullmatch(word)}
        if coded_as and named and not named & coded_as:
            return None
        found |= coded_as or named
    return found


def _diplotype(gene: str, word: str) -> str | None:
    """Return a diplotype in star alleles; None for any other text.

    In the lists of tissue types ``+`` joins the two chromosomes and ``/`` stands between alleles
    that cannot be told apart: those with both are not one diplotype.
    """
    named = word.count(f"{gene}*")
    bare = _SIGNS.sub(r"\1", re.sub(rf"{re.escape(gene)}[ :_]?(?=\*)", "", word.strip()))
    if gene.startswith(_TISSUE):
        if "+" in bare:
            bare = bare.replace("+", "/") if "/" not in bare else ""
        elif named > 1:
            bare = ""
    return bare if _DIPLOTYPE.fullmatch(bare) else None


def _phenotype(chart: Chart, one: Resource, told: dict[str, _Told]) -> None:
    """Read how a gene acts on drugs; recommendations are listed, for the rules are our own."""
    what = " ".join(("implication", *_drugs(one.part)))
    parts = [one.part, *one.part.children("component")]
    held = [
        concept(part, "valueCodeableConcept")
        for part in parts
        if _kind(concept(part, "code"), "resource") in {"implication", "metabolism"}
    ]
    said = {phenotype for value in held if (phenotype := _phenotype_of(value)) is not None}
    if not said:
        chart.leave(one, what, "no phenotype of a gene stands in it")
        return
    genes = _genes_behind(chart, one)
    if genes is None or len(genes) != 1 or len(said) != 1:
        chart.leave(one, what, "which gene acts how is not plain")
        return
    chart.use(one.number)
    told.setdefault(genes.pop(), _Told()).phenotypes.setdefault(said.pop(), one.number)


def _drugs(part: Part) -> list[str]:
    held = [
        concept(inner, "valueCodeableConcept")
        for inner in part.children("component")
        if _kind(concept(inner, "code"), "component") == "drug"
    ]
    return [value.words()[0] for value in held if value is not None and value.words()]


def _phenotype_of(held: Concept | None) -> str | None:
    if held is None:
        return None
    by_code, by_name = _codes("phenotype", tables_digest()), _phenotype_names(tables_digest())
    found = {by_code[c.system, c.code] for c in held.codings if (c.system, c.code) in by_code}
    found = found or {by_name[w.casefold()] for w in held.words() if w.casefold() in by_name}
    return found.pop() if len(found) == 1 else None


@cache
def _phenotype_names(_digest: str) -> dict[str, str]:
    table = load_table("codes/genomics")
    return {
        row.text("display").casefold(): row.text("id")
        for row in table
        if row.text("kind") == "phenotype"
    }


def _genes_behind(chart: Chart, one: Resource) -> set[str] | None:
    """Return the genes that an implication names, or those of the genotypes behind it."""
    genes = _genes_of(one.part)
    if genes is None or genes:
        return genes
    for source in one.part.children("derivedFrom"):
        address = source.text("reference")
        behind = None if address is None else chart.follow(one, address)
        named = None if behind is None else _genes_of(behind)
        if named is None:
            return None
        genes |= named
    return genes


def _reports(chart: Chart) -> None:
    """Note the reports of genes: what they hold are their results, which are read one by one."""
    for one in chart.each("DiagnosticReport"):
        code = concept(one.part, "code")
        if code is None or _kind(code, "resource") not in _REPORTS:
            continue
        status = one.part.text("status")
        if bound(one.part, "DiagnosticReport", "status", status) == "void":
            chart.leave(one, code.what, f"no fact: status {status}")
            continue
        addresses = [part.text("reference") for part in one.part.children("result")]
        held = [chart.index.get(address) for address in addresses if address]
        if any(result is not None and result.number in chart.used for result in held):
            chart.use(one.number)
        else:
            chart.leave(one, code.what, "none of its results could be read")


def _entries(chart: Chart, gene: str, told: _Told) -> list[Genotype]:
    found = [Genotype(gene, diplotype, -at) for diplotype, at in told.diplotypes.items()]
    means = {read_diplotype(gene, one.diplotype).phenotype for one in found}
    for phenotype, number in told.phenotypes.items():
        if phenotype in means:
            continue
        if found:
            why = f"the tables read {' or '.join(told.diplotypes)} another way: both are kept"
            chart.leave(chart.at(number), f"{gene} {phenotype}", why)
        found.append(Genotype(gene, "", -number, _recorded(phenotype)))
    if not found and told.no_call:
        found.append(Genotype(gene, "", -told.no_call, INDETERMINATE))
    return found


def _recorded(phenotype: str) -> str:
    """Return the word of a record for a phenotype."""
    return phenotype if phenotype in _WITHOUT_SUFFIX else phenotype + _SUFFIX
