"""Genotypes: HL7 Genomics Reporting and older forms; a no-call is never a result."""

from __future__ import annotations

from typing import Any

import pytest

from equipoise.core.nouns import Genotype, Timeline
from tests.ingest.fhir.conftest import Examine, Read, bundle_of, coded, observed

HGNC = "http://www.genenames.org"
TBD = "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs"
IDS = {"CYP2C19": "HGNC:2621", "CYP2D6": "HGNC:2625", "HLA-B": "HGNC:4932"}


def gene(name: str, *, code: str | None = None) -> Any:
    value = coded(HGNC, code or IDS[name], name)
    return {"code": coded("loinc", "48018-6"), "valueCodeableConcept": value}


def genotype(name: str, text: str | None, **more: Any) -> Any:
    value = {} if text is None else {"valueCodeableConcept": {"text": text}}
    return observed("84413-4", component=[gene(name)], **value, **more)


def entries(timeline: Timeline) -> list[tuple[str, str, str | None]]:
    return [(g.gene, g.diplotype, g.phenotype) for g in timeline.genotypes.or_else(())]


@pytest.mark.parametrize(
    ("name", "text", "diplotype"),
    [
        # As the examples of the guide, of laboratories and of PharmCAT print them.
        ("CYP2C19", "*1/*2", "*1/*2"),
        ("CYP2C19", "CYP2C19 *1/*2", "*1/*2"),
        ("CYP2D6", "CYP2D6*7.001 / CYP2D6*1.001", "*7.001/*1.001"),
        ("CYP2D6", "*36 + *10/*1x2", "*36+*10/*1x2"),
        ("CYP2D6", "CYP2D6*1/CYP2D6*4", "*1/*4"),
        ("HLA-B", "*15:02/*57:01", "*15:02/*57:01"),
        ("HLA-B", "HLA-B*15:02+HLA-B*57:01", "*15:02/*57:01"),
    ],
)
def test_diplotypes_as_they_are_written(name: str, text: str, diplotype: str, read: Read) -> None:
    timeline = read(genotype(name, text))
    assert entries(timeline) == [(name, diplotype, None)]
    assert timeline.unmapped == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CYP2C19", "*1"),
        ("CYP2C19", "*1/*2/*3"),
        ("CYP2C19", "Positive"),
        ("CYP2C19", "rs4244285 G/A"),
        ("CYP2D6", "(*1/*4)xN"),
        # In lists of tissue types a stroke stands between alleles that cannot be told apart.
        ("HLA-B", "HLA-B*15:02/HLA-B*15:03"),
        ("HLA-B", "HLA-B*15:02/HLA-B*15:03+HLA-B*57:01"),
        ("HLA-B", "HLA-B*15:02+HLA-B*57:01|HLA-B*15:03+HLA-B*57:02"),
    ],
)
def test_what_is_no_diplotype_is_listed(name: str, text: str, read: Read) -> None:
    timeline = read(genotype(name, text))
    assert not timeline.genotypes.known
    assert [u.why for u in timeline.unmapped] == [
        "its words are no two star alleles, or two different pairs"
    ]


def test_a_gene_whose_code_and_name_disagree_is_not_read(read: Read) -> None:
    held = genotype("CYP2C19", "*1/*2")
    held["component"] = [gene("CYP2C19", code="HGNC:2625")]
    timeline = read(held)
    assert not timeline.genotypes.known
    assert timeline.unmapped[0].why == "the gene is not plain"


def test_the_gene_may_stand_in_the_name_alone(read: Read) -> None:
    held = observed("84413-4", valueString="CYP2C19*1/*17")
    assert entries(read(held)) == [("CYP2C19", "*1/*17", None)]


ABSENT = {"dataAbsentReason": {"text": "rs4244285 was not read"}}


def test_a_no_call_is_indeterminate_and_listed(read: Read) -> None:
    timeline = read(genotype("CYP2C19", None, **ABSENT))
    assert entries(timeline) == [("CYP2C19", "", "indeterminate")]
    (listed,) = timeline.unmapped
    assert (listed.what, listed.why) == ("genotype CYP2C19", "no call: rs4244285 was not read")


def test_a_value_beside_the_reason_why_it_is_absent_is_not_read(read: Read) -> None:
    timeline = read(genotype("CYP2C19", "*1/*1", **ABSENT))
    assert entries(timeline) == [("CYP2C19", "", "indeterminate")]


def test_a_no_call_adds_nothing_to_a_call(read: Read) -> None:
    timeline = read(genotype("CYP2C19", None, **ABSENT), genotype("CYP2C19", "*2/*2"))
    assert entries(timeline) == [("CYP2C19", "*2/*2", None)]


