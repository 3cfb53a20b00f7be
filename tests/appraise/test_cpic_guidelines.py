"""What is said by genes against the guideline files of CPIC, every entry of them."""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from equipoise.appraise import appraise
from equipoise.appraise.dosing import gene_reasons
from equipoise.appraise.dosing.alleles import reported_genes
from equipoise.appraise.dosing.genes import acting_gene
from equipoise.appraise.dosing.rule_fit import fitting
from equipoise.appraise.drug_use import option_of, read_catalogue
from equipoise.core.answers import given
from equipoise.core.nouns import GeneAdvice, Genotype, Timeline
from equipoise.core.tables import MISSING, Row, load_table

SHARED = Path(os.environ.get("EQUIPOISE_SHARED_DATA", "../shared/data"))
PHARMCAT = SHARED / "clinical" / "pgx" / "pharmcat"
FOLDER = PHARMCAT / "guidelines_cpic_2024-05-29"
FILES = {
    "amitriptyline": ("amitriptyline_and_CYP2C19_CYP2D6", 206),
    "citalopram": ("citalopram_escitalopram_and_CYP2C19", 8),
    "clomipramine": ("clomipramine_and_CYP2C19_CYP2D6", 206),
    "desipramine": ("desipramine_and_CYP2D6", 22),
    "doxepin": ("doxepin_and_CYP2C19_CYP2D6", 206),
    "escitalopram": ("citalopram_escitalopram_and_CYP2C19", 8),
    "fluvoxamine": ("fluvoxamine_and_CYP2D6", 22),
    "imipramine": ("imipramine_and_CYP2C19_CYP2D6", 206),
    "nortriptyline": ("nortriptyline_and_CYP2D6", 22),
    "paroxetine": ("paroxetine_and_CYP2D6", 22),
    "sertraline": ("sertraline_and_CYP2B6_CYP2C19", 62),
    "trimipramine": ("trimipramine_and_CYP2C19_CYP2D6", 206),
    "venlafaxine": ("venlafaxine_and_CYP2D6", 22),
    "vortioxetine": ("vortioxetine_and_CYP2D6", 22),
}
"""File of each drug, and how many entries of it speak of the drug."""
NONE = "No recommendation"


@dataclass(frozen=True)
class Entry:
    """One recommendation of a file."""

    genes: dict[str, str]
    strength: str
    acts: bool
    text: str


@cache
def _entries(drug: str) -> tuple[Entry, ...]:
    path = FOLDER / f"CPIC_{FILES[drug][0]}.json"
    if not path.is_file():
        pytest.skip("the guideline files are not here")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return tuple(_read(content, drug))


def _read(content: dict[str, Any], drug: str) -> Iterator[Entry]:
    for entry in content["recommendations"]:
        genes = entry["lookupKey"]
        about = {chemical["name"] for chemical in entry["relatedChemicals"]}
        if drug not in about or entry["population"] not in (None, "general", "adults"):
            continue
        if "xN combinations" in genes.values():
            assert entry["classification"] is None
            continue
        acts = entry["dosingInformation"] or entry["alternateDrugAvailable"]
        text = html.unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", entry["text"]["html"])))
        yield Entry(genes, entry["classification"]["term"], acts, text.strip().lower())


START = (
    ("25-50% lower starting", "-25 to -50 %"),
    ("25% reduction (of|in) (the )?recommended starting", "-25 %"),
    ("(50% reduction (of|in) (the )?recommended starting|initiate 50% of starting)", "-50 %"),
    ("lower starting", "lower"),
    ("(recommended|standard) starting dose", "usual"),
)
MAINTENANCE = (
    (
        "(not adequately respond|efficacy is not achieved).*higher maintenance",
        "higher without response",
    ),
    ("25% reduction of (the )?standard maintenance", "-25 %"),
    ("(50% reduction of (the )?standard maintenance|50% lower maintenance)", "-50 %"),
    ("by 50% or more", "+50 % or more"),
    ("higher target dose", "higher"),
    ("lower maintenance", "lower"),
)
CHOICE = (
    ("^avoid", "avoid"),
    ("^(select|consider) (an )?alternative", "alternative"),
    ("^consider a clinically appropriate (alternative )?antidepressant not", "alternative"),
    ("or switching to a clinically appropriate alternative", "alternative without response"),
    ("or (consider|select) a clinically appropriate alternative", "or alternative"),
    ("", "use"),
)


