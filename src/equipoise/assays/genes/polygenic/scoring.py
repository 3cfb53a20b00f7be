"""One score for one person: reads the files, looks the variants up, and says what came of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equipoise import __version__
from equipoise.assays.genes.polygenic.alleles import State
from equipoise.assays.genes.polygenic.genome import Genome, fill_reference
from equipoise.assays.genes.polygenic.limits import limit, statements
from equipoise.assays.genes.polygenic.matching import look_up
from equipoise.assays.genes.polygenic.panel import Panel, read_panel
from equipoise.assays.genes.polygenic.placement import place
from equipoise.assays.genes.polygenic.records import VariantStream
from equipoise.assays.genes.polygenic.result import Placement, PolygenicScore, Standing
from equipoise.assays.genes.polygenic.scoring_file import ScoringFile, read_scoring_file
from equipoise.assays.genes.polygenic.standing import ReferenceSums, read_reference, stand
from equipoise.assays.genes.polygenic.sums import Sums, add_up
from equipoise.core.errors import InputError
from equipoise.core.nouns import InputDigest, Provenance
from equipoise.core.steps import Watcher, file_digest, quiet
from equipoise.core.tables import tables_digest

__all__ = ["MISSING", "ScoreAsked", "score_person"]

MISSING: Final = ("skip", "frequency")
GRADE: Final = "D"
PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class ScoreAsked:
    """What is to be scored, and how.

    Parameters
    ----------
    variants, scoring_file : Path
        The person's VCF and a scoring file of the PGS Catalog.
    sample, build : str or None
        Sample of the VCF; its build where the header does not tell it.
    reference, panel, genome : Path or None
        Sums of a reference sample; ancestry panel; indexed FASTA of the build.
    missing : {"skip", "frequency"}
        What genotypes that were not read add: nothing, or what the frequency of the effect allele
        in the scoring file expects.
    keep_ambiguous : bool
        Whether A/T and C/G variants are counted as given.
    absent_is_reference : bool
        Whether a position without any record counts as reference; not on X, and not on a
        chromosome without any record.
    """

    variants: Path
    scoring_file: Path
    sample: str | None = None
    build: str | None = None
    reference: Path | None = None
    panel: Path | None = None
    genome: Path | None = None
    missing: str = "skip"
    keep_ambiguous: bool = False
    absent_is_reference: bool = False


def score_person(asked: ScoreAsked, watch: Watcher = quiet) -> PolygenicScore:
    """Return the score of one person.

    Parameters
    ----------
    asked : ScoreAsked
        Files and settings.
    watch : Watcher
        Told how far the reading is.

    Returns
    -------
    PolygenicScore
        With a sum, or with the reason why there is none.

    Raises
    ------
    InputError
        If a file cannot be used, or two files are of different builds.
    """
    if asked.missing not in MISSING:
        raise InputError(
            "no such choice", where="--missing", got=asked.missing, allowed=", ".join(MISSING)
        )
    if asked.absent_is_reference and asked.genome is None:
        raise InputError(
            "--absent-is-reference needs the reference genome",
            todo="name an indexed FASTA with --genome: a scoring file does not tell which of its "
            "alleles is the reference",
        )
    # The small header of the variants is read first: most slips show there.
    stream = VariantStream(asked.variants, asked.sample, asked.build, watch)
    genome = Genome(asked.genome, stream.build) if asked.genome else None
    panel = _panel(asked.panel, stream.build)
    file = read_scoring_file(asked.scoring_file, watch, frequencies=asked.missing == "frequency")
    _same_build(file.header.build, stream.build, asked.scoring_file)
    file.sites.keep_ambiguous = asked.keep_ambiguous
    wanted = [file.sites] if panel is None else [file.sites, panel.sites]
    seen = look_up(stream, wanted, genome)
    for sites in wanted:
        # A chromosome without any record was left out of the file, not found to be as the genome.
        fill_reference(sites, genome, seen if asked.absent_is_reference else frozenset())
    sums = add_up(file)
    if not math.isfinite(sums.total):
        raise InputError("the weights add up to no number", where=str(asked.scoring_file))
    placement = None if panel is None else place(panel)
    return _told(asked, file, stream, sums, placement, _flags(file, sums, seen))


def _panel(path: Path | None, build: str) -> Panel | None:
    if path is None:
        return None
    panel = read_panel(path)
    _same_build(panel.build, build, path)
    return panel


def _same_build(found: str, wanted: str, path: Path) -> None:
    if found != wanted:
        raise InputError(
            "the positions are of another build than the variants",
            where=str(path),
            got=found,
            allowed=wanted,
            todo=f"take the file harmonised to {wanted}",
        )


def _told(
    asked: ScoreAsked,
    file: ScoringFile,
    stream: VariantStream,
    sums: Sums,
    placement: Placement | None,
    flags: tuple[str, ...],
) -> PolygenicScore:
    header, refused = file.header, _refused(sums, file.rows)
    standing, no_percentile = _standing(asked, file, sums, refused, placement)
    return PolygenicScore(
        score=header.told("pgs_id"),
        name=header.told("pgs_name"),
        trait=header.told("trait_reported"),
        weight_type=header.told("weight_type"),
        citation=header.told("citation"),
        sample=stream.sample,
        build=stream.build,
        variants=file.rows,
        counted=sums.counted,
        match_rate=sums.match_rate,
        weight_rate=sums.weight_rate,
        sum=None if refused else sums.total,
        average=None if refused else sums.total / sums.alleles,
        alleles=sums.alleles,
        not_measured=refused,
        tallies=sums.tallies,
        notes=sums.notes,
        placement=placement,
        standing=standing,
        no_percentile=no_percentile,
        evidence=statements(),
        grade=GRADE,
        flags=flags,
        provenance=_provenance(asked, stream),
    )


def _refused(sums: Sums, rows: int) -> str | None:
    """Return why there is no sum, or None."""
    found, needed = sums.match_rate, limit("match_rate")
    if found < needed or not sums.counted:
        return (
            f"{sums.counted} of {rows} variants ({PERCENT * found:.1f} %) could be counted, "
            f"{PERCENT * needed:g} % are needed"
        )
    found, needed = sums.weight_rate, limit("weight_rate")
    if found < needed:
        return (
            f"the variants that could be counted have {PERCENT * found:.1f} % of the weight, "
            f"{PERCENT * needed:g} % are needed"
        )
    return None


def _standing(
    asked: ScoreAsked,
    file: ScoringFile,
    sums: Sums,
    refused: str | None,
    placement: Placement | None,
) -> tuple[Standing | None, str]:
    """Return where the sum lies, or None and why that cannot be told."""
    reference = ReferenceSums()
    if asked.reference is not None:
        # Read in any case, so that a file that cannot be used is always told.
        reference = read_reference(asked.reference, file.header.told("pgs_id"))
    if refused:
        return None, "there is no score"
    if asked.reference is not None and not file.header.told("pgs_id"):
        return None, "the scoring file has no pgs_id by which a reference sample could be found"
    if asked.reference is None:
        return None, "no reference sample was given (--reference)"
    if placement is None:
        return None, "no ancestry panel was given (--panel), so nothing tells whom to compare with"
    if placement.population is None:
        return None, f"the placement is unclear: {placement.unclear}"
    found = stand(sums.total, sums.alleles, reference, placement.population)
    return (None, found) if isinstance(found, str) else (found, "")


def _flags(file: ScoringFile, sums: Sums, seen: frozenset[str]) -> tuple[str, ...]:
    flags = []
    if not seen:
        flags.append("no record of a chromosome by a name that is known: 1 or chr1 to 22 and X")
    number = file.header.told("variants_number")
    if number.isdigit() and int(number) != file.rows:
        flags.append(f"the scoring file says {number} variants and holds {file.rows}")
    if not file.header.told("weight_type"):
        flags.append("the scoring file does not say what its weights are; they were added as given")
    if sums.how_many(State.OTHER_ALLELES) > sums.counted:
        flags.append("most positions have other alleles: look whether the build is right")
    return tuple(flags)


def _provenance(asked: ScoreAsked, stream: VariantStream) -> Provenance:
    files = (
        asked.variants,
        asked.scoring_file,
        asked.reference,
        asked.panel,
        asked.genome,
    )
    settings = (
        ("sample", stream.sample),
        ("build", stream.build),
        ("missing", asked.missing),
        ("keep_ambiguous", str(asked.keep_ambiguous).lower()),
        ("absent_is_reference", str(asked.absent_is_reference).lower()),
        ("tables", tables_digest()),
    )
    return Provenance(
        inputs=tuple(InputDigest(p.name, file_digest(p)) for p in files if p is not None),
        software=f"equipoise {__version__}",
        parameters=settings,
    )
