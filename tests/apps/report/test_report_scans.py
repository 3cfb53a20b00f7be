"""Circuits, scans and changes: what is printed and drawn equals the results."""

from __future__ import annotations

import base64
import dataclasses
import html
import io
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from equipoise.apps.report import render
from equipoise.apps.report.charts.carpet import carpet_picture, moved
from equipoise.apps.report.charts.matrix import DIVERGING, heat_map, shade, span_of
from equipoise.apps.report.palette import contrast
from equipoise.apps.report.sections.changes import changes_view
from equipoise.apps.report.sections.circuits import circuits
from equipoise.apps.report.sections.gaps import gap_groups
from equipoise.apps.report.sections.imaging import imaging_of
from equipoise.apps.report.sections.scans import scans_view
from equipoise.apps.report.sections.sheet import data_lines
from equipoise.apps.summary import summary
from equipoise.core.nouns import Dossier, NotMeasured
from equipoise.core.tables import setting

SAMPLES = runpy.run_path(str(Path(__file__).with_name("sample_scans.py")))
build = cast("Callable[[str], Dossier]", SAMPLES["build"])


def words(source: str) -> str:
    bare = html.unescape(re.sub(r"<[^>]+>", " ", source)).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(bare.split())


def part(source: str, name: str) -> str:
    start = source.index(f'<section id="{name}"')
    return source[start : source.index("</section>", start)]


@pytest.fixture(scope="module")
def page() -> str:
    return render(build("scans"))


def test_a_value_on_a_norm_prints_its_centile_and_stands_at_its_z(page: str) -> None:
    """By hand: z 0.9 is centile 82; the axis runs from z -3.5 to 3.5, so 0.9 stands at 62.86 %."""
    row = part(page, "brain")
    row = row[row.index("d-measure-mri-rest-default-mode") :]
    row = row[: row.index("</tr>")]
    assert "Centile 82" in words(row)
    assert float(re.findall(r'<circle cx="([\d.]+)%"', row)[0]) == pytest.approx(62.86, abs=0.01)
    # 0.9 less and more 1.96 times 0.45: z 0.018 and 1.782, centiles 51 and 96.
    assert "95 %: centile 51 to 96" in words(row)


def test_without_a_norm_the_own_unit_is_said(page: str) -> None:
    shown = words(part(page, "brain"))
    assert "No norm: shown in their own unit" in shown
    # -0.212 with an error of 0.066: 95 % from -0.342 to -0.082, rounded outward.
    assert "\N{MINUS SIGN}0.212 80 %: " in shown
    assert "95 %: \N{MINUS SIGN}0.35 to \N{MINUS SIGN}0.08" in shown


def test_an_extrapolated_norm_has_a_hollow_dot(page: str) -> None:
    brain = part(page, "brain")
    for name, hollow in (("mri-rest-salience", False), ("mri-structure-hippocampus", True)):
        row = brain[brain.index(f"d-measure-{name}") :]
        circle = re.findall(r"<circle[^>]*>", row[: row.index("</tr>")])[0]
        assert ("f-page s-person" in circle) is hollow


def test_every_connection_stands_at_its_value_with_its_halves() -> None:
    found = circuits(imaging_of(build("scans")))
    assert found is not None
    assert found.edges is not None
    rows = [row for group in found.edges.groups for row in group.rows]
    edges = build("scans").scans[0].edges
    assert len(rows) == len(edges)
    places = []
    for row, edge in zip(rows, edges, strict=True):
        dots = re.findall(r'<circle cx="([\d.]+)%"', str(row.plot))
        squares = re.findall(r'<svg x="([\d.]+)%" y="0" width="1"', str(row.plot))
        assert len(squares) == len(edge.halves)
        places += [(edge.z, float(dots[0]))]
        places += list(zip(edge.halves, map(float, squares), strict=True))
    values, marks = np.array(places).T
    slope, start = np.polyfit(values, marks, 1)
    # One straight axis for all of them; places are written to a hundredth of a percent.
    assert np.abs(start + slope * values - marks).max() < 0.02


def test_the_words_about_connections_name_the_extremes() -> None:
    found = circuits(imaging_of(build("scans")))
    edges = build("scans").scans[0].edges
    assert found is not None
    assert found.edge_words.startswith(f"{len(edges)} connections")
    low = min(edges, key=lambda e: e.z)
    assert f"{abs(low.z):.3f}".rstrip("0") in found.edge_words


