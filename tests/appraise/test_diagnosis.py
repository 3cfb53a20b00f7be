"""The diagnosis check and the red flags: every row is told by a vignette, and unknown is never no.

The vignettes are those of a reader of the criteria and of the fact tables; nothing in them is
worked out by the program.
"""

from __future__ import annotations

import copy
import dataclasses
import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.appraise import questions
from equipoise.appraise.background import ask_effects
from equipoise.appraise.diagnosis import check_criteria, check_diagnosis, check_specifiers
from equipoise.appraise.questions import Question, questions_of
from equipoise.appraise.red_flags import find_red_flags
from equipoise.core import answers
from equipoise.core.nouns import (
    DrugUse,
    Episode,
    Finding,
    ReportedEffect,
    ScaleAnswers,
    Timeline,
)
from equipoise.core.tables import Row, load_table, problems, table_names, use_site
from equipoise.ingest import read_person

VIGNETTES = Path(__file__).parent.parent / "vignettes"
FILES = (
    "criteria_specifiers",
    "red_flags_counted",
    "red_flags",
    "work_up",
    "whole_cases_diagnosis",
)
MERGED = {"findings": "finding", "labs": "test"}
FAST = settings(max_examples=60, deadline=None)
FINDINGS = sorted(row.text("id") for row in load_table("red_flags/findings"))
SYMPTOMS = sorted(
    row.text("id") for row in load_table("red_flags/findings") if row.text("kind") == "symptom"
)
DAY = "2025-01-20"


@dataclasses.dataclass(frozen=True)
class Told:
    """A vignette: the record, and what must and must not be said."""

    name: str
    timeline: Timeline
    must: dict[str, Any]
    must_not: dict[str, Any]


def _yaml(name: str) -> Any:
    text = (VIGNETTES / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)


def _person(base: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    person = copy.deepcopy(base)
    for key, value in case.get("person", {}).items():
        name = MERGED.get(key)
        new = {entry[name] for entry in value} if name else set()
        person[key] = [e for e in person[key] if e[name] not in new] + value if name else value
    for key in case.get("not_asked", []):
        section, _, item = key.partition(".")
        kept = [e for e in person.pop(section) if item and e[MERGED[section]] != item]
        if item:
            person[section] = kept
    return person


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, ...]:
    """Every vignette of the diagnosis and the red flags, read as a record."""
    folder = tmp_path_factory.mktemp("told")
    head = _yaml("base")
    found = []
    cases = (case for name in FILES for case in _yaml(name)["cases"])
    for number, case in enumerate(cases):
        path = folder / f"{number}.yaml"
        record = {"schema_version": "1.0", "label": str(number), **_person(head["person"], case)}
        path.write_text(yaml.safe_dump(record, sort_keys=False), encoding="utf-8")
        timeline = read_person(path, today=head["today"])
        found.append(Told(case["name"], timeline, case.get("must", {}), case.get("must_not", {})))
    return tuple(found)


def _said(part: str, timeline: Timeline) -> dict[str, str]:
    """Return what the program says of one part, by the names that vignettes use."""
    if part == "criteria":
        criteria = check_criteria(timeline)
        return {"episode": criteria.status if criteria else "not_asked"}
    if part == "specifiers":
        return {one.id: one.status for one in check_specifiers(timeline)}
    if part == "checks":
        return {item.id: item.status for item in check_diagnosis(timeline)}
    return {f"{flag.grade} {flag.id}": "raised" for flag in find_red_flags(timeline)}


def _claims(expected: dict[str, Any], part: str) -> dict[str, str]:
    if part != "red_flags":
        return dict(expected.get(part, {}))
    grades = expected.get("red_flags", {})
    return {f"{grade} {name}": "raised" for grade, names in grades.items() for name in names}


def _holds(one: Told, part: str) -> bool:
    must, must_not = _claims(one.must, part), _claims(one.must_not, part)
    if not must and not must_not:
        return True
    said = _said(part, one.timeline)
    return all(said.get(k) == v for k, v in must.items()) and not any(
        said.get(k) == v for k, v in must_not.items()
    )


PARTS = ("criteria", "specifiers", "checks", "red_flags")


@pytest.mark.parametrize("part", PARTS)
def test_every_vignette_holds(told: tuple[Told, ...], part: str) -> None:
    assert [one.name for one in told if not _holds(one, part)] == []


TABLES = (
    ("checks/criteria", "criteria"),
    ("checks/specifiers", "specifiers"),
    ("checks/checks", "checks"),
    ("red_flags/signs", "red_flags"),
)
"""Rules with the part of the appraisal they speak in; rows of red flags are tried elsewhere."""


