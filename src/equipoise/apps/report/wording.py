"""Fixed sentences, words for grades and exactness, and the phrases that must never appear."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeVar

from markupsafe import Markup, escape

from equipoise.apps.report.language import npgettext, pgettext
from equipoise.apps.report.plain import plain
from equipoise.core.errors import TableError
from equipoise.core.tables import Row, load_table

__all__ = [
    "Slip",
    "capital",
    "exactness",
    "grade_words",
    "joined",
    "say",
    "sentence",
    "slips",
    "tell",
    "typeset",
    "verbal",
]

Words = TypeVar("Words", str, Markup)

MINUS_BEFORE: Final = re.compile(r"(?<![^\s(])-(?=\d)")
UNIT_AFTER: Final = re.compile(r"(\d) ?(%|(?<= )mm\b)")


@dataclass(frozen=True, slots=True)
class Slip:
    """A forbidden phrase that was found: the rule, the phrase in its surroundings, what to say."""

    rule: str
    found: str
    instead: str


def say(sentence: str, **values: str) -> str:
    """Return a sentence of `wording/sentences` with its places filled in."""
    text = _filled(_sentence("sentences", sentence), f"sentences.{sentence}", values)
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def tell(sentence: str, number: int | None = None, **values: str) -> Markup:
    """Return a sentence of a reader's table with its places filled in, figures included.

    Parameters
    ----------
    sentence : str
        ``TABLE.ID``: row `ID` of ``wording/TABLE``, in the language in force.
    number : int, optional
        Chooses between the forms ``text`` (one) and ``plural`` of the row.
    **values : str
        What fills ``{name}``; plain text is escaped.

    Returns
    -------
    Markup
        Safe to print.
    """
    table, _, name = sentence.partition(".")
    text = escape(_sentence(table, name, number)).replace(" %", "\N{NO-BREAK SPACE}%")
    return _filled(text, sentence, values)


def _filled(text: Words, sentence: str, values: dict[str, str]) -> Words:
    """Return a sentence with its places filled in; one that a site added may ask for too much."""
    try:
        return text.format(**values)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise TableError(
            "this sentence cannot be filled in",
            where=f"table wording, sentence {sentence}",
            got=str(text),
            allowed=", ".join(f"{{{name}}}" for name in sorted(values)) or "no place",
        ) from error


def _sentence(table: str, name: str, number: int | None = None) -> str:
    row = load_table(f"wording/{table}").row(id=name)
    text, context = row.text("text"), f"{table}.{name}"
    if number is None:
        return pgettext(context, text)
    return npgettext(context, text, row.text("plural"), number)


def grade_words(grade: str) -> str:
    """Return what an evidence grade lets a sentence say: ``B, probably helps``."""
    row = load_table("wording/grades").find(grade=grade)
    return grade if row is None else f"{grade}, {row.text('words')}"


def exactness(width: int) -> str:
    """Return how an 80 % interval of `width` people in 100 is called."""
    for row in load_table("wording/exactness"):
        limit = row.optional_number("up_to")
        if limit is None or width <= limit:
            return row.text("words")
    return ""


def verbal(chance: float | tuple[float, float], reader: str = "clinician") -> str:
    """Return how likely something is in words, beside its number; nothing where no word fits.

    Words are for plans and tests alone: outcomes and side effects are told by their numbers. The
    numbers at or above which a word holds are rows of `wording/verbal`.

    Parameters
    ----------
    chance : float or tuple of float
        A chance, or the ends of its interval: one that spans two bands has no word.
    reader : {"clinician", "patient"}
        Whose words.

    Returns
    -------
    str
        ``likely``, ``a good chance``, or nothing.

    Examples
    --------
    >>> verbal(0.7), verbal(0.7, "patient"), verbal((0.6, 0.7))
    ('likely', 'a good chance', '')
    """
    ends = chance if isinstance(chance, tuple) else (chance, chance)
    words = [_band(end).text(reader) for end in ends]
    return words[0] if len({_band(end).text("id") for end in ends}) == 1 else ""


def _band(chance: float) -> Row:
    bands = sorted(load_table("wording/verbal"), key=lambda row: -row.number("at_least"))
    return next((row for row in bands if chance >= row.number("at_least")), bands[-1])


def joined(names: tuple[str, ...] | list[str], last: str = "and", most: int = 0) -> str:
    """Return names as a list in words; beyond `most` (0: no limit) the rest is counted."""
    items = list(names)
    if most and len(items) > most:
        items = [*items[:most], f"{len(items) - most} more"]
    if len(items) < 2:  # noqa: PLR2004
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def capital(text: str) -> str:
    """Return `text` with a capital at its start; ``eGFR`` stays as it is."""
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]


def typeset(text: str) -> str:
    """Return a text with minus signs, and numbers that stay on one line with their unit.

    Examples
    --------
    >>> typeset("r is -0.4 (limit 97%)") == "r is \N{MINUS SIGN}0.4 (limit 97\N{NO-BREAK SPACE}%)"
    True
    """
    text = MINUS_BEFORE.sub("\N{MINUS SIGN}", text)
    return UNIT_AFTER.sub("\\1\N{NO-BREAK SPACE}\\2", text)


def sentence(text: str) -> str:
    """Return a clause as a sentence: a capital at its start, a full stop at its end."""
    text = typeset(plain(text.strip()))
    if not text:
        return ""
    return capital(text) + ("" if text[-1] in ".!?:" else ".")


def slips(text: str, audience: str = "all", section: str = "") -> tuple[Slip, ...]:
    """Return every forbidden phrase in `text`.

    Parameters
    ----------
    text : str
        Plain text of a report.
    audience : {"all", "patient"}
        ``patient`` adds the rules for what patients and families read.
    section : str, optional
        Id of the section it stands in: ``myths`` may quote what it answers.

    Returns
    -------
    tuple of Slip
        Empty where the text may be shown.
    """
    found = []
    for row in load_table("wording/forbidden"):
        quoted = section and row.optional_text("allowed_in") == section
        if quoted or row.text("audience") not in ("all", audience):
            continue
        for match in re.finditer(row.text("pattern"), text, re.IGNORECASE):
            around = text[max(match.start() - 40, 0) : match.end() + 40]
            found.append(Slip(row.text("id"), " ".join(around.split()), row.text("instead")))
    return tuple(found)
