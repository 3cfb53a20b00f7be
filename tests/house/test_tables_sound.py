"""Every table that ships is sound, and the check refuses what it should refuse."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from equipoise.core import tables
from equipoise.core.errors import TableError

SHIPPED = Path(tables.__file__).parents[1] / "tables"
NAMES = tables.table_names()

# The shape of a table's schema: Frictionless Table Schema with the project's three additions.
FIELD: dict[str, Any] = {
    "type": "object",
    "required": ["name", "type", "description"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
        "type": {"enum": ["string", "number", "integer", "boolean"]},
        "description": {"type": "string", "minLength": 2},
        "unit": {"type": "string", "minLength": 1},
        "unitField": {"type": "string", "minLength": 1},
        "constraints": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "required": {"type": "boolean"},
                "unique": {"type": "boolean"},
                "enum": {"type": "array", "minItems": 1, "items": {"type": "string"}},
                "minimum": {"type": "number"},
                "maximum": {"type": "number"},
                "pattern": {"type": "string", "format": "regex"},
            },
        },
    },
}
SHAPE: dict[str, Any] = {
    "type": "object",
    "required": ["fields", "missingValues"],
    "additionalProperties": False,
    "properties": {
        "title": {"type": "string"},
        "description": {"type": "string"},
        "fields": {"type": "array", "minItems": 1, "items": FIELD},
        "primaryKey": {"type": ["string", "array"], "items": {"type": "string"}},
        "foreignKeys": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["fields", "reference"],
                "properties": {
                    "fields": {"type": "string"},
                    "reference": {"type": "object", "required": ["resource", "fields"]},
                },
            },
        },
        "missingValues": {"const": ["n/a"]},
        "equipoise:use": {"enum": ["default", "display"]},
        "equipoise:common": {"type": "boolean"},
    },
}
ALWAYS_NEEDED = {"population", "reference", "as_of", "checked", "confidence"}


def _schema(name: str) -> dict[str, Any]:
    text = (SHIPPED / f"{name}.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_table_is_sound(name: str) -> None:
    assert tables.problems(name) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_has_the_agreed_shape(name: str) -> None:
    schema = _schema(name)
    jsonschema.Draft202012Validator(SHAPE).validate(schema)
    columns = [field["name"] for field in schema["fields"]]
    assert len(set(columns)) == len(columns)
    key = schema.get("primaryKey", [])
    assert set([key] if isinstance(key, str) else key) <= set(columns)
    assert {link["fields"] for link in schema.get("foreignKeys", [])} <= set(columns)
    assert {f["unitField"] for f in schema["fields"] if "unitField" in f} <= set(columns)


@pytest.mark.parametrize("name", [n for n in NAMES if _schema(n).get("equipoise:common", True)])
def test_clinical_rows_cannot_leave_out_their_origin(name: str) -> None:
    schema = _schema(name)
    rules = {field["name"]: field.get("constraints", {}) for field in schema["fields"]}
    assert {column for column in ALWAYS_NEEDED if not rules[column].get("required")} == set()
    assert set(rules["checked"]["enum"]) <= {"checked", "recalled", "derived"}
    assert set(rules["confidence"]["enum"]) <= {"high", "medium", "low"}
    assert set(rules["grade"]["enum"]) <= {"A", "B", "C", "D", "N"}
    linked = [link["fields"] for link in schema.get("foreignKeys", [])]
    assert "reference" in linked


def test_every_topic_says_where_it_comes_from() -> None:
    topics = [folder for folder in sorted(SHIPPED.iterdir()) if folder.is_dir()]
    silent = [t.name for t in topics if not (t / "README.md").is_file()]
    unlicensed = [
        t.name
        for t in topics
        if t.name not in silent and "icence" not in (t / "README.md").read_text()
    ]
    assert (silent, unlicensed) == ([], [])


def test_every_schema_has_its_table() -> None:
    stems = {
        p.relative_to(SHIPPED).as_posix().removesuffix(".schema.json")
        for p in SHIPPED.rglob("*.schema.json")
    }
    documents = {p.relative_to(SHIPPED).with_suffix("").as_posix() for p in SHIPPED.rglob("*.yaml")}
    assert stems - set(NAMES) - documents == set()


def test_no_python_among_the_tables() -> None:
    assert not list(SHIPPED.rglob("*.py"))


def test_cited_doi_are_not_shared() -> None:
    owners: dict[str, list[str]] = {}
    for row in tables.load_table("references/references"):
        doi = row.optional_text("doi")
        if doi is not None:
            owners.setdefault(doi.lower(), []).append(row.text("key"))
    assert {doi: keys for doi, keys in owners.items() if len(keys) > 1} == {}


# --- the check itself, on tables made for it -------------------------------------------------

GOOD = {
    "id": "half_life",
    "value": "27",
    "unit": "h",
    "population": "adults",
    "reference": "somebody2001",
    "as_of": "2025-01",
    "grade": "B",
    "checked": "checked",
    "confidence": "high",
}
MADE_SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "id", "type": "string", "description": "Name", "constraints": {"required": True}},
        {
            "name": "value",
            "type": "number",
            "description": "Value",
            "unitField": "unit",
            "constraints": {"required": True, "minimum": 0},
        },
        *(
            {"name": c, "type": "string", "description": c, "constraints": {"required": True}}
            for c in ("unit", "population", "reference", "as_of")
        ),
        {
            "name": "grade",
            "type": "string",
            "description": "Grade",
            "constraints": {"required": True, "enum": ["A", "B", "C", "D", "N"]},
        },
        {
            "name": "checked",
            "type": "string",
            "description": "Checked",
            "constraints": {"required": True, "enum": ["checked", "recalled", "derived"]},
        },
        {
            "name": "confidence",
            "type": "string",
            "description": "Confidence",
            "constraints": {"required": True, "enum": ["high", "medium", "low"]},
        },
    ],
    "primaryKey": "id",
    "foreignKeys": [
        {"fields": "reference", "reference": {"resource": "references/references", "fields": "key"}}
    ],
    "missingValues": ["n/a"],
    "equipoise:use": "default",
}
REFERENCE_SCHEMA: dict[str, Any] = {
    "fields": [{"name": "key", "type": "string", "description": "Key"}],
    "primaryKey": "key",
    "missingValues": ["n/a"],
    "equipoise:common": False,
}

Check = Callable[..., list[str]]


def _write(folder: Path, name: str, schema: dict[str, Any], rows: list[dict[str, str]]) -> None:
    path = folder / f"{name}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_name(f"{path.stem}.schema.json").write_text(json.dumps(schema))
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Check]:
    """Return a function that writes rows into a folder of its own and checks them."""
    monkeypatch.setattr(tables, "_shipped", lambda: tmp_path)

    def run(*rows: dict[str, str], schema: dict[str, Any] = MADE_SCHEMA) -> list[str]:
        _write(tmp_path, "references/references", REFERENCE_SCHEMA, [{"key": "somebody2001"}])
        _write(tmp_path, "made/made", schema, list(rows))
        tables.load_table.cache_clear()
        return tables.problems("made/made")

    tables.load_table.cache_clear()
    yield run
    tables.load_table.cache_clear()


def test_a_good_row_passes(check: Check) -> None:
    assert check(GOOD) == []


@pytest.mark.parametrize("column", [c for c in GOOD if c != "id"])
def test_a_row_without_one_of_them_is_refused(check: Check, column: str) -> None:
    (message, *_) = check(GOOD | {column: "n/a"})
    assert "line 2" in message
    assert column in message


@pytest.mark.parametrize("column", ["population", "reference", "as_of", "grade", "checked"])
def test_a_table_without_the_column_is_refused(check: Check, column: str) -> None:
    schema = MADE_SCHEMA | {"fields": [f for f in MADE_SCHEMA["fields"] if f["name"] != column]}
    row = {name: text for name, text in GOOD.items() if name != column}
    assert f"table made/made: no column {column}" in check(row, schema=schema)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"reference": "nobody1999"}, "nobody1999 is not in table references/references"),
        ({"reference": "somebody2001; nobody1999"}, "nobody1999 is not in table"),
        ({"confidence": "low"}, "low confidence drives a default"),
        ({"checked": "guessed"}, "allowed: checked, recalled, derived"),
        ({"grade": "E"}, "allowed: A, B, C, D, N"),
        ({"value": "-1"}, "outside 0.."),
        ({"value": "much"}, "not a number"),
        ({"value": "nan"}, "not a finite number"),
        ({"value": ""}, "missing is n/a"),
        ({"population": " adults"}, "blank at an end"),
    ],
)
def test_a_faulty_cell_is_refused(check: Check, change: dict[str, str], part: str) -> None:
    assert any(part in message for message in check(GOOD | change))


def test_low_confidence_may_be_shown(check: Check) -> None:
    shown = MADE_SCHEMA | {"equipoise:use": "display"}
    assert check(GOOD | {"confidence": "low"}, schema=shown) == []


def test_a_number_column_without_a_unit_is_refused(check: Check) -> None:
    fields = [{k: v for k, v in f.items() if k != "unitField"} for f in MADE_SCHEMA["fields"]]
    assert check(GOOD, schema=MADE_SCHEMA | {"fields": fields}) == [
        "table made/made: number column value has no unit"
    ]


def test_a_key_stands_once(check: Check) -> None:
    assert any("stands twice" in message for message in check(GOOD, GOOD))


def test_a_site_table_is_checked_alike(tmp_path: Path) -> None:
    table = tables.load_table("hyperparameters/hyperparameters")
    header = [field["name"] for field in table.schema["fields"]]
    row = dict.fromkeys(header, "n/a") | {"id": "made", "reference": "recalled"}
    site = tmp_path / "site" / "hyperparameters"
    site.mkdir(parents=True)
    lines = ["\t".join(header), "\t".join(row[column] for column in header)]
    (site / "hyperparameters.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(TableError, match="column value: a value is needed"):
        tables.use_site(site.parent)
    assert tables.load_table("hyperparameters/hyperparameters").find(id="made") is None
