"""Pages and pictures of analyses: sound files, no request, and marks where their numbers say."""

from __future__ import annotations

import dataclasses
import math
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.apps.cli import main
from equipoise.apps.evidence.charts.forest import (
    Forest,
    ForestGroup,
    ForestRow,
    forest_chart,
    forest_svg,
)
from equipoise.apps.evidence.charts.frame import cut, minus
from equipoise.apps.evidence.charts.funnel import Funnel, funnel_chart
from equipoise.apps.evidence.charts.network import (
    GAP,
    Net,
    NetNode,
    _spread,
    net_drawing,
    net_numbers,
    net_svg,
)
from equipoise.apps.evidence.shown import Shown, exact, p_text
from equipoise.apps.report.wording import slips

VOID = frozenset(("br", "col", "hr", "img", "input", "link", "meta", "source"))
NASTY = "<b>&\"x'</b> 2024-03"
PLAIN = Shown("plain", "estimate")


def _call(*arguments: object) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["evidence", *(str(argument) for argument in arguments)])
    assert not caught.value.code


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every kind of analysis, run once, with labels that a page must not take for markup."""
    folder = tmp_path_factory.mktemp("results")
    quoted = NASTY.replace('"', '""')
    lines = ["study,yi,sei,kind"]
    lines += [
        f'"{quoted} {k}",{(k % 7) / 10 - 0.6:.2f},{0.1 + k / 50:.2f},{"ab"[k % 2]}'
        for k in range(12)
    ]
    lines.append("gone,NA,1,a")
    data = folder / "estimates.csv"
    data.write_text("\n".join(lines), encoding="utf-8")
    call = ("pairwise", data, "--yi", "yi", "--sei", "sei")
    _call(*call, "--out", folder / "plain")
    _call(*call, "--group", "kind", "--scale", "log", "--out", folder / "groups")
    _call(*call, "--scale", "logit", "--method", "common", "--out", folder / "logit")
    many = folder / "many.csv"
    rows = "".join(f"S{k},{k / 100},{0.2 + k / 500}\n" for k in range(80))
    many.write_text(f"study,yi,sei\n{rows}", encoding="utf-8")
    _call("pairwise", many, "--yi", "yi", "--sei", "sei", "--out", folder / "many")
    arms = folder / "arms.csv"
    trials = (("A", "x", "y"), ("B", "y", NASTY), ("C", "x", NASTY), ("D", "x", "y"))
    cells = ["study,treatment,r,n"]
    for k, (study, one, two) in enumerate(trials):
        cells.append(f'{study},"{one.replace(chr(34), chr(34) * 2)}",{9 + k},{40 + k}')
        cells.append(f'{study},"{two.replace(chr(34), chr(34) * 2)}",{12 + 2 * k},{41 + k}')
    arms.write_text("\n".join(cells), encoding="utf-8")
    columns = ("--study", "study", "--treatment", "treatment", "--events", "r", "--n", "n")
    _call("network", arms, *columns, "--out", folder / "network")
    lone = folder / "lone.csv"
    lone.write_text("study,a,b,te,se\nA,x,y,0.5,0.2\n", encoding="utf-8")
    pairs = ("--study", "study", "--treat1", "a", "--treat2", "b", "--te", "te", "--se", "se")
    _call("network", lone, *pairs, "--out", folder / "lone")
    return folder


KINDS = ("plain", "groups", "logit", "many", "network", "lone")


class Reader(HTMLParser):
    """Checks nesting and collects elements and visible text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes another element")

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


def _read(results: Path, kind: str) -> Reader:
    reader = Reader()
    reader.feed((results / kind / "report.html").read_text(encoding="utf-8"))
    reader.close()
    return reader


@pytest.mark.parametrize("kind", KINDS)
def test_pages_are_sound_and_labels_are_no_markup(results: Path, kind: str) -> None:
    reader = _read(results, kind)
    assert reader.faults == []
    assert reader.open == []
    tags = [tag for tag, _ in reader.elements]
    assert "b" not in tags
    assert tags.count("h1") == tags.count("main") == 1
    assert {"header", "nav", "footer"} <= set(tags)
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))
    assert all("scope" in found for tag, found in reader.elements if tag == "th")
    ids = [str(found["id"]) for _, found in reader.elements if "id" in found]
    assert len(ids) == len(set(ids))
    links = [str(found["href"]) for tag, found in reader.elements if tag == "a"]
    assert {link[1:] for link in links} <= set(ids)
    for name in ("aria-labelledby", "aria-describedby"):
        assert {str(f[name]) for _, f in reader.elements if name in f} <= set(ids)


