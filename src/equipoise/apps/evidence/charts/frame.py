"""A picture that stands alone: one SVG file with its colours for light and dark, title and words.

Marks are those of the report, so a picture in a file and the same picture on a page look alike.
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts.svg import element, fill
from equipoise.apps.report.palette import css_classes, css_variables, light

__all__ = ["FONT", "cut", "label", "minus", "picture"]

FONT: Final = "-apple-system, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif"
MINUS: Final = "\N{MINUS SIGN}"
SIZE: Final = 15


def picture(title: str, words: str, size: tuple[float, float], *children: str) -> str:
    """Return an SVG document.

    Parameters
    ----------
    title, words : str
        What it is, and what it shows for who cannot see it.
    size : tuple of float
        Width and height in pixels.
    *children : str
        Finished markup.

    Returns
    -------
    str
        A document that asks nothing of any other file.
    """
    style = (
        f":root{{{css_variables('light')}}}"
        f"@media (prefers-color-scheme:dark){{:root{{{css_variables('dark')}}}}}{css_classes()}"
        "svg{overflow:visible}"
    )
    ground = element("rect", width=size[0], height=size[1], fill=light("page"), class_="f-page")
    root = element(
        "svg",
        element("title", title, id="title"),
        element("desc", words, id="words"),
        element("style", Markup(style)),
        ground,
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {size[0]:g} {size[1]:g}",
        width=size[0],
        height=size[1],
        role="img",
        aria_labelledby="title words",
        font_family=FONT,
        font_size=SIZE,
    )
    return f"{root}\n"


def label(text: str, x: float, y: float, *, anchor: str = "start", role: str = "ink") -> Markup:
    """Return a word at a place in pixels.

    Parameters
    ----------
    text : str
        The word.
    x, y : float
        Its anchor on its base line.
    anchor : {"start", "middle", "end"}
        Which part of it stands at `x`.
    role : str
        Colour.

    Returns
    -------
    Markup
        One text element.
    """
    return element("text", minus(text), x=x, y=y, text_anchor=anchor, **fill(role))


def minus(text: str) -> str:
    """Return numbers in words with a true minus; hyphens inside of words stay."""
    parts = text.split(" ")
    return " ".join(_signed(part) for part in parts)


def _signed(part: str) -> str:
    bare = part.lstrip("(")
    if bare.startswith("-") and bare[1:2].isdigit():
        return part.replace("-", MINUS, 1)
    return part


def cut(text: str, most: int) -> str:
    """Return a text of at most `most` signs; what is longer ends in an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
