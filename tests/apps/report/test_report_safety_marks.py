"""What is to be avoided is marked as such, not as one caution among others."""

from __future__ import annotations

from pathlib import Path

from equipoise import ingest, pipeline
from equipoise.apps.report.sections.answer import safety_mark
from equipoise.core.steps import NoStore

RECORD = """\
schema_version: "1.0"
label: "01"
demographics: {sex: male, age_years: 82}
episode: {diagnosis: F32.2, onset: 2025-12, number: 1}
treatments: []
drugs: []
conditions: []
implants: []
"""


def test_a_tricyclic_at_82_is_marked_to_be_avoided(tmp_path: Path) -> None:
    path = tmp_path / "sub-01_person.yaml"
    path.write_text(RECORD, encoding="utf-8")
    person = ingest.read_person(path, today="2026-03-02")
    settings = pipeline.RunSettings("2026-03-02", pipeline.default_seed())
    dossier = pipeline.run_person(person, settings, store=NoStore())
    assert safety_mark(dossier, "amitriptyline") == "Avoid"
    assert safety_mark(dossier, "venlafaxine") in {"Caution", "Safety open"}
    assert not safety_mark(dossier, "no_such_option")
