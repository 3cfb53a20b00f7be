"""The pages of single commands: whole, alone, and with a way out where there is no target."""

from __future__ import annotations

import html
import re
import runpy
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from equipoise.apps.report.imaging_page import circuits_page, target_page
from equipoise.apps.report.wording import say, slips
from equipoise.core.nouns import Dossier, NotMeasured, Result

SAMPLES = runpy.run_path(str(Path(__file__).with_name("sample_scans.py")))
build = cast("Callable[[str], Dossier]", SAMPLES["build"])
DAY = "2025-01-13"
VOID = frozenset(("br", "col", "input", "meta"))
NONE = NotMeasured("mri.tms_target", "the run holds 3 minutes without motion, 4 are needed")


def results(state: str) -> tuple[Result, ...]:
    """Return what a command would have measured."""
    dossier = build(state)
    taken = (item.measurement for item in dossier.measurements)
    brain = (m for m in taken if m.id.startswith("mri."))
    gaps = (gap for gap in dossier.not_measured if gap.id.startswith("mri."))
    return (*brain, *dossier.targets, *dossier.scans, *gaps)


def pages() -> dict[str, str]:
    """Return every kind of page."""
    normed = tuple(m for m in build("scans").measurements if m.measurement.id.startswith("mri."))
    notice = ("real brain signal in synthetic geometry",)
    return {
        "target": target_page(results("scans"), "01", DAY, notice),
        "fall_back": target_page(results("fall_back"), None, DAY, ()),
        "no_target": target_page((NONE, *build("scans").scans[:1]), "01", DAY, ()),
        "circuits": circuits_page(results("scans"), "01", DAY, notice, normed),
        "no_norms": circuits_page(results("scans"), None, DAY, ()),
        "nothing": circuits_page((NotMeasured("mri.rest_salience", "too short"),), None, DAY, ()),
        "empty": circuits_page((), None, DAY, ()),
    }


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return pages()


def words(source: str) -> str:
    body = source[source.index("<body") :]
    bare = html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(bare.split())


