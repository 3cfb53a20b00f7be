"""Every number that any page prints is a row of the data sheet, or a text that says so.

The pages of six worked people and of a person with scans. A number in a sentence is an element that
names its row: the row must be there, hold the same number, and be rounded as stated. Every other
number must stand in a text of the tables or of the record, between the same words; what is left is
on the list of :func:`expected`, each with its reason.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from collections.abc import Iterator
from dataclasses import astuple, fields
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import cache
from itertools import pairwise

import pytest

from equipoise.apps.report.edition import Edition
from equipoise.apps.report.readers import READERS, render_for
from equipoise.apps.report.sections.line import Line
from equipoise.apps.report.sections.sheet import data_lines
from equipoise.core.documents import to_plain
from equipoise.core.nouns import Dossier
from equipoise.core.tables import load_table
from tests.apps.report.people import PEOPLE, dossier_of
from tests.apps.report.printed import MONTHS, Words, faults, numbers_in, read, record_texts
from tests.apps.report.printed import table_texts as cells
from tests.apps.report.sample_dossier import build

NAME = "Dr A. Example"
IMAGING = "imaging"
EVERYBODY = (*PEOPLE, IMAGING)
CHECKED_SHEETS = ("three_failed", "emergency", IMAGING)
TOLD = tuple(reader for reader in READERS if reader not in {"clinician", "data"})
"""The clinician's page holds charts and tables of its own: see `test_report_truth`."""


@cache
def person(name: str) -> Dossier:
    return build("full") if name == IMAGING else dossier_of(name)


@cache
def page(name: str, reader: str) -> str:
    return render_for(reader, person(name), Edition(released_by=NAME))


@cache
def rows(name: str) -> dict[str, Line]:
    return {line.id: line for line in data_lines(person(name))}


@cache
def tables() -> Words:
    return Words((*cells(), *references(), *ages()))


def ages() -> Iterator[str]:
    """How old a table is, in words: the page says when it was last looked at."""
    found = {cell for cell in cells() if re.fullmatch(r"20\d\d-\d\d", cell)}
    yield from (f"{MONTHS[int(one[5:]) - 1]} {one[:4]}" for one in found)


def references() -> Iterator[str]:
    """A reference is printed as authors, year, title and journal in one text."""
    for row in load_table("references/references").rows:
        told = [row.cells.get(name, "n/a") for name in ("authors", "year", "title", "journal")]
        kept = [part for part in told if part != "n/a"]
        yield ". ".join(kept)
        yield from (" ".join(pair) for pair in pairwise(kept))


