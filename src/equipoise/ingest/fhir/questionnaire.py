"""QuestionnaireResponse: answers to scales by LOINC code or number, answers of checklists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from equipoise.core.dates import IsoDate
from equipoise.core.tables import Row, load_table, tables_digest
from equipoise.ingest.fhir.chart import Chart, Resource
from equipoise.ingest.fhir.checklist import Checklist
from equipoise.ingest.fhir.codes import Coding, bound, rows
from equipoise.ingest.fhir.observation import answer_value
from equipoise.ingest.fhir.part import Part
from equipoise.ingest.fhir.scales import Sheets

__all__ = ["read_questionnaires"]

_LOINC: Final = re.compile(r"\d{1,7}-\d", re.ASCII)
_NUMBERED: Final = re.compile(r"([a-z0-9]+?)[ _./-]*(?:item|q)?[ _./-]*(\d{1,2})", re.ASCII)
_SHOWN: Final = 60


def read_questionnaires(chart: Chart, sheets: Sheets) -> Checklist:
    """Take the answers of every completed questionnaire; what is not known is listed.

    Parameters
    ----------
    chart : Chart
        The bundle.
    sheets : Sheets
        Collects items and totals of scales.

    Returns
    -------
    Checklist
        What is asked beside the scales.
    """
    checklist = Checklist(chart)
    for one in chart.each("QuestionnaireResponse"):
        code = one.part.text("status")
        status = bound(one.part, "QuestionnaireResponse", "status", code)
        what = (one.part.text("questionnaire") or "questionnaire").rpartition("/")[2]
        if status != "fact":
            chart.leave(one, what, f"not completed: status {code}")
            continue
        day = one.part.date("authored")
        if day is None:
            chart.leave(one, what, "no date (authored)")
            continue
        when = day, one.part.moment("authored")
        found = list(_items(one.part))
        for item in found:
            if not _of_checklist(one, item, checklist, day):
                _answer(chart, one, item, sheets, when)
        if not found:
            chart.leave(one, what, "no answers")
    return checklist


def _of_checklist(one: Resource, item: Part, checklist: Checklist, day: IsoDate) -> bool:
    """Take the one answer to a question of a checklist; several are left to be listed."""
    answers = item.children("answer")
    return len(answers) == 1 and checklist.takes(one, item.text("linkId") or "", answers[0], day)


def _items(part: Part) -> Iterator[Part]:
    """Yield every question that has an answer, groups opened."""
    for item in part.children("item"):
        if item.children("answer"):
            yield item
        yield from _items(item)


def _answer(chart: Chart, one: Resource, item: Part, sheets: Sheets, when: tuple[str, str]) -> None:
    link = item.text("linkId") or ""
    row = _row(link)
    what = f"{link} {item.text('text') or ''}".strip()[:_SHOWN]
    answers = item.children("answer")
    if row is None:
        chart.leave(one, what, "no table knows this linkId")
    elif len(answers) > 1:
        chart.leave(one, what, "several answers to one question")
    else:
        value = answer_value(answers[0], row)
        if value is None:
            chart.leave(one, what, "the answer is not in the table")
        else:
            chart.use(one.number)
            sheets.add(one, row, when, value)


def _row(link: str) -> Row | None:
    """Return the row of a linkId: a LOINC code, or the id of a scale with a number."""
    code = link.rpartition("/")[2]
    if _LOINC.fullmatch(code):
        found = rows("codes/observations", (Coding("loinc", code, ""),))
        kinds = [row for row in found if row.text("kind").startswith("scale")]
        return kinds[0] if kinds else None
    match = _NUMBERED.fullmatch(link.casefold().strip("/"))
    scale = None if match is None else _scales(tables_digest()).get(match[1])
    if match is None or scale is None:
        return None
    return Row({"kind": "scale_item", "target": scale, "number": str(int(match[2]))}, link)


@cache
def _scales(_digest: str) -> dict[str, str]:
    """Return the ids of scales without their low lines, which forms write in many ways."""
    return {row.text("id").replace("_", ""): row.text("id") for row in load_table("scales/scales")}
