"""Pharmacogenes: from a VCF to advice in time, and wrong calls, beside pypgx.

Run: ``python benchmarks/genes.py [FOLDER]``. Invented people have two common alleles of CYP2C19
and of CYP2B6, phased, with every defining position in the file; of the second half of them three
positions are left out. Both programs call the same files; pypgx 0.27.0 is installed from PyPI into
an environment of its own (with pandas 2, which it needs). A call is right if its phenotype is that
of the person's true diplotype and the diplotype is among those called; no call is neither right
nor wrong. ``equipoise genes call`` is timed as a whole process: VCF in, advice out.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from equipoise.assays import genes
from equipoise.core.nouns import NotMeasured, VariantFile
from equipoise.core.star_alleles import read_diplotype
from equipoise.core.tables import Row, load_table

HERE = Path(__file__).resolve().parent
PEOPLE, LEFT_OUT, REPEATS, SEED, BUDGET = 40, 3, 5, 20260302, 2.0
COMMON = {
    "CYP2C19": ("*1", "*1", "*1", "*2", "*2", "*17", "*17", "*3", "*9"),
    "CYP2B6": ("*1", "*1", "*1", "*6", "*6", "*4", "*5", "*9", "*18"),
}
LENGTHS = {"chr10": 133797422, "chr19": 58617616, "chr22": 50818468}
PYPGX = ("pypgx==0.27.0", "pandas==2.3.3")


def bases_of(gene: str, allele: str) -> dict[str, str]:
    """Return the defining base of an allele at each of its positions; the first of several."""
    rows = [r for r in load_table("genes/definitions") if r.text("gene") == gene]
    told = [r for r in rows if r.text("allele") == allele and r.optional_text("position")]
    found = {r.text("position"): r.items("bases") for r in told}
    # A position where the reference base is among those allowed keeps it.
    reference = {r.text("id"): r.text("ref_grch38") for r in positions()}
    return {p: reference[p] if reference[p] in b else b[0] for p, b in found.items() if b}


def positions() -> list[Row]:
    """Return every position of the definitions, in the order of the genome."""
    rows = [row for row in load_table("genes/positions") if row.text("gene") in COMMON]
    return sorted(rows, key=lambda r: (r.text("chromosome"), r.number("position_grch38")))


def genotype(row: Row, copies: list[dict[str, str]]) -> str:
    """Return the phased genotype of one position."""
    told = [row.text("ref_grch38"), *row.items("alts")]
    return "|".join(str(told.index(copy.get(row.text("id"), told[0]))) for copy in copies)


def write_people(folder: Path) -> dict[str, dict[str, str]]:
    """Write one VCF for each person; return the true diplotypes."""
    import pysam

    random, truth = Random(SEED), {}
    used = {p for g, names in COMMON.items() for a in set(names) for p in bases_of(g, a)}
    for number in range(PEOPLE):
        pairs = {g: [random.choice(names) for _ in "ab"] for g, names in COMMON.items()}
        whole = number < PEOPLE // 2
        gone = set() if whole else set(random.sample(sorted(used), LEFT_OUT))
        name = f"{'whole' if whole else 'holes'}_{number:02d}.vcf"
        copies = [
            {k: v for g, pair in pairs.items() for k, v in bases_of(g, pair[i]).items()}
            for i in (0, 1)
        ]
        lines = [
            f"{r.text('chromosome')}\t{r.text('position_grch38')}\t{r.text('id')}\t"
            f"{r.text('ref_grch38')}\t{','.join(r.items('alts'))}\t.\tPASS\t.\tGT\t"
            f"{genotype(r, copies)}"
            for r in positions()
            if r.text("id") not in gone
        ]
        head = ["##fileformat=VCFv4.2", '##FILTER=<ID=PASS,Description="passed">']
        head += [f"##contig=<ID={c},length={n}>" for c, n in LENGTHS.items()]
        head += ['##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">']
        head += ["#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1"]
        (folder / name).write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
        pysam.tabix_index(str(folder / name), preset="vcf", force=True)
        truth[f"{name}.gz"] = {g: "/".join(sorted(p, key=star)) for g, p in pairs.items()}
    return truth


def star(allele: str) -> int:
    """Return the number of a star allele."""
    return int(allele.removeprefix("*"))


def verdict(gene: str, true: str, called: tuple[str, ...], phenotype: str | None) -> str:
    """Return ``right``, ``wrong`` or ``no call``."""
    if not called or phenotype in {None, "Indeterminate"}:
        return "no call"
    same = phenotype == read_diplotype(gene, true).term
    return "right" if same and true in called else "wrong"


def ours(folder: Path, truth: dict[str, dict[str, str]]) -> tuple[Counter[str], list[float]]:
    """Return our verdicts and the seconds for each file."""
    found: Counter[str] = Counter()
    seconds: list[float] = []
    for name, true in truth.items():
        start = time.perf_counter()
        calls = genes.measure((VariantFile(name, str(folder / name)),))
        seconds.append(time.perf_counter() - start)
        for call in calls:
            if isinstance(call, NotMeasured):
                raise SystemExit(f"{name}: {call.reason}")
            if call.gene in true:
                told = verdict(call.gene, true[call.gene], call.diplotypes, call.phenotype)
                found[f"{name[:5]} {told}"] += 1
    return found, seconds


def pypgx(folder: Path, truth: dict[str, dict[str, str]]) -> tuple[Counter[str], list[float]]:
    """Return pypgx's verdicts and the seconds for each file, its import first."""
    python = folder / "env" / "bin" / "python"
    if not python.exists():
        venv.create(folder / "env", with_pip=True)
    install = [str(python), "-m", "pip", "install", "--quiet", *PYPGX]
    if subprocess.run(install, capture_output=True, check=False).returncode:
        return Counter(), []
    call = [str(python), str(HERE / "peers" / "pypgx_calls.py"), str(folder), *COMMON]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    found: Counter[str] = Counter()
    for name, true in truth.items():
        for gene, (diplotype, phenotype) in told["calls"][name].items():
            called = "/".join(sorted(diplotype.split("/"), key=star)) if "/" in diplotype else ""
            found[f"{name[:5]} {verdict(gene, true[gene], (called,), phenotype)}"] += 1
    return found, told["seconds"]


