"""Pharmacogenes: CYP2C19, CYP2B6 and CYP2D6 from a file of variants."""

from __future__ import annotations

from pathlib import Path

from equipoise.assays.genes.caller import call_genes
from equipoise.assays.genes.outside import read_outside_calls
from equipoise.assays.genes.vcf import read_variants
from equipoise.core.nouns import GeneCall, VariantFile

__all__ = ["call_genes", "measure", "read_outside_calls", "read_variants"]


def measure(files: tuple[VariantFile, ...]) -> tuple[GeneCall, ...]:
    """Return the call of every gene.

    Parameters
    ----------
    files : tuple of VariantFile
        The person's files of variants; the first one is read.

    Returns
    -------
    tuple of GeneCall
        One for each gene, in table order.

    Raises
    ------
    InputError
        If the file cannot be used.
    """
    for file in files:
        beside = file.outside_calls
        outside = () if beside is None else read_outside_calls(Path(beside))
        return call_genes(read_variants(Path(file.path)), outside)
    return ()