@pytest.mark.parametrize("kind", KINDS)
def test_pages_ask_nothing_of_anyone(results: Path, kind: str) -> None:
    text = (results / kind / "report.html").read_text(encoding="utf-8")
    for tag, found in _read(results, kind).elements:
        assert tag not in {"script", "link", "iframe", "object", "embed", "form", "img"}
        assert not {"src", "srcset", "data", "action"} & set(found)
        assert not [name for name in found if name.startswith("on")]
    style = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)[0]
    assert "url(" not in style
    assert "@import" not in style
    assert "prefers-color-scheme:dark" in style
    assert "default-src 'none'" in text


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_have_words_beside_them(results: Path, kind: str) -> None:
    reader = _read(results, kind)
    drawings = [found for tag, found in reader.elements if tag == "svg" and "class" in found]
    assert all(found.get("aria-hidden") == "true" for found in drawings)
    figures = [found for tag, found in reader.elements if tag == "figure"]
    assert len(figures) == 2  # forest, and funnel or network
    assert all(f.get("aria-describedby") and f.get("aria-labelledby") for f in figures)


@pytest.mark.parametrize("kind", KINDS)
def test_pages_say_nothing_forbidden(results: Path, kind: str) -> None:
    shown = " ".join(" ".join(_read(results, kind).words).split())
    assert slips(shown) == ()
    assert not re.search(r"\bNaN\b|\bnan\b|\bNone\b|\binf\b|undefined|(?<=[ (])-\d", shown)
    assert "Research software" in shown


def test_labels_stay_as_they_were_written(results: Path) -> None:
    shown = " ".join(_read(results, "network").words)
    assert NASTY in shown
    assert "never compared directly" not in shown  # all three pairs were
    assert "line 14" not in shown
    plain = " ".join(_read(results, "plain").words)
    assert "1 entry of the file left out" in plain
    assert "no value in yi" in plain


def test_many_studies_go_into_a_table_and_a_file(results: Path) -> None:
    page = " ".join(_read(results, "many").words)
    assert "The studies are too many to draw here" in page
    assert "All 80 studies" in page
    drawn = (results / "many" / "forest.svg").read_text(encoding="utf-8")
    assert len(re.findall(r">S\d+<", drawn)) == 80


@pytest.mark.parametrize("kind", KINDS)
def test_picture_files_stand_alone(results: Path, kind: str) -> None:
    files = sorted((results / kind).glob("*.svg"))
    assert len(files) == 2
    for path in files:
        root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.get("role") == "img"
        named = {e.get("id"): (e.text or "") for e in root.iter() if e.get("id")}
        assert all(named[name] for name in str(root.get("aria-labelledby")).split())
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert not tags & {"script", "image", "use", "foreignObject", "a"}
        style = "".join(e.text or "" for e in root.iter() if e.tag.endswith("style"))
        assert "prefers-color-scheme:dark" in style
        assert "url(" not in style


def test_a_network_page_says_what_intervals_tell(results: Path) -> None:
    page = " ".join(" ".join(_read(results, "network").words).split())
    assert "not in the overlap of these lines" in page
    assert "not told apart" not in page.replace("No treatment is told apart", "")
    assert "Ratio of the two" in page
    assert "About one comparison in twenty differs by chance" in page
    assert "League table, the best P-score first: odds ratio of the row against the column" in page
    assert "one row a pair" in page
    assert "as log odds ratios" in page
    assert "better to the right" in page
    assert "log scale" in page


def test_a_league_table_is_square_and_turns_round(results: Path) -> None:
    text = (results / "network" / "report.html").read_text(encoding="utf-8")
    table = text[text.index('class="data square"') :].partition("</table>")[0]
    rows = table.split("<tr")[2:]
    assert len(rows) == 3
    cells = [re.findall(r"<td[^>]*>([^<]*)<", row) for row in rows]
    assert [row.count("\N{EM DASH}") for row in cells] == [1, 1, 1]
    one, other = (float(cells[i][j].split()[0]) for i, j in ((0, 1), (1, 0)))
    assert one * other == pytest.approx(1, abs=0.02)  # both are printed to two decimals


def test_what_has_no_degrees_of_freedom_is_not_printed(results: Path) -> None:
    page = " ".join(" ".join(_read(results, "lone").words).split())
    assert "Nothing tells how far the studies disagree" in page
    assert "Q 0.0 on 0" not in page
    assert "I\N{SUPERSCRIPT TWO} 0 %" not in page