def whole_process(file: Path) -> float:
    """Return the median seconds of ``equipoise genes call``, process start included."""
    call = [sys.executable, "-m", "equipoise", "genes", "call", str(file), "--json"]
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run(call, capture_output=True, check=True)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main(folder: Path) -> None:
    """Make the people, let both programs call them, print what came out."""
    truth = write_people(folder)
    mine, times = ours(folder, truth)
    theirs, slow = pypgx(folder, truth)
    process = whole_process(folder / next(iter(truth)))
    head = ("right", "wrong", "no call")
    print(f"{PEOPLE} invented people, {', '.join(COMMON)}; {LEFT_OUT} positions left out in holes")
    for kind in ("whole", "holes"):
        for name, found in (("equipoise", mine), ("pypgx", theirs)):
            if found:
                cells = "  ".join(f"{word} {found[f'{kind} {word}']:3d}" for word in head)
                print(f"{kind} {name:>10}: {cells}")
    print(f"equipoise: {statistics.median(times) * 1e3:.0f} ms a file (three genes, in process)")
    if slow:
        ratio = statistics.median(slow[1:]) / statistics.median(times)
        told = f"{statistics.median(slow[1:]) * 1e3:.0f} ms a file (two genes, in process)"
        print(f"pypgx: {told}, {ratio:.0f} times ours, and {slow[0]:.1f} s of imports")
    else:
        print("pypgx cannot be installed here: times of ours alone")
    print(f"VCF to advice, process start included: {process:.2f} s (budget {BUDGET:g} s)")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as place:
            main(Path(place))
