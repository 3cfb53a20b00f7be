"""Pages as PDF: the same page, printed, with tags for screen readers.

WeasyPrint prints it: it comes from the package index, runs in this process and gives the same bytes
for the same page. The page must hold everything it needs; whatever else it asks for is refused.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from equipoise.core.errors import InputError

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

__all__ = ["PAPERS", "pdf_of"]

PAPERS: Final = ("a4", "letter")
VARIANT: Final = "pdf/ua-1"
FONTS: Final = (("normal", "NotoSans-Regular.ttf"), ("bold", "NotoSans-Bold.ttf"))
FONT_URL: Final = "equipoise-font:"
FAMILY: Final = "Equipoise Sans"
SHORTER: Final = ".clinician .detail{break-before:auto!important}"
"""Where the sheet that decides is too short for one person's answer, the detail follows it."""
DRAWN: Final = f"text{{font-family:{FAMILY}}}.tick,.letter{{font-size:10px}}"


def pdf_of(page: str, paper: str) -> bytes:
    """Return a page as a tagged PDF.

    Parameters
    ----------
    page : str
        An HTML document that holds everything it needs.
    paper : str
        One of :data:`PAPERS`.

    Returns
    -------
    bytes
        The same page always gives the same bytes.

    Raises
    ------
    InputError
        If there is no such paper, or the printing library or what it needs is missing.
    """
    if paper not in PAPERS:
        raise InputError("no such paper", where="--paper", got=paper, allowed=", ".join(PAPERS))
    with _quiet():
        fetcher = _fetcher()
        from weasyprint import HTML

        sheets, fonts = _sheets(paper)
        document = HTML(string=_drawn(page), base_url="about:blank", url_fetcher=fetcher)
        printed: bytes = document.write_pdf(
            stylesheets=list(sheets), font_config=fonts, pdf_variant=VARIANT
        )
    return printed


def _drawn(page: str) -> str:
    """Return the page with what its drawings take from the style sheet of a screen written out.

    The printer gives drawings no style of the page: font, size of ticks, the mark of an icon, the
    hatching of a bar.
    """
    plain = re.sub(r"var\(--icon-mark,(#[0-9A-F]{6})\)", r"\1", page)
    hatch = re.search(r'(?s)<pattern id="hatch".*?</pattern>', page)
    if hatch:
        plain = re.sub(
            r"(?s)(<svg\b[^>]*>)((?:(?!</svg>).)*url\(#hatch\))",
            rf"\1<defs>{hatch.group()}</defs>\2",
            plain,
        )
    return re.sub(r"(<svg\b[^>]*>)", rf"\1<style>{DRAWN}</style>", plain)


def _fetcher() -> URLFetcher:
    """Return what answers the addresses in a page: its own data and our font, nothing else."""
    try:
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except ModuleNotFoundError as error:
        raise InputError(
            "the library that prints PDF is not installed",
            where="--format pdf",
            allowed="html",
            todo="install it with: pip install 'equipoise[pdf]'",
        ) from error
    except OSError as error:
        raise InputError(
            "the system libraries that print PDF are missing (Pango)",
            where="--format pdf",
            allowed="html",
            todo="install them, on Debian and Ubuntu with: apt-get install libpango-1.0-0 "
            "libpangoft2-1.0-0 libharfbuzz-subset0",
        ) from error

    class OwnDataOnly(URLFetcher):  # type: ignore[misc]
        """Answers ``data:`` and the font that is shipped; refuses every other address."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            """Return what stands at `url`, never asking a network or a disk for it."""
            if url.startswith(FONT_URL):
                return URLFetcherResponse(url, _font(url.removeprefix(FONT_URL)))
            return super().fetch(url, headers)

    return OwnDataOnly(allowed_protocols={"data"}, allow_redirects=False)


@lru_cache(maxsize=len(FONTS))
def _font(name: str) -> bytes:
    if name not in dict(FONTS).values():
        message = f"no such font: {name}"
        raise ValueError(message)
    return resources.files("equipoise.apps.report").joinpath("fonts", name).read_bytes()


@lru_cache(maxsize=len(PAPERS))
def _sheets(paper: str) -> tuple[tuple[CSS, ...], FontConfiguration]:
    """Return the style sheets that paper alone needs, and the fonts that they bring."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    faces = "".join(
        f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};src:url("{FONT_URL}{name}")}}'
        for weight, name in FONTS
    )
    own = resources.files("equipoise.apps.report").joinpath("paper.css").read_text("utf-8")
    text = f"{faces}@page{{size:{paper}}}\n{own}{SHORTER if paper == 'letter' else ''}"
    return (CSS(string=text, font_config=fonts, url_fetcher=_fetcher()),), fonts


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's remarks on style sheets made for screens off the user's terminal."""
    loggers = [logging.getLogger(name) for name in ("weasyprint", "fontTools")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
