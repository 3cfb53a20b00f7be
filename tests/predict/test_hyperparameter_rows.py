"""Every hyperparameter of the decision model is a row with a reason, a range and a reference."""

from __future__ import annotations

import math

import pytest

from equipoise.core.tables import Row, load_table

SETTINGS = load_table("hyperparameters/hyperparameters")
# Row, default, range: the specification of the decision model, section 12. Half and twice for the
# prior spreads; a range of None stands where the specification gives none.
SPECIFIED = [
    ("moderator_sd_a", 0.25, (0.125, 0.5)),
    ("moderator_sd_b", 0.15, (0.075, 0.3)),
    ("moderator_sd_c", 0.10, (0.05, 0.2)),
    ("moderator_sd_d", 0.06, (0.03, 0.12)),
    ("moderator_sd_n", 0.03, (0.015, 0.06)),
    ("moderator_reporting_registered", 1, None),
    ("moderator_reporting_planned", 0.5, None),
    ("moderator_reporting_post_hoc", 0.1, (0.05, 0.3)),
    ("evidence_exploratory_budget", 0.25, (0.15, 0.36)),
    ("evidence_moderator_budget", 0.36, None),
    ("evidence_replication_spread", 0.5, (0, 1)),
    ("predict_class_correlation", 0.5, (0, 0.9)),
    ("predict_prognostic_sd", 0.20, (0.1, 0.4)),
    ("profile_mechanism_correlation", 0, (0, 0.3)),
    ("norms_error", 0.1, (0.05, 0.3)),
    ("norms_extrapolated_factor", 2, None),
    ("profile_no_centre_error", 0.2, None),
    ("profile_clip", 3, (2.5, 4)),
    ("evidence_reference_spread", 0.4, (0.2, 0.6)),
    ("evidence_stage_spread", 0.14, (0.1, 0.3)),
    ("evidence_between_study_sd", 0.15, (0.1, 0.3)),
    ("evidence_smd_inflation", 0.15, None),
    ("evidence_madrs_change_sd", 9.5, (8, 11)),
    ("evidence_hamd_change_sd", 8.0, (7, 9)),
    ("evidence_week_spread", 0.3, None),
    ("predict_class_sd", 0.4, (0, 0.7)),
    ("predict_group_sd", 0.2, (0, 0.7)),
    ("predict_option_sd", 0.3, (0, 0.7)),
    ("predict_weight_concentration", 40, None),
    ("predict_band", 0.02, (0.01, 0.04)),
    ("predict_tie_points", 2, (1, 4)),
    ("predict_tie_chance", 0.3, None),
    ("predict_draws", 4000, None),
    ("predict_nodes", 61, None),
    ("seed", 20240601, None),
]
PRIORS = ("moderator_sd_", "evidence_", "predict_", "profile_", "norms_")


@pytest.mark.parametrize(("name", "default", "limits"), SPECIFIED)
def test_a_specified_row_is_there_with_its_range(
    name: str, default: float, limits: tuple[float, float] | None
) -> None:
    row = SETTINGS.row(id=name)
    assert row.number("value") == pytest.approx(default)
    if limits is not None:
        found = (row.number("minimum"), row.number("maximum"))
        assert found == pytest.approx(limits)


@pytest.mark.parametrize(
    "row",
    [row for row in SETTINGS if row.text("id").startswith(PRIORS)],
    ids=lambda row: row.text("id"),
)
def test_a_row_of_the_model_says_why_and_how_far(row: Row) -> None:
    assert len(row.text("reason")) >= 15
    assert row.text("confidence") != "low"
    least, most = row.optional_number("minimum"), row.optional_number("maximum")
    # A number that stands for itself (a week, a constant of the numerics) has no range.
    assert (least is None) == (most is None)
    if least is not None and most is not None:
        assert least <= row.number("value") <= most
        assert least < most


def test_grades_shrink_in_order() -> None:
    spreads = [SETTINGS.row(id=f"moderator_sd_{grade}").number("value") for grade in "abcdn"]
    assert spreads == sorted(spreads, reverse=True)
    # A and B of one contrast may stand together, and not more.
    budget = SETTINGS.row(id="evidence_moderator_budget").number("value")
    assert math.hypot(*spreads[:2]) < budget


def test_every_finding_that_acts_says_how_it_came_to_be_reported() -> None:
    for row in load_table("moderators/moderators"):
        if row.text("acts") != "none":
            assert row.text("reporting") in {"registered", "planned", "post_hoc"}, row.where
