"""The target after the draft of NIBS-BIDS (BEP037): markers and their coordinate system.

Names of files, columns and fields are those of version 6 of the draft; what the draft does not
name stands under keys that begin with ``Draft``. It may still change.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any, Final

from equipoise import __version__
from equipoise.apps.imaging.navigators.marker import (
    ORIENTATION,
    STAMP,
    UNREAD,
    Marker,
    ReadBack,
)
from equipoise.core.errors import EquipoiseError
from equipoise.core.nouns import Target

__all__ = ["coordsystem_json", "markers_json", "markers_tsv", "read_markers"]

_COLUMNS: Final = (
    "target_id",
    "target_label",
    "target_description",
    "target_x",
    "target_y",
    "target_z",
)
_OWN: Final = "IndividualMRI"
"""The draft's name for the person's own image."""


def markers_tsv(marker: Marker) -> str:
    """Return the table of targets, one row."""
    place = (f"{value:.3f}" for value in marker.point)
    row = ("target_1", "DLPFC", f"{marker.name}; {STAMP}", *place)
    return "\t".join(_COLUMNS) + "\n" + "\t".join(row) + "\n"


def markers_json(marker: Marker, target: Target) -> str:
    """Return what the columns are, and how sure the place is."""
    estimate = next((one for one in target.estimates if one.method == target.chosen), None)
    axes = None if estimate is None else estimate.axes95
    document: dict[str, Any] = {
        "target_id": {"Description": "Identifier of the target"},
        "target_label": {"Description": "Short name of the target"},
        "target_description": {"Description": "Name in the navigator, and a warning"},
    }
    for axis in "xyz":
        document[f"target_{axis}"] = {"Description": f"{axis} of the target, RAS+", "Units": "mm"}
    document |= {
        "Draft": "NIBS-BIDS (BEP037), version 6; keys that begin with Draft are not part of it",
        "DraftStamp": STAMP,
        "DraftOrientation": ORIENTATION,
        "DraftClinicalRead": UNREAD,
        "DraftVerdict": target.verdict,
        "DraftReasons": list(target.reasons),
        "DraftMethod": target.chosen,
        "DraftSign": None if estimate is None else estimate.sign,
        "DraftSide": marker.side,
        "DraftRegion95SemiAxes": None if axes is None else [round(n, 1) for n in axes],
        "DraftSoftware": f"Equipoise {__version__}",
    }
    return _text(document)


def coordsystem_json(marker: Marker) -> str:
    """Return the coordinate system of the markers."""
    own = marker.space == "T1w"
    where = "the person's T1w image" if own else f"the template {marker.space}"
    return _text({
        "NIBSCoordinateSystem": _OWN if own else marker.space,
        "NIBSCoordinateUnits": "mm",
        "NIBSCoordinateSystemDescription": (
            f"World coordinates of {where}: x to the right, y to the front, z up (RAS+). "
            f"The point is a place in the cortex, not the coil. {STAMP}."
        ),
    })


def read_markers(table: str, system: str) -> ReadBack:
    """Return the one target of a table and its coordinate system.

    Parameters
    ----------
    table, system : str
        ``_markers.tsv`` and ``_coordsystem.json``.

    Returns
    -------
    ReadBack
        Its place and space.

    Raises
    ------
    EquipoiseError
        If there is not one target in mm with a stamp.
    """
    rows = list(csv.DictReader(io.StringIO(table), delimiter="\t"))
    known = json.loads(system)
    stamped = STAMP in table and STAMP in system
    if len(rows) != 1 or known.get("NIBSCoordinateUnits") != "mm" or not stamped:
        raise EquipoiseError("the markers that were written do not hold one target")
    x, y, z = (float(rows[0][f"target_{axis}"]) for axis in "xyz")
    space = known["NIBSCoordinateSystem"]
    return ReadBack((x, y, z), "T1w" if space == _OWN else space)


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
