"""Placement among populations: invented ones, and people of the 1000 Genomes Project."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from equipoise.assays.genes.polygenic import PolygenicScore, ScoreAsked, score_person
from equipoise.assays.genes.polygenic.matching import look_up
from equipoise.assays.genes.polygenic.panel import read_panel
from equipoise.assays.genes.polygenic.placement import place
from equipoise.assays.genes.polygenic.records import VariantStream
from equipoise.assays.genes.polygenic.result import Placement
from equipoise.core.errors import InputError
from equipoise.core.steps import quiet
from tests.assays.genes.polygenic.made_files import scoring_file, vcf

Floats = npt.NDArray[np.float64]
GENOTYPES = ("0/0", "0/1", "1/1")
HEAD = "chr_name\tchr_position\teffect_allele\tother_allele\tallelefrequency_effect"


def panel_text(
    frequency: Floats,
    loadings: Floats,
    populations: Mapping[str, tuple[Floats, Floats]],
    names: Sequence[tuple[str, int, str, str]],
    build: str = "GRCh38",
) -> str:
    """Return a panel as text."""
    lines = ["#format=equipoise-panel-1", f"#build={build}"]
    for name, (mean, sd) in populations.items():
        centre, spread = (",".join(f"{x:.9g}" for x in one) for one in (mean, sd))
        lines.append(f"#population={name}\t{centre}\t{spread}")
    lines.append("\t".join([HEAD, *(f"PC{i + 1}" for i in range(loadings.shape[1]))]))
    for (chrom, pos, effect, other), f, row in zip(names, frequency, loadings, strict=True):
        numbers = "\t".join(f"{x:.9g}" for x in (f, *row))
        lines.append(f"{chrom}\t{pos}\t{effect}\t{other}\t{numbers}")
    return "\n".join(lines) + "\n"


def learned(
    copies: Floats, groups: Mapping[str, list[int]], components: int
) -> tuple[Floats, Floats, dict[str, tuple[Floats, Floats]]]:
    """Return frequencies, loadings and populations of people with known genotypes."""
    everybody = [i for people in groups.values() for i in people]
    frequency = np.clip(copies[everybody].mean(axis=0) / 2, 0.001, 0.999)
    z = (copies - 2 * frequency) / np.sqrt(2 * frequency * (1 - frequency))
    loadings = np.linalg.svd(z[everybody], full_matrices=False)[2][:components].T
    at = z @ loadings
    spread = {n: (at[p].mean(axis=0), at[p].std(axis=0, ddof=1)) for n, p in groups.items()}
    return frequency, loadings, spread


# --- two invented populations ------------------------------------------------------------------

VARIANTS, PEOPLE = 300, 80
NAMES = [("3", 1000 + 7 * i, "G", "A") for i in range(VARIANTS)]


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Floats]:
    """Return a panel of two invented populations, and everybody's copies."""
    random = np.random.default_rng(3)
    base = random.uniform(0.2, 0.8, size=VARIANTS)
    shift = random.normal(0, 0.12, size=VARIANTS)
    chances = [np.clip(base + side * shift, 0.03, 0.97) for side in (-1, 1)]
    chances.append(np.clip(base, 0.03, 0.97))
    copies = np.concatenate([
        random.binomial(2, p, size=(PEOPLE, VARIANTS)).astype(float) for p in chances
    ])
    groups = {"north": list(range(40)), "south": list(range(PEOPLE, PEOPLE + 40))}
    path = tmp_path_factory.mktemp("panel") / "panel.tsv"
    path.write_text(panel_text(*learned(copies, groups, 2), NAMES), encoding="utf-8")
    return path, copies


def placed(folder: Path, panel_path: Path, copies: Floats, read: int = VARIANTS) -> Placement:
    rows = [
        f"{c} {pos} {other} {effect} {GENOTYPES[int(n)]}"
        for (c, pos, effect, other), n in list(zip(NAMES, copies, strict=True))[:read]
    ]
    panel = read_panel(panel_path)
    look_up(VariantStream(vcf(folder, rows), None, None, quiet), [panel.sites])
    return place(panel)


def test_people_of_either_population(tmp_path: Path, invented: tuple[Path, Floats]) -> None:
    path, copies = invented
    for person, truth in ((60, "north"), (70, "north"), (140, "south"), (150, "south")):
        found = placed(tmp_path, path, copies[person])
        assert (found.population, found.variants, found.of) == (truth, VARIANTS, VARIANTS)
        assert found.shares[0][0] == truth
        assert sum(share for _, share in found.shares) == pytest.approx(1)


