"""No critical value stands among those with nothing to note."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from equipoise.apps.labs.check import check_labs
from equipoise.apps.labs.page import page

TODAY = "2026-03-02"
HEAD = 'schema_version: "1.0"\nlabel: "09"\ndemographics: {sex: female, age_years: 41}\nlabs:\n'


def _check(folder: Path, *labs: str) -> dict[str, Any]:
    path = folder / "person.yaml"
    lines = "".join(f"  - {{{lab}}}\n" for lab in labs)
    path.write_text(HEAD + lines, encoding="utf-8")
    return check_labs(path, TODAY)


@pytest.mark.parametrize(
    "lab",
    [
        # Some are measures, some (ECG, ordinary CRP, weight) are none; one is set aside by another.
        "test: potassium, value: 7.2, unit: mmol/L",
        "test: calcium, value: 3.6, unit: mmol/L",
        "test: alt, value: 900, unit: U/L",
        "test: creatinine, value: 8, unit: mg/dL",
        "test: platelets, value: 12, unit: '10*9/L'",
        "test: glucose, value: 1.8, unit: mmol/L",
        "test: crp, value: 300, unit: mg/L",
        "test: crp_hs, value: 300, unit: mg/L",
        "test: bmi, value: 13, unit: kg/m2",
        "test: qtc, value: 520, unit: ms",
        "test: sodium, value: 120, unit: mmol/L",
        "test: lithium_level, value: 1.6, unit: mmol/L",
    ],
)
def test_a_critical_value_stands_at_the_top(tmp_path: Path, lab: str) -> None:
    document = _check(tmp_path, f"{lab}, date: 2026-02-20")
    assert document["labs"][0]["urgent"]
    assert document["urgent"][0]["grade"] in {"emergency", "urgent"}
    shown = page(document)
    assert shown.splitlines()[2] == "URGENT"
    assert document["labs"][0]["title"] in shown.partition("TO NOTE")[0]
    assert "NOTHING TO NOTE" not in shown


def test_toxic_lithium_is_the_first_line_of_all(tmp_path: Path) -> None:
    rest = "test: potassium, value: 7.2, unit: mmol/L, date: 2026-02-20"
    document = _check(
        tmp_path, rest, "test: lithium_level, value: 1.5, unit: meq/L, date: 2026-02-19"
    )
    assert [one["grade"] for one in document["urgent"]][:2] == ["emergency", "urgent"]
    assert "Lithium toxicity" in page(document).splitlines()[3]
    below = _check(tmp_path, "test: lithium_level, value: 1.49, unit: mmol/L, date: 2026-02-19")
    assert [one["grade"] for one in below["urgent"]] == ["watch"]


def test_an_older_critical_value_is_not_urgent(tmp_path: Path) -> None:
    document = _check(
        tmp_path,
        "test: potassium, value: 7.2, unit: mmol/L, date: 2025-02-20",
        "test: potassium, value: 4.2, unit: mmol/L, date: 2026-02-20",
    )
    assert document["urgent"] == []
    assert any("6.5" in flag for entry in document["labs"] for flag in entry["flags"])


def test_a_value_that_is_no_measure_is_asked_about_too(tmp_path: Path) -> None:
    document = _check(tmp_path, "test: crp, value: 1.5, unit: mg/dL, date: 2026-02-20")
    (entry,) = document["labs"]
    assert entry["questions"][0].startswith("is the unit right? 1.5 mg/dL")
    right = _check(
        tmp_path, "test: crp, value: 1.5, unit: mg/dL, date: 2026-02-20, unit_confirmed: true"
    )
    assert right["labs"][0]["questions"] == []
    assert "above 10 mg/L" in right["labs"][0]["flags"][0]


PANEL = (
    "sodium, value: 139, unit: mmol/L",
    "potassium, value: 4.2, unit: mmol/L",
    "calcium, value: 9.4, unit: mg/dL",
    "creatinine, value: 0.8, unit: mg/dL",
    "egfr, value: 88, unit: 'mL/min/{1.73_m2}'",
    "alt, value: 22, unit: U/L",
    "ast, value: 20, unit: U/L",
    "ggt, value: 30, unit: U/L",
    "bilirubin, value: 0.6, unit: mg/dL",
    "albumin, value: 4.2, unit: g/dL",
    "haemoglobin, value: 13.5, unit: g/dL",
    "leucocytes, value: 6.2, unit: '10*3/uL'",
    "platelets, value: 240, unit: '10*3/uL'",
    "tsh, value: 2.1, unit: 'u[IU]/mL'",
    "ft4, value: 1.2, unit: ng/dL",
    "b12, value: 450, unit: pg/mL",
    "vitamin_d, value: 32, unit: ng/mL",
    "ferritin, value: 60, unit: ng/mL",
    "glucose, value: 90, unit: mg/dL",
    "triglycerides, value: 110, unit: mg/dL",
    "ldl, value: 120, unit: mg/dL",
)


def test_an_ordinary_panel_is_short(tmp_path: Path) -> None:
    """Twenty-one values as they should be make no note, and what is missing is asked once."""
    labs = [f"test: {lab}, date: 2026-02-20" for lab in PANEL]
    shown = page(_check(tmp_path, *labs))
    assert "TO NOTE OR TO ASK" not in shown
    assert f"NOTHING TO NOTE ({len(PANEL)})" in shown
    assert shown.count("the assay is not recorded") == 1
    assert "(25-hydroxyvitamin D; Free thyroxine)" in " ".join(shown.split())


@pytest.mark.parametrize(
    ("lab", "part"),
    [
        # What is missing decides here, so the value is no value with nothing to note.
        ("glucose, value: 8.2, unit: mmol/L", "fasting, it would be raised"),
        ("triglycerides, value: 1.9, unit: mmol/L", "fasting, they would be raised"),
        ("haemoglobin, value: 115, unit: g/L", "unless she is pregnant, which is not recorded"),
        ("crp_hs, value: 5, unit: mg/L", "whether there was an infection"),
    ],
)
def test_what_a_missing_fact_decides_is_noted(tmp_path: Path, lab: str, part: str) -> None:
    shown = page(_check(tmp_path, f"test: {lab}, date: 2026-02-20"))
    assert part in " ".join(shown.partition("TO NOTE")[2].split())
    assert "NOTHING TO NOTE" not in shown


def test_what_nothing_here_can_judge_is_not_called_fine(tmp_path: Path) -> None:
    shown = page(_check(tmp_path, "test: bdnf, value: 22, unit: ng/mL, date: 2026-02-20"))
    assert "NO LIMIT AND NO NORM HERE (1)" in shown
    assert "NOTHING TO NOTE" not in shown


def test_large_numbers_are_no_powers_of_ten(tmp_path: Path) -> None:
    shown = page(_check(tmp_path, "test: creatinine, value: 20, unit: mg/dL, date: 2026-02-20"))
    assert "= 1768 umol/L" in shown
    assert "e+" not in shown


def test_each_value_has_its_own_reason_to_be_set_aside(tmp_path: Path) -> None:
    crp = "test: crp_hs, value: {}, unit: mg/L, date: {}"
    values = {
        "2026-02-20": 41,
        "2026-01-20": 3.8,
        "2025-12-01": 14,
        "2025-10-01": 2,
    }
    document = _check(tmp_path, *(crp.format(value, day) for day, value in values.items()))
    told = {entry["date"]: entry for entry in document["labs"]}
    # The newest is of an acute illness: it does not count, and the one before it does.
    assert told["2026-02-20"]["set_aside"].startswith("41 mg/L (2026-02-20)")
    assert told["2026-02-20"]["moves"] == "nothing"
    assert told["2026-01-20"]["set_aside"] is None
    assert told["2026-01-20"]["moves"].startswith("the profile")
    assert told["2025-12-01"]["set_aside"].startswith("14 mg/L (2025-12-01)")
    assert told["2025-10-01"]["set_aside"] == "1 older value: the latest one counts"


def test_a_voided_value_is_set_aside_and_said_once(tmp_path: Path) -> None:
    lab = "test: potassium, value: 5.9, unit: mmol/L, date: 2026-02-20"
    path = tmp_path / "person.yaml"
    path.write_text(
        f"{HEAD}  - {{{lab}}}\n"
        "findings: [{finding: haemolysed_sample, status: present, date: 2026-02-20}]\n",
        encoding="utf-8",
    )
    document = check_labs(path, TODAY)
    assert "haemolysed" in document["labs"][0]["set_aside"]
    assert page(document).count("the sample was haemolysed") == 1
