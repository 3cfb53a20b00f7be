"""Wishes: asked line by line, written on paper, read from a filled sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given as examples
from hypothesis import settings as profile
from hypothesis import strategies as st

from equipoise import ingest
from equipoise.apps.cli import main
from equipoise.apps.decide.elicit import Wishes, block_text, build_wishes
from equipoise.apps.decide.elicit_answers import read_wishes
from equipoise.apps.decide.elicit_dialogue import ask_wishes
from equipoise.apps.decide.elicit_page import wishes_page
from equipoise.apps.intake.names import Match
from equipoise.core.errors import InputError
from equipoise.core.nouns import PastEffect

TODAY = "2026-03-02"
PERSONS = Path(__file__).resolve().parents[3] / "examples"
PERSON = """schema_version: "1.0"
label: "07"
demographics: {sex: female, age_years: 43}
episode: {diagnosis: F32.1}
treatments: []
preferences: {weights: {}, experience: {sertraline: [nausea]}}
"""


class Scripted:
    """A terminal whose answers stand ready."""

    def __init__(self, answers: Iterable[str]) -> None:
        self.answers, self.shown = iter(answers), list[str]()

    def say(self, text: str) -> None:
        self.shown.append(text)

    def ask(self, complete: Callable[[str], Sequence[Match]], check: Callable[[str], str]) -> str:
        try:
            answer = next(self.answers)
        except StopIteration:
            raise EOFError from None
        complete(answer)
        check(answer)
        return answer


@pytest.fixture(scope="module")
def wishes() -> Wishes:
    """Return what is asked of anybody."""
    return build_wishes(None, TODAY)


@pytest.fixture
def person(tmp_path: Path) -> Path:
    """Return the record of an invented person."""
    path = tmp_path / "sub-07_person.yaml"
    path.write_text(PERSON, encoding="utf-8")
    return path


def _place(wishes: Wishes, name: str) -> str:
    return str([line.id for line in wishes.lines].index(name) + 1)


def _talk(wishes: Wishes, *answers: str) -> tuple[dict[str, float] | None, list[str]]:
    terminal = Scripted(answers)
    return ask_wishes(wishes, terminal), terminal.shown


def test_only_what_differs_is_asked(wishes: Wishes, person: Path) -> None:
    names = {line.id for line in wishes.lines}
    assert {"remission", "speed", "weight_gain", "cognition", "visits", "cost"} <= names
    # No option has a level of these, and a name for a whole group is no line.
    assert {"function", "quality_of_life", "side_effects"}.isdisjoint(names)
    # Nothing under anaesthesia is ranked for a person without any failed trial.
    own = {line.id for line in build_wishes(person, TODAY).lines}
    assert own < names
    assert "anaesthesia" not in own


def test_three_minutes_are_enough(wishes: Wishes) -> None:
    # One choice and a number for each other line, at 10 seconds each.
    assert len(wishes.lines) * 10 <= 180


def test_a_whole_dialogue(wishes: Wishes) -> None:
    rest = len(wishes.lines) - 1
    swings, shown = _talk(
        wishes, _place(wishes, "weight_gain"), "50", *["10"] * (rest - 2), "skip", "yes"
    )
    assert swings is not None
    assert swings["weight_gain"] == 100
    assert swings["remission"] == 50
    assert len(swings) == len(wishes.lines) - 1
    assert "cost" not in swings
    assert "  100  weight gain" in shown
    assert "Not asked or left out, so the usual numbers count: cost of the first" in shown[-3]
    assert shown.index("  100  weight gain") < shown.index(
        "   50  being well or nearly well by week 8"
    )


def test_back_first_help_and_faults(wishes: Wishes) -> None:
    rest = len(wishes.lines) - 1
    swings, shown = _talk(
        wishes,
        *("99", "help", "1", "first"),
        *(_place(wishes, "stay"), "150", "-3", "nan", "0.5", "much", "why"),
        *("40", "30", "back", "20"),
        *["0"] * (rest - 2),
        *("perhaps", "yes"),
    )
    assert swings is not None
    assert (swings["stay"], swings["remission"], swings["response"]) == (100, 40, 20)
    said = "\n".join(shown)
    assert f"a number from 1 to {len(wishes.lines)}" in said
    assert "If this one matters more, type: first" in said
    assert said.count("allowed: 0, or 1 to 100") == 3
    assert said.count("this is not a number") == 2
    assert "yes or no" in said


def test_no_begins_again_and_quit_keeps_nothing(wishes: Wishes) -> None:
    rest = ["5"] * (len(wishes.lines) - 1)
    swings, _ = _talk(wishes, "1", *rest, "no", "2", *rest, "yes")
    assert swings is not None
    assert (swings["remission"], swings["response"]) == (5, 100)
    assert _talk(wishes, "1", "quit")[0] is None
    assert _talk(wishes, "1", "5")[0] is None  # the input ends
    assert _talk(wishes, "skip")[0] == {}


def test_what_must_not_happen_is_no_weight(wishes: Wishes) -> None:
    _, shown = _talk(wishes, "quit")
    assert any("Do not give it a low number. Tell your team" in line for line in shown)
    assert "Do not give it a low number. Tell your team" in wishes_page(wishes)


class _Page(HTMLParser):
    """Tags that are open, tags seen, and anything that reaches out or runs."""

    VOID = ("meta", "br")

    def __init__(self) -> None:
        super().__init__()
        self.open, self.seen, self.faults = list[str](), list[str](), list[str]()
        self.ids = list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        named = dict(attrs)
        self.ids += [value for key, value in attrs if key == "id" and value]
        if {"src", "href", "onclick", "action"} & set(named) or tag in {"script", "link", "img"}:
            self.faults.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"/{tag}")


def test_the_paper_is_a_whole_page_without_scripts(wishes: Wishes) -> None:
    text = wishes_page(wishes)
    page = _Page()
    page.feed(text)
    assert (page.open, page.faults) == ([], [])
    assert len(page.ids) == len(set(page.ids))
    assert set(page.ids) == {line.id for line in wishes.lines}
    # Eleven boxes a line, 0 to 100 by tens.
    assert text.count('class="box"') == 11 * len(wishes.lines)
    # The number stands in each box: fifteen lines below the head nobody has to count columns.
    assert text.count('<span class="box">70</span>') == len(wishes.lines)
    assert "@media screen and (max-width:48rem)" in text
    assert "size:A4" in text
    assert "http" not in text.replace("http-equiv", "")


def test_the_words_are_short(wishes: Wishes) -> None:
    for line in wishes.lines:
        for end in (line.bad, line.good):
            assert len(end.split()) <= 12, end
            assert end.endswith(".")


def _csv(path: Path, wishes: Wishes, answers: dict[str, str]) -> Path:
    rows = [("key", "answer"), *answers.items()]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    del wishes
    return path


@profile(max_examples=25, deadline=None)
@examples(data=st.data())
def test_what_is_written_reads_back(
    data: st.DataObject, wishes: Wishes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    names = [line.id for line in wishes.lines]
    swings = data.draw(st.dictionaries(st.sampled_from(names), st.integers(1, 100), min_size=1))
    top = data.draw(st.sampled_from(sorted(swings)))
    swings[top] = 100
    path = tmp_path_factory.mktemp("wishes") / "filled.yaml"
    path.write_text(block_text({k: float(v) for k, v in swings.items()}, "2026-02-01"), "utf-8")
    assert read_wishes(path, wishes) == (swings, "2026-02-01")
    table = _csv(path.with_suffix(".csv"), wishes, {k: str(v) for k, v in swings.items()})
    assert read_wishes(table, wishes) == (swings, TODAY)


@pytest.mark.parametrize(
    ("answers", "part"),
    [
        ({"remission": "-1"}, "field remission: this number cannot be; got -1"),
        ({"remission": "nan"}, "this is not a number"),
        ({"remission": "1e9"}, "this number is too large"),
        ({"remission": "0.5"}, "this number cannot be"),
        ({"remission": "a lot"}, "this is not a number"),
        ({"remission": "0", "stay": "0"}, "no line has 100"),
        ({"remission": "90", "stay": "20"}, "no line has 100"),
        ({"remision": "100"}, "the sheet has no such line"),
        ({"side_effects": "100"}, "the sheet has no such line"),
        ({"label": "08", "remission": "100"}, "the sheet of another person"),
        ({"filled": "2027-01-01", "remission": "100"}, "later|future|after"),
        ({f"wish_{n}": "5" for n in range(101)}, "the sheet has no such line"),
    ],
)
def test_bad_answers_are_refused(
    answers: dict[str, str], part: str, wishes: Wishes, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=part) as refused:
        read_wishes(_csv(tmp_path / "filled.csv", wishes, answers), wishes)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("a.csv", "", "this is no filled sheet"),
        ("a.csv", "key,answer\nstay,100\nstay,100\n", "answered twice"),
        ("a.csv", "key,answer\nstya,100\n", "no such line; got stya"),
        ("a.csv", "key,answer\n,100\n", "no such line; got no key"),
        ("a.csv", "key,answer,answer\nstay,100,50\n", "one column answer"),
        ("a.csv", "key,answer\nstay,100,50\n", "line 2: this line has more cells"),
        # A sheet that nobody filled in must not wipe what the person said before.
        ("a.csv", "key,answer\nfilled,2026-03-01\nstay,\n", "no line is answered"),
        ("a.csv", 'key,answer\n"stay,100\n', "no line is answered"),
        ("a.yaml", "", "no line is answered"),
        ("a.YAML", "[1, 2]\n", "names with numbers"),
        ("a.yaml", "[1, 2]\n", "names with numbers"),
        ("a.yaml", "weights: 7\n", "names with numbers"),
        ("a.yaml", "stay: [1]\n", "one number is needed"),
        ("a.yaml", "stay: 100\nstay: 50\n", "line 2"),
    ],
)
def test_files_that_are_none_are_refused(
    name: str, text: str, part: str, wishes: Wishes, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=part):
        read_wishes(tmp_path / name, wishes)


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfkey,answer\r\nremission,100\r\n",
        b"Key ; ANSWER\nremission;100\n",
        b"answer\tkey\n100\tremission\n",
        b'key,worst,answer\nremission,"a;b;c;d",100\n',
    ],
)
def test_tables_of_other_programs_are_read(data: bytes, wishes: Wishes, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    assert read_wishes(tmp_path / "a.csv", wishes)[0] == {"remission": 100.0}


@pytest.mark.parametrize("data", ["key,answer\nstay,100\n".encode("utf-16"), b"key\xe9,answer\n"])
def test_other_letters_are_told_in_plain_words(data: bytes, wishes: Wishes, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    with pytest.raises(InputError, match="no plain text; allowed: CSV or YAML in UTF-8; save"):
        read_wishes(tmp_path / "a.csv", wishes)


def test_no_answer_is_no_wish_to_forget(
    person: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = person.read_text(encoding="utf-8").replace("weights: {}", "weights: {stay: 100}")
    person.write_text(before, encoding="utf-8")
    empty = tmp_path / "empty.csv"
    empty.write_text("key,answer\nlabel,07\nremission,\n", encoding="utf-8")
    assert _run("--person", person, "--answers", empty, "--save") == 2
    for goal in (["--save"], ["--out", tmp_path / "new.yaml"], []):
        monkeypatch.setattr("sys.stdin", io.StringIO("skip\n"))
        assert _run("--person", person, *goal) == 0
    told = capsys.readouterr().out
    assert f"No weight was given; {person} stays as it is." in told
    assert f"No weight was given; {tmp_path / 'new.yaml'} is not written." in told
    assert person.read_text(encoding="utf-8") == before
    assert {path.name for path in tmp_path.iterdir()} == {person.name, empty.name}


def test_answers_are_shown_where_they_cannot_be_written(
    wishes: Wishes,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "file").write_text("in the way")
    typed = "\n".join(["1", *["7"] * (len(wishes.lines) - 1), "yes", ""])
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert _run("--out", tmp_path / "file" / "new.yaml") == 2
    shown = capsys.readouterr()
    assert "cannot be written" in shown.err
    assert "preferences:\n  weights: {remission: 100, response: 7, stay: 7," in shown.out


def test_the_result_is_yaml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--out", tmp_path / "new.txt") == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "new.txt: the result is a .yaml file; name a .yaml file for --out" in shown.err


def test_a_closed_input_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert _run() == 2
    assert "stdin: nobody can answer: the input is closed" in capsys.readouterr().err


def test_a_closed_output_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout", None)
    assert _run() == 2
    assert "stdout: nobody can be asked: the output is closed" in capsys.readouterr().err


def test_a_sheet_is_never_written_over_another_page(person: Path, tmp_path: Path) -> None:
    page = tmp_path / "sub-07.html"
    page.write_text("a report", encoding="utf-8")
    assert _run("--person", person, "--paper", page) == 2
    assert page.read_text(encoding="utf-8") == "a report"
    assert not page.with_suffix(".csv").exists()


def _run(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["decide", "elicit", *map(str, words), "--date", TODAY])
    return int(ended.value.code or 0)


def test_paper_filled_and_saved_into_the_record(
    person: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "wishes.html"
    assert _run("--person", person, "--paper", page) == 0
    assert "sub-07" in page.read_text(encoding="utf-8")
    table = page.with_suffix(".csv")
    rows = list(csv.reader(table.read_text(encoding="utf-8").splitlines()))
    fill = {"remission": "60", "weight_gain": "100", "filled": "2026-03-01"}
    for row in rows:
        row[3] = fill.get(row[0], row[3])
    with table.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    # A sheet that may be filled in is never written over.
    assert _run("--person", person, "--paper", page) == 2
    before = person.read_text(encoding="utf-8")
    assert _run("--person", person, "--answers", table) == 0
    assert person.read_text(encoding="utf-8") == before
    assert "weights: {remission: 60, weight_gain: 100}" in capsys.readouterr().out
    assert _run("--person", person, "--answers", table, "--save") == 0
    told = ingest.read_person(person, today=TODAY).preferences.value
    assert told is not None
    assert told.weights == (("remission", 60.0), ("weight_gain", 100.0))
    assert told.date == "2026-03-01"
    # What the person had before stays.
    assert told.experience == (PastEffect("sertraline", "nausea"),)


def test_a_bad_answer_writes_nothing(
    person: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = person.read_text(encoding="utf-8")
    filled = tmp_path / "filled.csv"
    filled.write_text("key,answer\nlabel,07\nremission,100\nstay,-5\n", encoding="utf-8")
    assert _run("--person", person, "--answers", filled, "--save") == 2
    out = tmp_path / "new.yaml"
    assert _run("--person", person, "--answers", filled, "--out", out) == 2
    assert not out.exists()
    assert person.read_text(encoding="utf-8") == before
    assert "line 4, field stay: this number cannot be" in capsys.readouterr().err


def test_a_sheet_without_a_name_is_not_read_for_a_person(
    person: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = tmp_path / "filled.csv"
    filled.write_text("key,answer\nremission,100\n", encoding="utf-8")
    assert _run("--person", person, "--answers", filled) == 2
    assert "another person, or of nobody" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [["--save"], ["--paper", "x.html", "--save"], ["--paper", "x.txt"], ["--answers", "none.csv"]],
)
def test_options_that_do_not_fit_are_refused(words: list[str]) -> None:
    assert _run(*words) == 2


def test_out_holds_the_record_or_the_section_alone(person: Path, tmp_path: Path) -> None:
    filled = tmp_path / "filled.yaml"
    filled.write_text("{stay: 100, nausea: 40}\n", encoding="utf-8")
    alone, whole = tmp_path / "alone.yaml", tmp_path / "whole.yaml"
    assert _run("--answers", filled, "--out", alone) == 0
    text = alone.read_text(encoding="utf-8")
    assert text == "preferences:\n  weights: {stay: 100, nausea: 40}\n  date: 2026-03-02\n"
    assert _run("--person", person, "--answers", filled, "--out", whole) == 0
    read = ingest.read_person(whole, today=TODAY)
    assert read.label == "07"
    assert read.preferences.value is not None
    assert dict(read.preferences.value.weights) == {"stay": 100.0, "nausea": 40.0}
    assert _run("--answers", filled, "--out", alone) == 2


def test_an_emergency_stands_on_the_sheet_before_any_question(tmp_path: Path) -> None:
    record = (PERSONS / "person.yaml").read_text(encoding="utf-8")
    plan = "finding: suicidal_plan, status: "
    person = tmp_path / "person.yaml"
    person.write_text(record.replace(plan + "absent", plan + "present"), encoding="utf-8")
    assert build_wishes(person, "2026-03-04").notice.startswith("Emergency sign in the record")
    assert not build_wishes(PERSONS / "person.yaml", "2026-03-04").notice.startswith("Emergency")