def _first(text: str, rules: tuple[tuple[str, str], ...]) -> str:
    return next((value for pattern, value in rules if re.search(pattern, text)), MISSING)


def _asked(text: str) -> dict[str, str]:
    """Return what a text of CPIC asks for, in the words of our columns."""
    said = text.split("other considerations", maxsplit=1)[0]
    if re.match("no (recommendation|action recommended)", said):
        rest = ("start", "titration", "maintenance", "blood_level", "highest")
        return {"choice": "none", **dict.fromkeys(rest, MISSING)}
    return {
        "choice": _first(said, CHOICE),
        "start": _first(said, START),
        "titration": "slower" if "slower titration" in said else MISSING,
        "maintenance": _first(said, MAINTENANCE),
        "blood_level": "true" if "drug monitoring" in said else MISSING,
        "highest": "10 mg/d" if "maximum recommended dose of 10 mg" in said else MISSING,
    }


@cache
def _diplotypes() -> dict[str, str]:
    """Return a diplotype of CYP2D6 for every activity score, from the tables of CPIC."""
    path = PHARMCAT / "phenotype" / "CYP2D6_2024-05-29.json"
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {entry["activityScore"]: entry["diplotype"] for entry in table["diplotypes"]}


def _genotype(gene: str, told: str) -> Genotype | None:
    if told == "No Result":
        return None
    if told in ("n/a", "Indeterminate"):
        return Genotype(gene, "*1/*999")
    if gene == "CYP2D6":
        return Genotype(gene, _diplotypes()[told])
    return Genotype(gene, "", phenotype=told.lower().replace(" ", "_"))


def _timeline(genes: dict[str, str]) -> Timeline:
    told = tuple(g for gene, as_told in genes.items() if (g := _genotype(gene, as_told)))
    return Timeline("1", genotypes=given(told))


def _rows(drug: str, genes: dict[str, str]) -> list[Row]:
    """Return the rows of CPIC that fit a drug and the genes of an entry."""
    catalogue = read_catalogue()
    act = {g.gene: acting_gene(g, (), catalogue) for g in reported_genes(_timeline(genes))}
    return [
        row
        for row in load_table("genes/rules")
        if row.text("guideline") == "CPIC" and drug in row.items("options") and fitting(row, act)
    ]


def _to_avoid(entry: Entry) -> bool:
    """Return whether an entry says to avoid; a strong "consider an alternative" counts."""
    consider = entry.strength == "Strong" and entry.text.startswith(
        "consider a clinically appropriate alt"
    )
    return entry.text.startswith(("avoid", "select alternative", "select an alt")) or consider


@pytest.mark.shared
@pytest.mark.parametrize("drug", FILES)
def test_every_entry_has_one_row_with_its_action_and_strength(drug: str) -> None:
    wrong = []
    for entry in _entries(drug):
        rows = _rows(drug, entry.genes)
        if len(rows) != 1:
            wrong.append((entry.genes, f"{len(rows)} rows", entry.text[:80]))
            continue
        asked = _asked(entry.text)
        # Some entries without a recommendation carry a strength; the text counts.
        asked["strength"] = NONE if asked["choice"] == "none" else entry.strength
        found = {column: rows[0].cells[column] for column in asked}
        if found != asked:
            wrong.append((entry.genes, f"{found} for {asked}", entry.text[:80]))
    assert wrong == []
    assert len(_entries(drug)) == FILES[drug][1]


