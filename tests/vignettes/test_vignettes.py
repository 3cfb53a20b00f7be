"""Vignettes: a person in, what the appraisal must and must not say out.

The truth is the clinical sense of whoever reads the YAML files, row by row from the labels and
guidelines that the rule tables cite; no number here is worked out by the program.
"""

from __future__ import annotations

import copy
import datetime as dt
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml

from equipoise.appraise import appraise
from equipoise.appraise.adequacy import appraise_trials
from equipoise.appraise.dosing import dose_limits, gene_advice, gene_phenotypes
from equipoise.appraise.safety import Ground, ground, judge
from equipoise.core.nouns import (
    Appraisal,
    DoseLimit,
    GeneAdvice,
    GenePhenotype,
    OptionVerdict,
    Timeline,
)
from equipoise.core.tables import MISSING, Row, Table, load_table
from equipoise.ingest import read_person

HERE = Path(__file__).parent
MERGED = {"findings": "finding", "labs": "test"}
OF_OPTIONS = {"verdicts", "reasons", "missing"}
OF_DOSES = {"start_dose", "adequate_dose", "highest_dose", "dose_because", "dose_missing"}
OF_ADVICE = {"cpic": "CPIC", "dpwg": "DPWG"}
OF_GENES = {"genes", "genes_reported", "genes_because", *OF_DOSES, *OF_ADVICE}


@dataclass(frozen=True)
class Vignette:
    name: str
    part: str
    today: str
    person: dict[str, Any]
    must: dict[str, Any] = field(default_factory=dict)
    must_not: dict[str, Any] = field(default_factory=dict)


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)


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


def _pair(entry: dict[str, str], base: dict[str, Any], today: str, part: str) -> Vignette:
    person = {**base, "drugs": [{"drug": entry["with"], "start": "2024-11"}]}
    must: dict[str, Any] = {"verdicts": {entry["option"]: entry["verdict"]}}
    if "because" in entry:
        must["reasons"] = {entry["option"]: entry["because"]}
    return Vignette(f"{entry['option']} with {entry['with']} ({part})", part, today, person, must)


def _washout(
    entry: dict[str, str], base: dict[str, Any], today: str, part: str
) -> Iterator[Vignette]:
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
            yield Vignette(name, part, today, person, must)
        else:
            yield Vignette(name, part, today, person, must_not={"reasons": said})


