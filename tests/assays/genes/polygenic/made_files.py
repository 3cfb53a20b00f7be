"""Small invented files for the tests of polygenic scores."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

HEAD = "#format_version=2.0\n#pgs_id=PGS9\n#trait_reported=invented\n#weight_type=beta\n"
COLUMNS = ("chr_name", "chr_position", "effect_allele", "other_allele", "effect_weight")


def scoring_file(
    folder: Path,
    rows: Sequence[Sequence[object]],
    columns: Sequence[str] = COLUMNS,
    *,
    build: str = "GRCh38",
    head: str = HEAD,
) -> Path:
    """Write a scoring file."""
    path = folder / "score.txt"
    lines = ["\t".join(columns), *("\t".join(map(str, row)) for row in rows)]
    path.write_text(f"{head}#genome_build={build}\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def vcf(
    folder: Path,
    records: Sequence[str],
    *,
    samples: str = "P",
    head: str = "##reference=GRCh38\n",
    name: str = "person.vcf",
) -> Path:
    """Write a VCF; a record is `chrom pos ref alt genotype...`, blanks between."""
    lines = []
    for record in records:
        chrom, pos, ref, alt, *genotypes = record.split()
        lines.append("\t".join([chrom, pos, ".", ref, alt, ".", "PASS", ".", "GT", *genotypes]))
    text = (
        f"##fileformat=VCFv4.2\n{head}#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
        + "\t".join(samples.split())
        + "\n"
        + "".join(f"{line}\n" for line in lines)
    )
    path = folder / name
    if name.endswith(".gz"):
        with gzip.open(path, "wt") as stream:
            stream.write(text)
    else:
        path.write_text(text, encoding="utf-8")
    return path
