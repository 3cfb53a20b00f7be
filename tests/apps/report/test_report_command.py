"""``equipoise report``: what it writes, and what it refuses, in one line, with nothing changed."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from equipoise.apps.cli import main
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.readers import READERS, file_name, render_for
from equipoise.core.answers import given
from tests.apps.conftest import Run
from tests.apps.report.people import DATE, EXAMPLES, dossier_of
from tests.apps.report.sample_dossier import build

ARCHIVE = Path(__file__).parents[2] / "archives" / "dossier_1_0.json"
STORE = ".equipoise"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished run, never to be changed."""
    out = tmp_path_factory.mktemp("finished")
    with pytest.raises(SystemExit) as caught:
        main(["plan", str(EXAMPLES / "three_failed.yaml"), "--date", DATE, "--out", str(out)])
    assert not caught.value.code
    return out


@pytest.fixture
def out(finished: Path, tmp_path: Path) -> Path:
    """Return a copy of a finished run, free to be damaged."""
    return Path(shutil.copytree(finished, tmp_path / "out"))


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def kept(out: Path) -> Path:
    return next((out / STORE / "sub-12").glob("dossier_*.json"))


def rewrite(out: Path, **changes: Any) -> None:
    document = json.loads(kept(out).read_text(encoding="utf-8"))
    kept(out).write_text(json.dumps(document | changes), encoding="utf-8")


def cut_off(out: Path) -> None:
    kept(out).write_bytes(kept(out).read_bytes()[:5000])


def no_text(out: Path) -> None:
    kept(out).write_bytes(b"\xff\xfe\x00garbage")


def unfinished(out: Path) -> None:
    kept(out).unlink()


def forgotten(out: Path) -> None:
    shutil.rmtree(out / STORE)


def folder_in_the_way(out: Path) -> None:
    (out / "sub-12_desc-letter_report.html").mkdir()


def unchanged(out: Path) -> None:
    assert out.is_dir()


