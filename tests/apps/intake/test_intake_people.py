"""Tables of many people: templates, records, and every fault with its row and column."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from equipoise import ingest
from equipoise.apps.cli import main
from equipoise.apps.intake.people import lists_path, read_people, write_templates
from equipoise.core.errors import InputError, OutputError
from equipoise.core.tables import load_table
from equipoise.ingest import schema as s

TODAY = "2026-03-02"
HEAD = "label,notice,demographics.sex,demographics.age_years,findings.suicidal_plan\n"
LISTS = "label,section,entry,key,value\n"


def _tables(folder: Path, people: str, lists: str = "") -> Path:
    path = folder / "people.csv"
    path.write_text(people, encoding="utf-8")
    if lists:
        lists_path(path).write_text(lists, encoding="utf-8")
    return path


def test_the_template_names_every_key_and_reads_as_nobody(tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    write_templates(people)
    with people.open(encoding="utf-8", newline="") as stream:
        head = next(csv.reader(stream))
    single = {f"{p.name}.{k.name}" for p in s.SECTIONS if not p.repeated for k in p.keys}
    assert single <= set(head)
    with lists_path(people).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    listed = {(p.name, k.name) for p in s.SECTIONS if p.repeated for k in p.keys}
    assert {(row["section"], row["key"]) for row in rows} == listed
    done = read_people(people, tmp_path / "out", TODAY)
    assert (done.faults, list(tmp_path.glob("out/*"))) == ((), [])
    with pytest.raises(OutputError):
        write_templates(people)


def test_two_people(tmp_path: Path) -> None:
    lists = (
        "01,treatments,1,treatment,Zoloft\n01,treatments,1,dose,150\n01,treatments,1,unit,mg/d\n"
        "01,scales,first,scale,phq9\n01,scales,first,date,2026-01-10\n"
        "01,scales,first,items,2 2 1 2 null 2 1 0 0\n01,drugs,,,none\n02,drugs,,,unknown\n"
        '02,visit_notes,1,text,"How long, and\nwhy?"\n02,visit_notes,1,date,2026-03-01\n'
    )
    people = HEAD + "01,invented person,female,43,no\n02,invented person,male,34,\n# x,,,,\n"
    done = read_people(_tables(tmp_path, people, LISTS + lists), tmp_path / "out", TODAY)
    assert done.faults == ()
    one = ingest.read_person(tmp_path / "out" / "sub-01_person.yaml", today=TODAY)
    two = ingest.read_person(tmp_path / "out" / "sub-02_person.yaml", today=TODAY)
    assert [t.treatment for t in one.treatments.or_else(())] == ["sertraline"]
    assert one.scales.or_else(())[0].items == (2, 2, 1, 2, None, 2, 1, 0, 0)
    assert (one.drugs.value, two.drugs.status) == ((), "unknown")
    finding = one.findings.or_else(())[0]
    assert (finding.finding, finding.status) == ("suicidal_plan", "absent")
    assert finding.date.status == "not_asked"  # the table does not tell the day
    assert two.findings.status == "not_asked"
    assert two.visit_notes.or_else(())[0].text == "How long, and why?"


def test_an_empty_cell_is_never_an_answer(tmp_path: Path) -> None:
    done = read_people(_tables(tmp_path, HEAD + "01,,,,\n"), tmp_path, TODAY)
    timeline = ingest.read_person(tmp_path / "sub-01_person.yaml", today=TODAY)
    assert done.faults == ()
    assert timeline.demographics.sex.status == "not_asked"
    assert timeline.findings.status == "not_asked"


@pytest.mark.parametrize(
    ("people", "lists", "says"),
    [
        ("01,,man,,\n", "", "people.csv row 2, column demographics.sex: sub-01"),
        ("01,,,,\n02,,,430,\n", "", "people.csv row 3, column demographics.age_years: sub-02"),
        ("01,,,,maybe\n", "", "people.csv row 2, column findings.suicidal_plan: sub-01"),
        ("01,,,,\n01,,,,\n", "", "people.csv row 3, column label: this label stands twice"),
        (",,male,,\n", "", "people.csv row 2, column label: a row without a label"),
        ("sub-01,,male,,\n", "", "people.csv row 2, column label: this does not fit"),
        ("01,,,,,,\n", "", "people.csv row 2: more cells"),
        ("01,,,,\n", "09,drugs,,,none\n", "people_lists.csv row 2, column label: no person"),
        ("01,,,,\n", "01,drug,,,none\n", "people_lists.csv row 2, column section: there is no"),
        ("01,,,,\n", "01,drugs,,,no\n", "people_lists.csv row 2, column value: without entry"),
        ("01,,,,\n", "01,drugs,1,name,x\n", "people_lists.csv row 2, column key: this does not"),
        ("01,,,,\n", "01,drugs,,drug,x\n", "people_lists.csv row 2, column entry: this does not"),
        (
            "01,,,,\n",
            "01,labs,1,test,tsh\n01,labs,1,value,2.1\n01,labs,1,date,2026\n",
            "people_lists.csv row 3, column value: sub-01, unit of labs entry 1: the value has no",
        ),
        (
            "01,,,,\n",
            "01,drugs,1,drug,ibuprofen\n01,drugs,2,drug,ibuprofin\n",
            "people_lists.csv row 3, column value: sub-01, drug of drugs entry 2: this drug is not",
        ),
        (
            "01,,,,\n",
            "01,drugs,1,drug,ibuprofen\n01,drugs,1,drug,aspirin\n",
            "people_lists.csv row 3, column key: drug of entry 1 stands twice",
        ),
        (
            "01,,,,\n",
            "01,drugs,1,drug,ibuprofen\n01,drugs,,,none\n",
            "people_lists.csv row 3, column value: drugs is said to be none and has entries",
        ),
    ],
)
def test_a_fault_names_row_and_column_and_nothing_is_written(
    tmp_path: Path, people: str, lists: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _tables(tmp_path, HEAD + people, LISTS + lists if lists else "")
    out = tmp_path / "out"
    with pytest.raises(SystemExit) as caught:
        main(["intake", "--csv", str(path), "--out", str(out), "--date", TODAY])
    told = capsys.readouterr().err.splitlines()
    assert caught.value.code == 2
    assert any(says in line for line in told), told
    if "09" not in lists and "row 2: more" not in says and "label" not in says:
        assert not (out / f"sub-{'02' if '02' in people else '01'}_person.yaml").exists()
    if "twice" in says:
        assert not list(out.glob("*.yaml"))


def test_one_fault_does_not_stop_the_others(tmp_path: Path) -> None:
    done = read_people(_tables(tmp_path, HEAD + "01,,man,,\n02,,male,,\n"), tmp_path, TODAY)
    assert len(done.faults) == 1
    assert [path.name for path in tmp_path.glob("*.yaml")] == ["sub-02_person.yaml"]


def test_dangers_are_told_first_with_whom_to_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _tables(tmp_path, HEAD + "01,,male,,no\n02,,male,,yes\n03,,man,,yes\n")
    with pytest.raises(SystemExit) as caught:
        main(["intake", "--csv", str(path), "--out", str(tmp_path / "out"), "--date", TODAY])
    lines = capsys.readouterr().err.splitlines()
    assert caught.value.code == 2
    assert lines[0] == "*** SAFETY ***"
    assert "988" in lines[1]
    title = load_table("red_flags/red_flags").row(flag="suicidal_plan").text("title")
    told = [line for line in lines if "EMERGENCY" in line]
    # The third row has a fault and is not written; its danger is told all the same.
    assert told == [f"  sub-{label} EMERGENCY: {title}" for label in ("02", "03")]


def test_records_go_into_the_folders_of_a_dataset(tmp_path: Path) -> None:
    (tmp_path / "dataset_description.json").write_text("{}", encoding="utf-8")
    read_people(_tables(tmp_path, HEAD + "01,,male,,\n"), tmp_path, TODAY)
    assert (tmp_path / "sub-01" / "clinical" / "sub-01_person.yaml").is_file()


def test_a_record_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "sub-01_person.yaml").write_text("mine", encoding="utf-8")
    done = read_people(_tables(tmp_path, HEAD + "01,,male,,\n"), tmp_path, TODAY)
    assert "is there already" in done.faults[0]
    assert (tmp_path / "sub-01_person.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("label,shoes\n", "no such column"),
        ("label,label\n", "stands twice"),
        ("demographics.sex\n", "label"),
    ],
)
def test_a_wrong_header_stops_everything(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_people(_tables(tmp_path, text), tmp_path / "out", TODAY)


def test_semicolons_of_a_spreadsheet_are_read(tmp_path: Path) -> None:
    people = (HEAD + "01,,male,34,\n").replace(",", ";")
    assert read_people(_tables(tmp_path, people), tmp_path, TODAY).faults == ()
