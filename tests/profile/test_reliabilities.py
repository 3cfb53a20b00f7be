"""Reliability of single measurements against the retest studies that they cite."""

from __future__ import annotations

import pytest

from equipoise.core.tables import load_table

# Published retest: lowest and highest figure of the study that fits the measure best.
PUBLISHED = [
    ("scales.phq9", 0.78, 0.82),  # 0.78, rounded to one digit
    ("blood.crp_hs", 0.55, 0.68),  # DeGoma 2012: 0.62 (0.55 to 0.68)
    ("mri.rest_default_mode", 0.30, 0.60),  # between one edge and a network mean
    ("mri.rest_salience", 0.30, 0.60),
    ("mri.rest_attention", 0.30, 0.60),
    ("mri.rest_sgacc_dlpfc", 0.23, 0.36),  # Noble 2019: one edge 0.29 (0.23 to 0.36)
    ("mri.structure_hippocampus", 0.85, 0.97),  # another scanner; longitudinal stream
    ("mri.task_sad.pgacc", 0.067, 0.397),  # Elliott 2020: chosen regions; all regions
    ("mri.task_control.dlpfc_l", 0.067, 0.397),
    ("mri.task_masked_threat.sgacc", 0.33, 0.58),  # Nord 2017, three tasks
    ("mri.task_sad.amygdala_l", -0.14, 0.43),  # Nord 2017, six intervals that span 0
    ("blood.cortisol_awakening.delta", 0.0, 0.4),  # Norton 2023: "poor"
    ("blood.cortisol_awakening.auc_ground", 0.4, 0.75),  # "fair to good"
    ("blood.cortisol_day.auc_ground", 0.4, 0.75),
]


@pytest.mark.parametrize(("measure", "low", "high"), PUBLISHED)
def test_reliability_lies_within_what_was_published(measure: str, low: float, high: float) -> None:
    row = load_table("measures/measures").row(id=measure)
    assert low <= row.number("reliability") <= high


def test_ten_days_make_the_slope_of_cortisol_steady() -> None:
    # Segerstrom 2014: 10 days for the slope, 4 to 8 for the area; Spearman and Brown carry one day
    # to ten, where a stable score has about 0.75 or more.
    def days(measure: str, count: int) -> float:
        r = load_table("measures/measures").row(id=measure).number("reliability")
        return count * r / (1 + (count - 1) * r)

    assert 0.7 < days("blood.cortisol_day.slope", 10) < 0.85
    assert 0.75 < days("blood.cortisol_day.auc_ground", 4) < 0.9


def test_every_measurement_that_counts_has_reliability_and_decay() -> None:
    for row in load_table("measures/measures"):
        if row.text("kind") == "measurement":
            assert 0 < row.number("reliability") <= 1
            assert row.number("decay") > 0
            assert row.text("confidence") != "low"
