"""The table of published findings on markers: how many, how graded, what stands behind a number."""

from __future__ import annotations

import math

import pytest

from equipoise.core.tables import Row, load_table, problems, setting
from equipoise.evidence.findings import read_findings
from equipoise.evidence.moderation import option_variances

MODERATORS = load_table("moderators/moderators")
REPLICATIONS = load_table("moderators/replications")
OPTIONS = {row.text("id") for row in load_table("treatments/treatments")}
GROUPS = {"any_drug", "any_ssri", "any_snri", "any_treatment"}
NOT_OPTIONS = {"none", "other_site"}
ACTIVE = {
    row.text("id"): row.text("drug_class")
    for row in load_table("treatments/treatments")
    if row.text("kind") != "comparator"
}
FACTOR = math.pi / math.sqrt(3)
# Four decimals are in the table.
WRITTEN = 1e-4


@pytest.mark.parametrize("name", ["moderators", "replications"])
def test_tables_are_sound(name: str) -> None:
    assert problems(f"moderators/{name}") == []


def test_there_are_at_least_25_findings() -> None:
    assert len(MODERATORS) >= 25
    assert len(read_findings()) == len(MODERATORS)


@pytest.mark.parametrize(
    ("marker", "treatment"),
    [
        ("C-reactive protein", "nortriptyline"),
        ("C-reactive protein", "bupropion_escitalopram"),
        ("C-reactive protein", "infliximab"),
        ("C-reactive protein", "minocycline_augmentation"),
        ("Polygenic score for C-reactive protein", "escitalopram"),
        ("six-circuit", "venlafaxine"),
        ("Theta activity of the rostral", "any_treatment"),
        ("subgenual cingulate", "rtms"),
        ("metabolism of the right anterior insula", "escitalopram"),
        ("Individual alpha frequency", "sertraline"),
        ("Frontal alpha", "escitalopram"),
        ("Early improvement", "any_drug"),
        ("Anxious depression", "any_drug"),
        ("Melancholic", "cbt"),
        ("Childhood trauma", "cbasp"),
        ("Body mass index", "nortriptyline"),
        ("Age", "ect"),
        ("Sex", "sertraline"),
        ("Number of failed trials", "ect"),
        ("CYP2C19", "escitalopram"),
    ],
)
def test_the_findings_that_people_ask_for_are_there(marker: str, treatment: str) -> None:
    assert any(
        marker in row.text("marker") and treatment in row.items("treatment") for row in MODERATORS
    )


@pytest.mark.parametrize("row", MODERATORS.rows, ids=lambda row: row.text("id"))
def test_no_grade_above_c_without_a_prospective_randomised_test(row: Row) -> None:
    # Prognosis by a fact that anybody can ask for needs many people and agreement instead.
    prognosis = row.text("row_type") == "prognostic" and row.text("modality") in {
        "clinical",
        "scale",
    }
    assert row.text("grade") in {"C", "D", "N"} or row.flag("prospective_test") or prognosis
    if row.flag("prospective_test"):
        assert row.text("design") == "randomised_pre_registered"


@pytest.mark.parametrize("row", MODERATORS.rows, ids=lambda row: row.text("id"))
def test_options_are_those_of_the_house(row: Row) -> None:
    named = set(row.items("treatment")) | set(row.items("comparator"))
    assert named <= OPTIONS | GROUPS | NOT_OPTIONS
    if row.text("acts") == "person" and row.text("row_type") == "contrast":
        assert row.text("treatment") in ACTIVE


@pytest.mark.parametrize("row", MODERATORS.rows, ids=lambda row: row.text("id"))
def test_a_row_acts_or_says_why_not(row: Row) -> None:
    if row.text("acts") == "none":
        assert len(row.text("why_not")) > 20
        assert row.text("grade") == "N" or "Graded N" not in row.text("why_not")
        assert row.optional_text("prior_sd") is None
    else:
        assert row.optional_text("why_not") is None


