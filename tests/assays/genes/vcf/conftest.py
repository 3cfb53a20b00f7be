"""Synthetic files of variants: every position of the genes, as the reference has it, and edits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from equipoise.core.tables import load_table

HEAD = "##fileformat=VCFv4.2\n"
FORMAT = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
LENGTHS = {
    "GRCh38": {"10": 133797422, "19": 58617616, "22": 50818468},
    "GRCh37": {"10": 135534747, "19": 59128983, "22": 51304566},
}


@dataclass(frozen=True)
class Line:
    """One record of a file with one sample."""

    chrom: str
    pos: int
    ref: str
    alt: str = "."
    gt: str = "0/0"
    id: str = "."
    filter: str = "PASS"
    info: str = "."
    format: str = "GT"

    def text(self) -> str:
        cells = (self.chrom, self.pos, self.id, self.ref, self.alt, ".", self.filter, self.info)
        return "\t".join(map(str, (*cells, self.format, self.gt)))

    def having(self, **changes: str) -> Line:
        return replace(self, **changes)  # type: ignore[arg-type]


def contigs(build: str, prefix: str = "chr") -> str:
    return "".join(f"##contig=<ID={prefix}{n},length={k}>\n" for n, k in LENGTHS[build].items())


@pytest.fixture(scope="session")
def reference() -> Callable[..., dict[str, Line]]:
    """Return the function that lists every position of a build as the reference has it."""

    def _lines(build: str = "GRCh38") -> dict[str, Line]:
        found = {}
        for row in load_table("genes/positions"):
            pos, ref = row.cells[f"position_{build.lower()}"], row.cells[f"ref_{build.lower()}"]
            if "n/a" in {pos, ref}:
                continue
            alts = ",".join(a for a in (row.cells["ref_grch38"], *row.items("alts")) if a != ref)
            line = Line(row.cells["chromosome"], int(pos), ref, alts, id=row.cells["id"])
            found[row.cells["id"]] = line.having(id=row.cells["rsid"].replace("n/a", "."))
        return found

    return _lines


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return the function that writes a file of variants."""

    def _write(
        lines: Iterable[Line],
        head: str | None = None,
        name: str = "file.vcf",
        samples: str = "NA1",
    ) -> Path:
        head = contigs("GRCh38") if head is None else head
        title = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + samples + "\n"
        body = "".join(line.text() + "\n" for line in lines)
        path = tmp_path / name
        path.write_text(HEAD + head + FORMAT + title + body)
        return path

    return _write
