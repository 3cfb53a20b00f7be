"""What a task run looked like: motion, regions, remarks, for the report."""

from __future__ import annotations

from typing import Final

import numpy as np

from equipoise.assays.mri.image.regions import region_title
from equipoise.assays.mri.task.recorded import TaskRun
from equipoise.core.nouns import RegionQuality, ScanSummary
from equipoise.core.tables import setting

__all__ = ["summary_of"]

_DECIMALS: Final = 4


def summary_of(run: TaskRun) -> ScanSummary:
    """Return the summary of a task run.

    Parameters
    ----------
    run : TaskRun
        Read and fitted.

    Returns
    -------
    ScanSummary
        Without carpet, connections and resting diagnostics; `freedom` is that of the model.
    """
    known, moved = run.recording, run.confounds.displacement
    low = setting("bold_low_tsnr")
    return ScanSummary(
        id="mri.scan",
        name=known.name,
        task=known.task,
        run=known.run,
        session=known.session,
        date=known.date,
        space=str(known.space),
        scanner=known.scanner,
        volumes=len(run.design.conditions),
        seconds=run.seconds,
        strategy=run.confounds.strategy,
        freedom=run.design.freedom,
        censored=int(np.count_nonzero(run.confounds.censored)),
        displacement=() if moved is None else tuple(round(float(d), _DECIMALS) for d in moved),
        regions=tuple(
            RegionQuality(
                region=region.id,
                title=region_title(region.id),
                coverage=region.coverage,
                tsnr=region.tsnr,
                enough=region.missed is None and region.tsnr >= low,
            )
            for region in run.regions.values()
        ),
        flags=tuple(dict.fromkeys(run.flags)),
    )
