"""Invented people whose records are read and whose doses are read as before signing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from equipoise.appraise import appraise
from equipoise.core.nouns import Appraisal, Decision, Schedule
from equipoise.core.tables import load_table
from equipoise.ingest import read_person
from equipoise.plan.case import Case, running_trials, stops_now
from equipoise.plan.schedules import make_schedules

HERE = Path(__file__).parent
BASE = yaml.safe_load((HERE.parents[1] / "vignettes" / "base.yaml").read_text(encoding="utf-8"))
PEOPLE = yaml.safe_load((HERE / "people.yaml").read_text(encoding="utf-8"))["people"]
TODAY = BASE["today"].isoformat()
DAY = "2025-01-28"


def _trial(drug: str, dose: Any, one: dict[str, Any]) -> dict[str, Any]:
    value, unit = dose if isinstance(dose, list) else (dose, "mg/d")
    known = {} if value is None else {"dose": value, "unit": unit}
    since, outcome = str(one.get("since", "2024-08-01")), one.get("outcome", "no_response")
    more = {"start": since, "ongoing": True, "adherence": "good", "outcome": outcome}
    return {"treatment": drug, **known, **more}


def _record(one: dict[str, Any]) -> dict[str, Any]:
    person = dict(BASE["person"])
    if "age" in one:
        person["demographics"] = {**person["demographics"], "age_years": one["age"]}
    units = {row.text("id"): row.text("unit") for row in load_table("labs/labs")}
    labs = {lab["test"]: lab for lab in person["labs"]}
    for test, value in one.get("labs", {}).items():
        labs[test] = {"test": test, "value": value, "unit": units[test], "date": DAY}
    found = {entry["finding"]: entry for entry in person["findings"]}
    for name in one.get("findings", []):
        found[name] = {"finding": name, "status": "present", "date": DAY}
    person["labs"], person["findings"] = list(labs.values()), list(found.values())
    person["drugs"] = [{"drug": drug, "start": "2024-11"} for drug in one.get("drugs", [])]
    person["conditions"] = [
        {"code": code, "system": "icd10", "status": "active"} for code in one.get("conditions", [])
    ]
    person["genotypes"] = [
        {"gene": gene, "diplotype": told} for gene, told in one.get("genes", {}).items()
    ]
    person["treatments"] = [_trial(drug, dose, one) for drug, dose in one.get("taken", {}).items()]
    person["treatments"] += [
        {"treatment": drug, "start": "2024-06", "stop": str(stop), "ongoing": False}
        for drug, stop in one.get("before", {}).items()
    ]
    return {"schema_version": "1.0", "label": "01", "notice": "invented person", **person}


def _plan(one: dict[str, Any], folder: Path, ways: Any) -> tuple[Appraisal, Schedule]:
    path = folder / "person.yaml"
    path.write_text(yaml.safe_dump(_record(one), sort_keys=False), encoding="utf-8")
    timeline = read_person(path, today=TODAY)
    judged = appraise(timeline, today=TODAY)
    verdicts = {verdict.treatment: verdict for verdict in judged.verdicts}
    stops = stops_now(timeline, judged, verdicts)
    running = running_trials(timeline, judged, stops)
    decision = Decision(0, (), (), (), "", (), "defaults", None)
    phase = load_table("phases/phases").rows[0]
    case = Case(timeline, judged, decision, {}, verdicts, running, stops, phase, TODAY)
    found = make_schedules(case, (ways.step(one["option"], review="2025-03-01"),))
    return judged, found[0]


def _drug(option: str) -> str:
    return option.removesuffix("_augmentation")


@pytest.mark.parametrize("one", PEOPLE, ids=lambda one: one["who"].replace(" ", "_"))
def test_what_would_be_signed(one: dict[str, Any], tmp_path: Path, ways: Any) -> None:
    judged, found = _plan(one, tmp_path, ways)
    new = _drug(one["option"])
    steps = [(step.day, step.dose) for step in found.steps if step.drug == new]
    doses = [tuple(pair) for pair in one.get("doses", [])]
    assert steps[: len(doses)] == doses
    dates = [step.date for step in found.steps if step.drug == new]
    assert "begins" not in one or dates[:1] == [str(one["begins"])]
    if "old" in one or "gap" in one:
        (drug,) = one["taken"]
        old = [(step.day, step.dose) for step in found.steps if step.drug == drug]
        assert old == [tuple(pair) for pair in one.get("old", old)]
        assert "gap" not in one or steps[0][0] - (old[-1][0] - 1) == one["gap"]
    assert "says" not in one or any(one["says"] in rule for rule in found.rules)
    assert one.get("withheld", "") in (found.withheld or "")
    assert bool(found.withheld) is ("withheld" in one)
    stopped = {limit.drug: limit.stopped_by for limit in judged.dose_limits}
    assert "stopped" not in one or any(one["stopped"] in why for why in stopped[one["option"]])


def test_there_are_forty_of_them() -> None:
    assert len(PEOPLE) >= 40
