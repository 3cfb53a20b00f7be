"""What a test reads of the person's state, and with which errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.measurement_model import Errors, error_covariance, shared_in_sample
from equipoise.core.preparation import is_sampled
from equipoise.core.tables import Row, load_table, setting
from equipoise.predict.scores import score_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from equipoise.core.nouns import Profile
    from equipoise.predict.scores import Scores
    from equipoise.predict.settings import Settings

    Array = NDArray[np.float64]

__all__ = ["Reading", "read", "still_told"]


@dataclass(frozen=True, slots=True)
class Reading:
    """Results y = design @ scores + error, standardised among depressed patients.

    Parameters
    ----------
    measures : tuple of str
        Read by the test and known to the model, shape (m,).
    design : ndarray, shape (m, s)
        What the results say of the scores.
    noise : ndarray, shape (m, m)
        Covariance of everything else in them.
    """

    measures: tuple[str, ...]
    design: Array
    noise: Array

    def of(self, measures: Sequence[str]) -> Reading:
        """Return what some of the measures read; those that are not among them say nothing."""
        kept = [place for place, one in enumerate(self.measures) if one in set(measures)]
        names = tuple(self.measures[place] for place in kept)
        return Reading(names, self.design[kept], self.noise[np.ix_(kept, kept)])

    def on(self, parts: int) -> Array:
        """Return the design on a state of so many parts, of which the scores come first."""
        wide = np.zeros((len(self.measures), parts))
        wide[:, : self.design.shape[1]] = self.design
        return wide


def read(measures: Sequence[str], profile: Profile, scores: Scores, settings: Settings) -> Reading:
    """Return what new values of some measures would say of the moderating scores.

    Parameters
    ----------
    measures : sequence of str
        Measures, and covariates that are not known yet, in any order; what neither a mechanism nor
        a score rests on says nothing and is left out.
    profile : Profile
        The person's state.
    scores : Scores
        Scores that moderate.
    settings : Settings
        For the correlation of mechanisms.

    Returns
    -------
    Reading
        What the results tell of the state apart from the scores is part of the error: what was
        tried before moves the state through the scores alone. A covariate is known exactly once it
        was asked.
    """
    parts = profile.components
    named = tuple(sorted({one for one in measures if f"u:{one}" in parts}))
    rows = np.array([score_row(one, parts, settings) for one in named])
    rows = rows.reshape(len(named), len(parts))
    covariance = np.array(profile.covariance)
    own = rows @ covariance @ rows.T
    shared = rows @ covariance @ scores.rows.T
    inner = scores.rows @ covariance @ scores.rows.T
    slopes = shared @ np.linalg.pinv(inner, hermitian=True)
    errors = _errors(named, profile)
    root = np.sqrt(errors.reliability)
    rest = own - slopes @ inner @ slopes.T
    noise = error_covariance(errors) + root[:, None] * rest * root
    asked = tuple(
        sorted({one for one in measures if one in scores.names} - set(named) - set(parts))
    )
    count = len(named)
    design = np.zeros((count + len(asked), len(scores.names)))
    design[:count] = root[:, None] * slopes
    for row, one in enumerate(asked, count):
        design[row, scores.names.index(one)] = 1.0
    whole = np.zeros((len(design), len(design)))
    whole[:count, :count] = noise
    return Reading((*named, *asked), design, whole)


def still_told(measure: str, profile: Profile, settings: Settings) -> float:
    """Return what the profile tells of a measure, as a share of what one new value would tell.

    Parameters
    ----------
    measure : str
        One that a mechanism may rest on.
    profile : Profile
        The person's state.
    settings : Settings
        For the correlation of mechanisms.

    Returns
    -------
    float
        0 where nothing is known; 1 or more where a new value tells less than is known already.
    """
    row = score_row(measure, profile.components, settings)
    known = 1.0 - float(row @ np.array(profile.covariance) @ row)
    errors = _errors((measure,), profile)
    reliability = float(errors.reliability[0])
    return known * (reliability + float(error_covariance(errors)[0, 0])) / reliability


def _errors(measures: tuple[str, ...], profile: Profile) -> Errors:
    table = load_table("measures/measures")
    rows = [table.row(id=one) for one in measures]
    reliability = np.array([row.number("reliability") for row in rows])
    sampled = np.array([is_sampled(one) for one in measures], dtype=bool)
    same = _same([row.optional_text("error_group") for row in rows])
    apart = np.outer(~sampled, ~sampled) * same
    scanner = setting("profile_shared_error") ** 2 * apart
    sample = shared_in_sample(
        np.outer(sampled, sampled) * same,
        _loadings(measures, profile),
        reliability,
        setting("profile_sample_error"),
    )
    nothing = np.zeros(len(measures))
    return Errors(
        reliability=reliability,
        measurement=nothing,
        norm=np.array([_norm_error(row) for row in rows]),
        present=nothing + 1.0,
        coverage=nothing + 1.0,
        together=scanner + sample,
    )


def _norm_error(row: Row) -> float:
    """Return the error of the norm on the scale of patients, as for a value that was taken."""
    error = setting("norms_error")
    patients = load_table("norms/patients").find(measure=row.text("id"))
    if patients is None:
        return float(np.hypot(error, setting("profile_no_centre_error")))
    own, spread = 0.0, patients.number("spread")
    if patients.optional_text("norm") is None:
        own = patients.optional_number("shift_error") or 0.0
    return float(np.hypot(error, own)) / spread


def _same(groups: list[str | None]) -> Array:
    pairs = [[a is not None and a == b for b in groups] for a in groups]
    return np.array(pairs, dtype=np.float64).reshape(len(groups), len(groups))


def _loadings(measures: tuple[str, ...], profile: Profile) -> Array:
    mechanisms = [part for part in profile.components if not part.startswith("u:")]
    loadings = np.zeros((len(measures), len(mechanisms)))
    for row in load_table("mechanisms/loadings"):
        if row.text("measure") in measures:
            place = measures.index(row.text("measure")), mechanisms.index(row.text("mechanism"))
            loadings[place] = row.number("loading")
    return loadings
