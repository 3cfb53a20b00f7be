"""Where points lie in other spaces, below the scalp, and from published targets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from equipoise.assays.mri.image.placing import place_in_spaces
from equipoise.assays.mri.image.regions import centre
from equipoise.assays.mri.image.spaces import T1W
from equipoise.assays.mri.scan import Scan
from equipoise.assays.mri.target.depth import Head, read_head
from equipoise.assays.mri.target.f3 import f3_distance
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import PlacedPoint, TargetEstimate

__all__ = ["places_of", "with_distances"]

Point = tuple[float, float, float]


def places_of(scan: Scan, point: Point) -> tuple[PlacedPoint, ...]:
    """Return a point of the scan's space in the T1w image and in both MNI spaces."""
    recording = scan.first.recording
    return place_in_spaces(point, scan.first.space, recording.transforms, recording.t1w)


def with_distances(
    scan: Scan, estimates: tuple[TargetEstimate, ...], group: str
) -> tuple[TargetEstimate, ...]:
    """Fill in distances to the group target and to Beam F3, and the depth below the scalp.

    Parameters
    ----------
    scan : Scan
        The runs.
    estimates : tuple of TargetEstimate
        Of all methods; those without a point stay as they are.
    group : str
        Region id of the group target.

    Returns
    -------
    tuple of TargetEstimate
        In the same order. The depth stays None where there is no T1w image, no transform to it,
        or where the point does not lie in its head.
    """
    head = _head(scan)
    return tuple(
        one if one.point is None else _filled(scan, one, one.point, group, head)
        for one in estimates
    )


def _filled(
    scan: Scan, one: TargetEstimate, point: Point, group: str, head: Head | None
) -> TargetEstimate:
    x, y, z = scan.first.places.to_mni(np.array([point]))[0]
    depth = None
    if head is not None:
        native = next((p.point for p in places_of(scan, point) if p.space == T1W), None)
        try:
            depth = None if native is None else head.depth(native)
        except RecordingError:
            depth = None  # image and transform do not fit; the place in the T1w image says so
    if not np.isfinite((x, y, z)).all():
        return replace(one, depth=depth)
    return replace(
        one,
        depth=depth,
        group_distance=float(np.linalg.norm((x, y, z) - np.array(centre(group)))),
        f3_distance=f3_distance((float(x), float(y), float(z))),
    )


def _head(scan: Scan) -> Head | None:
    """Return the head of the person's T1w image, or None where it is missing or cannot be read."""
    path = scan.first.recording.t1w
    if path is None:
        return None
    try:
        return read_head(path, scan.first.recording.name)
    except RecordingError:
        return None
