"""Which volumes are left out for motion, and whether what remains is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]

__all__ = ["moved_volumes", "shortage"]


def moved_volumes(displacement: NDArray[np.float64], above: float, segment: int) -> Flags:
    """Return the volumes that moved, and short stretches between them.

    Parameters
    ----------
    displacement : ndarray, shape (volumes,)
        Framewise displacement in mm.
    above : float
        Displacement above which a volume is left out, mm; infinity leaves none out.
    segment : int
        A stretch of fewer volumes, between such volumes or between one and an end of the run, is
        left out as well.

    Returns
    -------
    ndarray of bool, shape (volumes,)
        True where the volume is left out.
    """
    moved = np.asarray(displacement > above)
    if not moved.any():
        return moved
    edges = np.flatnonzero(np.diff(np.concatenate([[True], moved, [True]]).astype(np.int8)))
    for start, end in edges.reshape(-1, 2):
        if end - start < segment:
            moved[start:end] = True
    return moved


def shortage(freedom: int, volumes: int, censored: int) -> str | None:
    """Return why too little is left after cleaning, or None.

    Parameters
    ----------
    freedom : int
        Degrees of freedom left, over all runs.
    volumes, censored : int
        Volumes of the runs, and how many of them were left out.

    Returns
    -------
    str or None
        A sentence with the numbers and what can be done.
    """
    least = setting("bold_min_dof")
    if freedom >= least:
        return None
    without = f", {censored} of them left out for motion" if censored else ""
    todo = "scan longer, or name a cleaning with fewer regressors"
    if censored:
        todo = f"{todo}, or raise the limit of motion"
    return (
        f"too little of the scan is left: {freedom} degrees of freedom of {volumes} volumes "
        f"after cleaning{without}; at least {least:g} are needed: {todo}"
    )
