"""The sheet before a visit: what stands on it, and what comes back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from equipoise import ingest
from equipoise.core.tables import load_table

TODAY = "2026-03-02"
EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "person.yaml"
Run = Callable[..., tuple[int, str, str]]
CALM = {
    "filled": "2026-03-01",
    "safety": "no",
    **{f"phq9.{number}": str(number % 3) for number in range(1, 9)},
    "phq9.9": "0",
}


@pytest.fixture
def run(run: Run) -> Run:
    """Return a function that runs a command on one day: exit code, stdout, stderr."""
    return lambda *arguments: run(*arguments, "--date", TODAY)


@pytest.fixture
def person(tmp_path: Path) -> Path:
    """Return a copy of the example, whose adherence is not known."""
    path = tmp_path / "person.yaml"
    text = EXAMPLE.read_text(encoding="utf-8")
    assert "adherence: good," in text
    path.write_text(text.replace("adherence: good,", ""), encoding="utf-8")
    return path


@pytest.fixture
def sheet(person: Path, run: Run) -> Path:
    """Return the table of a sheet that was made; its page lies beside it."""
    code, _, err = run("visit", "make", person, person.with_name("sheet.html"))
    assert (code, err) == (0, "")
    return person.with_name("sheet.csv")


def _fill(sheet: Path, **answers: str) -> Path:
    named = {key.replace("__", "."): value for key, value in answers.items()}
    with sheet.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert set(named) <= {row["key"] for row in rows}
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows({**row, "answer": named.get(row["key"], row["answer"])} for row in rows)
    filled = sheet.with_name("filled.csv")
    filled.write_text(text.getvalue(), encoding="utf-8")
    return filled


def _calm(sheet: Path, **answers: str) -> Path:
    return _fill(sheet, **{**CALM, **answers})


def _held(path: Path) -> dict[str, list[object]]:
    found: dict[str, list[object]] = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    return found


class _Page(HTMLParser):
    """Labels, fields and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open_labels = 0
        self.unlabelled: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if found.get("id"):
            self.ids.add(str(found["id"]))
        if tag == "label":
            self.open_labels += 1
        if tag in {"input", "textarea"} and not self.open_labels and not found.get("id"):
            self.unlabelled.append(found.get("name"))

    def handle_endtag(self, tag: str) -> None:
        self.open_labels -= tag == "label"


def test_the_page_can_be_read_by_everybody(sheet: Path) -> None:
    text = sheet.with_name("sheet.html").read_text(encoding="utf-8")
    page = _Page(text)
    assert ("html", {"lang": "en"}) in page.tags
    assert page.unlabelled == []
    wanted = {str(a["aria-labelledby"]) for _, a in page.tags if "aria-labelledby" in a}
    wanted |= {str(a["for"]) for tag, a in page.tags if tag == "label" and "for" in a}
    assert wanted <= page.ids
    headings = [tag for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == "h1"
    assert headings.count("h1") == 1


def test_the_page_asks_nothing_of_a_network(sheet: Path) -> None:
    text = sheet.with_name("sheet.html").read_text(encoding="utf-8")
    page = _Page(text)
    links = {str(a.get(name)) for _, a in page.tags for name in ("src", "href") if a.get(name)}
    assert links == {"tel:988"}
    assert "http" not in text.replace("http-equiv", "")
    assert "@import" not in text


def test_the_crisis_number_stands_before_every_question(sheet: Path) -> None:
    text = sheet.with_name("sheet.html").read_text(encoding="utf-8")
    assert text.index(">988<") < text.index("<form")
    form = text[text.index("<form") :]
    assert form.index('name="safety"') < form.index('name="phq9.1"')


def test_the_sheet_names_nobody_and_says_that_the_person_is_invented(sheet: Path) -> None:
    text = sheet.with_name("sheet.html").read_text(encoding="utf-8")
    assert "Invented person" in text
    assert "sub-02" in text
    assert "34" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)  # the age


def test_page_and_table_ask_the_same(sheet: Path) -> None:
    page = _Page(sheet.with_name("sheet.html").read_text(encoding="utf-8"))
    asked = {str(a["name"]) for tag, a in page.tags if tag in {"input", "textarea"}}
    with sheet.open(encoding="utf-8", newline="") as stream:
        rows = {row["key"]: row for row in csv.DictReader(stream)}
    assert set(rows) - {"label"} == asked
    effects = {f"effect.{row.text('id')}" for row in load_table("checks/effects")}
    assert effects | {f"phq9.{n}" for n in range(1, 10)} | {"missed.sertraline"} < asked
    assert all(row["answer"] == "" for key, row in rows.items() if key != "label")


