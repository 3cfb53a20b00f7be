"""The rows of blood values say one thing in every table."""

from __future__ import annotations

import math

import pytest

from equipoise.core.tables import Row, load_table

ANALYTES = tuple(load_table("labs/analytes"))
TESTS = {row.text("test") for row in ANALYTES}


def _limits(test: str, columns: tuple[str, ...]) -> set[float]:
    rows = [row for row in load_table("labs/thresholds") if row.text("test") == test]
    found = {row.optional_number(column) for row in rows for column in columns}
    return {limit for limit in found if limit is not None}


CHECKED = [row for row in load_table("checks/checks") if row.cells["lab"] in TESTS]


@pytest.mark.parametrize("row", CHECKED, ids=lambda row: row.text("id"))
def test_the_work_up_and_the_flags_have_the_same_limits(row: Row) -> None:
    """A value that the check calls abnormal is flagged, and at the same number."""
    test = row.text("lab")
    high, low = row.optional_number("lab_above"), row.optional_number("lab_below")
    assert high is None or high in _limits(test, ("above",))
    assert low is None or low in _limits(test, ("below",))
    unit = load_table("labs/thresholds").row(test=test).text("unit")
    assert unit == row.text("lab_unit")


DANGERS = [row for row in load_table("red_flags/red_flags") if row.cells["lab"] in TESTS]


@pytest.mark.parametrize("row", DANGERS, ids=lambda row: f"{row.text('flag')} {row.text('lab')}")
def test_a_red_flag_is_a_limit_too(row: Row) -> None:
    low = row.optional_number("lab_below")
    assert low is not None
    assert low in _limits(row.text("lab"), ("below",))


LIMITED = {row.text("test") for row in load_table("labs/thresholds")}
ALARMS = [
    row
    for row in load_table("red_flags/red_flags")
    if row.cells["lab"] in LIMITED and row.cells["lab_rise"] == "n/a"
]


@pytest.mark.parametrize("row", ALARMS, ids=lambda row: row.text("id"))
def test_a_limit_is_urgent_where_the_red_flag_is_an_emergency(row: Row) -> None:
    sides = {"lab_above": "above", "lab_from": "from", "lab_below": "below"}
    same = [
        limit.cells["urgent"] == "true"
        for limit in load_table("labs/thresholds")
        for flagged, side in sides.items()
        if limit.text("test") == row.text("lab")
        and limit.optional_number(side) is not None
        and limit.optional_number(side) == row.optional_number(flagged)
    ]
    assert same == [row.text("level") == "emergency"]


def test_the_alarms_were_seen() -> None:
    assert {row.text("lab") for row in ALARMS} >= {"sodium", "neutrophils", "qtc", "systolic_bp"}


def test_the_work_up_was_seen() -> None:
    assert {row.text("lab") for row in DANGERS} == {"sodium", "neutrophils"}
    assert {row.text("lab") for row in CHECKED} >= {"tsh", "b12", "ferritin", "sodium", "crp_hs"}


@pytest.mark.parametrize("row", tuple(load_table("labs/thresholds")), ids=lambda r: r.text("id"))
def test_a_limit_has_one_side_and_lies_in_the_range(row: Row) -> None:
    sides = [row.optional_number(column) for column in ("above", "from", "below")]
    (limit,) = [side for side in sides if side is not None]
    lab = load_table("labs/labs").row(id=row.text("test"))
    assert row.text("unit") == lab.text("unit")
    assert lab.number("plausible_minimum") < limit < lab.number("plausible_maximum")
    # The number stands in the words too, so that a change of one is a change of both.
    assert f"{limit:g}" in row.text("flag") or f"{limit:.1f}" in row.text("flag")


@pytest.mark.parametrize("row", ANALYTES, ids=lambda row: row.text("test"))
def test_every_value_has_a_measure_and_a_meaning(row: Row) -> None:
    lab = load_table("labs/labs").row(id=row.text("test"))
    measure = load_table("measures/measures").row(id=row.text("measure"))
    meaning = load_table("labs/meanings").row(measure=row.text("measure"))
    assert row.text("measure").rpartition(".")[2] == row.text("test")
    assert measure.text("unit") == lab.text("unit")
    assert measure.number("minimum") == lab.number("plausible_minimum")
    assert measure.number("maximum") == lab.number("plausible_maximum")
    folder = row.text("measure").partition(".")[0]
    assert (folder == "stool") == (lab.text("specimen") == "stool")
    assert (folder == "genes") == (lab.text("specimen") == "dna")
    if folder != "blood":
        assert (meaning.text("grade"), meaning.text("moves")) == ("D", "false")


def test_only_hs_crp_moves_anything() -> None:
    moving = {row.text("measure") for row in load_table("labs/meanings") if row.flag("moves")}
    assert moving == {"blood.crp_hs"}
    rests = {
        row.text("measure")
        for row in load_table("moderators/moderators")
        if row.cells["measure"] != "n/a"
    }
    assert {name for name in rests if name.startswith("blood.")} == moving


@pytest.mark.parametrize("row", tuple(load_table("labs/precision")), ids=lambda r: r.text("test"))
def test_an_error_rests_on_one_kind_of_source(row: Row) -> None:
    by_spread = [row.optional_number(column) for column in ("sd", "reliability")]
    by_variation = [row.optional_number(column) for column in ("cvi", "cva")]
    assert (None in by_spread) != (None in by_variation)
    if None in by_spread:
        assert row.text("scale") == "ln"
        assert math.isfinite(row.number("cvi"))
        assert row.number("cva") <= max(row.number("cvi"), 7)


def test_conditions_name_what_exists() -> None:
    """A slip in the name of a drug would silence a condition."""
    drugs = {
        name
        for row in load_table("drugs/drugs")
        for name in (row.text("id"), row.text("class"), *row.items("groups"))
    }
    for row in load_table("labs/conditions"):
        assert set(row.items("drugs")) <= drugs
        assert set(row.items("tests")) <= TESTS
        assert row.optional_number("factor") is None or row.text("effect") == "inflate"
        assert row.text("effect") != "inflate" or row.number("factor") > 1
        causes = ("fasting", "time_from", "findings", "conditions", "drugs", "pregnancy", "labs")
        assert any(row.cells[cause] != "n/a" for cause in causes)


@pytest.mark.parametrize("row", tuple(load_table("labs/assays")), ids=lambda row: row.text("id"))
def test_an_assay_is_of_tests_that_exist(row: Row) -> None:
    assert row.items("tests")


def test_what_depends_on_the_assay_has_assays() -> None:
    listed = {test for row in load_table("labs/assays") for test in row.items("tests")}
    assert {row.text("test") for row in ANALYTES if row.flag("by_assay")} <= listed
