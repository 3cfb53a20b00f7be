"""The build of a file, told by its header or by the user; never guessed from positions."""

from __future__ import annotations

import re
from typing import Final

from equipoise.core.errors import InputError
from equipoise.core.tables import load_table

__all__ = ["BUILDS", "agreed_build", "build_name", "chromosome_name", "length_of"]

GRCH38: Final = "GRCh38"
GRCH37: Final = "GRCh37"
BUILDS: Final = (GRCH38, GRCH37)
_TABLE: Final = "genes/polygenic_chromosomes"

_NAMES: Final = {
    "grch38": GRCH38,
    "hg38": GRCH38,
    "b38": GRCH38,
    "grch37": GRCH37,
    "ncbi37": GRCH37,
    "hg19": GRCH37,
    "b37": GRCH37,
    "hs37d5": GRCH37,
    "human_g1k_v37": GRCH37,
}
_WORD: Final = re.compile("|".join(sorted(_NAMES, key=len, reverse=True)), re.IGNORECASE)
_CONTIG: Final = re.compile(r"##contig=<(?:.*,)?ID=([^,>]+)(?:,.*)?>")
_LENGTH: Final = re.compile(r"[<,]length=(\d+)")
_ASSEMBLY: Final = re.compile(r"[<,]assembly=([^,>]+)")


def build_name(text: str | None) -> str | None:
    """Return the build that a header names (``hg19``, ``GRCh37.p13``), or None where it is none."""
    found = {_NAMES[word.lower()] for word in _WORD.findall(text or "")}
    return found.pop() if len(found) == 1 else None


def chromosome_name(text: str) -> str | None:
    """Return the name of a chromosome without ``chr``, or None for any other contig."""
    name = text[3:] if text[:3].lower() == "chr" else text
    name = "MT" if name.upper() in {"M", "MT"} else name.upper()
    return name if load_table(_TABLE).find(chromosome=name) else None


def length_of(chromosome: str, build: str) -> int:
    """Return the length of a chromosome in a build."""
    row = load_table(_TABLE).row(chromosome=chromosome)
    return int(row.number(f"length_{build.lower()}"))


def agreed_build(header: list[str], told: str | None, where: str) -> str:
    """Return the build of a VCF.

    Parameters
    ----------
    header : list of str
        Its lines that begin with two hashes.
    told : str or None
        What the user says.
    where : str
        Path, for messages.

    Returns
    -------
    str
        ``GRCh38`` or ``GRCh37``.

    Raises
    ------
    InputError
        If the header names two builds, contradicts the user, or nobody tells the build.
    """
    if told is not None and told not in BUILDS:
        raise InputError("no such build", where="--build", got=told, allowed=", ".join(BUILDS))
    evidence = {build: line for line in header for build in _builds_of(line)}
    if len(evidence) > 1:
        raise InputError("the header names two builds", where=where, got=", ".join(evidence))
    if not evidence:
        if told is None:
            raise InputError(
                "the header does not tell the build",
                where=where,
                todo="add --build GRCh38 or GRCh37",
            )
        return told
    ((build, line),) = evidence.items()
    if told is not None and told != build:
        raise InputError(
            f"the header is of {build}, not {told}", where=where, got=line, todo="correct --build"
        )
    return build


def _builds_of(line: str) -> set[str]:
    """Return the builds that one line of a header stands for."""
    if line.startswith(("##reference=", "##assembly=")):
        return {build} if (build := build_name(line)) else set()
    contig = _CONTIG.fullmatch(line)
    if contig is None:
        return set()
    found = set()
    assembly = _ASSEMBLY.search(line)
    if assembly and (build := build_name(assembly[1])):
        found.add(build)
    name, length = chromosome_name(contig[1]), _LENGTH.search(line)
    if name and name != "MT" and length:
        found |= {b for b in BUILDS if length_of(name, b) == int(length[1])}
    return found
