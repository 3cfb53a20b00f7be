"""`equipoise labs check`: every value with its place, its flags and its question."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from equipoise.apps.cli import main
from equipoise.apps.labs.check import check_labs

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples" / "labs.yaml"
BUNDLE = ROOT / "examples" / "sub-03_fhir.json"
TODAY = "2026-03-02"
KEYS = {
    *("test", "title", "reported", "unit", "value", "inside_unit", "standard_error", "date"),
    *("norm", "z", "centile", "flags", "questions", "meaning", "grade", "moves"),
}
HEAD = """\
schema_version: "1.0"
label: "09"
demographics: {sex: male, age_years: 34}
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(run: Run) -> Run:
    """Return a function that runs the check and returns exit code, stdout, stderr."""
    return lambda *arguments: run("labs", "check", *arguments, "--date", TODAY)


@cache
def _example() -> dict[str, Any]:
    """Return the example as the command has it, made once."""
    return check_labs(EXAMPLE, TODAY)


def _read(person: Path) -> dict[str, Any]:
    return check_labs(person, TODAY)


def _record(folder: Path, *labs: str) -> Path:
    path = folder / "person.yaml"
    lines = "".join(f"  - {{{lab}}}\n" for lab in labs)
    path.write_text(f"{HEAD}labs:\n{lines}", encoding="utf-8")
    return path


def _entry(document: dict[str, Any], test: str, date: str | None = None) -> dict[str, Any]:
    found = [e for e in document["labs"] if e["test"] == test and date in {None, e["date"]}]
    entry: dict[str, Any] = found[0]
    return entry


