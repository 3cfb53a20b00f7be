"""The design of a first-level model: responses to each trial type, drifts, confounds.

Responses and drifts are nilearn's; the choices are the row `standard` of `circuits/task_model`.
Confounds enter as an orthonormal basis of what drifts and constant leave of them, so that the
fitted effects are those of the raw columns and no column stands twice. A volume that was left out
gets a column of its own, 1 there and 0 elsewhere, which takes it out of the fit.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.tables import Row, load_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.assays.mri.task.contrasts import Contrast
    from equipoise.assays.mri.task.events import Events

    Array = NDArray[np.float64]

__all__ = ["Design", "build_design", "impulse_peak", "model_row", "orthonormal"]

_RESPONSE: Final = 32
"""Seconds until a response is over, as nilearn has it."""
_PLACES: Final = 10
"""Places between two volumes at which an event is tried."""


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """A design matrix in two parts.

    Parameters
    ----------
    conditions : ndarray, shape (volumes, trial types)
        Expected response to each trial type.
    trial_types : tuple of str
        Names of its columns.
    nuisance : ndarray, shape (volumes, k)
        Drifts, constant, confounds and volumes left out; of full rank.
    """

    conditions: Array
    trial_types: tuple[str, ...]
    nuisance: Array

    @property
    def matrix(self) -> Array:
        """All columns, trial types first."""
        return np.hstack([self.conditions, self.nuisance])

    @property
    def freedom(self) -> int:
        """Number of volumes less the rank of the matrix."""
        scaled = self.matrix / np.linalg.norm(self.matrix, axis=0)
        return len(self.conditions) - int(np.linalg.matrix_rank(scaled))

    def vector(self, contrast: Contrast) -> Array:
        """Return the weight of each column of the trial types."""
        weights = contrast.weights()
        return np.array([weights.get(name, 0.0) for name in self.trial_types])


def model_row() -> Row:
    """Return the model that is fitted, a row of `circuits/task_model`."""
    return load_table("circuits/task_model").row(id="standard")


def build_design(
    events: Events,
    frame_times: NDArray[np.floating],
    confounds: Array,
    censored: NDArray[np.bool_],
    model: Row | None = None,
) -> Design:
    """Build the design of one run.

    Parameters
    ----------
    events : Events
        Of the run.
    frame_times : ndarray, shape (volumes,)
        Seconds of each volume after the time that onsets count from.
    confounds : ndarray, shape (volumes, n)
        Nuisance regressors.
    censored : ndarray of bool, shape (volumes,)
        Volumes left out.
    model : Row, optional
        Row of `circuits/task_model`; the standard one without it.

    Returns
    -------
    Design
        Every trial type of the events has a column, whether a contrast asks for it or not.
    """
    import pandas as pd
    from nilearn.glm.first_level import make_first_level_design_matrix

    chosen = model_row() if model is None else model
    types = events.types
    names = {kind: f"condition{number}" for number, kind in enumerate(types)}
    table = pd.DataFrame({
        "onset": [event.onset for event in events.events],
        "duration": [event.duration for event in events.events],
        "trial_type": [names[event.trial_type] for event in events.events],
    })
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # events without a duration are impulses, on purpose
        found = make_first_level_design_matrix(
            frame_times,
            table,
            hrf_model=chosen.text("hrf_model"),
            drift_model=chosen.text("drift_model"),
            high_pass=chosen.number("high_pass"),
        )
    columns = [names[kind] for kind in types]
    drift = np.asarray(found.drop(columns=columns), dtype=np.float64)
    spikes = np.eye(len(frame_times))[:, censored]
    rest = orthonormal(np.hstack([confounds, spikes]), drift)
    conditions = np.asarray(found[columns], dtype=np.float64)
    return Design(conditions, types, np.hstack([drift, rest]))


def impulse_peak(seconds: float) -> float:
    """Return the peak of the expected response to an event without duration.

    Parameters
    ----------
    seconds : float
        Time between volumes.

    Returns
    -------
    float
        Of the regressor, wherever between two volumes the event falls. nilearn gives such an
        event the area of a share of the time between volumes, so its effects are no percent
        until they are multiplied by this peak.
    """
    from nilearn.glm.first_level import compute_regressor

    model = model_row().text("hrf_model")
    times = seconds * np.arange(round(_RESPONSE / seconds))
    found = [
        compute_regressor(np.array([[onset], [0.0], [1.0]]), model, times)[0].max()
        for onset in np.linspace(0, seconds, _PLACES, endpoint=False)
    ]
    return float(max(found))


def orthonormal(columns: Array, without: Array) -> Array:
    """Return an orthonormal basis of what `without` leaves of some columns.

    Parameters
    ----------
    columns : ndarray, shape (volumes, n)
        Any columns; constant ones and repeats are harmless.
    without : ndarray, shape (volumes, k)
        Columns of full rank that are taken out first.

    Returns
    -------
    ndarray, shape (volumes, rank)
        Orthonormal, and orthogonal to `without`.
    """
    if not columns.shape[1]:
        return columns
    rounding = np.sqrt(np.finfo(np.float64).eps)
    basis, _ = np.linalg.qr(without)
    length = np.linalg.norm(columns, axis=0)
    scaled = columns[:, length > 0] / length[length > 0]
    left = scaled - basis @ (basis.T @ scaled)
    size = np.linalg.norm(left, axis=0)
    left = left[:, size > rounding] / size[size > rounding]
    vectors, singular, _ = np.linalg.svd(left, full_matrices=False)
    return np.asarray(vectors[:, singular > rounding * singular.max(initial=0)])
