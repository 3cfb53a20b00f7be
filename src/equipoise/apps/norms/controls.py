"""The people of a file of controls: read, checked, and chosen by site and scanner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from equipoise.core.errors import InputError
from equipoise.core.tables import load_table, setting
from equipoise.evidence.readers.numerals import is_missing, parse_number

__all__ = [
    "Person",
    "Taken",
    "age_of",
    "check_people",
    "choose",
    "in_range",
    "limits_of",
    "male_of",
]

_SEXES: Final = {
    "f": 0.0,
    "female": 0.0,
    "m": 1.0,
    "male": 1.0,
    "o": None,
    "other": None,
    "intersex": None,
    "unknown": None,
}


@dataclass(frozen=True, slots=True)
class Taken:
    """One value: in the unit of its measure, how it was prepared, its covariates."""

    value: float
    preparation: str
    covariates: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Person:
    """One control.

    Parameters
    ----------
    participant : str
        Label as it stands in the file.
    where : str
        File and line, for messages.
    age : float or None
        Years; None where it is missing.
    male : float or None
        1, 0, or None where the sex is neither or missing.
    site, scanner : str or None
        As the file tells.
    values : Mapping of str to Taken
        By measure id.
    """

    participant: str
    where: str
    age: float | None
    male: float | None
    site: str | None
    scanner: str | None
    values: Mapping[str, Taken]


def age_of(text: str, where: str) -> float | None:
    """Return an age in years; None where it is missing.

    Raises
    ------
    InputError
        If it is no number, or no age in years.
    """
    if is_missing(text):
        return None
    low, high = setting("ingest_age_min"), setting("ingest_age_max")
    return in_range(text, (low, high, "years"), where)


def male_of(text: str, where: str) -> float | None:
    """Return 1 for male, 0 for female, None for neither or missing.

    Raises
    ------
    InputError
        If the text is something else: codes such as 1 and 2 are not guessed.
    """
    if is_missing(text):
        return None
    if text.casefold() not in _SEXES:
        raise InputError("not a sex", where=where, got=text, allowed="female, male, other, n/a")
    return _SEXES[text.casefold()]


def in_range(text: str, limits: tuple[float, float, str], where: str) -> float:
    """Return a number within (lowest, highest, unit).

    Raises
    ------
    InputError
        If it is no number with a decimal point, or lies outside: then the unit is another one.
    """
    low, high, unit = limits
    try:
        value = parse_number(text, "point")
    except ValueError:
        raise InputError(
            "not a number", where=where, got=text, allowed="a number with a decimal point, n/a"
        ) from None
    if not low <= value <= high:
        raise InputError(
            f"not plausible in {unit}",
            where=where,
            got=text,
            allowed=f"{low:g} to {high:g}",
            todo="check value and unit",
        )
    return value


def limits_of(measure: str) -> tuple[float, float, str]:
    """Return the plausible range of a measure and its unit."""
    row = load_table("measures/measures").row(id=measure)
    return row.number("minimum"), row.number("maximum"), row.text("unit")


def choose(
    people: tuple[Person, ...], site: str | None, scanner: str | None, where: str
) -> tuple[tuple[Person, ...], str, str | None]:
    """Return the people of one site and scanner, and the names of both.

    Parameters
    ----------
    people : tuple of Person
        All of the file.
    site, scanner : str or None
        As the user asked for.
    where : str
        The file, for messages.

    Returns
    -------
    people : tuple of Person
        At least one.
    site : str
        Name of the site.
    scanner : str or None
        None where neither file nor user names it.

    Raises
    ------
    InputError
        If the file mixes sites or scanners and none was chosen, there is nobody of the chosen
        one, or the site has no name.
    """
    chosen, site = _one_of(people, site, ("site", where), lambda person: person.site)
    chosen, scanner = _one_of(chosen, scanner, ("scanner", where), lambda person: person.scanner)
    if site is None:
        raise InputError("the site has no name", where=where, todo="name it with --site NAME")
    return chosen, site, scanner


def _one_of(
    people: tuple[Person, ...],
    asked: str | None,
    what: tuple[str, str],
    told: Callable[[Person], str | None],
) -> tuple[tuple[Person, ...], str | None]:
    name, where = what
    present = {value: _plain(value) for person in people if (value := told(person)) is not None}
    kinds = sorted(set(present.values()))
    unknown = sum(told(person) is None for person in people)
    listed = ", ".join(sorted(present))
    if not kinds:
        return people, asked
    if asked is None and (len(kinds) > 1 or unknown):
        mixed = f"{unknown} people without one, others: {listed}" if unknown else listed
        raise InputError(
            f"the controls are not of one {name}",
            where=where,
            got=mixed,
            todo=f"choose one with --{name}",
        )
    if asked is None:
        return people, next(iter(present))
    found = tuple(
        p for p in people if (own := told(p)) is not None and _plain(own) == _plain(asked)
    )
    if not found:
        raise InputError(f"no control of this {name}", where=where, got=asked, allowed=listed)
    return found, asked


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def check_people(people: tuple[Person, ...], where: str) -> None:
    """Refuse people from whom no norm of age and sex can be learned.

    Raises
    ------
    InputError
        If a participant stands twice, all have one sex, or all have one age.
    """
    seen: dict[str, str] = {}
    for person in people:
        if person.participant in seen:
            raise InputError(
                "this participant stands twice",
                where=person.where,
                got=f"{person.participant}, first in {seen[person.participant]}",
                todo="keep one row for each person",
            )
        seen[person.participant] = person.where
    sexes = {person.male for person in people} - {None}
    ages = {person.age for person in people} - {None}
    for found, what in ((sexes, "sex"), (ages, "age")):
        if len(found) > 1:
            continue
        told = "nobody has a recorded" if not found else "all have one"
        raise InputError(
            f"{told} {what}",
            where=where,
            allowed=f"controls who differ in {what}",
            todo="a norm is learned from women and men of several ages",
        )
