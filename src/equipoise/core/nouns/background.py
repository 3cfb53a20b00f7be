"""What the record says about prognosis, and about the treatment that is under way."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.dates import IsoDate

__all__ = ["Covariate", "UnderWay"]


@dataclass(frozen=True, slots=True)
class Covariate:
    """A clinical fact that bears on prognosis, such as anxious distress.

    Parameters
    ----------
    id, title : str
        Row of `baselines/covariates`; the id starts with ``clinical.``.
    y : float or None
        Standardised among depressed trial patients; None where it is not known, and then the
        person counts as the average with the variance of all.
    value : float or None
        As recorded, in the unit of the table.
    status : {"known", "unknown", "not_asked"}
        Whether the record tells it.
    source : str
        Which entry of the record told it, in words.
    """

    id: str
    title: str
    y: float | None
    value: float | None
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A treatment that is going on, and the change of symptoms since it began.

    Parameters
    ----------
    treatment : str
        Treatment id.
    start : str or None
        First day, where it is known to the day.
    scale : str or None
        Scale that the change is read from.
    baseline, latest : float or None
        Totals at the start and last.
    baseline_date, latest_date : str or None
        When they were taken.
    weeks : float or None
        From the start to the latest total.
    improvement : float or None
        Percent fall from the baseline; negative where symptoms grew.
    dose_enough, taken_regularly : {"yes", "no", "cannot_tell"}
        As in the appraisal of the trial.
    side_effects : tuple of str
        Titles of unwanted effects that were reported since the start.
    why_not : str or None
        Why no change can be read, or why it foretells nothing, where that is so.
    dose_raised : {"yes", "cannot_tell"}
        Whether the record shows that the same treatment was taken at a lower dose just before.
    dose : float or None
        Dose taken now, in the unit of `doses/doses`; None where it is not known.
    """

    treatment: str
    start: IsoDate | None
    scale: str | None
    baseline: float | None
    latest: float | None
    baseline_date: IsoDate | None
    latest_date: IsoDate | None
    weeks: float | None
    improvement: float | None
    dose_enough: str
    taken_regularly: str
    side_effects: tuple[str, ...]
    why_not: str | None
    dose_raised: str = "cannot_tell"
    dose: float | None = None
