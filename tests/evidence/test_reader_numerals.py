"""Numbers as text: what each decimal mark reads, and when a file settles which it is."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.evidence.readers.numerals import (
    MARKS,
    agreed,
    is_missing,
    parse_number,
    readings,
)

FINITE = st.floats(allow_nan=False, allow_infinity=False)
BOTH = frozenset(MARKS)


@given(FINITE, st.sampled_from(sorted(MARKS)))
def test_every_number_is_read_back(number: float, mark: str) -> None:
    assert parse_number(repr(number).replace(".", MARKS[mark]), mark) == number


@given(FINITE, st.sampled_from(sorted(MARKS)))
def test_the_mark_that_wrote_a_number_is_among_its_readings(number: float, mark: str) -> None:
    assert mark in readings(repr(number).replace(".", MARKS[mark]))


@given(st.lists(FINITE, min_size=1), st.sampled_from(sorted(MARKS)))
def test_a_file_of_one_mark_never_contradicts_itself(numbers: list[float], mark: str) -> None:
    """Either the mark is found, or it is said to be unclear: never the wrong one alone."""
    found, _ = agreed(repr(number).replace(".", MARKS[mark]) for number in numbers)
    assert mark in found


@given(st.text())
def test_any_text_is_a_finite_number_or_refused(text: str) -> None:
    for mark in MARKS:
        try:
            assert math.isfinite(parse_number(text, mark, thousands=True))
        except ValueError:
            continue
        assert mark in readings(text)


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("12", BOTH),
        ("-3", BOTH),
        ("1.5", {"point"}),
        ("1,5", {"comma"}),
        ("1,234", BOTH),
        ("1.234", BOTH),
        ("0,234", {"comma"}),
        ("0.234", {"point"}),
        ("12345,678", {"comma"}),
        ("1.234,5", {"comma"}),
        ("1,234.5", {"point"}),
        ("1,234,567", {"point"}),
        ("1,234e-5", {"comma"}),
        ("5,27000000000000", {"comma"}),
        ("\N{MINUS SIGN}0,3", {"comma"}),
        ("1,23,4", set()),
        ("1 234", set()),
        ("5 %", set()),
        ("inf", set()),
        ("ten", set()),
    ],
)
def test_the_readings_of_a_cell(text: str, marks: set[str]) -> None:
    assert readings(text) == marks


@pytest.mark.parametrize(
    ("cells", "marks", "matters"),
    [
        (["1", "2"], BOTH, False),
        (["1,234", "5,678"], BOTH, True),
        (["1,234", "0,5"], {"comma"}, True),
        (["1,234", "0.5"], {"point"}, True),
        (["0.5", "0,5"], set(), True),
        (["one", "a.b"], BOTH, False),
    ],
)
def test_what_the_cells_of_a_file_agree_on(
    cells: list[str], marks: set[str], matters: bool
) -> None:
    assert agreed(cells) == (frozenset(marks), matters)


@pytest.mark.parametrize("text", ["", " ", "NA", "na", "NaN", "n/a", "N/A", "NULL", "#N/A"])
def test_a_missing_value(text: str) -> None:
    assert is_missing(text)


@pytest.mark.parametrize("text", ["0", "none taken", "-", "missing", "no"])
def test_no_missing_value(text: str) -> None:
    assert not is_missing(text)


def test_groups_of_thousands_are_read_only_where_the_mark_was_said() -> None:
    assert parse_number("1.234,5", "comma", thousands=True) == 1234.5
    for text in ("1.234,5", "1.234"):
        with pytest.raises(ValueError, match=text):
            parse_number(text, "comma")


@pytest.mark.parametrize("text", ["1e999", "nan", "inf", "-inf", "0x10", "1_000", "\u0663"])
def test_what_python_reads_but_no_table_means(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        parse_number(text, "point")
