"""What is asked, what an answer becomes, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from equipoise import ingest
from equipoise.apps.cli import main
from equipoise.apps.intake.draft import open_draft, record_text
from equipoise.apps.intake.interview import Interview
from equipoise.apps.intake.questions import applies, entry_questions, questions, section_names
from equipoise.core.errors import InputError
from equipoise.core.tables import load_table
from equipoise.ingest import schema as s

TODAY = "2026-03-02"
FULL = Path(__file__).resolve().parents[2] / "fixtures" / "person_full.yaml"
Talk = Callable[..., list[str]]
SUICIDE = ("no", "no", "no", "no", "no")
BEGIN = ("07", *SUICIDE, "38", "female")


def _held(path: Path) -> dict[str, object]:
    """Read the record as any YAML reader does, every value as text."""
    found: dict[str, object] = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    return found


def test_every_key_of_the_record_is_asked_or_filled_in() -> None:
    asked = {(q.section, q.name) for q in questions()} | {
        (shape.name, q.name)
        for shape in s.SECTIONS
        if shape.repeated and shape is not s.FINDINGS
        for q in entry_questions(shape.name)
    }
    wanted = {
        (shape.name, key.name)
        for shape in s.SECTIONS
        if shape is not s.FINDINGS
        for key in shape.keys
    }
    # Nobody is asked to confirm a unit before a check has doubted it; what the person had before
    # follows from dated side effects, and `decide elicit` asks for wishes with their day.
    own = {("preferences", "experience"), ("preferences", "date")}
    assert wanted - asked == {("labs", "unit_confirmed"), *own}
    assert {row.text("id") for row in load_table("red_flags/findings")} == {
        q.finding for q in questions() if q.finding
    }


@pytest.mark.parametrize(("sex", "asked"), [("male", False), ("female", True), ("intersex", True)])
def test_harm_to_a_baby_is_not_asked_of_men(sex: str, asked: bool) -> None:
    about = {"thoughts_of_harming_infant", "intent_to_harm_infant"}
    found = [q for q in questions() if q.finding in about]
    assert {q.finding for q in found} == about
    assert {applies(q, {"demographics": {"sex": sex}}, {}) for q in found} == {asked}
    assert all(applies(q, {}, {}) for q in found), "what is not known rules nothing out"


def test_safety_and_treatments_come_first() -> None:
    order = [q.finding or q.section for q in questions()]
    assert order[:6] == [
        "label",
        "passive_death_thoughts",
        "suicidal_ideation_active",
        "suicidal_intent",
        "suicidal_plan",
        "suicide_attempt_recent",
    ]
    assert order.index("treatments") < order.index("drugs") < order.index("episode")


def test_a_first_session(talk: Talk, record: Path) -> None:
    talk(*BEGIN, "unknown")
    assert _held(record) == {
        "schema_version": "1.0",
        "label": "07",
        "findings": [
            {"finding": name, "status": "absent", "date": TODAY}
            for name in (
                "passive_death_thoughts",
                "suicidal_ideation_active",
                "suicidal_intent",
                "suicidal_plan",
                "suicide_attempt_recent",
            )
        ],
        "demographics": {"age_years": "38", "sex": "female"},
        "pregnancy": "unknown",
    }


def test_skip_stays_out_and_unknown_stays_unknown(talk: Talk, record: Path) -> None:
    talk("07", "skip", "unknown")
    timeline = ingest.read_person(record, today=TODAY)
    assert [(f.finding, f.status) for f in timeline.findings.or_else(())] == [
        ("suicidal_ideation_active", "unknown")
    ]
    assert timeline.demographics.age_years.status == "not_asked"


def test_none_unknown_and_skip_of_a_list(talk: Talk, record: Path) -> None:
    talk("07", "next", "next", "next", "next", "none", "unknown", "skip")
    timeline = ingest.read_person(record, today=TODAY)
    assert timeline.treatments.value == ()
    assert timeline.drugs.status == "unknown"
    assert timeline.allergies.status == "not_asked"


def test_a_skipped_question_is_open_again(talk: Talk) -> None:
    talk("07", "skip")
    shown = talk()
    assert any("rather not be alive" in line for line in shown)


def test_men_are_not_asked_for_pregnancy(talk: Talk) -> None:
    shown = talk("07", *SUICIDE, "38", "male", "next")
    assert not any("regnan" in line or "childbirth" in line for line in shown)


def test_pregnancy_is_asked_where_sex_is_not_known(talk: Talk) -> None:
    shown = talk("07", *SUICIDE, "38", "unknown")
    assert any("breastfeeding" in line for line in shown)


def test_a_whole_trial(talk: Talk, record: Path) -> None:
    talk("07", "quit")
    talk(
        *("Zoloft", "150 mg/d", "2024-04-10", "no", "2024-07", "good", "no response", "no_benefit"),
        "no",
        section="treatments",
    )
    assert _held(record)["treatments"] == [
        {
            "treatment": "sertraline",
            "dose": "150",
            "unit": "mg/d",
            "start": "2024-04-10",
            "stop": "2024-07",
            "ongoing": "no",
            "adherence": "good",
            "outcome": "no_response",
            "stopped_for": "no_benefit",
        }
    ]


def test_the_unit_is_offered_and_never_filled_in(talk: Talk, record: Path) -> None:
    talk("07", "quit")
    shown = talk("sertraline", "150", section="treatments")
    assert "  Enter: mg/d" in shown
    assert _held(record)["treatments" if "treatments" in _held(record) else "label"] != [
        {"treatment": "sertraline", "dose": "150", "unit": "mg/d"}
    ]
    talk("", section="treatments")
    assert _held(record)["treatments"] == [
        {"treatment": "sertraline", "dose": "150", "unit": "mg/d"}
    ]


def test_therapies_are_asked_for_sessions_and_ect_for_electrodes(talk: Talk, record: Path) -> None:
    talk("07", "quit")
    shown = talk("ECT", "10", "bilateral", section="treatments")
    assert not any("dose" in line for line in shown if line.startswith("ect:"))
    assert _held(record)["treatments"] == [
        {"treatment": "ect", "sessions": "10", "placement": "bilateral"}
    ]


def test_a_laboratory_value_is_saved_once_it_is_whole(talk: Talk, record: Path) -> None:
    talk("07", "quit")
    talk("tsh", "2.1 m[IU]/L", section="labs")
    assert "labs" not in _held(record)
    talk("2026-01", "no", section="labs")
    assert _held(record)["labs"] == [
        {"test": "tsh", "value": "2.1", "unit": "m[IU]/L", "date": "2026-01"}
    ]
    assert not list(record.parent.glob("*.open"))


@pytest.mark.parametrize(
    ("section", "answers", "says"),
    [
        ("demographics", ["380"], "not plausible"),
        ("demographics", ["38", "man"], "allowed: female, male, intersex"),
        ("findings", ["nope"], "allowed: yes, no, unknown"),
        ("treatments", ["setraline"], "did you mean sertraline"),
        ("treatments", ["sertraline", "150 parsecs"], "unit"),
        ("treatments", ["sertraline", "150000 mg/d"], "not plausible"),
        ("treatments", ["cbt", "12", "2024-03", "no", "2023"], "stop lies before start"),
        ("labs", ["tsh", "2100 m[IU]/L"], "not possible for tsh"),
        ("labs", ["tsh", "2.1 m[IU]/L", "2027"], "future"),
        ("conditions", ["hypertension"], "this does not fit"),
        ("scales", ["phq9", "", "2", "7"], "answer 2 is out of range"),
        ("preferences", ["remission"], "name=number"),
        ("episode", ["F33.1", "2025-13"], "not a date"),
        ("label", ["none"], "no value stands here"),
        ("label", ["unknown"], "this one is needed"),
        ("label", ["skip"], "this one is needed"),
    ],
)
def test_a_wrong_answer_is_told_in_one_line_and_asked_again(
    talk: Talk, record: Path, section: str, answers: list[str], says: str
) -> None:
    talk("07", "quit")
    shown = talk(*answers, section=section)
    told = [number for number, line in enumerate(shown) if says in line]
    assert told
    assert "\n" not in shown[told[0]]
    before = [line for line in shown[: told[0]] if line and not line.startswith(" ")]
    after = [line for line in shown[told[0] + 1 :] if line and not line.startswith(" ")]
    assert after[0] == before[-1]
    assert ingest.read_person(record, today=TODAY).label == "07"


def test_back_asks_the_question_before_with_its_answer(talk: Talk, record: Path) -> None:
    shown = talk("07", *SUICIDE, "38", "female", "back", "intersex")
    assert any("now: female" in line for line in shown)
    assert _held(record)["demographics"] == {"age_years": "38", "sex": "intersex"}


def test_back_inside_an_entry(talk: Talk, record: Path) -> None:
    talk("07", "quit")
    talk("sertraline", "150 mg/d", "back", "100 mg/d", section="treatments")
    treatments = _held(record)["treatments"]
    assert isinstance(treatments, list)
    assert treatments[0]["dose"] == "100"


def test_an_entry_can_be_answered_again_or_dropped(talk: Talk, record: Path) -> None:
    talk("07", "quit")
    talk("sertraline", *["skip"] * 5, "CBT", *["skip"] * 5, "no", section="treatments")
    talk("1", "", "50 mg/d", "drop", section="treatments")
    assert _held(record)["treatments"] == [{"treatment": "cbt"}]


def test_an_older_finding_is_kept_beside_a_new_one(talk: Talk, record: Path) -> None:
    talk("07", "no", today="2026-01-05")
    talk("yes", "yes", section="findings")
    assert _held(record)["findings"] == [
        {"finding": "passive_death_thoughts", "status": "absent", "date": "2026-01-05"},
        {"finding": "passive_death_thoughts", "status": "present", "date": TODAY},
    ]


def test_todays_finding_is_replaced_or_taken_out(talk: Talk, record: Path) -> None:
    talk("07", "no", "back", "unknown", "yes", "no", "back", "skip")
    assert _held(record)["findings"] == [
        {"finding": "passive_death_thoughts", "status": "unknown", "date": TODAY},
    ]


def test_danger_is_told_at_once_with_whom_to_call(talk: Talk, record: Path) -> None:
    shown = talk("07", "no", "no", "yes", "no")
    start = shown.index("*** SAFETY ***")
    assert "988" in shown[start + 1]
    title = load_table("red_flags/red_flags").row(flag="suicidal_intent").text("title")
    assert f"  EMERGENCY: {title}" in shown
    steps = [r for r in load_table("red_flags/pathways") if r.text("flag") == "suicidal_intent"]
    assert all(any(step.text("action") in line for line in shown) for step in steps)
    assert shown[-1].startswith("Stopped.")
    assert ingest.read_person(record, today=TODAY).findings.value is not None


def test_the_number_of_the_site_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    from equipoise.core.tables import use_site

    shipped = load_table("red_flags/crisis")
    row = dict(shipped.rows[0].cells) | {"place": "ZZ", "text": "Call 12345", "number": "12345"}
    folder = tmp_path / "site" / "red_flags"
    folder.mkdir(parents=True)
    lines = ("\t".join(shipped.header), "\t".join(row[name] for name in shipped.header))
    (folder / "crisis.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO("07\nno\nno\nyes\nno\n"))
    out = tmp_path / "p.yaml"
    try:
        with pytest.raises(SystemExit) as caught:
            main(["intake", str(out), "--date", TODAY, "--site", str(folder.parent)])
    finally:
        use_site(None)
    shown = capsys.readouterr().out
    assert caught.value.code == 0
    assert "Call 12345" in shown
    assert "988" not in shown


def test_item_nine_raises_the_alarm(talk: Talk) -> None:
    talk("07", "quit")
    shown = talk("phq9", "", *"000000001", "yes", section="scales")
    assert "*** SAFETY ***" in shown
    assert any("Item 9 of 9" in line for line in shown)


def test_the_items_are_those_of_their_numbers(talk: Talk, record: Path) -> None:
    talk("07", "quit")
    talk("phq9", "2026-03-01", *"0123", "skip", *"210", "0", "skip", "no", section="scales")
    assert _held(record)["scales"] == [
        {
            "scale": "phq9",
            "date": "2026-03-01",
            "items": ["0", "1", "2", "3", "null", "2", "1", "0", "0"],
        }
    ]


def test_the_phq9_is_asked_in_its_own_words(talk: Talk, record: Path) -> None:
    talk("07", "quit")
    shown = talk("phq9", "2026-03-01", *"000000000", "4", "3", section="scales")
    wording = [row.text("text") for row in load_table("intake/phq9") if row.text("part") == "item"]
    assert all(any(text in line for line in shown) for text in wording)
    assert (
        "  0 not difficult at all, 1 somewhat difficult, 2 very difficult, 3 extremely difficult"
        in shown
    )
    assert _held(record)["scales"][0]["extras"] == {"difficulty": "3"}  # type: ignore[index]


def test_a_total_without_items(talk: Talk, record: Path) -> None:
    talk("07", "quit")
    talk("phq9", "2026-03-01", "2", "total", "17", "no", section="scales")
    assert _held(record)["scales"] == [{"scale": "phq9", "date": "2026-03-01", "total": "17"}]


def test_each_item_has_its_own_range_and_the_further_questions_theirs(
    talk: Talk, record: Path
) -> None:
    talk("07", "quit")
    shown = talk("hamd17", "2026-03-01", "4", "3", "2", "4", section="scales")
    assert any("answer 4 is out of range; got 4; allowed: 0 to 2" in line for line in shown)
    record.with_name(f"{record.name}.open").unlink()
    shown = talk("mdq", "2026-03-01", *"1111111000000", "2", "1", "skip", "no", section="scales")
    assert any("this is no answer; got '2'; allowed: 0 no, 1 yes" in line for line in shown)
    assert _held(record)["scales"] == [
        {
            "scale": "mdq",
            "date": "2026-03-01",
            "items": [*"1111111000000"],
            "extras": {"same_period": "1"},
        }
    ]


def test_why_and_help_answer_without_moving_on(talk: Talk) -> None:
    shown = talk("why", "help", "07")
    assert "  Every file and page of this person bears it." in shown
    assert any("quit: stop here" in line for line in shown)


def test_no_value_of_a_record_is_lost(tmp_path: Path, record: Path, talk: Talk) -> None:
    record.write_bytes(FULL.read_bytes().replace(b'label: "01"', b'label: "07"'))
    found = record.read_bytes()
    before = _held(record)
    talk("54", section="demographics")
    after = _held(record)
    assert after.pop("demographics") == {"sex": "female", "age_years": "54"}
    assert before.pop("demographics") == {"sex": "female", "age_years": "43"}
    assert after == before
    copies = list(tmp_path.glob("*.bak*"))
    assert [copy.read_bytes() for copy in copies] == [found]


def test_comments_that_are_lost_are_told(record: Path, talk: Talk) -> None:
    record.write_text('# why\nschema_version: "1.0"\nlabel: "07"\n', encoding="utf-8")
    shown = talk("no")
    assert any("comments and layout are not kept" in line for line in shown)
    assert record.with_name(f"{record.name}.bak").read_text(encoding="utf-8").startswith("# why")


def test_the_name_of_the_file_says_whose_record_it_is(talk: Talk, record: Path) -> None:
    shown = talk("08", "07")
    assert any("another person" in line for line in shown)
    assert _held(record)["label"] == "07"
    record.write_text('schema_version: "1.0"\nlabel: "08"\n', encoding="utf-8")
    with pytest.raises(InputError, match="another person"):
        talk("no")


def test_a_file_that_is_no_record_is_never_written_over(record: Path) -> None:
    record.write_text("shopping: [milk]\n", encoding="utf-8")
    with pytest.raises(InputError, match="there is no such field"):
        open_draft(record, TODAY)
    assert record.read_text(encoding="utf-8") == "shopping: [milk]\n"


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "null",
        "a: b",
        "#x",
        "*1/*2",
        "m[IU]/L",
        'she said "stop"',
        "it\\s",
        "ü \U0001f600",
        "- x",
        "1e3",
    ],
)
def test_any_text_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    path = tmp_path / "p.yaml"
    notes = [{"text": text, "date": TODAY}]
    path.write_text(
        record_text({"schema_version": "1.0", "label": "07", "visit_notes": notes}),  # type: ignore[dict-item]
        encoding="utf-8",
    )
    assert _held(path)["visit_notes"] == notes


def test_the_command_in_a_pipe(tmp_path: Path) -> None:
    out = tmp_path / "p.yaml"
    done = subprocess.run(
        [sys.executable, "-m", "equipoise", "intake", str(out), "--date", TODAY],
        input="07\nno\nmaybe\nno\nquit\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "allowed: yes, no, unknown" in done.stdout
    assert len(ingest.read_person(out, today=TODAY).findings.or_else(())) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "one record or one table"),
        (["p.json"], ".yaml file"),
        (["p.yaml", "--section", "shoes"], "no such section"),
        (["p.yaml", "--out", "x"], "one record or one table"),
        (["p.yaml", "--csv", "x.csv"], "takes neither"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["intake", *arguments])
    shown = capsys.readouterr()
    assert caught.value.code == 2
    assert says in shown.err
    assert len(shown.err.strip().splitlines()) == 1


def test_the_line_below_tells_how_the_letters_are_understood(record: Path) -> None:
    class _Reading:
        """A terminal that types letter by letter and notes the line below."""

        def __init__(self) -> None:
            self.below: list[str] = []

        def say(self, text: str) -> None:
            del text

        def ask(self, complete: object, check: Callable[[str], str]) -> str:
            del complete
            self.below += [check(text) for text in ("", "Zol", "Zoloft", "qqqq")]
            raise EOFError

    terminal = _Reading()
    record.write_text('schema_version: "1.0"\nlabel: "07"\n', encoding="utf-8")
    Interview(open_draft(record, TODAY), terminal, "treatments").run()
    assert terminal.below[0] == "help: what can be typed"
    assert terminal.below[1].startswith("could be: sertraline, ")
    assert terminal.below[2] == "= sertraline"
    assert terminal.below[3].startswith("this treatment is not known")


def test_section_names_are_those_of_the_record() -> None:
    known = {shape.name for shape in s.SECTIONS} | {"label", "notice"}
    assert set(section_names()) == known
