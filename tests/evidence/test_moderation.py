"""Posteriors of moderators against the worked numbers of the decision model (section 4)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.core.errors import TableError
from equipoise.core.tables import load_table, use_site
from equipoise.evidence.findings import read_findings
from equipoise.evidence.moderation import option_variances, read_moderations
from equipoise.evidence.slope_posterior import (
    Estimate,
    Grid,
    Miss,
    Prior,
    censored_standard_error,
    own_share,
    posterior,
    power,
)

GRID = Grid(nodes=2001, width=8.0, level=0.05)
CRP = Estimate(estimate=0.6243, standard_error=0.1578, reliability=0.6, reporting=0.1)
SITE = Estimate(estimate=0.2902, standard_error=0.1031, reliability=0.5, reporting=0.1)
SITE_PRIOR = 0.10 / math.sqrt(2)
# The worked numbers are printed to three decimals.
PRINTED = 6e-4
CRP_ROW = "crp_nortriptyline_escitalopram"
Change = Mapping[str, Mapping[str, str]]


def _misses(people: tuple[int, ...]) -> list[Miss]:
    return [Miss(censored_standard_error(n), SITE.reliability) for n in people]


def _closed(estimate: Estimate, prior_sd: float) -> tuple[float, float]:
    """Return the conjugate posterior without selection."""
    a, error2 = math.sqrt(estimate.reliability), estimate.standard_error**2
    precision = 1 / prior_sd**2 + a * a / error2
    return a * estimate.estimate / error2 / precision, 1 / math.sqrt(precision)


@pytest.fixture
def site_rows(tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Return a function that puts rows of moderators and replications in force.

    Each is a shipped row by its id with some cells changed; a new id makes a new row. Rows that
    are not named stay as they ship, in the order asked for.
    """

    def put(
        moderators: Change, replications: Change | None = None, *, turned: bool = False
    ) -> None:
        for name, changes in (("moderators", moderators), ("replications", replications or {})):
            table = load_table(f"moderators/{name}")
            rows = {row.text("id"): dict(row.cells) for row in table}
            for key, change in changes.items():
                base = rows.get(key) or rows[change["like"]]
                cells = {k: v for k, v in change.items() if k != "like"}
                rows[key] = {**base, "id": key, **cells}
            lines = ["\t".join(cells.values()) for cells in rows.values()]
            lines = ["\t".join(table.header), *(reversed(lines) if turned else lines)]
            (tmp_path / "moderators").mkdir(exist_ok=True)
            text = "\n".join(lines) + "\n"
            (tmp_path / "moderators" / f"{name}.tsv").write_text(text, encoding="utf-8")
        use_site(tmp_path)

    yield put
    use_site(None)


def _crp() -> tuple[float, float]:
    (row,) = (one for one in read_moderations() if one.measure == "blood.crp_hs")
    return row.estimate, row.standard_error


def test_crp_without_selection_is_the_closed_form() -> None:
    # tau^2 a b / (a^2 tau^2 + se^2) = 0.0643, printed 0.064 (0.058).
    plain = replace(CRP, reporting=1.0)
    found = posterior([plain], (), 0.06, GRID)
    assert found == pytest.approx(_closed(plain, 0.06), abs=1e-7)
    assert found == pytest.approx((0.064, 0.058), abs=PRINTED)


def test_crp_with_selection() -> None:
    assert posterior([CRP], (), 0.06, GRID) == pytest.approx((0.059, 0.055), abs=PRINTED)


def test_crp_were_it_grade_c() -> None:
    assert posterior([CRP], (), 0.10, GRID) == pytest.approx((0.132, 0.085), abs=PRINTED)


@pytest.mark.parametrize(
    ("reporting", "people", "printed"),
    [(1.0, (), 0.078), (0.1, (), 0.065), (0.1, (66,), 0.065), (0.1, (66, 501), 0.060)],
)
def test_stimulation_site_step_by_step(
    reporting: float, people: tuple[int, ...], printed: float
) -> None:
    one = replace(SITE, reporting=reporting)
    mean, _ = posterior([one], _misses(people), SITE_PRIOR, GRID)
    assert mean == pytest.approx(printed, abs=PRINTED)


def test_stimulation_site_after_both_failures() -> None:
    found = posterior([SITE], _misses((66, 501)), SITE_PRIOR, GRID)
    assert found == pytest.approx((0.060, 0.056), abs=PRINTED)


