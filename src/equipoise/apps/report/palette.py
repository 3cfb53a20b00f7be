"""The colours of the report, light and dark, and their contrast by the WCAG formula.

A colour always comes with a second code (shape, dash, word): colour alone carries no meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = [
    "BANNER",
    "BRAIN",
    "PALETTE",
    "Colour",
    "contrast",
    "css_classes",
    "css_variables",
    "light",
]


@dataclass(frozen=True, slots=True)
class Colour:
    """One role in the light and in the dark scheme, as ``#RRGGBB``."""

    light: str
    dark: str


LINEAR_UP_TO: Final = 0.04045
PALETTE: Final[dict[str, Colour]] = {
    "page": Colour("#FFFFFF", "#12161C"),
    "panel": Colour("#F3F5F8", "#1D232C"),
    "ink": Colour("#151A21", "#E8ECF1"),
    "muted": Colour("#4A5562", "#AEB8C4"),
    "link": Colour("#0B5394", "#8AB8FF"),
    "axis": Colour("#6F7A87", "#8792A0"),
    "rule": Colour("#D3DAE2", "#343D49"),
    "person": Colour("#1067AC", "#65A2F5"),
    "research": Colour("#830061", "#EBCCF7"),
    "safety": Colour("#C1464A", "#F5605A"),
    "caution": Colour("#6C510D", "#F7C02F"),
    "met": Colour("#073E28", "#A0FADA"),
    "safety-box": Colour("#FDECEC", "#3A1A1D"),
    "caution-box": Colour("#FBF3DC", "#32290F"),
    "info-box": Colour("#E8F0FA", "#17283F"),
    "research-box": Colour("#F7EEF6", "#2F1B2B"),
    "density": Colour("#DFE4EA", "#3A4451"),
    "zone": Colour("#C9D1DB", "#465260"),
    "grid": Colour("#E4E8ED", "#2A323D"),
}
"""Roles. `rule`, `grid`, `density` and `zone` are quiet furniture; every mark on them keeps 3:1."""

BANNER: Final = Colour("#9B1C23", "#9B1C23")
"""Ground of the emergency banner, with white text in both schemes."""

BRAIN: Final = {"ground": "#000000", "mark": "#FFFFFF", "region": "#65A2F5", "words": "#E8ECF1"}
"""Brain slices stay on black in both schemes."""


def light(role: str) -> str:
    """Return the light value of a role, written into every mark as an attribute."""
    return PALETTE[role].light


def css_variables(scheme: str) -> str:
    """Return the declarations ``--role: value`` of the scheme ``light`` or ``dark``."""
    return " ".join(f"--{role}:{getattr(colour, scheme)};" for role, colour in PALETTE.items())


def css_classes() -> str:
    """Return the classes that colour marks: ``f-role`` fills, ``s-role`` draws."""
    return "".join(
        f".f-{role}{{fill:var(--{role})}}.s-{role}{{stroke:var(--{role})}}" for role in PALETTE
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    dark, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= LINEAR_UP_TO else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