def test_the_answers_come_back(person: Path, sheet: Path, run: Run) -> None:
    before = _held(person)
    filled = _calm(
        sheet,
        **{"phq9.difficulty": "Very difficult", "effect.nausea": "A little"},
        **{"missed.sertraline": "partial", "note.questions": 'May I "drink",\nor not?'},
    )
    code, out, err = run("visit", "read", person, filled)
    assert code == 0
    assert "SAFETY" not in err
    after = _held(person)
    assert after.pop("scales") == [
        *before.pop("scales"),
        {
            "scale": "phq9",
            "date": "2026-03-01",
            "items": ["1", "2", "0", "1", "2", "0", "1", "2", "0"],
            "extras": {"difficulty": "2"},
        },
    ]
    assert after.pop("side_effects") == [
        {"effect": "nausea", "severity": "mild", "date": "2026-03-01"}
    ]
    notes = after.pop("visit_notes")
    assert [str(note)[-40:] for note in notes if "drink" in str(note)]
    treatments = after.pop("treatments")
    assert treatments == [{**before.pop("treatments")[0], "adherence": "partial"}]  # type: ignore[dict-item]
    assert after == before
    assert "scales +1" in out
    assert ingest.read_person(person, today=TODAY).label == "02"


def test_a_sheet_that_is_read_twice_adds_nothing(person: Path, sheet: Path, run: Run) -> None:
    filled = _calm(sheet, effect__nausea="severe")
    run("visit", "read", person, filled)
    first = person.read_text(encoding="utf-8")
    code, out, _ = run("visit", "read", person, filled)
    assert (code, person.read_text(encoding="utf-8")) == (0, first)
    assert "nothing new" in out


def test_a_new_record_leaves_the_old_one(person: Path, sheet: Path, run: Run) -> None:
    before = person.read_bytes()
    new = person.with_name("new.yaml")
    code, _, _ = run("visit", "read", person, _calm(sheet), "--out", new)
    assert (code, person.read_bytes()) == (0, before)
    assert len(ingest.read_person(new, today=TODAY).scales.or_else(())) == 3
    code, _, err = run("visit", "read", person, _calm(sheet), "--out", new)
    assert (code, "there already" in err) == (2, True)


@pytest.mark.parametrize(
    "answers",
    [{"safety": "yes"}, {"phq9.9": "1"}, {"phq9.9": "Nearly every day"}, {"safety": "talk"}],
)
def test_danger_is_told_first(person: Path, sheet: Path, run: Run, answers: dict[str, str]) -> None:
    code, _, err = run("visit", "read", person, _calm(sheet, **answers))
    lines = err.splitlines()
    assert code == 0
    assert lines[0] == "*** SAFETY ***"
    assert "988" in lines[1]


def test_danger_is_told_even_where_the_sheet_cannot_be_read(
    person: Path, sheet: Path, run: Run
) -> None:
    before = person.read_bytes()
    filled = _calm(sheet, phq9__9="3", label="99", effect__nausea="perhaps", filled="")
    code, out, err = run("visit", "read", person, filled)
    assert (code, out, person.read_bytes()) == (2, "", before)
    assert err.splitlines()[0] == "*** SAFETY ***"
    assert "another person" in err.splitlines()[-1]


def test_a_yes_becomes_a_finding_and_a_no_rules_nothing_out(
    person: Path, sheet: Path, run: Run
) -> None:
    run("visit", "read", person, _calm(sheet))
    findings = ingest.read_person(person, today=TODAY).findings.or_else(())
    assert "suicidal_ideation_active" not in {f.finding for f in findings}
    run("visit", "read", person, _calm(sheet, safety="yes"))
    findings = ingest.read_person(person, today=TODAY).findings.or_else(())
    assert [(f.status, f.date.value) for f in findings if "ideation" in f.finding] == [
        ("present", "2026-03-01")
    ]


def test_an_answer_that_was_left_out_is_never_no(person: Path, sheet: Path, run: Run) -> None:
    code, _, err = run("visit", "read", person, _fill(sheet, filled="2026-03-01", phq9__1="2"))
    timeline = ingest.read_person(person, today=TODAY)
    assert code == 0
    assert timeline.scales.or_else(())[-1].items == (2, *[None] * 8)
    assert timeline.side_effects.status == "not_asked"
    assert "the safety question was left out: ask it" in err


