"""What was read in a person's genes: calls of pharmacogenes."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.nouns.measurement import Provenance

__all__ = ["GeneCall", "MissingPosition"]


@dataclass(frozen=True, slots=True)
class MissingPosition:
    """A position of a gene's definition that was not read, and why.

    Parameters
    ----------
    id : str
        dbSNP number, or chromosome and position where there is none.
    where : str
        ``chr10:94761900``, in the build of the file.
    why : str
        One clause: not in the file, no genotype, failed the filter LowQual, another allele (C)
        than any definition knows.
    """

    id: str
    where: str
    why: str


@dataclass(frozen=True, slots=True)
class GeneCall:
    """The diplotypes of one pharmacogene that are consistent with everything that was observed.

    Parameters
    ----------
    gene : str
        ``CYP2C19``.
    diplotypes : tuple of str
        Every consistent diplotype (``*1/*2``), sorted by allele number; empty where there is no
        call.
    phenotype : str or None
        CPIC term, where all of them lead to the same one.
    activity_score : str or None
        ``1.25`` or ``≥3.0``, for genes that have one and where all agree.
    no_call : str or None
        Why nothing is called, in one sentence that names what is missing; None for a call.
    missing : tuple of MissingPosition
        Positions that were not read, whether they matter or not, in order of position.
    deciding : tuple of str
        Ids of the missing positions that could change the phenotype.
    consistent : tuple of str
        Diplotypes that remain possible where there is no call; empty where they are too many.
    phenotypes : tuple of str
        CPIC terms that remain possible, ``Indeterminate`` among them.
    if_reference : tuple of str
        What the diplotypes would be if every missing position were as in the reference and no
        structural variant were there. A conditional sentence, never used by any rule.
    settled_by : tuple of str
        Tests that would settle what is open.
    source : {"vcf", "outside"}
        Who called it.
    version : str
        Version of the definition tables.
    flags : tuple of str
        One short sentence each.
    provenance : Provenance or None
        Input digests, software, build.
    """

    gene: str
    diplotypes: tuple[str, ...]
    phenotype: str | None
    activity_score: str | None = None
    no_call: str | None = None
    missing: tuple[MissingPosition, ...] = ()
    deciding: tuple[str, ...] = ()
    consistent: tuple[str, ...] = ()
    phenotypes: tuple[str, ...] = ()
    if_reference: tuple[str, ...] = ()
    settled_by: tuple[str, ...] = ()
    source: str = "vcf"
    version: str = ""
    flags: tuple[str, ...] = ()
    provenance: Provenance | None = None

    @property
    def id(self) -> str:
        """Name of the measure: ``genes.cyp2c19``."""
        return f"genes.{self.gene.lower()}"
