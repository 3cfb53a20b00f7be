"""Vignettes: a person in, what the appraisal must and must not say out.

The truth is the clinical sense of whoever reads the YAML files, row by row from the labels and
guidelines that the rule tables cite; no number here is worked out by the program.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from equipoise.appraise import appraise, option_verdict
from equipoise.core.nouns import Appraisal, OptionVerdict, Timeline
from equipoise.core.tables import load_table, use_site
from equipoise.ingest import read_person

HERE = Path(__file__).parent
MERGED = {"findings": "finding", "labs": "test"}


@dataclass(frozen=True)
class Vignette:
    name: str
    today: str
    person: dict[str, Any]
    must: dict[str, Any] = field(default_factory=dict)
    must_not: dict[str, Any] = field(default_factory=dict)


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def _merged(base: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    """Lay the keys of a case over the base; findings and labs are replaced by name."""
    person: dict[str, Any] = copy.deepcopy(base)
    for key, value in case.get("person", {}).items():
        name = MERGED.get(key)
        if name is None or not isinstance(value, list):
            person[key] = value
            continue
        new = {entry[name] for entry in value}
        person[key] = [e for e in person[key] if e[name] not in new] + value
    for key in case.get("not_asked", []):
        section, _, item = key.partition(".")
        if item:
            person[section] = [e for e in person[section] if e[MERGED[section]] != item]
        else:
            del person[section]
    return person


def _pair(entry: dict[str, str], base: dict[str, Any], today: str) -> Vignette:
    person = {**base, "drugs": [{"drug": entry["with"], "start": "2024-11"}]}
    must: dict[str, Any] = {"verdicts": {entry["option"]: entry["verdict"]}}
    if "because" in entry:
        must["reasons"] = {entry["option"]: entry["because"]}
    return Vignette(f"{entry['option']} with {entry['with']}", today, person, must)


def _washout(entry: dict[str, str], base: dict[str, Any], today: str) -> Iterator[Vignette]:
    """One day too early is a hard stop, the day itself is not."""
    title = load_table("drugs/drugs").row(id=entry["after"]).text("title")
    option, said = entry["option"], {entry["option"]: f"Washout after {title}"}
    for days, early in ((int(entry["days"]) - 1, True), (int(entry["days"]), False)):
        stop = dt.date.fromisoformat(today) - dt.timedelta(days=days)
        drug = {"drug": entry["after"], "start": "2024-06", "stop": stop.isoformat()}
        person = {**base, "drugs": [drug]}
        name = f"{option} {days} days after {entry['after']}"
        if early:
            must = {"verdicts": {option: "hard_stop"}, "reasons": said}
            yield Vignette(name, today, person, must)
        else:
            yield Vignette(name, today, person, must_not={"reasons": said})


@cache
def vignettes() -> tuple[Vignette, ...]:
    head = _read(HERE / "base.yaml")
    base, today = head["person"], head["today"]
    found: list[Vignette] = []
    for path in sorted(HERE.glob("*.yaml")):
        content = _read(path)
        for case in content.get("cases", []):
            must, must_not = case.get("must", {}), case.get("must_not", {})
            found.append(Vignette(case["name"], today, _merged(base, case), must, must_not))
        found += [_pair(entry, base, today) for entry in content.get("pairs", [])]
        for entry in content.get("washouts", []):
            found += _washout(entry, base, today)
    return tuple(found)


@pytest.fixture(scope="module")
def timelines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Timeline]:
    """Every vignette, written as a record and read by the reader of records."""
    folder = tmp_path_factory.mktemp("vignettes")
    read = {}
    for number, vignette in enumerate(vignettes()):
        path = folder / f"{number}.yaml"
        record = {"schema_version": "1.0", "label": str(number), **vignette.person}
        path.write_text(yaml.safe_dump(record, sort_keys=False), encoding="utf-8")
        read[vignette.name] = read_person(path, today=vignette.today)
    return read


@dataclass(frozen=True)
class Said:
    """The appraisal of a vignette, and verdicts on drugs that are not offered."""

    timeline: Timeline
    today: str
    appraisal: Appraisal

    def verdict(self, option: str) -> OptionVerdict:
        for verdict in self.appraisal.verdicts:
            if verdict.treatment == option:
                return verdict
        return option_verdict(self.timeline, option, today=self.today)


def _claims(said: Said, expected: dict[str, Any]) -> Iterable[tuple[str, bool]]:
    """Say of each expectation whether it holds."""
    flags = {(f.grade, f.id): f for f in said.appraisal.red_flags}
    for grade, names in expected.get("red_flags", {}).items():
        for name in names:
            yield f"{grade} {name}", (grade, name) in flags
    for name, words in expected.get("steps", {}).items():
        steps = [s.action for f in said.appraisal.red_flags if f.id == name for s in f.pathway]
        yield f"{name}: {words}", any(words in step for step in steps)
    for option, wanted in expected.get("verdicts", {}).items():
        got = said.verdict(option).verdict
        yield f"{option} {wanted}, got {got}", got == wanted
    for column in ("reasons", "missing"):
        for option, words in expected.get(column, {}).items():
            reasons = said.verdict(option).reasons
            texts = [
                f"{r.text} | {r.action}" if column == "reasons" else r.missing for r in reasons
            ]
            yield f"{option}: {words} in {texts}", any(words in (text or "") for text in texts)
    yield from _more_claims(said.appraisal, expected)


def _more_claims(appraisal: Appraisal, expected: dict[str, Any]) -> Iterable[tuple[str, bool]]:
    taken = {v.treatment: " | ".join(r.text for r in v.reasons) for v in appraisal.current}
    for drug, words in expected.get("current", {}).items():
        yield f"current {drug}: {words} in {taken.get(drug)}", words in taken.get(drug, "")
    for name, wanted in expected.get("stage", {}).items():
        got = getattr(appraisal.stage, name)
        yield f"stage {name} {wanted}, got {got}", str(got).lower() == wanted
    for number, wishes in enumerate(expected.get("trials", [])):
        for name, wanted in wishes.items():
            got = getattr(appraisal.trials[number], name)
            yield f"trial {number + 1} {name} {wanted}, got {got}", got == wanted
    items = {item.id: item.status for item in appraisal.diagnosis_check}
    for name, wanted in expected.get("checks", {}).items():
        yield f"check {name} {wanted}, got {items.get(name)}", items.get(name) == wanted
    yield from _clinic_claims(appraisal, expected)


def _clinic_claims(appraisal: Appraisal, expected: dict[str, Any]) -> Iterable[tuple[str, bool]]:
    criteria = appraisal.episode_criteria
    answers: dict[str, dict[str, str | None]] = {
        "criteria": {"episode": criteria.status if criteria else "not_asked"},
        "specifiers": {one.id: one.status for one in appraisal.specifiers},
        "staging": {one.id: one.value for one in appraisal.staging},
        "staging_at_most": {one.id: one.at_most for one in appraisal.staging},
        "pseudo_resistance": {one.id: one.status for one in appraisal.pseudo_resistance},
        "imaging": {one.id: one.advice for one in appraisal.imaging_workup},
        "genes": {one.gene: one.acting for one in appraisal.genes},
        "highest_dose": {
            one.drug: "none" if one.maximum is None else f"{one.maximum:g}"
            for one in appraisal.dose_limits
        },
    }
    for column, told in answers.items():
        for name, wanted in expected.get(column, {}).items():
            yield f"{column} {name} {wanted}, got {told.get(name)}", told.get(name) == wanted


def _broken(vignette: Vignette, timeline: Timeline) -> list[str]:
    said = Said(timeline, vignette.today, appraise(timeline, today=vignette.today))
    wrong = [claim for claim, holds in _claims(said, vignette.must) if not holds]
    wrong += [f"not {claim}" for claim, holds in _claims(said, vignette.must_not) if holds]
    return wrong


def test_names_are_unique() -> None:
    names = [vignette.name for vignette in vignettes()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("vignette", vignettes(), ids=lambda v: v.name)
def test_vignette(vignette: Vignette, timelines: dict[str, Timeline]) -> None:
    assert _broken(vignette, timelines[vignette.name]) == []


def _fired(appraisal: Appraisal, vignette: Vignette, timeline: Timeline) -> set[str]:
    """Return the rules and flags that speak in the options and flags a vignette is about."""
    said = Said(timeline, vignette.today, appraisal)
    options = {*vignette.must.get("verdicts", {}), *vignette.must.get("reasons", {})}
    rules = {reason.rule for option in options for reason in said.verdict(option).reasons}
    return rules | {flag.id for flag in appraisal.red_flags}


@pytest.fixture(scope="module")
def speakers(timelines: dict[str, Timeline]) -> dict[str, list[Vignette]]:
    """For each rule and flag, the vignettes in which it speaks."""
    found: dict[str, list[Vignette]] = {}
    for vignette in vignettes():
        timeline = timelines[vignette.name]
        appraisal = appraise(timeline, today=vignette.today)
        for rule in _fired(appraisal, vignette, timeline):
            found.setdefault(rule, []).append(vignette)
    return found


def _without(table: str, row_id: str, folder: Path) -> None:
    """Write `table` without one row below `folder`."""
    rows = load_table(table).rows
    header = list(rows[0].cells)
    lines = [header, *([r.cells[c] for c in header] for r in rows if r.cells["id"] != row_id)]
    path = folder / f"{table}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "speaks_as"),
    [
        ("contraindications/contraindications", "id"),
        ("interactions/interactions", "id"),
        ("interactions/washouts", "id"),
        ("red_flags/red_flags", "flag"),
    ],
)
def test_every_row_is_needed(
    table: str,
    speaks_as: str,
    tmp_path: Path,
    timelines: dict[str, Timeline],
    speakers: dict[str, list[Vignette]],
) -> None:
    """Without any one hard-stop or red-flag row, some vignette no longer holds."""
    idle = []
    for row in load_table(table):
        if row.cells.get("verdict", "hard_stop") != "hard_stop":
            continue
        _without(table, row.text("id"), tmp_path)
        try:
            use_site(tmp_path)
            candidates = speakers.get(row.text(speaks_as), [])
            if not any(_broken(v, timelines[v.name]) for v in candidates):
                idle.append(row.text("id"))
        finally:
            use_site(None)
    assert idle == []
