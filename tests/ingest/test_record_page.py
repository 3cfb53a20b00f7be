"""The page on the record is the one that the reader's own declaration gives."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from equipoise.core.tables import load_table
from equipoise.ingest import schema

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "docs" / "write_person_record.py"


def page() -> str:
    spec = importlib.util.spec_from_file_location("write_person_record", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.page())


def test_the_page_is_current() -> None:
    written = (ROOT / "docs" / "person-record.md").read_text(encoding="utf-8")
    assert page() == written, "run python docs/write_person_record.py"


def test_the_page_names_every_key() -> None:
    text = page()
    for shape in schema.SECTIONS:
        part = text.split(f"## `{shape.name}`\n")[1].split("\n## ")[0]
        assert [name for name in shape.names if f"| `{name}` |" not in part] == []


def test_the_answers_that_appraisal_counts_can_be_given() -> None:
    """Adherence, outcome and reason to stop are the words of `tables/doses/answers`."""
    keys = {key.name: key for key in (schema.ADHERENCE, schema.OUTCOME, schema.STOPPED_FOR)}
    for row in load_table("doses/answers"):
        assert f"`{row.text('answer')}`" in keys[row.text("field")].kind.says


def test_the_specifiers_that_rules_ask_for_can_be_given() -> None:
    allowed = schema.SPECIFIERS.kind.says
    for row in load_table("contraindications/contraindications"):
        assert [word for word in row.items("specifiers") if f"`{word}`" not in allowed] == []
