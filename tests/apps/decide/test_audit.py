"""`equipoise decide audit`: 27 items, every number counted anew from the files of the tables."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.apps.decide.audit import audit_page
from equipoise.core import tables

ROOT = Path(__file__).parents[3]
PERSON = ROOT / "examples" / "person.yaml"
SHIPPED = Path(tables.__file__).parents[1] / "tables"
DAY = "2026-03-10"
Run = Callable[..., tuple[int, str, str]]


def _rows(name: str) -> list[dict[str, str]]:
    with (SHIPPED / f"{name}.tsv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def _words(page: str) -> str:
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(text))


def test_all_items_are_answered() -> None:
    items = _rows("validation/items")
    assert [int(row["id"]) for row in items] == list(range(1, 28))
    text = _words(audit_page(None))
    assert all(f"{row['id']} {row['topic']}" in text for row in items)
    assert not re.findall(r"[{}]", text)


def test_what_was_not_done_is_told() -> None:
    text = _words(audit_page(None))
    undone = [row for row in _rows("validation/items") if row["state"] == "not_done"]
    assert {row["id"] for row in undone} >= {"14", "19"}
    assert text.count("NOT DONE") == len(undone)
    assert "calibrated to published averages" in text
    assert "tested on individual people only where open data allowed" in text


def test_numbers_are_those_of_the_tables() -> None:
    text = _words(audit_page(None))
    joint = [row for row in _rows("effects/studies") if row["use"] == "joint"]
    pooled = [row for row in _rows("effects/effects") if row["use"] == "joint"]
    assert f"Rates come from {len(joint)} trials and {len(pooled)} published comparisons" in text
    names = {row["id"] for row in joint}
    arms = [row for row in _rows("effects/arms") if row["study"] in names]
    people = sum(int(row["people"]) for row in arms)
    assert f"{people:,} people in {len(arms)} arms" in text
    moderators = _rows("moderators/moderators")
    silent = sum(row["acts"] == "none" for row in moderators)
    assert f"{len(moderators)} findings on moderators are listed, {silent} of them move" in text
    calibration = _rows("validation/calibration")
    assert f"smallest p {min(float(r['p']) for r in calibration):.2f}" in text
    outside = [row for row in _rows("validation/outside") if row["id"] != "claimed"]
    inside, count = (sum(int(row[key]) for row in outside) for key in ("inside", "rows"))
    assert f"Published results left out: {inside} of {count} inside" in text
    assert f"hold {inside} of {count}: fewer than the 80 of 100 meant." in text


def test_a_run_has_a_section_of_its_own(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "audit.html"
    code, out, err = run("decide", "audit", PERSON, "--date", DAY, "--out", page)
    assert (code, out.strip(), err) == (0, str(page), "")
    text = _words(page.read_text(encoding="utf-8"))
    assert "What this person's answer rests on" in text
    assert "Day of the run 2026-03-10" in text
    assert re.search(r"In this run \d+ of \d+ such measures were there", text)
    assert "What this person's answer rests on" not in _words(audit_page(None))


def test_the_page_is_one_file_and_the_same_again(run: Run, tmp_path: Path) -> None:
    for name in ("one.html", "two.html"):
        assert run("decide", "audit", PERSON, "--date", DAY, "--out", tmp_path / name)[0] == 0
    first, second = ((tmp_path / n).read_bytes() for n in ("one.html", "two.html"))
    assert first == second
    assert not re.search(rb"<script|<link|(src|href)=[\"']https?:|url\(|@import", first)
    assert str(tmp_path).encode() not in first


def test_the_tables_of_a_site_have_their_own_digest(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "site" / "validation"
    folder.mkdir(parents=True)
    text = (SHIPPED / "validation" / "items.tsv").read_text(encoding="utf-8")
    changed = text.replace("No patient or carer has taken part", "Two patients have taken part")
    assert changed != text
    (folder / "items.tsv").write_text(changed, encoding="utf-8")
    page = tmp_path / "page.html"
    assert run("decide", "audit", "--site", tmp_path / "site", "--out", page)[0] == 0
    shown = _words(page.read_text(encoding="utf-8"))
    assert tables.tables_digest() in shown
    tables.use_site(None)
    assert tables.tables_digest() not in shown
    assert "Two patients have taken part" in shown


def test_a_record_that_cannot_be_read_leaves_no_page(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "audit.html"
    code, out, err = run("decide", "audit", tmp_path / "none.yaml", "--out", page)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert not page.exists()


def test_in_an_emergency_nothing_is_counted_as_ranked(run: Run, tmp_path: Path) -> None:
    person = tmp_path / "person.yaml"
    person.write_text(
        PERSON.read_text(encoding="utf-8").replace(
            "{finding: suicidal_intent, status: absent",
            "{finding: suicidal_intent, status: present",
        ),
        encoding="utf-8",
    )
    page = tmp_path / "audit.html"
    assert run("decide", "audit", person, "--date", DAY, "--out", page)[0] == 0
    text = _words(page.read_text(encoding="utf-8"))
    assert "Options ranked 0" in text
    assert "Tied with the first" not in text


def test_the_record_is_never_written_over(run: Run, tmp_path: Path) -> None:
    record = tmp_path / "person.yaml"
    record.write_bytes(PERSON.read_bytes())
    link = tmp_path / "link.html"
    link.symlink_to(record)
    code, out, err = run("decide", "audit", record, "--out", record, "--date", DAY)
    assert (code, out) == (2, "")
    assert "person.yaml: the audit page is an .html file; name an .html file for --out" in err
    assert run("decide", "audit", record, "--out", link, "--date", DAY)[0] == 0
    assert record.read_bytes() == PERSON.read_bytes()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--out", "."], "is an .html file"),
        (["--out", "a.txt"], "is an .html file"),
        (["--out", "a.html", "--date", DAY], "--date: a day and a seed belong to the run of a"),
        (["--out", "a.html", "--seed", "1"], "--seed: a day and a seed belong"),
        ([], "Missing option '--out'"),
    ],
)
def test_what_cannot_be_done_is_one_line(run: Run, words: list[str], says: str) -> None:
    code, out, err = run("decide", "audit", *words)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert says in err


def test_counts_are_read_as_a_sentence() -> None:
    states = [row["state"] for row in _rows("validation/items")]
    apart = states.count("does_not_apply")
    assert f"{states.count('not_done')} not done, {apart} do not apply." in _words(audit_page(None))
