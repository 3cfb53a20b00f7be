"""Files with anything wrong in them end in a score or in one line, never in a fault of ours."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.assays.genes.polygenic import ScoreAsked, score_person
from equipoise.core.errors import InputError
from tests.assays.genes.polygenic.made_files import COLUMNS, scoring_file, vcf

GOOD_ROW = ["1", "100", "G", "A", "0.5", "FALSE", "0.2"]
GOOD_RECORD = ["1", "100", ".", "A", "G", ".", "PASS", ".", "GT:DP", "0/1:9"]
SHARP = ("", ".", "-1", "0", "9" * 30, "1e400", "nan", "<NON_REF>", "*", "A,C,G", "./.", "1", "0/9")
cell = st.one_of(
    st.sampled_from((*SHARP, "END=5", "END=x", "END=" + "9" * 30, "GT", "chr1", "\u00e9", "a\tb")),
    st.text(st.characters(exclude_characters="\n\r", codec="utf-8"), max_size=6),
)
change = st.tuples(st.integers(0, 9), cell)


def changed(cells: list[str], changes: list[tuple[int, str]]) -> list[str]:
    out = list(cells)
    for place, text in changes:
        out[place % len(out)] = text
    return out


@settings(max_examples=150)
@given(st.lists(change, max_size=2), st.lists(change, max_size=2), st.booleans())
def test_damaged_cells(
    row: list[tuple[int, str]], record: list[tuple[int, str]], frequency: bool
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        columns = (*COLUMNS, "is_interaction", "allelefrequency_effect")
        weights = scoring_file(folder, [GOOD_ROW, changed(GOOD_ROW, row)], columns)
        variants = vcf(folder, [])
        with variants.open("a", encoding="utf-8") as stream:
            for cells in (GOOD_RECORD, changed(GOOD_RECORD, record)):
                stream.write("\t".join(cells) + "\n")
        missing = "frequency" if frequency else "skip"
        try:
            found = score_person(ScoreAsked(variants, weights, missing=missing))
        except InputError:
            return
        lost = sum(tally.variants for tally in found.tallies)
        assert found.counted + lost == found.variants


@settings(max_examples=60)
@given(st.binary(max_size=60), st.booleans())
def test_any_bytes(content: bytes, as_weights: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        weights, variants = scoring_file(folder, [GOOD_ROW[:5]]), vcf(folder, ["1 100 A G 0/1"])
        (weights if as_weights else variants).write_bytes(content)
        with suppress(InputError):
            score_person(ScoreAsked(variants, weights))


def test_chromosomes_by_other_names_are_told(tmp_path: Path) -> None:
    records = vcf(tmp_path, ["NC_000001.11 100 A G 0/1"])
    found = score_person(ScoreAsked(records, scoring_file(tmp_path, [GOOD_ROW[:5]])))
    assert found.sum is None
    assert found.flags == (
        "no record of a chromosome by a name that is known: 1 or chr1 to 22 and X",
    )


def test_positions_of_another_build_are_told(tmp_path: Path) -> None:
    """Header and user say the same wrong build: the match collapses, and that is said."""
    rows = [("1", 100 + i, "G", "A", 1) for i in range(20)]
    shifted = vcf(tmp_path, [f"1 {100 + i} C CT 0/1" for i in range(20)])
    found = score_person(ScoreAsked(shifted, scoring_file(tmp_path, rows)))
    assert found.sum is None
    assert "look whether the build is right" in found.flags[0]
