"""Time to read a FHIR bundle of 10,000 entries of one invented person.

Run: ``python benchmarks/fhir_bundle.py [ENTRIES]``. The bundle is synthetic: laboratory values,
blood pressures, orders, sessions of ECT, PHQ-9 items and codes that no table knows, in turn. Two
times of the process are printed: the first reading, with tables, and the second one.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from equipoise.ingest import read_person

ENTRIES, TODAY, BUDGET = 10_000, "2026-03-02", 5.0
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SUBJECT = {"reference": "Patient/p"}
ITEMS = ("44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3")


def _coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _measured(code: str, value: float, unit: str) -> dict[str, Any]:
    return {
        "code": _coded(LOINC, code),
        "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit},
    }


def entry(number: int) -> dict[str, Any]:
    """Return one resource; eight kinds take turns."""
    day = (dt.date(2000, 1, 1) + dt.timedelta(days=number % 9000)).isoformat()
    seen = {"status": "final", "subject": SUBJECT, "effectiveDateTime": f"{day}T08:00:00+01:00"}
    sodium = {**_measured("2951-2", 130 + number % 15, "mmol/L"), **seen}
    creatinine = {**_measured("2160-0", 0.6 + number % 9 / 10, "mg/dL"), **seen}
    pressure = {
        "code": _coded(LOINC, "85354-9"),
        "component": [_measured("8480-6", 120, "mm[Hg]"), _measured("8462-4", 80, "mm[Hg]")],
        **seen,
    }
    item = {"code": _coded(LOINC, ITEMS[number % 8]), "valueInteger": number % 4, **seen}
    unknown = {**_measured(f"{90000 + number % 50}-0", 1, "1"), **seen}
    order = {
        "resourceType": "MedicationRequest",
        "status": "completed",
        "intent": "order",
        "subject": SUBJECT,
        "medicationCodeableConcept": _coded(RXNORM, ("36437", "29046")[number // 8 % 2]),
        "authoredOn": day,
    }
    session = {
        "resourceType": "Procedure",
        "status": "completed",
        "subject": SUBJECT,
        "code": _coded("http://snomed.info/sct", "23835007"),
        "performedDateTime": day,
    }
    kinds = (sodium, creatinine, pressure, item, unknown, order, session, sodium)
    resource = {"resourceType": "Observation", **kinds[number % len(kinds)], "id": f"r{number}"}
    return {"fullUrl": f"urn:uuid:{number:032x}", "resource": resource}


def bundle(entries: int) -> dict[str, Any]:
    """Return a bundle of one person."""
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "gender": "female",
        "birthDate": "1970-02-03",
        "meta": {
            "tag": [
                {
                    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
                    "code": "HTEST",
                    "display": "synthetic person",
                }
            ]
        },
    }
    rest = [entry(number) for number in range(1, entries)]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}, *rest]}


def main() -> None:
    """Print how long the reading takes."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sub-01_fhir.json"
        path.write_text(json.dumps(bundle(count)), encoding="utf-8")
        size = path.stat().st_size / 1e6
        for turn in ("first", "second"):
            began = time.process_time()
            timeline = read_person(path, today=TODAY)
            seconds = time.process_time() - began
            print(
                f"{turn} reading of {count} entries ({size:.1f} MB): {seconds:.2f} s, "
                f"budget {BUDGET:g} s; {len(timeline.labs.or_else(()))} values, "
                f"{len(timeline.treatments.or_else(()))} trials, {len(timeline.unmapped)} lines "
                "not mapped"
            )


if __name__ == "__main__":
    main()