def in_words(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{int(day)} {MONTHS[int(month) - 1]} {year}"


def expected(name: str) -> Iterator[str]:
    """Numbers that are no row, each with the reason why."""
    dossier = person(name)
    label = f"sub-{dossier.label}"
    # The name of the person, which stands in head and foot with day and version.
    yield from (label, f"{label} {in_words(dossier.date)}", f"about {label} of")
    yield f"Equipoise {dossier.version}"
    # A list that is cut off says how many more there are.
    yield from (f"and {number} more" for number in range(1, 100))
    # Answers to single questions, worked from the record.
    for answers in dossier.timeline.scales.or_else(()):
        row = load_table("scales/scales").find(id=answers.scale)
        most = row.cells["item_maximum"] if row else ""
        for number, answer in enumerate(answers.items, start=1):
            yield f"item {number} (0 to {most}): {answer} ({in_words(answers.date)})"
            yield f"{in_words(answers.date)}); {answer} ({in_words(answers.date)})"
    # The alternative text of a drawn line cannot hold elements: the totals and ends of scales.
    for line in rows(name).values():
        if line.id.startswith("scale."):
            yield from (f"from {line.value} to", f"to {line.value} lower", f"score is {line.value}")


@cache
def words(name: str) -> Words:
    return tables() | Words((*record_texts(to_plain(person(name))), *expected(name)))


@pytest.mark.parametrize("reader", TOLD)
@pytest.mark.parametrize("name", EVERYBODY)
def test_every_number_is_its_row_or_a_text(name: str, reader: str) -> None:
    assert faults(page(name, reader), rows(name), words(name)) == []


@pytest.mark.parametrize("name", EVERYBODY)
def test_figures_of_the_clinicians_page_are_their_rows(name: str) -> None:
    printed = "".join(re.findall(r"<data .*?</data>", page(name, "clinician"), re.DOTALL))
    assert faults(printed, rows(name), words(name)) == []


def every_rounding(line: Line) -> Iterator[str]:
    """Return a number to the nearest and outward with up to four decimals, a log ratio as ratio."""
    ends = (line.low80, line.high80, line.low95, line.high95)
    for cell in (line.value, line.standard_error, line.coverage, *ends):
        if not re.fullmatch(r"-?[\d.]+(e-?\d+)?", cell):
            continue
        value = Decimal(cell)
        several = {value, value * 100}
        if line.id.startswith("compared."):
            several |= {value.exp(), (-value).exp()}
        for one in several:
            for places in range(5):
                for how in (ROUND_HALF_UP, ROUND_FLOOR, ROUND_CEILING):
                    yield f"{abs(one.quantize(Decimal(1).scaleb(-places), rounding=how)):f}"


@pytest.mark.parametrize("name", EVERYBODY)
def test_decimals_of_the_clinicians_page_are_roundings_of_rows(name: str) -> None:
    """Its charts and tables name no rows; a number with decimals must be that of some row."""
    known = {text for line in rows(name).values() for text in every_rounding(line)}
    found = [
        (token, block)
        for block in read(page(name, "clinician")).blocks
        for left, token, right in numbers_in(block)
        if re.fullmatch(r"[-+]?\d+\.\d+", token) and not words(name).hold(left, token, right)
    ]
    assert [pair for pair in found if pair[0].lstrip("-+") not in known] == []


@pytest.mark.parametrize("name", CHECKED_SHEETS)
def test_every_link_into_the_sheet_leads_to_a_row(name: str) -> None:
    sheet = set(re.findall(r'id="(d-[^"]*)"', page(name, "data")))
    for reader in READERS:
        file = r'href="[^"]*_desc-data_report\.html#([^"]*)"'
        assert set(re.findall(file, page(name, reader))) <= sheet


def plain(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def printed_rows(sheet: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Return the id of each printed line with its cells by head, and what its caption says."""
    for table in re.findall(r"<table.*?</table>", sheet, re.DOTALL):
        if "<th scope" not in table or 'class="note"' not in table:
            continue
        for row in re.findall(r'<tr role="row" id="[^"]*">.*?</tr>', table, re.DOTALL):
            name = re.findall(r'<span class="note">(.*?)</span>', row)[0]
            told = re.findall(r'<td role="cell" data-label="([^"]*)">(.*?)</td>', row, re.DOTALL)
            yield html.unescape(name), {plain(head): plain(cell) for head, cell in told}


HEADS = {
    "Value": "value",
    "Unit": "unit",
    "Standard error": "standard_error",
    "Reference group": "reference_group",
    "n": "people",
    "Time": "time",
    "Date": "date",
    "Coverage": "coverage",
    "Quality": "quality",
    "As of": "as_of",
    "Checked": "checked",
    "Grade": "grade",
    "Software": "software",
    "Note": "note",
}


@pytest.mark.parametrize("name", CHECKED_SHEETS)
def test_the_sheet_prints_its_rows_as_they_are(name: str) -> None:
    printed = dict(printed_rows(page(name, "data")))
    assert len(printed) > len(rows(name)) / 3
    for row, told in printed.items():
        line = rows(name)[row]
        for head, column in HEADS.items():
            if head in told:
                assert told[head] == plain(html.escape(getattr(line, column))), (row, head)
        for head, low, high in (
            ("80 %", line.low80, line.high80),
            ("95 %", line.low95, line.high95),
        ):
            if head in told:
                assert told[head] == ("n/a" if low == "n/a" else f"{low} to {high}")
    unmoved = set(rows(name)) - set(printed)
    assert all(row.startswith("exploratory.") for row in unmoved)


@pytest.mark.parametrize("name", CHECKED_SHEETS)
def test_both_copies_in_the_file_are_the_sheet(name: str) -> None:
    sheet = page(name, "data")
    coded = re.findall(r"data:application/gzip;base64,([^\"]+)", sheet)[0]
    text = gzip.decompress(base64.b64decode(coded)).decode()
    heads, *saved = [one.split("\t") for one in text.splitlines()]
    lines = list(rows(name).values())
    assert heads == [field.name for field in fields(Line)]
    assert saved == [[" ".join(cell.split()) for cell in astuple(line)] for line in lines]
    held = json.loads(
        re.findall(r'<script type="application/json" id="data">(.*?)</script>', sheet)[0]
    )
    told = [{head: one.get(head, "n/a") for head in heads} for one in held["lines"]]
    assert told == [dict(zip(heads, astuple(line), strict=True)) for line in lines]


def test_no_two_rows_share_an_id() -> None:
    for name in EVERYBODY:
        ids = [line.id for line in data_lines(person(name))]
        assert len(ids) == len(set(ids))


def test_a_drug_that_must_not_be_given_has_no_dose() -> None:
    seen = 0
    for name in PEOPLE:
        for limit in person(name).appraisal.dose_limits:
            held = [row for row in rows(name) if row.startswith(f"dose.{limit.drug}.")]
            assert not (limit.stopped_by and held)
            seen += bool(limit.stopped_by)
    assert seen


def test_an_emergency_leaves_no_option_in_the_sheet() -> None:
    ids = rows("emergency")
    assert not [one for one in ids if re.match(r"established|exploratory|year|plan|schedule", one)]


def break_first(sheet: str, pattern: str, change: str) -> str:
    broken, times = re.subn(pattern, change, sheet, count=1, flags=re.DOTALL)
    assert times == 1
    return broken


FIGURE = r'(<data value=")([^"]*)(" data-row=")([^"]*)(" data-column="[^"]*">)([^<]*)(</data>)'


@pytest.mark.parametrize(
    ("pattern", "change", "fault"),
    [
        (FIGURE, r"\1\2\3\4\g<5>7\6\7", "not rounded so"),
        (FIGURE, r"\g<1>9\2\3\4\5\6\7", "not the cell"),
        (FIGURE, r"\1\2\3other.\4\5\6\7", "no such row"),
        (FIGURE, r"\6", "no row and no text"),
        (r"(<time [^>]*>)\d+ ", r"\g<1>31 ", "not the day"),
        (r"(<main.*?<p[^>]*>)(?=[A-Z])", r"\g<1>63 ", "no row and no text"),
    ],
)
def test_a_broken_number_is_found(pattern: str, change: str, fault: str) -> None:
    broken = break_first(page("three_failed", "patient"), pattern, change)
    found = faults(broken, rows("three_failed"), words("three_failed"))
    assert found
    assert all(one.startswith(fault) for one in found)


@pytest.mark.parametrize("reader", ["clinician", *(one for one in TOLD if one != "family")])
def test_the_pages_hold_figures_at_all(reader: str) -> None:
    assert len(read(page("three_failed", reader)).figures) > 2


def test_a_lone_number_is_never_taken_for_a_text() -> None:
    held = Words(["8 weeks", "17", "about {mean} of 100"])
    texts = {"for 8 weeks": True, "17": False, "about 9 of 100": False, "9 weeks": False}
    for text, known in texts.items():
        left, token, right = next(numbers_in(text))
        assert held.hold(left, token, right) is known, text
