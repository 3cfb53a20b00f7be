"""Use, use with caution, or fall back to the standard target, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from equipoise.core.nouns import TargetEstimate
from equipoise.core.tables import setting

__all__ = ["Circumstances", "against", "verdict"]

_FINE, _CAUTION, _FALL_BACK = 0, 1, 2
_NAMES: Final = ("use", "use_with_caution", "fall_back")
_Check = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a verdict rests on beside the estimate.

    Parameters
    ----------
    radius95 : float
        Radius in mm of the ball that holds 95 % of the resampled points.
    agreement : float or None
        Largest distance in mm between the points of the methods; None with fewer than two.
    still : float
        Seconds without motion.
    moved : float or None
        Mean framewise displacement in mm; None where it is not known.
    coverage : float
        Least coverage of seed and search regions.
    global_removed : bool
        Whether the cleaning removed the global signal.
    global_distance : float or None
        How far the classic point moves when the global signal is not removed.
    """

    radius95: float
    agreement: float | None
    still: float
    moved: float | None
    coverage: float
    global_removed: bool
    global_distance: float | None


def verdict(found: TargetEstimate, around: Circumstances) -> tuple[str, tuple[str, ...]]:
    """Return the verdict and its reasons, what speaks against the point first.

    Parameters
    ----------
    found : TargetEstimate
        Of the chosen method, with a point.
    around : Circumstances
        What else counts.

    Returns
    -------
    name : {"use", "use_with_caution", "fall_back"}
        The worst of all checks decides.
    reasons : tuple of str
        One sentence each, the worst first; after anything but ``use``, what follows.
    """
    known = sorted(_checks(found, around), key=lambda check: -check[0])
    worst = max(level for level, _ in known)
    reasons = tuple(text for _, text in known)
    if worst == _FALL_BACK:
        return _NAMES[worst], (*reasons, "use the standard target, found by head measures")
    if worst == _CAUTION:
        return _NAMES[worst], (*reasons, "the standard target serves as well")
    return _NAMES[worst], reasons


def against(found: TargetEstimate, around: Circumstances) -> int:
    """Return how many of the reasons of :func:`verdict`, from the first, are against the point."""
    return sum(level > _FINE for level, _ in _checks(found, around))


def _checks(found: TargetEstimate, around: Circumstances) -> tuple[_Check, ...]:
    """Return every check that could be made, in a fixed order."""
    checks = (
        _correlation(found),
        _width(found, around),
        _halves(found),
        _sessions(found),
        _motion(around.moved),
        _length(around.still),
        _covered(around.coverage),
        _agreed(around.agreement),
        _global(around),
    )
    return tuple(check for check in checks if check)


def _level(value: float, caution: float, far: float | None = None) -> int:
    if far is not None and value > far:
        return _FALL_BACK
    return _CAUTION if value > caution else _FINE


def _correlation(found: TargetEstimate) -> _Check | None:
    if found.connectivity is None:
        return None
    r, error = found.connectivity.value, found.connectivity.standard_error or 0.0
    way = 1 if found.sign == "positive" else -1
    in_z = error / max(1 - r**2, np.finfo(float).eps)
    wide = NormalDist().inv_cdf(0.5 + 95 / 200) * in_z
    edge = float(np.tanh(np.arctanh(np.clip(r, -1, 1) * (1 - np.finfo(float).eps)) - way * wide))
    side, name = ("above", "lower") if way > 0 else ("below", "upper")
    text = f"the correlation at the point is {r:.2f}, {name} bound {edge:.2f} (must be {side} 0)"
    return (_FINE if edge * way > 0 else _FALL_BACK), text


def _width(found: TargetEstimate, around: Circumstances) -> _Check | None:
    if found.axes95 is None:
        return None
    near, far = setting("tms_region_caution"), setting("tms_radius95_limit")
    text = (
        f"95 % of the resampled points lie within {around.radius95:.1f} mm (limit {far:g} mm); "
        f"the region reaches {found.axes95[0]:.1f} mm at most (caution above {near:g} mm)"
    )
    level = _level(found.axes95[0], near)
    return (_FALL_BACK if around.radius95 > far else level), text


def _halves(found: TargetEstimate) -> _Check | None:
    if found.split_half is None:
        return _CAUTION, "one half of the scan alone gives no point"
    near, far = setting("tms_split_half_limit"), setting("tms_split_half_far")
    text = (
        f"the two halves of the scan give points {found.split_half:.1f} mm apart "
        f"(limit {near:g} mm)"
    )
    return _level(found.split_half, near, far), text


def _sessions(found: TargetEstimate) -> _Check | None:
    if found.session_distance is None:
        return None
    near, far = setting("tms_split_half_limit"), setting("tms_split_half_far")
    text = (
        f"single sessions give points up to {found.session_distance:.1f} mm apart "
        f"(limit {near:g} mm)"
    )
    return _level(found.session_distance, near, far), text


def _motion(moved: float | None) -> _Check:
    if moved is None:
        return _CAUTION, "how much the head moved is not known"
    near, far = setting("tms_fd_caution"), setting("bold_fd_threshold")
    text = f"the head moved by {moved:.2f} mm between volumes on average (limit {near:g} mm)"
    return _level(moved, near, far), text


def _length(still: float) -> _Check:
    least = setting("tms_still_seconds")
    text = f"the scan holds {still / 60:.0f} minutes without motion (wanted {least / 60:.0f})"
    return (_FINE if still >= least else _CAUTION), text


def _covered(coverage: float) -> _Check:
    least = setting("tms_coverage_caution")
    text = f"seed and search regions are covered to {coverage:.0%} at least (wanted {least:.0%})"
    return (_FINE if coverage >= least else _CAUTION), text


def _agreed(agreement: float | None) -> _Check | None:
    if agreement is None:
        return None
    limit = setting("tms_agreement_limit")
    text = f"the methods give points up to {agreement:.1f} mm apart (limit {limit:g} mm)"
    return _level(agreement, limit), text


def _global(around: Circumstances) -> _Check | None:
    if not around.global_removed:
        return _CAUTION, (
            "the global signal was not removed: without that the point often does not repeat, and "
            "part of the link with the subgenual cingulate is breathing; clean with a strategy "
            "that removes it"
        )
    if around.global_distance is None:
        return None
    limit = setting("tms_global_distance")
    text = (
        f"without removal of the global signal the seed's point lies {around.global_distance:.1f} "
        f"mm away (limit {limit:g} mm): the more, the more of it may be breathing"
    )
    return _level(around.global_distance, limit), text
