"""Exit codes, messages of one line, results on stdout, the same bytes every time."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.apps.cli import main

FULL = Path(__file__).resolve().parents[1] / "fixtures" / "person_full.yaml"
DATE = ("--date", "2026-03-02")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worked example, run once."""
    out = tmp_path_factory.mktemp("example") / "out"
    with pytest.raises(SystemExit) as caught:
        main(["demo", str(out)])
    assert caught.value.code == 0
    return out


def _person(folder: Path, text: str, label: str = "01") -> Path:
    path = folder / f"sub-{label}_person.yaml"
    path.write_text(f'schema_version: "1.0"\nlabel: "{label}"\n{text}', encoding="utf-8")
    return path


def _results(out: Path) -> dict[str, bytes]:
    kept = ("sub-*/*.json", "sub-*/*.tsv", "*.html", "*.json", "*.md")
    return {p.relative_to(out).as_posix(): p.read_bytes() for k in kept for p in out.glob(k)}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["bogus"], "No such command"),
        (["plan"], "Missing argument 'person' (see --help)"),
        (["plan", FULL, "--seed", "-1"], "'--seed': Input should be greater than or equal to 0"),
        (["decide", "compare", FULL, FULL, "--draws", "0"], "'--draws': Input should be"),
        (["decide", "compare", FULL, FULL, *DATE, "--acknowledge", " "], "needs a name"),
        (["plan", "/nowhere/person.yaml"], "person.yaml"),
        (["run", "/nowhere", "out"], "/nowhere"),
        (["run", ".", "out", "cohort"], "no such level"),
        (["plan", FULL, "--date", "tomorrow"], "not a date"),
        (["plan", FULL, "--date", "2026"], "whole date"),
        (["plan", FULL, *DATE, "--acknowledge", " "], "needs a name"),
        (["plan", FULL, *DATE, "--site", "/nowhere"], "site folder does not exist"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(run: Run, arguments: list[object], says: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


def test_a_group_without_a_command_shows_its_help(run: Run) -> None:
    code, out, err = run("decide")
    assert (code, out) == (2, "")
    assert err.startswith("Usage: equipoise decide [OPTIONS] COMMAND")
    assert len(err.splitlines()) > 5


def test_a_fault_of_ours_is_one_line_and_exit_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from equipoise.apps import commands

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(commands, "plan_person", broken)
    code, _, err = run("plan", FULL, *DATE)
    assert code == 1
    assert "a fault of ours" in err
    with pytest.raises(ZeroDivisionError):
        main(["plan", str(FULL), *DATE, "--debug"])


def test_an_interrupt_is_exit_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from equipoise.apps import commands

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "plan_person", interrupted)
    code, _, err = run("plan", FULL, *DATE)
    assert code == 130
    assert "interrupted" in err


def test_an_output_below_a_file_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    code, _, err = run("plan", FULL, *DATE, "--out", tmp_path / "file" / "out")
    assert code == 2
    assert "cannot be written" in err


def test_the_plan_document_has_the_promised_keys(run: Run) -> None:
    code, out, _ = run("plan", FULL, *DATE, "--json")
    assert code == 0
    document = json.loads(out)
    promised = {"red_flags", "diagnosis_check", "staging", "options", "steps"}
    assert promised <= set(document)
    assert "predictions" not in document
    verdicts = {option["verdict"] for option in document["options"]}
    assert verdicts <= {"hard_stop", "caution", "clear", "cannot_tell"}


def test_the_decision_is_added_on_request(run: Run) -> None:
    _, out, _ = run("plan", FULL, *DATE, "--json", "--decide")
    document = json.loads(out)
    assert {"predictions", "tests", "preferences", "exploratory"} <= set(document)
    for prediction in document["predictions"]:
        low, high = prediction["response"]["ci95"]
        assert 0 <= low <= prediction["response"]["mean"] <= high <= 1
        assert isinstance(prediction["better_than_average"], bool)
        assert isinstance(prediction["shift"], float)


def test_a_person_without_measurements_gets_the_averages_and_is_told(
    run: Run, tmp_path: Path
) -> None:
    person = _person(tmp_path, "")
    code, out, _ = run("plan", person, *DATE, "--json", "--decide", "--out", tmp_path / "out")
    assert code == 0
    document = json.loads(out)
    assert document["predictions"]
    for prediction in document["predictions"]:
        assert prediction["response"]["mean"] == prediction["average"]
        assert prediction["shift"] == 0.0
        assert prediction["better_than_average"] is False
    page = (tmp_path / "out" / "sub-01.html").read_text(encoding="utf-8")
    assert "Nothing was measured" in page
    assert "average" in page


def test_an_emergency_withholds_the_ranking_until_it_is_acknowledged(
    run: Run, tmp_path: Path
) -> None:
    finding = "findings:\n  - {finding: suicidal_plan, status: present, date: 2026-03-01}\n"
    person = _person(tmp_path, finding)
    out = tmp_path / "out"
    code, told, _ = run("plan", person, *DATE, "--out", out)
    assert code == 0
    assert "EMERGENCY" in told
    assert "OPTIONS" not in told
    _, text, _ = run("plan", person, *DATE, "--json", "--decide")
    document = json.loads(text)
    assert document["predictions"] == document["exploratory"]["predictions"] == []
    assert document["red_flags"][0]["pathway"]
    assert document["withheld"]
    page = (out / "sub-01.html").read_text(encoding="utf-8")
    assert page.index("mergency") < page.index("Sources")
    _, released, _ = run(
        "plan", person, *DATE, "--json", "--decide", "--out", out, "--acknowledge", "Dr A. Example"
    )
    assert json.loads(released)["predictions"]
    assert "Dr A. Example" in (out / "logs" / "equipoise.log").read_text(encoding="utf-8")


def test_the_example_measures_what_it_can_and_says_what_it_is(example: Path) -> None:
    out = example / "equipoise"
    expected = {
        "sub-01.html",
        "dataset_description.json",
        "CITATION.md",
        *(
            f"sub-01/sub-01_{name}"
            for name in (
                "measures.tsv",
                "measures.json",
                "profile.json",
                "appraisal.json",
                "predictions.tsv",
                "plan.json",
                "trajectory.json",
                "tmstarget.json",
            )
        ),
    }
    assert expected <= set(_results(out))
    page = (out / "sub-01.html").read_text(encoding="utf-8")
    for notice in ("real brain signal in synthetic geometry", "invented person"):
        assert notice in page.lower()
        assert notice in (out / "sub-01" / "sub-01_plan.json").read_text(encoding="utf-8")
    rows = (out / "sub-01" / "sub-01_measures.tsv").read_text(encoding="utf-8").splitlines()
    measured = {line.split("\t")[0]: line.split("\t")[1] for line in rows[1:]}
    assert measured["mri.rest_default_mode"] == "measured"
    assert measured["mri.tms_target"] == "measured"
    # The phantom holds cortex only: the amygdala of the salience circuit is not there.
    assert measured["mri.rest_salience"] == "not measured"


def test_no_value_of_the_person_stands_in_the_log(example: Path) -> None:
    log = (example / "equipoise" / "logs" / "equipoise.log").read_text(encoding="utf-8")
    assert "sub-01" in log
    # How long a step took may look like a laboratory value.
    log = re.sub(r", \d+\.\d s$", "", log, flags=re.MULTILINE)
    for value in ("sertraline", "3.4", "female", "F33", "/tmp"):
        assert value not in log


def test_a_second_run_does_no_work_and_says_so(run: Run, example: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in (example / "equipoise" / "sub-01").iterdir()}
    code, out, _ = run("demo", example)
    assert code == 0
    assert "Nothing to do" in out
    assert {p: p.stat().st_mtime_ns for p in (example / "equipoise" / "sub-01").iterdir()} == before


def test_the_same_run_elsewhere_gives_the_same_bytes(
    run: Run, example: Path, tmp_path: Path
) -> None:
    out = tmp_path / "elsewhere"
    code, _, _ = run("run", example / "dataset", out, "participant", *DATE)
    assert code == 0
    assert _results(out) == _results(example / "equipoise")


def test_a_removed_result_is_made_again(run: Run, example: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("run", example / "dataset", out, "participant", *DATE)
    before = _results(out)
    (out / "sub-01" / "sub-01_plan.json").unlink()
    code, told, _ = run("run", example / "dataset", out, "participant", *DATE)
    assert code == 0
    assert "Nothing to do" not in told
    assert _results(out) == before


def test_a_killed_run_loses_nothing(example: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "equipoise",
        "run",
        str(example / "dataset"),
        str(out),
        "participant",
        *DATE,
    ]
    store = out / ".equipoise" / "sub-01"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        limit = time.monotonic() + 60
        while not list(store.glob("measure_*")) and time.monotonic() < limit:
            time.sleep(0.005)
        child.send_signal(signal.SIGKILL)
    (kept,) = store.glob("measure_*")
    stamp = kept.stat().st_mtime_ns
    for path in _results(out):
        assert (out / path).read_bytes() == (example / "equipoise" / path).read_bytes()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Report:" in done.stdout
    assert kept.stat().st_mtime_ns == stamp, "the scan was read again"
    assert _results(out) == _results(example / "equipoise")
    assert not list(out.rglob(".equipoise-part-*"))


def test_one_bad_person_does_not_stop_the_others(run: Run, tmp_path: Path) -> None:
    dataset = tmp_path / "dataset"
    for label, text in (("01", ""), ("02", "drugs: [{drug: sertralin}]\n")):
        folder = dataset / f"sub-{label}" / "clinical"
        folder.mkdir(parents=True)
        _person(folder, text, label)
    (dataset / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.10.0"}')
    out = tmp_path / "out"
    code, _, err = run("run", dataset, out, "participant", *DATE)
    assert code == 2
    assert (out / "sub-01.html").is_file()
    assert not (out / "sub-02.html").exists()
    assert "sub-02" in err
    assert "sertraline" in err, "a near match is suggested"
    code, _, err = run("run", dataset, out, "group", *DATE)
    assert code == 0
    assert "1 of 2 people" in err
    assert (out / "group_measures.tsv").read_text(encoding="utf-8").startswith("participant_id\t")


def test_check_tells_what_is_wrong_before_any_work(run: Run, example: Path, tmp_path: Path) -> None:
    code, out, _ = run("check", example / "dataset", *DATE)
    assert code == 0
    assert "PRESENT" in out
    code, out, _ = run("check", _person(tmp_path, "treatmets: []\n"), *DATE)
    assert code == 2
    assert "WRONG" in out
    assert "treatments" in out
    assert list(tmp_path.iterdir()) == [tmp_path / "sub-01_person.yaml"], "check writes nothing"


def test_a_site_changes_results_and_their_digest(run: Run, tmp_path: Path) -> None:
    from equipoise.core.tables import load_table, use_site

    rows = load_table("hyperparameters/hyperparameters").rows
    folder = tmp_path / "site" / "hyperparameters"
    folder.mkdir(parents=True)
    lines = ["\t".join(rows[0].cells)]
    for row in rows:
        cells = dict(row.cells)
        if cells["id"] == "seed":
            cells["value"] = "7"
        lines.append("\t".join(cells.values()))
    (folder / "hyperparameters.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        run("plan", FULL, *DATE, "--out", tmp_path / "a")
        run("plan", FULL, *DATE, "--out", tmp_path / "b", "--site", tmp_path / "site")
    finally:
        use_site(None)
    first, second = (
        json.loads(
            next((tmp_path / name).glob("sub-*/*_measures.json")).read_text(encoding="utf-8")
        )
        for name in ("a", "b")
    )
    assert second["seed"] == 7
    assert first["tables_digest"] != second["tables_digest"]
