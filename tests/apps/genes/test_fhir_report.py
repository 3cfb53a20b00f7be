"""The FHIR report of the genes: elements and codes of R4, profiles of the guide, and back again."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.apps.genes.call import Request, called
from equipoise.apps.genes.fhir import genomics_report, genomics_text
from equipoise.core.errors import RecordError
from equipoise.core.nouns import GeneAdvice, GeneCall, GenePhenotype, MissingPosition, Provenance
from equipoise.ingest import examine_person

DATE = "2026-03-02"
SD = "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/"

BUILD = Provenance((), "equipoise", (("build", "GRCh37"), ("sample", "SECRET")))
CALLED = GeneCall(
    "CYP2C19",
    ("*1/*2",),
    "Intermediate Metabolizer",
    missing=(MissingPosition("rs1", "chr10:94761900", "not in the file"),),
    version="PharmVar 6.2",
    provenance=BUILD,
)
SEVERAL = GeneCall("CYP2B6", ("*1/*2", "*1/*5"), "Normal Metabolizer", version="v", flags=("f.",))
NOT_CALLED = GeneCall(
    "CYP2D6",
    (),
    None,
    no_call="the copy number was not tested",
    deciding=("rs3892097",),
    consistent=("*1/*4", "*1/*5"),
    phenotypes=("Intermediate Metabolizer", "Normal Metabolizer"),
    if_reference=("*1/*1",),
    settled_by=("a test of the copy number",),
)
OUTSIDE = GeneCall("CYP2D6", ("*1x2/*36+*10",), "Normal Metabolizer", "2.25", source="outside")
ACTING = GenePhenotype(
    "CYP2C19", "*1/*2", "Intermediate Metabolizer", "Poor Metabolizer", ("fluvoxamine",), "r"
)
ADVICE = GeneAdvice(
    "sertraline",
    "CPIC",
    ("CYP2C19", "CYP2D6"),
    ("Poor Metabolizer", "Indeterminate"),
    "Begin with a lower dose.",
    "Moderate",
    "2023",
    ("fluvoxamine",),
    "cpic_ssri_2023",
    "A",
    "checked",
)
UNKNOWN_GENE = GeneAdvice(
    "paroxetine", "CPIC", ("CYP2D6",), ("No Result",), "x", "n/a", "2023", (), "r", "A", "checked"
)


def report(
    calls: Any = (CALLED, SEVERAL, NOT_CALLED),
    advice: Any = (ADVICE, UNKNOWN_GENE),
    genes: Any = (),
) -> dict[str, Any]:
    return genomics_report(tuple(calls), tuple(advice), tuple(genes), label="07", date=DATE)


def resources(bundle: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the resources by id, without the label of the person before it."""
    held = (entry["resource"] for entry in bundle["entry"])
    return {one["id"].removeprefix("07-"): one for one in held}


# Elements of the R4 definitions (4.0.1) that a report may use; those that have to be there first.
ELEMENTS = {
    "Bundle": ("type", "id", "entry"),
    "Patient": ("", "id"),
    "DiagnosticReport": (
        "status code",
        *("id", "meta", "category", "subject", "effectiveDateTime", "result", "conclusion"),
    ),
    "Observation": (
        "status code",
        *("id", "meta", "category", "subject", "effectiveDateTime", "valueCodeableConcept"),
        *("dataAbsentReason", "note", "derivedFrom", "component", "extension"),
    ),
}
# Required bindings of R4: observation-status, diagnostic-report-status, bundle-type.
STATUS = {
    "Observation": {
        *("registered", "preliminary", "final", "amended", "corrected", "cancelled"),
        *("entered-in-error", "unknown"),
    },
    "DiagnosticReport": {
        *("registered", "partial", "preliminary", "final", "amended", "corrected", "appended"),
        *("cancelled", "entered-in-error", "unknown"),
    },
}
TYPES = {
    *("document", "message", "transaction", "transaction-response", "batch", "batch-response"),
    *("history", "searchset", "collection"),
}
LOINC = re.compile(r"(LA)?\d{1,6}-\d")


