"""The tables of schedules fit each other and the tables that they name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import equipoise.plan
from equipoise.core.tables import load_table
from equipoise.plan.schedules.doses import takeable
from equipoise.plan.schedules.pairs import read_pairs

PLAN = Path(equipoise.plan.__file__).parent
LADDERS = list(load_table("schedules/titrations"))
# No steps for it: the sources here name a first dose and a goal, not the steps between.
WITHOUT_STEPS = {"pramipexole_augmentation"}


def _known() -> set[str]:
    names = read_pairs().names
    known = set().union(*names.values()) | set(names)
    for row in load_table("treatments/treatments"):
        known |= {row.text("id"), f"group_{row.text('group')}"}
    return known


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("switches", ("from", "to")),
        ("tapers", ("drugs",)),
        ("reviews", ("for", "taken")),
        ("monitoring", ("for", "taken")),
        ("titrations", ("treatment",)),
    ],
)
def test_every_name_means_something(table: str, columns: tuple[str, ...]) -> None:
    named = {
        name
        for row in load_table(f"schedules/{table}")
        for column in columns
        for name in row.items(column)
    }
    assert named - _known() == set()


@pytest.mark.parametrize("row", LADDERS, ids=lambda row: row.text("treatment"))
def test_every_dose_of_a_ladder_can_be_taken(row) -> None:  # type: ignore[no-untyped-def]
    doses = [float(text) for text in row.items("doses")]
    assert doses == sorted(set(doses))
    if row.text("unit") == "mg":  # given by the session, not taken home
        return
    drug = row.text("treatment").removesuffix("_augmentation")
    forms = takeable(drug, row.text("unit"), doses[-1])
    assert [dose for dose in doses if forms.at_most(dose) != pytest.approx(dose)] == []


@pytest.mark.parametrize("row", LADDERS, ids=lambda row: row.text("treatment"))
def test_a_ladder_reaches_an_adequate_dose_within_the_limits(row) -> None:  # type: ignore[no-untyped-def]
    limits = load_table("doses/doses").row(treatment=row.text("treatment"))
    doses = [float(text) for text in row.items("doses")]
    adequate, maximum = limits.optional_number("adequacy"), limits.optional_number("maximum")
    assert maximum is None or doses[-1] <= maximum
    assert adequate is None or any(adequate <= dose for dose in doses)
    assert row.number("days_older") >= row.number("days")


def test_every_ranked_option_has_steps_or_sessions() -> None:
    courses = {row.text("treatment") for row in load_table("schedules/courses")}
    ladders = {row.text("treatment") for row in LADDERS}
    lacking = set()
    for row in load_table("treatments/treatments"):
        if row.cells["ranked"] != "true" or row.text("id") in courses:
            continue
        keys = {row.text("id"), *row.items("drugs")}
        if not keys & ladders:
            lacking.add(row.text("id"))
    assert lacking == WITHOUT_STEPS


def test_young_people_are_those_of_the_plan() -> None:
    steps = load_table("phases/steps")
    watch = set(steps.row(applies_when="watch").items("flags"))
    young = steps.row(applies_when="early_check_close").number("age_to")
    close = [r for r in load_table("schedules/reviews") if r.optional_text("age_to") is not None]
    assert close
    assert {row.number("age_to") for row in close} == {young}
    assert all(set(row.items("flags")) == watch for row in close)


def test_every_sentence_is_said_and_filled() -> None:
    said: set[str] = set()
    for path in PLAN.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add(node.value)
    kinds = {f"title_{row.text('method')}" for row in load_table("schedules/switches")}
    unused = {r.text("id") for r in load_table("schedules/sentences")} - said - kinds
    assert unused == set()
    for row in load_table("schedules/sentences"):
        assert re.fullmatch(r"[^{}]*(\{[a-z]+\}[^{}]*)*", row.text("text"))
