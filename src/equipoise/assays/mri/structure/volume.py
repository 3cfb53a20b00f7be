"""The volume of a structure that lies in both hemispheres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.errors import RecordingError
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from equipoise.assays.mri.structure.brain import Brain
    from equipoise.core.assay import AssaySpec
    from equipoise.core.nouns import Measurement, NotMeasured

__all__ = ["measure_volume"]

_SIDES = ("Left", "Right")


def measure_volume(
    brain: Brain, spec: AssaySpec, structure: str
) -> tuple[Measurement | NotMeasured, ...]:
    """Take the mean volume of the left and right structure.

    Parameters
    ----------
    brain : Brain
        The tables of one session.
    spec : AssaySpec
        Of the assay.
    structure : str
        Its label without the side, such as ``Hippocampus``.

    Returns
    -------
    tuple of Measurement or NotMeasured
        One result, mm3; left and right stand in the provenance.
    """
    (part,) = spec.yields
    if isinstance(brain.volumes, str):
        return (brain.missed(part.measure, brain.volumes),)
    try:
        sides = [brain.volumes.cell(f"{side}-{structure}", "Volume_mm3") for side in _SIDES]
    except RecordingError as error:
        return (brain.missed(part.measure, error.line()),)
    left, right = sides
    if left is None or right is None:
        lacking = "Left" if left is None else "Right"
        reason = f"{brain.volumes.name}: no row {lacking}-{structure}"
        return (brain.missed(part.measure, reason),)
    if min(left, right) <= 0:
        reason = f"a volume of {min(left, right):g} mm3: the structure was not segmented"
        return (brain.missed(part.measure, f"{brain.volumes.name}: {reason}"),)
    mean = (left + right) / 2
    asymmetry = (right - left) / mean
    flags = []
    if abs(asymmetry) > setting("structure_asymmetry_above"):
        larger = "right" if right > left else "left"
        flags.append(
            f"the {larger} side is {abs(asymmetry):.0%} larger: look at the segmentation before "
            "using this value"
        )
    parameters = (
        ("left", f"{left:g} mm3"),
        ("right", f"{right:g} mm3"),
        ("right_less_left_over_mean", f"{asymmetry:.3f}"),
    )
    return (brain.result(part, mean, parameters, *flags),)