@pytest.mark.parametrize("kind", ["plain", "groups"])
def test_a_funnel_says_which_end_holds_large_studies(results: Path, kind: str) -> None:
    words = "standard error (large studies at the top)"
    assert words in " ".join(_read(results, kind).words)
    assert words in (results / kind / "funnel.svg").read_text(encoding="utf-8")


def _forest(*rows: ForestRow, shown: Shown = PLAIN) -> Forest:
    words = ("forest", "Title", "Summary", "Caption")
    return Forest(*words, ("Study", "Value"), "axis", shown, (ForestGroup(None, rows),))


def _circles(markup: str) -> list[float]:
    return [float(x) for x in re.findall(r'<circle cx="([\d.]+)%"', markup)]


def test_a_dot_stands_where_its_number_says() -> None:
    rows = (ForestRow("A", 0.0, -1.0, 1.0), ForestRow("B", 1.0, 0.0, 2.0))
    chart = forest_chart(_forest(*rows))
    plots = [row.plot for group in chart.groups for row in group.rows]
    # The axis runs from -1 to 2.
    assert [_circles(plot) for plot in plots] == [[pytest.approx(33.33)], [pytest.approx(66.67)]]
    assert [row.value for group in chart.groups for row in group.rows] == [
        "0.00 (\N{MINUS SIGN}1.00 to 1.00)",
        "1.00 (0.00 to 2.00)",
    ]


def test_ratios_stand_on_a_logarithmic_axis() -> None:
    rows = (ForestRow("A", 0.0, -1.0, 1.0), ForestRow("B", math.log(3), 0.2, 2.0))
    chart = forest_chart(_forest(*rows, shown=Shown("log", "odds ratio")))
    first, second = (row.plot for group in chart.groups for row in group.rows)
    # Ticks at 0.2, 0.5, 1, 2, 5 and 10; places are rounded to a hundredth of a percent.
    assert _circles(first)[0] == pytest.approx(100 * math.log(5) / math.log(50), abs=0.01)
    assert _circles(second)[0] == pytest.approx(100 * math.log(15) / math.log(50), abs=0.01)
    assert {">0.2<", ">0.5<", ">5<"} <= set(re.findall(r">[0-9.]+<", str(chart.axis)))
    assert chart.axis_title == "axis, log scale"


@pytest.mark.parametrize(("low", "high"), [(0.9, 1.1), (0.5, 2.0), (0.35, 7.4), (0.05, 40.0)])
def test_ratio_axes_hold_their_ends_and_have_few_ticks(low: float, high: float) -> None:
    scale, ticks = Shown("log", "odds ratio").axis(math.log(low), math.log(high))
    near = 1 + 1e-9  # an end may stand on its tick but for rounding
    assert scale.low <= low * near
    assert scale.high >= high / near
    assert 2 <= len(ticks) <= 8
    assert list(ticks) == sorted(ticks)


def test_the_better_side_is_named_in_page_and_picture() -> None:
    rows = (ForestRow("A", 0.0, -1.0, 1.0), ForestRow("B", 1.0, 0.0, 2.0))
    for side, arrow in (("left", "\N{LEFTWARDS ARROW}"), ("right", "\N{RIGHTWARDS ARROW}")):
        forest = dataclasses.replace(_forest(*rows), better=side)
        for drawn in (forest_chart(forest).axis_title, forest_svg(forest)):
            assert f"better to the {side}" in drawn
            assert arrow in drawn


def test_an_interval_that_leaves_the_axis_gets_an_arrow() -> None:
    narrow = [ForestRow(str(k), 0.1 * k, 0.1 * k - 0.2, 0.1 * k + 0.2) for k in range(5)]
    drawn = forest_svg(_forest(*narrow, ForestRow("wide", 0.0, -50.0, 60.0)))
    assert drawn.count("L0 -5L0 5Z") == 2
    assert "\N{MINUS SIGN}50.00 to 60.00" in drawn


def test_a_diamond_reaches_from_end_to_end_of_its_interval() -> None:
    rows = (ForestRow("A", 0.0, -1.0, 1.0), ForestRow("All", 0.5, 0.0, 2.0, "pooled"))
    (_, pooled) = (row.plot for group in forest_chart(_forest(*rows)).groups for row in group.rows)
    x, width = re.findall(r'<svg x="([\d.]+)%" y="-9" width="([\d.]+)%"', pooled)[0]
    assert [float(x), float(width)] == pytest.approx([33.33, 66.67])
    assert "L25.0 0" in pooled  # the tip stands at the estimate, a quarter of the way


