"""Advice by genes: for every drug, never normal where nothing is known, never more than said."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.appraise.dosing import gene_advice, gene_evidence
from equipoise.appraise.dosing.alleles import reported_genes
from equipoise.appraise.dosing.genes import acting_gene
from equipoise.appraise.dosing.rule_fit import fitting
from equipoise.appraise.drug_use import read_catalogue
from equipoise.appraise.safety import Ground, ground, judge
from equipoise.core import answers
from equipoise.core.nouns import DrugUse, GeneAdvice, Genotype, Timeline
from equipoise.core.tables import Row, load_table, use_site

TODAY = "2025-02-01"
RULES = load_table("genes/rules")
# A diplotype of every phenotype, and of every activity score at which a rule turns.
CYP2C19 = ("", "*17/*17", "*1/*17", "*1/*1", "*1/*2", "*1/*9", "*2/*9", "*2/*2", "*1/*12")
CYP2B6 = ("", "*4/*4", "*1/*4", "*1/*1", "*1/*6", "*6/*6", "*1/*3")
CYP2D6 = ("", "*4/*4", "*4/*41", "*10/*10", "*1/*4", "*1/*10", "*1/*1", "*1x2/*17", "*1x2/*1",
          "*1x≥3/*1", "*1/*22")  # fmt: skip


def _timeline(*told: tuple[str, str], drugs: tuple[str, ...] = ()) -> Timeline:
    genotypes = tuple(Genotype(gene, diplotype) for gene, diplotype in told if diplotype)
    taken = tuple(DrugUse(drug) for drug in drugs)
    return Timeline("1", genotypes=answers.given(genotypes), drugs=answers.given(taken))


def _advice(timeline: Timeline) -> tuple[GeneAdvice, ...]:
    return gene_advice(ground(timeline, (), today=TODAY))


@cache
def _nobody() -> Ground:
    return ground(Timeline("1"), (), today=TODAY)


def _quick(timeline: Timeline) -> tuple[GeneAdvice, ...]:
    """Return the advice for genes alone, without working the rest of a person out again."""
    facts = replace(_nobody().facts, genes=reported_genes(timeline))
    return gene_advice(replace(_nobody(), facts=facts))


@cache
def _everybody() -> tuple[Timeline, ...]:
    return tuple(
        _timeline(("CYP2C19", one), ("CYP2B6", two), ("CYP2D6", three))
        for one, two, three in product(CYP2C19, CYP2B6, CYP2D6)
        if one or two or three
    )


def test_without_a_gene_on_record_nothing_is_advised() -> None:
    assert _advice(Timeline("1")) == ()
    assert _advice(_timeline(("CYP3A4", "*1/*1"))) == ()


def test_every_antidepressant_has_exactly_one_advice_of_cpic_for_everybody() -> None:
    """No combination of phenotypes falls between the rows, and none under two of them."""
    drugs = {
        r.text("id") for r in load_table("drugs/drugs") if r.cells["is_antidepressant"] == "true"
    }
    for timeline in _everybody():
        said = [one.drug for one in _quick(timeline) if one.guideline == "CPIC"]
        assert sorted(said) == sorted(drugs), timeline.genotypes


def test_no_row_is_idle() -> None:
    """Every row of every guideline speaks for somebody."""
    idle = list(RULES)
    for timeline in _everybody():
        act = {g.gene: acting_gene(g, (), read_catalogue()) for g in reported_genes(timeline)}
        idle = [row for row in idle if not fitting(row, act)]
    assert [row.text("id") for row in idle] == []


def test_what_was_tested_without_a_reading_is_no_recommendation() -> None:
    timeline = _timeline(("CYP2C19", "*1/*40"), ("CYP2D6", "*1/*22"), ("CYP2B6", "*1/*999"))
    for one in _advice(timeline):
        if one.guideline == "CPIC":
            assert one.strength == "No recommendation", one
            assert "usual" not in one.action
        assert one.genes == () or set(one.phenotypes) == {"Indeterminate"}


@given(
    st.sampled_from(CYP2C19[1:]),
    st.sampled_from(CYP2D6[1:]),
    st.sampled_from(["CYP2C19", "CYP2D6"]),
    st.sampled_from(["escitalopram", "nortriptyline", "amitriptyline", "vortioxetine"]),
)
def test_a_second_reading_that_tells_nothing_takes_no_caution_away(
    one: str, two: str, unread: str, option: str
) -> None:
    before = _timeline(("CYP2C19", one), ("CYP2D6", two))
    open_now = Genotype(unread, "", phenotype="indeterminate")
    told = (*before.genotypes.or_else(()), open_now)
    after = Timeline("1", genotypes=answers.given(told))

    def rules(timeline: Timeline) -> set[str]:
        return {r.rule for r in judge(option, ground(timeline, (), today=TODAY)).reasons}

    assert rules(before) - {"gene_converted"} <= rules(after)
    for advice in _advice(after):
        if unread in advice.genes:
            phenotype = advice.phenotypes[advice.genes.index(unread)]
            sure = phenotype == "Indeterminate"
            assert sure or advice.action.startswith("cannot tell; only if "), advice


@pytest.mark.parametrize("row", RULES.rows, ids=lambda r: r.text("id"))
def test_no_row_sends_a_dose_beyond_its_limits(row: Row) -> None:
    raised = ("+", "higher", "times")
    if any(word in f"{row.cells['start']} {row.cells['maintenance']}" for word in raised):
        assert "the limits" in row.text("action")


# Table 2 of the guideline of DPWG on SSRIs (2022), read by hand; ages up to 65 years.
DPWG = [
    ("escitalopram", ("CYP2C19", "*2/*2"), "10 mg/d"),
    ("escitalopram", ("CYP2C19", "*2/*17"), "15 mg/d"),
    ("escitalopram", ("CYP2C19", "*1/*17"), "no action"),
    ("escitalopram", ("CYP2C19", "*17/*17"), "avoid"),
    ("citalopram", ("CYP2C19", "*2/*3"), "20 mg/d"),
    ("citalopram", ("CYP2C19", "*1/*2"), "30 mg/d"),
    ("citalopram", ("CYP2C19", "*17/*17"), "no action"),
    ("sertraline", ("CYP2C19", "*2/*2"), "75 mg/d"),
    ("sertraline", ("CYP2C19", "*1/*2"), "no action"),
    ("sertraline", ("CYP2C19", "*17/*17"), "no action"),
    ("paroxetine", ("CYP2D6", "*1x2/*1"), "avoid"),
    ("paroxetine", ("CYP2D6", "*4/*4"), "no action"),
    ("paroxetine", ("CYP2D6", "*1/*4"), "no action"),
    ("fluvoxamine", ("CYP2D6", "*4/*4"), "no action"),
    ("fluoxetine", ("CYP2D6", "*4/*4"), "no action"),
    # Abstracts of the guidelines on other antidepressants (2024) and on tricyclics.
    ("venlafaxine", ("CYP2D6", "*4/*4"), "avoid"),
    ("venlafaxine", ("CYP2D6", "*1/*4"), "avoid"),
    ("venlafaxine", ("CYP2D6", "*1x2/*1"), "no action"),
    ("mirtazapine", ("CYP2D6", "*4/*4"), "no action"),
    ("amitriptyline", ("CYP2D6", "*4/*4"), "60 %"),
    ("clomipramine", ("CYP2D6", "*1/*4"), "70 %"),
    ("doxepin", ("CYP2D6", "*4/*4"), "40 %"),
    ("imipramine", ("CYP2D6", "*4/*4"), "30 %"),
    ("nortriptyline", ("CYP2D6", "*1/*4"), "60 %"),
    ("nortriptyline", ("CYP2D6", "*1x2/*1"), "1.7 times"),
    # An activity score of 2.5 is normal for DPWG and ultrarapid for CPIC.
    ("nortriptyline", ("CYP2D6", "*1x2/*17"), "no action"),
]


@pytest.mark.parametrize(("drug", "gene", "words"), DPWG)
def test_dpwg_stands_beside(drug: str, gene: tuple[str, str], words: str) -> None:
    (one,) = [a for a in _advice(_timeline(gene)) if (a.drug, a.guideline) == (drug, "DPWG")]
    assert words in one.action
    assert one.strength == "n/a"


def test_dpwg_moves_nothing() -> None:
    """Its rows are no rules: venlafaxine in intermediate metabolisers has no caution by genes."""
    assert all(r.text("verdict") == "shown" for r in RULES if r.text("guideline") == "DPWG")
    verdict = judge("venlafaxine", ground(_timeline(("CYP2D6", "*1/*4")), (), today=TODAY))
    assert not [r for r in verdict.reasons if "CYP2D6" in r.text]


def test_a_site_can_make_a_rule_of_it(tmp_path: Path) -> None:
    rows = {row.text("id"): dict(row.cells) for row in RULES}
    rows["dpwg_venlafaxine_im_pm"] |= {"verdict": "caution", "avoid": "true"}
    lines = ["\t".join(RULES.header), *("\t".join(cells.values()) for cells in rows.values())]
    (tmp_path / "genes").mkdir()
    (tmp_path / "genes" / "rules.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    use_site(tmp_path)
    try:
        verdict = judge("venlafaxine", ground(_timeline(("CYP2D6", "*1/*4")), (), today=TODAY))
    finally:
        use_site(None)
    (said,) = [reason for reason in verdict.reasons if "CYP2D6" in reason.text]
    assert said.action.startswith("avoid")
    assert said.text.endswith("(DPWG 2024)")


def test_the_drugs_that_change_a_gene_are_named_and_own_inhibition_counts_once() -> None:
    timeline = _timeline(("CYP2D6", "*1/*1"), drugs=("paroxetine",))
    said = {a.drug: a for a in _advice(timeline) if a.guideline == "CPIC"}
    assert said["paroxetine"].phenotypes == ("Normal Metabolizer",)
    assert said["paroxetine"].because == ()
    assert said["nortriptyline"].phenotypes == ("Poor Metabolizer",)
    assert said["nortriptyline"].because == ("Paroxetine",)
    assert said["citalopram"].because == ()


LABELS = {"aripiprazole", "brexpiprazole", "dextromethorphan_bupropion"}


@given(st.sampled_from(CYP2C19), st.sampled_from(CYP2B6), st.sampled_from(CYP2D6[1:]))
def test_advice_names_its_source(one: str, two: str, three: str) -> None:
    references = {row.text("key") for row in load_table("references/references")}
    for advice in _advice(_timeline(("CYP2C19", one), ("CYP2B6", two), ("CYP2D6", three))):
        assert len(advice.genes) == len(advice.phenotypes)
        assert set(advice.reference.split("; ")) <= references
        assert advice.version
        assert (advice.guideline == "label") <= (advice.drug in LABELS)


KINDS = [
    ("escitalopram", "*1/*1", "standard"),
    ("escitalopram", "*1/*2", "changed"),
    ("escitalopram", "*17/*17", "changed"),
    ("escitalopram", "*1/*12", "none"),
    ("fluoxetine", "*2/*2", "none"),
    ("clomipramine", "*1/*1", "standard"),
    ("clomipramine", "*1/*17", "changed"),
]


@pytest.mark.parametrize(("drug", "diplotype", "kind"), KINDS)
def test_advice_tells_whether_it_departs_from_the_usual(
    drug: str, diplotype: str, kind: str
) -> None:
    (one,) = [
        advice
        for advice in _quick(_timeline(("CYP2C19", diplotype)))
        if (advice.drug, advice.guideline) == (drug, "CPIC")
    ]
    assert one.kind == kind


def test_what_a_label_says_departs_from_the_usual() -> None:
    said = {a.drug: a for a in _quick(_timeline(("CYP2D6", "*4/*4"))) if a.guideline == "label"}
    assert set(said) == LABELS
    assert {one.kind for one in said.values()} == {"changed"}


def test_the_evidence_is_that_of_the_ledger() -> None:
    """One truth: every number of a line stands in the claim that weighs it."""
    claims = load_table("claims/claims")
    for row in load_table("genes/evidence"):
        weighed = claims.row(id=row.text("claim")).text("evidence")
        for number in re.findall(r"\d+(?:[.,]\d+)*", row.text("line")):
            assert re.search(rf"(?<![\d.,]){re.escape(number)}(?!\d|[.,]\d)", weighed), number
    # Key points of the paper: no predicted interaction in 45 and 18 %, remission 16.5 and 11.2 %.
    told = " ".join(gene_evidence())
    assert "45 % with the test and 18 % without were prescribed a drug without" in told
    assert "16.5 % with the test and 11.2 % without after 12 weeks" in told


TOLD = (
    "poor", "likely_poor", "intermediate", "likely_intermediate", "normal", "rapid", "ultrarapid",
)  # fmt: skip


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("gene", ["CYP2C19", "CYP2D6", "CYP2B6"])
def test_a_phenotype_that_the_tables_do_not_know_of_a_gene_is_indeterminate(
    gene: str, told: str
) -> None:
    """Some reports call CYP2D6 rapid, which CPIC does not."""
    genotype = Genotype(gene, "", phenotype=f"{told}_metabolizer")
    said = _quick(Timeline("1", genotypes=answers.given((genotype,))))
    known = {
        row.text("phenotype")
        for row in load_table("genes/phenotypes").rows
        if row.text("gene") == gene
    }
    expected = f"{told.replace('_', ' ').title()} Metabolizer" if told in known else "Indeterminate"
    read = {p for one in said for g, p in zip(one.genes, one.phenotypes, strict=True) if g == gene}
    assert read == {expected}


def test_many_diplotypes_are_counted_and_not_listed() -> None:
    many = ["*1/*4", "*2/*4", "*1/*3", "*2/*3", "*35/*4", "*1/*4"]
    (gene,) = reported_genes(_timeline(*(("CYP2D6", one) for one in many)))
    assert gene.diplotype == "*1/*4 or *2/*4 or *1/*3 or 2 more"
    assert gene.phenotypes == frozenset({"intermediate"})
    assert str(gene.score) == "1.0"
