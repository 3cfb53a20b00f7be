"""Which anatomical image of a person the page may draw on."""

from __future__ import annotations

from pathlib import Path

from equipoise.core.nouns import Dossier, Timeline

__all__ = ["t1w_of"]


def t1w_of(dossier: Dossier, timeline: Timeline) -> Path | None:
    """Return the T1w image that the target's place in it holds for: that of its first run."""
    read = {i.name for target in dossier.targets for i in target.provenance.inputs[:1]}
    found = (one.t1w for one in timeline.recordings if one.name in read)
    path = next((path for path in found if path is not None), None)
    return None if path is None else Path(path)
