"""Every printed number equals the number in the result files, after the stated rounding."""

from __future__ import annotations

import base64
import gzip
import html
import math
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from equipoise.apps.report import render
from equipoise.apps.report.sections.sheet import data_lines, download
from equipoise.core.documents import to_plain
from equipoise.core.nouns import Dossier

SAMPLES = runpy.run_path(str(Path(__file__).with_name("sample_dossier.py")))
build = cast("Callable[[str], Dossier]", SAMPLES["build"])


def plain(text: str) -> str:
    """Return the words of a piece of HTML."""
    bare = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return " ".join(bare.replace("\N{NO-BREAK SPACE}", " ").split())


def hundredths(chance: float) -> float:
    """Return a chance of the JSON file in people of 100, free of binary dust."""
    return round(chance * 100, 6)


def best(chance: float) -> str:
    value = hundredths(chance)
    if value < 1:
        return "fewer than 1"
    return "more than 99" if value > 99 else str(math.floor(value + 0.5))


def outward(ends: list[float]) -> str:
    return f"{math.floor(hundredths(ends[0]))} to {math.ceil(hundredths(ends[1]))}"


@pytest.fixture(scope="module", params=["full", "empty", "watch", "released", "forty_options"])
def case(request: pytest.FixtureRequest) -> tuple[dict[str, Any], str]:
    """Return the decision as in its JSON file, and the page."""
    dossier = build(request.param)
    return cast("dict[str, Any]", to_plain(dossier.decision)), render(dossier)


def test_forest_rows_print_the_file(case: tuple[dict[str, Any], str]) -> None:
    decision, page = case
    forest = page[page.index('id="c-forest"') : page.index('id="actions"')]
    rows = {
        plain(name): plain(cells)
        for name, cells in re.findall(
            r'href="#d-option-[^"]*"><bdi>(.*?)</bdi></a>(.*?)</tr>', forest, re.DOTALL
        )
    }
    assert 1 <= len(rows) <= 7
    wanted = {p["title"]: p for p in decision["predictions"]}
    for title, words in rows.items():
        response = wanted[title]["response"]
        shown = f"{best(response['mean'])} 80 %: {outward(response['ci80'])} 95 %: "
        assert f"{shown}{outward(response['ci95'])}" in words
        assert f"best in {best(wanted[title]['p_best'])} of 100" in words


def test_marks_stand_at_the_printed_places(case: tuple[dict[str, Any], str]) -> None:
    decision, page = case
    forest = page[page.index('id="c-forest"') : page.index('id="actions"')]
    rows = re.findall(r'href="#d-option-([^"]*)">(.*?)</tr>', forest, re.DOTALL)
    wanted = {p["treatment"].replace("_", "-"): p for p in decision["predictions"]}
    for anchor, row in rows:
        dot = float(re.findall(r'<circle cx="([\d.]+)%"', row)[0])
        assert dot == pytest.approx(100 * wanted[anchor]["response"]["mean"], abs=0.02)
        ticks = re.findall(r'<line x1="([\d.]+)%" x2="\1%" y1="-13"', row)
        assert float(ticks[0]) == pytest.approx(100 * wanted[anchor]["average"], abs=0.02)
        spans = re.findall(r'<line x1="([\d.]+)%" x2="([\d.]+)%" y1="0" y2="0"', row)
        for span, level in zip(spans, ("ci95", "ci80"), strict=True):
            ends = [100 * end for end in wanted[anchor]["response"][level]]
            assert [float(end) for end in span] == pytest.approx(ends, abs=0.02)


def test_data_sheet_prints_the_file(case: tuple[dict[str, Any], str]) -> None:
    decision, page = case
    for layer, prefix in (("predictions", "option"), ("exploratory", "research")):
        for p in decision[layer]:
            # The page holds the research layer of the options that it moves; the file holds all.
            if prefix == "research" and not p["drivers"]:
                continue
            anchor = f'id="d-{prefix}-{p["treatment"].replace("_", "-")}"'
            row = page[page.index(anchor) :]
            words = plain(row[row.index(">") + 1 : row.index("</tr>")])
            for outcome in ("response", "remission", "dropout"):
                chance = p[outcome]
                shown = f"{best(chance['mean'])}; 80 %: {outward(chance['ci80'])}"
                assert f"{shown}; 95 %: {outward(chance['ci95'])}" in words


def test_the_saved_table_holds_the_numbers_of_the_files() -> None:
    dossier = build("full")
    packed = download(data_lines(dossier)).partition(",")[2]
    lines = gzip.decompress(base64.b64decode(packed)).decode().splitlines()
    heads = lines[0].split("\t")
    table: dict[str, dict[str, str]] = {}
    for line in lines[1:]:
        cells = dict(zip(heads, line.split("\t"), strict=True))
        table.setdefault(cells["id"], cells)
    decision = to_plain(dossier.decision)
    for p in [*decision["predictions"], *decision["exploratory"]]:
        for outcome in ("response", "remission", "dropout", "shift"):
            cells = table[f"{p['layer']}.{p['treatment']}.{outcome}"]
            assert float(cells["value"]) == p[outcome]["mean"]
            ends = [float(cells[k]) for k in ("low80", "high80", "low95", "high95")]
            assert ends == [*p[outcome]["ci80"], *p[outcome]["ci95"]]
        assert float(table[f"{p['layer']}.{p['treatment']}.utility"]["value"]) == p["utility"]
    name = dossier.measurements[0].measurement.id
    taken = [to_plain(m.measurement) for m in dossier.measurements if m.measurement.id == name]
    newest, *earlier = sorted(taken, key=lambda one: one["date"], reverse=True)
    assert float(table[name]["value"]) == newest["quantity"]["value"]
    for one in earlier:
        row = table[f"{name}.{one['date']}"]
        assert float(row["value"]) == one["quantity"]["value"]
    assert table["eeg.alpha_asymmetry"]["value"] == "n/a"
    assert "no EEG recording was given" in table["eeg.alpha_asymmetry"]["note"]


def test_no_chance_has_a_decimal(case: tuple[dict[str, Any], str]) -> None:
    _, page = case
    forest = page[page.index('id="c-forest"') : page.index('id="actions"')]
    options = page[page.index('id="options"') : page.index('id="sheet"')]
    for part in (forest, options):
        assert not re.search(r"\d\.\d", plain(part))


def test_every_interval_says_its_level(case: tuple[dict[str, Any], str]) -> None:
    _, page = case
    forest = plain(page[page.index('id="c-forest"') : page.index('id="actions"')])
    ranges = re.findall(r"(.{6})\b\d+ to \d+\b", forest)
    assert ranges
    assert all(re.search(r"(80|95) %: $", before + "") or "%" in before for before in ranges)


def test_lognormal_errors_never_reach_zero() -> None:
    """Hand-worked: 3.4 mg/L with an error of 0.9 (26.5 %) spans 3.4 exp(-+1.96 * 0.2647)."""
    words = plain(render(build("full")))
    low, high = 3.4 * math.exp(-1.95996 * 0.9 / 3.4), 3.4 * math.exp(1.95996 * 0.9 / 3.4)
    assert (round(low, 2), round(high, 2)) == (2.02, 5.71)
    assert "95 %: 2.02 to 5.72" in words  # the high end rounded outward


def test_score_intervals_by_hand() -> None:
    """PHQ-9 of 13, error 2.16: 80 % 10.23 to 15.77, 95 % 8.77 to 17.23; outward, whole points."""
    words = plain(render(build("full")))
    assert "13 points Moderate Centile 98 80 %: 10 to 16 95 %: 8 to 18" in words
