"""Which volumes are left out for motion, and whether what remains is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.tables import setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.assays.mri.cleaning.projection import Projection

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


def shortage(cleaning: Projection, censored: Flags) -> str | None:
    """Return why too little is left after cleaning, or None.

    Parameters
    ----------
    cleaning : Projection
        Of the run.
    censored : ndarray of bool, shape (volumes,)
        Volumes left out.

    Returns
    -------
    str or None
        A sentence with the numbers and what can be done.
    """
    least = setting("bold_min_dof")
    if cleaning.freedom >= least:
        return None
    out = int(np.count_nonzero(censored))
    without = f" ({out} of them left out for motion)" if out else ""
    todo = "scan longer, or name a cleaning with fewer regressors"
    if out:
        todo = f"{todo}, or raise the limit of motion"
    return (
        f"after cleaning, {cleaning.freedom} degrees of freedom are left of {len(cleaning.basis)} "
        f"volumes{without}; at least {least:g} are needed: {todo}"
    )
