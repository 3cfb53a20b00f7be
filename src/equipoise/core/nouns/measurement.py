"""What was measured, and where it stands among other people."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.dates import IsoDate
from equipoise.core.nouns.numbers import Quantity
from equipoise.core.nouns.person import InputDigest

__all__ = [
    "Measurement",
    "NormUsed",
    "NormedMeasurement",
    "NotMeasured",
    "Provenance",
    "Result",
    "ResultSet",
    "Target",
]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a number comes from: input digests, software with version, parameters by name."""

    inputs: tuple[InputDigest, ...]
    software: str
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured value.

    Parameters
    ----------
    id : str
        Measure id, such as ``scales.phq9``.
    quantity : Quantity
        Value, unit and standard error of measurement.
    date : str or None
        When it was measured; None where the record has no date.
    coverage : float
        Share of what the measure needs that was there, 0 to 1.
    flags : tuple of str
        Quality flags, one short sentence each.
    provenance : Provenance
        Input digests, software, parameters.
    """

    id: str
    quantity: Quantity
    date: IsoDate | None
    coverage: float
    flags: tuple[str, ...]
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A measure that could not be taken, with the reason. A result, not an error."""

    id: str
    reason: str
    date: IsoDate | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A stimulation point.

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
    verdict : {"usable", "uncertain"}
        ``uncertain``: the standard target serves as well.
    reasons : tuple of str
        Why the verdict is what it is.
    """

    id: str
    point: tuple[float, float, float]
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


Result = Measurement | Target | NotMeasured
"""What an assay returns."""


@dataclass(frozen=True, slots=True)
class ResultSet:
    """All results of one person, in the order of the assays."""

    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class NormUsed:
    """The row of `tables/norms` that a measurement was placed on."""

    id: str
    population: str
    reference: str
    grade: str
    checked: str


@dataclass(frozen=True, slots=True)
class NormedMeasurement:
    """A measurement with its place among the people of a norm.

    Parameters
    ----------
    measurement : Measurement
        The measurement itself.
    norm : NormUsed or None
        None where no published norm fits; then z and centile are None and `reason` says why.
    z : float or None
        Distance from the norm's mean in its standard deviations (on the norm's scale).
    z_standard_error : float or None
        From the measurement and the norm together.
    centile : float or None
        0 to 100.
    extrapolated : bool
        Whether the person lies outside the people whom the norm was made from.
    reason : str or None
        Why there is no norm, or why it was extrapolated.
    """

    measurement: Measurement
    norm: NormUsed | None
    z: float | None
    z_standard_error: float | None
    centile: float | None
    extrapolated: bool
    reason: str | None