def test_somebody_between_two_populations_is_not_placed(
    tmp_path: Path, invented: tuple[Path, Floats]
) -> None:
    path, copies = invented
    between = [placed(tmp_path, path, copies[i]) for i in range(2 * PEOPLE, 2 * PEOPLE + 12)]
    assert sum(found.population is None for found in between) >= 10
    assert {found.unclear for found in between if not found.population} <= {
        "no population of the panel fits",
        "more than one population of the panel fits",
    }


def test_what_was_not_read_makes_the_error_larger(
    tmp_path: Path, invented: tuple[Path, Floats]
) -> None:
    path, copies = invented
    whole, half = (placed(tmp_path, path, copies[65], read=n) for n in (VARIANTS, VARIANTS // 2))
    assert half.variants == VARIANTS // 2
    assert all(a > b for a, b in zip(half.errors, whole.errors, strict=True))
    # least squares: the place itself does not shrink towards the middle
    apart = np.abs(np.array(half.coordinates) - np.array(whole.coordinates))
    assert (apart < 4 * np.array(half.errors)).all()


def test_too_little_of_the_panel(tmp_path: Path, invented: tuple[Path, Floats]) -> None:
    path, copies = invented
    found = placed(tmp_path, path, copies[65], read=VARIANTS // 2 - 1)
    assert found.population is None
    assert found.unclear == f"only {VARIANTS // 2 - 1} of {VARIANTS} variants of the panel"


# --- a percentile only where everything fits ---------------------------------------------------


def standing(
    folder: Path, invented: tuple[Path, Floats], person: int, reference: str, *, panel: bool = True
) -> PolygenicScore:
    path, copies = invented
    rows = [
        f"{c} {pos} {other} {effect} {GENOTYPES[int(n)]}"
        for (c, pos, effect, other), n in zip(NAMES, copies[person], strict=True)
    ]
    sums = folder / "sums.tsv"
    sums.write_text(reference, encoding="utf-8")
    return score_person(
        ScoreAsked(
            vcf(folder, rows),
            scoring_file(folder, [(*NAMES[i], 1) for i in range(10)]),
            reference=sums,
            panel=path if panel else None,
        )
    )


def sample(people: int = 200, alleles: int = 20, score: str = "PGS9") -> str:
    """Return sums 0 to 19 in the north, ten times each, and sums of 100 in the south."""
    lines = ["sampleset\tIID\tPGS\tSUM\tDENOM\tpopulation"]
    lines += [f"x\tN{i}\t{score}\t{i % 20}\t{alleles}\tnorth" for i in range(people)]
    lines += [f"x\tS{i}\t{score}\t{100 + i % 7}\t{alleles}\tsouth" for i in range(people)]
    return "\n".join(lines) + "\n"


def test_percentile_in_the_population_of_the_person(
    tmp_path: Path, invented: tuple[Path, Floats]
) -> None:
    copies = invented[1][60, :10].sum()
    found = standing(tmp_path, invented, 60, sample(score="PGS9_hmPOS_GRCh38"))
    assert found.sum == copies
    assert found.standing is not None
    assert (found.standing.population, found.standing.people) == ("north", 200)
    # `copies` sums lie below each value, ten people have it: five of them count
    assert found.standing.percentile == pytest.approx(100 * (10 * copies + 5) / 200)
    assert found.standing.z == pytest.approx((copies - 9.5) / np.std([*range(20)] * 10, ddof=1))
    assert found.no_percentile == ""


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        (sample(alleles=40), "over other variants: 20 alleles were counted here, 40 there"),
        (sample(people=99), "has 99 people of north, 100 are needed"),
        (sample(score="PGS1"), "no sums of this score"),
        (sample().replace("north", "elsewhere"), "has 0 people of north"),
    ],
)
def test_a_reference_that_does_not_fit(
    tmp_path: Path, invented: tuple[Path, Floats], reference: str, why: str
) -> None:
    found = standing(tmp_path, invented, 60, reference)
    assert found.standing is None
    assert why in found.no_percentile


def test_beyond_everybody_is_not_certain(tmp_path: Path, invented: tuple[Path, Floats]) -> None:
    """Nobody of 200 lies above, which is no proof that nobody does."""
    lower = "".join(f"x\tN{i}\tPGS9\t{-i % 20 - 30}\t20\tnorth\n" for i in range(200))
    found = standing(tmp_path, invented, 60, sample(0) + lower).standing
    assert found is not None
    assert (found.percentile, found.people) == (100, 200)
    assert found.percentile_error == pytest.approx(100 * (201 / 202 / 202 / 200) ** 0.5)


def test_no_percentile_without_an_id(tmp_path: Path, invented: tuple[Path, Floats]) -> None:
    path, copies = invented
    sums = tmp_path / "sums.tsv"
    sums.write_text(sample(score=""), encoding="utf-8")
    head = "#format_version=2.0\n#trait_reported=invented\n"
    rows = [
        f"{c} {pos} {other} {effect} {GENOTYPES[int(n)]}"
        for (c, pos, effect, other), n in zip(NAMES, copies[60], strict=True)
    ]
    weights = scoring_file(tmp_path, [(*NAMES[i], 1) for i in range(10)], head=head)
    found = score_person(ScoreAsked(vcf(tmp_path, rows), weights, reference=sums, panel=path))
    assert found.standing is None
    assert "no pgs_id" in found.no_percentile


def test_no_percentile_without_a_place(tmp_path: Path, invented: tuple[Path, Floats]) -> None:
    found = standing(tmp_path, invented, 60, sample(), panel=False)
    assert (found.standing, found.placement) == (None, None)
    assert "no ancestry panel" in found.no_percentile
    unclear = [standing(tmp_path, invented, 2 * PEOPLE + i, sample()) for i in range(4)]
    for one in unclear:
        assert one.placement is not None
        assert (one.placement.population is None) == (one.standing is None)
    assert any("placement is unclear" in one.no_percentile for one in unclear)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("DENOM", "COUNT", "no such column: DENOM"),
        ("population", "where", "no such column: population"),
        ("\t3\t20", "\tthree\t20", "no number; got three"),
        ("\t3\t20", "\tnan\t20", "no number; got nan"),
        ("\tnorth", "", "another number of cells"),
    ],
)
def test_a_reference_that_cannot_be_used(
    tmp_path: Path, invented: tuple[Path, Floats], old: str, new: str, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        standing(tmp_path, invented, 60, sample().replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("#format=equipoise-panel-1", "#format=other", "no ancestry panel"),
        ("#build=GRCh38", "#build=new", "does not tell its build"),
        ("#build=GRCh38", "#build=GRCh37", "of another build than the variants"),
        ("#population=south", "#people=south", "needs two populations"),
        ("allelefrequency_effect", "frequency", "no table of loadings"),
        ("3\t1000\tG\tA", "3\t1000\tG\tG", "no pair of alleles"),
        ("3\t1000\tG\tA", "3\there\tG\tA", "no variant of a panel"),
        ("3\t1000\tG\tA", "3\t99999999999\tG\tA", "no variant of a panel of GRCh38"),
        ("3\t1000\tG\tA", "3\t198295560\tG\tA", "no variant of a panel of GRCh38"),
        ("#population=south", "#population=north", "without a name of its own; got north"),
    ],
)
def test_a_panel_that_cannot_be_used(
    tmp_path: Path, invented: tuple[Path, Floats], old: str, new: str, says: str
) -> None:
    text = invented[0].read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "panel.tsv"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        standing(tmp_path, (path, invented[1]), 60, sample())


