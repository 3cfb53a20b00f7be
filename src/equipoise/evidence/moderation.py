"""How measures shift effects: published slopes, held back by prior, reporting and failures.

A published slope is the winner of a search. Its likelihood is therefore divided by the chance that
it would have been reported at all, the prior is as narrow as the evidence grade asks, and a failed
replication that only says "not significant" counts as exactly that, never as a slope of zero.

Signs: a positive estimate means that `treatment` is better than `comparator` at a higher *score*;
the column `score` of the table says what higher means.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.errors import TableError
from equipoise.core.nouns import Moderation
from equipoise.core.tables import Row, load_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Finding", "Grid", "censored_standard_error", "posterior", "power", "read_moderations"]

CAPPED: Final = ("imaging", "eeg", "blood", "polygenic")
UNCAPPED_GRADES: Final = ("A", "B")
_normal_cdf = np.vectorize(NormalDist().cdf, otypes=[float])


@dataclass(frozen=True, slots=True)
class Finding:
    """A published slope.

    Parameters
    ----------
    estimate, standard_error : float
        Log odds per observed standard deviation.
    reliability : float
        Of the measure in the study; the slope on the true score is larger by its root.
    reporting : float
        Chance that a result that is not significant would have been reported.
    """

    estimate: float
    standard_error: float
    reliability: float
    reporting: float


@dataclass(frozen=True, slots=True)
class Grid:
    """Numerics of the posterior: points, half-width in prior sds, two-sided level of the tests."""

    nodes: int
    width: float
    level: float


def power(signal: Array, level: float) -> Array:
    """Return the chance that a two-sided test is significant.

    Parameters
    ----------
    signal : ndarray, shape (n,)
        True value over its standard error.
    level : float
        Two-sided level.

    Returns
    -------
    ndarray, shape (n,)
        `level` where the signal is 0.
    """
    critical = NormalDist().inv_cdf(1 - level / 2)
    return np.asarray(_normal_cdf(signal - critical) + _normal_cdf(-signal - critical))


def censored_standard_error(people: int) -> float:
    """Return the standard error of a slope in log odds per standard deviation at no correlation.

    Parameters
    ----------
    people : int
        People in the study.

    Returns
    -------
    float
        pi / sqrt(3) / sqrt(people - 1): that of a correlation near 0, turned to log odds.
    """
    return math.pi / math.sqrt(3) / math.sqrt(people - 1)


def posterior(
    finding: Finding, null_errors: Sequence[float], prior_sd: float, grid: Grid
) -> tuple[float, float]:
    """Return mean and standard deviation of a slope on the true score.

    Parameters
    ----------
    finding : Finding
        The published slope, with its chance of being reported.
    null_errors : sequence of float
        Standard errors of replications that were reported as not significant.
    prior_sd : float
        Standard deviation of the prior, whose mean is 0.
    grid : Grid
        Numerics.

    Returns
    -------
    mean, sd : float
        Log odds per standard deviation of the true score.

    Notes
    -----
    On a grid of slopes g, with a = sqrt(reliability): the prior N(0, prior_sd^2), times
    N(estimate; a g, se^2) / [reporting + (1 - reporting) power(a g / se)], times
    1 - power(a g / se_j) for each replication j without significance.
    """
    slopes = np.linspace(-grid.width * prior_sd, grid.width * prior_sd, grid.nodes)
    observed = math.sqrt(finding.reliability) * slopes
    error = finding.standard_error
    reported = finding.reporting + (1 - finding.reporting) * power(observed / error, grid.level)
    log_density = -0.5 * (slopes / prior_sd) ** 2
    log_density -= 0.5 * ((finding.estimate - observed) / error) ** 2 + np.log(reported)
    for null_error in null_errors:
        missed = 1 - power(observed / null_error, grid.level)
        # Far out the chance of a miss underflows; such slopes have no weight.
        log_density += np.log(np.maximum(missed, np.finfo(np.float64).tiny))
    weights = np.exp(log_density - log_density.max())
    weights /= weights.sum()
    mean = float(weights @ slopes)
    return mean, math.sqrt(float(weights @ (slopes - mean) ** 2))


def read_moderations() -> tuple[Moderation, ...]:
    """Return the rows of `tables/moderators` with their posteriors, sorted by id.

    Returns
    -------
    tuple of Moderation
        One for each row.

    Raises
    ------
    TableError
        If a row on imaging, EEG, blood or polygenic measures is graded above C without a
        prospective randomised test.
    """
    grid = _grid()
    rows = sorted(load_table("moderators/moderators"), key=lambda row: row.text("id"))
    return tuple(_moderation(row, grid) for row in rows)


def _grid() -> Grid:
    settings = load_table("hyperparameters/hyperparameters")
    nodes, width, level = (
        settings.row(id=f"evidence_{name}").number("value")
        for name in ("grid_nodes", "grid_width", "significance_level")
    )
    return Grid(int(nodes), width, level)


def _moderation(row: Row, grid: Grid) -> Moderation:
    _check_cap(row)
    nulls = [
        other
        for other in load_table("moderators/replications")
        if other.text("moderator") == row.text("id")
    ]
    finding = Finding(
        row.number("published"),
        row.number("published_standard_error"),
        row.number("reliability"),
        row.number("reporting"),
    )
    errors = [censored_standard_error(int(other.number("people"))) for other in nulls]
    mean, sd = posterior(finding, errors, row.number("prior_sd"), grid)
    references = {key for one in (row, *nulls) for key in one.items("reference")}
    return Moderation(
        id=row.text("id"),
        measure=row.text("measure"),
        treatment=row.text("treatment"),
        comparator=row.text("comparator"),
        row_type=row.text("row_type"),
        estimate=mean,
        standard_error=sd,
        published=finding.estimate,
        published_standard_error=finding.standard_error,
        reliability=finding.reliability,
        reporting=finding.reporting,
        replications=int(row.number("replications")),
        failed_replications=len(nulls),
        grade=row.text("grade"),
        checked=row.text("checked"),
        references=tuple(sorted(references)),
    )


def _check_cap(row: Row) -> None:
    too_high = row.text("grade") in UNCAPPED_GRADES and row.text("modality") in CAPPED
    if too_high and not row.flag("prospective_test"):
        raise TableError(
            "the grade is too high without a prospective randomised test",
            where=f"{row.where}, column grade",
            got=row.text("grade"),
            allowed="C, D, N",
        )
