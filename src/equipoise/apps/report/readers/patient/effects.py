"""Side effects of one option in patient's words: numbers only where a table has a rate.

A word of the tables (low, high) is no number and is never printed as one; what no table tells is
said to be not known, never to be none.
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.icons import PEOPLE, icon_array
from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.figures import figure
from equipoise.apps.report.names import rows_of
from equipoise.apps.report.readers.patient.offered import kind_of
from equipoise.apps.report.wording import capital, joined, tell
from equipoise.core.tables import Row, load_table

__all__ = ["effects_cell"]

TABLE: Final = "treatments/side_effects"
WEIGHED: Final = (
    "nausea",
    "sedation",
    "insomnia",
    "weight_gain",
    "sexual_dysfunction",
    "cognition",
    "withdrawal",
)
"""What people weigh, in the order of the page; one that no row tells is said to be not known."""
PICTURES: Final = 1
"""Side effects with a picture: with the two outcomes an option has three."""
FEW: Final = 3
"""Effects that one sentence names: tired readers lose longer ones."""
PERCENT: Final = "%"
SESSIONS: Final = "session"
CLASS: Final = "as a class"
"""What the note of a rate says where no study told the drugs of one kind apart."""
MAIN: Final = ("moderate", "high")


def effects_cell(treatment: str) -> Markup:
    """Return what side effects an option can have."""
    rows = [row for row in rows_of(TABLE, treatment=treatment) if row.text("confidence") != "low"]
    rates = _rates([row for row in rows if _is_rate(row)])
    levels = {row.text("effect"): row.optional_text("level") for row in rows if not _is_rate(row)}
    pictured = [name for name in rates if name in WEIGHED][:PICTURES]
    told = [
        _rate(treatment, row, pictured=effect in pictured)
        for effect, row in rates.items()
        if _words(effect)
    ]
    can = _can(levels, rates)
    if can:
        told.append(_line("effects_can" if told else "effects_cause", can, "no_number"))
    if kind_of(treatment) == "therapy":
        told.append(_paragraph(tell("options.effects_talking")))
    none = [name for name in WEIGHED if levels.get(name) == "none" and name not in rates]
    if len(none) == len(WEIGHED):
        told.append(_paragraph(tell("options.effects_not_all")))
    elif none:
        told.append(_line("effects_not", none))
    unknown = [name for name in WEIGHED if name not in levels and name not in rates]
    if not rows:
        told.append(_paragraph(tell("options.effects_none")))
    elif unknown:
        told.append(_line("effects_unknown", unknown))
    return Markup("").join(told)


def _is_rate(row: Row) -> bool:
    """Whether a row says how many of 100 people have an effect."""
    known = row.optional_number("rate") is not None and row.optional_text("unit") == PERCENT
    return known and SESSIONS not in row.text("population").casefold()


def _rates(rows: list[Row]) -> dict[str, Row]:
    """Return rates by effect, those that people weigh first; of two the first of the table."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row.text("effect"), row)
    return {name: first[name] for name in (*WEIGHED, *first) if name in first}


def _can(levels: dict[str, str | None], rates: dict[str, Row]) -> list[str]:
    """Return effects without a number: those that people weigh first, then the main others."""
    weighed = [name for name in WEIGHED if levels.get(name) not in (None, "none")]
    named = [name for name in WEIGHED if name in levels and levels[name] is None]
    others = [
        name
        for name, level in levels.items()
        if name not in WEIGHED and (level is None or level in MAIN) and _words(name)
    ]
    return [name for name in (*weighed, *named, *others) if name not in rates]


def _rate(treatment: str, row: Row, *, pictured: bool) -> Markup:
    effect, rate = row.text("effect"), row.number("rate")
    words, whole = capital(_words(effect)), n.whole(rate / PEOPLE)
    row_id, exact = f"side_effect.{treatment}.{effect}", row.text("rate")
    if whole < 1:
        return _paragraph(tell("options.effect_small", effect=words))
    said = tell(
        "options.effect_rate",
        effect=words,
        mean=figure(str(whole), row_id, exact),
        rest=figure(str(PEOPLE - whole), row_id, exact, "rest"),
    )
    beside = row.optional_text("comparator_rate")
    if beside is not None:
        shown = figure(str(n.whole(float(beside) / PEOPLE)), f"{row_id}.comparator", beside)
        said += Markup(" ") + tell("options.effect_beside", mean=shown)
    if CLASS in (row.optional_text("note") or ""):
        said += Markup(" ") + tell("options.effect_class")
    picture = icon_array(whole, "harm", str(tell("options.alt_effect")))
    return (picture if pictured else Markup("")) + _paragraph(said)


def _words(effect: str) -> str:
    """Return an effect in patient's words, or nothing where the table has none."""
    name = f"effect_{effect}"
    if load_table("wording/options").find(id=name) is None:
        return ""
    return str(tell(f"options.{name}"))


def _line(sentence: str, effects: list[str], *after: str) -> Markup:
    """Return effects in sentences of a few each, and what is said after them."""
    names = list(dict.fromkeys(_words(name) for name in effects))
    parts = [joined(names[i : i + FEW]) for i in range(0, len(names), FEW)]
    said = [tell(f"options.{sentence}", effects=parts[0])]
    said += [tell(f"options.{sentence}_more", effects=part) for part in parts[1:]]
    said += [tell(f"options.{name}") for name in after]
    return _paragraph(Markup(" ").join(said))


def _paragraph(words: str) -> Markup:
    return element("p", words)
