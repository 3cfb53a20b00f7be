"""Which navigator files are written, and the check of each before it gets its name."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from equipoise.apps.imaging.navigators.bids import (
    coordsystem_json,
    markers_json,
    markers_tsv,
    read_markers,
)
from equipoise.apps.imaging.navigators.brainsight import SYSTEMS, brainsight_text, read_brainsight
from equipoise.apps.imaging.navigators.image import label_map, read_label_map
from equipoise.apps.imaging.navigators.localite import localite_text, read_localite
from equipoise.apps.imaging.navigators.marker import Marker, ReadBack, side_of
from equipoise.core.errors import EquipoiseError, OutputError
from equipoise.core.nouns import PlacedPoint, Target
from equipoise.core.nouns.target import TargetEstimate
from equipoise.core.tables import setting

__all__ = ["Export", "export"]

T1W: Final = "T1w"
FALL_BACK: Final = "fall_back"
_FOLDER: Final = "navigators"


@dataclass(frozen=True, slots=True)
class Export:
    """Files for navigators.

    Parameters
    ----------
    files : dict of str to bytes
        By path below the output folder; each was read back and compared.
    left_out : tuple of str
        What was not written and why, one line each.
    """

    files: dict[str, bytes]
    left_out: tuple[str, ...]


def export(
    target: Target | None, stem: str, header_code: int | None, reasons: tuple[str, ...] = ()
) -> Export:
    """Return the navigator files of a target that somebody approved.

    Parameters
    ----------
    target : Target or None
        The target.
    stem : str
        Beginning of the files' names: ``sub-01`` or nothing.
    header_code : int or None
        Code of the forms of the T1w image; None where no image was given.
    reasons : tuple of str, optional
        Why there is no target.

    Returns
    -------
    Export
        Files, and what was left out.

    Raises
    ------
    OutputError
        If there is no target, or its verdict is to fall back.
    EquipoiseError
        If a file that was read back does not hold the target: then none is given out.
    """
    if target is None or target.verdict == FALL_BACK:
        why = "; ".join(reasons if target is None else target.reasons)
        raise OutputError(
            "no navigator file is written: the verdict is to fall back",
            where="--approved-by",
            got=why or "no target",
            todo="leave --approved-by out, and find the standard target by head measures",
        )
    sign = "_POSITIVE" if _chosen(target).sign == "positive" else ""
    name = f"TMS_target_{target.side}_{target.chosen}{sign}_VERIFY"
    found = Marker(name, target.point, target.space, target.side)
    native = _native(target, name)
    files = _in_any_space(target, found, stem)
    left_out: list[str] = []
    if native is None:
        left_out.append(
            "Brainsight and Localite files were not written: they need the person's own T1w "
            f"image, and there is no point in it ({_why_not(target)}); give --t1w-xfm"
        )
        return Export(files, tuple(left_out))
    if target.space != T1W:
        files |= _markers(target, native, stem)
    files |= _localite(native, stem)
    files |= _brainsight(native, stem, header_code, left_out)
    return Export(files, tuple(left_out))


def _in_any_space(target: Target, marker: Marker, stem: str) -> dict[str, bytes]:
    """Return what may lie in MNI as well, because the format carries the space."""
    image = label_map(marker, _chosen(target))
    _compare(read_label_map(image), marker, "NIfTI")
    path = f"{_FOLDER}/{stem}space-{marker.space}_desc-tmstarget_dseg.nii.gz"
    return {path: image} | _markers(target, marker, stem)


def _markers(target: Target, marker: Marker, stem: str) -> dict[str, bytes]:
    table, system = markers_tsv(marker), coordsystem_json(marker)
    _compare(read_markers(table, system), marker, "NIBS-BIDS")
    start = f"{_FOLDER}/{stem}task-planning_stimsys-tms_acq-{marker.space}"
    texts = {
        f"{start}_markers.tsv": table,
        f"{start}_markers.json": markers_json(marker, target),
        f"{start}_coordsystem.json": system,
    }
    return {path: text.encode("utf-8") for path, text in texts.items()}


def _localite(marker: Marker, stem: str) -> dict[str, bytes]:
    text = localite_text(marker)
    _compare(read_localite(text), marker, "Localite")
    path = f"{_FOLDER}/{stem}space-{T1W}_desc-tmstarget_InstrumentMarker.xml"
    return {path: text.encode("utf-8")}


def _brainsight(
    marker: Marker, stem: str, header_code: int | None, left_out: list[str]
) -> dict[str, bytes]:
    system = None if header_code is None else SYSTEMS.get(header_code)
    if system is None:
        told = f"its code is {header_code}" if header_code else "its forms carry two codes or none"
        told = "no --t1w was given" if header_code is None else told
        left_out.append(
            "the Brainsight file was not written: its coordinate system is named after the code "
            f"of the T1w image's header, which has to be 1 or 2, and {told}"
        )
        return {}
    text = brainsight_text(marker, system)
    _compare(read_brainsight(text), marker, "Brainsight")
    path = f"{_FOLDER}/{stem}space-{T1W}_desc-tmstarget_brainsight.txt"
    return {path: text.encode("utf-8")}


def _compare(read: ReadBack, marker: Marker, format_: str) -> None:
    """Compare side, space and place of a file with those of the target; a mismatch is our fault."""
    apart = math.dist(read.point, marker.point)
    same_side = math.copysign(1, read.point[0]) == math.copysign(1, marker.point[0])
    if marker.space.startswith("MNI"):
        same_side = side_of(read.point) == marker.side
    if not same_side or read.space != marker.space or not apart <= setting("export_tolerance"):
        raise EquipoiseError(
            f"the {format_} file that was written does not hold the target: nothing was kept",
            got=f"{apart:.2f} mm away, space {read.space or 'unknown'}",
            allowed=f"{setting('export_tolerance'):g} mm, space {marker.space}, the same side",
        )


def _chosen(target: Target) -> TargetEstimate:
    found = next((one for one in target.estimates if one.method == target.chosen), None)
    return TargetEstimate(target.chosen, "negative", target.point) if found is None else found


def _native(target: Target, name: str) -> Marker | None:
    """Return the marker in the person's own T1w image, or None."""
    place = next((p for p in target.places if p.space == T1W), None)
    if target.space == T1W:
        _check_own(place)
        return Marker(name, target.point, T1W, target.side)
    if place is None or place.point is None:
        return None
    return Marker(name, place.point, T1W, target.side)


def _check_own(place: PlacedPoint | None) -> None:
    """Refuse a point of the person's own space that the T1w image does not confirm."""
    if place is not None and place.point is None:
        raise OutputError(
            "no navigator file is written: the target has no place in the T1w image",
            where="--approved-by",
            got=place.how,
            todo="give the T1w image that the runs were brought to",
        )


def _why_not(target: Target) -> str:
    place = next((p for p in target.places if p.space == T1W), None)
    return "no transform was given" if place is None else place.how
