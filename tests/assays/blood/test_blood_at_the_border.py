"""From the record to the result: nothing of a blood value is guessed on the way in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from equipoise import ingest
from equipoise.assays.blood import analyte
from equipoise.core.errors import InputError
from equipoise.core.nouns import Measurement, Timeline

TODAY = "2025-03-01"


def _read(folder: Path, entry: str) -> Timeline:
    path = folder / "sub-01_person.yaml"
    path.write_text(f'schema_version: "1.0"\nlabel: "01"\nlabs:\n  - {{{entry}}}\n', "utf-8")
    return ingest.read_person(path, today=TODAY)


def _measured(timeline: Timeline, measure: str) -> Measurement:
    spec = next(spec for spec in analyte.SPECS if spec.id == measure)
    (result,) = analyte.measure(timeline, spec)
    assert isinstance(result, Measurement), result
    return result


@pytest.mark.parametrize(("value", "unit"), [(6.5, "%"), (48, "mmol/mol")])
def test_hba1c_of_a_record(tmp_path: Path, value: float, unit: str) -> None:
    timeline = _read(tmp_path, f"test: hba1c, value: {value}, unit: '{unit}', date: 2025-01-10")
    found = _measured(timeline, "blood.hba1c")
    assert found.quantity.value == pytest.approx(6.5, abs=0.05)
    assert any("diabetes" in flag for flag in found.flags)


def test_how_the_sample_was_taken_reaches_the_result(tmp_path: Path) -> None:
    entry = "test: glucose, value: 7.4, unit: mmol/L, date: 2025-01-10, fasting: true"
    found = _measured(_read(tmp_path, entry), "blood.glucose")
    assert found.fasting is True
    assert any("7.0 mmol/L fasting" in flag for flag in found.flags)
    entry = "test: il6, value: 1.5, unit: pg/mL, date: 2025-01-10, assay: elisa_hs"
    assert _measured(_read(tmp_path, entry), "blood.il6").assay == "elisa_hs"
    entry = 'test: crp_hs, value: 0.3, unit: mg/L, date: 2025-01-10, comparator: "<"'
    assert _measured(_read(tmp_path, entry), "blood.crp_hs").coverage == 0


@pytest.mark.parametrize(
    ("entry", "parts"),
    [
        (
            "test: glucose, value: 5.6, unit: mg/dL",
            ["not possible", "5.6 mmol/L would be"],
        ),
        (
            "test: haemoglobin, value: 140, unit: g/dL",
            ["not possible", "140 g/L would be"],
        ),
        ("test: creatinine, value: 0.9, unit: umol/L", ["not possible", "0.9 mg/dL, which is"]),
        ("test: hba1c, value: 42, unit: '%'", ["not possible", "42 mmol/mol, which is"]),
        ("test: sodium, value: -3, unit: mmol/L", ["not possible", "check the value"]),
        ("test: tsh, value: 2", ["no unit"]),
        ("test: hba1c, value: 0.06, unit: '1'", ["does not convert for this test"]),
    ],
)
def test_an_impossible_value_names_the_other_reading(
    tmp_path: Path, entry: str, parts: list[str]
) -> None:
    with pytest.raises(InputError) as caught:
        _read(tmp_path, f"{entry}, date: 2025-01-10")
    message = str(caught.value)
    assert "\n" not in message
    assert "line 4" in message
    for part in parts:
        assert part in message


def _bundle(folder: Path, value: float, unit: str) -> Timeline:
    observation = {
        "resourceType": "Observation",
        "id": "a1c",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]},
        "subject": {"reference": "Patient/01"},
        "effectiveDateTime": "2025-01-10",
        "valueQuantity": {
            "value": value,
            "code": unit,
            "system": "http://unitsofmeasure.org",
            "unit": unit,
        },
    }
    patient = {"resourceType": "Patient", "id": "01"}
    entries = [{"fullUrl": f"urn:x:{one['id']}", "resource": one} for one in (patient, observation)]
    path = folder / "sub-01_fhir.json"
    text = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})
    path.write_text(text, encoding="utf-8")
    return ingest.read_person(path, today=TODAY)


@pytest.mark.parametrize(("value", "unit"), [(6.5, "%"), (48, "mmol/mol")])
def test_hba1c_of_a_health_record(tmp_path: Path, value: float, unit: str) -> None:
    """Both scales of HbA1c are read; a factor alone would refuse one of them."""
    timeline = _bundle(tmp_path, value, unit)
    assert _measured(timeline, "blood.hba1c").quantity.value == pytest.approx(6.5, abs=0.05)
