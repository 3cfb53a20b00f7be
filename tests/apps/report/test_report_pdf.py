"""Pages on paper: tagged, numbered, with their own font, always the same bytes, no network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zlib
from contextlib import suppress
from importlib import resources
from pathlib import Path

import pytest

from equipoise.apps.report.edition import Edition
from equipoise.apps.report.pdf import PAPERS, _drawn, pdf_of
from equipoise.apps.report.readers import render_for
from equipoise.core.errors import InputError
from tests.apps.report.people import ALMOST_NOTHING, dossier_of

PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>sub-01: a page</title>
<style>@page{@bottom-right{content:"page " counter(page) " of " counter(pages)}}
section{break-before:page}</style></head><body><h1>A page</h1><p>One sentence with 35 of 100.</p>
<section><h2>A second sheet</h2><table><tr><th scope="col">Name</th></tr><tr><td>Żółw, Αθήνα</td>
</tr></table></section></body></html>"""
SIZES = {"a4": (595, 842), "letter": (612, 792)}


@pytest.fixture(autouse=True)
def _printer() -> None:
    """Skip where the library or Pango is missing, as on a computer without the extra."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError) as error:
        pytest.skip(f"no printing here: {error}; make browser installs it")


def printed(paper: str = "a4") -> bytes:
    """Return the printed page with its streams unpacked."""
    pages = pdf_of(PAGE, paper)
    parts = [pages]
    for stream in re.findall(rb"(?s)stream\r?\n(.*?)\nendstream", pages):
        with suppress(zlib.error):
            parts.append(zlib.decompress(stream))
    return b"\n".join(parts)


@pytest.mark.parametrize("paper", PAPERS)
def test_a_page_has_the_size_that_was_asked_for(paper: str) -> None:
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed(paper))
    assert box is not None
    assert tuple(round(float(side)) for side in box.groups()) == SIZES[paper]


def test_a_page_is_tagged_for_screen_readers() -> None:
    pages = printed()
    for mark in (b"/StructTreeRoot", b"/Lang (en)", b"/Outlines", b"pdfuaid:part", b"/S /H1"):
        assert mark in pages, mark
    for mark in (b"/S /H2", b"/S /Table", b"/S /TH", b"/S /TD", b"/DisplayDocTitle true"):
        assert mark in pages, mark
    assert b"sub-01: a page" in pages


def test_every_font_is_embedded_and_ours() -> None:
    pages = printed()
    names = set(re.findall(rb"/BaseFont /([\w+-]+)", pages))
    assert names
    assert all(b"Equipoise-Sans" in name for name in names)
    assert len(re.findall(rb"/FontFile[23] ", pages)) >= len(names)


SCRIPT = """import sys; from equipoise.apps.report.pdf import pdf_of
sys.stdout.buffer.write(pdf_of(sys.stdin.read(), "a4"))"""


def printed_elsewhere(page: str, **environment: str) -> bytes:
    """Return the bytes that another process prints."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=page.encode(),
        capture_output=True,
        check=True,
        timeout=60,
        env={**os.environ, **environment},
    )
    return done.stdout


def test_the_same_page_gives_the_same_bytes_also_without_any_font(tmp_path: Path) -> None:
    config = tmp_path / "fonts.conf"
    config.write_text("<fontconfig><dir>/nowhere</dir></fontconfig>", "utf-8")
    one = printed_elsewhere(PAGE, PYTHONHASHSEED="1")
    bare = printed_elsewhere(PAGE, PYTHONHASHSEED="2", FONTCONFIG_FILE=str(config))
    assert one == bare


@pytest.mark.parametrize(
    "url", ["https://example.org/a.png", "file:///etc/hostname", "ftp://a.org"]
)
def test_only_what_the_page_holds_is_read(url: str) -> None:
    from equipoise.apps.report.pdf import _fetcher

    with pytest.raises(ValueError, match="disallowed protocol"):
        _fetcher().fetch(url)
    assert _fetcher().fetch("data:text/plain,here").read() == b"here"


def test_a_missing_library_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint.urls", None)
    with pytest.raises(InputError, match=r"--format pdf: .*not installed.*equipoise\[pdf\]"):
        pdf_of(PAGE, "a4")


def test_an_unknown_paper_is_refused() -> None:
    with pytest.raises(InputError, match="no such paper; got a3; allowed: a4, letter"):
        pdf_of(PAGE, "a3")


def words(text: str) -> list[str]:
    return re.findall(r"[\w.%-]+", text)


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not here (poppler-utils)")
def test_the_words_of_a_page_can_be_read_back(tmp_path: Path) -> None:
    page = render_for("family", dossier_of(ALMOST_NOTHING), Edition())
    path = tmp_path / "page.pdf"
    path.write_bytes(pdf_of(page, "a4"))
    text = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    sheets = text.count("\f")
    assert f"page {sheets} of {sheets}" in text
    body = re.sub(r"(?s)<style>.*?</style>|<script.*?</script>", "", page).split("<main", 1)[1]
    sentences = re.findall(r"<p>([^<&]+)</p>", body)
    assert sentences
    there = " ".join(words(text))
    missing = [s for s in sentences if not set(words(s)) <= set(there.split())]
    assert missing == []


def test_what_a_drawing_takes_from_elsewhere_is_written_into_it() -> None:
    """A bar hatched by a pattern of another drawing, and an icon in a colour of its own."""
    page = (
        '<svg><defs><pattern id="hatch" width="6"><rect/></pattern></defs></svg>'
        '<svg class="plain"><rect/></svg><svg class="bar"><rect fill="url(#hatch)"/></svg>'
        '<path stroke="var(--icon-mark,#9B1C23)"/>'
    )
    drawn = _drawn(page)
    bar = drawn[drawn.index('class="bar"') :]
    assert bar.index('<pattern id="hatch"') < bar.index("url(#hatch)")
    assert drawn.count("<pattern") == 2
    assert 'stroke="#9B1C23"' in drawn


@pytest.mark.parametrize("above", [1, 16, 40])
def test_pictures_of_brains_beside_each_other_cross_a_sheet(above: int) -> None:
    """The printer gave up where a grid that holds drawings alone met the end of a sheet."""
    folder = resources.files("equipoise.apps.report")
    style = "".join(folder.joinpath(f"{name}.css").read_text() for name in ("style", "document"))
    drawing = '<svg class="glass" viewBox="0 0 196 160"><path d="M0 0L9 9"/></svg>'
    plots = f'<div class="one-plot">{drawing}{drawing}<p class="small">where</p></div>' * 5
    page = PAGE.replace("</style>", style + "</style>").replace(
        "<section>", "<p>Above.</p>" * above + f'<div class="plots">{plots}</div><section>'
    )
    assert pdf_of(page, "a4").startswith(b"%PDF")
