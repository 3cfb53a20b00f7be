"""What a polygenic score is when it is told: typed, and as a document."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Final

from equipoise.assays.genes.polygenic.limits import Statement
from equipoise.core.documents import SCHEMA_VERSION
from equipoise.core.nouns import Provenance

__all__ = ["Placement", "PolygenicScore", "Standing", "Tally", "to_document"]

DIGITS: Final = 10
"""Significant digits of a sum: more than the other documents have, as sums are compared."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Variants that share one fate.

    Parameters
    ----------
    why : str
        One clause.
    variants : int
        How many.
    weight_share : float
        Their share of the absolute weight of the file.
    """

    why: str
    variants: int
    weight_share: float


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one person lies among the populations of an ancestry panel.

    Parameters
    ----------
    population : str or None
        The one that fits; None where it is unclear.
    unclear : str
        Why none is named; empty where one is.
    coordinates, errors : tuple of float
        Place on each component and its standard error, which grows with what was not read.
    variants, of : int
        Variants of the panel that were read, and all of them.
    shares : tuple of (str, float)
        Share of the likelihood of each population, largest first.
    distance : float or None
        From the nearest population, in its own standard deviations.
    """

    population: str | None
    unclear: str
    coordinates: tuple[float, ...]
    errors: tuple[float, ...]
    variants: int
    of: int
    shares: tuple[tuple[str, float], ...] = ()
    distance: float | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a sum lies among those of a reference sample.

    Parameters
    ----------
    population : str
        Population of the reference sample.
    people : int
        How many of them.
    z : float
        Distance from their mean in their standard deviations.
    percentile : float
        Share of them below, ties by half, in per cent.
    percentile_error : float
        Standard error of the percentile from the number of people alone.
    """

    population: str
    people: int
    z: float
    percentile: float
    percentile_error: float


@dataclass(frozen=True, slots=True)
class PolygenicScore:
    """The sum of one scoring file over the genotypes of one person.

    Parameters
    ----------
    score, name, trait, weight_type, citation : str
        As the scoring file has them; empty where it says nothing.
    sample, build : str
        Of the file of variants.
    variants : int
        Rows of the scoring file.
    counted : int
        Variants that the sum holds; genotypes filled in from frequencies are not among them.
    match_rate, weight_rate : float
        Share of the variants and of the absolute weight that were counted.
    sum : float or None
        None where too little was counted.
    average : float or None
        The sum for each allele that was counted.
    alleles : int
        Alleles that were counted: the denominator of the average.
    not_measured : str or None
        Why there is no sum, in one sentence.
    tallies : tuple of Tally
        Variants that were not counted, by reason.
    notes : tuple of Tally
        Variants that were counted in a way worth saying.
    placement : Placement or None
        Place among populations; None where no panel was given.
    standing : Standing or None
        Place among people of a reference sample.
    no_percentile : str
        Why there is none; empty where there is one.
    evidence : tuple of Statement
        What such scores can tell.
    grade : str
        Always D: no result of the house rests on it.
    flags : tuple of str
        One short sentence each.
    provenance : Provenance
        Digests, software and settings.
    """

    score: str
    name: str
    trait: str
    weight_type: str
    citation: str
    sample: str
    build: str
    variants: int
    counted: int
    match_rate: float
    weight_rate: float
    sum: float | None
    average: float | None
    alleles: int
    not_measured: str | None
    tallies: tuple[Tally, ...]
    notes: tuple[Tally, ...]
    placement: Placement | None
    standing: Standing | None
    no_percentile: str
    evidence: tuple[Statement, ...]
    grade: str
    flags: tuple[str, ...]
    provenance: Provenance


def to_document(score: PolygenicScore) -> dict[str, Any]:
    """Return the score as dictionaries, lists, text and numbers of ten significant digits."""
    document = _plain(dataclasses.asdict(score))
    return {"schema_version": SCHEMA_VERSION, "kind": "PolygenicScore", **document}


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