def test_stimulation_site_after_a_trial_of_guidance() -> None:
    # BRIGhTMIND as an estimate of 0.070 (0.180), had guidance moved the marker by one observed sd:
    # printed 0.062. The spread of replications, half of 0.10, is added to its error.
    guided = Estimate(0.070, math.hypot(0.180, 0.05), SITE.reliability, 1.0)
    mean, _ = posterior([SITE, guided], _misses((66, 501)), SITE_PRIOR, GRID)
    assert mean == pytest.approx(0.062, abs=PRINTED)


def test_standard_error_of_a_null_in_501_people() -> None:
    assert censored_standard_error(501) == pytest.approx(0.081, abs=PRINTED)


def test_power_is_the_textbooks() -> None:
    # A signal of 2.8 standard errors has 80 % power at 5 % (Gelman & Hill 2007, chapter 20).
    found = power(np.array([0.0, 2.8]), 0.05)
    assert found == pytest.approx(np.array([0.05, 0.80]), abs=1e-3)


def test_grid_is_fine_enough() -> None:
    coarse = posterior([CRP], (), 0.06, replace(GRID, nodes=501))
    fine = posterior([CRP], (), 0.06, replace(GRID, nodes=8001, width=12.0))
    assert coarse == pytest.approx(fine, abs=1e-6)


def test_two_estimates_without_selection_are_conjugate() -> None:
    # Two independent estimates of one slope: precisions add.
    first, second = replace(CRP, reporting=1.0), replace(SITE, reporting=1.0)
    tau = 0.1
    precision, weighted = 1 / tau**2, 0.0
    for one in (first, second):
        precision += one.reliability / one.standard_error**2
        weighted += math.sqrt(one.reliability) * one.estimate / one.standard_error**2
    found = posterior([first, second], (), tau, GRID)
    assert found == pytest.approx((weighted / precision, precision**-0.5), abs=1e-7)


@given(
    st.floats(0.0, 1.0),
    st.floats(0.05, 0.5),
    st.floats(0.1, 1.0),
    st.floats(0.05, 0.95),
    st.integers(10, 2000),
)
def test_doubt_only_ever_shrinks(
    estimate: float, error: float, reliability: float, reporting: float, people: int
) -> None:
    grid = replace(GRID, nodes=501)
    finding = Estimate(estimate, error, reliability, reporting)
    missed = Miss(censored_standard_error(people), reliability)
    naive, _ = posterior([replace(finding, reporting=1.0)], (), 0.1, grid)
    held_back, sd = posterior([finding], (), 0.1, grid)
    failed, _ = posterior([finding], [missed], 0.1, grid)
    turned, _ = posterior([finding], [replace(missed, toward=-1)], 0.1, grid)
    assert -1e-9 <= failed <= held_back + 1e-9
    assert held_back <= naive + 1e-9
    assert turned <= failed + 1e-9
    assert 0 < sd <= 0.1 + 1e-9


def test_a_failure_with_an_estimate_says_more_than_the_word() -> None:
    # An estimate of 0 with the error of 501 people against "not significant" in 501 people.
    error = censored_standard_error(501)
    zero = Estimate(0.0, error, SITE.reliability, 1.0)
    word, _ = posterior([SITE], [Miss(error, SITE.reliability)], SITE_PRIOR, GRID)
    number, _ = posterior([SITE, zero], (), SITE_PRIOR, GRID)
    assert 0 < number < word


def test_order_of_studies_does_not_matter() -> None:
    extra = Estimate(-0.05, 0.12, 0.5, 1.0)
    forth = posterior([SITE, extra], _misses((66, 501)), SITE_PRIOR, GRID)
    for estimates in permutations((SITE, extra)):
        for people in permutations((66, 501)):
            back = posterior(estimates, _misses(people), SITE_PRIOR, GRID)
            assert back == pytest.approx(forth, abs=1e-12)


def test_shuffled_labels_leave_no_slope() -> None:
    # With the labels of a marker shuffled a study estimates 0 with its error. Nothing is believed
    # of an estimate of 0, and over many shuffled studies the beliefs are centred on 0: mean of
    # 2000 below three standard errors, spread below that of the prior.
    assert posterior([replace(CRP, estimate=0.0)], (), 0.06, GRID)[0] == pytest.approx(0, abs=1e-12)
    rng = np.random.default_rng(20240601)
    drawn = rng.normal(0.0, CRP.standard_error, 2000)
    grid = replace(GRID, nodes=201)
    means = np.array([posterior([replace(CRP, estimate=x)], (), 0.06, grid)[0] for x in drawn])
    assert abs(means.mean()) < 3 * means.std() / math.sqrt(len(means))
    assert means.std() < 0.06 / 2


