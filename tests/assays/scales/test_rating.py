"""All rating scales as measures: silence, reported totals, and open data sets."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from statistics import correlation, fmean, stdev, variance

import pytest

from equipoise import assays
from equipoise.assays.scales import rating
from equipoise.core.answers import given, unknown
from equipoise.core.nouns import Demographics, Measurement, NotMeasured, ScaleAnswers, Timeline
from equipoise.core.scoring import score
from equipoise.core.tables import load_table

Items = tuple[int | None, ...]


def _results(*answers: ScaleAnswers, sex: str | None = None) -> list[Measurement | NotMeasured]:
    who = Demographics(sex=given(sex)) if sex else Demographics()
    found = assays.measure(Timeline("01", demographics=who, scales=given(answers)), seed=1)
    return [
        r for r in found if r.id.startswith("scales.") and isinstance(r, Measurement | NotMeasured)
    ]


def test_only_the_scale_of_the_plan_is_missed() -> None:
    assert [result.id for result in _results()] == ["scales.phq9"]
    nothing_known = assays.measure(Timeline("01", scales=unknown()), seed=1)
    assert [r.id for r in nothing_known if r.id.startswith("scales.")] == ["scales.phq9"]


def test_what_was_answered_and_cannot_be_scored_is_told() -> None:
    _, broken = _results(ScaleAnswers("madrs", "2025-01-10", (3,) * 9 + (None,)))
    assert isinstance(broken, NotMeasured)
    assert "item 10 (thoughts of death" in broken.reason


def test_a_triage_is_no_measure() -> None:
    assert len(_results(ScaleAnswers("cssrs_screen", "2025-01-10", (1,) * 6))) == 1


def test_a_reported_total_says_so() -> None:
    _, found = _results(ScaleAnswers("madrs", "2025-01-10", (), total=31))
    assert isinstance(found, Measurement)
    # 8.12 x sqrt(1 - 0.84) = 3.25.
    assert found.quantity.value == 31
    assert found.quantity.standard_error == pytest.approx(3.25, abs=0.005)
    assert "only the total is recorded" in found.flags[0]
    assert "thoughts of death is not known" in found.flags[0]
    assert len(found.flags) == 1


def test_a_score_without_an_error_says_so() -> None:
    _, found = _results(ScaleAnswers("isi", "2025-01-10", (2,) * 7))
    assert isinstance(found, Measurement)
    assert found.quantity.standard_error is None
    assert any("standard error is not known" in flag for flag in found.flags)


@pytest.mark.parametrize(
    ("scale", "place", "answer", "flagged"),
    [("madrs", 10, 1, False), ("madrs", 10, 2, True), ("epds", 10, 1, True), ("bdi2", 9, 1, True)],
)
def test_thoughts_of_death_in_each_scale(
    scale: str, place: int, answer: int, flagged: bool
) -> None:
    # PHQ-9 9, QIDS 12, EPDS 10, BDI-II 9 from 1; MADRS 10 from 2.
    items = [0] * {"madrs": 10, "epds": 10, "bdi2": 21}[scale]
    items[place - 1] = answer
    _, found = _results(ScaleAnswers(scale, "2025-01-10", tuple(items)))
    assert isinstance(found, Measurement)
    assert any("thoughts of suicide" in flag for flag in found.flags) == flagged


def test_what_moves_a_mechanism_has_a_reliability_and_an_age() -> None:
    # Only a measure that is shown and moves nothing may leave them out.
    for row in load_table("measures/measures"):
        if row.text("kind") != "shown":
            assert row.number("reliability") > 0
            assert row.number("decay") > 0


def test_reliable_changes_follow_from_their_errors() -> None:
    # 1.96 x sqrt(2) x sd x sqrt(1 - r), or the published rule that it rounds to.
    for row in load_table("scales/precision"):
        sd, reliability = row.optional_number("sd"), row.optional_number("reliability")
        told = row.optional_number("reliable_change")
        if sd is not None and reliability is not None and told is not None:
            worked = 1.96 * math.sqrt(2) * sd * math.sqrt(1 - reliability)
            assert told == pytest.approx(worked, abs=0.15)


# --- open data -----------------------------------------------------------------------------------


def _table(shared_data: Path, name: str) -> Iterator[dict[str, str]]:
    with (shared_data / "clinical" / "ipd" / name).open() as stream:
        yield from csv.DictReader(stream)


def _total(scale: str, items: Items) -> float:
    found = score(ScaleAnswers(scale, "2025-01-10", items))
    assert found.total is not None
    return found.total


def _alpha(items: list[tuple[int, ...]]) -> float:
    count = len(items[0])
    within = sum(variance([row[k] for row in items]) for k in range(count))
    return count / (count - 1) * (1 - within / variance([sum(row) for row in items]))


def _precision(scale: str) -> tuple[float, float]:
    row = load_table("scales/precision").row(scale=scale)
    return row.number("sd"), row.number("reliability")


@pytest.mark.shared
def test_qids_in_the_rogers_sample(shared_data: Path) -> None:
    # Mean 12.75, SD 5.35 and highest 25, computed apart from this code.
    rows = list(_table(shared_data, "rogers_qids16_ybocs.csv"))
    names = list(rows[0])[:16]
    totals = [_total("qids_sr16", tuple(int(row[name]) for name in names)) for row in rows]
    assert len(totals) == 408
    assert fmean(totals) == pytest.approx(12.75, abs=0.005)
    assert stdev(totals) == pytest.approx(5.35, abs=0.005)
    assert max(totals) == 25
    assert _precision("qids_sr16")[0] == pytest.approx(stdev(totals), abs=0.005)


@pytest.mark.shared
@pytest.mark.parametrize(("wave", "mean"), [("t1", 6.21), ("t2", 5.16)])
def test_anxiety_of_403_people(shared_data: Path, wave: str, mean: float) -> None:
    rows = _table(shared_data, f"bggm_phq9_gad7_n403_{wave}.csv")
    items = [tuple(int(row[f"GAD{k}"]) for k in range(1, 8)) for row in rows]
    totals = [_total("gad7", one) for one in items]
    assert fmean(totals) == pytest.approx(mean, abs=0.005)
    if wave == "t1":
        assert stdev(totals) == pytest.approx(_precision("gad7")[0], abs=0.005)
    # The published consistency is 0.92; this sample has about 0.90.
    assert _alpha(items) == pytest.approx(_precision("gad7")[1], abs=0.025)


@pytest.mark.shared
def test_the_items_of_an_open_ces_d_are_scored_already(shared_data: Path) -> None:
    # Coded 1 to 4. Items 4, 8, 12 and 16 are asked the other way round on the form: that they go
    # with the others shows that the data hold scored answers, as our columns do.
    cells = [f"CESD{k}" for k in range(1, 21)]
    rows = [row for row in _table(shared_data, "prosetta_response_dep.csv")]
    items = [
        tuple(int(row[c]) - 1 for c in cells)
        for row in rows
        if all(row[c].isdigit() for c in cells)
    ]
    assert len(items) == 740
    totals = [_total("cesd", one) for one in items]
    for turned in (4, 8, 12, 16):
        assert correlation([float(one[turned - 1]) for one in items], totals) > 0.5
    assert (stdev(totals), _alpha(items)) == pytest.approx(_precision("cesd"), abs=0.005)
    assert fmean(totals) == pytest.approx(10.59, abs=0.005)


@pytest.mark.shared
def test_inpatients_of_a_trial_in_points_of_four_scales(shared_data: Path) -> None:
    # HAM-D 25.0 at the start in usual care. Every reported total must be possible, and depressed
    # inpatients must lie in the graver bands: WHO-5 reported as raw points.
    rows = _table(shared_data, "claus2020_inpatient_bdi_hamd_who_shaps.csv")
    start = [row for row in rows if row["time"] == "1.0"]
    usual = [float(row["hamd"]) for row in start if row["treatment"] == "TAU"]
    assert fmean(usual) == pytest.approx(25.0, abs=0.1)
    bands = {
        scale: [
            score(ScaleAnswers(scale, "2020", (), total=factor * float(row[column]))).band
            for row in start
            if row[column] not in {"", "NA"}
        ]
        for scale, column, factor in (
            ("hamd17", "hamd", 1),
            ("bdi2", "bdi", 1),
            ("who5", "who", 4),
            ("shaps", "shaps", 1),
        )
    }
    assert not any(band is None for found in bands.values() for band in found)
    assert sum(b in {"moderate", "severe"} for b in bands["hamd17"]) / 43 > 0.9
    assert set(bands["who5"]) <= {"likely_depression", "low"}
    assert sum(b == "anhedonia" for b in bands["shaps"]) / 43 > 0.9


def test_every_measure_is_of_the_family() -> None:
    assert {assay.SPEC for assay in assays.RECORD_ASSAYS} >= set(rating.SPECS)
