"""Brain images: resting runs, task runs, structure.

:mod:`.folder` lists the measures and takes them all; it is imported where a scan is read, since it
brings every measure with it.
"""

from __future__ import annotations

from equipoise.assays.mri.options import Options

__all__ = ["Options"]
