"""Doses of drugs that must not be given carry the hard stop, in every person."""

from __future__ import annotations

from pathlib import Path

import pytest

from equipoise.appraise import appraise
from equipoise.core.nouns import DoseLimit
from equipoise.ingest import read_person

TODAY = "2025-02-01"
HEAD = 'schema_version: "1.0"\nlabel: "01"\nnotice: invented person\n'


def _limits(folder: Path, person: str) -> dict[str, DoseLimit]:
    path = folder / "person.yaml"
    path.write_text(HEAD + person, encoding="utf-8")
    found = appraise(read_person(path, today=TODAY), today=TODAY)
    return {one.drug: one for one in found.dose_limits}


@pytest.mark.parametrize(
    ("person", "drug", "words"),
    [
        ("conditions: [{code: K74.6, system: icd10, status: active}]", "duloxetine", "Liver"),
        ("demographics: {sex: female, age_years: 16}", "paroxetine", "Under 18"),
        ("demographics: {sex: female, age_years: 76}", "agomelatine", "75 years"),
        ("drugs: [{drug: ketoconazole}]", "quetiapine_augmentation", "CYP3A4"),
        ("treatments: [{treatment: phenelzine, ongoing: yes}]", "imipramine", "henelzine"),
    ],
)
def test_no_dose_stands_without_its_hard_stop(
    person: str, drug: str, words: str, tmp_path: Path
) -> None:
    limits = _limits(tmp_path, person)
    assert any(words in text for text in limits[drug].stopped_by)


def test_what_failed_before_is_no_stop_of_a_dose(tmp_path: Path) -> None:
    trial = (
        "{treatment: sertraline, dose: 200, unit: mg/d, start: 2024-03-01, stop: 2024-09-01, "
        "adherence: good, outcome: no_response}"
    )
    person = f"demographics: {{sex: female, age_years: 43}}\ntreatments: [{trial}]"
    assert _limits(tmp_path, person)["sertraline"].stopped_by == ()


def test_no_advice_by_genes_stands_without_the_hard_stop_of_its_drug(tmp_path: Path) -> None:
    """Usual doses by the genes are no word on the drug in a person who must not have it."""
    path = tmp_path / "person.yaml"
    genes = 'genotypes: [{gene: CYP2C19, diplotype: "*1/*1"}]\n'
    path.write_text(f"{HEAD}{genes}drugs: [{{drug: tranylcypromine}}]", encoding="utf-8")
    found = appraise(read_person(path, today=TODAY), today=TODAY).gene_advice
    told = {one.drug: one.stopped_by for one in found}
    assert any("serotonin toxicity" in text for text in told["escitalopram"])
    assert any("Tranylcypromine" in text for text in told["dosulepin"])
    assert told["tranylcypromine"] == ()  # that it is taken is no danger of its doses


def test_what_is_taken_now_has_its_doses(tmp_path: Path) -> None:
    person = "drugs: [{drug: sertraline, dose: 50, unit: mg/d, start: 2024-12}]"
    assert _limits(tmp_path, person)["sertraline"].stopped_by == ()