class Reader(HTMLParser):
    """Checks nesting and collects elements."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


def test_every_page_is_whole_and_alone(made: dict[str, str]) -> None:
    for name, source in made.items():
        reader = Reader()
        reader.feed(source)
        assert (reader.faults, reader.open) == ([], []), name
        ids = [str(found["id"]) for _, found in reader.elements if "id" in found]
        assert len(ids) == len(set(ids)), name
        links = {str(f["href"])[1:] for t, f in reader.elements if t == "a" and f["href"]}
        inner = {link for link in links if not link.startswith(("ttps:", "ttp:"))}
        assert inner <= set(ids), (name, inner - set(ids))
        for tag, found in reader.elements:
            assert tag not in {"link", "iframe", "img"}, name
            assert "src" not in found, name
            if "href" in found and tag != "a":
                assert str(found["href"]).startswith("data:image/png;base64,"), name
        assert [tag for tag, _ in reader.elements].count("h1") == 1, name
        assert len(source.encode()) < 3_000_000, name
        assert slips(words(source)) == (), name
        assert not re.search(r"\bNone\b|\bnan\b|undefined", words(source)), name
        assert "does not make it" in words(source), name


def test_the_same_results_give_the_same_bytes(made: dict[str, str]) -> None:
    again = target_page(results("fall_back"), None, DAY, ())
    assert again == made["fall_back"]


def test_the_verdict_comes_before_pictures_and_numbers(made: dict[str, str]) -> None:
    source = made["target"]
    verdict = source.index(say("target_use"))
    assert verdict < source.index('class="brain glass"') < source.index("side by side")
    assert source.index("Use: left target at") < verdict
    assert "This point is for no use on a person." in words(source)


def test_a_target_to_fall_back_from_has_no_cross_and_its_numbers_are_folded(
    made: dict[str, str],
) -> None:
    source = made["fall_back"]
    section = source[source.index('<section id="target"') :]
    section = section[: section.index("</section>")]
    assert 'class="brain' not in section
    shown = words("<body" + re.sub(r"<details>.*?</details>", "", section, flags=re.DOTALL))
    assert not re.search(r"\b[xyz] [+\N{MINUS SIGN}]?\d", shown)
    assert "Fall back: use the standard target" in shown
    assert "95 % of the resampled points lie within 32 mm (limit 20 mm)." in shown
    assert "Take the three measures in centimetres" in shown
    assert "x \N{MINUS SIGN}41, y +40, z +29 mm" in words("<body" + section)


def test_no_target_says_why_and_what_serves_instead(made: dict[str, str]) -> None:
    shown = words(made["no_target"])
    assert "No personal target from this scan: use the standard target" in shown
    assert f"Not measured: {NONE.reason}" in shown
    assert "Without it the standard target of the clinic serves." in shown
    assert "From the vertex go Y towards that mark" in shown
    # The scan that gave none is shown, so that the reason can be seen.
    assert 'class="carpet"' in made["no_target"]


def test_the_methods_stand_side_by_side_in_whole_millimetres(made: dict[str, str]) -> None:
    """Axes 12.3, 8.6 and 6.2 mm outward; 17.6 mm to the nearest, its error 1.4 mm outward."""
    source = made["target"]
    table = source[source.index("The methods side by side") :]
    table = words("<body" + table[: table.index("</table>")])
    for head in ("Classic seed (chosen)", "Reference map", "Clustering"):
        assert head in table
    assert table.count("13 \N{MULTIPLICATION SIGN} 9 \N{MULTIPLICATION SIGN} 7 mm") == 3
    assert "18 mm, standard error 2 mm" in table
    assert "x \N{MINUS SIGN}44, y +36, z +24 mm" in table
    assert not re.search(r"\d\.\d+ mm", table)
    # Correlation -0.284, error 0.061: in Fisher z -0.292 and 0.0664; back, -0.3986 to -0.1605.
    assert "95 %: \N{MINUS SIGN}0.4 to \N{MINUS SIGN}0.16" in table
    shown = words(source)
    assert "Three methods put the point at most 10 mm apart: within the reach of the 95 %" in shown
    assert "about 3 % of the differences in outcome. Elbau 2023" in shown


def test_places_say_how_they_were_reached(made: dict[str, str]) -> None:
    shown = words(made["target"])
    assert "T1w, the person's own image x \N{MINUS SIGN}39, y +52, z +38 mm" in shown
    assert "By the transform of the preprocessing." in shown
    assert "MNI152NLin6Asym x \N{MINUS SIGN}41, y +41, z +28 mm" in shown


def test_a_given_image_replaces_the_template(tmp_path: Path) -> None:
    nib = pytest.importorskip("nibabel")
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = (-96, -110, -90)
    values = np.random.default_rng(1).integers(0, 255, (96, 110, 90)).astype(np.uint8)
    nib.save(nib.Nifti1Image(values, affine), tmp_path / "t1w.nii.gz")
    source = target_page(results("scans"), "01", DAY, (), tmp_path / "t1w.nii.gz")
    shown = words(source)
    assert "This person's own T1w image." in shown
    assert "Sagittal, x = \N{MINUS SIGN}39 mm (left)" in shown
    assert "drawn here as balls of the same radius" in shown
    assert "Template brain, not this person's anatomy" not in shown
    assert "does not read images for disease" in shown


def test_circuits_without_norms_stay_in_their_own_unit(made: dict[str, str]) -> None:
    assert "none placed on a norm" in words(made["no_norms"])
    assert "Centile 82" in words(made["circuits"])
    assert "Centile" not in words(made["no_norms"])
    assert "Ten measures Not measured: no run of this task was recorded" in words(made["circuits"])
    assert "Not measured: too short" in words(made["nothing"])