def _given(given: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    """Return the base with what a short entry gives: codes, findings, values, drugs, genes."""
    day = "2025-01-28"
    person: dict[str, Any] = {}
    demographics = {k: given[k] for k in ("sex", "age_years") if k in given}
    if demographics:
        person["demographics"] = {**base["demographics"], **demographics}
        if demographics.get("sex") == "male":
            person["pregnancy"] = {"status": "not_pregnant", "date": day}
    code = {"system": "icd10", "status": given.get("status", "active")}
    person["conditions"] = [{"code": c, **code} for c in given.get("conditions", [])]
    person["findings"] = [
        {"finding": f, "status": "present", "date": day} for f in given.get("findings", [])
    ]
    units = {row.text("id"): row.text("unit") for row in load_table("labs/labs")}
    person["labs"] = [
        {"test": t, **_value(v), "unit": units[t], "date": given.get("measured", day)}
        for t, v in given.get("labs", {}).items()
    ]
    person["drugs"] = [{"drug": d, "start": "2024-11"} for d in given.get("drugs", [])]
    person["implants"] = [{"kind": kind} for kind in given.get("implants", [])]
    genes = given.get("genes", {}).items()
    person["genotypes"] = [
        {"gene": g, ("diplotype" if "*" in told else "phenotype"): told} for g, told in genes
    ]
    allergies = given.get("allergies", {}).items()
    person["allergies"] = [{"drug": drug, "kind": kind} for drug, kind in allergies]
    if "pregnancy" in given:
        person["pregnancy"] = {"status": given["pregnancy"], "date": day}
    if "specifiers" in given:
        person["episode"] = {**base["episode"], "specifiers": given["specifiers"]}
    return _merged(base, {"person": person})


def _value(told: str) -> dict[str, str]:
    """Return a value, with the sign before it where it is a limit."""
    value = told.lstrip("<>")
    return {"value": value} if value == told else {"value": value, "comparator": told[0]}


def _short(given: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in given.items()) or "nothing"


def _rule(entry: dict[str, Any], base: dict[str, Any], today: str, part: str) -> Vignette:
    option, person = entry["option"], _given(entry["given"], base)
    must = {"verdicts": {option: entry["verdict"]}, "reasons": {option: entry["because"]}}
    name = f"{option}, given {_short(entry['given'])}: {entry['because']}"
    return Vignette(name, part, today, person, must)


def _limit(entry: dict[str, Any], base: dict[str, Any], today: str, part: str) -> Vignette:
    drug = entry["drug"]
    must: dict[str, Any] = {}
    for short, claim in (
        ("start", "start_dose"),
        ("adequate", "adequate_dose"),
        ("highest", "highest_dose"),
        ("because", "dose_because"),
        ("missing", "dose_missing"),
    ):
        if short in entry:
            must[claim] = {drug: entry[short]}
    name = f"dose of {drug}, given {_short(entry['given'])}"
    return Vignette(name, part, today, _given(entry["given"], base), must)


@cache
def vignettes() -> tuple[Vignette, ...]:
    head = _read(HERE / "base.yaml")
    base, today = head["person"], head["today"]
    found: list[Vignette] = []
    for path in sorted(HERE.glob("*.yaml")):
        content, part = _read(path), path.stem
        for case in content.get("cases", []):
            must, must_not = case.get("must", {}), case.get("must_not", {})
            person = _merged(base, case)
            name = f"{case['name']} ({part})"
            found.append(Vignette(name, part, today, person, must, must_not))
        found += [_pair(entry, base, today, part) for entry in content.get("pairs", [])]
        for entry in content.get("washouts", []):
            found += _washout(entry, base, today, part)
        found += [_rule(entry, base, today, part) for entry in content.get("rules", [])]
        found += [_limit(entry, base, today, part) for entry in content.get("limits", [])]
    return tuple(found)


@pytest.fixture(scope="module")
def timelines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Timeline]:
    """Every vignette, written as a record and read by the reader of records."""
    folder = tmp_path_factory.mktemp("vignettes")
    read = {}
    for number, vignette in enumerate(vignettes()):
        path = folder / f"{number}.yaml"
        record = {"schema_version": "1.0", "label": str(number), **vignette.person}
        text = yaml.dump(record, Dumper=yaml.CSafeDumper, sort_keys=False)
        path.write_text(text, encoding="utf-8")
        read[vignette.name] = read_person(path, today=vignette.today)
    return read


@dataclass
class Said:
    """The appraisal of a vignette; unless it is `whole`, only what is asked is worked out."""

    timeline: Timeline
    today: str
    whole: bool = True

    @cached_property
    def appraisal(self) -> Appraisal:
        return appraise(self.timeline, today=self.today)

    @cached_property
    def _verdicts(self) -> dict[str, OptionVerdict]:
        return {v.treatment: v for v in self.appraisal.verdicts} if self.whole else {}

    @cached_property
    def _ground(self) -> Ground:
        trials = appraise_trials(self.timeline, today=self.today)
        return ground(self.timeline, trials, today=self.today)

    @cached_property
    def genes(self) -> tuple[GenePhenotype, ...]:
        return self.appraisal.genes if self.whole else gene_phenotypes(self._ground)

    @cached_property
    def limits(self) -> tuple[DoseLimit, ...]:
        return self.appraisal.dose_limits if self.whole else dose_limits(self._ground, self.genes)

    @cached_property
    def advice(self) -> tuple[GeneAdvice, ...]:
        return self.appraisal.gene_advice if self.whole else gene_advice(self._ground)

    def verdict(self, option: str) -> OptionVerdict:
        if option not in self._verdicts:
            self._verdicts[option] = judge(option, self._ground)
        return self._verdicts[option]


def _claims(said: Said, expected: dict[str, Any]) -> Iterable[tuple[str, bool]]:
    """Say of each expectation whether it holds."""
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
    yield from _dose_claims(said, expected)
    if expected.keys() - OF_OPTIONS - OF_GENES:
        yield from _more_claims(said.appraisal, expected)