# --- people of the 1000 Genomes Project ----------------------------------------------------------

# Sample numbers that lie in a row within one population, as the project publishes them.
KNOWN = {
    "EUR": ("HG01601", "HG01786"),
    "EAS": ("NA18525", "NA18757"),
    "AFR": ("NA19092", "NA19258"),
}


@pytest.mark.shared
def test_people_of_three_continents(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "clinical" / "pgs" / "tiny1000G.vcf.gz"
    code = {"0": 0.0, "1": 1.0}
    names, rows, people = [], [], list[str]()
    with gzip.open(path, "rt") as stream:
        for line in stream:
            cells = line.rstrip("\n").split("\t")
            if line.startswith("#CHROM"):
                people = cells[9:]
            elif not line.startswith("#") and cells[0].isdigit():
                names.append((cells[0], int(cells[1]), cells[4], cells[3]))
                rows.append([code[g[0]] + code[g[2]] for g in cells[9:]])
    copies = np.array(rows).T
    chosen = {
        name: [i for i, p in enumerate(people) if first <= p <= last]
        for name, (first, last) in KNOWN.items()
    }
    training = {name: found[::2] for name, found in chosen.items()}
    panel = tmp_path / "panel.tsv"
    text = panel_text(*learned(copies, training, 3), names, build="GRCh38")
    panel.write_text(text, encoding="utf-8")
    right = wrong = 0
    for name, found in chosen.items():
        for i in found[1::9][:3]:
            read = read_panel(panel)
            look_up(VariantStream(path, people[i], "GRCh38", quiet), [read.sites])
            population = place(read).population
            right += population == name
            wrong += population not in {name, None}
    assert (wrong, right >= 8) == (0, True)
