"""A small SVG writer: elements, paint and the percent coordinates that let charts breathe.

Horizontal places are percentages of the chart's own width, so a chart fills a phone or a page
without being shrunk; its words stand beside it in HTML. Every colour is written twice: the light
value as an attribute (printers and converters that ignore style sheets) and a class (dark mode).
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup, escape

from equipoise.apps.report.palette import light

__all__ = ["ROW_MIDDLE", "element", "fill", "group", "paint", "percent", "plot", "stroke"]

Value = str | float | int | None
ROW_MIDDLE: Final = 24.0
"""Marks stand level with the first line of the row's words."""


def element(name: str, *children: str, **attributes: Value) -> Markup:
    """Return one element.

    Parameters
    ----------
    name : str
        Tag name.
    *children : str
        Text (escaped) or finished markup.
    **attributes : str, float or None
        ``stroke_width`` becomes ``stroke-width``, ``class_`` becomes ``class``; None is left out.

    Returns
    -------
    Markup
        Well-formed SVG or HTML.
    """
    parts = [
        f' {key.rstrip("_").replace("_", "-")}="{_text(value)}"'
        for key, value in attributes.items()
        if value is not None
    ]
    inner = Markup("").join(children)
    return Markup(f"<{name}{''.join(parts)}>{inner}</{name}>")


def _text(value: str | float | int) -> str:
    if isinstance(value, str):
        return str(escape(value))
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-0.00", "0")


def percent(number: float) -> str:
    """Return a horizontal place as a percentage, to a hundredth."""
    return f"{number:.2f}".rstrip("0").rstrip(".") + "%"


def fill(role: str) -> dict[str, str]:
    """Return the attributes of an area in the colour of `role`, without outline."""
    return {"fill": light(role), "class_": f"f-{role}"}


def stroke(role: str) -> dict[str, str]:
    """Return the attributes of a line in the colour of `role`, without area."""
    return {"fill": "none", "stroke": light(role), "class_": f"s-{role}"}


def paint(area: str, line: str) -> dict[str, str]:
    """Return the attributes of an area of one role with an outline of another."""
    return {"fill": light(area), "stroke": light(line), "class_": f"f-{area} s-{line}"}


def group(*children: str, middle: float = ROW_MIDDLE) -> Markup:
    """Return marks on their own baseline: y = 0 lies `middle` pixels below the top of the row."""
    return element("svg", *children, x="0", y=middle, width="100%", height="1", overflow="visible")


def plot(*children: str, height: float | None = None, css: str = "plot") -> Markup:
    """Return a chart area as wide as its place; without `height` it is as high as its row.

    It is hidden from screen readers: the row's words and the table carry the same facts.
    """
    return element(
        "svg",
        *children,
        class_=css,
        width="100%",
        height=height if height is not None else "100%",
        aria_hidden="true",
        focusable="false",
    )
