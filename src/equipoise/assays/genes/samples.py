"""The samples of a file of variants."""

from __future__ import annotations

from pathlib import Path

from equipoise.assays.genes.opened import opened

__all__ = ["sample_names"]


def sample_names(path: Path) -> tuple[str, ...]:
    """Return the samples of a file of variants, in its order.

    Raises
    ------
    InputError
        If the file cannot be opened.
    """
    with opened(path) as found:
        return tuple(str(name) for name in found.file.header.samples)
