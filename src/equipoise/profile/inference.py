"""The person's mechanisms from normed measurements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.dates import IsoDate
from equipoise.core.nouns import Contribution, MechanismState, NormedMeasurement, Profile
from equipoise.core.tables import load_table, setting
from equipoise.profile.biotypes import membership
from equipoise.profile.kernels import (
    Errors,
    posterior,
    prior_covariance,
    shared_in_sample,
    true_scores,
)
from equipoise.profile.observe import Observation, observe, select

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["ASSUMPTION", "infer"]

ASSUMPTION = (
    "What was not measured is taken to be missing at random, given what is recorded. "
    "How measures load on mechanisms was set, not estimated in patients."
)


def infer(
    measurements: tuple[NormedMeasurement, ...],
    *,
    today: IsoDate,
    loadings: Mapping[tuple[str, str], float] | None = None,
) -> Profile:
    """Return the state of the mechanisms, given everything that was measured.

    Parameters
    ----------
    measurements : tuple of NormedMeasurement
        In any order. Of several values of one measure only the latest counts.
    today : str
        The day of the run: older values say less about the present.
    loadings : Mapping of (measure, mechanism) to float, optional
        In place of those of `mechanisms/loadings`, for a run that asks what they matter.

    Returns
    -------
    Profile
        Exact posterior of the linear-Gaussian model; without a usable measurement the prior.

    Notes
    -----
    A measurement without a norm moves nothing, and neither does one without a date. A missing
    measurement leaves the state wider, never shifted.
    """
    mechanisms = tuple(load_table("mechanisms/mechanisms"))
    names = tuple(row.text("id") for row in mechanisms)
    # A target for stimulation is a property of a site, not of the person.
    measures = tuple(
        row.text("id")
        for row in load_table("measures/measures")
        if row.text("kind") == "measurement"
    )
    used, aside = select(measurements)
    seen = tuple(observe(item, today) for item in used)
    prior = prior_covariance(len(names), len(measures), setting("profile_mechanism_correlation"))
    matrix = _loadings(measures, names, loadings)
    scores = true_scores(matrix, prior)
    places = [measures.index(one.measure) for one in seen]
    rows = scores[places]
    observed = np.array([one.y for one in seen])
    mean, covariance, shares = posterior(
        prior, rows, _errors(seen, matrix[places]), observed, setting("numerics_jitter")
    )
    types = membership(measurements)
    return Profile(
        mechanisms=tuple(
            _state(row.text("id"), row.text("title"), float(covariance[i, i]), shares[i], seen)
            for i, row in enumerate(mechanisms)
        ),
        components=(*names, *(f"u:{measure}" for measure in measures)),
        mean=tuple(map(float, mean)),
        covariance=tuple(tuple(map(float, row)) for row in covariance),
        measures_used=tuple(one.measure for one in seen),
        measures_set_aside=aside,
        biotypes=types.chances,
        assumption=ASSUMPTION,
        biotypes_note=types.note,
    )


def _loadings(
    measures: tuple[str, ...],
    mechanisms: tuple[str, ...],
    instead: Mapping[tuple[str, str], float] | None,
) -> Array:
    loadings = np.zeros((len(measures), len(mechanisms)))
    for row in load_table("mechanisms/loadings"):
        # A site may set a measure to be shown only; it then says nothing here.
        if row.text("measure") not in measures:
            continue
        own = row.text("measure"), row.text("mechanism")
        value = row.number("loading") if instead is None else instead.get(own, 0.0)
        loadings[measures.index(own[0]), mechanisms.index(own[1])] = value
    return loadings


def _errors(seen: tuple[Observation, ...], loadings: Array) -> Errors:
    reliability = np.array([one.reliability for one in seen])
    scanner = setting("profile_shared_error") ** 2 * _same([one.group for one in seen])
    sample = shared_in_sample(
        _same([one.sample for one in seen]), loadings, reliability, setting("profile_sample_error")
    )
    return Errors(
        reliability=reliability,
        measurement=np.array([one.measurement_error for one in seen]),
        norm=np.array([one.norm_error for one in seen]),
        present=np.array([one.present for one in seen]),
        coverage=np.array([one.coverage for one in seen]),
        together=scanner + sample,
    )


def _same(groups: list[str | None]) -> Array:
    """Return 1 where two measurements are of one group; one without a group is of none."""
    pairs = [[a is not None and a == b for b in groups] for a in groups]
    return np.array(pairs, dtype=np.float64).reshape(len(groups), len(groups))


def _state(
    name: str, title: str, variance: float, shares: Array, seen: tuple[Observation, ...]
) -> MechanismState:
    pairs = zip(seen, shares, strict=True)
    given = tuple(Contribution(one.measure, float(part)) for one, part in pairs if part)
    # The prior variance is 1; what no measurement touches keeps it to the last bit.
    return MechanismState(
        id=name,
        title=title,
        mean=float(shares.sum()),
        sd=float(np.sqrt(max(variance, 0.0))),
        informed=variance < 1.0,
        contributions=given,
    )