@pytest.mark.parametrize("status", ["preliminary", "registered", "entered-in-error", "cancelled"])
def test_only_what_is_final_counts(status: str, read: Read) -> None:
    timeline = read({**genotype("CYP2C19", "*1/*2"), "status": status})
    assert not timeline.genotypes.known
    assert status in timeline.unmapped[0].why


def implication(answer: Any, **more: Any) -> Any:
    part = {"code": coded(TBD, "therapeutic-implication"), "valueCodeableConcept": answer}
    held = observed("x", component=[part, *more.pop("parts", ())], **more)
    held["code"] = coded(TBD, "therapeutic-implication")
    return held


POOR = coded("loinc", "LA9657-3", "Poor metabolizer")


@pytest.mark.parametrize(
    "held",
    [
        implication(POOR, parts=(gene("CYP2D6"),)),
        observed("53040-2", component=[gene("CYP2D6")], valueCodeableConcept=POOR),
        observed(
            "53040-2", component=[gene("CYP2D6")], valueCodeableConcept={"text": "Poor Metabolizer"}
        ),
    ],
)
def test_a_phenotype_alone(held: Any, read: Read) -> None:
    assert entries(read(held)) == [("CYP2D6", "", "poor_metabolizer")]


def test_a_phenotype_that_the_genotype_explains_is_not_told_twice(read: Read) -> None:
    source = {**genotype("CYP2C19", "*2/*2"), "id": "g"}
    follows = implication(POOR, derivedFrom=[{"reference": "Observation/g"}])
    timeline = read(source, follows)
    assert entries(timeline) == [("CYP2C19", "*2/*2", None)]
    assert timeline.unmapped == ()


def test_a_phenotype_that_the_tables_read_otherwise_is_kept_beside(read: Read) -> None:
    source = {**genotype("CYP2C19", "*1/*1"), "id": "g"}
    follows = implication(POOR, derivedFrom=[{"reference": "Observation/g"}])
    timeline = read(source, follows)
    assert entries(timeline) == [("CYP2C19", "*1/*1", None), ("CYP2C19", "", "poor_metabolizer")]
    assert "both are kept" in timeline.unmapped[0].why


def test_a_recommendation_is_listed(read: Read) -> None:
    drug = {"code": coded("loinc", "51963-7"), "valueCodeableConcept": {"text": "sertraline"}}
    timeline = read(implication({"text": "Consider a lower dose"}, parts=(drug,)))
    assert not timeline.genotypes.known
    assert [u.what for u in timeline.unmapped] == ["implication sertraline"]


def report(*results: str, **more: Any) -> Any:
    return {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": coded("loinc", "51969-4"),
        "result": [{"reference": one} for one in results],
        **more,
    }


def test_a_report_is_its_results(read: Read) -> None:
    timeline = read({**genotype("CYP2C19", "*1/*2"), "id": "g"}, report("Observation/g"))
    assert entries(timeline) == [("CYP2C19", "*1/*2", None)]
    assert timeline.unmapped == ()
    lonely = read(report("Observation/elsewhere"))
    assert lonely.unmapped[0].why == "none of its results could be read"
    other = read({**report(), "code": coded("loinc", "58410-2")})
    assert other.unmapped[0].why == "resources of this type are not read"


def test_genes_of_another_person_are_refused(examine: Examine) -> None:
    held = {**report(), "subject": {"reference": "Patient/other"}}
    timeline, (fault,) = examine(bundle_of(held))
    assert timeline is None
    assert "another person" in str(fault)


def test_several_diplotypes_are_several_entries(read: Read) -> None:
    parts = [
        {"code": {"text": "Consistent diplotype"}, "valueCodeableConcept": {"text": text}}
        for text in ("*1/*2", "*1/*3")
    ]
    held = genotype("CYP2C19", None, **ABSENT)
    held["component"] += parts
    assert read(held).genotypes.or_else(()) == (
        Genotype("CYP2C19", "*1/*2"),
        Genotype("CYP2C19", "*1/*3"),
    )


def test_one_unreadable_of_several_diplotypes_leaves_no_call(read: Read) -> None:
    """What is possible and cannot be read may be the poor one: the others are no call."""

    def possible(text: str) -> Any:
        return {"code": {"text": "Consistent diplotype"}, "valueCodeableConcept": {"text": text}}

    parts = [gene("CYP2C19"), possible("CYP2C19 *1/*1"), possible("CYP2C19 *2 or *3")]
    timeline = read(observed("84413-4", component=parts, **ABSENT))
    assert entries(timeline) == [("CYP2C19", "", "indeterminate")]
    assert [one.what for one in timeline.unmapped] == ["genotype CYP2C19"]