def _more_claims(appraisal: Appraisal, expected: dict[str, Any]) -> Iterable[tuple[str, bool]]:
    flags = {(f.grade, f.id): f for f in appraisal.red_flags}
    for grade, names in expected.get("red_flags", {}).items():
        for name in names:
            yield f"{grade} {name}", (grade, name) in flags
    for name, words in expected.get("steps", {}).items():
        steps = [s.action for f in appraisal.red_flags if f.id == name for s in f.pathway]
        yield f"{name}: {words}", any(words in step for step in steps)
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
    }
    yield from _told(answers, expected)


def _told(
    answers: dict[str, dict[str, str | None]], expected: dict[str, Any]
) -> Iterable[tuple[str, bool]]:
    for column, told in answers.items():
        for name, wanted in expected.get(column, {}).items():
            yield f"{column} {name} {wanted}, got {told.get(name)}", told.get(name) == wanted


def _dose_claims(said: Said, expected: dict[str, Any]) -> Iterable[tuple[str, bool]]:
    """Say of each expectation about doses and genes whether it holds."""
    if not expected.keys() & OF_GENES:
        return
    answers: dict[str, dict[str, str | None]] = {
        "genes": {one.gene: one.acting or "none" for one in said.genes},
        "genes_reported": {one.gene: one.phenotype or "none" for one in said.genes},
    }
    yield from _told(answers, expected)
    asked = expected.keys() & OF_DOSES
    limits = {one.drug: one for one in said.limits} if asked else {}
    for claim, name in (
        ("start_dose", "start"),
        ("adequate_dose", "adequate"),
        ("highest_dose", "maximum"),
    ):
        for drug, wanted in expected.get(claim, {}).items():
            value = getattr(limits[drug], name)
            got = "none" if value is None else f"{value:g}"
            yield f"{claim} {drug} {wanted}, got {got}", got == wanted
    genes = {one.gene: one.because for one in said.genes}
    for gene, words in expected.get("genes_because", {}).items():
        told = genes.get(gene, ())
        yield f"genes_because {gene}: {words} in {told}", any(words in text for text in told)
    yield from _advice_claims(said, expected)
    for claim, name in (("dose_because", "because"), ("dose_missing", "missing")):
        for drug, words in expected.get(claim, {}).items():
            told = getattr(limits[drug], name)
            yield f"{claim} {drug}: {words} in {told}", any(words in text for text in told)


def _advice_claims(said: Said, expected: dict[str, Any]) -> Iterable[tuple[str, bool]]:
    for claim in expected.keys() & OF_ADVICE.keys():
        for drug, words in expected[claim].items():
            told = [
                f"{', '.join(a.phenotypes)}: {a.action} ({a.strength}) {', '.join(a.because)}"
                for a in said.advice
                if (a.drug, a.guideline) == (drug, OF_ADVICE[claim])
            ]
            yield f"{claim} {drug}: {words} in {told}", any(words in text for text in told)


def _broken(vignette: Vignette, timeline: Timeline, *, whole: bool = True) -> list[str]:
    said = Said(timeline, vignette.today, whole=whole)
    wrong = [claim for claim, holds in _claims(said, vignette.must) if not holds]
    wrong += [f"not {claim}" for claim, holds in _claims(said, vignette.must_not) if holds]
    return wrong


def test_names_are_unique() -> None:
    names = [vignette.name for vignette in vignettes()]
    assert [name for name in names if names.count(name) > 1] == []


@pytest.mark.parametrize("vignette", vignettes(), ids=lambda v: v.name)
def test_vignette(vignette: Vignette, timelines: dict[str, Timeline]) -> None:
    """What needs one option alone is judged alone: the whole appraisal calls the same function."""
    whole = bool({*vignette.must, *vignette.must_not} - OF_OPTIONS)
    assert _broken(vignette, timelines[vignette.name], whole=whole) == []


def _fired(vignette: Vignette, timeline: Timeline) -> set[str]:
    """Return the rules and flags that speak in the options and flags a vignette is about."""
    said = Said(timeline, vignette.today, whole=False)
    options = {*vignette.must.get("verdicts", {}), *vignette.must.get("reasons", {})}
    rules = {reason.rule for option in options for reason in said.verdict(option).reasons}
    flags = "red_flags" in vignette.must or "steps" in vignette.must
    return rules | ({flag.id for flag in said.appraisal.red_flags} if flags else set())


@pytest.fixture(scope="module")
def speakers(timelines: dict[str, Timeline]) -> dict[str, list[Vignette]]:
    """For each rule and flag, the vignettes in which it speaks."""
    found: dict[str, list[Vignette]] = {}
    for vignette in vignettes():
        for rule in _fired(vignette, timelines[vignette.name]):
            found.setdefault(rule, []).append(vignette)
    return found


