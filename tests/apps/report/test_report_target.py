"""The target reads alike everywhere, warns where data are invented, and names its template."""

from __future__ import annotations

import dataclasses
import html
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import cast

from equipoise.apps.report import render
from equipoise.apps.report.charts.template_brain import template_file
from equipoise.apps.report.sections.sheet import data_lines
from equipoise.apps.summary import summary
from equipoise.core.nouns import Dossier

SAMPLES = runpy.run_path(str(Path(__file__).with_name("sample_dossier.py")))
build = cast("Callable[[str], Dossier]", SAMPLES["build"])
POINT = "x \N{MINUS SIGN}42, y +41, z +29 mm"


def words(source: str) -> str:
    """Return the words of a piece of HTML."""
    bare = html.unescape(re.sub(r"<[^>]+>", " ", source)).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(bare.split())


def section(source: str, name: str) -> str:
    """Return the words of one section of a page."""
    start = source.index(f'<section id="{name}"')
    return words(source[start : source.index("</section>", start)])


def between() -> Dossier:
    """Return a target between whole millimetres, with reasons in tenths."""
    base = build("full")
    target = dataclasses.replace(
        base.targets[0],
        point=(-41.5, 40.5, 29.4),
        radius50=4.2,
        radius95=15.1,
        split_half=8.2,
        reasons=("95 % of the resampled points lie within 15.1 mm (limit 20 mm)",),
    )
    return dataclasses.replace(base, targets=(target,))


def test_title_table_sheet_and_terminal_agree() -> None:
    page = render(between())
    target, lines = section(page, "target"), summary(between())
    # The data sheet holds the numbers as exactly as the files.
    exact = {line.id: line.value for line in data_lines(between())}
    found = [float(exact[f"mri.tms_target.{name}"]) for name in ("x", "y", "z", "radius95")]
    assert found == [-41.5, 40.5, 29.4, 15.1]
    for place in (target, lines):
        assert POINT in place
        assert "15.1" not in place
        assert "15 mm" not in place
        # Outward, so that the printed region never claims more than the file.
        assert "16 mm" in place
    assert "(95 % within 16 mm)" in target
    assert "within 16 mm (limit 20 mm)" in target


def test_a_target_from_invented_data_is_for_no_use() -> None:
    said = "This point is for no use on a person."
    target = section(render(build("full")), "target")
    assert "Real brain signal in synthetic geometry, invented person." in target
    assert said in target
    assert said in summary(build("full"))
    real = dataclasses.replace(build("full"), notices=())
    assert said not in render(real)
    assert said not in summary(real)


def test_the_template_is_named_as_what_it_is() -> None:
    """By hand: left and right halves of the installed image are equal, so it is symmetric."""
    page = render(build("full"))
    assert template_file() is not None
    target = section(page, "target")
    assert "ICBM 2009a nonlinear symmetric MNI152 template" in target
    assert "given in MNI152NLin2009cAsym, another variant of MNI152" in target
    assert "differ by millimetres" in target
    assert "Copyright (C) 1993-2004 Louis Collins" in section(page, "sources")


def _with_verdict(verdict: str) -> Dossier:
    base = build("full")
    target = dataclasses.replace(base.targets[0], verdict=verdict, reasons=("a reason",))
    return dataclasses.replace(base, notices=(), targets=(target,))


def test_the_terminal_names_no_point_that_must_not_be_aimed_at() -> None:
    lines = summary(_with_verdict("fall_back"))
    assert "mri.tms_target fall_back: Do not aim at a point from this scan" in lines
    assert "x \N{MINUS SIGN}41" not in lines
    assert "    a reason" in lines
    assert "mri.tms_target use: left (x \N{MINUS SIGN}41, y +40, z +29 mm)" in summary(
        _with_verdict("use")
    )


def test_results_of_the_first_version_still_render() -> None:
    """They hold one point, no methods and two other verdicts."""
    for verdict, head in (("usable", "Usable: left target"), ("uncertain", "Uncertain: left")):
        target = section(render(_with_verdict(verdict)), "target")
        assert head in target
        assert "side by side" not in target
        assert "(95 % within 10 mm)" in target


def test_movement_keeps_its_decimals_in_a_reason() -> None:
    base = _with_verdict("use_with_caution")
    reasons = (
        "the head moved by 0.62 mm between volumes on average (limit 0.5 mm)",
        "use the standard target, found by head measures",
        "the halves lie 8.2 mm apart",
    )
    target = dataclasses.replace(base.targets[0], reasons=reasons)
    shown = section(render(dataclasses.replace(base, targets=(target,))), "target")
    assert "moved by 0.62 mm between volumes on average (limit 0.5 mm)" in shown
    assert "The halves lie 9 mm apart." in shown


def test_a_reason_that_repeats_the_verdict_is_left_out() -> None:
    base = _with_verdict("fall_back")
    reasons = ("the region is wide", "use the standard target, found by head measures")
    target = dataclasses.replace(base.targets[0], reasons=reasons)
    shown = section(render(dataclasses.replace(base, targets=(target,))), "target")
    assert shown.lower().count("use the standard target, found by head measures") == 1
    assert "The region is wide." in shown


def test_what_speaks_against_the_point_stands_apart_from_passed_checks() -> None:
    base = _with_verdict("use_with_caution")
    reasons = ("the head moved", "the scan is long", "the standard target serves as well")
    target = dataclasses.replace(base.targets[0], reasons=reasons, against=1)
    dossier = dataclasses.replace(base, targets=(target,))
    shown = section(render(dossier), "target")
    assert "What speaks against the point The head moved. " in shown
    assert "Checks passed: 1" in shown
    assert shown.index("Before aiming") < shown.index("The scan is long.")
    assert "the scan is long" not in summary(dossier)


def test_coordinates_of_a_template_are_told_apart_from_those_of_the_head() -> None:
    base = _with_verdict("use")
    lost = dataclasses.replace(base.targets[0], places=())
    shown = section(render(dataclasses.replace(base, targets=(lost,))), "target")
    assert "they fit no image of the person's own head without its transform" in shown
    own = dataclasses.replace(lost, space="T1w")
    shown = section(render(dataclasses.replace(base, targets=(own,))), "target")
    assert "fit no image" not in shown


def test_sections_stand_in_the_order_of_the_questions() -> None:
    page = render(build("full"))
    names = ("answer", "history", "known", "target", "course", "options", "sources")
    order = [page.index(f'<section id="{name}"') for name in names]
    assert order == sorted(order)