def test_a_slope_stands_with_its_error_or_not_at_all() -> None:
    for table, pair in (
        (MODERATORS, ("published", "published_standard_error")),
        (REPLICATIONS, ("estimate", "standard_error")),
    ):
        for row in table:
            first, second = (row.optional_number(column) for column in pair)
            assert (first is None) == (second is None), row.where


def test_prior_widths_follow_the_grades() -> None:
    # Between two active options the sd of the grade, against an inert one that over the root of 2;
    # four decimals are written.
    for row in MODERATORS:
        if row.text("row_type") == "prognostic":
            assert row.optional_text("prior_sd") is None
        elif row.text("acts") != "none":
            sd = setting(f"moderator_sd_{row.text('grade').lower()}")
            inert = row.text("comparator") not in ACTIVE
            expected = sd / math.sqrt(2) if inert else sd
            assert row.number("prior_sd") == pytest.approx(expected, abs=5e-5)


def test_budgets_hold_as_shipped() -> None:
    for grades, budget in (
        ({"A", "B"}, "evidence_moderator_budget"),
        ({"C", "D", "N"}, "evidence_exploratory_budget"),
    ):
        rows = [row for row in MODERATORS if row.text("grade") in grades]
        widest = sorted(option_variances(rows, ACTIVE).values(), reverse=True)[:2]
        assert sum(widest) <= setting(budget) ** 2


def test_the_budget_is_what_the_variance_ratios_leave() -> None:
    # A ratio of 1.02 allows sqrt(1.02^2 - 1) = 0.20 standard deviations, 0.36 logit.
    left = math.sqrt(1.02**2 - 1) * FACTOR
    assert setting("evidence_moderator_budget") == pytest.approx(left, abs=0.006)


def test_findings_count_their_later_studies() -> None:
    by_id = {one.id: one for one in read_findings()}
    site = by_id["sgacc_site_tms"]
    assert (site.same, site.failed) == (2, 2)
    assert by_id["sex_sertraline_imipramine"].failed == 1
    assert by_id["resting_biotypes_rtms"].failed == 1
    assert "quitkin2002" in by_id["sex_sertraline_imipramine"].references
    assert sum(one.same + one.failed for one in by_id.values()) == len(REPLICATIONS)


def _slope(row_id: str) -> tuple[float, float]:
    row = MODERATORS.row(id=row_id)
    return row.number("published"), row.number("published_standard_error")


def _points(beta: float, low: float, high: float) -> tuple[float, float]:
    """Turn MADRS points with 95 % limits to log odds, over an sd of change of 9.5."""
    return beta / 9.5 * FACTOR, (high - low) / 3.92 / 9.5 * FACTOR


def _correlation(r: float, people: int) -> tuple[float, float]:
    return r * FACTOR, (1 - r * r) / math.sqrt(people - 1) * FACTOR


def _yes(log_odds: float, error: float, share: float) -> tuple[float, float]:
    """Turn a log odds ratio of yes against no to a slope per sd, given the share of yes."""
    sd = math.sqrt(share * (1 - share))
    return log_odds * sd, error * sd


def _odds_ratio(value: float, low: float, high: float) -> tuple[float, float]:
    return math.log(value), (math.log(high) - math.log(low)) / 3.92


def _rates(first: float, second: float, people: float, share: float) -> tuple[float, float]:
    odds = math.log(first / (1 - first)) - math.log(second / (1 - second))
    cells = [people * share * first * (1 - first), people * (1 - share) * second * (1 - second)]
    return odds, math.sqrt(sum(1 / cell for cell in cells))


def _pooled(smd: float, low: float, high: float) -> tuple[float, float]:
    """Turn a standardised mean difference to log odds; its error is widened by 15 %."""
    return smd * FACTOR, (high - low) / 3.92 * FACTOR * 1.15


