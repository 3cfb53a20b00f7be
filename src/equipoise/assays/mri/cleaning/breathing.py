"""Breathing from the trace of a belt: how often, and how often deeply."""

from __future__ import annotations

import gzip
import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Breathing", "Trace", "breaths", "read_trace"]

_NAMES: Final = ("respiratory", "respiration", "resp", "breathing")
_UNREADABLE: Final = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
    zlib.error,
)
"""What damaged or foreign files raise while they are read."""


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A trace of breathing during a run.

    Parameters
    ----------
    values : ndarray, shape (samples,)
        In any unit.
    rate : float
        Samples a second.
    """

    values: Array
    rate: float


@dataclass(frozen=True, slots=True)
class Breathing:
    """What a trace says.

    Parameters
    ----------
    rate : float
        Breaths a minute.
    deep : float
        Deep breaths a minute.
    """

    rate: float
    deep: float


def read_trace(path: str, seconds: float) -> Trace | str:
    """Read the breathing trace of a BIDS ``physio.tsv.gz``.

    Parameters
    ----------
    path : str
        The file; its JSON file (``SamplingFrequency``, ``StartTime``, ``Columns``) lies beside it.
    seconds : float
        Length of the run; what was recorded before and after is cut off.

    Returns
    -------
    Trace or str
        The trace, or why there is none.
    """
    try:
        sidecar = Path(path.removesuffix(".gz")).with_suffix(".json")
        said = json.loads(sidecar.read_text(encoding="utf-8-sig"))
        rate, start = _clock(said)
        columns = [str(column).lower() for column in said["Columns"]]
        index = next((columns.index(name) for name in _NAMES if name in columns), None)
        if index is None:
            return "the physiological recording holds no breathing trace"
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            values = np.loadtxt(stream, delimiter="\t", usecols=index, ndmin=1)
    except _UNREADABLE:
        return "the physiological recording or its JSON file cannot be read"
    first = max(0, round(-start * rate))
    values = values[first : first + round(seconds * rate)]
    if len(values) < seconds * rate / 2 or not np.isfinite(values).all():
        return "the breathing trace covers less than half of the run, or has gaps"
    return Trace(values, rate)


def _clock(said: Mapping[str, Any]) -> tuple[float, float]:
    """Return samples a second and the start of the recording against that of the run, s."""
    rate, start = float(said["SamplingFrequency"]), float(said.get("StartTime", 0))
    if not (math.isfinite(rate * start) and rate > 0):
        raise ValueError
    return rate, start


def breaths(trace: Trace) -> Breathing | None:
    """Count breaths, and among them the deep ones.

    Parameters
    ----------
    trace : Trace
        Of at least a few breaths.

    Returns
    -------
    Breathing or None
        None where the trace shows no breath.

    Notes
    -----
    The trace is smoothed over a quarter of the fastest breath. A breath is a peak that stands out;
    a deep one stands out several times as far as the middle one (hyperparameters ``breathing_*``).
    """
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import find_peaks

    fastest = setting("breathing_high")
    smooth = gaussian_filter1d(trace.values, trace.rate / (4 * fastest))
    smooth = smooth - smooth.mean()
    middle = np.median(np.abs(smooth))
    if middle == 0:
        return None
    # The middle of the sizes: a few sighs do not make the other breaths too small to count.
    peaks, found = find_peaks(
        smooth,
        prominence=setting("breathing_prominence") * middle,
        distance=max(1, round(trace.rate / (2 * fastest))),
    )
    if len(peaks) == 0:
        return None
    depth = found["prominences"]
    deep = np.count_nonzero(depth > setting("breathing_deep") * np.median(depth))
    minutes = len(trace.values) / trace.rate / 60
    return Breathing(len(peaks) / minutes, deep / minutes)
