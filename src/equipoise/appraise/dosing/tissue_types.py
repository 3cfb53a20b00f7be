"""Tissue types (HLA alleles) that make severe skin reactions to a drug more frequent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from equipoise.appraise.drug_use import Option
from equipoise.appraise.reasons import row_reason
from equipoise.core.nouns import Genotype, SafetyReason, Timeline
from equipoise.core.tables import Row, load_table

__all__ = ["tissue_reasons"]

_TYPE: Final = re.compile(r"((HLA-?)?[A-Z]\*)?\*?(?P<fields>\d+(:\d+)*)[A-Z]?", re.IGNORECASE)
_SPLIT: Final = "/"
_PAIR: Final = ("one", "other")
_CARRIED, _OPEN = "carried", "open"


def tissue_reasons(option: Option, timeline: Timeline) -> Iterable[SafetyReason]:
    """Yield what the tissue types on record mean for an option.

    Parameters
    ----------
    option : Option
        The treatment.
    timeline : Timeline
        The record; without a reported tissue type nothing is said.

    Yields
    ------
    SafetyReason
        The rule where an allele is carried; cannot tell where the report is too coarse for it.
    """
    told = timeline.genotypes.or_else(())
    if not any(genotype.gene.upper().startswith("HLA") for genotype in told):
        return
    for row in load_table("genes/tissue_types"):
        if option.names.isdisjoint(row.items("options")):
            continue
        gene, allele = row.text("gene"), row.text("allele")
        for genotype in told:
            if genotype.gene.upper() == gene:
                yield from _reasons(row, genotype, _answer(genotype.diplotype, allele))


def _reasons(row: Row, genotype: Genotype, answer: str | None) -> Iterable[SafetyReason]:
    name = f"{row.text('gene')}{row.text('allele')}"
    if answer == _CARRIED:
        strength = f"{row.text('strength')}; {row.text('version')}"
        text = f"{name} ({genotype.diplotype}): {row.text('text')} ({strength})"
        yield row_reason(row, text, action=row.text("action"))
    elif answer == _OPEN:
        yield row_reason(
            row,
            f"{genotype.gene} ({genotype.diplotype or 'no reading'}) does not tell {name}: "
            f"{row.text('text')}",
            action=f"a typing that tells {name}",
            verdict="cannot_tell",
            missing=f"whether {name} is carried",
        )


def _answer(diplotype: str, allele: str) -> str | None:
    """Return whether an allele is among two: carried, open where the report is coarse, or not.

    A report of one allele alone leaves the other chromosome open.
    """
    wanted = allele.removeprefix("*").split(":")
    answers = [_one(part, wanted) for part in diplotype.split(_SPLIT)]
    if len(answers) < len(_PAIR):
        answers.append(_OPEN)
    return _CARRIED if _CARRIED in answers else _OPEN if _OPEN in answers else None


def _one(part: str, wanted: list[str]) -> str | None:
    match = _TYPE.fullmatch(part.strip())
    if match is None:
        return _OPEN
    fields = [field.lstrip("0") for field in match["fields"].split(":")]
    sought = [field.lstrip("0") for field in wanted]
    if fields[: len(sought)] == sought:
        return _CARRIED
    return _OPEN if len(fields) < len(sought) and sought[: len(fields)] == fields else None