def test_the_matrix_reads_in_grey_and_by_signs() -> None:
    """Both ends are dark alike, so every clear negative value carries a stroke."""
    values = [[1.0, -0.5, 0.3], [-0.5, 1.0, -0.01], [0.3, -0.01, 1.0]]
    drawn = str(heat_map(values, [2, 1]))
    assert drawn.count('stroke-width="1.8"') == 2  # -0.5 twice; -0.01 is too small to matter
    assert span_of(values) == 0.5
    assert shade(-0.5, 0.5) == DIVERGING[0]
    assert shade(0.0, 0.5) == DIVERGING[3]
    assert shade(0.9, 0.5) == DIVERGING[6]
    assert contrast(DIVERGING[0], DIVERGING[6]) < 1.5
    assert contrast(DIVERGING[0], DIVERGING[3]) > 7
    assert contrast(DIVERGING[6], DIVERGING[3]) > 7


def test_regions_of_a_circuit_stand_beside_each_other() -> None:
    dossier = build("scans")
    view = scans_view(imaging_of(dossier))
    assert view is not None
    matrix = view.runs[0].matrix
    assert matrix is not None
    titles = [title for title, _ in matrix.groups]
    assert titles[0] == "Resting connectivity of the default-mode circuit"
    numbers = [number for _, names in matrix.groups for number, _ in names]
    assert numbers == list(range(1, len(dossier.scans[0].matrix_regions) + 1))
    assert len(matrix.table.rows) == len(numbers)
    values = np.array(dossier.scans[0].matrix)
    highest = values[np.triu_indices(len(values), 1)].max()
    assert f"Highest: {round(highest, 2):g}" in matrix.summary


def test_the_carpet_shows_the_bytes_that_were_given() -> None:
    image_module = pytest.importorskip("PIL.Image")
    scan = build("scans").scans[0]
    drawn = carpet_picture(scan.carpet, scan.carpet_shape, [50, 40, 30])
    assert drawn is not None
    raw = base64.b64decode(re.findall(r"base64,([^\"]+)", str(drawn))[0])
    shown = np.asarray(image_module.open(io.BytesIO(raw)))
    assert shown.tobytes() == base64.b64decode(scan.carpet)
    # Bands of 50, 40 and 30 rows of 120: lines at 41.67 and 75 %.
    assert re.findall(r'y1="([\d.]+)%"', str(drawn)) == ["41.67", "75"]


@pytest.mark.parametrize(
    ("cells", "shape"), [("AAAA", (2, 2)), ("no base64!", (1, 3)), ("", (0, 0))]
)
def test_a_carpet_that_does_not_fill_its_shape_is_not_drawn(
    cells: str, shape: tuple[int, int]
) -> None:
    assert carpet_picture(cells, shape, []) is None


def test_moved_volumes_are_marked_and_counted(page: str) -> None:
    scan = build("scans").scans[0]
    limit = setting("bold_fd_threshold")
    high = [k for k, value in enumerate(scan.displacement) if value > limit]
    assert moved(scan.displacement, limit) == high
    first = part(page, "scans").split('<details class="scan"')[0]
    trace = first[first.index("carpet-plot") : first.index("carpet-cells")]
    places = [float(x) for x in re.findall(r'<svg x="([\d.]+)%" y="0" width="1"', trace)]
    assert places == pytest.approx([100 * k / 299 for k in high], abs=0.01)
    shown = words(first)
    assert f"above {limit:g} mm in {len(high)} volumes" in shown
    assert f"largest value is {max(scan.displacement):.1f} mm" in shown
    assert "Left out for motion 4 of 300 volumes" in shown


def test_drop_out_is_seen_before_the_table(page: str) -> None:
    shown = words(part(page, "scans"))
    assert "One region holds too little signal, of 16 that were asked for." in shown
    assert "seed: 38 % covered, signal-to-noise ratio 14." in shown
    assert shown.index("38 % covered") < shown.index("Every region, the weakest first")


def test_a_concern_says_so_and_other_checks_are_folded(page: str) -> None:
    first = part(page, "scans").split('<details class="scan"')[0]
    assert "Concern: Breathing." in words(first)
    assert words(first).index("Two checks without concern") > words(first).index("Concern:")