def check(bundle: dict[str, Any]) -> None:
    """Hold a bundle against the definitions of R4 and the constraints of the guide."""
    assert bundle["type"] in TYPES
    addresses = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(addresses)) == len(addresses)
    known = {"/".join(address.split("/")[-2:]) for address in addresses}
    for one in [bundle, *(entry["resource"] for entry in bundle["entry"])]:
        kind = one["resourceType"]
        needed, *allowed = ELEMENTS[kind]
        assert set(one) - {"resourceType", *needed.split(), *allowed} == set()
        assert set(needed.split()) <= set(one)
        assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", one["id"])
        assert one.get("status", "final") in STATUS.get(kind, {"final"})
        if kind == "Observation":
            observation(one)
    for held in walked(bundle):
        if "reference" in held:
            assert held["reference"] in known
        if set(held) >= {"system", "code"}:
            assert re.fullmatch(r"\S+( \S+)*", held["code"]), "the type code of FHIR"
            assert held["system"].startswith("http")
            assert held["system"] != "http://loinc.org" or LOINC.fullmatch(held["code"])
        assert all(value not in (None, "", [], {}) for value in held.values())


def observation(one: dict[str, Any]) -> None:
    # obs-6: a reason why there is no value only where there is none.
    assert ("dataAbsentReason" in one) + ("valueCodeableConcept" in one) <= 1
    codes = [c for concept in one["category"] for c in concept["coding"]]
    assert {(c["system"].rsplit("/", 1)[1], c["code"]) for c in codes} == {
        ("observation-category", "laboratory"),
        ("v2-0074", "GE"),
    }
    for part in one.get("component", ()):
        assert {"code"} < set(part) <= {"code", "valueCodeableConcept", "valueString"}
    for note in one.get("note", ()):
        assert set(note) == {"text"}
    for extension in one.get("extension", ()):
        assert extension["valueRelatedArtifact"]["type"] == "citation"
    profiles = one.get("meta", {}).get("profile", [])
    if profiles == [f"{SD}genotype"]:
        assert one["code"]["coding"][0]["code"] == "84413-4"
        assert "valueCodeableConcept" in one, "the profile demands a value"
        assert "gene" in str(one["component"][0]["code"]).casefold()
    elif profiles == [f"{SD}therapeutic-implication"]:
        assert one["code"]["coding"][0]["code"] == "therapeutic-implication"
        assert "valueCodeableConcept" not in one, "the profile forbids a value"
        assert one["derivedFrom"]
    else:
        assert not profiles
        assert one["dataAbsentReason"]["coding"][0]["code"] == "unknown"