def test_adherence_that_is_known_is_not_changed(person: Path, sheet: Path, run: Run) -> None:
    run("visit", "read", person, _calm(sheet, missed__sertraline="good"))
    _, _, err = run("visit", "read", person, _calm(sheet, missed__sertraline="poor"))
    timeline = ingest.read_person(person, today=TODAY)
    assert timeline.treatments.or_else(())[0].adherence.value == "good"
    assert "the record was not changed" in err
    assert any("stopped" in note.text for note in timeline.visit_notes.or_else(()))


def test_another_answer_of_the_same_day_is_not_overruled(
    person: Path, sheet: Path, run: Run
) -> None:
    text = person.read_text(encoding="utf-8").replace(
        "findings:",
        "findings:\n  - {finding: suicidal_ideation_active, status: absent, date: 2026-03-01}",
    )
    person.write_text(text, encoding="utf-8")
    code, _, err = run("visit", "read", person, _calm(sheet, safety="yes"))
    assert code == 0
    assert err.splitlines()[0] == "*** SAFETY ***"
    assert "ask again" in err
    notes = ingest.read_person(person, today=TODAY).visit_notes.or_else(())
    assert "Safety question of the sheet: yes" in {note.text for note in notes}


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"label": "03"}, "another person"),
        ({"label": ""}, "another person"),
        ({"filled": ""}, "the day on which"),
        ({"filled": "2026-03-09"}, "future"),
        ({"filled": "yesterday"}, "not a date"),
        ({"phq9.2": "4"}, "row 6, key phq9.2: this answer is not on the sheet; got 4"),
        ({"effect.nausea": "x"}, "key effect.nausea: this answer is not on the sheet"),
    ],
)
def test_a_fault_is_one_line_and_nothing_is_written(
    person: Path, sheet: Path, run: Run, answers: dict[str, str], says: str
) -> None:
    before = person.read_bytes()
    code, out, err = run("visit", "read", person, _calm(sheet, **answers))
    assert (code, out, person.read_bytes()) == (2, "", before)
    assert says in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "no filled sheet"),
        ("key,answer\nlabel,02\nfilled,2026-03-01\nmissed.ect,good\n", "no such question"),
        ("key,answer\nlabel,02\nfilled,2026-03-01\nsleep,5\nsleep,6\n", "answered twice"),
    ],
)
def test_a_table_that_is_no_sheet(person: Path, run: Run, text: str, says: str) -> None:
    filled = person.with_name("filled.csv")
    filled.write_text(text, encoding="utf-8")
    code, _, err = run("visit", "read", person, filled)
    assert (code, says in err) == (2, True)


def test_what_the_page_saves_is_read(person: Path, run: Run) -> None:
    saved = person.with_name("sub-02_visit.csv")
    saved.write_text(
        'key,answer\n"label","02"\n"filled","2026-03-01"\n"safety","no"\n'
        '"note.matters","a ""b"", c"\n',
        encoding="utf-8",
    )
    code, _, _ = run("visit", "read", person, saved)
    notes = ingest.read_person(person, today=TODAY).visit_notes.or_else(())
    assert code == 0
    assert any(note.text.endswith('a "b", c') for note in notes)


def test_a_filled_sheet_is_never_written_over(person: Path, sheet: Path, run: Run) -> None:
    sheet.write_text("filled", encoding="utf-8")
    code, _, err = run("visit", "make", person, person.with_name("sheet.html"))
    assert (code, "may be filled in" in err) == (2, True)
    assert sheet.read_text(encoding="utf-8") == "filled"


def test_somebody_without_a_treatment_is_told_so(tmp_path: Path, run: Run) -> None:
    bare = tmp_path / "bare.yaml"
    bare.write_text('schema_version: "1.0"\nlabel: "09"\n', encoding="utf-8")
    code, _, _ = run("visit", "make", bare, tmp_path / "s.html")
    text = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert code == 0
    assert "You have no current treatment in our list" in text
    assert "missed." not in text


def test_the_words_of_the_sheet_are_plain() -> None:
    """Sentences stay short: at most 22 words each, but for the instrument's own."""
    for row in load_table("intake/visit"):
        for sentence in re.split(r"[.?!:] ?", row.text("text")):
            assert len(sentence.split()) <= 22, row.text("id")
