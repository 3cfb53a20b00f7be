"""A hundred people as dots: how many have an outcome, and how far the number may be off.

Dots fill from the bottom left in the same order on every picture, so that pictures of equal size
can be compared. Filled and empty dots differ by shape, not by colour alone: helped people are solid
dots, harmed ones rings with a cross. Below stands the range on a line from 0 to 100.
"""

from __future__ import annotations

from typing import Final, Literal

from markupsafe import Markup

from equipoise.apps.report.charts.svg import element, fill, paint, stroke

__all__ = ["PEOPLE", "IconKind", "icon_array"]

PEOPLE: Final = 100
SIDE: Final = 10
RADIUS: Final = 3.9
STEP: Final = 10.0
STRIP: Final = 116.0
HEIGHT: Final = 134.0
TICK: Final = 3.0

IconKind = Literal["help", "harm"]


def icon_array(
    number: int, kind: IconKind, words: str, ends: tuple[int, int] | None = None
) -> Markup:
    """Return a picture of 100 people.

    Parameters
    ----------
    number : int
        How many have the outcome, 0 to 100.
    kind : {"help", "harm"}
        A good outcome or an unwanted one.
    words : str
        What the filled dots are, for those who do not see it; the numbers stand in the text.
    ends : tuple of int, optional
        How low and how high the number may be.

    Returns
    -------
    Markup
        An SVG image as wide as its place allows.

    Raises
    ------
    ValueError
        If `number` is no number of 100 people.
    """
    if not 0 <= number <= PEOPLE:
        msg = f"no number of {PEOPLE} people: {number}"
        raise ValueError(msg)
    having = [_place(i) for i in range(number)]
    others = [_place(i) for i in range(number, PEOPLE)]
    parts = [_dots(others, **paint("page", "axis"), stroke_width=1)] if others else []
    if having:
        parts += _solid(having) if kind == "help" else _crossed(having)
    if ends is not None:
        parts += _strip(number, ends, "person" if kind == "help" else "ink")
    height = HEIGHT if ends is not None else STEP * SIDE
    return element(
        "svg",
        *parts,
        class_=f"icons is-{kind}",
        viewBox=f"0 0 {STEP * SIDE:g} {height:g}",
        role="img",
        aria_label=words,
    )


def _place(index: int) -> tuple[float, float]:
    """Return the middle of a dot: rows from the bottom, each from the left."""
    row, column = divmod(index, SIDE)
    return STEP * (column + 0.5), STEP * (SIDE - row - 0.5)


def _dots(places: list[tuple[float, float]], **look: str | float) -> Markup:
    circle = "a{0:g} {0:g} 0 1 0 {1:g} 0a{0:g} {0:g} 0 1 0 -{1:g} 0".format(RADIUS, 2 * RADIUS)
    path = "".join(f"M{x - RADIUS:g} {y:g}{circle}" for x, y in places)
    return element("path", d=path, **look)


def _solid(places: list[tuple[float, float]]) -> list[Markup]:
    return [_dots(places, **fill("person"))]


def _crossed(places: list[tuple[float, float]]) -> list[Markup]:
    reach, back = RADIUS / 2, -RADIUS
    arms = "".join(
        f"M{x - reach:g} {y - reach:g}l{RADIUS:g} {RADIUS:g}m0 {back:g}l{back:g} {RADIUS:g}"
        for x, y in places
    )
    return [
        _dots(places, **paint("page", "ink"), stroke_width=1.5),
        element("path", d=arms, stroke_width=1.5, **stroke("ink")),
    ]


def _strip(number: int, ends: tuple[int, int], role: str) -> list[Markup]:
    low, high = ends
    axis = f"M0 {STRIP:g}H100M0 {STRIP - TICK:g}v{2 * TICK:g}M100 {STRIP - TICK:g}v{2 * TICK:g}"
    words = [
        element("text", str(x), x=x, y=HEIGHT, text_anchor=anchor, font_size=11, **fill("muted"))
        for x, anchor in ((0, "start"), (PEOPLE, "end"))
    ]
    return [
        element("path", d=axis, stroke_width=0.75, **stroke("axis")),
        element("path", d=f"M{low} {STRIP:g}H{high}", stroke_width=3.5, **stroke(role)),
        element("circle", cx=number, cy=STRIP, r=3.5, **fill(role)),
        *words,
    ]
