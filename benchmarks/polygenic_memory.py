"""Memory and time of a score of five million variants over a whole genome; both are invented.

Run: ``python benchmarks/polygenic_memory.py [VARIANTS]``. A scoring file and the variants of one
synthetic person (nine tenths of the scored positions and as many others as make up a genome) are
written to a temporary folder and deleted afterwards. The command runs in a process of its own;
its sum is compared with the one that the generator added up by itself. Beside it the same two
files are joined with pandas, where it is installed, in another process.
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

VARIANTS, BUDGET, SEED = 5_000_000, 200, 20260101
READ, OTHERS = 0.85, 0.05
BASES = ("A", "C", "G", "T")
AMBIGUOUS = ({"A", "T"}, {"C", "G"})
# Both orders of the pairs whose strand can be told.
PAIRS = tuple((a, b) for a in BASES for b in BASES if a != b and {a, b} not in AMBIGUOUS)
GENOTYPES = ("0/0", "0/1", "1/1")
# Millions of bases of chromosomes 1 to 22, rounded down.
LENGTHS = (
    *(248, 242, 198, 190, 181, 170, 159, 145, 138, 133, 135),
    *(133, 114, 107, 101, 90, 83, 80, 58, 64, 46, 50),
)

COMMAND = """
import sys
from equipoise.apps.cli import main
main(["genes", "score", *sys.argv[1:], "--json"])
"""
OUTER = """
import resource, subprocess, sys, time
began = time.perf_counter()
done = subprocess.run([sys.executable, "-c", *sys.argv[1:]], capture_output=True, text=True)
took = time.perf_counter() - began
sys.stderr.write(done.stderr)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, took)
print(done.stdout)
"""
PEER = """
import sys
import pandas as pd
names = "CHROM POS ID REF ALT QUAL FILTER INFO FORMAT SAMPLE".split()
types = {"CHROM": "category", "REF": "category", "ALT": "category"}
person = pd.read_csv(sys.argv[1], sep="\\t", comment="#", names=names, dtype=types,
                     usecols=["CHROM", "POS", "REF", "ALT", "SAMPLE"])
score = pd.read_csv(sys.argv[2], sep="\\t", comment="#", dtype={"chr_name": str})
person["CHROM"] = person["CHROM"].str.removeprefix("chr")
both = score.merge(person, left_on=["chr_name", "chr_position"], right_on=["CHROM", "POS"])
copies = both["SAMPLE"].str[0].astype(int) + both["SAMPLE"].str[2].astype(int)
copies = copies.where(both["effect_allele"] == both["ALT"].astype(str), 2 - copies)
print(repr(float((copies * both["effect_weight"]).sum())))
"""


def _positions(random: np.random.Generator, length: int, count: int) -> list[int]:
    drawn = np.unique(random.integers(10_000, length, size=int(count * 1.05)))
    return sorted(random.choice(drawn, size=min(count, len(drawn)), replace=False).tolist())


def write(folder: Path, variants: int) -> tuple[Path, Path, float, int]:
    """Write both files and return their paths, the sum, and the records of the person."""
    random = np.random.default_rng(SEED)
    weights, person = folder / "weights.txt.gz", folder / "person.vcf.gz"
    total, records = 0.0, 0
    with (
        gzip.open(weights, "wt", compresslevel=1) as score,
        gzip.open(person, "wt", compresslevel=1) as vcf,
    ):
        score.write(
            "#format_version=2.0\n#pgs_id=SYNTHETIC\n#trait_reported=invented\n"
            "#genome_build=GRCh38\n#weight_type=beta\n"
            "rsID\tchr_name\tchr_position\teffect_allele\tother_allele\teffect_weight\n"
        )
        vcf.write("##fileformat=VCFv4.2\n##reference=GRCh38\n")
        vcf.write("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tinvented\n")
        for number, length in enumerate(LENGTHS, 1):
            count = round(variants * length / sum(LENGTHS))
            places = _positions(random, length * 1_000_000, count)
            pairs = random.integers(len(PAIRS), size=len(places)).tolist()
            values = np.round(random.normal(0, 1e-4, size=len(places)), 9).tolist()
            fates = random.random(len(places)).tolist()
            genotypes = random.integers(3, size=len(places)).tolist()
            rows, lines, taken = [], [], set(places)
            for place, pair, value, fate, copies in zip(
                places, pairs, values, fates, genotypes, strict=True
            ):
                effect, other = PAIRS[pair]
                rows.append(f"rs{place}\t{number}\t{place}\t{effect}\t{other}\t{value!r}\n")
                moved = 0
                if fate < READ:
                    # The effect allele is the alternative in one half, the reference in the other.
                    swapped = fate < READ / 2
                    ref, alt = (effect, other) if swapped else (other, effect)
                    total += value * (2 - copies if swapped else copies)
                elif fate < READ + OTHERS and place + 1 not in taken:
                    ref, alt, moved = effect, other, 1
                else:
                    continue
                lines.append(
                    f"chr{number}\t{place + moved}\t.\t{ref}\t{alt}\t50\tPASS\tAC=1\tGT:DP:GQ"
                    f"\t{GENOTYPES[copies]}:30:99\n"
                )
            score.writelines(rows)
            vcf.writelines(lines)
            records += len(lines)
    return weights, person, total, records


def measured(code: str, person: Path, weights: Path) -> tuple[str, float, float]:
    """Run `code` in a process of its own; return what it prints, its seconds and peak megabytes."""
    # The children of a fresh process hold no memory of this one.
    done = subprocess.run(
        [sys.executable, "-c", OUTER, code, str(person), str(weights)],
        capture_output=True,
        text=True,
        check=False,
    )
    first, _, rest = done.stdout.partition("\n")
    if not rest.strip():
        raise SystemExit(done.stderr)
    peak, took = first.split()
    return rest, float(took), float(peak) / 1024


def main() -> None:
    """Print peak memory and time of the command, and of pandas on the same files."""
    variants = int(sys.argv[1]) if len(sys.argv) > 1 else VARIANTS
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        weights, person, total, records = write(Path(folder), variants)
        sizes = " and ".join(f"{p.stat().st_size / 1e6:.0f} MB" for p in (weights, person))
        print(
            f"made {variants} weights and {records} records ({sizes}) in "
            f"{time.perf_counter() - began:.0f} s"
        )
        text, seconds, peak = measured(COMMAND, person, weights)
        found = json.loads(text)
        print(
            f"equipoise genes score: {seconds:.1f} s, peak {peak:.0f} MB (budget {BUDGET} MB), "
            f"{found['counted']} variants counted, sum off by {abs(found['sum'] - total):.1e}"
        )
        if importlib.util.find_spec("pandas"):
            text, seconds, peak = measured(PEER, person, weights)
            print(
                f"pandas, both tables joined: {seconds:.1f} s, peak {peak:.0f} MB, sum off by "
                f"{abs(float(text) - total):.1e}"
            )


if __name__ == "__main__":
    main()
