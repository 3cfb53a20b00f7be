"""Published sums and genotypes of thousands of people."""

from __future__ import annotations

import gzip
from bisect import bisect_left, bisect_right
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from equipoise.assays.genes.polygenic import ScoreAsked, score_person
from equipoise.assays.genes.polygenic.scoring_file import read_scoring_file
from equipoise.assays.genes.polygenic.standing import ReferenceSums, stand
from equipoise.core.errors import InputError
from equipoise.core.steps import quiet

pytestmark = pytest.mark.shared

Floats = npt.NDArray[np.float64]

# SUM and ALLELE_CT that PLINK 2 gives for PGS001229 on these genotypes, as published beside them
# (pygscatalog, tests of the aggregation, cineca_22_additive_0): six significant digits.
PLINK_SUMS = {
    "HG00096": 0.54502,
    "HG00097": 0.674401,
    "HG00100": 0.863944,
    "HG01049": 0.378534,
    "HG01844": 0.723914,
    "HG02497": 0.552703,
    "HG03385": 1.24558,
    "HG04096": 0.585843,
    "NA18957": 0.0442477,
    "NA19819": 0.907799,
}
PLINK_AVERAGE_HG00096 = 0.000348478
# One genotype of this person is missing; PLINK filled in the mean of all 2,504 people.
PLINK_FILLED = ("HG00099", 0.63727, 1562)


def files(shared_data: Path) -> tuple[Path, Path]:
    folder = shared_data / "clinical" / "pgs"
    return (
        folder / "pgsc_calc_cineca_synthetic_subset.vcf.gz",
        folder / "pgsc_calc_PGS001229_22.txt",
    )


def asked(shared_data: Path, person: str, **settings: object) -> ScoreAsked:
    variants, weights = files(shared_data)
    return ScoreAsked(
        variants,
        weights,
        sample=f"{person}_{person}",
        build="GRCh37",
        **settings,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(("person", "total"), PLINK_SUMS.items())
def test_sums_are_those_of_plink(shared_data: Path, person: str, total: float) -> None:
    found = score_person(asked(shared_data, person))
    assert found.sum == pytest.approx(total, rel=5e-6)
    assert (found.counted, found.alleles, found.variants) == (782, 1564, 835)


def test_the_average_is_that_of_plink(shared_data: Path) -> None:
    found = score_person(asked(shared_data, "HG00096"))
    assert found.average == pytest.approx(PLINK_AVERAGE_HG00096, rel=5e-6)


def matrix(path: Path) -> tuple[list[str], dict[tuple[str, str, str, str], Floats]]:
    """Read a VCF independently: copies of the alternative by chromosome, position and alleles."""
    found: dict[tuple[str, str, str, str], Floats] = {}
    people: list[str] = []
    code = {"0": 0.0, "1": 1.0, ".": np.nan}
    with gzip.open(path, "rt") as stream:
        for line in stream:
            if line.startswith("##"):
                continue
            cells = line.rstrip("\n").split("\t")
            if line.startswith("#"):
                people = cells[9:]
                continue
            key = (cells[0], cells[1], cells[3], cells[4])
            found[key] = np.array([code[g[0]] + code[g[2]] for g in cells[9:]])
    return people, found


def test_sums_of_the_whole_matrix(shared_data: Path, tmp_path: Path) -> None:
    """Twenty lines of numpy on all 2,504 people, with ambiguous variants and filled-in means."""
    variants, weights = files(shared_data)
    people, genotypes = matrix(variants)
    total, read = np.zeros(len(people)), np.zeros(len(people))
    lines = weights.read_text(encoding="utf-8").splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("rsID"))
    rows = [line.split("\t") for line in lines[first + 1 :]]
    out = [*lines[:first], lines[first] + "\tallelefrequency_effect"]
    for line, row in zip(lines[first + 1 :], rows, strict=True):
        _, chrom, pos, effect, other, weight, *_ = row
        copies = genotypes.get((chrom, pos, other, effect))
        if copies is None:
            swapped = genotypes.get((chrom, pos, effect, other))
            copies = None if swapped is None else 2 - swapped
        if copies is None:
            out.append(line + "\t")
            continue
        mean = float(np.nanmean(copies))
        read += ~np.isnan(copies)
        total += float(weight) * np.where(np.isnan(copies), mean, copies)
        out.append(f"{line}\t{mean / 2!r}")
    filled = tmp_path / "filled.txt"
    filled.write_text("\n".join(out) + "\n", encoding="utf-8")
    incomplete = np.flatnonzero(read < read.max())[:6].tolist()
    for i in [0, 777, 2503, *incomplete]:
        found = score_person(
            ScoreAsked(
                variants,
                filled,
                sample=people[i],
                build="GRCh37",
                keep_ambiguous=True,
                missing="frequency",
            )
        )
        assert found.sum == pytest.approx(total[i], abs=1e-12)
        assert found.counted == read[i]
    # Without ambiguous variants the same means give the sum that PLINK published.
    name, published, alleles = PLINK_FILLED
    settings = {"sample": f"{name}_{name}", "build": "GRCh37"}
    found = score_person(ScoreAsked(variants, filled, missing="frequency", **settings))  # type: ignore[arg-type]
    assert found.sum == pytest.approx(published, rel=5e-6)
    assert 2 * found.counted == alleles
    assert found.alleles == alleles + 2