def test_the_most_exact_study_stands_at_the_top_of_the_funnel() -> None:
    points = ((0.0, 0.1), (1.0, 0.4))
    chart = funnel_chart(Funnel("T", "S", "axis", PLAIN, points, 0.2, 1.96))
    heights = [float(y) for y in re.findall(r'cy="([\d.]+)"', chart.plot)]
    assert heights[0] < heights[1]
    places = _circles(chart.plot)
    assert places[0] < places[1]


@given(st.lists(st.floats(0, 400), max_size=20))
def test_names_beside_the_circle_never_cover_each_other(heights: list[float]) -> None:
    spread = _spread(sorted(heights), 200.0)
    assert len(spread) == len(heights)
    assert all(lower - upper >= GAP - 1e-6 for upper, lower in pairwise(spread))
    if spread:
        assert (spread[0] + spread[-1]) / 2 == pytest.approx(200.0)


@pytest.mark.parametrize("count", [2, 3, 9, 30])
def test_a_network_names_every_treatment_inside_of_its_picture(count: int) -> None:
    nodes = tuple(NetNode(f"Treatment number {k}", 10.0 + k, k == 0) for k in range(count))
    edges = tuple((k, k + 1, k + 1) for k in range(count - 1))
    net = Net("Title", "Summary", nodes, edges)
    root = ElementTree.fromstring(net_svg(net))
    height = float(str(root.get("height")))
    words = [e for e in root.iter() if e.tag.endswith("text")]
    assert len(words) == count + 1
    assert all(0 < float(str(word.get("y"))) < height for word in words)
    assert "Treatment number 0 (ref.)" in net_svg(net)
    for drawing in (net_drawing(net), net_numbers(net)):
        assert drawing.count("<circle") == count
    assert "Treatment" not in net_numbers(net)


def test_thicker_lines_hold_more_studies_and_larger_circles_more_people() -> None:
    nodes = (NetNode("a", 100, True), NetNode("b", 25, False), NetNode("c", 25, False))
    drawn = net_drawing(Net("T", "S", nodes, ((0, 1, 1), (0, 2, 5), (1, 2, 9))))
    lines = re.findall(r'<line stroke-width="(\d+\.?\d*)" x1', drawn)
    assert sorted(float(width) for width in lines if float(width) > 1) == [5.5, 10.0]
    radii = [float(r) for r in re.findall(r'r="([\d.]+)" stroke-width', drawn)]
    assert radii[0] > radii[1] == radii[2]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("-0.5 (-1.0 to 0.2)", "\N{MINUS SIGN}0.5 (\N{MINUS SIGN}1.0 to 0.2)"),
        ("Low-dose SARI 2-3", "Low-dose SARI 2-3"),
        ("study -x", "study -x"),
    ],
)
def test_minus_signs_are_true_and_hyphens_stay(text: str, wanted: str) -> None:
    assert minus(text) == wanted


def test_long_labels_are_cut_with_an_ellipsis() -> None:
    assert cut("short", 10) == "short"
    assert cut("a long label that goes on", 10) == "a long la…"


@given(st.floats(-700, 700), st.sampled_from(["plain", "log", "logit"]))
def test_shown_numbers_are_finite_and_rise(value: float, kind: str) -> None:
    shown = Shown(kind, "word")
    assert math.isfinite(shown.of(value))
    assert shown.of(value) <= shown.of(value + 1)
    assert shown.text(value)
    if kind == "logit":
        assert 0 <= shown.of(value) <= 1


@pytest.mark.parametrize(
    ("value", "kind", "wanted"),
    [
        (math.log(1.684), "log", "1.68"),
        (math.log(0.0843), "log", "0.084"),
        (-0.456, "plain", "-0.46"),
        (0.0, "logit", "0.50"),
    ],
)
def test_numbers_as_they_are_shown(value: float, kind: str, wanted: str) -> None:
    assert Shown(kind, "word").text(value) == wanted


def test_small_p_values_are_bounds() -> None:
    assert (p_text(0.0312), p_text(0.0004)) == ("p = 0.031", "p < 0.001")


@given(st.floats(-1e6, 1e6))
def test_files_hold_ten_digits(value: float) -> None:
    assert exact(value) == pytest.approx(value, rel=1e-9, abs=1e-300)
    assert exact(None) is None
