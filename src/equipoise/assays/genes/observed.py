"""What a file of variants says about the positions of the genes: the caller's only input."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Observed", "VariantReading"]


@dataclass(frozen=True, slots=True)
class Observed:
    """One position of a gene's definition, as one sample has it.

    Parameters
    ----------
    position : str
        Id of `genes/positions`.
    alleles : tuple of (str, str) or None
        Bases of the two copies in the notation of `genes/positions` for GRCh38 (a deletion as VCF
        writes it), in the order of the file; None where the position was not read.
    phase : str or None
        Copies of positions with the same phase set lie on the same chromosome in the same order;
        None where the genotype is unphased.
    why : str
        Why it was not read, one clause; empty where it was.
    """

    position: str
    alleles: tuple[str, str] | None
    phase: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class VariantReading:
    """Everything that was read in one file for one sample.

    Parameters
    ----------
    build : {"GRCh38", "GRCh37"}
        Build of the file; never guessed.
    sample : str
        Name of the sample in the file.
    sha256 : str
        Digest of the file.
    observed : tuple of Observed
        One for each row of `genes/positions`, in table order.
    flags : tuple of str
        What is worth saying about the file.
    """

    build: str
    sample: str
    sha256: str
    observed: tuple[Observed, ...]
    flags: tuple[str, ...] = ()
