"""Machine words in texts from the record, in words for people: ids, units and dates."""

from __future__ import annotations

import re
from typing import Final

from equipoise.apps.report.names import rows_of
from equipoise.apps.report.numbers import day

__all__ = ["plain"]

DATE: Final = re.compile(r"(?<![\w/.-])(\d{4}-\d{2}(?:-\d{2})?)(?![\w/-])")
ITEM: Final = re.compile(r"\b([a-z]+\d*) item (\d+) = (\d+)")
LAB: Final = re.compile(
    r"^([a-z][a-z0-9_]*)(?= [\d<>\N{MINUS SIGN}-])|(?:(?<=\()|(?<=: ))([a-z][a-z0-9_]*)(?= \d)"
)
FINDING: Final = re.compile(r"\bfinding ([a-z_]+) (present|absent|unknown)\b")
REGION: Final = re.compile(r" \([a-z]+(?:_[a-z]+)+\)(?=;|,|\.|$)")
LAST_MONTH: Final = 12


def plain(text: str) -> str:
    """Return `text` with long dates, printed units, and titles in place of ids.

    Examples
    --------
    >>> plain("tsh 2.1 m[IU]/L (2026-02-23)")
    'Thyroid-stimulating hormone 2.1 mIU/L (23 February 2026)'
    """
    text = FINDING.sub(lambda m: f"{_title('red_flags/findings', m[1])}: {m[2]}", text)
    text = ITEM.sub(lambda m: f"{_title('scales/scales', m[1])} item {m[2]}: answered {m[3]}", text)
    text = LAB.sub(lambda m: _title("labs/labs", m[1] or m[2]), text)
    text = REGION.sub("", text)
    text = text.replace("pregnancy not_pregnant", "not pregnant")
    text = re.sub(r"\bpregnancy (pregnant|breastfeeding)\b", r"\1", text)
    text = DATE.sub(lambda m: _day(m[1]), text)
    return re.sub(r"\[([A-Za-z]+)\]", r"\1", text).replace("{1.73_m2}", "1.73 m2")


def _title(table: str, name: str) -> str:
    return next((row.text("title") for row in rows_of(table, id=name)), name)


def _day(date: str) -> str:
    month = int(date.split("-")[1])
    return day(date) if 1 <= month <= LAST_MONTH else date
