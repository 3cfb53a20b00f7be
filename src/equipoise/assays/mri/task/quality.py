"""Whether a run can tell the conditions apart: events, shared course, motion. Flags, no refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equipoise.assays.mri.task.contrasts import Contrast
from equipoise.assays.mri.task.design import Design
from equipoise.assays.mri.task.events import Events
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["inflation_of_variance", "quality_flags", "share_explained"]

_MOTION = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")


def quality_flags(
    events: Events, design: Design, contrast: Contrast, known: Mapping[str, Array]
) -> tuple[str, ...]:
    """Return what speaks against trusting a contrast of one run.

    Parameters
    ----------
    events : Events
        Of the run.
    design : Design
        Its design.
    contrast : Contrast
        Trial types of both sides.
    known : mapping of str to ndarray
        Columns of the confounds file; the six motion parameters are looked at.

    Returns
    -------
    tuple of str
        One sentence each.
    """
    found = [_few(events, side) for side in (contrast.high, contrast.low)]
    limit = setting("task_vif_limit")
    for name in (*contrast.high, *contrast.low):
        factor = inflation_of_variance(design, design.trial_types.index(name))
        if factor > limit:
            found.append(
                f"the course of {name} is nearly that of other regressors: variance inflated "
                f"{factor:.1f} times (limit {limit:g})"
            )
    motion = [known[name] for name in _MOTION if name in known]
    if motion:
        share = share_explained(design.conditions @ design.vector(contrast), np.array(motion).T)
        limit = setting("task_motion_share")
        if share > limit:
            found.append(
                f"the person moved with the task: motion explains {share:.0%} of "
                f"{contrast.words} (limit {limit:.0%})"
            )
    return tuple(flag for flag in found if flag)


def _few(events: Events, side: tuple[str, ...]) -> str:
    own = events.of(side)
    seconds = sum(event.duration for event in own)
    if len(own) >= setting("task_few_events") or seconds >= setting("task_short_seconds"):
        return ""
    return f"only {len(own)} events of {' and '.join(side)}, {seconds:.0f} s in all"


def inflation_of_variance(design: Design, column: int) -> float:
    """Return by how much the other regressors inflate the variance of one condition.

    Parameters
    ----------
    design : Design
        Of a run.
    column : int
        Of its conditions.

    Returns
    -------
    float
        1 / (1 - R2) of the condition on all other columns, the constant included; infinite where
        they explain it wholly.
    """
    others = np.delete(design.matrix, column, axis=1)
    share = share_explained(design.conditions[:, column], others)
    return float("inf") if share >= 1 else 1 / (1 - share)


def share_explained(course: Array, columns: Array) -> float:
    """Return the share of the variance of a course that some columns and a constant explain."""
    centred = course - course.mean()
    total = float(centred @ centred)
    if total == 0:
        return 1.0
    regressors = columns - columns.mean(axis=0)
    length = np.linalg.norm(regressors, axis=0)
    regressors = regressors[:, length > 0] / length[length > 0]
    left = centred - regressors @ np.linalg.lstsq(regressors, centred, rcond=None)[0]
    return max(0.0, 1 - float(left @ left) / total)
