"""Where to stimulate, by several methods, and how surely."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.dates import IsoDate
from equipoise.core.nouns.measurement import Provenance
from equipoise.core.nouns.numbers import Quantity

__all__ = ["PlacedPoint", "Target", "TargetEstimate"]

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class PlacedPoint:
    """The point of a target in one space.

    Parameters
    ----------
    space : str
        BIDS name of the space, ``T1w`` for the person's own anatomy.
    point : tuple of float or None
        x, y, z in mm, RAS+; None where no transform leads there.
    how : str
        Which transform led there, or why there is none; one clause.
    """

    space: str
    point: Point | None
    how: str


@dataclass(frozen=True, slots=True)
class TargetEstimate:
    """What one method says.

    Parameters
    ----------
    method : {"classic", "reference_map", "clustering"}
        See `assays/mri/target`.
    sign : {"negative", "positive"}
        Which correlation with the seed was looked for.
    point : tuple of float or None
        x, y, z in mm, RAS+, in the space of the target; None where the method found no point.
    reason : str or None
        Why there is no point.
    connectivity : Quantity or None
        Correlation at the point, with its standard error.
    covariance : tuple of tuple of float
        3 x 3 covariance of the point in mm2, from the resampled scan; empty without a point.
    axes50, axes95 : tuple of float or None
        Semi-axes in mm, longest first, of the ellipsoid about the point that holds 50 and 95 %
        of the resampled points.
    directions : tuple of tuple of float
        Unit vectors of the axes, in the same order; empty without a point.
    split_half : float or None
        Distance in mm between the points of the two halves of the data.
    session_distance : float or None
        Largest distance in mm between the points of single sessions; None with one session.
    cluster_volume : float or None
        mm3 of the cluster that the point stands for.
    depth : Quantity or None
        Distance in mm from the scalp, with its error; None where no head was given.
    group_distance : float or None
        Distance in mm to the group target.
    f3_distance : float or None
        Distance in mm to the average place of Beam F3.
    """

    method: str
    sign: str
    point: Point | None
    reason: str | None = None
    connectivity: Quantity | None = None
    covariance: tuple[tuple[float, float, float], ...] = ()
    axes50: Point | None = None
    axes95: Point | None = None
    directions: tuple[tuple[float, float, float], ...] = ()
    split_half: float | None = None
    session_distance: float | None = None
    cluster_volume: float | None = None
    depth: Quantity | None = None
    group_distance: float | None = None
    f3_distance: float | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A stimulation point.

    The fields from `point` to `group_target` are those of the method that `chosen` names.

    Parameters
    ----------
    id : str
        Measure id, ``mri.tms_target``.
    point : tuple of float
        x, y, z in mm, RAS+, in `space`.
    space : str
        BIDS name of the space.
    side : {"L", "R"}
        Hemisphere.
    method : str
        One clause.
    connectivity : Quantity
        Correlation with the seed at the point, with its standard error.
    covariance : tuple of tuple of float
        3 x 3 covariance of the point in mm2, from the resampled scan.
    radius50, radius95 : float
        Radius in mm of the ball about `point` that holds 50 and 95 % of the resampled points.
    split_half : float
        Distance in mm between the points of the two halves of the scan.
    group_distance : float
        Distance in mm to the published group target `group_target`.
    group_target : str
        Region id of the group target.
    verdict : {"use", "use_with_caution", "fall_back"}
        ``fall_back``: the standard target serves, found by head measures. Documents of 0.1 also
        hold ``usable`` and ``uncertain``.
    reasons : tuple of str
        Why the verdict is what it is; what speaks against the point comes first.
    chosen : str
        Method of `estimates` that the point is of.
    estimates : tuple of TargetEstimate
        All methods side by side.
    agreement : float or None
        Largest distance in mm between the points of the methods; None with fewer than two.
    places : tuple of PlacedPoint
        The chosen point in the person's T1w image and in both MNI spaces.
    fall_back : str
        Row of `regions/fall_back` with the instructions for the standard target.
    against : int
        How many of `reasons`, from the first, speak against the point; 0 in older documents.
    """

    id: str
    point: Point
    space: str
    side: str
    method: str
    connectivity: Quantity
    covariance: tuple[tuple[float, float, float], ...]
    radius50: float
    radius95: float
    split_half: float
    group_distance: float
    group_target: str
    verdict: str
    reasons: tuple[str, ...]
    coverage: float
    date: IsoDate | None
    flags: tuple[str, ...]
    provenance: Provenance
    chosen: str = "classic"
    estimates: tuple[TargetEstimate, ...] = ()
    agreement: float | None = None
    places: tuple[PlacedPoint, ...] = ()
    fall_back: str = "beam_f3"
    against: int = 0
