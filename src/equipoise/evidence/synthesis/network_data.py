"""Networks from arms (events, or means) and from contrasts.

Nothing is dropped in silence: what would need a guess is a :class:`NetworkError` that names study
and row, and a study that cannot inform any contrast is in `NetworkData.excluded` with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.errors import InputError
from equipoise.evidence.synthesis.network_blocks import (
    Column,
    NetworkData,
    NetworkError,
    Place,
    StudyBlock,
    coded,
    grouped_rows,
    row_labels,
)
from equipoise.evidence.synthesis.network_contrasts import from_contrasts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.evidence.synthesis.network_blocks import Array, Codes, Mask

    Numbers = Sequence[float] | NDArray[np.float64]

__all__ = ["NetworkData", "NetworkError", "from_contrasts", "from_events", "from_means"]

ONE_ARM = "one arm only"
NO_EVENT = "no event in any arm"
ALL_EVENTS = "an event in everyone of every arm"


@dataclass(frozen=True, slots=True, eq=False)
class _Arms:
    """The arms: labels as given, and each row's study as an index into `studies`."""

    studies: tuple[str, ...]
    study: Codes
    treatments: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class _Estimates:
    """Of each arm: estimate, variance v, and u, so that the covariance of the arms is v + u u'."""

    measure: str
    value: Array
    variance: Array
    shared: Array


def from_events(
    studies: Sequence[str], treatments: Sequence[str], events: Numbers, totals: Numbers
) -> NetworkData:
    """Return a network of log odds ratios from the arms of trials.

    Parameters
    ----------
    studies, treatments : sequence of str, length rows
        Study and treatment of each arm; the rows of a study may stand anywhere.
    events, totals : sequence of float, length rows
        People with the event, and all people.

    Returns
    -------
    NetworkData
        A contrast is the log odds of one arm minus that of the first; arms share the first, so
        the covariance of two contrasts is the first arm's variance (1/events + 1/non-events).

    Raises
    ------
    NetworkError
        If a count is negative, not whole or not there, an arm is empty, there are more events than
        people, or a study has a treatment twice.
    InputError
        If the columns differ in length or no study is left.

    Notes
    -----
    In a study where an arm has no event, or nothing but events, one half is added to events and
    non-events of **every** arm of that study (`corrected` names it). A study in which no arm has
    an event, or every arm nothing but events, tells nothing about an odds ratio and is excluded,
    as is a study with one arm.
    """
    arms = _read_arms(studies, treatments)
    happened, people = _read_events(arms, events, totals)
    count = len(arms.studies)
    full = happened == people
    nothing = np.bincount(arms.study, happened, count) == 0
    everything = np.bincount(arms.study, ~full, count) == 0
    halved = np.bincount(arms.study, full | (happened == 0), count) > 0
    half = halved[arms.study] / 2.0
    event, other = happened + half, people - happened + half
    with np.errstate(divide="ignore"):  # empty cells stand only in studies that are left out
        value, variance = np.log(event / other), 1 / event + 1 / other
    reasons = ((nothing, NO_EVENT), (everything, ALL_EVENTS))
    estimates = _Estimates("log_odds_ratio", value, variance, np.zeros_like(value))
    return _network(arms, estimates, reasons=reasons, corrected=halved)


def from_means(
    studies: Sequence[str],
    treatments: Sequence[str],
    means: Numbers,
    sds: Numbers,
    totals: Numbers,
    *,
    standardised: bool = False,
) -> NetworkData:
    """Return a network of mean differences from the arms of trials.

    Parameters
    ----------
    studies, treatments : sequence of str, length rows
        Study and treatment of each arm; the rows of a study may stand anywhere.
    means, sds, totals : sequence of float, length rows
        Mean, standard deviation and number of people.
    standardised : bool
        Divide by the standard deviation that all arms of the study share (Hedges' g).

    Returns
    -------
    NetworkData
        Mean of one arm minus that of the first, with the covariance that follows from sharing it.

    Raises
    ------
    NetworkError
        If a number is not there, a standard deviation is not above 0, an arm has fewer than two
        people or no whole number, or a study has a treatment twice.
    InputError
        If the columns differ in length or no study is left.

    Notes
    -----
    Standardised: one pooled standard deviation for the study with f = N - a degrees of freedom (N
    people, a arms), small-sample factor J(f) = Gamma(f/2) / (sqrt(f/2) Gamma((f-1)/2)), and for the
    contrasts g of the arms with n_i people against the first with n_0 the variance
    1/n_i + 1/n_0 + g_i^2 / (2N) and the covariance 1/n_0 + g_i g_j / (2N). Pooling pair by pair
    instead would let the contrasts of one trial contradict each other.

    References
    ----------
    Hedges 1981, J Educ Stat 6:107; Gleser and Olkin 2009, in Cooper, Hedges and Valentine (eds),
    The Handbook of Research Synthesis and Meta-Analysis, 2nd edition.
    """
    arms = _read_arms(studies, treatments)
    labels = [arms.studies[i] for i in arms.study]
    mean = Column.read("means", means, labels).values
    sd = Column.read("sds", sds, labels)
    sd.refuse(sd.values <= 0, "no standard deviation", "a number above 0")
    people = Column.read("totals", totals, labels)
    people.refuse_all_but_counts(2)
    if standardised:
        estimates = _standardised(arms, mean, sd.values, people.values)
    else:
        variance = sd.values**2 / people.values
        estimates = _Estimates("mean_difference", mean, variance, np.zeros_like(mean))
    return _network(arms, estimates)


