"""Outlines of a brain seen from the left, from behind and from above.

The drawings ship inside nilearn (BSD licence) and are read from its folder; nilearn itself is not
imported. Without them a plain ellipse stands in.
"""

from __future__ import annotations

import importlib.util
import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from equipoise.apps.report.charts.svg import element, stroke
from equipoise.apps.report.charts.template_brain import Frame, Plane, frame

__all__ = ["outline"]

FOLDER: Final = ("plotting", "glass_brain_files")
VIEWS: Final[dict[Plane, tuple[str, tuple[float, float, float, float]]]] = {
    "sagittal": ("side", (0.38, 0.38, -108.0, -70.0)),
    "coronal": ("back", (0.39, 0.39, -73.0, -73.0)),
    "axial": ("top", (0.36, 0.37, -71.0, -107.0)),
}
"""File and the placing in MNI152 that nilearn gives it: scale and shift to the right and up."""
INNER: Final = "#a6a6a6"
CURVES: Final = {2: "L", 3: "Q", 4: "C"}
CAP: Final = 12.0


def outline(plane: Plane) -> Markup:
    """Return the drawing of one view in the mm of its frame, outer lines stronger."""
    look = frame(plane)
    path = _file(VIEWS[plane][0])
    if path is None:
        return _plain(look)
    fine, strong = _paths(path, plane)
    return element("path", d=fine, stroke_width=0.35, **stroke("axis")) + element(
        "path", d=strong, stroke_width=0.8, **stroke("axis")
    )


def _file(view: str) -> Path | None:
    spec = importlib.util.find_spec("nilearn")
    folders = [] if spec is None else spec.submodule_search_locations or []
    paths = [Path(folder).joinpath(*FOLDER, f"brain_schematics_{view}.json") for folder in folders]
    return next((path for path in paths if path.is_file()), None)


@lru_cache(maxsize=3)
def _paths(path: Path, plane: Plane) -> tuple[str, str]:
    """Return the fine and the strong lines as SVG paths."""
    drawn: dict[bool, list[str]] = {True: [], False: []}
    for line in json.loads(path.read_text(encoding="utf-8"))["paths"]:
        last = ""
        for item in line["items"]:
            first, *rest = (_place(point, plane) for point in item["pts"])
            start = "" if first == last else f"M{first}"
            drawn[line["edgecolor"] == INNER].append(
                f"{start}{CURVES[len(rest) + 1]}{' '.join(rest)}"
            )
            last = rest[-1]
    return "".join(drawn[True]), "".join(drawn[False])


def _place(point: list[float], plane: Plane) -> str:
    scale_x, scale_y, shift_x, shift_y = VIEWS[plane][1]
    look = frame(plane)
    mm: Any = [0.0, 0.0, 0.0]
    mm[look.right] = scale_x * point[0] + shift_x
    mm[look.up] = scale_y * point[1] + shift_y
    x, y = look.at(tuple(mm))
    return f"{x:.1f},{y:.1f}"


def _plain(look: Frame) -> Markup:
    return element(
        "ellipse",
        cx=look.width / 2,
        cy=look.height / 2,
        rx=look.width / 2 - CAP,
        ry=look.height / 2 - CAP,
        stroke_width=0.8,
        stroke_dasharray="4 3",
        **stroke("axis"),
    )
