"""Instrument marker for the Localite TMS Navigator, as XML.

The attribute ``coordinateSpace`` says how the numbers count: ``RAS`` for projects on NIfTI images,
``LPS`` (x to the left, y to the back) for projects on DICOM images. The last column of the matrix
is the place in the world coordinates of the image; the first three columns are the coil's axes.
"""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as ET

from equipoise import __version__
from equipoise.apps.imaging.navigators.marker import ORIENTATION, STAMP, Marker, ReadBack
from equipoise.core.errors import EquipoiseError

__all__ = ["localite_text", "read_localite"]

RAS, LPS = "RAS", "LPS"
_SIGNS: Final = {RAS: (1, 1, 1), LPS: (-1, -1, 1)}
_ROOT: Final = "InstrumentMarkerList"
_SPACE: Final = "space-"


def localite_text(marker: Marker, coordinate_space: str = RAS) -> str:
    """Return the file.

    Parameters
    ----------
    marker : Marker
        A point in T1w.
    coordinate_space : {"RAS", "LPS"}, optional
        How the numbers count; RAS fits NIfTI images.

    Returns
    -------
    str
        UTF-8 XML.
    """
    place = [
        sign * value for sign, value in zip(_SIGNS[coordinate_space], marker.point, strict=True)
    ]
    root = ET.Element(_ROOT, {"coordinateSpace": coordinate_space})
    root.append(ET.Comment(f" Written by Equipoise {__version__}: {STAMP}. {ORIENTATION}. "))
    holder = ET.SubElement(
        root, "InstrumentMarker", {"alwaysVisible": "false", "index": "0", "selected": "false"}
    )
    shown = ET.SubElement(
        holder,
        "Marker",
        {
            "additionalInformation": f"{STAMP}; {_SPACE}{marker.space}; {ORIENTATION}",
            "color": "#ff0000",
            "description": marker.name,
            "set": "true",
        },
    )
    rows = [[float(r == c) for c in range(3)] + [place[r]] for r in range(3)] + [[0, 0, 0, 1.0]]
    cells = {
        f"data{r}{c}": f"{value:.6f}" for r, row in enumerate(rows) for c, value in enumerate(row)
    }
    ET.SubElement(shown, "Matrix4D", cells)
    ET.indent(root, "    ")
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def read_localite(text: str) -> ReadBack:
    """Return the one marker of a file, in RAS+.

    Parameters
    ----------
    text : str
        The file.

    Returns
    -------
    ReadBack
        Its place, and the space that its additional information names.

    Raises
    ------
    EquipoiseError
        If the file does not hold one marker with a stamp, or says no coordinate space.
    """
    root = ET.fromstring(text.encode("utf-8"))
    markers = root.findall("./InstrumentMarker/Marker")
    signs = {"RAS": (1.0, 1.0), "LPS": (-1.0, -1.0)}.get(root.get("coordinateSpace", ""))
    matrix = markers[0].find("Matrix4D") if len(markers) == 1 else None
    if root.tag != _ROOT or signs is None or matrix is None or STAMP not in text:
        raise EquipoiseError("the Localite file that was written does not hold one marker")
    x, y, z = (float(matrix.get(f"data{row}3", "nan")) for row in range(3))
    told = markers[0].get("additionalInformation", "").split("; ")
    space = next((part[len(_SPACE) :] for part in told if part.startswith(_SPACE)), "")
    return ReadBack((signs[0] * x, signs[1] * y, z), space)