def test_rows_that_act() -> None:
    crp, site = (one for one in read_moderations() if one.row_type == "contrast")
    assert (crp.treatment, crp.comparator, crp.grade) == ("nortriptyline", "escitalopram", "D")
    assert (crp.estimate, crp.standard_error) == pytest.approx((0.059, 0.055), abs=PRINTED)
    assert 0 < crp.estimate < crp.published
    assert (site.measure, site.grade) == ("mri.tms_target", "C")
    assert (site.estimate, site.standard_error) == pytest.approx((0.060, 0.056), abs=PRINTED)
    assert (site.replications, site.failed_replications) == (2, 2)


def test_what_acts_is_what_the_findings_say() -> None:
    acting = {one.id for one in read_findings() if one.acts != "none"}
    assert acting == {one.id for one in read_moderations()}


def test_order_of_rows_does_not_matter(site_rows: Callable[..., None]) -> None:
    shipped = read_moderations(), read_findings()
    site_rows({}, turned=True)
    assert (read_moderations(), read_findings()) == shipped


def test_a_grade_above_c_without_a_trial_is_refused(site_rows: Callable[..., None]) -> None:
    refused = "grade is too high without a prospective randomised test"
    # Of whatever kind the marker is: blood, a clinical sign, a shown row alike.
    for name in (CRP_ROW, "sex_cbt_drug", "age_ect", "psychosis_ect"):
        site_rows({name: {"grade": "B", "prospective_test": "false"}})
        with pytest.raises(TableError, match=refused):
            read_moderations()
        with pytest.raises(TableError, match=refused):
            read_findings()


def test_a_tested_row_may_be_graded_higher(site_rows: Callable[..., None]) -> None:
    site_rows({CRP_ROW: {"grade": "B", "prospective_test": "true", "prior_sd": "0.15"}})
    grades = {one.id: one.grade for one in read_moderations()}
    assert grades[CRP_ROW] == "B"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"measure": "blood.nothing"}, "does not have"),
        ({"measure": "n/a"}, "column measure"),
        ({"published": "n/a"}, "column published"),
        ({"prior_sd": "n/a"}, "column prior_sd"),
        ({"row_type": "guided"}, "column guided_change"),
        ({"row_type": "guided", "guided_change": "0"}, "did not change the marker"),
        ({"grade": "N"}, "grade N moves nothing"),
        ({"measure": "clinical.nothing"}, "clinical.nothing"),
        ({"acts": "site"}, "moves the site"),
        ({"acts": "none"}, "column why_not"),
    ],
)
def test_a_row_that_cannot_act_is_refused(
    change: dict[str, str], message: str, site_rows: Callable[..., None]
) -> None:
    site_rows({CRP_ROW: change})
    with pytest.raises(TableError, match=message):
        read_moderations()


def test_a_replication_with_an_estimate_is_an_ordinary_term(
    site_rows: Callable[..., None],
) -> None:
    later = {"like": "sgacc_gregory_2025", "moderator": CRP_ROW, "people": "n/a"}
    given_numbers = {**later, "estimate": "0.05", "standard_error": "0.12"}
    site_rows({}, {"crp_again": given_numbers})
    error = math.hypot(0.12, 0.5 * 0.06)
    expected = posterior([CRP, Estimate(0.05, error, 0.6, 1.0)], (), 0.06, GRID)
    assert _crp() == pytest.approx(expected, abs=1e-12)


def test_a_replication_in_words_is_a_censored_term(site_rows: Callable[..., None]) -> None:
    before = _crp()
    word = {"like": "sgacc_gregory_2025", "moderator": CRP_ROW, "people": "300"}
    error = censored_standard_error(300)
    for result, misses in (
        ("null", [Miss(error, 0.6)]),
        ("opposite", [Miss(error, 0.6, toward=-1)]),
        ("same", []),
    ):
        site_rows({}, {"crp_again": {**word, "result": result}})
        assert _crp() == pytest.approx(posterior([CRP], misses, 0.06, GRID), abs=1e-12)
    assert _crp() == before


def test_a_null_without_its_size_is_refused(site_rows: Callable[..., None]) -> None:
    site_rows(
        {}, {"crp_again": {"like": "sgacc_gregory_2025", "moderator": CRP_ROW, "people": "n/a"}}
    )
    with pytest.raises(TableError, match="column people"):
        read_moderations()


