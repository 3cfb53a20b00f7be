"""The head of a scoring file of the PGS Catalog: what it says of itself, as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from equipoise.assays.genes.places import BUILDS
from equipoise.assays.genes.polygenic.builds import build_name
from equipoise.core.errors import InputError

__all__ = ["ScoringHeader", "read_header"]

_RATIOS: Final = frozenset({"or", "hr", "rr", "odds ratio", "hazard ratio", "relative risk"})
_UNSAID: Final = frozenset({"", "nr", "na", "n/a", "not reported"})
_ADVICE: Final = "take the harmonised file of the PGS Catalog (..._hmPOS_GRCh38.txt.gz)"


@dataclass(frozen=True, slots=True)
class ScoringHeader:
    """What the lines before the table say.

    Parameters
    ----------
    values : Mapping of str to str
        ``#key=value`` lines.
    columns : tuple of str
        Names of the columns.
    where : str
        Path, for messages.
    """

    values: Mapping[str, str]
    columns: tuple[str, ...]
    where: str

    def told(self, key: str) -> str:
        """Return what the header says under `key`; empty where it says nothing or not reported."""
        value = self.values.get(key, "").strip()
        return "" if value.lower() in _UNSAID else value

    @property
    def harmonised(self) -> bool:
        """Whether the file has the positions that the catalog worked out for a build."""
        return {"hm_chr", "hm_pos"} <= set(self.columns)

    @property
    def build(self) -> str:
        """Build of the positions that are read.

        Raises
        ------
        InputError
            If the header tells none, or another than GRCh38 and GRCh37.
        """
        key = "HmPOS_build" if self.harmonised else "genome_build"
        told = self.told(key)
        build = build_name(told)
        if build is None:
            raise InputError(
                f"#{key} does not tell the build of the positions",
                where=self.where,
                got=told or "nothing",
                allowed=", ".join(BUILDS),
                todo=_ADVICE,
            )
        return build


def read_header(lines: list[bytes], where: str) -> tuple[ScoringHeader, int]:
    """Return the header and the number of lines that it takes, that of the columns included.

    Raises
    ------
    InputError
        If there is no table below it, the format is an older one, or the weights are ratios.
    """
    values: dict[str, str] = {}
    for number, line in enumerate(lines):
        text = line.decode("utf-8", "replace")
        if text.startswith("#"):
            key, equals, value = text.lstrip("#").partition("=")
            if equals and not text.startswith("##"):
                values[key.strip()] = value.strip()
        elif text.strip():
            header = ScoringHeader(values, tuple(text.split("\t")), where)
            _check(header)
            return header, number + 1
    raise InputError("the file holds no table", where=where)


def _check(header: ScoringHeader) -> None:
    version = header.told("format_version")
    if version and not version.startswith("2."):
        raise InputError(
            "another format of scoring files", where=header.where, got=version, allowed="2.0"
        )
    if "effect_allele" not in header.columns:
        raise InputError(
            "no such column: effect_allele", where=header.where, got=", ".join(header.columns[:12])
        )
    twice = {name for name in header.columns if header.columns.count(name) > 1}
    if twice:
        raise InputError("a column stands twice", where=header.where, got=", ".join(sorted(twice)))
    if header.told("weight_type").lower() in _RATIOS:
        raise InputError(
            "weights that are ratios cannot be added, and whether these are ratios or their "
            "logarithms cannot be told",
            where=f"{header.where}, weight_type",
            got=header.told("weight_type"),
            todo="take the logarithms where it has not been done, and write "
            f"#weight_type=log({header.told('weight_type')})",
        )
    if not header.harmonised and not {"chr_name", "chr_position"} <= set(header.columns):
        raise InputError(
            "the file names variants without their positions", where=header.where, todo=_ADVICE
        )
