"""Small signs of what a date of the plan is for; the word stands beside each."""

from __future__ import annotations

from typing import Final, Literal

from markupsafe import Markup

from equipoise.apps.report.charts.svg import element

__all__ = ["Kind", "sign"]

Kind = Literal["ask", "measure", "decide"]
SIGNS: Final[dict[Kind, str]] = {
    "ask": "M4 4h16v11h-9l-5 4v-4h-2z",
    "measure": "M4 4v16h16M7 15l4-5 4 3 5-7",
    "decide": "M12 21v-8l-7-9M12 13l7-9",
}


def sign(kind: Kind) -> Markup:
    """Return the sign of asking, measuring or deciding, in the colour of the words."""
    path = element(
        "path",
        d=SIGNS[kind],
        fill="none",
        stroke="currentColor",
        stroke_width=2,
        stroke_linejoin="round",
    )
    return element(
        "svg",
        path,
        class_="sign",
        viewBox="0 0 24 24",
        width=20,
        height=20,
        aria_hidden="true",
        focusable="false",
    )
