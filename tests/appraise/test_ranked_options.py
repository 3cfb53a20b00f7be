"""Every option that may be ranked: its parts are known, and its known dangers speak.

The partners are pairs of product labels and interaction texts: what a clinician names first.
"""

from __future__ import annotations

import dataclasses

import pytest

from equipoise.appraise import option_verdict
from equipoise.appraise.drug_use import option_of, read_catalogue
from equipoise.core import answers
from equipoise.core.nouns import (
    Demographics,
    DrugUse,
    Episode,
    Implant,
    Pregnancy,
    Timeline,
)
from equipoise.core.tables import Row, load_table

TODAY = "2025-02-01"

PARTNERS = {
    "agomelatine": ("fluvoxamine", "hard_stop"),
    "amitriptyline": ("phenelzine", "hard_stop"),
    "aripiprazole_augmentation": ("metoclopramide", "caution"),
    "brexpiprazole_augmentation": ("ketoconazole", "caution"),
    "bupropion": ("tranylcypromine", "hard_stop"),
    "bupropion_augmentation": ("phenelzine", "hard_stop"),
    "buspirone_augmentation": ("tranylcypromine", "hard_stop"),
    "cariprazine_augmentation": ("carbamazepine", "hard_stop"),
    "citalopram": ("pimozide", "hard_stop"),
    "clomipramine": ("moclobemide", "hard_stop"),
    "desvenlafaxine": ("phenelzine", "hard_stop"),
    "dextromethorphan_bupropion": ("phenelzine", "hard_stop"),
    "duloxetine": ("ciprofloxacin", "hard_stop"),
    "escitalopram": ("methadone", "hard_stop"),
    "esketamine": ("methylphenidate", "caution"),
    "fluoxetine": ("tamoxifen", "hard_stop"),
    "fluvoxamine": ("tizanidine", "hard_stop"),
    "ketamine_iv": ("methylphenidate", "caution"),
    "levomilnacipran": ("linezolid", "hard_stop"),
    "liothyronine_augmentation": ("warfarin", "caution"),
    "lithium_augmentation": ("ibuprofen", "caution"),
    "lumateperone_augmentation": ("rifampicin", "hard_stop"),
    "milnacipran": ("phenelzine", "hard_stop"),
    "mirtazapine": ("phenelzine", "hard_stop"),
    "mirtazapine_augmentation": ("tranylcypromine", "hard_stop"),
    "nefazodone": ("simvastatin", "hard_stop"),
    "nortriptyline": ("flecainide", "hard_stop"),
    "paroxetine": ("thioridazine", "hard_stop"),
    "pramipexole_augmentation": ("haloperidol", "caution"),
    "quetiapine_augmentation": ("ritonavir", "hard_stop"),
    "reboxetine": ("phenelzine", "hard_stop"),
    "sertraline": ("phenelzine", "hard_stop"),
    "tranylcypromine": ("sertraline", "hard_stop"),
    "trazodone": ("linezolid", "hard_stop"),
    "venlafaxine": ("tranylcypromine", "hard_stop"),
    "venlafaxine_mirtazapine": ("tranylcypromine", "hard_stop"),
    "vilazodone": ("phenelzine", "hard_stop"),
    "vortioxetine": ("methylene_blue", "hard_stop"),
}

IMPLANTS = {
    "deep_tms": "cochlear_implant",
    "itbs": "cochlear_implant",
    "rtms": "cochlear_implant",
    "snt": "cochlear_implant",
    "tdcs": "pacemaker",
    "tdcs_home": "pacemaker",
}


def _ranked() -> list[Row]:
    return [row for row in load_table("treatments/treatments") if row.flag("ranked")]


def _timeline(drug: str | None = None, implant: str | None = None) -> Timeline:
    drugs = () if drug is None else (DrugUse(drug, start=answers.given("2024-11")),)
    implants = () if implant is None else (Implant(implant),)
    return Timeline(
        label="01",
        demographics=Demographics(answers.given("female"), answers.given(43.0)),
        episode=Episode(diagnosis=answers.given("F33.1")),
        treatments=answers.given(()),
        drugs=answers.given(drugs),
        conditions=answers.given(()),
        implants=answers.given(implants),
        pregnancy=answers.given(Pregnancy("not_pregnant")),
        labs=answers.given(()),
        scales=answers.given(()),
        findings=answers.given(()),
    )


@pytest.mark.parametrize("row", _ranked(), ids=lambda row: row.text("id"))
def test_a_ranked_option_is_known_in_every_safety_table(row: Row) -> None:
    catalogue = read_catalogue()
    treatment = row.text("id")
    for drug in row.items("drugs"):
        assert drug in catalogue.names
    names = option_of(treatment, catalogue).names
    rules = load_table("contraindications/contraindications")
    assert any(names & set(rule.items("options")) - {"drug"} for rule in rules)
    listed = {r.text("treatment") for t in ("doses", "sessions") for r in load_table(f"doses/{t}")}
    for part in row.items("drugs") or (treatment,):
        assert {part, f"{part}_augmentation"} & listed
    starts = load_table("phases/starts")
    assert starts.find(id=row.text("group"), kind="group") is not None


def test_every_ranked_drug_has_its_dangerous_partner() -> None:
    assert {row.text("id") for row in _ranked() if row.items("drugs")} == set(PARTNERS)


@pytest.mark.parametrize("option", sorted(PARTNERS))
def test_the_known_dangerous_partner_speaks(option: str) -> None:
    partner, verdict = PARTNERS[option]
    judged = option_verdict(_timeline(drug=partner), option, today=TODAY)
    title = load_table("drugs/drugs").row(id=partner).text("title")
    said = [r for r in judged.reasons if r.text.startswith(f"With {title}")]
    assert verdict in {reason.verdict for reason in said}
    alone = option_verdict(_timeline(), option, today=TODAY)
    assert not any(r.text.startswith("With ") for r in alone.reasons)


def test_every_ranked_stimulation_has_its_implant() -> None:
    stimulating = {"tms", "tdcs"}
    assert {r.text("id") for r in _ranked() if r.text("drug_class") in stimulating} == set(IMPLANTS)


@pytest.mark.parametrize("option", sorted(IMPLANTS))
def test_the_known_implant_stops_it(option: str) -> None:
    judged = option_verdict(_timeline(implant=IMPLANTS[option]), option, today=TODAY)
    assert judged.verdict == "hard_stop"


@pytest.mark.parametrize("option", sorted(o for o, (_, v) in PARTNERS.items() if v == "hard_stop"))
def test_no_drug_is_cleared_where_the_drugs_taken_were_not_asked(option: str) -> None:
    silent = dataclasses.replace(_timeline(), drugs=answers.not_asked())
    judged = option_verdict(silent, option, today=TODAY)
    assert judged.verdict in {"cannot_tell", "hard_stop"}
