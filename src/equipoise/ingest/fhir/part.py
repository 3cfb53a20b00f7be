"""A part of a FHIR resource with its place: every value is typed on reading, or refused by path.

Plain JSON is read key by key; no model of a whole resource is built, so that a bundle of ten
thousand entries takes seconds.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from equipoise.core.dates import IsoDate, check_date, latest
from equipoise.core.errors import InputError, RecordError
from equipoise.core.tables import setting

__all__ = ["Part", "fault"]

_WESTMOST: Final = dt.timezone(-dt.timedelta(hours=12))
"""Where today lasts longest."""
_DATE: Final = re.compile(
    r"(\d{4}(?:-\d{2}(?:-\d{2})?)?)(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?", re.ASCII
)


def fault(what: str, where: str, got: str = "", allowed: str = "", todo: str = "") -> InputError:
    """Return an error about a place in a bundle.

    Parameters
    ----------
    what : str
        What is wrong.
    where : str
        File and path.
    got, allowed, todo : str, optional
        What stands there, what may, what to do.

    Returns
    -------
    InputError
        To be raised or kept.
    """
    return RecordError(what, where=where, got=got, allowed=allowed, todo=todo)


@dataclass(frozen=True, slots=True)
class Part:
    """An object of a bundle.

    Parameters
    ----------
    value : dict
        The JSON object.
    where : str
        File and path, such as ``b.json Bundle.entry[3].resource``.
    today : str
        Day of the run; later dates are refused.
    born : str or None
        Birth date; earlier dates are refused.
    """

    value: dict[str, Any]
    where: str
    today: IsoDate
    born: IsoDate | None = None

    def place(self, key: str) -> str:
        """Return file and path of a key."""
        return f"{self.where}.{key}"

    def has(self, key: str) -> bool:
        """Return whether the key is there."""
        return key in self.value

    def text(self, key: str) -> str | None:
        """Return a string; None where the key is missing."""
        found = self.value.get(key)
        if found is None or isinstance(found, str):
            return found
        raise fault("text is needed here", self.place(key), got=_kind(found))

    def number(self, key: str) -> float | None:
        """Return a number; None where the key is missing."""
        found = self.value.get(key)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, (int, float)):
            raise fault("a number is needed here", self.place(key), got=_kind(found))
        try:
            number = float(found)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise fault("this number is not finite", self.place(key))
        return number

    def flag(self, key: str) -> bool | None:
        """Return true or false; None where the key is missing."""
        found = self.value.get(key)
        if found is None or isinstance(found, bool):
            return found
        raise fault("true or false is needed here", self.place(key), got=_kind(found))

    def child(self, key: str) -> Part | None:
        """Return the object below a key; None where the key is missing."""
        found = self.value.get(key)
        return None if found is None else self._part(found, self.place(key))

    def children(self, key: str) -> list[Part]:
        """Return the objects of the list below a key; none where the key is missing."""
        found = self.value.get(key)
        if found is None:
            return []
        if not isinstance(found, list):
            raise fault("a list is needed here", self.place(key), got=_kind(found))
        return [self._part(one, f"{self.place(key)}[{at}]") for at, one in enumerate(found)]

    def texts(self, key: str) -> list[str]:
        """Return the strings of the list below a key."""
        found = self.value.get(key)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise fault("a list of texts is needed here", self.place(key), got=_kind(found))
        return list(found)

    def date(self, key: str) -> IsoDate | None:
        """Return the day of a date or time, in its own precision, not after today."""
        text = self.text(key)
        return None if text is None else self._day(text, key, self.today)

    def later_date(self, key: str) -> IsoDate | None:
        """Return a day that may lie in the future, such as the planned end of a treatment."""
        text = self.text(key)
        return None if text is None else self._day(text, key, None)

    def moment(self, *keys: str) -> str:
        """Return the first of these times as it stands; empty where there is none."""
        return next((text for key in keys if (text := self.text(key))), "")

    def reference(self, key: str) -> str | None:
        """Return the address that a Reference holds."""
        found = self.child(key)
        return None if found is None else found.text("reference")

    def _day(self, text: str, key: str, today: IsoDate | None) -> IsoDate:
        born = None if self.born is None else (self.born, self.today)
        try:
            return _checked(text, today, born, latest(self.today).year)
        except RecordError as error:
            raise fault(error.what, self.place(key), error.got, error.allowed, error.todo) from None

    def _part(self, found: object, where: str) -> Part:
        if not isinstance(found, dict):
            raise fault("an object is needed here", where, got=_kind(found))
        return Part(found, where, self.today, self.born)


@lru_cache(maxsize=4096)
def _checked(
    text: str, today: IsoDate | None, born: tuple[IsoDate, IsoDate] | None, year: int
) -> IsoDate:
    """Return the day of a time; many entries of a bundle share one."""
    match = _DATE.fullmatch(text)
    day = match[1] if match else text
    # Where it is a day ahead, it may be tomorrow already: the same moment is today here.
    day = today if today is not None and _today_elsewhere(text, today) else day
    day = check_date(day, today=today)
    if year - latest(day).year > setting("ingest_age_max"):
        raise RecordError("this date lies before any living person was born", got=text)
    if born is not None and latest(day) < latest(born[0]) and len(day) >= len(born[0]):
        raise RecordError("this date lies before the birth", got=day)
    return day


def _today_elsewhere(text: str, today: IsoDate) -> bool:
    """Return whether a moment with a zone is written as a later day, and yet is one of today."""
    if text[: len(today)] <= today or len(today) != len("2024-03-10"):
        return False
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    if moment.tzinfo is None:
        return False
    last = dt.datetime.combine(latest(today), dt.time.max, tzinfo=_WESTMOST)
    return moment <= last


def _kind(found: object) -> str:
    if isinstance(found, dict):
        return "an object"
    return "a list" if isinstance(found, list) else repr(found)
