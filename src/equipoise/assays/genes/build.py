"""Which build of the reference genome a file is of: told by the file itself, never guessed.

Told are, in this order: the length of a contig, its RefSeq name, the words of ``##reference`` and
``assembly=``. Where the header is silent, the reference bases tell: one build is taken if every
base of the file at its positions agrees, at no fewer positions than `build_bases` of
`tables/hyperparameters`, and the other build has none that agree throughout. A file of an unknown
genome would pass by chance once in four to the power of that number. Header, bases and what the
user says must agree. A file of blocks shows few bases: there the changes of the sample must not fit
positions of the other build alone (`build_changes`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from equipoise.assays.genes.places import BUILDS, Place, Site
from equipoise.assays.genes.records import BASES, Near, Record
from equipoise.core.errors import RecordingError
from equipoise.core.tables import load_table, setting

__all__ = [
    "Evidence",
    "builds_of_length",
    "chromosome_names",
    "compared",
    "confirmed",
    "decided",
    "named_builds",
    "one_build",
    "told_by_header",
]

TABLE: Final = "genes/builds"
CHROMOSOMES: Final = ("chr10", "chr19", "chr22")
ALLOWED: Final = " or ".join(BUILDS)
ASK: Final = f"say which it is: --build {BUILDS[0]} or --build {BUILDS[1]}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """How the reference bases of a file compare with a build.

    Parameters
    ----------
    agree : int
        Positions whose bases agree.
    wrong : tuple of (Place, Record)
        Positions whose bases differ.
    changes : int
        Positions where the sample has a base that the definitions know there.
    """

    agree: int
    wrong: tuple[tuple[Place, Record], ...]
    changes: int


def chromosome_names(build: str | None = None) -> dict[str, str]:
    """Return the chromosome for each name that files give it: ``10`` and ``NC_000010.11`` too.

    Parameters
    ----------
    build : str, optional
        Where it is known: the name of a sequence of another build is no chromosome then.

    Returns
    -------
    dict of str to str
        ``chr10`` for each.
    """
    names = {}
    rows = [row for row in load_table(TABLE) if build is None or row.text("id") == build]
    for chromosome in CHROMOSOMES:
        names[chromosome] = names[chromosome.removeprefix("chr")] = chromosome
        for row in rows:
            accession = row.optional_text(f"{chromosome}_accession")
            if accession is not None:
                names[accession] = chromosome
    return names


def told_by_header(header: Any, path: Path) -> str | None:
    """Return the build that the header tells, or None where it is silent.

    Parameters
    ----------
    header : pysam.VariantHeader
        Header of the file.
    path : Path
        For messages.

    Returns
    -------
    str or None
        Id of `genes/builds`.

    Raises
    ------
    RecordingError
        If it tells two builds, or one that cannot be read.
    """
    return one_build({**_lengths(header), **_accessions(header), **_words(header)}, path)


def one_build(told: dict[str, str], path: Path) -> str | None:
    """Return the build that several facts of a header agree on, or None where there is none.

    Parameters
    ----------
    told : dict of str to str
        What tells a build, and the build.
    path : Path
        For messages.

    Returns
    -------
    str or None
        ``GRCh38`` or ``GRCh37``.

    Raises
    ------
    RecordingError
        If it tells two builds, or one that cannot be read.
    """
    builds = set(told.values())
    if len(builds) > 1:
        said = ", ".join(f"{what} is {build}" for what, build in told.items())
        raise RecordingError(
            "the header contradicts itself about the build", where=str(path), got=said,
            todo="repair the header, or export the file again",
        )  # fmt: skip
    build = next(iter(builds), None)
    if build is not None and build not in BUILDS:
        raise RecordingError(
            "the file is of a build that cannot be read",
            where=str(path),
            got=build,
            allowed=ALLOWED,
            todo="align the reads again, or ask the laboratory for one of these",
        )
    return build


def builds_of_length(chromosome: str, length: int) -> list[str]:
    """Return the builds of `genes/builds` in which a chromosome, such as ``chr10``, is so long."""
    if chromosome not in CHROMOSOMES:
        return []
    column = f"{chromosome}_length"
    return [row.text("id") for row in load_table(TABLE) if row.number(column) == length]


def _lengths(header: Any) -> dict[str, str]:
    found, names = {}, chromosome_names()
    for contig in header.contigs.values():
        chromosome = names.get(contig.name)
        if chromosome is None or not contig.length:
            continue
        fitting = builds_of_length(chromosome, contig.length)
        # Some programs write the last position of the file as the length: that tells nothing.
        if fitting:
            found[f"the length of {contig.name}"] = fitting[0]
    return found


def _accessions(header: Any) -> dict[str, str]:
    builds = {
        row.optional_text(f"{chromosome}_accession"): row.text("id")
        for row in load_table(TABLE)
        for chromosome in CHROMOSOMES
    }
    return {f"the name {name}": builds[name] for name in header.contigs if name in builds}


def _words(header: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for record in header.records:
        if record.key == "reference" and record.value:
            texts = {"##reference": str(record.value)}
        elif record.key == "contig":
            texts = {"assembly=": str(dict(record.items()).get("assembly", ""))}
        else:
            continue
        for what, text in texts.items():
            found |= {f"{what} ({word})": build for word, build in named_builds(text)}
    return found


def named_builds(text: str) -> list[tuple[str, str]]:
    """Return the words of a text that name a build, with that build."""
    low = text.casefold()
    return [
        (word, row.text("id"))
        for row in load_table(TABLE)
        for word in row.items("words")
        if re.search(rf"(?<![a-z0-9]){re.escape(word)}", low)
    ]


def compared(places: Sequence[Place], near: Near, build: str) -> Evidence:
    """Compare the reference bases of some records with those of a build."""
    agree, changes, wrong = 0, 0, []
    for place in places:
        site = place.site(build)
        if site is None:
            continue
        around = near.around(place.chromosome, site.position, site.last)
        over = [record for record in around if _meet(record, site)]
        bad = next((r for r in over if not _same_bases(r, site)), None)
        changes += any(_changed(record, place, site) for record in over)
        if bad is not None:
            wrong.append((place, bad))
        elif over:
            agree += 1
    return Evidence(agree, tuple(wrong), changes)


def _changed(record: Record, place: Place, site: Site) -> bool:
    """Whether the sample has an allele of the definitions there, written as the table has it."""
    if (record.position, record.ref) != (site.position, site.ref):
        return False
    known = {*place.alts, *(one.ref for _, one in place.sites)} - {site.ref}
    return not known.isdisjoint(record.alleles)


def _meet(record: Record, site: Site) -> bool:
    """Whether reference bases of a record lie within a site."""
    return record.position <= site.last and record.position + len(record.ref) > site.position


def _same_bases(record: Record, site: Site) -> bool:
    first = max(record.position, site.position)
    mine, theirs = record.ref[first - record.position :], site.ref[first - site.position :]
    return all(a == b or a not in BASES for a, b in zip(mine, theirs, strict=False))


def decided(
    path: Path,
    given: str | None,
    told: str | None,
    evidence: dict[str, Evidence],
) -> str:
    """Return the build of a file.

    Parameters
    ----------
    path : Path
        For messages.
    given : str or None
        What the user says.
    told : str or None
        What the header says.
    evidence : dict of str to Evidence
        How the bases compare with each build.

    Returns
    -------
    str
        ``GRCh38`` or ``GRCh37``.

    Raises
    ------
    RecordingError
        If nothing tells, two of them contradict each other, or a reference base is wrong.
    """
    least = int(setting("build_bases"))
    build = confirmed(path, given, told) or _by_bases(evidence, least)
    if build is None:
        raise RecordingError(
            "nothing in the file tells the build of the reference genome",
            where=str(path), allowed=ALLOWED, todo=ASK,
        )  # fmt: skip
    _refuse_wrong(path, build, evidence, least)
    return build


def confirmed(path: Path, given: str | None, told: str | None) -> str | None:
    """Return the build that user or header tell, None where neither does.

    Parameters
    ----------
    path : Path
        For messages.
    given : str or None
        What the user says.
    told : str or None
        What the header says.

    Returns
    -------
    str or None
        The build.

    Raises
    ------
    RecordingError
        If the two differ.
    """
    if given is not None and told is not None and given != told:
        raise RecordingError(
            "the header tells another build than --build",
            where=str(path), got=f"--build {given}, header {told}",
            todo=f"leave --build out, or give the file that is {given}",
        )  # fmt: skip
    return given or told


def _by_bases(evidence: dict[str, Evidence], least: int) -> str | None:
    """Return the one build that the bases fit; never where both fit or too few were compared."""
    fitting = [b for b, e in evidence.items() if e.agree and not e.wrong]
    return fitting[0] if len(fitting) == 1 and evidence[fitting[0]].agree >= least else None


def _changes_fit_other(mine: Evidence, other: Evidence) -> bool:
    """Whether the changes tell the other build: blocks of the reference fit any."""
    least = int(setting("build_changes"))
    return not mine.changes and not other.wrong and other.changes >= least


def _refuse_wrong(path: Path, build: str, evidence: dict[str, Evidence], least: int) -> None:
    other = next(name for name in BUILDS if name != build)
    fits_other = evidence[other].agree >= least and not evidence[other].wrong
    hint = f"its bases fit {other}" if fits_other else "it is of another build, genome or strand"
    if evidence[build].wrong:
        place, record = evidence[build].wrong[0]
        site = place.site(build)
        raise RecordingError(
            f"wrong reference allele of {place.id} for {build}",
            where=f"{path} {record.chromosome}:{record.position}",
            got=record.ref,
            allowed=f"{site.ref} at {record.chromosome}:{site.position}" if site else "",
            todo=f"{hint}; ask the laboratory",
        )
    if fits_other and not evidence[build].agree:
        raise RecordingError(
            f"the file is said to be of {build}, and {hint} at {evidence[other].agree} positions",
            where=str(path),
            todo="ask the laboratory which build it is of",
        )
    if _changes_fit_other(evidence[build], evidence[other]):
        raise RecordingError(
            f"the file is said to be of {build}, but what differs in it fits {other} alone",
            where=str(path),
            got=f"{evidence[other].changes} changes at positions of {other}",
            todo="ask the laboratory which build it is of",
        )