@pytest.mark.parametrize(
    ("row_id", "expected"),
    [
        ("crp_nortriptyline_escitalopram", _points(3.27, 1.65, 4.89)),
        ("polygenic_crp_escitalopram_nortriptyline", _points(1.07, 0.26, 1.87)),
        ("sgacc_site_tms", _correlation(0.16, 295)),
        # Printed with p = 0.012: normal deviate 2.512.
        ("bmi_outcome", (-0.19 * FACTOR, 0.19 * FACTOR / 2.512)),
        ("early_improvement_response", _yes(*_odds_ratio(8.37, 6.97, 10.05), 0.62)),
        ("failed_trials_ect", _yes(*_odds_ratio(0.64, 0.54, 0.75), 1121 / 4244)),
        ("anxious_distress_outcome", _yes(*_rates(0.417, 0.528, 2876, 0.532), 0.532)),
        ("anxiety_disorder_outcome", _yes(*_pooled(-0.20, -0.31, -0.095), 4308 / 11175)),
        ("medical_illness_outcome", _yes(*_pooled(-0.19, -0.30, -0.08), 335 / 663)),
        # Of a bad outcome: turned round.
        ("personality_disorder_outcome", _yes(-math.log(2.18), math.log(2.8 / 1.7) / 3.92, 0.45)),
        # Printed with p = 0.8130: normal deviate 0.2366.
        (
            "chronic_episode_outcome",
            _yes(math.log(0.956), -math.log(0.956) / 0.2366, 655 / 2656),
        ),
        # Own logistic slopes, refitted from the data by tests/evidence/test_severity_slope.py.
        ("severity_outcome", (0.0447, 0.1402)),
    ],
)
def test_slopes_follow_from_the_papers_numbers(row_id: str, expected: tuple[float, float]) -> None:
    assert _slope(row_id) == pytest.approx(expected, abs=WRITTEN)


def test_every_slope_is_recomputed_above() -> None:
    assert sum(row.optional_number("published") is not None for row in MODERATORS) == 12


def test_a_replication_with_limits_follows_from_them() -> None:
    # Kuzminskaite 2022: 0.016 (-0.094 to 0.125) sd between people with and without trauma (62 %).
    row = REPLICATIONS.row(id="trauma_kuzminskaite_2022")
    expected = _yes(0.016 * FACTOR, (0.125 + 0.094) / 3.92 * FACTOR, 0.62)
    found = row.number("estimate"), row.number("standard_error")
    assert found == pytest.approx(expected, abs=WRITTEN)


def _covariate_sd(row: Row) -> float:
    return load_table("baselines/covariates").row(id=row.text("measure")).number("sd")


def test_a_slope_of_a_yes_rests_on_the_share_of_the_covariate() -> None:
    # Otherwise the average patient would not be where the slope has its middle.
    shares = {
        "clinical.anxious_distress": 0.532,
        "clinical.anxiety_disorder": 4308 / 11175,
        "clinical.medical_illness": 335 / 663,
        "clinical.personality_disorder": 0.45,
        "clinical.chronic_episode": 655 / 2656,
    }
    for row in MODERATORS:
        name = row.optional_text("measure")
        if name in shares:
            share = shares[name]
            assert _covariate_sd(row) == pytest.approx(math.sqrt(share * (1 - share)), abs=5e-4)
            assert row.number("reliability") == 1


def test_what_is_established_about_prognosis() -> None:
    # Pooled but heterogeneous or contradicted findings stay exploratory.
    firm = [
        row.text("id")
        for row in MODERATORS
        if row.text("grade") in {"A", "B"} and row.text("acts") != "none"
    ]
    assert firm == ["anxious_distress_outcome"]


def test_the_number_of_failed_trials_is_no_covariate() -> None:
    # It is in the rates by stage; a second time would count it twice.
    for row in load_table("baselines/covariates"):
        assert "fail" not in row.text("id")
    acting = [row for row in MODERATORS if row.text("acts") != "none"]
    assert not any("fail" in row.text("id") for row in acting)