def test_two_findings_on_one_pair_are_joined(site_rows: Callable[..., None]) -> None:
    # The second names the pair the other way round: its sign turns.
    second = {
        "like": CRP_ROW,
        "treatment": "escitalopram",
        "comparator": "nortriptyline",
        "published": "-0.1",
        "published_standard_error": "0.2",
        "reporting": "planned",
    }
    site_rows({"crp_zz_other_trial": second})
    expected = posterior([CRP, Estimate(0.1, 0.2, 0.6, 0.5)], (), 0.06, GRID)
    assert _crp() == pytest.approx(expected, abs=1e-12)
    forth = read_moderations()
    site_rows({}, turned=True)
    assert read_moderations() == forth


def test_an_option_is_never_counted_twice_on_one_measure(site_rows: Callable[..., None]) -> None:
    other = {"like": CRP_ROW, "treatment": "bupropion_escitalopram"}
    site_rows({"crp_second_pair": other})
    with pytest.raises(TableError, match="share one option on one measure, or one") as caught:
        read_moderations()
    assert "escitalopram" in str(caught.value)


def test_an_inert_comparator_may_be_shared(site_rows: Callable[..., None]) -> None:
    inert = {"like": CRP_ROW, "comparator": "placebo_augmentation", "prior_sd": "0.0424"}
    site_rows({
        "crp_x1": {**inert, "treatment": "infliximab"},
        "crp_x2": {**inert, "treatment": "minocycline_augmentation"},
    })
    acting = [one.id for one in read_moderations() if one.row_type == "contrast"]
    assert acting == [CRP_ROW, "crp_x1", "crp_x2", "sgacc_site_tms"]


def test_exploratory_rows_stay_within_their_budget(site_rows: Callable[..., None]) -> None:
    # Two rows on one pair with prior sds of 0.30 and 0.40 on two measures: 0.5 in all, scaled to
    # 0.25, so each by half.
    site_rows({
        CRP_ROW: {"prior_sd": "0.3"},
        "phq_made": {"like": CRP_ROW, "measure": "scales.phq9", "prior_sd": "0.4"},
    })
    by_measure = {one.measure: one for one in read_moderations()}
    crp, phq = by_measure["blood.crp_hs"], by_measure["scales.phq9"]
    assert crp.standard_error == pytest.approx(posterior([CRP], (), 0.15, GRID)[1], abs=1e-12)
    assert phq.standard_error == pytest.approx(posterior([CRP], (), 0.20, GRID)[1], abs=1e-12)


def test_one_arm_is_the_exact_posterior_of_two_parts() -> None:
    # b ~ N(0, 0.2^2) and G ~ N(0, 0.1^2 / 2) with one estimate of b + G and no selection: exact
    # conditioning of two normals.
    own, common, error, seen = 0.1 / math.sqrt(2), 0.2, 0.15, 0.5
    total = own**2 + common**2 + error**2
    mean, variance = own**2 / total * seen, own**2 - own**4 / total
    whole = posterior([Estimate(seen, error, 1.0, 1.0)], (), math.hypot(own, common), GRID)
    found = own_share(whole, Prior(own), Prior(math.hypot(own, common)))
    assert found == pytest.approx((mean, math.sqrt(variance)), abs=1e-7)


def test_one_arm_against_what_is_known_of_prognosis() -> None:
    # With b ~ N(0.3, 0.1^2) an estimate of 0.3 says nothing about the option.
    own, outlook = 0.07, Prior(math.hypot(0.07, 0.1), 0.3)
    whole = posterior([Estimate(0.3, 0.1, 1.0, 1.0)], (), outlook, GRID)
    assert own_share(whole, Prior(own), outlook)[0] == pytest.approx(0.0, abs=1e-9)


ONE_ARM = {
    "like": CRP_ROW,
    "treatment": "ect",
    "comparator": "none",
    "row_type": "one_arm",
    "prior_sd": "0.0424",
}


def test_a_row_of_one_arm_is_mostly_prognosis(site_rows: Callable[..., None]) -> None:
    # The option gets 0.0424^2 / (0.0424^2 + 0.2^2) = 4 % of what is learnt.
    site_rows({"crp_ect": ONE_ARM})
    (row,) = (one for one in read_moderations() if one.id == "crp_ect")
    whole, _ = posterior([CRP], (), math.hypot(0.0424, 0.2), GRID)
    share = 0.0424**2 / (0.0424**2 + 0.2**2)
    assert row.estimate == pytest.approx(share * whole, abs=1e-9)
    contrast, _ = posterior([CRP], (), 0.0424, GRID)
    # Had the same figure been a contrast, it would have been believed far more.
    assert 0 < row.estimate < contrast
    assert row.standard_error == pytest.approx(0.0424, rel=0.03)


