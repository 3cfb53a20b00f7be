"""Converted scores against published pairs; they are for display and trigger nothing."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from statistics import fmean, stdev

import pytest

from equipoise.assays.scales.crosswalk import convert_score, find_crosswalk
from equipoise.core.errors import InputError
from equipoise.core.scale_rules import read_scale
from equipoise.core.tables import load_table

PAIRS = [(row.text("scale"), row.text("other")) for row in load_table("scales/crosswalks")]
BOTH_WAYS = PAIRS + [(other, scale) for scale, other in PAIRS]


@pytest.mark.parametrize(
    ("scale", "total", "other", "low", "high"),
    [
        ("qids_sr16", 11, "hamd17", 14, 15),
        ("qids_sr16", 5, "ids_sr30", 12, 13),
        ("ids_sr30", 48, "qids_sr16", 20, 20),
        ("hamd17", 7, "qids_sr16", 5, 5),
        ("hamd17", 18, "qids_sr16", 14, 15),  # printed twice at the source
        ("phq9", 12, "qids_sr16", 11, 15),
        ("qids_sr16", 13, "madrs", 18, 24),
    ],
)
def test_published_ranges(scale: str, total: float, other: str, low: float, high: float) -> None:
    found = convert_score(scale, total, other)
    assert (found.low, found.high, found.value) == (low, high, (low + high) / 2)


@pytest.mark.parametrize(("hamd", "madrs"), [(10, 13), (20, 26), (30, 39), (40, 52.5)])
def test_the_line_passes_the_published_pairs(hamd: float, madrs: float) -> None:
    assert convert_score("hamd17", hamd, "madrs").value == pytest.approx(madrs, abs=0.5)
    assert convert_score("madrs", madrs, "hamd17").value == pytest.approx(hamd, abs=0.5)


def test_remission_agrees_with_another_source() -> None:
    # Carmody 2006: HAM-D17 7 goes with MADRS 8 to 9.
    assert convert_score("hamd17", 7, "madrs").value == pytest.approx(8.5, abs=1)


def test_the_error_of_the_score_is_carried_over() -> None:
    # One point of the PHQ-9 for one of the QIDS over the whole scale; the link has no known error.
    found = convert_score("phq9", 12, "qids_sr16", standard_error=2.16)
    assert found.standard_error == pytest.approx(2.16)
    assert "at least" in found.caution
    assert "no rule is triggered" in found.caution
    assert convert_score("phq9", 12, "qids_sr16").standard_error is None


def test_the_error_of_the_link_comes_on_top() -> None:
    # 1.3 x 2.85 = 3.71 with 6.5; back in points of the HAM-D17 (3.25 and 6.5) / 1.3.
    there = convert_score("hamd17", 20, "madrs", standard_error=2.85)
    assert there.standard_error == pytest.approx(math.hypot(3.705, 6.5))
    back = convert_score("madrs", 26, "hamd17", standard_error=3.25)
    assert back.standard_error == pytest.approx(math.hypot(2.5, 5.0))


@pytest.mark.shared
def test_the_line_against_an_open_trial(shared_data: Path) -> None:
    # The link error is that of this sample: MADRS less 1.3 x HAM-D17 at 120 visits.
    folder = shared_data / "imaging" / "clinical_openneuro" / "ds005917"
    with (folder / "participants.tsv").open() as stream:
        group = {r["participant_id"]: r["group"] for r in csv.DictReader(stream, delimiter="\t")}
    with (folder / "phenotype.tsv").open() as stream:
        rows = [r for r in csv.DictReader(stream, delimiter="\t")]
    depressed = [r for r in rows if group[r["participant_id"]] == "MDD"]
    totals = [float(r["MADRS_Total"]) for r in depressed if r["MADRS_Total"] != "n/a"]
    assert stdev(totals) == pytest.approx(8.12, abs=0.005)
    away = [
        float(r["MADRS_Total"]) - convert_score("hamd17", float(r["HAM17_Total"]), "madrs").value
        for r in depressed
        if "n/a" not in {r["MADRS_Total"], r["HAM17_Total"]}
    ]
    assert len(away) == 120
    known = find_crosswalk("hamd17", "madrs").linking_error
    assert known == pytest.approx(math.sqrt(fmean(x**2 for x in away)), abs=0.05)


@pytest.mark.parametrize(("scale", "other"), BOTH_WAYS)
def test_every_total_can_be_shown_and_more_stays_more(scale: str, other: str) -> None:
    bounds, target = read_scale(scale).printed, read_scale(other).printed
    assert bounds is not None
    assert target is not None
    way = find_crosswalk(scale, other)
    shown = [way.convert(total, 1) for total in range(int(bounds[0]), int(bounds[1]) + 1)]
    for one in shown:
        assert target[0] <= one.low <= one.value <= one.high <= target[1]
        assert one.standard_error is not None
        assert one.standard_error > 0
    assert [one.value for one in shown] == sorted(one.value for one in shown)


@pytest.mark.parametrize(
    ("scale", "other"), [("gad7", "phq9"), ("phq9", "phq9"), ("phq9", "madrs")]
)
def test_no_way_from_one_to_the_other(scale: str, other: str) -> None:
    with pytest.raises(InputError, match="no table links"):
        find_crosswalk(scale, other)


def test_no_rule_reads_the_crosswalks() -> None:
    source = Path(read_scale.__code__.co_filename).parents[1]
    stages = ("appraise", "plan", "monitor", "predict", "profile", "norms")
    files = [p for stage in stages for p in (source / stage).rglob("*.py")]
    assert files
    assert not [p.name for p in files if "crosswalk" in p.read_text(encoding="utf-8")]