def walked(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walked(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walked(inner)


def back(bundle: dict[str, Any], folder: Path) -> Any:
    path = folder / "sub-07_fhir.json"
    path.write_text(genomics_text(bundle), encoding="utf-8")
    timeline, faults = examine_person(path, today=DATE)
    assert faults == ()
    assert timeline is not None
    return timeline


def entries(timeline: Any) -> list[tuple[str, str, str | None]]:
    return [(g.gene, g.diplotype, g.phenotype) for g in timeline.genotypes.or_else(())]


def test_a_report_keeps_to_r4_and_to_the_guide() -> None:
    bundle = report()
    check(bundle)
    held = resources(bundle)
    main = held["genomics"]
    assert main["meta"]["profile"] == [f"{SD}genomic-report"]
    assert main["code"]["coding"][0] == {
        "system": "http://loinc.org",
        "code": "51969-4",
        "display": "Genetic analysis report",
    }
    assert {one["reference"] for one in main["result"]} == {
        f"Observation/07-{name}"
        for name, one in held.items()
        if one["resourceType"] == "Observation"
    }


def test_one_diplotype_is_a_value() -> None:
    one = resources(report())["genotype-cyp2c19"]
    assert one["valueCodeableConcept"]["text"] == "CYP2C19 *1/*2"
    gene, build = one["component"]
    assert gene["valueCodeableConcept"]["coding"][0]["code"] == "HGNC:2621"
    assert build["valueCodeableConcept"]["coding"][0]["display"] == "GRCh37"
    told = " ".join(note["text"] for note in one["note"])
    assert "rs1 (chr10:94761900): not in the file" in told
    assert "Definitions: PharmVar 6.2." in told


def test_several_diplotypes_are_no_value() -> None:
    one = resources(report())["genotype-cyp2b6"]
    assert "valueCodeableConcept" not in one
    assert "several diplotypes" in one["dataAbsentReason"]["text"]
    shown = [part["valueCodeableConcept"]["text"] for part in one["component"][1:]]
    assert shown == ["CYP2B6 *1/*2", "CYP2B6 *1/*5"]


def test_a_no_call_never_names_a_diplotype() -> None:
    one = resources(report())["genotype-cyp2d6"]
    text = json.dumps(one, ensure_ascii=False)
    assert "*" not in text
    assert one["dataAbsentReason"]["text"] == "the copy number was not tested"
    told = " ".join(note["text"] for note in one["note"])
    assert "rs3892097" in told
    assert "a test of the copy number" in told
    assert "metabolism-cyp2d6" not in resources(report())
    main = resources(report())["genomics"]
    assert "CYP2D6: no call, which is not a normal result (the copy" in main["conclusion"]
    assert one["code"]["text"] == "CYP2D6 genotype"


def test_a_report_that_nobody_verified_is_never_final() -> None:
    """R4: final is complete and verified by an authorized person; partial may be unverified."""
    for calls in ((CALLED,), (NOT_CALLED,)):
        assert resources(report(calls=calls))["genomics"]["status"] == "partial"


def test_two_people_share_no_id() -> None:
    """Bundles of two people loaded into one server: nothing of one replaces the other's."""
    labels = ("07", "08", "x" * 63 + "1", "x" * 63 + "2")
    ids: list[str] = []
    for label in labels:
        bundle = genomics_report((CALLED, NOT_CALLED), (ADVICE,), (ACTING,), label=label, date=DATE)
        check(bundle)
        ids += [f"{one['resourceType']}/{one['id']}" for one in _all(bundle)]
    assert len(set(ids)) == len(ids)


def _all(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in bundle["entry"]]


def test_a_phenotype_has_the_answer_of_loinc() -> None:
    one = resources(report())["metabolism-cyp2c19"]
    (part,) = one["component"]
    # LOINC answer list LL3856-3: LA10317-8 is the intermediate metaboliser.
    assert part["valueCodeableConcept"]["coding"][0]["code"] == "LA10317-8"
    assert one["derivedFrom"] == [{"reference": "Observation/07-genotype-cyp2c19"}]


def test_what_drugs_do_to_a_gene_is_a_note_and_no_value() -> None:
    one = resources(report(genes=(ACTING,)))["metabolism-cyp2c19"]
    assert "LA9657-3" not in json.dumps(one)
    assert "Acts as Poor Metabolizer while these are taken: fluvoxamine" in one["note"][0]["text"]


def test_advice_names_the_drug_by_code() -> None:
    held = resources(report())
    one = held["advice-cpic-sertraline-cyp2c19-cyp2d6"]
    drug, action = one["component"]
    codes = {(c["system"], c["code"]) for c in drug["valueCodeableConcept"]["coding"]}
    # RxNorm 36437 and ATC N06AB06 are sertraline.
    assert codes == {
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "36437"),
        ("http://www.whocc.no/atc", "N06AB06"),
    }
    assert action["valueString"] == "Begin with a lower dose."
    assert "CPIC, version 2023, strength Moderate" in one["note"][0]["text"]
    assert not [name for name in held if "paroxetine" in name], "nothing is known of its gene"


def test_the_same_drug_twice_has_two_ids() -> None:
    names = [name for name in resources(report(advice=(ADVICE, ADVICE, ADVICE))) if "adv" in name]
    assert len(names) == 3
    check(report(advice=(ADVICE, ADVICE, ADVICE)))


def test_nothing_but_the_label_names_the_person() -> None:
    text = genomics_text(report())
    assert "SECRET" not in text
    assert resources(report())["07"] == {"resourceType": "Patient", "id": "07"}
    with pytest.raises(RecordError, match="too long"):
        genomics_report((), (), (), label="x" * 65, date=DATE)


def test_the_same_input_gives_the_same_bytes() -> None:
    assert genomics_text(report()) == genomics_text(report())
    assert not re.search(r"\d\d:\d\d:\d\d", genomics_text(report()))


def test_our_own_report_reads_back_as_it_was_called(tmp_path: Path) -> None:
    timeline = back(report(genes=(ACTING,)), tmp_path)
    assert entries(timeline) == [
        ("CYP2B6", "*1/*2", None),
        ("CYP2B6", "*1/*5", None),
        ("CYP2C19", "*1/*2", None),
        ("CYP2D6", "", "indeterminate"),
    ]
    listed = {one.what: one.why for one in timeline.unmapped}
    assert listed == {
        "genotype CYP2D6": "no call: the copy number was not tested",
        "implication sertraline": "no phenotype of a gene stands in it",
    }


def test_reported_genes_read_back_too(tmp_path: Path) -> None:
    reported = (
        GenePhenotype("CYP2C19", "", "Likely Poor Metabolizer", None, (), "r"),
        GenePhenotype("CYP2D6", "*4/*5", "Poor Metabolizer", "Poor Metabolizer", (), "r"),
        GenePhenotype("CYP2B6", "", "Indeterminate", None, (), "r"),
    )
    bundle = report(calls=(NOT_CALLED,), advice=(), genes=reported)
    check(bundle)
    assert entries(back(bundle, tmp_path)) == [
        ("CYP2C19", "", "likely_poor_metabolizer"),
        ("CYP2D6", "*4/*5", None),
    ]


ALLELES = ["*1", "*2", "*4", "*17", "*1x2", "*4x≥3", "*36+*10", "*7.001"]
diplotypes = st.lists(
    st.tuples(st.sampled_from(ALLELES), st.sampled_from(ALLELES)).map("/".join),
    max_size=3,
    unique=True,
)


@given(st.dictionaries(st.sampled_from(["CYP2B6", "CYP2C19", "CYP2D6"]), diplotypes))
@settings(deadline=None)
def test_any_calls_round_trip(tmp_path_factory: pytest.TempPathFactory, found: Any) -> None:
    calls = [
        GeneCall(gene, tuple(held), None, no_call=None if held else "not read")
        for gene, held in found.items()
    ]
    bundle = report(calls=calls, advice=())
    check(bundle)
    wanted: list[tuple[str, str, str | None]] = []
    for gene in sorted(found):
        wanted += [(gene, one, None) for one in found[gene]]
        wanted += [] if found[gene] else [(gene, "", "indeterminate")]
    assert entries(back(bundle, tmp_path_factory.mktemp("b"))) == wanted


def test_the_bundle_of_nobody_tested() -> None:
    check(report(calls=(), advice=(ADVICE,)))


@pytest.mark.shared
def test_calls_of_public_files_keep_to_r4_and_read_back(shared_data: Path, tmp_path: Path) -> None:
    found = sorted((shared_data / "clinical/pgx/pharmcat/test_vcf_cyp2c19").glob("*.vcf"))
    for path in found:
        result = called(Request(path, None, None, None, ("paroxetine",), DATE))
        bundle = report(result.calls, result.advice, result.genes)
        check(bundle)
        told = {gene: diplotype for gene, diplotype, _ in entries(back(bundle, tmp_path))}
        for call in result.calls:
            assert told[call.gene] == (call.diplotypes[-1] if call.diplotypes else "")
            text = json.dumps(resources(bundle)[f"genotype-{call.gene.lower()}"])
            assert call.diplotypes or not any(one in text for one in call.consistent)
    assert found


def test_advice_on_a_drug_that_must_not_be_given_says_so_in_its_own_sentence() -> None:
    stopped = dataclasses.replace(ADVICE, stopped_by=("With phenelzine (taken now)",))
    held = resources(report(advice=(stopped,)))
    _, action = held["advice-cpic-sertraline-cyp2c19-cyp2d6"]["component"]
    assert action["valueString"] == (
        "Not to be given now (With phenelzine (taken now)). "
        "By the genes alone: Begin with a lower dose."
    )
