"""The pages in another language: a catalogue that puts every text in marks, right to left."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from equipoise.apps.report import language as lang
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.readers import render_for
from equipoise.apps.report.wording import tell
from equipoise.core.errors import InputError
from tests.apps.report.people import dossier_of

TEMPLATE = Path(lang.__file__).parent / "locale" / "equipoise.pot"
OPEN, CLOSE = "\N{LEFT WHITE SQUARE BRACKET}", "\N{RIGHT WHITE SQUARE BRACKET}"
FRAME = ("h1", "h2", "h3", "summary", "caption", "th", "button", "label")
DOCUMENTS = ("patient", "family", "letter", "authorization", "data")


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of catalogues; its Arabic is the English between marks."""
    catalogue = read_po(io.StringIO(TEMPLATE.read_text(encoding="utf-8")), locale="ar")
    for message in catalogue:
        if not message.id:
            continue
        if isinstance(message.id, str):
            message.string = f"{OPEN}{message.id}{CLOSE}"
        else:
            message.string = tuple(f"{OPEN}{message.id[1]}{CLOSE}" for _ in range(6))
    folder = tmp_path_factory.mktemp("catalogues")
    path = folder / "ar" / "LC_MESSAGES" / "equipoise.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as stream:
        write_mo(stream, catalogue)
    return folder


class _Frame(HTMLParser):
    """The texts of headings, captions, heads of tables and summaries."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        if tag in FRAME:
            self.inside.append(tag)
            self.found.append((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if self.inside:
            tag, text = self.found[-1]
            self.found[-1] = (tag, text + data)


def _frame(page: str) -> Iterator[tuple[str, str]]:
    parser = _Frame()
    parser.feed(page)
    return ((tag, " ".join(text.split())) for tag, text in parser.found if text.strip())


@pytest.mark.parametrize("reader", DOCUMENTS)
def test_headings_come_from_the_catalogue(reader: str, marked: Path) -> None:
    dossier = dossier_of("three_failed")
    with lang.in_language("ar", marked):
        page = render_for(reader, dossier, Edition())
    headings = [text for tag, text in _frame(page) if tag in ("h1", "h2", "summary", "caption")]
    assert headings
    assert [text for text in headings if OPEN not in text] == []


def test_a_page_of_a_language_from_right_to_left_says_so(marked: Path) -> None:
    with lang.in_language("ar", marked):
        page = render_for("patient", dossier_of("first_episode"), Edition())
    assert '<html lang="ar" dir="rtl">' in page
    assert '<html lang="en" dir="ltr">' in render_for(
        "patient", dossier_of("first_episode"), Edition()
    )


def test_a_language_holds_inside_its_block_alone(marked: Path) -> None:
    english = tell("patient.title")
    with lang.in_language("ar", marked):
        assert tell("patient.title") == f"{OPEN}{english}{CLOSE}"
        assert lang.direction() == "rtl"
    assert tell("patient.title") == english
    assert (lang.language(), lang.direction()) == ("en", "ltr")


def test_a_language_without_catalogue_is_refused_and_the_others_named(marked: Path) -> None:
    with (
        pytest.raises(InputError, match=re.escape("allowed: en, ar")),
        lang.in_language("de", marked),
    ):
        raise AssertionError("not reached")


def test_a_translated_text_cannot_bring_markup(marked: Path, tmp_path: Path) -> None:
    text = (marked / "ar" / "LC_MESSAGES" / "equipoise.mo").read_bytes()
    bad = text.replace(OPEN.encode(), b"<b>")
    path = tmp_path / "ar" / "LC_MESSAGES" / "equipoise.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(bad)
    with lang.in_language("ar", tmp_path):
        assert "<b>" not in tell("patient.title")
        assert "&lt;b&gt;" in tell("patient.title")


def test_a_label_with_markup_stays_text_in_every_language(marked: Path) -> None:
    dossier = replace(dossier_of("almost_nothing"), notices=("<script>alert(1)</script>",))
    with lang.in_language("ar", marked):
        assert "<script>alert" not in render_for("data", dossier, Edition())


SPOILED = {
    "unknown": lambda text: text + " {nonsense}" if "{" in text else text,
    "lost": lambda text: re.sub(r"{\w+}", "", text),
    "brace": lambda text: text + " {",
    "specified": lambda text: re.sub(r"{(\w+)}", r"{\1.real:>9}", text),
    "percent": lambda text: text + " %(x)s %d",
    "markup": lambda text: text + "<script>alert(1)</script>",
}


def spoiled(folder: Path, spoil: Callable[[str], str]) -> Path:
    """Return a folder whose German is English, spoiled."""
    catalogue = read_po(io.StringIO(TEMPLATE.read_text(encoding="utf-8")), locale="de")
    for message in catalogue:
        if message.id:
            one = message.id
            message.string = spoil(one) if isinstance(one, str) else tuple(map(spoil, one))
    path = folder / "de" / "LC_MESSAGES" / "equipoise.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as stream:
        write_mo(stream, catalogue)
    return folder


@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_translation_falls_back_to_english(how: str, tmp_path: Path) -> None:
    dossier = dossier_of("three_failed")
    with lang.in_language("de", spoiled(tmp_path, SPOILED[how])):
        for reader in ("clinician", "patient", "authorization"):
            page = render_for(reader, dossier, Edition())
            assert "nonsense" not in page
            assert "<script>alert" not in page
        told = tell("patient.found_scale", lowest="0", highest="60")
    assert "from 0 to 60" in told


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xde\x12\x04\x95\xff\xff"])
def test_a_damaged_catalogue_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "de" / "LC_MESSAGES" / "equipoise.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"), lang.in_language("de", tmp_path):
        raise AssertionError("not reached")
