"""`equipoise decide sensitivity`: one number at a time, the same answer as a site's own tables."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from equipoise import ingest, pipeline
from equipoise.apps.decide import ranges, sensitivity
from equipoise.core import tables
from equipoise.core.tables import load_table, tables_digest, use_site

ROOT = Path(__file__).parents[3]
PERSON = ROOT / "examples" / "person.yaml"
SHIPPED = Path(tables.__file__).parents[1] / "tables"
DAY = "2026-03-10"
Run = Callable[..., tuple[int, str, str]]


def _some(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    chosen = tuple(one for one in ranges.changes() if one.name in names)
    assert chosen
    monkeypatch.setattr(sensitivity, "changes", lambda: chosen)


def _cells(name: str) -> list[dict[str, str]]:
    with (SHIPPED / f"{name}.tsv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_every_setting_of_the_decision_goes_to_both_ends() -> None:
    stages = ("norms_", "profile_", "moderator_", "predict_", "evidence_", "appraise_")
    expected = {
        (row["id"], row[column])
        for row in _cells("hyperparameters/hyperparameters")
        for column in ("minimum", "maximum")
        if row["id"].startswith(stages) and row["maximum"] != "n/a" and row["minimum"] != "n/a"
        if row[column] != row["value"]
    }
    name = "hyperparameters/hyperparameters"
    assert {(one.name, one.after) for one in ranges.changes() if one.table == name} == expected
    assert len(expected) > 50


def test_loadings_go_to_none_and_to_twice_as_much_together() -> None:
    moved = [one for one in ranges.changes() if one.name == "loading_without_data"]
    assert [one.after for one in moved] == ["0", "0.6"]
    assert [len(one.cells) for one in moved] == [
        sum(abs(float(row["loading"])) == 0.3 for row in _cells("mechanisms/loadings"))
    ] * 2
    # HDL loads the other way round and keeps its sign.
    assert {text for _, text in moved[1].cells} == {"0.6", "-0.6"}


def test_a_chance_moves_on_the_logit_scale() -> None:
    low = next(o for o in ranges.changes() if (o.name, o.end) == ("stage 2", "low"))
    # By hand: 0.168 has odds 0.20192; times exp(-0.3) = 0.14959, a chance of 0.1301.
    assert (low.before, low.after) == ("0.168", "0.1301")


def test_a_run_equals_that_of_a_site_with_the_number(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _some(monkeypatch, "evidence_between_study_sd")
    code, out, _ = run("decide", "sensitivity", PERSON, "--date", DAY, "--json")
    assert code == 0
    document = json.loads(out)
    assert [row["after"] for row in document["rows"]] == ["0.1", "0.3"]
    row = document["rows"][1]

    path = tmp_path / "hyperparameters" / "hyperparameters.tsv"
    path.parent.mkdir()
    text = (SHIPPED / "hyperparameters" / "hyperparameters.tsv").read_text(encoding="utf-8")
    old = "evidence_between_study_sd\t0.15\t"
    assert text.count(old) == 1
    path.write_text(text.replace(old, "evidence_between_study_sd\t0.3\t"), encoding="utf-8")
    _, plain, _ = run("plan", PERSON, "--date", DAY, "--decide", "--json")
    _, changed, _ = run("plan", PERSON, "--date", DAY, "--decide", "--json", "--site", tmp_path)
    use_site(None)
    before, after = (_told(json.loads(one)) for one in (plain, changed))
    assert row["joined_tie_group"] == sorted(after[0] - before[0])
    assert row["left_tie_group"] == sorted(before[0] - after[0])
    most = row["largest_change"]
    difference = (
        after[1][most["layer"]][most["treatment"]][most["outcome"]]["mean"]
        - before[1][most["layer"]][most["treatment"]][most["outcome"]]["mean"]
    )
    # Both chances are printed to four decimals.
    assert most["difference"] == pytest.approx(difference, abs=1.1e-4)


def _told(plan: dict[str, Any]) -> tuple[set[str], dict[str, dict[str, Any]]]:
    layers = {"established": plan["predictions"], "exploratory": plan["exploratory"]["predictions"]}
    tied = {one["treatment"] for one in plan["predictions"] if one["tied"]}
    return tied, {name: {one["treatment"]: one for one in rows} for name, rows in layers.items()}


def test_the_tables_before_are_in_force_again(monkeypatch: pytest.MonkeyPatch) -> None:
    _some(monkeypatch, "predict_option_sd")
    timeline = ingest.read_person(PERSON, today=DAY)
    before = tables_digest()
    settings = pipeline.RunSettings(DAY, 1)
    assert sensitivity.sensitivity(timeline, settings)["runs"] == 2
    assert tables_digest() == before
    decided = sensitivity._decide(timeline, settings)

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(sensitivity, "_decide", lambda *_: decided)
    monkeypatch.setattr(sensitivity, "write_changed", fail)
    with pytest.raises(RuntimeError):
        sensitivity.sensitivity(timeline, settings)
    assert tables_digest() == before


def test_a_site_stays_in_force_in_every_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _some(monkeypatch, "predict_option_sd")
    rows = _cells("baselines/stage_curve")
    rows[1]["response"] = "0.25"
    path = tmp_path / "baselines" / "stage_curve.tsv"
    path.parent.mkdir()
    lines = ["\t".join(rows[0]), *("\t".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    use_site(tmp_path)
    try:
        seen: list[str] = []
        decide = sensitivity._decide

        def watched(*arguments: object) -> object:
            seen.append(load_table("baselines/stage_curve").row(stage="1").text("response"))
            return decide(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(sensitivity, "_decide", watched)
        timeline = ingest.read_person(PERSON, today=DAY)
        sensitivity.sensitivity(timeline, pipeline.RunSettings(DAY, 1), tmp_path)
        assert seen == ["0.25"] * 3
    finally:
        use_site(None)


def test_an_end_that_other_tables_refuse_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    change = next(o for o in ranges.changes() if (o.table, o.name) == ("baselines/groups", "drug"))
    impossible = ranges.Change(
        change.table, "dropout", "drug", "high", "0.2", "7", ((change.cells[0][0], "7"),)
    )
    monkeypatch.setattr(sensitivity, "changes", lambda: (impossible,))
    code, out, _ = run("decide", "sensitivity", PERSON, "--date", DAY)
    assert code == 0
    assert "Ends that other tables do not allow" in out


def test_where_nothing_is_ranked_the_reason_is_told(run: Run, tmp_path: Path) -> None:
    record = PERSON.read_text(encoding="utf-8").replace(
        "{finding: suicidal_intent, status: absent", "{finding: suicidal_intent, status: present"
    )
    person = tmp_path / "person.yaml"
    person.write_text(record, encoding="utf-8")
    code, out, err = run("decide", "sensitivity", person, "--date", DAY)
    assert (code, err) == (0, "")
    assert "withheld" in out


def test_a_record_that_cannot_be_read_is_one_line(run: Run, tmp_path: Path) -> None:
    code, out, err = run("decide", "sensitivity", tmp_path / "none.yaml")
    assert (code, out, err.count("\n")) == (2, "", 1)


@pytest.mark.slow
def test_the_whole_run_of_the_example(run: Run) -> None:
    code, out, err = run("decide", "sensitivity", PERSON, "--date", DAY)
    assert (code, err) == (0, "")
    assert f"{len(ranges.changes())} runs" in out
    assert "runs change nothing at all." in out
