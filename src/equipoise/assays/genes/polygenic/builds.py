"""The build of a VCF that is read as text, told by its header or by the user; never guessed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from equipoise.assays.genes.build import ASK, builds_of_length, confirmed, named_builds, one_build
from equipoise.assays.genes.places import BUILDS
from equipoise.core.errors import InputError
from equipoise.core.tables import load_table

__all__ = ["agreed_build", "build_name", "chromosome_name", "length_of"]

_TABLE: Final = "genes/polygenic_chromosomes"

_CONTIG: Final = re.compile(r"##contig=<(?:.*,)?ID=([^,>]+)(?:,.*)?>")
_LENGTH: Final = re.compile(r"[<,]length=(\d{1,9})[,>]")
_ASSEMBLY: Final = re.compile(r"[<,]assembly=([^,>]+)")


def build_name(text: str | None) -> str | None:
    """Return the build that a header names (``hg19``, ``GRCh37.p13``), or None where it is none."""
    found = {build for _, build in named_builds(text or "")}
    return found.pop() if len(found) == 1 and found.issubset(BUILDS) else None


def chromosome_name(text: str) -> str | None:
    """Return the name of a chromosome without ``chr``, or None for any other contig."""
    name = text[3:] if text[:3].lower() == "chr" else text
    name = "MT" if name.upper() in {"M", "MT"} else name.upper()
    return name if load_table(_TABLE).find(chromosome=name) else None


def length_of(chromosome: str, build: str) -> int:
    """Return the length of a chromosome in a build."""
    row = load_table(_TABLE).row(chromosome=chromosome)
    return int(row.number(f"length_{build.lower()}"))


def agreed_build(header: list[str], given: str | None, path: Path) -> str:
    """Return the build of a VCF.

    Parameters
    ----------
    header : list of str
        Its lines that begin with two hashes.
    given : str or None
        What the user says.
    path : Path
        For messages.

    Returns
    -------
    str
        ``GRCh38`` or ``GRCh37``.

    Raises
    ------
    InputError
        If the header names two builds or one that cannot be read, contradicts the user, or nobody
        tells the build.
    """
    if given is not None and given not in BUILDS:
        raise InputError("no such build", where="--build", got=given, allowed=", ".join(BUILDS))
    told = one_build({what: build for line in header for what, build in _facts(line)}, path)
    build = confirmed(path, given, told)
    if build is None:
        raise InputError("the header does not tell the build", where=str(path), todo=ASK)
    return build


def _facts(line: str) -> list[tuple[str, str]]:
    """Return what one line of a header tells, and the builds that it stands for."""
    if line.startswith(("##reference=", "##assembly=")):
        key = line.split("=", maxsplit=1)[0]
        return [(f"{key} ({word})", build) for word, build in named_builds(line)]
    contig = _CONTIG.fullmatch(line)
    if contig is None:
        return []
    assembly = _ASSEMBLY.search(line)
    found = [(f"assembly= ({w})", b) for w, b in named_builds(assembly[1] if assembly else "")]
    name, length = chromosome_name(contig[1]), _LENGTH.search(line)
    if name and name != "MT" and length:
        size, what = int(length[1]), f"the length of {contig[1]}"
        found += [(what, build) for build in builds_of_length(f"chr{name}", size)]
        found += [(what, build) for build in BUILDS if length_of(name, build) == size]
    return found
