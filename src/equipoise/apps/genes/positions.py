"""The positions of the genes that a laboratory must report, whether they vary or not."""

from __future__ import annotations

from typing import Final

from equipoise import __version__
from equipoise.assays.genes.places import BUILDS, Place, Site, places
from equipoise.core.errors import InputError
from equipoise.core.tables import load_table

__all__ = ["FORMATS", "positions_text"]

FORMATS: Final = ("bed", "vcf")
COLUMNS: Final = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO")


def positions_text(build: str, form: str) -> str:
    """Return every position of one build.

    Parameters
    ----------
    build : {"GRCh38", "GRCh37"}
        The build.
    form : {"bed", "vcf"}
        BED, for programs that take regions; or a VCF without samples, for programs that take
        alleles.

    Returns
    -------
    str
        Text without a last newline, in the order of the genome. Positions that the build cannot
        show are left out.

    Raises
    ------
    InputError
        If build or form are none of these.
    """
    if build not in BUILDS:
        raise InputError("no such build", where="--build", got=build, allowed=" or ".join(BUILDS))
    if form not in FORMATS:
        raise InputError("no such format", where="--format", got=form, allowed=" or ".join(FORMATS))
    found = [(place, site) for place in places() if (site := place.site(build)) is not None]
    found.sort(key=lambda pair: (int(pair[0].chromosome.removeprefix("chr")), pair[1].position))
    return "\n".join(_bed(found) if form == "bed" else _vcf(found, build))


def _bed(found: list[tuple[Place, Site]]) -> list[str]:
    """Return first base counted from 0, then the base after the last."""
    return [
        f"{place.chromosome}\t{site.position - 1}\t{site.last}\t{place.gene}_{place.id}"
        for place, site in found
    ]


def _vcf(found: list[tuple[Place, Site]], build: str) -> list[str]:
    row = load_table("genes/builds").row(id=build)
    chromosomes = dict.fromkeys(place.chromosome for place, _ in found)
    contigs = [
        f"##contig=<ID={name},length={int(row.number(f'{name}_length'))},assembly={build}>"
        for name in chromosomes
    ]
    head = [
        "##fileformat=VCFv4.2",
        f"##source=equipoise {__version__}",
        f"##reference={build}",
        *contigs,
        '##INFO=<ID=GENE,Number=1,Type=String,Description="Gene">',
        "\t".join(COLUMNS),
    ]
    return [*head, *(_line(place, site) for place, site in found)]


def _line(place: Place, site: Site) -> str:
    first = place.sites[0][1]
    # Where the builds differ, the base of one is an alternative in the other.
    alts = [base for base in (first.ref, *place.alts) if base != site.ref]
    name = place.id if place.id.startswith("rs") else "."
    cells = (place.chromosome, site.position, name, site.ref, ",".join(dict.fromkeys(alts)))
    return "\t".join([*map(str, cells), ".", ".", f"GENE={place.gene}"])
