"""What must never change a sum."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.assays.genes.polygenic import PolygenicScore, ScoreAsked, score_person
from tests.assays.genes.polygenic.made_files import scoring_file, vcf

STRAND = str.maketrans("ACGT", "TGCA")
PAIRS = [(a, b) for a in "ACGT" for b in "ACGT" if a != b and a.translate(STRAND) != b]
variant = st.tuples(
    st.sampled_from(PAIRS),
    st.integers(-1000, 1000).map(lambda n: n / 64),
    st.sampled_from(["0/0", "0/1", "1/1", "./."]),
)
people = st.lists(variant, min_size=1, max_size=12)
Person = list[tuple[tuple[str, str], float, str]]


def scored(rows: list[tuple[object, ...]], records: list[str]) -> PolygenicScore:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return score_person(ScoreAsked(vcf(folder, records), scoring_file(folder, rows)))


def files(person: Person) -> tuple[list[tuple[object, ...]], list[str]]:
    rows: list[tuple[object, ...]] = []
    records = []
    for i, ((effect, other), weight, genotype) in enumerate(person):
        rows.append(("7", 100 + i, effect, other, weight))
        records.append(f"7 {100 + i} {other} {effect} {genotype}")
    return rows, records


def by_hand(person: Person) -> float:
    return sum(w * g.count("1") for _, w, g in person if g != "./.")


@settings(max_examples=60)
@given(people, st.randoms(use_true_random=False))
def test_strand_order_and_side_do_not_matter(person: Person, random: object) -> None:
    rows, records = files(person)
    plain = scored(rows, records)
    turned: list[tuple[object, ...]] = [
        (c, p, str(e).translate(STRAND), str(o).translate(STRAND), w) for c, p, e, o, w in rows
    ]
    swap = {"0/0": "1/1", "1/1": "0/0", "0/1": "1/0", "./.": "./."}
    sides = [
        f"chr7 {pos} {alt} {ref} {swap[g]}" for _, pos, ref, alt, g in (r.split() for r in records)
    ]
    random.shuffle(turned)  # type: ignore[attr-defined]
    random.shuffle(sides)  # type: ignore[attr-defined]
    other = scored(turned, sides)
    assert (plain.sum, plain.counted) == (other.sum, other.counted)
    if plain.sum is not None:
        assert plain.sum == by_hand(person)


@settings(max_examples=40)
@given(people, st.data())
def test_a_deleted_record_takes_only_its_own_part(person: Person, data: st.DataObject) -> None:
    rows, records = files(person)
    gone = data.draw(st.integers(0, len(records) - 1))
    before, after = scored(rows, records), scored(rows, records[:gone] + records[gone + 1 :])
    assert after.counted == before.counted - (person[gone][2] != "./.")
    if after.sum is not None:
        rest = person[:gone] + person[gone + 1 :]
        assert after.sum == by_hand(rest)
    else:
        assert after.not_measured is not None
