"""Codes of drugs: the name goes with the code, and the strength with the salt."""

from __future__ import annotations

from equipoise.core.answers import not_asked
from equipoise.core.tables import load_table, tables_digest
from equipoise.ingest.fhir.codes import named_drugs
from tests.ingest.fhir.conftest import Read, coded, daily
from tests.ingest.fhir.test_fhir_facts import TABLET, request


def test_listed_codes_are_named_as_the_drug_they_are_read_as() -> None:
    """The name that the source gives a code names the drug, and no second one."""
    for row in load_table("codes/medications"):
        named = named_drugs(row.text("title"), tables_digest())
        assert named == (row.text("drug"),), row.cells


def test_a_code_and_a_name_that_mean_two_drugs_are_not_read(read: Read) -> None:
    # RxNorm 36437 is sertraline.
    timeline = read(request(coded("rxnorm", "36437", "fluoxetine 20 MG Oral Capsule")))
    assert timeline.treatments.or_else(()) == ()
    (left,) = timeline.unmapped
    assert "its code means sertraline, its name fluoxetine" in repr(left)
    assert left.hides == "drug"


def test_a_name_without_the_form_goes_with_the_code(read: Read) -> None:
    # ATC has one code for selegiline by mouth and by patch: it is read as the stricter one.
    timeline = read(request(coded("atc", "N04BD01", "selegiline")))
    assert [trial.treatment for trial in timeline.treatments.or_else(())] == [
        "selegiline_transdermal"
    ]


def test_a_tablet_of_another_salt_gives_no_dose(read: Read) -> None:
    # 174 mg of the hydrobromide are 150 mg of the hydrochloride that doses are told in.
    tablets = [{**daily(1)[0], "doseAndRate": [{"doseQuantity": TABLET}]}]
    name = "24 HR bupropion hydrobromide 174 MG Extended Release Oral Tablet"
    code = coded("rxnorm", "993550", name)
    (trial,) = read(request(code, dosageInstruction=tablets)).treatments.or_else(())
    assert (trial.treatment, trial.dose) == ("bupropion", not_asked())
