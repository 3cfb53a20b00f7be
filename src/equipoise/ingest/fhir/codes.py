"""Codes and what the tables read them as: concepts, required bindings, names, plain phrases."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from equipoise.core.tables import Row, load_table, tables_digest
from equipoise.ingest.fhir.part import Part, fault

__all__ = [
    "Coding",
    "Concept",
    "bound",
    "coded",
    "coding_of",
    "concept",
    "drug_of",
    "ingredients_of",
    "named_drugs",
    "phrase",
    "rows",
    "target",
    "ucum_of",
]

_WORD: Final = re.compile(r"[a-z0-9]+")
_BEFORE: Final = 3
_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Coding:
    """One code: short name of its system (or its address), code, name."""

    system: str
    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Concept:
    """A CodeableConcept: its codes and its text."""

    codings: tuple[Coding, ...]
    text: str

    @property
    def what(self) -> str:
        """Return code and name in words, for lists."""
        first = self.codings[0] if self.codings else Coding("", "", "")
        name = first.display or self.text
        code = f"{first.system} {first.code}".strip()
        return f"{code} {name}".strip()[:_SHOWN] or "no code"

    def words(self) -> tuple[str, ...]:
        """Return every name and text."""
        found = (*(one.display for one in self.codings), self.text)
        return tuple(dict.fromkeys(one for one in found if one))


def concept(part: Part, key: str) -> Concept | None:
    """Return the CodeableConcept below a key; None where it is missing."""
    found = part.child(key)
    return None if found is None else coded(found)


def coded(found: Part) -> Concept:
    """Return a CodeableConcept."""
    codings = tuple(coding_of(one) for one in found.children("coding"))
    return Concept(codings, _plain(found.text("text")))


def coding_of(one: Part) -> Coding:
    """Return one Coding."""
    uri = one.text("system") or ""
    system = _systems(tables_digest()).get(uri, uri)
    return Coding(system, one.text("code") or "", _plain(one.text("display")))


def _plain(text: str | None) -> str:
    """Return text without invisible signs and double blanks."""
    return " ".join("".join(c for c in text or "" if c.isprintable() or c == " ").split())


@cache
def _systems(_digest: str) -> dict[str, str]:
    return {row.text("uri"): row.text("system") for row in load_table("codes/systems")}


def bound(part: Part, resource: str, element: str, code: str | None) -> str | None:
    """Return the reading of a code with a required binding; None where it is missing.

    Parameters
    ----------
    part : Part
        Holds the element.
    resource, element : str
        Names of `codes/bindings`.
    code : str or None
        The code that stands there.

    Returns
    -------
    str or None
        Column ``reading``.

    Raises
    ------
    InputError
        If the code is not in the value set; the message names resource, element, got, allowed.
    """
    if code is None:
        return None
    allowed = _bindings(tables_digest())[resource, element]
    if code not in allowed:
        raise fault(
            f"{resource}.{element} has no such code",
            part.place(element),
            got=repr(code),
            allowed=", ".join(allowed),
            todo="correct the code where the record was made",
        )
    return allowed[code]


@cache
def _bindings(_digest: str) -> dict[tuple[str, str], dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in load_table("codes/bindings"):
        key = row.text("resource"), row.text("element")
        found.setdefault(key, {})[row.text("code")] = row.text("reading")
    return found


@cache
def _indexed(table: str, _digest: str) -> dict[tuple[str, str], Row]:
    return {(row.cells["system"], row.cells["code"]): row for row in load_table(table)}


def rows(table: str, codings: Iterable[Coding]) -> list[Row]:
    """Return the rows of a table of codes for these codes."""
    index = _indexed(table, tables_digest())
    found = (index.get((one.system, one.code)) for one in codings)
    return [row for row in found if row is not None]


@cache
def _targets(kind: str, _digest: str) -> dict[tuple[str, str], str]:
    table = load_table("codes/concepts")
    return {
        (row.text("system"), row.text("code")): row.text("target")
        for row in table
        if row.text("kind") == kind
    }


def target(kind: str, found: Concept | None) -> str | None:
    """Return what `codes/concepts` says of the codes for one kind; None where they disagree."""
    if found is None:
        return None
    index = _targets(kind, tables_digest())
    said = {index[c.system, c.code] for c in found.codings if (c.system, c.code) in index}
    return said.pop() if len(said) == 1 else None


@cache
def _atc(_digest: str) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for row in load_table("drugs/drugs"):
        if row.optional_text("atc"):
            found.setdefault(row.text("atc"), []).append(row.text("id"))
    return {code: ids[0] for code, ids in found.items() if len(ids) == 1}


@cache
def _drug_names(_digest: str) -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], set[str]] = {}
    for row in load_table("drugs/drugs"):
        for name in (row.text("id"), row.text("title"), *row.items("aliases")):
            words = tuple(_WORD.findall(name.casefold().replace("_", " ")))
            # A name of one or two letters is too likely to be something else.
            if words and len("".join(words)) > 2:  # noqa: PLR2004 - shape of a name, no threshold
                found.setdefault(words, set()).add(row.text("id"))
    return {words: ids.pop() for words, ids in found.items() if len(ids) == 1}


@cache
def named_drugs(text: str, digest: str) -> tuple[str, ...]:
    """Return the drugs that a text names, word for word; the longest name at a place counts."""
    words = _WORD.findall(text.casefold())
    names = _drug_names(digest)
    longest = max(map(len, names), default=0)
    found: list[str] = []
    at = 0
    while at < len(words):
        sizes = range(min(longest, len(words) - at), 0, -1)
        size = next((n for n in sizes if tuple(words[at : at + n]) in names), 0)
        if size:
            found.append(names[tuple(words[at : at + size])])
        at += size or 1
    return tuple(dict.fromkeys(found))


def drug_of(found: Concept) -> tuple[str | None, str, Row | None]:
    """Return the drug that a concept means, how it was found, and the row of its code.

    Parameters
    ----------
    found : Concept
        Of a medication or a substance.

    Returns
    -------
    tuple
        Drug of `drugs/drugs`, or None with the reason why not; ``by name`` where no code is
        listed and the names hold exactly one drug.
    """
    listed = rows("codes/medications", found.codings)
    atc = _atc(tables_digest())
    ids = {row.text("drug") for row in listed}
    ids |= {atc[one.code] for one in found.codings if one.system == "atc" and one.code in atc}
    named = {drug for word in found.words() for drug in named_drugs(word, tables_digest())}
    if len(ids) == 1 and named and not any(_within(name, *ids) for name in named):
        # One of the two is a slip, and nobody here can tell which: read neither.
        return None, f"its code means {ids.pop()}, its name {', '.join(sorted(named))}", None
    if len(ids) == 1:
        return ids.pop(), "by code", listed[0] if listed else None
    if ids:
        return None, f"its codes mean different drugs: {', '.join(sorted(ids))}", None
    several = any(_mixed(word) for word in found.words())
    if len(named) == 1 and not several:
        return named.pop(), "by name", None
    if named:
        return None, "more than one ingredient, and the code is not listed", None
    return None, "no drug of the tables has this code or name", None


def _within(name: str, drug: str) -> bool:
    """Return whether a drug is the other, or what a form or a product of it is named after."""
    return set(name.split("_")) <= set(drug.split("_"))


def ingredients_of(found: Concept) -> tuple[str, ...]:
    """Return the drugs of a mixture whose every part names exactly one; none where one does not.

    Parameters
    ----------
    found : Concept
        Of a medication.

    Returns
    -------
    tuple of str
        At least two, or none.
    """
    if rows("codes/medications", found.codings):
        return ()
    for word in found.words():
        parts = re.split(r"\s+/\s+|(?<=[A-Za-z])/(?=[A-Za-z])", word)
        named = [named_drugs(part, tables_digest()) for part in parts]
        if len(parts) > 1 and all(len(drugs) == 1 for drugs in named):
            return tuple(dict.fromkeys(drugs[0] for drugs in named))
    return ()


def _mixed(text: str) -> bool:
    """Return whether a name holds several ingredients: a stroke with blanks, or between words."""
    bare = re.sub(r"(?i)\b(mg|mcg|ug|g|unt|meq|ml)\s*/\s*\w+", " ", text)
    return (
        " and " in bare.casefold() or " / " in bare or bool(re.search(r"[A-Za-z]/[A-Za-z]", bare))
    )


@cache
def _phrases(field: str, _digest: str) -> dict[tuple[str, ...], str]:
    return {
        tuple(row.text("phrase").split()): row.text("value")
        for row in load_table("codes/phrases")
        if row.text("field") == field
    }


def phrase(field: str, text: str) -> str | None:
    """Return what a free text says about a field; None where it says nothing or is not plain.

    Parameters
    ----------
    field : str
        Field of `codes/phrases`.
    text : str
        Free text.

    Returns
    -------
    str or None
        The one value of all phrases found. A hedge shortly before a phrase, a question mark, or
        phrases of two values leave the text unread.
    """
    words = _WORD.findall(text.casefold())
    known = _phrases(field, tables_digest())
    hedges = _phrases("hedge", tables_digest())
    longest = max(map(len, known), default=0)
    said: set[str] = set()
    at = 0
    while at < len(words):
        sizes = range(min(longest, len(words) - at), 0, -1)
        size = next((n for n in sizes if tuple(words[at : at + n]) in known), 0)
        if size:
            # Words that put off a procedure may stand after its name: "ECT was declined".
            before = words if field == "procedure" else words[max(at - _BEFORE, 0) : at]
            hedged = any((word,) in hedges for word in before)
            said.add("?" if hedged else known[tuple(words[at : at + size])])
        at += size or 1
    plain = len(said) == 1 and "?" not in said and "?" not in text
    return said.pop() if plain else None


@cache
def _units(_digest: str) -> dict[str, str]:
    return {row.text("printed"): row.text("ucum") for row in load_table("codes/units")}


def ucum_of(quantity: Part) -> str | None:
    """Return the UCUM unit of a Quantity; None where it has none, and it is not guessed."""
    system, code = quantity.text("system"), quantity.text("code")
    if code and system and _systems(tables_digest()).get(system) == "ucum":
        return code
    if code or system:
        return None
    return _units(tables_digest()).get(quantity.text("unit") or "")