@pytest.mark.shared
@pytest.mark.parametrize("drug", FILES)
def test_the_safety_engine_speaks_where_cpic_acts(drug: str) -> None:
    catalogue, rules = read_catalogue(), load_table("genes/rules")
    wrong = []
    for entry in _entries(drug):
        genotypes = reported_genes(_timeline(entry.genes))
        reasons = gene_reasons(option_of(drug, catalogue), genotypes, (), catalogue)
        rows = [row for reason in reasons if (row := rules.find(id=reason.rule))]
        if bool(rows) != entry.acts:
            wrong.append((entry.genes, f"{len(rows)} rules", entry.text[:80]))
        for row in rows if entry.acts else ():
            if (row.cells["avoid"] == "true") != _to_avoid(entry):
                wrong.append((entry.genes, f"avoid {row.cells['avoid']}", entry.text[:80]))
    assert wrong == []


def _advice(drug: str, genes: dict[str, str]) -> list[GeneAdvice]:
    said = appraise(_timeline(genes), today="2025-02-01").gene_advice
    return [one for one in said if one.drug == drug and one.guideline == "CPIC"]


@pytest.mark.shared
@pytest.mark.parametrize("drug", FILES)
def test_advice_names_the_phenotypes_of_the_entry(drug: str) -> None:
    """From record to advice, for one entry of each kind of action."""
    by_action = {tuple(_asked(e.text).values()): e for e in _entries(drug)}
    for entry in by_action.values():
        if set(entry.genes.values()) <= {"No Result", "n/a", "Indeterminate"}:
            continue
        (one,) = _advice(drug, entry.genes)
        (row,) = _rows(drug, entry.genes)
        assert one.action == row.text("action")
        for gene, phenotype in zip(one.genes, one.phenotypes, strict=True):
            told = entry.genes[gene]
            if gene != "CYP2D6" or told == "No Result":
                assert phenotype == told
            else:
                assert phenotype == _term(told)


def _term(score: str) -> str:
    """Return the phenotype of an activity score as the consensus of 2020 has it."""
    if score == "n/a":
        return "Indeterminate"
    value = float(score.removeprefix("≥"))
    bounds = ((0, "Poor"), (1, "Intermediate"), (2.25, "Normal"), (99, "Ultrarapid"))
    return next(f"{name} Metabolizer" for most, name in bounds if value <= most)


WORDS = {
    "choice": {
        "avoid": "^avoid",
        "alternative": "^(consider )?an? (antidepressant|drug) that",
        "or alternative": ", or (a drug|another)|, or another antidepressant",
        "alternative without response": "without enough response .*, or (a|another) drug",
    },
    "start": {
        "-25 %": "dose 25 % lower",
        "-50 %": "half the usual (start|steady)",
        "-25 to -50 %": "start 25 to 50 % lower",
        "lower": "lower start",
        "usual": "usual (start|steady dose)",
    },
    "titration": {"slower": "slower steps"},
    "maintenance": {
        "-25 %": "maintenance dose 25 % lower",
        "-50 %": "half the usual maintenance dose",
        "lower": "lower maintenance dose",
        "higher": "a higher target within the limits",
        "higher without response": "higher (maintenance dose|dose|one) within the limits",
        "+50 % or more": "higher maintenance dose only within the limits",
    },
    "blood_level": {"true": "by blood level"},
    "highest": {"10 mg/d": "at most 10 mg/d"},
}
CPIC_ROWS = [r for r in load_table("genes/rules") if r.text("guideline") == "CPIC"]


@pytest.mark.parametrize("row", CPIC_ROWS, ids=lambda r: r.text("id"))
def test_the_words_say_what_the_columns_say(row: Row) -> None:
    """What a person reads and what is compared with the files are one thing."""
    action = row.text("action")
    if row.text("choice") == "none":
        assert re.match("no (advice|action|recommendation)", action)
        assert row.text("strength") == NONE
        return
    for column, words in WORDS.items():
        value = row.cells[column]
        if value in words:
            assert re.search(words[value], action), (column, value, action)
    assert ("blood level" in action) == (row.cells["blood_level"] == "true")
    assert ("slower" in action) == (row.cells["titration"] == "slower")
    lower = re.search("lower|^-", f"{row.cells['start']} {row.cells['maintenance']}")
    assert bool(re.search("lower|half", action)) == bool(lower or "-" in row.cells["maintenance"])