def test_the_second_run_is_folded_and_motion_may_be_unknown() -> None:
    dossier = build("scans")
    bare = dataclasses.replace(dossier.scans[1], displacement=(), carpet="", matrix=(), date=None)
    shown = render(dataclasses.replace(dossier, scans=(dossier.scans[0], bare)))
    scans = part(shown, "scans")
    assert scans.count('<details class="scan">') == 1
    assert "Rest, run 2" in words(scans.split('<details class="scan">')[1])
    assert "Mean displacement not known" in words(scans)


def test_changes_are_told_by_verdict() -> None:
    dossier = build("scans")
    view = changes_view(dossier.changes, dossier.change_order)
    assert view is not None
    assert [line.verdict for line in view.lines] == [
        "Reliable fall",
        "No reliable change",
        "Cannot be told",
    ]
    assert view.title.startswith("Whether the brain changed before the symptoms cannot be told")
    assert "three measures were taken twice, one changed reliably" in view.title
    first = view.table.rows[0]
    assert first[1] == "0.512 (6 November 2024, session 1)"
    assert first[2] == "0.312 (8 January 2025, session 2)"
    assert first[3] == "\N{MINUS SIGN}0.2"
    assert first[4] == "0.08"


def test_many_measures_without_a_change_share_a_line() -> None:
    one = build("scans").changes[1]
    many = tuple(dataclasses.replace(one, measure=f"mri.rest_invented_{k}") for k in range(9))
    view = changes_view(many, None)
    assert view is not None
    assert len(view.lines) == 1
    assert view.lines[0].title == "Nine measures"
    assert view.title == "Nine measures were taken twice, none changed reliably"


def test_no_second_session_no_section() -> None:
    assert changes_view((), None) is None
    shown = render(build("own_space"))
    assert 'id="changes"' not in shown
    assert 'href="#changes"' not in shown


def test_the_data_sheet_holds_connections_methods_and_changes() -> None:
    dossier = build("scans")
    table = {line.id: dataclasses.asdict(line) for line in data_lines(dossier)}
    for edge in dossier.scans[0].edges:
        cells = table[f"scan1.{edge.circuit}.{edge.region_a}.{edge.region_b}"]
        assert float(cells["value"]) == pytest.approx(edge.z, rel=1e-5)
        assert float(cells["standard_error"]) == edge.standard_error
    for estimate in dossier.targets[0].estimates:
        stem = f"mri.tms_target.{estimate.method}.negative"
        assert estimate.point is not None
        assert float(table[f"{stem}.x"]["value"]) == estimate.point[0]
        assert estimate.axes95 is not None
        assert float(table[f"{stem}.axis95_1"]["value"]) == estimate.axes95[0]
    assert float(table["change.mri.rest_default_mode"]["value"]) == pytest.approx(-0.2)
    assert table["change.mri.rest_sgacc_dlpfc"]["standard_error"] == "n/a"


def test_missing_measures_are_grouped_by_reason() -> None:
    gaps = (
        *(NotMeasured(f"mri.task_{k}", "no run of this task was recorded") for k in range(40)),
        NotMeasured("mri.rest_salience", "the run is too short"),
    )
    groups = gap_groups(gaps)
    assert [group.title for group in groups] == [
        "40 measures",
        "Resting connectivity of the salience circuit",
    ]
    assert groups[0].names.count(",") == 38
    assert groups[1].names == ""
    base = build("scans")
    lines = summary(dataclasses.replace(base, not_measured=gaps)).splitlines()
    missing = [line for line in lines if "not measured:" in line]
    assert missing == [
        "  mri.task_0, mri.task_1 and 38 more not measured: no run of this task was recorded",
        "  mri.rest_salience not measured: the run is too short",
    ]


def test_notes_that_all_rows_share_are_said_once(page: str) -> None:
    brain = words(part(page, "brain"))
    assert brain.count("Norm: 64 controls of this site.") == 1
    assert "Of all rows: 8 January 2025. Norm: 64 controls of this site." in brain


def test_a_task_names_itself_once_above_its_rows(page: str) -> None:
    brain = words(part(page, "brain"))
    assert "Task: Sad faces Activation of the perigenual cingulate" in brain
    assert "Sad faces: activation" not in brain.split("Task: Sad faces")[1]