READERS = ("equipoise.appraise", "equipoise.core.star_alleles")


@contextmanager
def _without(name: str, row: Row) -> Iterator[None]:
    """Let the appraisal read a table without one row."""
    whole = load_table(name)
    rest = Table(name, whole.schema, tuple(r for r in whole.rows if r is not row), whole.header)

    def load(asked: str) -> Table:
        return rest if asked == name else load_table(asked)

    modules = [
        module
        for path, module in sorted(sys.modules.items())
        if path.startswith(READERS) and hasattr(module, "load_table")
    ]
    with pytest.MonkeyPatch.context() as patch:
        for module in modules:
            patch.setattr(module, "load_table", load)
        yield


def _idle(
    name: str, row: Row, candidates: Iterable[Vignette], timelines: dict[str, Timeline]
) -> bool:
    """Return whether every candidate still holds without a row; the likely ones are tried first."""
    text = " | ".join(row.cells.values())
    likely = sorted(candidates, key=lambda v: not _quotes(v, text))
    with _without(name, row):
        return not any(_broken(v, timelines[v.name], whole=False) for v in likely)


def _quotes(vignette: Vignette, text: str) -> bool:
    columns = ("reasons", "missing", "dose_because")
    said = (words for column in columns for words in vignette.must.get(column, {}).values())
    return any(words in text for words in said)


CHUNKS = range(4)
ONLY_SHOWN = "shown"
"""Rows with this verdict are advice that moves nothing; they have tests of their own."""
SPEAKING = [
    ("contraindications/contraindications", "id"),
    ("contraindications/qt_classes", "id"),
    ("interactions/interactions", "id"),
    ("interactions/washouts", "id"),
    ("genes/rules", "id"),
    ("genes/tissue_types", "id"),
    ("red_flags/red_flags", "flag"),
]


@pytest.mark.parametrize("chunk", CHUNKS)
@pytest.mark.parametrize(("table", "speaks_as"), SPEAKING)
def test_every_row_is_needed(
    table: str,
    speaks_as: str,
    chunk: int,
    timelines: dict[str, Timeline],
    speakers: dict[str, list[Vignette]],
) -> None:
    """Without any one row, caution or hard stop, some vignette no longer holds."""
    idle = [
        row.cells.get("id", row.where)
        for row in load_table(table).rows[chunk :: len(CHUNKS)]
        if row.cells.get("verdict") != ONLY_SHOWN
        and _idle(table, row, speakers.get(row.text(speaks_as), []), timelines)
    ]
    assert idle == []


SILENT = [
    ("doses/limits", "limits"),
    ("doses/organs", "limits"),
    ("drugs/kin", "allergies"),
    ("contraindications/qt_factors", "qt"),
    ("genes/conversions", "genes"),
    ("genes/phenotypes", "genes"),
    ("genes/inhibitors", "genes"),
]
"""Tables whose rows have no reason of their own, and the file of vignettes that is about them."""
SAYS_NOTHING = {"weak"}
"""Weak inhibitors stand in the table to say that they change nothing."""


def _concerns(row: Row, vignette: Vignette) -> bool:
    """Return whether a vignette names the gene, or the drug and its kin, that a row is about."""
    told = f"{vignette.person} {vignette.must}"
    return all(
        row.cells[c] in told for c in ("gene", "kin") if row.cells.get(c, MISSING) != MISSING
    )


@pytest.mark.parametrize(("table", "part"), SILENT)
def test_every_silent_row_is_needed(table: str, part: str, timelines: dict[str, Timeline]) -> None:
    every = [vignette for vignette in vignettes() if vignette.part == part]
    idle = []
    for row in load_table(table):
        about = [v for v in every if _concerns(row, v)]
        named = {row.cells.get(column, "") for column in ("treatment", "drug")}
        first = [
            v for v in about if named & {*v.must.get("highest_dose", {}), *str(v.person).split("'")}
        ]
        candidates = [*first, *(v for v in about if v not in first)]
        if row.cells.get("strength") in SAYS_NOTHING:
            continue
        if _idle(table, row, candidates, timelines):
            idle.append(row.cells.get("id", row.where))
    assert idle == []
