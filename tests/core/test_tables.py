"""The table loader refuses what is not sourced."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from equipoise.core import tables
from equipoise.core.errors import TableError
from equipoise.core.tables import load_table, problems, tables_digest, use_site

COLUMNS = ["id", "value", "unit", "population", "reference", "as_of", "grade", "checked"]
GOOD = ["dose_x", "20", "mg/d", "adults", "smith2020", "2025-11", "B", "checked", "high"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of tables that stands for the shipped one."""
    (tmp_path / "references").mkdir()
    (tmp_path / "references" / "references.tsv").write_text("key\nsmith2020\n")
    (tmp_path / "references" / "references.schema.json").write_text(
        json.dumps({
            "fields": [{"name": "key", "type": "string", "description": "key"}],
            "equipoise:common": False,
        })
    )
    monkeypatch.setattr(tables, "_shipped", lambda: tmp_path)
    use_site(None)
    yield tmp_path
    monkeypatch.undo()
    use_site(None)


def _write(folder: Path, row: list[str], **schema: object) -> str:
    text = {"type": "string", "description": "d", "constraints": {"required": True}}
    fields: list[dict[str, object]] = [{"name": c, **text} for c in [*COLUMNS, "confidence"]]
    fields[1] |= {"type": "number", "unitField": "unit"}
    fields[2] = {"name": "unit", "type": "string", "description": "d"}
    link = {"fields": "reference", "reference": {"resource": "references/references"}}
    link["reference"]["fields"] = "key"  # type: ignore[index]
    whole = {"fields": fields, "primaryKey": "id", "foreignKeys": [link], **schema}
    (folder / "doses").mkdir(exist_ok=True)
    (folder / "doses" / "doses.schema.json").write_text(json.dumps(whole))
    header = "\t".join([*COLUMNS, "confidence"])
    (folder / "doses" / "doses.tsv").write_text(f"{header}\n" + "\t".join(row) + "\n")
    use_site(None)
    return "doses/doses"


def test_a_sourced_row_is_accepted(folder: Path) -> None:
    assert problems(_write(folder, GOOD)) == []


@pytest.mark.parametrize("column", ["value", "population", "as_of", "grade", "checked"])
def test_a_row_that_lacks_one_thing_is_refused(folder: Path, column: str) -> None:
    row = list(GOOD)
    row[[*COLUMNS, "confidence"].index(column)] = "n/a"
    found = problems(_write(folder, row))
    assert len(found) == 1
    assert f"column {column}" in found[0]
    assert "line 2" in found[0]


def test_a_value_without_a_unit_is_refused(folder: Path) -> None:
    row = list(GOOD)
    row[2] = "n/a"
    assert "without a unit" in problems(_write(folder, row))[0]


def test_a_reference_that_does_not_resolve_is_refused(folder: Path) -> None:
    row = list(GOOD)
    row[4] = "jones1999"
    assert "jones1999 is not in table" in problems(_write(folder, row))[0]


def test_low_confidence_never_drives_a_default(folder: Path) -> None:
    row = [*GOOD[:-1], "low"]
    assert "low confidence" in problems(_write(folder, row, **{"equipoise:use": "default"}))[0]
    assert problems(_write(folder, row, **{"equipoise:use": "display"})) == []


def test_missing_common_columns_are_named(folder: Path) -> None:
    name = _write(folder, GOOD)
    path = folder / "doses" / "doses.schema.json"
    schema = json.loads(path.read_text())
    schema["fields"] = schema["fields"][:-1]
    path.write_text(json.dumps(schema))
    (folder / "doses" / "doses.tsv").write_text("\t".join(COLUMNS) + "\n")
    use_site(None)
    assert problems(name) == ["table doses/doses: no column confidence"]


@pytest.mark.parametrize(
    ("value", "message"), [("", "empty"), ("twenty", "not a number"), ("nan", "not a finite")]
)
def test_cells_that_are_no_numbers_are_refused(folder: Path, value: str, message: str) -> None:
    row = list(GOOD)
    row[1] = value
    assert message in problems(_write(folder, row))[0]


def test_a_short_row_is_refused_with_its_line(folder: Path) -> None:
    name = _write(folder, GOOD)
    (folder / "doses" / "doses.tsv").write_text("\t".join([*COLUMNS, "confidence"]) + "\nx\t1\n")
    use_site(None)
    assert "line 2" in problems(name)[0]


def test_rows_are_typed_when_they_are_read() -> None:
    row = load_table("references/references").row(key="recalled")
    assert row.text("key") == "recalled"
    assert row.optional_number("year") is None
    with pytest.raises(TableError, match="column authors"):
        row.text("authors")
    with pytest.raises(TableError, match="no such column"):
        row.text("nothing")
    with pytest.raises(TableError, match="no such row"):
        load_table("references/references").row(key="nobody1900")


def test_a_site_replaces_a_table_and_changes_the_digest(tmp_path: Path) -> None:
    before = tables_digest()
    shipped = load_table("hyperparameters/hyperparameters")
    assert len(shipped) > 1
    path = tmp_path / "hyperparameters" / "hyperparameters.tsv"
    path.parent.mkdir()
    first = shipped.rows[0].cells
    path.write_text("\t".join(first) + "\n" + "\t".join(first.values()) + "\n")
    try:
        use_site(tmp_path)
        assert len(load_table("hyperparameters/hyperparameters")) == 1
        assert tables_digest() != before
    finally:
        use_site(None)
    assert tables_digest() == before


def test_a_site_table_that_breaks_its_schema_is_refused_whole(tmp_path: Path) -> None:
    shipped = load_table("hyperparameters/hyperparameters")
    path = tmp_path / "hyperparameters" / "hyperparameters.tsv"
    path.parent.mkdir()
    cells = dict(shipped.rows[0].cells) | {"grade": "Z"}
    path.write_text("\t".join(cells) + "\n" + "\t".join(cells.values()) + "\n")
    with pytest.raises(TableError, match="column grade"):
        use_site(tmp_path)
    assert len(load_table("hyperparameters/hyperparameters")) == len(shipped)


def test_a_site_table_of_an_unknown_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "typo.tsv").write_text("a\n1\n")
    with pytest.raises(TableError, match="no table of this name"):
        use_site(tmp_path)
    with pytest.raises(TableError, match="does not exist"):
        use_site(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not even a header"),
        (b"\xff\xfe\x00i\x00d", "no UTF-8 text"),
        (b"drug\tdose\n", "the header differs"),  # no rows: still not this table
        (b"treatment\n1\t2\n", "another number of cells"),
    ],
)
def test_a_site_table_that_is_no_table_is_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    """A rule table without rows would switch its rules off in silence."""
    (tmp_path / "doses").mkdir()
    (tmp_path / "doses" / "doses.tsv").write_bytes(content)
    with pytest.raises(TableError, match=message):
        use_site(tmp_path)
    assert len(load_table("doses/doses")) > 1
