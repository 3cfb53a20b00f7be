"""Kinds of value that only a person's record has: label, version, unit, answers, weights."""

from __future__ import annotations

import re
from typing import Final

from equipoise.core.errors import RecordError
from equipoise.core.tables import load_table
from equipoise.ingest.fields import (
    NUMBER,
    WHOLE,
    Kind,
    Spot,
    at_least,
    between,
    choice,
    many,
    pattern,
    scalar_kind,
)
from equipoise.ingest.vocabulary import ATTRIBUTE, EFFECT, TREATMENT
from equipoise.ingest.yaml_lines import Entries, Node, Scalar

__all__ = [
    "AGE_YEARS",
    "ALLELES",
    "ANSWERS",
    "BIDS_LABEL",
    "CLOCK",
    "COMPARATOR",
    "EXPERIENCE",
    "EXTRAS",
    "GENE_SYMBOL",
    "HOURS_AGO",
    "ICD10",
    "MINUTES_AWAKE",
    "RECORD_VERSION",
    "SEVERITY",
    "UNIT",
    "VERSION",
    "WEIGHTS",
]

RECORD_VERSION: Final = "1.0"
_VERSION: Final = re.compile(r"(\d{1,4})\.(\d{1,4})", re.ASCII)
_ALLELES: Final = re.compile(r"[^\s/]+/[^\s/]+", re.ASCII)
_TANDEM: Final = re.compile(r" *\+ *")
_LEFT_OUT: Final = frozenset({"null", "n/a", "unknown"})


def _version(text: str, spot: Spot) -> str:
    match = _VERSION.fullmatch(text)
    known = RECORD_VERSION.split(".", maxsplit=1)[0]
    if match is None:
        raise RecordError(
            "this is not a version", where=spot.where, got=repr(text), allowed=f'"{RECORD_VERSION}"'
        )
    if int(match[1]) != int(known):
        newer = int(match[1]) > int(known)
        raise RecordError(
            "this record is of a newer major version" if newer else "there is no such version",
            where=spot.where,
            got=text,
            allowed=f"{known}.x",
            todo="update Equipoise" if newer else f'write "{RECORD_VERSION}"',
        )
    return text


def _answer(node: Node, spot: Spot) -> int | None:
    if isinstance(node, Scalar) and node.text in _LEFT_OUT:
        return None
    return WHOLE.read(node, spot)


def _weights(node: Node, spot: Spot) -> tuple[tuple[str, float], ...]:
    if not isinstance(node, Entries):
        raise RecordError(
            "names with numbers are needed", where=spot.where, allowed="{} or {name: number, ...}"
        )
    found: dict[str, float] = {}
    for name, value in node.values.items():
        here = Spot(spot.file, node.lines[name], f"{name} of {spot.field}", spot.today)
        attribute = ATTRIBUTE.read(Scalar(name, here.line), here)
        if attribute in found:
            raise RecordError(f"two weights for {attribute}", where=here.where, todo="keep one")
        found[attribute] = at_least(NUMBER, 0.0).read(value, here)
    if found and _leave_nothing(found):
        raise RecordError(
            "all weights are zero", where=spot.where, todo="raise one, or write {} for the defaults"
        )
    return tuple(sorted(found.items()))


def _leave_nothing(weights: dict[str, float]) -> bool:
    """Return whether nothing counts any more; what is left out keeps its default weight."""
    rows = load_table("hyperparameters/attributes").rows
    named = [row for row in rows if row.text("id") in weights]
    wholes = {row.text("group") for row in named if row.text("kind") == "sum"}
    usual = [row for row in rows if row.number("weight") and not row.flag("if_weighed")]
    kept = [
        row for row in usual if row.text("id") not in weights and row.text("group") not in wholes
    ]
    return not (any(weights.values()) or kept)


def _experience(node: Node, spot: Spot) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(node, Entries):
        raise RecordError(
            "treatments with side effects are needed",
            where=spot.where,
            allowed="{treatment: [side effect, ...], ...}",
        )
    effects = many(EFFECT)
    found: dict[str, tuple[str, ...]] = {}
    for name, value in node.values.items():
        here = Spot(spot.file, node.lines[name], f"{name} of {spot.field}", spot.today)
        treatment = TREATMENT.read(Scalar(name, here.line), here)
        if treatment in found:
            raise RecordError(f"{treatment} stands twice", where=here.where, todo="join the two")
        found[treatment] = effects.read(value, here)
    return tuple(sorted(found.items()))


def _alleles(text: str, spot: Spot) -> str:
    """Return a diplotype; the blanks that reports print around the sign of a tandem go."""
    joined = _TANDEM.sub("+", text)
    if _ALLELES.fullmatch(joined) is None:
        raise RecordError(
            "this does not fit",
            where=spot.where,
            got=repr(text),
            allowed=ALLELES.says,
        )
    return joined


def _extras(node: Node, spot: Spot) -> tuple[tuple[str, int], ...]:
    if not isinstance(node, Entries):
        raise RecordError(
            "names with numbers are needed", where=spot.where, allowed="{name: number, ...}"
        )
    found = {
        name: WHOLE.read(value, Spot(spot.file, node.lines[name], name, spot.today))
        for name, value in node.values.items()
    }
    return tuple(sorted(found.items()))


VERSION: Final = scalar_kind(f'`"{RECORD_VERSION}"`', _version)
BIDS_LABEL: Final = pattern(
    "letters and digits only",
    "[A-Za-z0-9]+",
    "write the BIDS label without sub-, in quotes",
)
AGE_YEARS: Final = between(
    NUMBER,
    "ingest_age_min",
    "ingest_age_max",
    "number of years between the rows `ingest_age_min` and `ingest_age_max` of "
    "`tables/hyperparameters`",
)
ICD10: Final = pattern("ICD-10 code such as `F33.2`", r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?")
UNIT: Final = pattern("UCUM unit such as `mg/d` or `mg/L`", r"\S+")
GENE_SYMBOL: Final = pattern("gene symbol such as `CYP2C19`", "[A-Z][A-Z0-9-]*")
ALLELES: Final = scalar_kind(
    'two alleles such as `"*1/*2"`, `"*36+*10/*1x2"` or `"*15:02/*57:01"` (in quotes)', _alleles
)
COMPARATOR: Final = choice("<", ">")
CLOCK: Final = pattern(
    "clock time of 24 hours such as `07:45`",
    "(?:[01][0-9]|2[0-3]):[0-5][0-9]",
    "write hour and minute with two digits each",
)
HOURS_AGO: Final = between(
    NUMBER,
    "ingest_since_dose_min",
    "ingest_since_dose_max",
    "number of hours between the rows `ingest_since_dose_min` and `ingest_since_dose_max` of "
    "`tables/hyperparameters`",
)
MINUTES_AWAKE: Final = between(
    NUMBER,
    "ingest_awake_min",
    "ingest_awake_max",
    "number of minutes between the rows `ingest_awake_min` and `ingest_awake_max` of "
    "`tables/hyperparameters`",
)
ANSWERS: Final = many(
    Kind("whole number, or `null`, `n/a` or `unknown` where an item was left out", _answer)
)
EXTRAS: Final = Kind(
    "names of the further questions of the scale (`tables/scales`) with whole numbers", _extras
)
SEVERITY: Final = choice("none", "mild", "moderate", "severe")
WEIGHTS: Final = Kind(
    "`{}`, or ids of `tables/hyperparameters/attributes` with numbers of at least 0", _weights
)
EXPERIENCE: Final = Kind(
    "`{}`, or treatments with lists of side effects (ids of `tables/checks/effects`)", _experience
)
