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
    covariates : tuple of (name, value)
        What a norm may need besides age and sex, such as ``mean_fd`` (mm) of a scan or ``etiv``
        (mm3); names are rows of `norms/covariates`.
    scanner : str or None
        Machine that made the recording: maker, model and field strength; None where unknown.
    session : str or None
        BIDS session of the recording; None for records without one.
    assay : str or None
        Method of a blood marker whose values depend on it: a norm of another method never serves.
    fasting : bool or None
        Whether the person had fasted for the sample; None where unknown or without meaning: a norm
        of fasting people serves only those who had.
    """

    id: str
    quantity: Quantity
    date: IsoDate | None
    coverage: float
    flags: tuple[str, ...]
    provenance: Provenance
    covariates: tuple[tuple[str, float], ...] = ()
    scanner: str | None = None
    session: str | None = None
    assay: str | None = None
    fasting: bool | None = None


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A measure that could not be taken, with the reason. A result, not an error.

    Parameters
    ----------
    id : str
        Measure id.
    reason : str
        Why, in one clause.
    date : str or None
        Day of the record or recording; None where it has none, or the reason holds for all.
    session : str or None
        BIDS session of the recording; None without one, or where the reason holds for several.
    """

    id: str
    reason: str
    date: IsoDate | None = None
    session: str | None = None


@dataclass(frozen=True, slots=True)
class NormUsed:
    """The norm that a measurement was placed on.

    Parameters
    ----------
    id : str
        Row of `norms/norms` or `norms/regressions`, or the name of a site's own norm.
    population : str
        Whom it was made from.
    reference : str
        Key of `references/references`; ``site`` for a site's own norm.
    grade, checked : str
        Of the row.
    sd : float or None
        Standard deviation between people on the norm's scale; None in documents of 0.1.
    """

    id: str
    population: str
    reference: str
    grade: str
    checked: str
    sd: float | None = None


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
