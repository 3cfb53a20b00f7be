"""The command `equipoise scales`: a table of answers in, a table of scores out."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from equipoise.apps import cli
from equipoise.apps.scales.scores import known_scale, score_file
from equipoise.core.errors import InputError

Run = tuple[int, str, str]


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Run:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    printed = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, printed.out, printed.err


def _file(folder: Path, text: str | bytes) -> Path:
    path = folder / "answers.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _items(count: int) -> str:
    return ",".join(f"item{number}" for number in range(1, count + 1))


def test_the_columns_of_the_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "a,1,1,1,1,1,1,1,1,1\nb,1,,1,1,1,1,1,1,1\nc,1,1,1,1,1,1,1,1,\n"
    data = _file(tmp_path, f"id,{_items(9)}\n{rows}")
    code, out, err = _run(capsys, "scales", "score", "PHQ-9", str(data))
    assert code == 0
    # 2.16; 8 x 9 / 8 = 9 with 2.16 x sqrt(9 / 8) = 2.291; item 9 missing: no total.
    assert out.splitlines() == [
        "id,total,band,standard_error,status",
        "a,9,mild,2.16,complete",
        "b,9,mild,2.29103,prorated",
        "c,,,,incomplete",
    ]
    assert "3 rows, 1 complete, 1 prorated, 1 incomplete" in err


def test_a_file_is_written_and_nothing_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = _file(tmp_path, "item1,item2\n1,2\n"), tmp_path / "scores.csv"
    code, printed, _ = _run(capsys, "scales", "score", "phq2", str(data), "--out", str(out))
    assert (code, printed) == (0, "")
    assert (
        out.read_text() == "id,total,band,standard_error,status\n1,3,positive,0.680312,complete\n"
    )


def test_subscales_stand_between_total_and_band(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = _file(tmp_path, f"id,{_items(12)}\n7,{','.join('3' * 12)}\n")
    _, out, err = _run(capsys, "scales", "score", "wai-sr", str(data))
    assert out == "id,total,goal,task,bond,band,standard_error,status\n7,36,12,12,12,,,complete\n"
    assert "the standard error is not known" in err


@pytest.mark.parametrize(
    ("header", "cells", "band"),
    [
        ("same_period,problem", "1,2", "positive"),
        ("Same_Period,PROBLEM", "yes,Serious", "positive"),
        ("same_period,problem", "1,minor", "negative"),
        ("same_period,problem", "1,", ""),
        ("problem", "3", ""),
    ],
)
def test_further_questions_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], header: str, cells: str, band: str
) -> None:
    text = f"{header},{_items(13)}\n{cells}{',1' * 13}\n"
    code, out, _ = _run(capsys, "scales", "score", "mdq", str(_file(tmp_path, text)))
    assert code == 0
    assert next(csv.DictReader(io.StringIO(out)))["band"] == band


def test_alcohol_with_the_column_sex(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = _file(tmp_path, f"sex,{_items(3)}\nfemale,2,1,0\nmale,2,1,0\n2,2,1,0\n")
    _, out, _ = _run(capsys, "scales", "score", "AUDIT-C", str(data))
    bands = [row["band"] for row in csv.DictReader(io.StringIO(out))]
    assert bands == ["positive", "negative", "positive"]


def test_in_points_of_another_scale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = _file(tmp_path, f"{_items(17)}\n{','.join(['1'] * 10)}{',0' * 7}\n")
    code, out, err = _run(capsys, "scales", "score", "hamd17", str(data), "--as", "MADRS")
    assert code == 0
    row = next(csv.DictReader(io.StringIO(out)))
    assert (row["total"], row["converted"]) == ("10", "13")
    assert "no rule is triggered" in err


# --- what is refused: one line with file, row and field, and nothing written ---------------------

GOOD = "id,item1,item2\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD + "a,1,4\n", "row 2, field item2: an answer out of range; got 4; allowed: 0 to 3"),
        (GOOD + "a,1,-1\n", "field item2: an answer out of range; got -1"),
        (GOOD + "a,1,1\nb,1,1.5\n", "row 3, field item2: not a whole number; got 1.5"),
        (GOOD + "a,1,NA\n", "field item2: not a whole number; got NA"),
        (GOOD + "a,1,\uff12\n", "not a whole number"),
        (GOOD + "a,1,1\na,2,2\n", "row 3, field id: an id stands twice; got a"),
        (GOOD + ",1,1\n", "row 2, field id: a row without an id"),
        (GOOD + "a,1\n", "row 2: the row has another number of fields"),
        ("id,item1\na,1\n", "row 1: a column of the PHQ-2 is missing; got no item2"),
        ("id,item1,item2,item3\na,1,1,1\n", "has no such column; got item3; allowed: id, item1"),
        ("id,item1,item2,notes\na,1,1,x\n", "has no such column; got notes"),
        ("id,item1,item1\na,1,1\n", "row 1: a column stands twice; got item1"),
        ("id;item1;item2\na;1;1\n", "the columns are not separated by commas"),
        ("", "the file is empty"),
        (GOOD.encode() + b"a,1,\xff\n", "row 2: the file is not UTF-8 text"),
        (b"\xff\xfe" + GOOD.encode("utf-16-le"), "the file is not UTF-8 text"),
        (GOOD + 'a,1,"1\n', "no table of comma-separated values"),
        (GOOD + "a,1,\0\n", "row"),
    ],
)
def test_what_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | bytes, told: str
) -> None:
    data, out = _file(tmp_path, text), tmp_path / "scores.csv"
    code, printed, err = _run(capsys, "scales", "score", "phq2", str(data), "--out", str(out))
    assert (code, printed) == (2, "")
    assert len(err.splitlines()) == 1
    assert told in err
    assert "answers.csv" in err
    assert [path.name for path in tmp_path.iterdir()] == ["answers.csv"]


def test_a_late_fault_prints_no_half_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = _file(tmp_path, GOOD + "".join(f"{n},1,1\n" for n in range(500)) + "x,1,9\n")
    code, out, err = _run(capsys, "scales", "score", "phq2", str(data))
    assert (code, out) == (2, "")
    assert "row 502, field item2" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("score", "cgi", "answers.csv"), "no such rating scale; got cgi"),
        (("score", "phq2", "nowhere.csv"), "nowhere.csv: this file cannot be read"),
        (("score", "phq2", "answers.csv", "--as", "madrs"), "no table links phq2 with madrs"),
        (("score", "phq2", "answers.csv", "--out", "answers.csv"), "would replace the answers"),
        (("show", "nothing"), "no such rating scale"),
    ],
)
def test_usage(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    told: str,
) -> None:
    data = _file(tmp_path, GOOD + "a,1,1\n")
    monkeypatch.chdir(tmp_path)
    code, out, err = _run(capsys, "scales", *arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert data.read_text() == GOOD + "a,1,1\n"


def test_what_spreadsheets_write_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # A byte order mark, Windows line ends, quotes, blanks, 2.0 for 2, an empty last line.
    text = '\ufeffID,"item1", item2\r\n"a, b", 1 ,"2.0"\r\n\r\n'
    code, out, _ = _run(capsys, "scales", "score", "phq2", str(_file(tmp_path, text)))
    assert code == 0
    assert out.splitlines()[1] == '"a, b",3,positive,0.680312,complete'


def test_a_table_without_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, "scales", "score", "phq2", str(_file(tmp_path, GOOD)))
    assert (code, out) == (0, "id,total,band,standard_error,status\n")


def test_list_and_show(capsys: pytest.CaptureFixture[str]) -> None:
    _, listed, _ = _run(capsys, "scales", "list")
    assert "qids_sr16     QIDS-SR16         16 items  0 to 27" in listed
    _, shown, _ = _run(capsys, "scales", "show", "epds")
    assert "the form asks items 3, 5-10 the other way round" in shown
    assert "our own safe convention" in shown
    assert "licence: " in shown


@settings(max_examples=60, deadline=None)
@drawn(st.binary(max_size=80))
def test_any_bytes_end_in_a_table_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = _file(tmp_path_factory.mktemp("bytes"), GOOD.encode() + data)
    try:
        told = score_file(path, known_scale("phq2")).table.splitlines()[0]
    except InputError as error:
        told = error.line()
    assert told == "id,total,band,standard_error,status" or told.startswith(str(path))
    assert "\n" not in told


def test_many_rows_are_quick(tmp_path: Path) -> None:
    row = ",".join(["1", "2", "0"] * 3)
    path = _file(tmp_path, _items(9) + "\n" + f"{row}\n" * 20_000)
    began = time.process_time()
    scored = score_file(path, known_scale("phq9"))
    # A fifth of 100,000 rows; those took 4 s, so this has room for a slow machine.
    assert time.process_time() - began < 4
    assert scored.table.count("\n") == 20_001


def test_answers_are_never_replaced_by_way_of_a_new_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = f"{_items(2)}\n1,2\n"
    path = _file(tmp_path, answers)
    out = tmp_path / "new" / ".." / path.name
    code, _, told = _run(capsys, "scales", "score", "phq2", str(path), "--out", str(out))
    assert code == 2
    assert "would replace the answers" in told
    assert path.read_text() == answers


def test_an_empty_line_of_a_table_of_one_column_is_no_person_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _file(tmp_path, "item1\n3\n\n5\n")
    code, printed, told = _run(capsys, "scales", "score", "cgi_s", str(path))
    assert (code, printed) == (2, "")
    assert "row 3: an empty line" in told
    path = _file(tmp_path, '\nitem1\n3\n""\n5\n\n')
    code, printed, _ = _run(capsys, "scales", "score", "cgi_s", str(path))
    assert code == 0
    assert [row["total"] for row in csv.DictReader(io.StringIO(printed))] == ["3", "", "5"]
