"""How each rating scale is scored, gathered once from the rows of `tables/scales`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

from equipoise.core.tables import Row, Table, load_table

__all__ = [
    "Condition",
    "Decision",
    "ScaleExtra",
    "ScaleGroup",
    "ScaleItem",
    "ScalePart",
    "ScaleRules",
    "ScaleSkip",
    "find_scale",
    "read_scale",
]

SCALES: Final = "scales/scales"
NONE: Final = "n/a"


@dataclass(frozen=True, slots=True)
class ScaleItem:
    """One numbered item: its range, and how it counts.

    `point_from` is the answer from which it counts one point, None where it counts its value.
    `reversed_on_form` says that a paper form asks the other way round: the items of a record are
    scored already and never turned again.
    """

    number: int
    minimum: int
    maximum: int
    counted: bool
    point_from: int | None
    reversed_on_form: bool

    def points(self, answer: int) -> int:
        """Return what an answer counts in the total."""
        return answer if self.point_from is None else int(answer >= self.point_from)


@dataclass(frozen=True, slots=True)
class ScaleGroup:
    """Items that count once, by the highest; a lone item is a group of its own.

    Of each pair in `either` one answer is enough. `least` and `most` are the fewest and most
    points that it can count.
    """

    items: tuple[int, ...]
    either: tuple[tuple[int, ...], ...]
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class ScalePart:
    """A subscale: the sum of its items, or the number of items from `point_from` on."""

    id: str
    title: str
    items: tuple[int, ...]
    point_from: int | None


@dataclass(frozen=True, slots=True)
class ScaleExtra:
    """A question beside the numbered items; `words` name its answers, lowest first."""

    id: str
    names: tuple[str, ...]
    title: str
    minimum: int
    maximum: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScaleSkip:
    """An answer after which `items` are not asked and count `counts_as`."""

    question: str
    answer: int
    items: tuple[int, ...]
    counts_as: int
    overrides: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """A named value that has to reach `at_least`, or to be missing where that is None."""

    name: str
    at_least: int | None


@dataclass(frozen=True, slots=True)
class Decision:
    """One way to a band: all `conditions` hold; `unknown` says what an open one leads to."""

    step: int
    band: str
    unknown: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class ScaleRules:
    """A rating scale as its tables describe it.

    Parameters
    ----------
    row : Row
        Row of `scales/scales`.
    items : tuple of ScaleItem
        In the order of the form.
    groups : tuple of ScaleGroup
        What is added up to the total, each by its highest item.
    parts : tuple of ScalePart
        Subscales.
    extras : tuple of ScaleExtra
        Questions beside the items.
    skips : tuple of ScaleSkip
        Answers that end others.
    decisions : tuple of Decision
        Bands that follow from more than the total, gravest first.
    bands : tuple of (float, str)
        Lowest total and id of each band of the total, lowest first.
    standard_error : float or None
        Of a complete total; None where no source is known.
    suicide_item : int or None
        Number of the item on thoughts of death or self-harm.
    missing_allowed : int
        Answers that may be missing and replaced by the mean of the others.
    raw, printed : (float, float) or None
        Range of the sum, and the range on which the total is printed; None without a total.
    """

    row: Row
    items: tuple[ScaleItem, ...]
    groups: tuple[ScaleGroup, ...]
    parts: tuple[ScalePart, ...]
    extras: tuple[ScaleExtra, ...]
    skips: tuple[ScaleSkip, ...]
    decisions: tuple[Decision, ...]
    bands: tuple[tuple[float, str], ...]
    standard_error: float | None
    suicide_item: int | None
    missing_allowed: int
    raw: tuple[float, float] | None
    printed: tuple[float, float] | None

    @property
    def id(self) -> str:
        """Id of the scale."""
        return self.row.text("id")

    @property
    def has_total(self) -> bool:
        """Whether answers make a total; a triage has only a band."""
        return self.printed is not None


_rules: dict[str, tuple[Table, ScaleRules]] = {}
_names: dict[str, tuple[Table, str]] = {}


def read_scale(scale: str) -> ScaleRules:
    """Return how `scale` is scored.

    Parameters
    ----------
    scale : str
        Id of `scales/scales`.

    Returns
    -------
    ScaleRules
        Made once for the tables in force.

    Raises
    ------
    TableError
        If there is no such scale.
    """
    table = load_table(SCALES)
    kept = _rules.get(scale)
    # The tables of a site make a new Table; what was gathered from the old one is then stale.
    if kept is None or kept[0] is not table:
        kept = _rules[scale] = (table, _gather(table.row(id=scale)))
    return kept[1]


def find_scale(name: str) -> str | None:
    """Return the id of the scale that a user names; case, blanks and hyphens do not count."""
    table = load_table(SCALES)
    if not _names or next(iter(_names.values()))[0] is not table:
        _names.clear()
        for row in table:
            for known in (row.text("id"), row.text("title"), *row.items("aliases")):
                _names.setdefault(_plain(known), (table, row.text("id")))
    found = _names.get(_plain(name))
    return None if found is None else found[1]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _own(table: str, scale: str) -> list[Row]:
    return [row for row in load_table(f"scales/{table}") if row.text("scale") == scale]


def _numbers(row: Row, column: str = "items") -> tuple[int, ...]:
    return tuple(int(number) for number in row.items(column))


def _whole(row: Row, column: str) -> int | None:
    value = row.optional_number(column)
    return None if value is None else int(value)


def _gather(row: Row) -> ScaleRules:
    scale = row.text("id")
    items = _items(row, scale)
    bands = sorted((band.number("lowest"), band.text("id")) for band in _own("bands", scale))
    return ScaleRules(
        row=row,
        items=items,
        groups=_groups(items, scale),
        parts=tuple(
            ScalePart(
                part.text("id"), part.text("title"), _numbers(part), _whole(part, "point_from")
            )
            for part in _own("parts", scale)
        ),
        extras=tuple(_extra(extra) for extra in _own("extras", scale)),
        skips=tuple(_skip(skip) for skip in _own("skips", scale)),
        decisions=tuple(_decision(decision) for decision in _own("decisions", scale)),
        bands=tuple(bands),
        standard_error=_error(scale),
        suicide_item=_whole(row, "suicide_item"),
        missing_allowed=int(row.number("missing_allowed")),
        raw=_range(row, "raw"),
        printed=_range(row, "total"),
    )


def _range(row: Row, name: str) -> tuple[float, float] | None:
    low, high = row.optional_number(f"{name}_minimum"), row.optional_number(f"{name}_maximum")
    return None if low is None or high is None else (low, high)


def _items(row: Row, scale: str) -> tuple[ScaleItem, ...]:
    own = _own("items", scale)
    return tuple(
        _item(row, number, [special for special in own if number in _numbers(special)])
        for number in range(1, int(row.number("items")) + 1)
    )


def _item(row: Row, number: int, special: list[Row]) -> ScaleItem:
    """Return an item: what its rows of `scales/items` leave open is that of the scale."""
    low, high = _first(special, "minimum"), _first(special, "maximum")
    return ScaleItem(
        number,
        int(row.number("item_minimum")) if low is None else low,
        int(row.number("item_maximum")) if high is None else high,
        all(one.flag("counted") for one in special),
        _first(special, "point_from"),
        any(one.flag("reversed_on_form") for one in special),
    )


def _first(rows: list[Row], column: str) -> int | None:
    given = (_whole(row, column) for row in rows)
    return next((value for value in given if value is not None), None)


def _groups(items: tuple[ScaleItem, ...], scale: str) -> tuple[ScaleGroup, ...]:
    joined = [
        _group(items, _numbers(row), tuple(map(_pair, row.items("either"))))
        for row in _own("groups", scale)
    ]
    taken = {number for group in joined for number in group.items}
    lone = [item.number for item in items if item.counted and item.number not in taken]
    alone = [_group(items, (number,), ()) for number in lone]
    return tuple(sorted((*joined, *alone), key=lambda group: group.items))


def _group(
    items: tuple[ScaleItem, ...], numbers: tuple[int, ...], either: tuple[tuple[int, ...], ...]
) -> ScaleGroup:
    own = [items[number - 1] for number in numbers]
    least = max(item.points(item.minimum) for item in own)
    return ScaleGroup(numbers, either, least, max(item.points(item.maximum) for item in own))


def _pair(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split("/")))


def _extra(row: Row) -> ScaleExtra:
    name = row.text("id")
    return ScaleExtra(
        name,
        (name, *row.items("aliases")),
        row.text("title"),
        int(row.number("minimum")),
        int(row.number("maximum")),
        row.items("words"),
    )


def _skip(row: Row) -> ScaleSkip:
    return ScaleSkip(
        row.text("question"),
        int(row.number("answer")),
        _numbers(row),
        int(row.number("counts_as")),
        row.flag("overrides"),
    )


def _decision(row: Row) -> Decision:
    return Decision(
        int(row.number("step")),
        row.text("band"),
        row.text("unknown"),
        tuple(_condition(text) for text in row.items("conditions")),
    )


def _condition(text: str) -> Condition:
    name, _, least = text.partition(">=")
    return Condition(name, int(least)) if least else Condition(text.partition("=")[0], None)


def _error(scale: str) -> float | None:
    row = load_table("scales/precision").find(scale=scale)
    spread = None if row is None else row.optional_number("sd")
    reliability = None if row is None else row.optional_number("reliability")
    if spread is None or reliability is None:
        return None
    return spread * math.sqrt(1 - reliability)
