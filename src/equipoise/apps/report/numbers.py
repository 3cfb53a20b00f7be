"""The one place where numbers become text.

A number is first rounded as in the JSON files (chances to 4 decimals, other numbers to 6
significant digits), then as printed, so that page and file never disagree. Chances are whole
numbers of 100 people; intervals are rounded outward.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from statistics import NormalDist
from typing import Final

from equipoise.apps.report.language import gettext
from equipoise.core.dates import IsoDate

__all__ = [
    "MINUS",
    "MONTHS",
    "P80",
    "P95",
    "around",
    "centile_of",
    "coordinate_mm",
    "count",
    "day",
    "decimals",
    "exact",
    "exact_chance",
    "measured",
    "mm_in",
    "nearest_mm",
    "of_100",
    "outward",
    "point_mm",
    "points",
    "range_measured",
    "range_of_100",
    "range_points",
    "range_ratio",
    "ratio",
    "ratio_ends",
    "reach_mm",
    "signed",
    "unit_words",
    "weeks",
    "whole",
]

MINUS: Final = "\N{MINUS SIGN}"
P80: Final = "80\N{NO-BREAK SPACE}%"
P95: Final = "95\N{NO-BREAK SPACE}%"
JSON_DECIMALS: Final = 4
JSON_DIGITS: Final = 6
LOG_LIMIT: Final = 13
"""Ratios are printed up to a factor of e to the 13th."""


def _marked(text: str) -> str:
    """Mark a text for the catalogue; it is put into the language in force where it is printed."""
    return text


MONTHS: Final = [
    _marked("January"),
    _marked("February"),
    _marked("March"),
    _marked("April"),
    _marked("May"),
    _marked("June"),
    _marked("July"),
    _marked("August"),
    _marked("September"),
    _marked("October"),
    _marked("November"),
    _marked("December"),
]
UNIT_WORDS: Final = {
    "1": "",
    "{score}": "points",
    "mg/d": "mg a day",
    "mg/(24.h)": "mg in 24 hours",
    "{tbl}/d": "tablets a day",
    "ug/d": "\N{MICRO SIGN}g a day",
    "%": "%",
    "mm3": "mm\N{SUPERSCRIPT THREE}",
    "m[IU]/L": "mIU/L",
    "mL/min/{1.73_m2}": "mL/min per 1.73 m\N{SUPERSCRIPT TWO}",
    "umol/L": "\N{MICRO SIGN}mol/L",
    "ug/L": "\N{MICRO SIGN}g/L",
    "ug/g": "\N{MICRO SIGN}g/g",
    "10*9/L": "\N{MULTIPLICATION SIGN} 10\N{SUPERSCRIPT NINE}/L",
    "mm[Hg]": "mmHg",
    "kg/m2": "kg/m\N{SUPERSCRIPT TWO}",
    "a": "years",
}
WORDS: Final = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
MOVEMENT: Final = re.compile(r"\b(moved|movement|displacement|motion)\b")
Range = tuple[float, float]


def _hundredths(chance: float) -> Decimal:
    return Decimal(str(round(chance, JSON_DECIMALS))) * 100


def whole(chance: float) -> int:
    """Return a chance, or a difference of two, as a whole number of 100 (halves away from 0)."""
    return int(_hundredths(chance).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def outward(ends: Range) -> tuple[int, int]:
    """Return an interval of chances in whole points, its ends rounded outward."""
    low = _hundredths(ends[0]).to_integral_value(rounding=ROUND_FLOOR)
    high = _hundredths(ends[1]).to_integral_value(rounding=ROUND_CEILING)
    return int(low), int(high)


def of_100(chance: float) -> str:
    """Return how many of 100 people, as text.

    Examples
    --------
    >>> of_100(0.345), of_100(0.004), of_100(0.996)
    ('35', 'fewer than 1', 'more than 99')
    """
    exact = _hundredths(chance)
    if exact < 1:
        return "fewer than 1"
    return "more than 99" if exact > 99 else str(whole(chance))  # noqa: PLR2004


def range_of_100(ends: Range) -> str:
    """Return an interval of chances, rounded outward: ``28 to 43``."""
    low, high = outward(ends)
    return f"{max(low, 0)} to {min(high, 100)}"


def points(difference: float) -> str:
    """Return a difference of chances in whole points with its sign: ``+3``, ``0``."""
    return signed(whole(difference))


def range_points(ends: Range) -> str:
    """Return an interval of differences, rounded outward: minus 6 to +11."""
    low, high = outward(ends)
    return f"{signed(low)} to {signed(high)}"


def signed(number: int) -> str:
    """Return a whole number with its sign: ``+3``, ``0``."""
    return f"+{number}" if number > 0 else f"{MINUS}{-number}" if number else "0"


def decimals(standard_error: float | None, value: float) -> int:
    """Return how many decimals a measured value is printed with.

    Two digits of the standard error; without one, three digits of the value.
    """
    if standard_error:
        return max(0, 1 - math.floor(math.log10(abs(standard_error))))
    return 0 if not value else max(0, 2 - math.floor(math.log10(abs(value))))


def measured(value: float, standard_error: float | None = None) -> str:
    r"""Return a measured value with the decimals that its standard error allows.

    Examples
    --------
    >>> measured(13.0, 2.16), measured(-0.3456, 0.081)
    ('13', '\N{MINUS SIGN}0.346')
    """
    return _plain(value, decimals(standard_error, value), ROUND_HALF_UP)


def _plain(value: float, places: int, rounding: str) -> str:
    exact = Decimal(f"{value:.{JSON_DIGITS}g}")
    number = exact.quantize(Decimal(1).scaleb(-places), rounding=rounding)
    text = f"{abs(number):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{MINUS}{text}" if number < 0 else text


def around(value: float, standard_error: float, level: float) -> Range:
    """Return the symmetric interval of a normal error that holds `level` (0 to 1)."""
    reach = NormalDist().inv_cdf(0.5 + level / 2) * standard_error
    return value - reach, value + reach


def centile_of(z: float) -> str:
    """Return the centile of a z value in whole numbers; ``below 1``, ``above 99`` at the ends."""
    centile = 100 * NormalDist().cdf(z)
    if centile < 1:
        return "below 1"
    return "above 99" if centile > 99 else str(round(centile))  # noqa: PLR2004


def range_measured(ends: Range, standard_error: float | None, *, fine: bool = False) -> str:
    """Return an interval in the unit of a measure, rounded outward.

    Parameters
    ----------
    ends : tuple of float
        Low and high.
    standard_error : float or None
        Sets the decimals: one digit of it, two if `fine`.
    fine : bool, optional
        For measures on a logarithmic scale.

    Returns
    -------
    str
        ``8 to 18``; on a logarithmic scale a low end above 0 never becomes 0.
    """
    places = max(0, decimals(standard_error, ends[1]) - (0 if fine else 1))
    if fine and 0 < ends[0] < 10.0**-places:
        places = -math.floor(math.log10(ends[0]))
    return f"{_plain(ends[0], places, ROUND_FLOOR)} to {_plain(ends[1], places, ROUND_CEILING)}"


def ratio(logarithm: float) -> str:
    """Return a ratio from its natural logarithm, to two decimals or two digits.

    Examples
    --------
    >>> ratio(0.0), ratio(-0.58), ratio(-3.5), ratio(2.9)
    ('1.00', '0.56', '0.030', '18.2')
    """
    return f"{_ratio(logarithm, ROUND_HALF_UP):f}"


def ratio_ends(ends: Range) -> tuple[Decimal, Decimal]:
    """Return an interval of log ratios as ratios, rounded outward as it is printed."""
    return _ratio(ends[0], ROUND_FLOOR), _ratio(ends[1], ROUND_CEILING)


def range_ratio(ends: Range) -> str:
    """Return an interval of log ratios as ratios, rounded outward: ``0.37 to 0.85``."""
    low, high = ratio_ends(ends)
    return f"{low:f} to {high:f}"


def _ratio(logarithm: float, rounding: str) -> Decimal:
    value = math.exp(max(-LOG_LIMIT, min(logarithm, LOG_LIMIT)))
    order = math.floor(math.log10(value))
    places = max(0, 1 - order if order < -1 else 2 - max(order, 0))
    return Decimal(f"{value:.{JSON_DIGITS}g}").quantize(Decimal(1).scaleb(-places), rounding)


def point_mm(point: tuple[float, float, float]) -> str:
    r"""Return a place in whole millimetres, to the nearest.

    Examples
    --------
    >>> point_mm((-41.5, 40.2, 0.3))
    'x \N{MINUS SIGN}42, y +40, z 0 mm'
    """
    parts = [f"{axis} {coordinate_mm(v)}" for axis, v in zip("xyz", point, strict=True)]
    return f"{', '.join(parts)} mm"


def coordinate_mm(value: float) -> str:
    """Return one coordinate in whole millimetres with its sign, to the nearest."""
    return signed(int(Decimal(str(value)).quantize(Decimal(1), rounding=ROUND_HALF_UP)))


def reach_mm(distance: float) -> str:
    """Return a radius or distance in whole millimetres, rounded outward: ``16 mm``.

    Outward, so that a distance above a limit of whole millimetres never reads as within it.

    Examples
    --------
    >>> reach_mm(15.2), reach_mm(16.0)
    ('16 mm', '16 mm')
    """
    places = JSON_DECIMALS
    return f"{math.ceil(round(distance, places))} mm"


def nearest_mm(distance: float) -> str:
    """Return a measured length in whole millimetres, to the nearest."""
    return f"{int(Decimal(str(distance)).quantize(Decimal(1), rounding=ROUND_HALF_UP))} mm"


def mm_in(text: str) -> str:
    """Return a text with every distance in millimetres as by :func:`reach_mm`.

    Movement of the head is told in tenths: its limits lie below a millimetre.

    Examples
    --------
    >>> mm_in("points 5.4 mm apart"), mm_in("the head moved by 0.62 mm (limit 0.5 mm)")
    ('points 6 mm apart', 'the head moved by 0.62 mm (limit 0.5 mm)')
    """
    if MOVEMENT.search(text):
        return text
    return re.sub(r"(\d+\.\d+) mm\b", lambda found: reach_mm(float(found[1])), text)


def exact(value: float) -> str:
    """Return a number as the JSON files hold it, to 6 significant digits."""
    return f"{value:.{JSON_DIGITS}g}"


def exact_chance(value: float) -> str:
    """Return a chance or a utility as the JSON files hold it, to 4 decimals."""
    return f"{round(value, JSON_DECIMALS) + 0.0:g}"


def unit_words(unit: str) -> str:
    """Return a UCUM unit as it is printed; nothing for a pure number."""
    return UNIT_WORDS.get(unit, unit)


def day(date: IsoDate | None) -> str:
    """Return a date in words, no more exact than it was given: ``March 2024``."""
    if date is None:
        return gettext("no date")
    year, *rest = date.split("-")
    if not rest:
        return year
    month = gettext(MONTHS[int(rest[0]) - 1])
    if len(rest) == 1:
        return gettext("{month} {year}").format(month=month, year=year)
    return gettext("{day} {month} {year}").format(day=int(rest[1]), month=month, year=year)


def weeks(number: float | None) -> str:
    """Return a length in whole weeks."""
    return "length not known" if number is None else count(math.floor(number), "week")


def count(number: int, noun: str, plural: str | None = None, *, spelled: bool = False) -> str:
    """Return a number with its noun: ``1 option``, ``3 options``.

    Parameters
    ----------
    number : int
        How many.
    noun, plural : str
        Words for one and for several; without `plural` the noun takes an s.
    spelled : bool, optional
        Spell numbers up to twelve.

    Returns
    -------
    str
        Number and noun.
    """
    text = WORDS[number] if spelled and 0 <= number < len(WORDS) else str(number)
    return f"{text} {noun if number == 1 else plural or noun + 's'}"
