"""What a run looked like: global signal, breathing, motion, band and drop-out.

Each check is a row of `tables/circuits/diagnostics` and says a value with its unit, a sentence, and
whether it speaks against trusting the result. What cannot be told says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.cleaning.breathing import breaths, read_trace
from equipoise.assays.mri.cleaning.projection import Projection, projection
from equipoise.assays.mri.cleaning.resample import correlations, effective_freedom, fisher
from equipoise.assays.mri.cleaning.spectrum import spectrum
from equipoise.core.nouns import RegionQuality, ScanDiagnostic
from equipoise.core.tables import load_table, setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.assays.mri.cleaning.confounds import Confounds

    Array = NDArray[np.float64]

__all__ = ["Evidence", "diagnose"]

_GLOBAL: Final = "global_signal"
_AXES: Final = {"i": "trans_x", "j": "trans_y", "k": "trans_z"}
_NO_GLOBAL: Final = "the confounds hold no global signal"
_Told = tuple[float, str] | str
"""A value with its sentence, or why it cannot be told."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the checks of a run look at.

    Parameters
    ----------
    confounds : Confounds
        Of the run.
    seconds : float
        Time between volumes.
    cleaning : Projection
        Of the whole run.
    seed, search : ndarray, shape (volumes,), optional
        Mean series of the subgenual seed and of the search region, before cleaning.
    grey : ndarray, shape (volumes, n), optional
        Mean series of regions or voxels of grey matter, before cleaning.
    regions : tuple of RegionQuality
        How well each region was seen.
    phase_encoding : str, optional
        ``PhaseEncodingDirection`` of the sidecar, such as ``j-``.
    physio : str, optional
        ``physio.tsv.gz`` of the run.
    """

    confounds: Confounds
    seconds: float
    cleaning: Projection
    seed: NDArray[np.floating] | None = None
    search: NDArray[np.floating] | None = None
    grey: NDArray[np.floating] | None = None
    regions: tuple[RegionQuality, ...] = ()
    phase_encoding: str | None = None
    physio: str | None = None

    @property
    def volumes(self) -> int:
        """Number of volumes."""
        return len(self.confounds.values)

    def cleaned_of(self, regressors: Array) -> Projection:
        """Return a cleaning of this run with other regressors."""
        band = setting("bold_band_low"), setting("bold_band_high")
        return projection(regressors, self.seconds, band, self.confounds.censored)


def diagnose(evidence: Evidence) -> tuple[ScanDiagnostic, ...]:
    """Check a run.

    Parameters
    ----------
    evidence : Evidence
        What is known of it; what is missing makes its checks say so.

    Returns
    -------
    tuple of ScanDiagnostic
        One for each row of `tables/circuits/diagnostics`, in its order.
    """
    found: dict[str, _Told] = {name: check(evidence) for name, check in _CHECKS.items()}
    found |= _breathing(evidence)
    return tuple(_diagnostic(name, told) for name, told in _in_order(found))


def _in_order(found: dict[str, _Told]) -> list[tuple[str, _Told]]:
    return [(row.text("id"), found[row.text("id")]) for row in load_table("circuits/diagnostics")]


def _diagnostic(name: str, told: _Told) -> ScanDiagnostic:
    row = load_table("circuits/diagnostics").row(id=name)
    title, unit = row.text("title"), row.text("unit")
    if isinstance(told, str):
        return ScanDiagnostic(name, title, None, unit, f"cannot tell: {told}", concern=False)
    value, words = told
    limit = _LIMITS[name]() if name in _LIMITS else row.optional_number("limit")
    side = row.optional_text("concern") or "below"
    concern = limit is not None and (abs(value) > limit if side == "above" else value < limit)
    return ScanDiagnostic(name, title, float(value), unit, words, bool(concern))


def _amplitude(evidence: Evidence) -> _Told:
    signal = evidence.confounds.known.get(_GLOBAL)
    if signal is None:
        return _NO_GLOBAL
    if signal.mean() <= 0:
        return "the global signal has no level to compare with"
    plain = evidence.cleaned_of(np.zeros((evidence.volumes, 0)))
    left = plain.coefficients(signal[:, None])
    spread = np.sqrt((left**2).sum() / max(1, np.count_nonzero(~evidence.confounds.censored)))
    value = 100 * spread / signal.mean()
    return value, f"in the band the global signal varies by {value:.2f} % of its mean"


def _share(evidence: Evidence, series: NDArray[np.floating] | None, what: str) -> _Told:
    """Return the share of the variance of series that the global signal explains in the band."""
    signal = evidence.confounds.known.get(_GLOBAL)
    if signal is None or series is None:
        return _NO_GLOBAL if signal is None else f"the series of {what} were not read"
    plain = evidence.cleaned_of(np.zeros((evidence.volumes, 0)))
    left = plain.coefficients(np.asarray(series, dtype=np.float64).reshape(evidence.volumes, -1))
    value = float((correlations(left, plain.coefficients(signal[:, None])) ** 2).mean())
    return value, f"the global signal explains {value:.0%} of the variance of {what} in the band"


def _seed_share(evidence: Evidence) -> _Told:
    return _share(evidence, evidence.seed, "the subgenual seed")


def _grey_share(evidence: Evidence) -> _Told:
    return _share(evidence, evidence.grey, "the grey matter")


def _shift(evidence: Evidence) -> _Told:
    """Return how far removing the global signal moves the correlation of seed and search region."""
    confounds = evidence.confounds
    signal = confounds.known.get(_GLOBAL)
    if signal is None:
        return _NO_GLOBAL
    if evidence.seed is None or evidence.search is None:
        return "seed and search region were not both read"
    others = [n for n, name in enumerate(confounds.names) if not name.startswith(_GLOBAL)]
    without = confounds.values[:, others]
    own = len(others) < len(confounds.names)
    with_it = confounds.values if own else np.column_stack([without, signal])
    pair = np.column_stack([evidence.seed, evidence.search]).astype(np.float64)
    scores = []
    for regressors in (without, with_it):
        cleaning = evidence.cleaned_of(regressors)
        if cleaning.freedom < 1:
            return "no degrees of freedom are left"
        left = cleaning.coefficients(pair)
        scores.append(float(fisher(correlations(left[:, :1], left[:, 1:]))[0]))
    before, after = np.tanh(scores)
    return (
        scores[1] - scores[0],
        f"removing the global signal moves the correlation of seed and search region from "
        f"{before:.2f} to {after:.2f}; the cleaning used {'removes' if own else 'keeps'} it",
    )


def _breathing(evidence: Evidence) -> dict[str, _Told]:
    if evidence.physio is None:
        reason = "no breathing trace was recorded"
        return {"breathing_rate": reason, "deep_breaths": reason}
    trace = read_trace(evidence.physio, evidence.volumes * evidence.seconds)
    found = trace if isinstance(trace, str) else breaths(trace)
    if found is None or isinstance(found, str):
        reason = found or "the breathing trace shows no breath"
        return {"breathing_rate": reason, "deep_breaths": reason}
    return {
        "breathing_rate": (found.rate, f"the person took {found.rate:.0f} breaths a minute"),
        "deep_breaths": (
            found.deep,
            f"{found.deep:.1f} breaths a minute were at least "
            f"{setting('breathing_deep'):g} times as deep as the middle one",
        ),
    }


def _pseudo_motion(evidence: Evidence) -> _Told:
    low, high = setting("breathing_low"), setting("breathing_high")
    nyquist = 1 / (2 * evidence.seconds)
    if nyquist < high:
        return (
            f"volumes every {evidence.seconds:g} s show movement up to {nyquist:.2f} Hz, breathing "
            f"reaches {high:g} Hz and folds back to other rates"
        )
    if evidence.phase_encoding is None or evidence.phase_encoding[:1] not in _AXES:
        return "the sidecar does not say the direction of the phase encoding"
    axis = _AXES[evidence.phase_encoding[:1]]
    if axis not in evidence.confounds.known:
        return f"the confounds hold no {axis}"
    moved = np.diff(evidence.confounds.known[axis])
    power = np.abs(np.fft.rfft(moved - moved.mean())) ** 2
    rate = np.fft.rfftfreq(len(moved), evidence.seconds)
    if power.sum() == 0:
        return f"{axis} does not change"
    value = float(power[(rate >= low) & (rate <= high)].sum() / power.sum())
    return value, (
        f"{value:.0%} of the change of {axis} has the rate of breathing ({low:g}-{high:g} Hz): "
        "pseudo-motion, not movement of the head"
    )


def _mean_motion(evidence: Evidence) -> _Told:
    moved = evidence.confounds.displacement
    if moved is None:
        return "the confounds hold no framewise displacement"
    return float(moved.mean()), f"from volume to volume the head moved by {moved.mean():.2f} mm"


def _left_out(evidence: Evidence) -> _Told:
    out = evidence.confounds.censored
    return float(out.mean()), f"{out.sum()} of {len(out)} volumes were left out"


def _sudden(evidence: Evidence) -> _Told:
    values = evidence.confounds.known.get("std_dvars")
    if values is None:
        return "the confounds hold no standardised DVARS"
    limit = setting("bold_dvars_limit")
    value = float(np.mean(values > limit))
    return value, f"{value:.0%} of the volumes have a standardised DVARS above {limit:g}"


def _band_limit(evidence: Evidence) -> _Told:
    value, high = 1 / (2 * evidence.seconds), setting("bold_band_high")
    low, fast = setting("breathing_low"), setting("breathing_high")
    if value < high:
        words = f"the band up to {high:g} Hz is cut at {value:.3f} Hz"
    elif value < fast:
        words = (
            f"signals up to {value:.2f} Hz are told; faster breathing (to {fast:g} Hz) and the "
            "heartbeat fold back, partly into the band"
        )
    else:
        words = f"signals up to {value:.2f} Hz are told, breathing ({low:g}-{fast:g} Hz) among them"
    return value, words


def _independent(evidence: Evidence) -> _Told:
    cleaning = evidence.cleaning
    if evidence.grey is None:
        return "the series of the grey matter were not read"
    value = effective_freedom(cleaning.kernel(spectrum(cleaning, evidence.grey)))
    return value, (
        f"{cleaning.freedom} degrees of freedom are left; as slow as the signal is, they are worth "
        f"{value:.0f} independent values"
    )


def _drop_out(evidence: Evidence) -> _Told:
    if not evidence.regions:
        return "no region was asked for"
    weak = [region.title for region in evidence.regions if not region.enough]
    value = len(weak) / len(evidence.regions)
    if not weak:
        return value, f"all {len(evidence.regions)} regions were seen"
    return value, f"seen badly: {', '.join(weak)}"


_CHECKS: Final[dict[str, Callable[[Evidence], _Told]]] = {
    "global_signal_amplitude": _amplitude,
    "global_signal_seed": _seed_share,
    "global_signal_grey": _grey_share,
    "global_signal_shift": _shift,
    "pseudo_motion": _pseudo_motion,
    "motion_mean": _mean_motion,
    "motion_share": _left_out,
    "dvars_share": _sudden,
    "band_limit": _band_limit,
    "independent_values": _independent,
    "drop_out": _drop_out,
}

_LIMITS: Final[dict[str, Callable[[], float]]] = {
    "band_limit": lambda: setting("bold_band_high"),
    "independent_values": lambda: setting("bold_min_dof"),
}
"""Limits that are hyperparameters; a value below is a concern."""
