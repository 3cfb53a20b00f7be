"""Text file of targets for Brainsight.

Header lines begin with ``#`` and name version, coordinate system, units and encoding; the table
of targets is split by tabs: name, place, and three direction vectors of the coil. Places are in
the world coordinates of the image that the project is based on, whose name follows the code of
its NIfTI header: ``NIfTI:Scanner`` or ``NIfTI:Aligned``. Only a target in the person's own T1w
image is written.
"""

from __future__ import annotations

from typing import Final

from equipoise import __version__
from equipoise.apps.imaging.navigators.marker import ORIENTATION, STAMP, Marker, ReadBack
from equipoise.core.errors import EquipoiseError

__all__ = ["SYSTEMS", "brainsight_text", "read_brainsight"]

SYSTEMS: Final = {1: "NIfTI:Scanner", 2: "NIfTI:Aligned"}
"""Name of the coordinate system by the code of the T1w image's header."""
_VERSION: Final = "12"
_SYSTEM: Final = "# Coordinate system: "
_TABLE: Final = "# Target Name"
_SPACE: Final = "space-"
_PLACE: Final = ("Loc. X", "Loc. Y", "Loc. Z")
_AXES: Final = tuple(f"m{axis}n{part}" for axis in range(3) for part in range(3))
_IDENTITY: Final = tuple(float(axis == part) for axis in range(3) for part in range(3))


def brainsight_text(marker: Marker, system: str) -> str:
    """Return the file.

    Parameters
    ----------
    marker : Marker
        A point in T1w.
    system : str
        Name of the coordinate system, of :data:`SYSTEMS`.

    Returns
    -------
    str
        Lines split by line feeds.
    """
    numbers = "\t".join(f"{value:.4f}" for value in (*marker.point, *_IDENTITY))
    lines = (
        f"# Version: {_VERSION}",
        f"{_SYSTEM}{system}",
        f"# Created by: Equipoise {__version__}",
        "# Units: millimetres, degrees, milliseconds, and microvolts",
        "# Encoding: UTF-8",
        "# Notes: Each column is delimited by a tab. Each value within a column is delimited by a "
        f"semicolon. {STAMP}. space-{marker.space}, RAS+. {ORIENTATION}.",
        "\t".join((_TABLE, *_PLACE, *_AXES)),
        f"{marker.name}\t{numbers}",
    )
    return "\n".join(lines) + "\n"


def read_brainsight(text: str) -> ReadBack:
    """Return the one target of a file.

    Parameters
    ----------
    text : str
        The file.

    Returns
    -------
    ReadBack
        Its place; the space is T1w where the coordinate system is that of an image of the person
        and the notes name no other.

    Raises
    ------
    EquipoiseError
        If the file does not hold one target with a stamp.
    """
    lines = text.splitlines()
    system = next((line[len(_SYSTEM) :] for line in lines if line.startswith(_SYSTEM)), "")
    head = next((line for line in lines if line.startswith(_TABLE)), "").split("\t")
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    told = [part for part in text.replace(",", " ").split() if part.startswith(_SPACE)]
    if len(rows) != 1 or len(rows[0]) != len(head) or STAMP not in text or len(told) > 1:
        raise EquipoiseError("the Brainsight file that was written does not hold one target")
    x, y, z = (float(rows[0][head.index(column)]) for column in _PLACE)
    own = system in SYSTEMS.values()
    space = told[0].removeprefix(_SPACE) if told else "T1w"
    return ReadBack((x, y, z), space if own else system)
