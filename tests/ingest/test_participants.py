"""Age and sex from the table of participants, beside or in place of a record.

The table is that of BIDS 1.10: ``participant_id`` with ``sub-``, age in years, sex as ``M`` or
``F``, ``n/a`` where a value is missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from equipoise.core.answers import given, unknown
from equipoise.core.errors import InputError
from equipoise.core.nouns import Demographics, Timeline
from equipoise.ingest import check_path, with_participant

Lay = Callable[..., Path]
RECORD = 'schema_version: "1.0"\nlabel: "01"\ndemographics: {sex: female, age_years: 43}\n'


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Return a function that writes rows of the table and gives the dataset."""

    def layer(*rows: str, header: str = "participant_id\tage\tsex") -> Path:
        text = json.dumps({"Name": "test", "BIDSVersion": "1.10.0"})
        (tmp_path / "dataset_description.json").write_text(text, encoding="utf-8")
        (tmp_path / "sub-01").mkdir(exist_ok=True)
        table = "\n".join((header, *rows)) + "\n"
        (tmp_path / "participants.tsv").write_text(table, encoding="utf-8")
        return tmp_path

    return layer


def told(root: Path, known: Demographics | None = None) -> tuple[str | None, float | None]:
    timeline = with_participant(Timeline("01", known or Demographics()), root, None)
    return timeline.demographics.sex.value, timeline.demographics.age_years.value


def test_a_person_without_a_record_has_the_age_and_sex_of_the_table(lay: Lay) -> None:
    root = lay("sub-011\t70\tM", "sub-01\t43\tF")
    assert told(root) == ("female", 43.0)
    (source,) = with_participant(Timeline("01"), root, None).sources
    assert source.name == "participants.tsv row sub-01"


def test_the_source_changes_with_the_row_and_not_with_those_of_others(lay: Lay) -> None:
    first = with_participant(Timeline("01"), lay("sub-01\t43\tF"), None).sources
    more = with_participant(Timeline("01"), lay("sub-01\t43\tF", "sub-02\t20\tM"), None).sources
    other = with_participant(Timeline("01"), lay("sub-01\t44\tF"), None).sources
    assert first == more
    assert first != other


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("sub-01\t43.6\tmale", ("male", 43.6)),
        ("sub-01\tn/a\tf", ("female", None)),
        ("sub-01\t43\tn/a", (None, 43.0)),
        ("sub-01\t43\t1", (None, 43.0)),  # a code, never guessed
        ("sub-01\t43\tO", (None, 43.0)),
        ("sub-01\t89+\tM", ("male", None)),
        ("sub-01\t516\tM", ("male", None)),  # months
        ("sub-01\tnan\tM", ("male", None)),
        ("sub-01\t43", (None, None)),
        ("sub-02\t43\tF", (None, None)),
    ],
)
def test_cells_that_cannot_be_read_give_nothing(
    row: str, expected: tuple[str | None, float | None], lay: Lay
) -> None:
    assert told(lay(row)) == expected


def test_an_age_in_another_unit_is_not_taken_for_years(lay: Lay) -> None:
    root = lay("sub-01\t60\tF")
    assert told(root) == ("female", 60.0)
    (root / "participants.json").write_text('{"age": {"Units": "months"}}', encoding="utf-8")
    assert told(root) == ("female", None)
    (root / "participants.json").write_text('{"age": {"Units": "Years"}}', encoding="utf-8")
    assert told(root) == ("female", 60.0)


def test_a_dataset_without_the_table_says_nothing(tmp_path: Path, lay: Lay) -> None:
    assert told(tmp_path) == (None, None)
    assert told(lay("01\tx", header="name\tage")) == (None, None)


def test_the_record_has_the_word_where_both_agree(lay: Lay) -> None:
    known = Demographics(given("female"), given(43.0))
    before = Timeline("01", known)
    assert with_participant(before, lay("sub-01\t43.8\tF"), None) is before
    open_age = replace(known, age_years=unknown())
    assert told(lay("sub-01\t43.8\tF"), open_age) == ("female", 43.8)


@pytest.mark.parametrize(
    ("row", "got"),
    [
        ("sub-01\t34\tF", "age 34; {record} demographics: 43"),
        ("sub-01\t43\tM", "sex male; {record} demographics: female"),
    ],
)
def test_a_contradiction_is_refused_and_names_both_places(row: str, got: str, lay: Lay) -> None:
    root = lay("sub-02\t20\tF", row)
    known = Demographics(given("female"), given(43.0))
    record = root / "sub-01_person.yaml"
    with pytest.raises(InputError) as caught:
        with_participant(Timeline("01", known), root, record)
    assert caught.value.where == f"{root / 'participants.tsv'} line 3"
    assert caught.value.got == got.format(record=record)


def test_intersex_is_no_contradiction_to_other(lay: Lay) -> None:
    assert told(lay("sub-01\t43\tO"), Demographics(given("intersex"), given(43.0))) == (
        "intersex",
        43.0,
    )


def test_a_participant_who_stands_twice_is_refused(lay: Lay) -> None:
    with pytest.raises(InputError, match=r"line 2: the participant stands twice.*line 3"):
        told(lay("sub-01\t43\tF", "sub-01\t34\tF"))


def test_check_tells_what_the_table_says_and_where_it_contradicts(lay: Lay) -> None:
    root = lay("sub-01\t43\t2")
    found = {(f.kind, f.what): f.detail for f in check_path(root, today="2025-01-10")}
    assert found["present", "participants.tsv"] == "age"
    assert found["missing", "age and sex"] == "sex '2' cannot be read"
    clinical = root / "sub-01" / "clinical"
    clinical.mkdir()
    (clinical / "sub-01_person.yaml").write_text(RECORD, encoding="utf-8")
    lay("sub-01\t34\tF")
    found = {(f.kind, f.what): f.detail for f in check_path(root, today="2025-01-10")}
    assert "contradict each other; got age 34" in found["wrong", "age and sex"]
