"""The numbers of the pages are those of the files that the run wrote, command to command."""

from __future__ import annotations

import csv
import html
import json
import math
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from equipoise.apps.cli import main
from equipoise.apps.report.readers import READERS, file_name
from tests.apps.report.people import DATE, EXAMPLES
from tests.apps.report.printed import Figure, read

LABEL = "12"
OUTCOMES = ("response", "remission", "dropout")
ENDS = ("low80", "high80", "low95", "high95")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished run with all six pages."""
    folder = tmp_path_factory.mktemp("out")
    record = str(EXAMPLES / "three_failed.yaml")
    plan = ["plan", record, "--date", DATE, "--out", str(folder)]
    for command in (plan, ["report", str(folder), "--for", "all"]):
        with pytest.raises(SystemExit) as caught:
            main(command)
        assert not caught.value.code
    return folder


def page(out: Path, reader: str) -> str:
    return (out / file_name(LABEL, reader, "html")).read_text(encoding="utf-8")


def table(out: Path, name: str) -> list[dict[str, str]]:
    text = (out / f"sub-{LABEL}" / f"sub-{LABEL}_{name}.tsv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))


def document(out: Path, name: str) -> dict[str, Any]:
    file = out / f"sub-{LABEL}" / f"sub-{LABEL}_{name}.json"
    return dict(json.loads(file.read_text(encoding="utf-8")))


def sheet(out: Path) -> dict[str, dict[str, str]]:
    """Return the rows of the data sheet as the page holds them for a program."""
    held = re.findall(r'"application/json" id="data">(.*?)</script>', page(out, "data"))[0]
    return {line["id"]: line for line in json.loads(held)["lines"]}


def test_the_sheet_holds_every_prediction_of_the_file(out: Path) -> None:
    lines, found = sheet(out), table(out, "predictions")
    assert len(found) > 20
    for row in found:
        stem = f"{row['layer']}.{row['treatment']}"
        for outcome in OUTCOMES:
            line = lines[f"{stem}.{outcome}"]
            assert float(line["value"]) == float(row[f"{outcome}_mean"])
            for end in ENDS:
                assert float(line[end]) == float(row[f"{outcome}_{end}"])
        for name, column in (
            ("shift", "shift"),
            ("average", "average_response"),
            ("outlook", "outlook"),
            ("utility", "utility"),
            ("p_best", "p_best"),
            ("history", "history"),
        ):
            assert float(lines[f"{stem}.{name}"]["value"]) == float(row[column]), name
        assert lines[f"{stem}.response"]["grade"] == row["grade"]


def test_the_sheet_holds_every_measure_of_the_file(out: Path) -> None:
    lines, found = sheet(out), table(out, "measures")
    assert {row["status"] for row in found} == {"measured", "not measured"}
    for row in found:
        line = lines[row["measure"]]
        if row["status"] == "not measured":
            assert "value" not in line
            assert line["note"] == f"not measured: {row['reason']}"
            continue
        assert float(line["value"]) == float(row["value"])
        assert line["unit"] == row["unit"]
        for column in ("z", "centile"):
            if row[column] != "n/a":
                held = lines[f"{row['measure']}.{column}"]
                assert math.isclose(float(held["value"]), float(row[column]), rel_tol=1e-5)


def test_the_sheet_holds_every_step_dose_and_criterion_of_the_plan(out: Path) -> None:
    lines, plan = sheet(out), document(out, "plan")
    assert len(plan["steps"]) > 5
    for step in plan["steps"]:
        assert lines[f"plan.step.{step['order']}"]["value"] == step["review"]
    for number, entry in enumerate(plan["calendar"], start=1):
        assert lines[f"plan.calendar.{number}"]["value"] == entry["date"]
        assert lines[f"plan.calendar.{number}.day"]["value"] == str(entry["day"])
    assert sum(len(one["steps"]) for one in plan["schedules"]) > 20
    for schedule in plan["schedules"]:
        for number, step in enumerate(schedule["steps"], start=1):
            line = lines[f"schedule.{schedule['id']}.{number}"]
            told = (float(line["value"]), line["unit"], line["date"])
            assert told == (step["dose"], step["unit"], step["date"])
    for one in plan["authorisations"]:
        for criterion in one["criteria"]:
            line = lines[f"criterion.{one['policy']}.{criterion['id']}"]
            assert (line["value"], line["as_of"]) == (criterion["status"], criterion["as_of"])
    for trial, number in zip(plan["staging"]["trials"], range(1, 4), strict=True):
        assert float(lines[f"trial.{number}.weeks"]["value"]) == trial["weeks"]


def test_figures_of_the_pages_are_in_the_file(out: Path) -> None:
    rows = {(row["layer"], row["treatment"]): row for row in table(out, "predictions")}
    names = "|".join(OUTCOMES)
    seen: set[str] = set()
    for reader in READERS:
        for figure in read(page(out, reader)).figures:
            match = re.fullmatch(rf"(established|exploratory)\.(\w+)\.({names})", figure.row)
            if match:
                seen.add(reader)
                assert_is(figure, rows[match[1], match[2]], match[3])
    assert "patient" in seen


def assert_is(figure: Figure, row: dict[str, str], outcome: str) -> None:
    mean = figure.column in {"value", "rest"}
    exact = float(row[f"{outcome}_mean" if mean else f"{outcome}_{figure.column}"])
    assert float(figure.exact) == exact
    share = round(exact * 100, 6)
    nearest = math.floor(share + 0.5)
    rounded = {
        "value": nearest,
        "rest": 100 - nearest,
        "low80": max(0, math.floor(share)),
        "low95": max(0, math.floor(share)),
        "high80": min(100, math.ceil(share)),
        "high95": min(100, math.ceil(share)),
    }
    assert figure.printed == str(rounded[figure.column])


def words(markup: str) -> str:
    bare = html.unescape(re.sub(r"<[^>]+>", " ", markup))
    return " ".join(bare.replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_forest_of_the_clinicians_page_is_the_file(out: Path) -> None:
    whole = page(out, "clinician")
    forest = whole[whole.index('id="c-forest"') :]
    forest = forest[: forest.index("</figure>")]
    found = [
        (words(name), words(cells))
        for name, cells in re.findall(
            r'<tr role="row" class=""[^>]*>.*?<bdi>(.*?)</bdi></a>(.*?)</tr>', forest, re.DOTALL
        )
    ]
    by_title = {one["title"]: one for one in document_predictions(out)}
    shown = [(by_title[name], cells) for name, cells in found if name in by_title]
    assert 3 <= len(shown) <= 7
    for prediction, cells in shown:
        response = prediction["response"]
        shares = [round(100 * end, 6) for end in (*response["ci80"], *response["ci95"])]
        best = math.floor(round(100 * response["mean"], 6) + 0.5)
        low80, high80, low95, high95 = shares
        ends80 = f"{math.floor(low80)} to {math.ceil(high80)}"
        ends95 = f"{math.floor(low95)} to {math.ceil(high95)}"
        assert f"{best} 80 %: {ends80} 95 %: {ends95}" in cells


def document_predictions(out: Path) -> list[dict[str, Any]]:
    return list(document(out, "plan")["predictions"])


def squeezed(text: str) -> str:
    return re.sub(r"[\s\N{SOFT HYPHEN}\N{HYPHEN}]+", "", text)


def text_of(printed: bytes) -> str:
    """Return the text of a PDF as another program reads it, without spaces."""
    command = shutil.which("pdftotext")
    if command is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    made = subprocess.run([command, "-", "-"], input=printed, capture_output=True, check=True)
    return squeezed(made.stdout.decode())


@pytest.mark.parametrize("reader", ["letter", pytest.param("patient", marks=pytest.mark.slow)])
def test_the_printed_file_says_the_same_numbers(out: Path, reader: str) -> None:
    """Each figure stands in the PDF between the words that it has on the page."""
    pytest.importorskip("weasyprint", reason="the library that prints PDF is not installed")
    from equipoise.apps.report.pdf import pdf_of

    markup = page(out, reader)
    text = text_of(pdf_of(markup, "a4"))
    around = r"([^<>]{0,10})<data [^>]*data-row=[^>]*>([^<]*)</data>([^<>]{0,6})"
    found = re.findall(around, markup)
    wanted = [[squeezed(html.unescape(part)) for part in three] for three in found]
    assert len(wanted) > 5
    # The end of a sheet may part a number from the words on one side of it.
    said = [before + told in text or told + after in text for before, told, after in wanted]
    assert [three for three, there in zip(wanted, said, strict=True) if not there] == []
