"""Reads the positions of the pharmacogenes from a file of variants."""

from __future__ import annotations

from pathlib import Path

from equipoise.assays.genes.observed import VariantReading

__all__ = ["read_variants"]


def read_variants(
    path: Path, *, sample: str | None = None, build: str | None = None
) -> VariantReading:
    """Return what one sample of the file has at every position of `genes/positions`."""
    del path, sample, build
    raise NotImplementedError