def _standardised(arms: _Arms, mean: Array, sd: Array, people: Array) -> _Estimates:
    from scipy.special import gammaln

    count = len(arms.studies)
    free = np.bincount(arms.study, people - 1, count)
    pooled = np.sqrt(np.bincount(arms.study, (people - 1) * sd**2, count) / free)
    with np.errstate(divide="ignore", invalid="ignore"):  # one degree: a lone arm, left out
        factor = np.exp(gammaln(free / 2) - gammaln((free - 1) / 2)) / np.sqrt(free / 2)
    value = mean * (factor / pooled)[arms.study]
    shared = value / np.sqrt(2 * np.bincount(arms.study, people, count))[arms.study]
    return _Estimates("standardised_mean_difference", value, 1 / people, shared)


def _read_arms(studies: Sequence[str], treatments: Sequence[str]) -> _Arms:
    """Return the arms; refuse a treatment that stands twice in a study."""
    labels = row_labels("studies", studies)
    names, study = coded(labels)
    arms = _Arms(names, study, row_labels("treatments", treatments, labels))
    first: dict[tuple[str, str], int] = {}
    for row, key in enumerate(zip(labels, arms.treatments, strict=True)):
        if first.setdefault(key, row) != row:
            raise NetworkError(
                "the same treatment twice in one study",
                Place(key[0], (first[key], row), "treatments"),
                got=key[1],
                todo="join the two arms, or give two trials two labels",
            )
    return arms


def _read_events(arms: _Arms, events: Numbers, totals: Numbers) -> tuple[Array, Array]:
    labels = [arms.studies[i] for i in arms.study]
    happened, people = Column.read("events", events, labels), Column.read("totals", totals, labels)
    people.refuse_all_but_counts(1)
    happened.refuse_all_but_counts(0)
    happened.refuse(happened.values > people.values, "more events than people", "at most the total")
    return happened.values, people.values


def _network(
    arms: _Arms,
    estimates: _Estimates,
    *,
    reasons: tuple[tuple[Mask, str], ...] = (),
    corrected: Mask | None = None,
) -> NetworkData:
    """Leave out the studies that tell nothing, group the others by number of arms."""
    reasons = ((np.bincount(arms.study, minlength=len(arms.studies)) == 1, ONE_ARM), *reasons)
    why = {i: text for mask, text in reversed(reasons) for i in np.flatnonzero(mask).tolist()}
    excluded = tuple((arms.studies[i], why[i]) for i in sorted(why))
    kept = np.array([i not in why for i in range(len(arms.studies))])
    if not kept.any():
        told = "; ".join(f"{study}: {reason}" for study, reason in excluded)
        raise InputError("no study is left that compares two treatments", got=told)
    use = np.flatnonzero(kept[arms.study])
    names = sorted({arms.treatments[i] for i in use})
    place = {name: i for i, name in enumerate(names)}
    treatment = np.array([place[arms.treatments[i]] for i in use], dtype=np.intp)
    study = (np.cumsum(kept) - 1)[arms.study[use]]
    blocks = tuple(
        _block(study[rows[:, 0]], treatment[rows], estimates, use[rows])
        for rows in grouped_rows(study, treatment)
    )
    halves = np.zeros_like(kept) if corrected is None else corrected & kept
    return NetworkData(
        measure=estimates.measure,
        treatments=tuple(names),
        studies=tuple(arms.studies[i] for i in np.flatnonzero(kept)),
        blocks=blocks,
        excluded=excluded,
        corrected=tuple(arms.studies[i] for i in np.flatnonzero(halves)),
        lost=tuple(sorted(set(arms.treatments) - set(names))),
    )


def _block(study: Codes, arms: Codes, estimates: _Estimates, rows: Codes) -> StudyBlock:
    """Return the contrasts against the first arm; `rows` (n, a) index the estimates."""
    value, variance = estimates.value[rows], estimates.variance[rows]
    shared = estimates.shared[rows]
    own = variance[:, 1:, None] * np.eye(rows.shape[1] - 1)
    apart = shared[:, 1:] - shared[:, :1]
    covariance = own + variance[:, :1, None] + apart[:, :, None] * apart[:, None, :]
    return StudyBlock(study, arms, value[:, 1:] - value[:, :1], covariance)
