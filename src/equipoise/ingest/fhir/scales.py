"""Answers to scales, put together from observations and questionnaires, and checked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from equipoise.core.dates import IsoDate
from equipoise.core.nouns import ScaleAnswers
from equipoise.core.scoring import score
from equipoise.core.tables import Row, load_table
from equipoise.ingest.fhir.chart import Chart, Resource
from equipoise.ingest.scale_rules import answer_fault, extra_fault, total_fault

__all__ = ["Sheets"]

_EXTRAS: Final = {"phq9": "difficulty"}
_TOLERANCE: Final = 0.5


@dataclass
class _Sheet:
    """Answers to one scale at one moment."""

    scale: str
    day: IsoDate
    items: dict[int, tuple[int, int]] = field(default_factory=dict)
    extras: dict[str, int] = field(default_factory=dict)
    total: tuple[float, int] | None = None
    numbers: list[int] = field(default_factory=list)


class Sheets:
    """Collects items and totals; `answers` gives them as the record would hold them.

    Parameters
    ----------
    chart : Chart
        The bundle; told of answers that cannot be used.
    """

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.sheets: dict[tuple[str, str], _Sheet] = {}

    def add(self, one: Resource, row: Row, when: tuple[IsoDate, str], value: float) -> None:
        """Take one answer or total.

        Parameters
        ----------
        one : Resource
            Where it stands.
        row : Row
            Row of `codes/observations`.
        when : tuple of (str, str)
            Day, and the moment as it is written.
        value : float
            What the answer is worth.
        """
        scale, kind = row.text("target"), row.text("kind")
        sheet = self.sheets.setdefault((scale, _moment(when[1])), _Sheet(scale, when[0]))
        sheet.numbers.append(one.number)
        if kind == "scale_total":
            self._total(one, sheet, value)
        elif kind == "scale_extra":
            self._extra(one, sheet, value)
        else:
            self._item(one, sheet, int(row.number("number")), value)

    def _total(self, one: Resource, sheet: _Sheet, value: float) -> None:
        why = total_fault(sheet.scale, value)
        if why:
            self.chart.leave(one, f"total of {sheet.scale}", why)
        elif sheet.total is not None and sheet.total[0] != value:
            self._clash(sheet, (one.number, sheet.total[1]), f"{value:g}, and {sheet.total[0]:g}")
        else:
            sheet.total = (value, one.number)

    def _extra(self, one: Resource, sheet: _Sheet, value: float) -> None:
        name = _EXTRAS.get(sheet.scale, "")
        why = extra_fault(sheet.scale, name, value)
        if why:
            self.chart.leave(one, f"further question of {sheet.scale}", why)
        else:
            sheet.extras[name] = int(value)

    def _item(self, one: Resource, sheet: _Sheet, number: int, value: float) -> None:
        why = answer_fault(sheet.scale, number, value)
        before = sheet.items.get(number)
        if why:
            self.chart.leave(one, f"item {number} of {sheet.scale}", why)
        elif before is not None and before[0] != value:
            self._clash(sheet, (one.number, before[1]), f"item {number}: {value:g}, {before[0]}")
        else:
            sheet.items[number] = (int(value), one.number)

    def _clash(self, sheet: _Sheet, numbers: tuple[int, int], got: str) -> None:
        self.chart.contradiction(
            f"two answers to {sheet.scale} at one time", numbers, got, "correct one of the two"
        )

    def answers(self) -> tuple[ScaleAnswers, ...]:
        """Return the answers, by day; the same answers told twice are one."""
        found: dict[tuple[object, ...], ScaleAnswers] = {}
        for sheet in sorted(self.sheets.values(), key=lambda s: (s.day, s.scale)):
            made = self._made(sheet)
            if made is not None:
                key = (made.scale, made.date, made.items, made.total)
                before = found.get(key)
                if before is None or len(before.extras) < len(made.extras):
                    found[key] = made
        return tuple(self._without_bare_totals(list(found.values())))

    def _made(self, sheet: _Sheet) -> ScaleAnswers | None:
        if not sheet.items and sheet.total is None:
            return None
        row = load_table("scales/scales").row(id=sheet.scale)
        items: tuple[int | None, ...] = ()
        if sheet.items:
            count = int(row.number("items"))
            items = tuple(sheet.items.get(n, (None, 0))[0] for n in range(1, count + 1))
        extras = tuple(sorted(sheet.extras.items()))
        line = -sheet.numbers[0]
        total = None if sheet.total is None else sheet.total[0]
        made = ScaleAnswers(sheet.scale, sheet.day, items, line, extras, None if items else total)
        if items and sheet.total is not None:
            self._agree(made, sheet, sheet.total)
        return made

    def _agree(self, made: ScaleAnswers, sheet: _Sheet, told: tuple[float, int]) -> None:
        """Note a total that is not that of the answers beside it."""
        worked = score(made)
        if worked.status != "complete" or worked.total is None:
            return
        if abs(worked.total - told[0]) >= _TOLERANCE:
            self._clash(
                sheet, (told[1], -made.line), f"total {told[0]:g}, answers make {worked.total:g}"
            )

    def _without_bare_totals(self, found: list[ScaleAnswers]) -> list[ScaleAnswers]:
        """Leave out a total of a day on which the answers that make it are at hand."""
        sums = {(one.scale, one.date, score(one).total) for one in found if one.items}
        return [one for one in found if one.items or (one.scale, one.date, one.total) not in sums]


def _moment(text: str) -> str:
    """Return a time in one form, so that the same moment is the same text."""
    try:
        when = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    if when.tzinfo is not None:
        when = when.astimezone(dt.UTC)
    return when.replace(microsecond=0).isoformat()
