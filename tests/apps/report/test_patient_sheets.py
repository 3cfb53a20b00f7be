"""How many sheets of paper the patient's page takes: a tired reader gives up on a pile."""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from dataclasses import replace

import pytest

from equipoise.apps.report.document import Document
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.layout import laid_out
from equipoise.apps.report.page import header_of, theme
from equipoise.apps.report.pdf import pdf_of
from equipoise.apps.report.readers import build_for
from tests.apps.report.people import ALMOST_NOTHING, WATCH, dossier_of

MOST = 8


@pytest.fixture(autouse=True)
def _printer() -> None:
    """Skip where the library or Pango is missing, as on a computer without the extra."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError) as error:
        pytest.skip(f"no printing here: {error}")


def sheets(name: str, paper: str, sections: tuple[str, ...] = ()) -> int:
    """Return how many sheets a page takes; of some sections alone where they are named."""
    dossier = dossier_of(name)
    page: Document = build_for("patient", dossier, Edition())
    if sections:
        page = replace(page, sections=tuple(s for s in page.sections if s.id in sections))
    html = laid_out("document.html.j2", theme(header_of(dossier)), page, "document.css")
    pages = pdf_of(html, paper)
    parts = [pages]
    for stream in re.findall(rb"(?s)stream\r?\n(.*?)\nendstream", pages):
        with suppress(zlib.error):
            parts.append(zlib.decompress(stream))
    return len(re.findall(rb"/Type ?/Page\b(?!s)", b"\n".join(parts)))


@pytest.mark.parametrize("name", ["post_partum"])
def test_the_page_takes_no_more_than_eight_sheets(name: str) -> None:
    assert 5 <= sheets(name, "a4") <= MOST


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("name", [ALMOST_NOTHING, WATCH])
def test_page_one_is_one_sheet(name: str, paper: str) -> None:
    assert sheets(name, paper, ("one-page",)) == 1
