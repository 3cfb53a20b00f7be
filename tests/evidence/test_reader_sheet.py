"""Files as people save them: delimiters, decimal marks, encodings, quotes, and broken ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equipoise.core.errors import InputError
from equipoise.evidence.readers import EstimateColumns, Estimates, Reading, read_estimates
from equipoise.evidence.readers.sheet import DELIMITERS, open_sheet

Read = Callable[..., Estimates]
COLUMNS = EstimateColumns("yi", "sei", "study")


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that writes a file and reads its estimates."""

    def go(content: str | bytes, reading: Reading | None = None) -> Estimates:
        path = tmp_path / "data.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_estimates(path, COLUMNS, reading or Reading())

    return go


@pytest.mark.parametrize(
    ("text", "delimiter", "decimal"),
    [
        ("study,yi,sei\nA,0.5,0.25\nB,-1,0.5\n", "comma", "point"),
        ("study;yi;sei\nA;0,5;0,25\nB;-1;0,5\n", "semicolon", "comma"),
        ("study\tyi\tsei\nA\t0,5\t0,25\nB\t-1\t0,5\n", "tab", "comma"),
        ("study;yi;sei\nA;0.5;0.25\nB;-1;0.5\n", "semicolon", "point"),
        ('study,yi,sei\nA,"0,5","0,25"\nB,-1,"0,5"\n', "comma", "comma"),
        ("study, yi, sei\nA, 0.5, 0.25\nB, -1, 0.5\n", "comma", "point"),
        ("\n\nstudy,yi,sei\nA,0.5,0.25\n\nB,-1,0.5\n,,\n", "comma", "point"),
        ("study,yi,sei,,\nA,0.5,0.25,,\nB,-1,0.5,,,\n", "comma", "point"),
        ("study,yi,sei\rA,0.5,0.25\rB,-1,0.5\r", "comma", "point"),
        ("study,yi,sei\r\nA,0.5,0.25\r\nB,-1,0.5", "comma", "point"),
    ],
)
def test_a_file_tells_how_it_is_written(
    read: Read, text: str, delimiter: str, decimal: str
) -> None:
    found = read(text)
    assert (found.studies, found.estimates) == (("A", "B"), (0.5, -1.0))
    assert found.standard_errors == (0.25, 0.5)
    assert found.origin.facts.delimiter == delimiter
    assert found.origin.decimal == decimal


def test_delimiters_inside_of_texts_do_not_mislead(read: Read) -> None:
    found = read('study;yi;sei\n"Lee; Kim, 2001";0,5;0,25\nLee, Kim;0,1;0,2\n')
    assert found.studies == ("Lee; Kim, 2001", "Lee, Kim")


def test_a_quoted_cell_may_run_over_lines_and_lines_are_those_of_the_editor(read: Read) -> None:
    text = 'study,yi,sei\n"Lee\nand ""Kim""",0.5,0.25\nB,1,zero\n'
    with pytest.raises(InputError, match=r"data\.csv, line 4 \(row 2 of the data\), column sei"):
        read(text)
    assert read(text.replace("zero", "0.5")).studies == ('Lee\nand "Kim"', "B")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
def test_names_survive_every_encoding(read: Read, encoding: str) -> None:
    found = read("study;yi;sei\nMüller;0,5;0,25\nGarcía;1;0,5\n".encode(encoding))
    assert found.studies == ("Müller", "García")
    assert found.origin.facts.encoding == ("utf-8" if encoding.startswith("utf") else "latin-1")


