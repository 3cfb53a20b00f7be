"""Documents: the same bytes, a schema, reading back, old files."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from equipoise.core.answers import given
from equipoise.core.documents import from_json, json_schema, noun_types, to_json, to_plain
from equipoise.core.errors import EquipoiseError, InputError
from equipoise.core.nouns import (
    Demographics,
    DrugUse,
    Interval,
    Measurement,
    NotMeasured,
    Provenance,
    Quantity,
    ResultSet,
    Timeline,
)

ARCHIVES = Path(__file__).resolve().parents[1] / "archives"
SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schemas"


def _timeline() -> Timeline:
    return Timeline(
        label="01",
        demographics=Demographics(sex=given("female"), age_years=given(43.0)),
        drugs=given((DrugUse("ibuprofen"),)),
    )


def test_a_noun_comes_back_as_it_went() -> None:
    timeline = _timeline()
    text = to_json(timeline)
    assert from_json(Timeline, text) == timeline
    assert to_json(from_json(Timeline, text)) == text


def test_results_of_different_kinds_stay_told_apart() -> None:
    measured = Measurement(
        id="scales.phq9",
        quantity=Quantity(14.0, "{score}", 2.4),
        date="2025-01-10",
        coverage=1.0,
        flags=(),
        provenance=Provenance((), "equipoise 0.1.0"),
    )
    results = ResultSet((measured, NotMeasured("blood.crp_hs", "not in the record")))
    assert from_json(ResultSet, to_json(results)) == results


def test_chances_have_four_decimals_and_measures_six_digits() -> None:
    assert to_plain(Interval(0.123456, (0.1, 0.2), (0.0, 1 / 3))) == {
        "mean": 0.1235,
        "ci80": [0.1, 0.2],
        "ci95": [0.0, 0.3333],
    }
    assert to_plain(Quantity(1234567.0, "1", 1 / 3)) == {
        "value": 1234570.0,
        "unit": "1",
        "standard_error": 0.333333,
    }


def test_a_number_that_is_not_finite_is_refused() -> None:
    with pytest.raises(EquipoiseError, match="not a finite number"):
        to_json(Quantity(float("nan"), "1"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not an Equipoise document"),
        ("[]", "not an Equipoise document"),
        ("null", "not an Equipoise document"),
        pytest.param("[" * 100_000, "not an Equipoise document", id="deep"),
        ('{"kind": "Timeline"}', "not an Equipoise document"),
        ('{"schema_version": "x", "kind": "Timeline"}', "not an Equipoise document"),
        ('{"schema_version": "2.0", "kind": "Timeline"}', "newer major version"),
        ('{"schema_version": "1.0", "kind": "Profile"}', "another kind"),
        ('{"schema_version": "1.0", "kind": "Timeline"}', "field label"),
    ],
)
def test_a_wrong_document_is_refused_in_one_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        from_json(Timeline, text, where="a.json")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("noun", noun_types(), ids=lambda noun: noun.__name__)
def test_the_published_schema_is_current(noun: type) -> None:
    path = SCHEMAS / f"{noun.__name__}.schema.json"
    assert path.is_file(), "write the schemas with: make schemas"
    assert json.loads(path.read_text(encoding="utf-8")) == json_schema(noun)


def test_a_document_fits_its_published_schema() -> None:
    document = json.loads(to_json(_timeline()))
    del document["schema_version"], document["kind"]
    jsonschema.validate(document, json_schema(Timeline))


@pytest.mark.parametrize("path", sorted(ARCHIVES.glob("*.json")), ids=lambda p: p.stem)
def test_files_of_old_versions_are_read(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    nouns = {noun.__name__: noun for noun in noun_types()}
    noun = nouns[json.loads(text)["kind"]]
    assert isinstance(from_json(noun, text), noun)
