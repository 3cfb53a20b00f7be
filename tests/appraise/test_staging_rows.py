"""Without any one row of the staging tables, some vignette of `staging.yaml` no longer holds."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from equipoise.appraise.adequacy import appraise_trials
from equipoise.appraise.diagnosis import check_diagnosis
from equipoise.appraise.stage import stage_of
from equipoise.appraise.staging import check_resistance, imaging_workup, staging
from equipoise.core.errors import TableError
from equipoise.core.nouns import CheckItem, Timeline
from equipoise.core.tables import load_table, use_site
from equipoise.ingest import read_person

VIGNETTES = Path(__file__).parents[1] / "vignettes"
MERGED = {"findings": "finding", "labs": "test"}
TABLES = ("systems", "points", "thresholds", "thase_rush", "pseudo_resistance", "workup")


@dataclass(frozen=True)
class Known:
    """A vignette that was read, with what it claims."""

    timeline: Timeline
    today: str
    checks: tuple[CheckItem, ...]
    must: dict[str, dict[str, str]]

    def holds(self) -> bool:
        """Return whether every claim of the vignette on staging holds by the tables in force."""
        trials = appraise_trials(self.timeline, today=self.today)
        stage = stage_of(self.timeline, trials)
        staged = staging(self.timeline, trials, today=self.today)
        likeness = check_resistance(self.timeline, trials, checks=self.checks)
        scans = imaging_workup(self.timeline, stage, today=self.today)
        told: dict[str, dict[str, str]] = {
            "staging": {one.id: one.value for one in staged},
            "staging_at_most": {one.id: one.at_most for one in staged},
            "pseudo_resistance": {one.id: one.status for one in likeness},
            "imaging": {one.id: one.advice for one in scans},
        }
        return all(
            told[column].get(name) == wanted
            for column, claims in self.must.items()
            if column in told
            for name, wanted in claims.items()
        )


def _merged(base: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    person: dict[str, Any] = copy.deepcopy(base)
    for key, value in case.get("person", {}).items():
        name = MERGED.get(key)
        if name is None:
            person[key] = value
            continue
        new = {entry[name] for entry in value}
        person[key] = [e for e in person[key] if e[name] not in new] + value
    return {key: value for key, value in person.items() if key not in case.get("not_asked", [])}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[Known, ...]:
    folder = tmp_path_factory.mktemp("staging")
    load: Callable[[str], Any] = partial(yaml.load, Loader=yaml.BaseLoader)
    head = load((VIGNETTES / "base.yaml").read_text(encoding="utf-8"))
    cases = load((VIGNETTES / "staging.yaml").read_text(encoding="utf-8"))["cases"]
    found = []
    for number, case in enumerate(cases):
        record = {"schema_version": "1.0", "label": str(number), **_merged(head["person"], case)}
        path = folder / f"{number}.yaml"
        path.write_text(yaml.safe_dump(record, sort_keys=False), encoding="utf-8")
        timeline = read_person(path, today=head["today"])
        found.append(Known(timeline, head["today"], check_diagnosis(timeline), case["must"]))
    return tuple(found)


def _without(table: str, line: int, folder: Path) -> None:
    """Write a table without one row below `folder`."""
    loaded = load_table(table)
    rows = [row for number, row in enumerate(loaded.rows) if number != line]
    lines = [loaded.header, *([row.cells[c] for c in loaded.header] for row in rows)]
    path = folder / f"{table}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")


def _broken(known: tuple[Known, ...]) -> bool:
    try:
        return any(not one.holds() for one in known)
    except (TableError, KeyError, IndexError):
        return True  # the program cannot do without the row


def test_every_vignette_holds(known: tuple[Known, ...]) -> None:
    assert not _broken(known)


@pytest.mark.parametrize("name", TABLES)
def test_every_row_is_needed(name: str, tmp_path: Path, known: tuple[Known, ...]) -> None:
    idle = []
    table = f"staging/{name}"
    for number, row in enumerate(load_table(table).rows):
        _without(table, number, tmp_path)
        try:
            use_site(tmp_path)
            broken = _broken(known)
        except TableError:
            broken = True  # another table points at the row
        finally:
            use_site(None)
        if not broken:
            idle.append(row.where)
    assert idle == []