def _composite(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [one for one in document["composites"] if one["id"] == name]
    composite: dict[str, Any] = found
    return composite


def test_the_command_prints_the_document(run: Run) -> None:
    code, out, err = run(EXAMPLE, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == _example()


def test_every_value_of_the_record_is_told() -> None:
    document = _example()
    assert (document["schema_version"], document["label"]) == ("1.0", "07")
    assert document["date"] == TODAY
    assert len(document["labs"]) == 18
    for entry in document["labs"]:
        assert set(entry) >= KEYS
        assert (entry["norm"] is None) == (entry["z"] is None) == (entry["centile"] is None)
        assert entry["meaning"]


def test_another_unit_is_told_as_reported_and_inside() -> None:
    entry = _entry(_example(), "hba1c")
    assert (entry["reported"], entry["unit"]) == (41, "mmol/mol")
    # The master equation of NGSP and IFCC: 0.09148 * 41 + 2.152 = 5.90 %.
    assert entry["value"] == pytest.approx(5.90, abs=0.005)
    assert entry["inside_unit"] == "%"
    assert any("39 mmol/mol" in flag for flag in entry["flags"])


def test_what_is_urgent_comes_first(run: Run) -> None:
    document = _example()
    assert document["urgent"][0]["id"] == "severe_hyponatraemia"
    assert document["urgent"][0]["grade"] == "emergency"
    assert document["labs"][0]["test"] == "sodium"
    code, out, _ = run(EXAMPLE)
    assert code == 0
    lines = out.splitlines()
    assert lines[2] == "URGENT"
    assert "Sodium below 125 mmol/L" in lines[3]


def test_a_number_that_does_not_fit_its_unit_is_a_question() -> None:
    entry = _entry(_example(), "calcium")
    assert entry["questions"][0].startswith("is the unit right? 2.4 mg/dL")
    assert (entry["norm"], entry["standard_error"], entry["moves"]) == (None, None, "nothing")


def test_an_unknown_assay_and_an_unknown_meal_are_questions() -> None:
    document = _example()
    thyroxine, fats = _entry(document, "ft4"), _entry(document, "triglycerides")
    assert any("assay is not recorded" in asked for asked in thyroxine["questions"])
    assert thyroxine["norm"] is None
    assert any("fasted" in asked for asked in fats["questions"])
    assert fats["norm"] is None
    assert _entry(document, "vitamin_d")["norm"]["id"] == "vitamin_d_any_40_59"


def test_a_bound_has_no_place_and_does_not_count(tmp_path: Path) -> None:
    entry = _entry(_example(), "alt")
    assert (entry["comparator"], entry["norm"]) == ("<", None)
    bound = 'test: crp_hs, value: 0.3, unit: mg/L, date: 2026-02-20, comparator: "<"'
    composite = _composite(_read(_record(tmp_path, bound)), "inflammation")
    assert (composite["mean"], composite["sd"], composite["used"]) == (0.0, 1.0, [])


def test_an_acute_value_is_set_aside(tmp_path: Path) -> None:
    document = _example()
    old = _entry(document, "crp_hs", "2025-12-01")
    assert "does not speak of the lasting state" in old["set_aside"]
    assert old["moves"] == "nothing"
    assert _entry(document, "crp_hs", "2026-02-20")["set_aside"] is None
    acute = _record(tmp_path, "test: crp_hs, value: 48, unit: mg/L, date: 2026-02-20")
    composite = _composite(_read(acute), "inflammation")
    assert (composite["mean"], composite["sd"], composite["used"]) == (0.0, 1.0, [])
    assert [one["test"] for one in composite["aside"]] == ["blood.crp_hs"]


def test_the_interval_holds_80_percent_of_the_posterior() -> None:
    document = _example()
    for composite in document["composites"]:
        low, high = composite["ci80"]
        middle, sd = composite["mean"], composite["sd"]
        share = math.erf((high - middle) / sd / math.sqrt(2))
        assert share == pytest.approx(0.8, abs=1e-4)
        assert low + high == pytest.approx(2 * middle, abs=1e-4)
    metabolic = _composite(document, "metabolic")
    # Triglycerides of an unknown meal have no place, so they do not count.
    assert metabolic["used"] == ["blood.glucose", "blood.hba1c", "blood.hdl"]
    inflammation = _composite(document, "inflammation")
    told = {one["test"]: one["reason"] for one in inflammation["aside"]}
    assert "kits differ" in told["il6"]
    assert "counted twice" in told["neutrophils"]


def test_what_is_usual_and_not_there() -> None:
    items = {one["item"]: one["tests"] for one in _example()["not_measured"]}
    assert items["vitamin_b12"] == ["b12"]
    assert items["folate"] == ["folate"]
    assert not {"sodium", "thyroid", "iron", "vitamin_d"} & set(items)


def test_a_bundle_is_read_as_plan_reads_it() -> None:
    document = _read(BUNDLE)
    assert document["label"] == "03"
    assert _entry(document, "crp_hs")["norm"] is not None


@pytest.mark.parametrize(
    ("lab", "part"),
    [
        ("test: sodium, value: 1400, unit: mmol/L, date: 2026-02-20", "not possible"),
        ("test: sodium, value: 140, unit: kg, date: 2026-02-20", "unit"),
        ("test: sodiun, value: 140, unit: mmol/L, date: 2026-02-20", "sodiun"),
        ("test: sodium, value: 140, unit: mmol/L, date: 2027-02-20", "2027-02-20"),
        ("test: sodium, value: high, unit: mmol/L, date: 2026-02-20", "high"),
    ],
)
def test_bad_values_are_refused_in_one_line(run: Run, tmp_path: Path, lab: str, part: str) -> None:
    code, out, err = run(_record(tmp_path, lab))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert part in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["person.yaml"]


@pytest.mark.parametrize("labs", ["", "labs: []\n", "labs: unknown\n"])
def test_a_record_without_values_says_so(run: Run, tmp_path: Path, labs: str) -> None:
    path = tmp_path / "person.yaml"
    path.write_text(HEAD + labs, encoding="utf-8")
    code, out, err = run(path)
    assert (code, err) == (0, "")
    assert "There is no laboratory value in this record." in out
    assert "take TSH" in out
    document = _read(path)
    assert document["labs"] == []
    assert not any(one["used"] for one in document["composites"])


def test_a_file_that_is_not_there(run: Run, tmp_path: Path) -> None:
    code, out, err = run(tmp_path / "nobody.yaml")
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_a_toxic_level_comes_first_and_curves_stand_apart(tmp_path: Path) -> None:
    path = _record(
        tmp_path,
        "test: tsh, value: 12, unit: 'm[IU]/L', date: 2026-02-28",
        "test: lithium_level, value: 1.6, unit: mmol/L, date: 2026-02-20",
        "test: cortisol_dst, value: 90, unit: nmol/L, date: 2026-02-21, time: '08:00'",
    )
    told = path.read_text(encoding="utf-8") + "treatments: []\ndrugs: []\n"
    path.write_text(told, encoding="utf-8")
    document = _read(path)
    assert [flag["grade"] for flag in document["urgent"]][:1] == ["emergency"]
    assert (document["labs"][0]["test"], document["labs"][0]["urgent"]) == ("lithium_level", True)
    curves = {entry["measure"]: entry for entry in document["further"]}
    assert curves["blood.cortisol_suppression.cushing"]["value"] == 90
    # A sample of the morning is not read by the criterion of another hour.
    other = curves["blood.cortisol_suppression.historical"]
    assert (other["value"], other["moves"]) == (None, "nothing")
    assert "taken at 08:00" in other["not_measured"]


@pytest.mark.parametrize(
    ("extra", "counts"),
    [
        ("findings: [{finding: acute_infection, status: absent, date: 2026-02-20}]", True),
        ("findings: [{finding: acute_infection, status: present, date: 2026-02-15}]", False),
    ],
)
def test_a_value_that_its_circumstances_void_does_not_count(
    tmp_path: Path, extra: str, counts: bool
) -> None:
    path = _record(tmp_path, "test: crp_hs, value: 6.2, unit: mg/L, date: 2026-02-20")
    path.write_text(path.read_text(encoding="utf-8") + extra + "\n", encoding="utf-8")
    document = _read(path)
    composite = _composite(document, "inflammation")
    assert (composite["used"] == ["blood.crp_hs"]) == counts
    assert (composite["sd"] < 1.0) == counts
    assert (_entry(document, "crp_hs")["moves"] == "nothing") != counts
    if not counts:
        assert "infection" in composite["aside"][0]["reason"]


def test_leucocytes_of_the_sample_widen_nothing_and_are_named(tmp_path: Path) -> None:
    crp = "test: crp_hs, value: 6.2, unit: mg/L, date: 2026-02-20"
    cells = "test: leucocytes, value: 9.8, unit: '10*9/L', date: 2026-02-20"
    alone = _composite(_read(_record(tmp_path, crp)), "inflammation")
    both = _composite(_read(_record(tmp_path, crp, cells)), "inflammation")
    assert both["used"] == ["blood.crp_hs", "blood.leucocytes"]
    assert both["sd"] < alone["sd"]
    turned = _composite(_read(_record(tmp_path, cells, crp)), "inflammation")
    assert turned == both


def test_a_norm_of_the_site_that_is_none_is_refused(run: Run, tmp_path: Path) -> None:
    other = tmp_path / "norm.json"
    other.write_text("{}", encoding="utf-8")
    code, out, err = run(EXAMPLE, "--norms", other)
    assert (code, out, err.count("\n")) == (2, "", 1)


def _person(folder: Path, known: str, *labs: str) -> Path:
    path = folder / "person.yaml"
    lines = "".join(f"  - {{{lab}}}\n" for lab in labs)
    path.write_text(f"{HEAD}{known}labs:\n{lines}", encoding="utf-8")
    return path


UNTREATED = "treatments: []\ndrugs: []\n"
ON_LITHIUM = "treatments:\n  - {treatment: lithium, start: 2025-01-01, ongoing: true}\ndrugs: []\n"
SCREEN = 'test: cortisol_dst, value: 69, unit: nmol/L, date: 2026-02-20, time: "08:30"'


def _headings(out: str) -> dict[str, str]:
    """Return the text of each part of the page."""
    parts = [part.partition("\n") for part in out.split("\n\n")]
    return {head.partition(" (")[0]: body for head, _, body in parts}


def test_a_positive_screen_for_cushing_is_never_nothing_to_note(tmp_path: Path, run: Run) -> None:
    _, out, _ = run(_person(tmp_path, UNTREATED, SCREEN))
    parts = _headings(out)
    assert parts["TO NOTE OR TO ASK"].startswith("  Cortisol at 08:00 to 09:00 after 1 mg")
    assert "screen for Cushing's syndrome is positive" in parts["TO NOTE OR TO ASK"]
    assert "NOTHING TO NOTE" not in parts


def test_a_positive_screen_that_may_be_void_is_asked_about_first(tmp_path: Path) -> None:
    document = _read(_person(tmp_path, "", SCREEN))
    first = document["further"][0]
    assert first["attention"] == "act"
    assert (
        "not recorded: the treatments of the depression, the other drugs" in first["not_measured"]
    )
    assert "if nothing voids it: not suppressed" in first["not_measured"]


def test_a_screen_that_a_drug_voids_asks_for_no_endocrinologist(tmp_path: Path) -> None:
    known = "treatments: []\ndrugs: [{drug: carbamazepine, start: 2025-01-01}]\n"
    document = _read(_person(tmp_path, known, SCREEN))
    first = document["further"][0]
    assert first["attention"] == "note"
    assert first["not_measured"].startswith("voided by Carbamazepine")


def test_samples_of_saliva_are_not_listed_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    timed = ROOT / "examples" / "timed-labs.yaml"
    saliva = [
        entry
        for entry in check_labs(timed, "2025-01-15")["labs"]
        if entry["test"] == "cortisol_saliva"
    ]
    assert len(saliva) == 7
    assert all("blood.cortisol_day.slope" in entry["told_by"] for entry in saliva)
    with pytest.raises(SystemExit):
        main(["labs", "check", str(timed), "--date", "2025-01-15"])
    out = capsys.readouterr().out
    assert "NOTHING TO NOTE" not in out
    assert out.count("Cortisol in saliva") == 1
    assert "10, 14, 18, 16, 13, 5, 2 nmol/L" in out


def test_a_high_part_of_a_sum_is_told_before_an_ordinary_value(tmp_path: Path, run: Run) -> None:
    part = "test: amitriptyline_parent_level, value: 400, unit: ng/mL, date: 2026-02-01"
    low = "test: vitamin_d, value: 12, unit: ng/mL, date: 2026-02-20"
    _, out, _ = run(_person(tmp_path, UNTREATED, low, part))
    noted = _headings(out)["TO NOTE OR TO ASK"]
    assert noted.index("alert level of 300") < noted.index("below 20 ng/mL")


@pytest.mark.parametrize(
    ("level", "attention"), [(1.5, "urgent"), (1.2, "act"), (0.9, "outside"), (0.7, "note")]
)
def test_a_level_stands_by_how_much_it_asks_for(
    tmp_path: Path, run: Run, level: float, attention: str
) -> None:
    lithium = f"test: lithium_level, value: {level}, unit: mmol/L, date: 2026-02-19"
    low = "test: vitamin_d, value: 12, unit: ng/mL, date: 2026-02-20"
    person = _person(tmp_path, ON_LITHIUM, low, f"{lithium}, hours_since_dose: 12")
    document = _read(person)
    assert _entry(document, "lithium_level")["attention"] == attention
    emergencies = [flag["id"] for flag in document["urgent"] if flag["grade"] == "emergency"]
    assert emergencies == (["lithium_toxicity"] if attention == "urgent" else [])
    assert (document["labs"][0]["test"] == "lithium_level") == (attention != "note")
    _, out, _ = run(person)
    if attention == "urgent":
        assert out.splitlines()[2] == "URGENT"
        assert out.splitlines()[3].startswith("  EMERGENCY: Lithium toxicity [Lithium level 1.5")


def test_a_toxic_level_that_a_newer_one_replaced_is_no_emergency(tmp_path: Path) -> None:
    old = "test: lithium_level, value: 1.6, unit: mmol/L, date: 2025-03-01"
    now = "test: lithium_level, value: 0.7, unit: mmol/L, date: 2026-02-20, hours_since_dose: 12"
    document = _read(_person(tmp_path, ON_LITHIUM, old, now))
    assert document["urgent"] == []
    entry = _entry(document, "lithium_level", "2025-03-01")
    assert (entry["urgent"], entry["attention"]) == (False, "note")
    assert entry["flags"][-1] == "an earlier value: the newest is of 2026-02-20"
    # Alone and a year old, it asks for an answer and is no emergency of today.
    alone = _read(_person(tmp_path, ON_LITHIUM, old))
    assert _entry(alone, "lithium_level")["attention"] == "act"


def test_a_count_of_neutrophils_that_stops_a_drug_is_urgent(tmp_path: Path) -> None:
    low = 'test: neutrophils, value: 0.4, unit: "10*9/L", date: 2026-02-20'
    assert _entry(_read(_record(tmp_path, low)), "neutrophils")["urgent"]


@pytest.mark.parametrize(("value", "noted"), [(15, True), (10, False)])
def test_a_value_beyond_nearly_everybody_is_never_nothing_to_note(
    value: float, noted: bool, tmp_path: Path
) -> None:
    """Free thyroxine by this assay lies lower than the limits of others allow for."""
    lab = f"test: ft4, value: {value}, unit: pmol/L, date: 2026-02-20"
    (entry,) = _read(_record(tmp_path, f"{lab}, assay: chemiluminescence_access"))["labs"]
    assert any("nearly all people" in flag for flag in entry["flags"]) == noted


def test_the_two_dexamethasone_tests_of_one_day_are_never_mixed(tmp_path: Path, run: Run) -> None:
    low = 'test: cortisol_dst, value: 30, unit: nmol/L, date: 2026-02-20, time: "08:30"'
    high = 'test: cortisol_dst, value: 150, unit: nmol/L, date: 2026-02-20, time: "16:00"'
    _, out, _ = run(_person(tmp_path, UNTREATED, low, high))
    worked_out = _headings(out)["WORKED OUT OF SEVERAL VALUES"]
    screen, _, historical = worked_out.partition("  Cortisol at 16:00 or 23:00")
    assert "speaks against Cushing's syndrome" in screen
    assert "1981" not in screen
    assert "this is not a diagnostic test" in " ".join(historical.split())
    assert "Cushing" not in historical


def test_a_normal_second_night_does_not_hide_a_positive_first(tmp_path: Path) -> None:
    nights = [
        f'test: cortisol_saliva, value: {value}, unit: nmol/L, date: {date}, time: "23:20"'
        for value, date in ((6, "2026-02-20"), (2, "2026-02-22"))
    ]
    first = _read(_person(tmp_path, UNTREATED, *nights))["further"][0]
    assert (first["date"], first["attention"]) == ("2026-02-20", "outside")
    assert first["flags"][-1] == "an earlier value: the newest is of 2026-02-22"