def _subjects(table: str, row: Row) -> set[str]:
    """Return what a vignette has to speak of, so that it can miss the row."""
    if table == "checks/checks":
        return {row.text("item")}
    if table == "red_flags/signs":
        raising = (
            r for r in load_table("red_flags/red_flags") if r.cells["counted"] == row.cells["set"]
        )
        return {f"{r.text('level')} {r.text('flag')}" for r in raising}
    return {row.text("set")}


def _idle(name: str) -> set[str]:
    """Return rows that no answer rests on: hints, and what only grades a specifier."""
    hints = {f"phq9_algorithm phq9_{number}" for number in range(1, 10)}
    grading = {"anxious_distress motor_agitation"}
    content = {f"psychotic_features psychosis_{fit}" for fit in ("fits_mood", "does_not_fit_mood")}
    return hints | grading | content if name.startswith("checks/") else set()


@pytest.mark.parametrize(("table", "part"), TABLES)
def test_every_row_is_needed(
    told: tuple[Told, ...], table: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any one row, some vignette no longer holds."""
    pairs = questions_of(table)
    idle = set()
    for taken, (row, _) in enumerate(pairs):
        subjects = _subjects(table, row)
        about = [one for one in told if subjects & {*_claims(one.must, part)}]
        left = (*pairs[:taken], *pairs[taken + 1 :])
        monkeypatch.setitem(questions._read, table, (load_table(table), left))
        if all(_holds(one, part) for one in about):
            idle.add(" ".join(row.cells[c] for c in ("set", "id") if c in row.cells))
    assert idle - _idle(table) == set()


def test_each_item_is_told_in_each_state(told: tuple[Told, ...]) -> None:
    claimed = {pair for one in told for pair in _claims(one.must, "checks").items()}
    items = {row.text("item") for row in load_table("checks/checks")}
    states = set(itertools.product(items, ("clear", "abnormal", "not_checked")))
    assert states - claimed == set()


def test_each_specifier_is_told_in_each_state(told: tuple[Told, ...]) -> None:
    claimed = {pair for one in told for pair in _claims(one.must, "specifiers").items()}
    names = {row.text("id") for row in load_table("checks/specifier_names")}
    assert {(name, "present") for name in names} <= claimed
    assert {(name, "absent") for name in names} <= claimed


def _finding(name: str, status: str) -> Finding:
    return Finding(name, status, answers.given(DAY))


def _record(statuses: dict[str, str], **more: Any) -> Timeline:
    stated = tuple(_finding(name, status) for name, status in statuses.items())
    return Timeline("01", findings=answers.given(stated), **more)


STATUS = st.sampled_from(["present", "absent", "unknown"])


@FAST
@given(st.dictionaries(st.sampled_from(FINDINGS), STATUS, max_size=25), st.data())
def test_from_unknown_to_present_never_clears_a_flag(
    statuses: dict[str, str], data: st.DataObject
) -> None:
    """Whatever was not known and is found present: each flag stays, at least as grave."""
    name = data.draw(st.sampled_from(FINDINGS))
    if statuses.get(name) == "absent":
        statuses[name] = "unknown"
    order = {"watch": 0, "emergency": 1}
    before = {f.id: order[f.grade] for f in find_red_flags(_record(statuses))}
    after = {f.id: order[f.grade] for f in find_red_flags(_record({**statuses, name: "present"}))}
    assert all(after.get(flag, -1) >= grade for flag, grade in before.items())


@FAST
@given(st.lists(STATUS, min_size=len(SYMPTOMS), max_size=len(SYMPTOMS)), st.data())
def test_knowing_less_never_decides(statuses: list[str], data: st.DataObject) -> None:
    """An answer that becomes unknown, or is left out, never turns one verdict into its opposite."""
    stated = dict(zip(SYMPTOMS, statuses, strict=True))
    stated["mania_or_hypomania_ever"] = "absent"
    stated["psychotic_disorder"] = "absent"
    name = data.draw(st.sampled_from(SYMPTOMS))
    left_out = {key: value for key, value in stated.items() if key != name}
    before = check_criteria(_record(stated))
    assert before is not None
    for less in ({**stated, name: "unknown"}, left_out):
        after = check_criteria(_record(less))
        assert after is not None
        assert after.status in {before.status, "cannot_tell"}
        kinds = zip(check_specifiers(_record(stated)), check_specifiers(_record(less)), strict=True)
        assert all(new.status in {old.status, "cannot_tell"} for old, new in kinds)


NINE = tuple(
    row.text("id") for row in load_table("checks/criteria") if "symptoms" in row.items("groups")
)


def _hand(statuses: tuple[str, ...]) -> str:
    """Count as a clinician does: fewest and most symptoms, fewest and most of the core."""
    certain = [status == "present" for status in statuses]
    possible = [status != "absent" for status in statuses]
    if sum(certain) >= 5 and any(certain[:2]):
        return "met"
    return "cannot_tell" if sum(possible) >= 5 and any(possible[:2]) else "not_met"


@settings(max_examples=200, deadline=None)
@given(st.tuples(*[STATUS] * 9))
def test_counting_by_hand(statuses: tuple[str, ...]) -> None:
    stated = dict(zip(NINE, statuses, strict=True))
    rest = {
        "two_weeks_most_days": "present",
        "distress_or_impairment": "present",
        "substance_or_medical_cause": "absent",
        "psychotic_disorder": "absent",
        "mania_or_hypomania_ever": "absent",
    }
    criteria = check_criteria(_record({**stated, **rest}))
    assert criteria is not None
    assert criteria.status == _hand(statuses)
    assert bool(criteria.missing) == (criteria.status == "cannot_tell")
    assert len(criteria.present) + len(criteria.absent) + len(criteria.unknown) == 14


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ((3, 3, 3, 3, 3, 0, 0, 0, 0), "suggests a major depressive syndrome (5 of 9"),
        ((2, 0, 2, 2, 2, 1, 0, 0, 1), "suggests a major depressive syndrome (5 of 9"),
        ((2, 0, 2, 2, 2, 1, 0, 0, 0), "does not suggest"),
        ((1, 1, 3, 3, 3, 3, 3, 0, 0), "does not suggest"),
        ((2, 0, 2, 2, None, 2, 0, 0, 0), "cannot tell"),
    ],
)
def test_the_questionnaire_is_a_hint_and_no_criterion(
    items: tuple[int | None, ...], words: str
) -> None:
    """Five answers of 2 or more, item 9 from 1, one of them item 1 or 2 (Spitzer 1999)."""
    scales: tuple[ScaleAnswers, ...] = (ScaleAnswers("phq9", DAY, items),)
    criteria = check_criteria(Timeline("01", scales=answers.given(scales)))
    assert criteria is not None
    assert criteria.status == "cannot_tell"
    assert any(words in reason and "not a criterion" in reason for reason in criteria.reasons)
    assert not set(criteria.present) & {row.text("title") for row in load_table("checks/criteria")}


SIGNS = (
    "keyed_up",
    "unusually_restless",
    "worry_spoils_concentration",
    "fear_of_something_awful",
    "fear_of_losing_control",
)


@pytest.mark.parametrize(
    ("number", "agitated", "words"),
    [
        (2, "absent", "mild"),
        (3, "absent", "moderate;"),
        (4, "absent", "moderate to severe"),
        (5, "absent", "moderate to severe"),
        (4, "present", "severe;"),
        (2, "present", "mild"),
    ],
)
def test_how_marked_anxious_distress_is(number: int, agitated: str, words: str) -> None:
    stated = {name: "present" if n < number else "absent" for n, name in enumerate(SIGNS)}
    found = {s.id: s for s in check_specifiers(_record({**stated, "motor_agitation": agitated}))}
    assert found["anxious_distress"].evidence.startswith(words)


def test_what_is_not_known_could_make_it_graver() -> None:
    found = {s.id: s for s in check_specifiers(_record(dict.fromkeys(SIGNS[:2], "present")))}
    assert found["anxious_distress"].evidence.startswith("at least mild")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "whether the content fits the mood is not known"),
        ({"psychosis_fits_mood": "present"}, "content fits the mood"),
        ({"psychosis_does_not_fit_mood": "present"}, "content does not fit the mood"),
    ],
)
def test_whether_psychosis_fits_the_mood(content: dict[str, str], words: str) -> None:
    found = {s.id: s for s in check_specifiers(_record({"delusions": "present", **content}))}
    assert found["psychotic_features"].evidence.startswith(words)


def test_a_contradiction_is_named() -> None:
    episode = Episode(specifiers=answers.given(("anxious_distress",)))
    absent = dict.fromkeys(SIGNS, "absent")
    found = {s.id: s for s in check_specifiers(_record(absent, episode=episode))}
    assert found["anxious_distress"].status == "cannot_tell"
    assert "contradiction" in found["anxious_distress"].evidence
    assert found["anxious_distress"].missing
    episode = Episode(specifiers=answers.given(()))
    found = {
        s.id: s for s in check_specifiers(_record(dict.fromkeys(SIGNS, "present"), episode=episode))
    }
    assert found["anxious_distress"].status == "present"
    assert "contradiction" in found["anxious_distress"].evidence


def test_evidence_against_a_drug_is_said_and_weak_evidence_is_called_weak() -> None:
    def told_of(drug: str) -> str:
        timeline = Timeline(
            "01",
            drugs=answers.given((DrugUse(drug),)),
            treatments=answers.given(()),
        )
        return {i.id: i for i in check_diagnosis(timeline)}["drug_induced"].evidence

    assert "strong evidence" in told_of("interferon_alfa")
    assert "weak or conflicting evidence" in told_of("isotretinoin")
    assert "evidence against" in told_of("propranolol")
    assert "start not known" in told_of("isotretinoin")


def test_the_newest_sheet_of_side_effects_counts() -> None:
    effects = (
        ReportedEffect("restlessness", "severe", "2024-11-01"),
        ReportedEffect("restlessness", "none", "2025-01-10"),
    )
    question = dataclasses.replace(_nothing(), effects=("restlessness",))
    for order in (effects, effects[::-1]):
        reply = ask_effects(question, Timeline("01", side_effects=answers.given(order)))
        assert reply is not None
        assert reply.truth == "no"


def _nothing() -> Question:
    row = load_table("checks/checks").row(id="akathisia")
    return dataclasses.replace(questions.read_question(row), effects=(), findings=())


def test_depressants_name_known_drugs() -> None:
    known = {
        name
        for row in load_table("drugs/drugs")
        for name in (row.text("id"), row.text("class"), *row.items("groups"))
    }
    named = {name for row in load_table("checks/depressants") for name in row.items("drugs")}
    assert named - known == set()


def test_groups_can_be_reached_and_are_counted() -> None:
    """Every group has enough members, and every member stands in a group of its set."""
    for folder, tables in (
        ("checks", ("checks/criteria", "checks/specifiers")),
        ("red_flags", ("red_flags/signs",)),
    ):
        members = [row for name in tables for row in load_table(name)]
        for group in load_table(f"{folder}/groups"):
            mine = [
                row
                for row in members
                if row.text("set") == group.text("set") and group.text("id") in row.items("groups")
            ]
            assert len(mine) >= group.number("at_least"), group.where


def test_counted_flags_name_a_set() -> None:
    sets = {r.text("set") for t in ("checks", "red_flags") for r in load_table(f"{t}/groups")}
    named = {r.optional_text("counted") for r in load_table("red_flags/red_flags")} - {None}
    assert named <= sets


@pytest.mark.parametrize("name", ["red_flags/red_flags", "red_flags/pathways", "red_flags/crisis"])
def test_no_flag_rates_a_risk(name: str) -> None:
    """A flag is a fact with a pathway: no level, no chance and no colour of suicide risk."""
    for row in load_table(name):
        text = " ".join(row.cells.get(c, "") for c in ("title", "action", "text")).lower()
        for word in ("low risk", "moderate risk", "high risk", "probab", "likel", "red alert"):
            assert word not in text, row.where


def test_a_site_gives_its_own_crisis_lines(tmp_path: Path) -> None:
    table = load_table("red_flags/crisis")
    cells = dict(table.row(place="US").cells)
    cells.update(place="DE", text="Call 112", number="112", language="German", reference="site")
    path = tmp_path / "red_flags" / "crisis.tsv"
    path.parent.mkdir()
    lines = [table.header, [cells[column] for column in table.header]]
    path.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
    try:
        use_site(tmp_path)
        assert [row.text("number") for row in load_table("red_flags/crisis")] == ["112"]
    finally:
        use_site(None)
    assert load_table("red_flags/crisis").row(place="US").text("number") == "988"
    assert load_table("red_flags/crisis").row(place="default").optional_text("number") is None


def test_the_tables_are_sound() -> None:
    mine = [name for name in table_names() if name.startswith(("checks/", "red_flags/"))]
    assert [problem for name in mine for problem in problems(name)] == []


def test_a_site_that_changes_a_flag_is_heeded(tmp_path: Path) -> None:
    """The questions are read once for a table in force, and again for a site's table."""
    present = _record({"hallucinations": "present"})
    assert {flag.id for flag in find_red_flags(present)} == {"psychosis"}
    table = load_table("red_flags/red_flags")
    path = tmp_path / "red_flags" / "red_flags.tsv"
    path.parent.mkdir()
    kept = [row for row in table if row.text("flag") != "psychosis"]
    lines = [table.header, *([row.cells[c] for c in table.header] for row in kept)]
    path.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
    try:
        use_site(tmp_path)
        assert find_red_flags(present) == ()
    finally:
        use_site(None)
    assert {flag.id for flag in find_red_flags(present)} == {"psychosis"}