def test_the_other_build_is_refused(shared_data: Path) -> None:
    """Positions of GRCh37 do not match when they are said to be of GRCh38."""
    variants, weights = files(shared_data)
    with pytest.raises(InputError, match="of another build than the variants"):
        score_person(ScoreAsked(variants, weights, sample="HG00096_HG00096", build="GRCh38"))


@pytest.mark.parametrize("name", ["PGS000001", "PGS000002", "PGS004255"])
def test_harmonised_files_of_the_catalog(shared_data: Path, name: str) -> None:
    path = shared_data / "clinical" / "pgs" / f"{name}_hmPOS_GRCh38.txt.gz"
    file = read_scoring_file(path, quiet)
    assert file.header.build == "GRCh38"
    assert str(len(file.sites)) == file.header.told("variants_number")
    assert file.by_genotype == (name == "PGS004255")
    assert not file.unplaced


def test_weights_by_genotype_of_a_published_score(shared_data: Path, tmp_path: Path) -> None:
    """All 30 variants of PGS004255, homozygous for the effect allele: the third weights add up."""
    path = shared_data / "clinical" / "pgs" / "PGS004255_hmPOS_GRCh38.txt.gz"
    with gzip.open(path, "rt") as stream:
        rows = [line.split("\t") for line in stream if line[0].isdigit()]
    for genotype, column in (("0/0", 4), ("0/1", 5), ("1/1", 6)):
        lines = [
            f"chr{r[9]}\t{r[10]}\t.\t{r[3]}\t{r[2]}\t.\tPASS\t.\tGT\t{genotype}\n" for r in rows
        ]
        head = "##fileformat=VCFv4.2\n##reference=hg38\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\t"
        variants = tmp_path / "person.vcf"
        variants.write_text(head + "INFO\tFORMAT\tP\n" + "".join(lines), encoding="utf-8")
        found = score_person(ScoreAsked(variants, path))
        assert found.sum == pytest.approx(sum(float(r[column]) for r in rows), abs=1e-12)
        assert found.counted == 30


def reference(shared_data: Path) -> dict[str, list[float]]:
    path = shared_data / "clinical" / "pgs" / "pgsc_calc_PGS_SUM.txt.gz"
    found: dict[str, list[float]] = {}
    with gzip.open(path, "rt") as stream:
        next(stream)
        for line in stream:
            _, _, score, total = line.rstrip("\n").split("\t")
            found.setdefault(score, []).append(float(total))
    return found


def test_standing_in_published_sums(shared_data: Path) -> None:
    """Ranks of 2,504 published sums of seven scores are their percentiles, ties by half."""
    for sums in reference(shared_data).values():
        sample = ReferenceSums()
        for total in sums:
            sample.add("all", total, 1000)
        ordered = sorted(sums)
        assert len(sums) == 2504
        for rank in (0, 625, 1252, 2503):
            found = stand(ordered[rank], 1000, sample, "all")
            assert not isinstance(found, str)
            below, upto = bisect_left(ordered, ordered[rank]), bisect_right(ordered, ordered[rank])
            assert found.percentile == pytest.approx(100 * (below + upto) / 2 / 2504)
            z = (ordered[rank] - np.mean(sums)) / np.std(sums, ddof=1)
            assert found.z == pytest.approx(z)