@pytest.mark.parametrize(
    ("damage", "arguments", "words"),
    [
        (forgotten, (), "no finished run here"),
        (unfinished, (), "this run was not finished"),
        (cut_off, (), "not an Equipoise document"),
        (no_text, (), "cannot be read"),
        (lambda out: rewrite(out, schema_version="9.0"), (), "newer major version"),
        (lambda out: rewrite(out, label="13"), (), "of another person"),
        (lambda out: rewrite(out, decision=[]), (), "decision"),
        (folder_in_the_way, ("--for", "all"), "a folder stands where"),
        (unchanged, ("--for", "nobody"), "got nobody; allowed: clinician, patient"),
        (unchanged, ("--format", "docx"), "got docx; allowed: html, pdf"),
        (unchanged, ("--paper", "a3"), "got a3; allowed: a4, letter"),
        (unchanged, ("--lang", "tlh"), "got tlh; allowed: en"),
        (unchanged, ("--lang", "../en"), "no such language"),
        (unchanged, ("--participant-label", "99"), "got sub-99; allowed: 12"),
        (unchanged, ("--participant-label", "../../etc"), "no such participant"),
        (unchanged, ("--site", "/nowhere/at/all"), "site folder does not exist"),
        (unchanged, ("--for", "authorization", "--treatment", "herbs"), "--treatment"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    out: Path, run: Run, damage: Callable[[Path], None], arguments: tuple[str, ...], words: str
) -> None:
    damage(out)
    before = contents(out)
    code, told, error = run("report", out, *arguments)
    assert (code, told) == (2, "")
    assert error.count("\n") == 1
    assert error.startswith("equipoise: ")
    assert words in error
    assert contents(out) == before


def test_a_folder_without_a_run_is_refused(tmp_path: Path, run: Run) -> None:
    for place in (tmp_path, tmp_path / "missing", Path(__file__)):
        code, _, error = run("report", place)
        assert code == 2
        assert "no finished run here" in error
    assert contents(tmp_path) == {}


def test_a_full_disk_leaves_the_old_pages(
    out: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for reader in READERS:
        (out / file_name("12", reader, "html")).write_text("old", encoding="utf-8")
    before = contents(out)
    room = iter(range(3))

    def full(_descriptor: int) -> None:
        if next(room, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    code, _, error = run("report", out, "--for", "all")
    assert code == 2
    assert "cannot be written" in error
    assert contents(out) == before


def test_all_six_are_written_and_named(out: Path, run: Run) -> None:
    code, told, error = run("report", out, "--for", "all", "--participant-label", "sub-12")
    assert (code, error) == (0, "")
    names = [Path(line).name for line in told.splitlines()]
    assert names == [file_name("12", reader, "html") for reader in READERS]
    assert all((out / name).stat().st_size < 3_000_000 for name in names)
    first = contents(out)
    run("report", out, "--for", "letter", "--for", "data")
    assert contents(out) == first
    assert not list(out.rglob(".equipoise-part-*"))


def test_an_old_document_still_becomes_six_pages(tmp_path: Path, run: Run) -> None:
    label = json.loads(ARCHIVE.read_text(encoding="utf-8"))["label"]
    folder = tmp_path / STORE / f"sub-{label}"
    folder.mkdir(parents=True)
    shutil.copy(ARCHIVE, folder / "dossier_old.json")
    assert run("report", tmp_path, "--for", "all")[0] == 0
    assert_told(tmp_path, label)


def test_other_tables_are_told_on_every_page(out: Path, run: Run) -> None:
    rewrite(out, tables_digest="0" * 64)
    assert run("report", out, "--for", "all")[0] == 0
    assert_told(out, "12")


def assert_told(folder: Path, label: str) -> None:
    """Every page that holds results of the run says that tables are others; the family's may not.

    Without a yes of the person the family's page holds nothing of the run.
    """
    for reader in READERS:
        page = (folder / file_name(label, reader, "html")).read_text(encoding="utf-8")
        assert reader == "family" or "not those of the run: run it again before anyone" in page


def test_no_page_asks_a_network(out: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.ENETUNREACH, "no network")

    monkeypatch.setattr(socket, "socket", offline)
    monkeypatch.setattr(socket, "getaddrinfo", offline)
    assert run("report", out, "--for", "all")[0] == 0
    for path in out.glob("*.html"):
        page = path.read_text(encoding="utf-8")
        asked = re.findall(r'(?:src|srcset|poster|action)="(?!data:)[^"]*"', page)
        asked += re.findall(r"url\((?!['\"]?(?:data:|#))[^)]*\)|@import[^;]*", page)
        asked += re.findall(r"<link [^>]*>|<iframe|<object|<embed", page)
        assert asked == []


MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>&quot;'\"{{7*7}}{0}%s"
LONG = "Wolfeschlegelsteinhausen" * 13


@pytest.mark.parametrize("reader", READERS)
def test_words_of_the_record_are_never_markup(reader: str) -> None:
    text = f"{LONG} {MARKUP}"
    dossier = dossier_of("three_failed")
    found = dossier.timeline.treatments
    first, *rest = found.value or ()
    trials = replace(found, value=(replace(first, treatment=text), *rest))
    timeline = replace(dossier.timeline, notice=text, treatments=trials)
    predictions = tuple(replace(p, title=text) for p in dossier.decision.predictions)
    decision = replace(dossier.decision, predictions=predictions, sentence=text)
    plan = dossier.plan
    steps = tuple(replace(one, action=text, why=text, stop_rule=text) for one in plan.steps)
    schedules = tuple(replace(one, title=text, rules=(text,)) for one in plan.schedules)
    hostile = replace(
        dossier,
        notices=(text,),
        timeline=timeline,
        decision=decision,
        plan=replace(plan, steps=steps, schedules=schedules),
    )
    page = render_for(reader, hostile, Edition())
    bare = re.sub(r'<script type="application/json".*?</script>', "", page, flags=re.DOTALL)
    assert "<script>alert" not in page
    assert "<img src=x" not in bare
    # What is escaped twice shows its codes: only the one that the text itself holds may.
    twice = re.findall(r"&amp;(?:lt|gt|amp|#\d+|quot);", bare)
    assert set(twice) <= {"&amp;quot;"}


@pytest.mark.parametrize("reader", READERS)
def test_no_text_of_the_record_turns_the_rest_of_a_line(reader: str) -> None:
    turning = "dose \N{RIGHT-TO-LEFT OVERRIDE}gm 02\N{RIGHT-TO-LEFT ISOLATE} daily"
    dossier = dossier_of("three_failed")
    timeline = replace(dossier.timeline, notice=turning)
    page = render_for(reader, replace(dossier, timeline=timeline, notices=(turning,)), Edition())
    assert re.search("[\u202a-\u202e\u2066-\u2069]", page) is None
    assert "ose gm 02 daily" in page


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "state", ["forty_options", pytest.param("long_names", marks=pytest.mark.slow), "empty"]
)
def test_strange_dossiers_become_pages(state: str, reader: str) -> None:
    page = render_for(reader, build(state), Edition(released_by="Dr A. Example"))
    assert page.count("<h1>") == 1
    assert len(page.encode()) < 3_000_000


@pytest.mark.parametrize("reader", READERS)
def test_twelve_years_of_history_become_a_page(reader: str) -> None:
    dossier = dossier_of("three_failed")
    found = dossier.timeline.treatments
    trials = tuple(
        replace(
            trial,
            start=given(f"{year}-{3 * quarter + 1:02d}-10"),
            stop=given(f"{year}-{3 * quarter + 3:02d}-20"),
        )
        for year in range(2014, 2026)
        for quarter, trial in enumerate(found.value or ())
    )
    timeline = replace(dossier.timeline, treatments=replace(found, value=trials))
    appraised = tuple(
        replace(one, start=trial.start.value)
        for trial in trials
        for one in dossier.appraisal.trials
        if one.treatment == trial.treatment
    )
    appraisal = replace(dossier.appraisal, trials=appraised)
    page = render_for(reader, replace(dossier, timeline=timeline, appraisal=appraisal), Edition())
    assert len(page.encode()) < 3_000_000
    if reader == "letter":
        assert "2014" in page


RESERVED = {"con", "prn", "aux", "nul", *(f"{d}{k}" for d in ("com", "lpt") for k in range(1, 10))}


@pytest.mark.parametrize("label", ["01", "con", "NUL", "com1", "aux", "x" * 60])
def test_names_of_files_suit_every_system(label: str) -> None:
    for reader in READERS:
        for suffix in ("html", "pdf"):
            name = file_name(label, reader, suffix)
            assert re.fullmatch(r"[A-Za-z0-9._-]+", name)
            assert name.split(".")[0].lower() not in RESERVED
            assert not name.endswith((".", " "))
            assert len(name) < 100
