"""A norm that a site learned from its own controls."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.dates import IsoDate

__all__ = ["SiteNorm", "SiteNorms"]


@dataclass(frozen=True, slots=True)
class SiteNorm:
    """The norm of one measure: a robust linear model of age, sex and motion.

    Parameters
    ----------
    measure : str
        Row of `measures/measures`.
    unit : str
        UCUM unit of the values.
    transform : {"none", "ln"}
        Scale of the model.
    people : int
        Controls who had the measure and every covariate.
    terms : tuple of str
        Names of the coefficients: ``intercept``, ``age`` (years from `age_centre`), ``male``
        (1, 0) and rows of `norms/covariates`.
    centres : tuple of float
        What is subtracted from each term before it is multiplied.
    coefficients : tuple of float
        One for each term.
    covariance : tuple of tuple of float
        Of the coefficients.
    sd : float
        Robust residual standard deviation.
    sd_error : float
        Its standard error.
    minima, maxima : tuple of float
        Range of each term among the controls, before centring; outside it a person is
        extrapolated.
    left_out : int
        Controls whose weight fell below one half: far from the others.
    warning : str or None
        Why the norm is wide or doubtful, one sentence.
    preparation : str
        Cleaning and space, or version of FreeSurfer, of the values; empty where not recorded.
    """

    measure: str
    unit: str
    transform: str
    people: int
    terms: tuple[str, ...]
    centres: tuple[float, ...]
    coefficients: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    sd: float
    sd_error: float
    minima: tuple[float, ...]
    maxima: tuple[float, ...]
    left_out: int = 0
    warning: str | None = None
    preparation: str = ""


@dataclass(frozen=True, slots=True)
class SiteNorms:
    """All norms of one site and scanner.

    Parameters
    ----------
    site : str
        Name that the site gave.
    scanner : str or None
        Maker, model and field strength of all controls; None where it was not given.
    preparation : str
        Cleaning and space that the values rest on, as in the provenance of the controls.
    date : str
        The day on which they were learned.
    source : str
        SHA-256 of the file of controls.
    version : str
        Version of Equipoise.
    norms : tuple of SiteNorm
        Sorted by measure.
    not_fitted : tuple of (measure, reason)
        Measures of the file for which no norm could be learned.
    """

    site: str
    scanner: str | None
    preparation: str
    date: IsoDate
    source: str
    version: str
    norms: tuple[SiteNorm, ...]
    not_fitted: tuple[tuple[str, str], ...] = ()