def test_a_row_of_one_arm_is_read_against_the_outlook(site_rows: Callable[..., None]) -> None:
    # The sure prognosis of anxious distress explains a figure of the same size in one arm.
    anxious = {**ONE_ARM, "measure": "clinical.anxious_distress"}
    alike = {"published": "-0.2153", "published_standard_error": "0.05", "reliability": "1"}
    site_rows({"anxious_ect": {**anxious, **alike, "reporting": "registered"}})
    (row,) = (one for one in read_moderations() if one.id == "anxious_ect")
    assert row.estimate == pytest.approx(0.0, abs=1e-3)


def test_a_trial_of_guidance_is_a_slope_times_what_it_changed(
    site_rows: Callable[..., None],
) -> None:
    # Guidance that moved the marker by half an observed sd and did 0.035 (0.09) better says
    # 0.07 (0.18) per sd.
    later = {
        "like": CRP_ROW,
        "row_type": "guided",
        "published": "0.035",
        "published_standard_error": "0.09",
        "guided_change": "0.5",
        "reporting": "registered",
    }
    site_rows({"crp_zz_guided": later})
    expected = posterior([CRP, Estimate(0.07, 0.18, 0.6, 1.0)], (), 0.06, GRID)
    assert _crp() == pytest.approx(expected, abs=1e-12)


def test_two_options_of_one_class_are_not_counted_twice(site_rows: Callable[..., None]) -> None:
    other = {"like": CRP_ROW, "treatment": "bupropion", "comparator": "sertraline"}
    site_rows({"crp_second_pair": other})
    with pytest.raises(TableError, match="or one class"):
        read_moderations()


def test_classmates_count_in_the_budget() -> None:
    rows = [row for row in load_table("moderators/moderators") if row.text("id") == CRP_ROW]
    classes = {"escitalopram": "ssri", "sertraline": "ssri", "nortriptyline": "tca", "ect": "ect"}
    found = option_variances(rows, classes)
    assert found == pytest.approx(
        dict.fromkeys(("escitalopram", "sertraline", "nortriptyline"), 0.0018)
    )


def test_established_rows_beyond_their_budget_are_refused(
    site_rows: Callable[..., None],
) -> None:
    firm = {"grade": "A", "prospective_test": "true", "prior_sd": "0.25"}
    site_rows({
        CRP_ROW: firm,
        "phq_made": {"like": CRP_ROW, "measure": "scales.phq9", **firm, "prior_sd": "0.27"},
    })
    with pytest.raises(TableError, match="more room than the variances"):
        read_moderations()


def test_prognosis_has_a_prior_of_its_own(site_rows: Callable[..., None]) -> None:
    shipped = {one.id: one for one in read_moderations()}
    anxious = shipped["anxious_distress_outcome"]
    study = Estimate(-0.2232, 0.0376, 1.0, 0.1)
    assert (anxious.estimate, anxious.standard_error) == pytest.approx(
        posterior([study], (), 0.2, GRID), abs=1e-12
    )
    # It is not scaled with the budget of what tells options apart.
    site_rows({CRP_ROW: {"prior_sd": "0.5"}})
    again = {one.id: one for one in read_moderations()}
    assert again["anxious_distress_outcome"] == anxious
    assert again["personality_disorder_outcome"] == shipped["personality_disorder_outcome"]


def test_prognosis_above_c_needs_many_people_and_agreement(
    site_rows: Callable[..., None],
) -> None:
    row = "anxious_distress_outcome"
    refused = "grade is too high"
    site_rows({row: {"people": "1999"}})
    with pytest.raises(TableError, match=refused):
        read_moderations()
    site_rows({}, {"anxious_farabaugh_2012": {"result": "null"}})
    with pytest.raises(TableError, match=refused):
        read_moderations()
    # A marker of the blood keeps the cap, however many people.
    site_rows({row: {"modality": "blood"}})
    with pytest.raises(TableError, match=refused):
        read_moderations()


def test_every_acting_row_is_believed_less_than_published() -> None:
    for one in read_moderations():
        assert abs(one.estimate) < abs(one.published) / math.sqrt(one.reliability)
        assert one.estimate * one.published > 0