@given(
    rows=st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1).filter(
                lambda text: text.strip() == text and text.casefold() not in {"na", "nan", "null"}
            ),
            st.floats(-1e6, 1e6),
            st.floats(0.001, 1e6),
        ),
        min_size=1,
        unique=True,
    ),
    delimiter=st.sampled_from(sorted(DELIMITERS)),
    decimal=st.sampled_from(["point", "comma"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_written_is_read_back(
    tmp_path: Path, rows: list[tuple[str, float, float]], delimiter: str, decimal: str
) -> None:
    """With both marks said, whatever stands in the labels; numbers to the last digit."""
    sign = DELIMITERS[delimiter]

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    def number(value: float) -> str:
        return cell(repr(value).replace(".", "," if decimal == "comma" else "."))

    lines = [sign.join(("study", "yi", "sei"))]
    lines += [sign.join((cell(s), number(y), number(e))) for s, y, e in rows]
    path = tmp_path / "data.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    found = read_estimates(path, COLUMNS, Reading(delimiter, decimal))
    kept = [row for row in rows if row[0] not in {"n/a", "N/A", "#N/A", "#n/a"}]
    assert list(zip(found.studies, found.estimates, found.standard_errors, strict=True)) == kept


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "the file is empty"),
        ("\n \n", "the file is empty"),
        ("study,yi,sei\n", "a header but no rows"),
        ("study,yi,sei\n\n,,\n", "a header but no rows"),
        ("study,yi,sei\nA,0.5\n", "line 2: this row has another number of cells"),
        ("study,yi,sei\nA,0.5,1,7\n", "line 2: this row has another number of cells"),
        ("study,yi,sei\nA,0,5,1\n", "got 4; allowed: 3"),
        ('study,yi,sei\nA,0.5,1\n"B,1,1\nC,1,1\n', "line 3: the quotes or cells of this row"),
        (b"study,yi,sei\nA\x00,1,1\n", "no text file"),
        (b"PK\x03\x04\x14\x00", "no text file"),
        ("study,yi,sei\n".encode("utf-16"), "UTF-16"),
        ("study|yi|sei\nA|1|1\n", "there is no such column"),
        ("study,yi,yi,sei\nA,1,2,1\n", "two columns have this name"),
        ("study,y,sei\nA,1,1\n", "got yi (--yi); allowed: study, y, sei"),
        ("study,YI,sei\nA,1,1\n", "the nearest name is YI"),
        ("study,yi,sei\nA,0.5,1\nB,half,1\n", "line 3 (row 2 of the data), column yi"),
        ("study,yi,sei\nA,0.5,1\nB,1 %,1\n", "got 1 %"),
        ("study,yi,sei\nA,inf,1\n", "got inf"),
        ("study;yi;sei\nA;0,5;1\nB;0.5;1\n", "line 2, column yi: 0,5"),
        ("study;yi;sei\nA;1,234;1\n", "nothing in this file tells"),
        ("study;yi;sei\nA;1.234;1\n", "nothing in this file tells"),
        ('study,yi,sei\nA,"1,234",1\n', "--decimal point|comma"),
        ('study,yi,sei\nA,"1,234",0.5\n', "leave out marks between groups"),
        ("study,yi,sei\nA,NA,1\nB,,1\n", "every row lacks a value"),
        ("study,yi,sei\nA,1,0\n", "column sei: this number cannot be; got 0"),
        ("study,yi,sei\nA,1,-0.5\n", "got -0.5; allowed: a number above 0"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(
    read: Read, content: str | bytes, says: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(content)
    message = str(caught.value)
    assert says in message
    assert "data.csv" in message
    assert "\n" not in message


@given(content=st.binary() | st.text("sytud,;\t\"'ie0.5-\n\rNA", max_size=80).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_is_read_or_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(b"study,yi,sei\n" + content)
    message = ""
    try:
        found = read_estimates(path, COLUMNS, Reading())
    except InputError as error:
        message = str(error)
    if message:
        assert str(path) in message
        assert "\n" not in message
    else:
        assert len(found.studies) + len(found.excluded) == found.origin.facts.rows


def test_what_is_unclear_can_be_said(read: Read) -> None:
    text = "study;yi;sei\nA;1,234;0,500\n".replace("0,500", "1")
    assert read(text, Reading(decimal="comma")).estimates == (1.234,)
    assert read(text, Reading(decimal="point")).estimates == (1234.0,)


def test_other_columns_settle_the_mark(read: Read) -> None:
    text = "study;yi;sei;age\nA;1,234;1;43,5\n"
    assert read(text).estimates == (1.234,)


def test_two_ways_to_divide_a_line_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a;b,c\n1;2,3\n")
    with pytest.raises(InputError, match=r"more than one sign.*say --delimiter"):
        open_sheet(path, (), Reading())
    assert open_sheet(path, (), Reading(delimiter="comma")).header == ("a;b", "c")
    assert open_sheet(path, ("a",), Reading()).header == ("a", "b,c")


def test_folders_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a folder, not a file"):
        open_sheet(tmp_path, (), Reading())
    with pytest.raises(InputError, match="no such file"):
        open_sheet(tmp_path / "none.csv", (), Reading())


def test_rows_can_be_selected_and_are_counted(read: Read) -> None:
    text = "study,yi,sei,time\nA,1,1,post\nA,2,1,later\nB,3,1,post\n"
    found = read(text, Reading(where=(("time", "post"),)))
    assert found.estimates == (1.0, 3.0)
    assert found.origin.facts.rows == 3
    assert found.origin.facts.not_selected == 1
    with pytest.raises(InputError, match=r"column time.*got never.*allowed: post, later"):
        read(text, Reading(where=(("time", "never"),)))
    with pytest.raises(InputError, match=r"no such column.*got tim \(--where\).*nearest.*time"):
        read(text, Reading(where=(("tim", "post"),)))
