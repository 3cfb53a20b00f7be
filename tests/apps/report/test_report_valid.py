"""Every page is valid HTML (html5lib, strict), and every id is unique and points somewhere."""

from __future__ import annotations

import re
from collections import Counter

import html5lib
import pytest

from equipoise.apps.report.edition import Edition
from equipoise.apps.report.readers import READERS, render_for
from tests.apps.report.people import EMERGENCY, dossier_of

RELEASED = Edition(released_by="Dr A. Example")
SMALL = ("patient", "family", "letter", "authorization")


def pages() -> list[tuple[str, str]]:
    """Return person and reader: the small pages of two people, the large ones of one."""
    return [("three_failed", reader) for reader in SMALL] + [(EMERGENCY, r) for r in READERS]


@pytest.mark.parametrize(("person", "reader"), pages())
def test_a_page_is_valid(person: str, reader: str) -> None:
    page = render_for(reader, dossier_of(person), RELEASED)
    html5lib.HTMLParser(strict=True).parse(page)


@pytest.mark.parametrize(("person", "reader"), pages())
def test_ids_are_unique_and_found(person: str, reader: str) -> None:
    page = render_for(reader, dossier_of(person), RELEASED)
    page = re.sub(r"(?s)<script\b.*?</script>", "", page)
    ids = Counter(re.findall(r'\bid="([^"]+)"', page))
    assert [name for name, count in ids.items() if count > 1] == []
    inside = re.findall(r'href="#([^"]+)"', page)
    named = re.findall(r'(?:aria-labelledby|aria-describedby|for)="([^"]+)"', page)
    asked = {*inside, *(name for names in named for name in names.split())}
    assert sorted(asked - set(ids)) == []


def test_a_fault_is_found() -> None:
    with pytest.raises(html5lib.html5parser.ParseError):
        html5lib.HTMLParser(strict=True).parse("<!DOCTYPE html><p><table><p>x</p></table>")
