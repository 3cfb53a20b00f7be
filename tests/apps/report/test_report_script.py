"""The script of the pages: small, allowed by its hash alone, without any way out of the page."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache

import pytest

from equipoise.apps.report.edition import Edition
from equipoise.apps.report.readers import READERS, render_for
from equipoise.apps.report.scripts import LARGEST, page_script
from tests.apps.report.people import EMERGENCY, WORKED, dossier_of

WITH: tuple[str, ...] = ("clinician", "patient")
SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')


@cache
def page(reader: str, person: str = "three_failed") -> str:
    edition = Edition(released_by="Dr Example") if person == EMERGENCY else Edition()
    return render_for(reader, dossier_of(person), edition)


def test_it_is_small_and_cannot_leave_the_page() -> None:
    text = page_script().text
    assert len(text.encode()) <= LARGEST
    assert text.startswith('(() => {\n"use strict";')
    out = r"\beval\b|Function\(|fetch|XMLHttp|WebSocket|sendBeacon|import\(|innerHTML|outerHTML"
    kept = r"|insertAdjacentHTML|document\.write|cookie|localStorage|sessionStorage|\bsrc\b"
    assert not re.search(out + kept, text)
    assert "http" not in text
    assert "</" not in text
    assert "<!--" not in text


@pytest.mark.parametrize("reader", WITH)
@pytest.mark.parametrize("person", [*WORKED, EMERGENCY])
def test_the_policy_allows_this_script_and_no_other(reader: str, person: str) -> None:
    source = page(reader, person)
    (script,) = SCRIPT.findall(source)
    (policy,) = POLICY.findall(source)
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode()
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert rules["default-src"] == "'none'"
    kinds = set(re.findall(r"<script([^>]*)>", source))
    assert kinds <= {"", ' type="application/json"', ' type="application/json" id="data"'}


@pytest.mark.parametrize("reader", [one for one in READERS if one not in WITH])
def test_pages_that_nothing_moves_on_have_no_script(reader: str) -> None:
    source = page(reader)
    assert not SCRIPT.findall(source)
    assert "script-src" not in source


def test_the_bytes_are_the_same_each_time() -> None:
    first = page("clinician")
    assert render_for("clinician", dossier_of("three_failed"), Edition()) == first
