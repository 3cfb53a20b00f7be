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
from equipoise.evidence.moderation import read_moderations
from equipoise.evidence.slope_posterior import (
    Estimate,
    Grid,
    Miss,
    censored_standard_error,
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
    crp, site = read_moderations()
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
    for name in (CRP_ROW, "sex_cbt_drug", "early_improvement_response"):
        site_rows({name: {"grade": "B", "prospective_test": "false"}})
        with pytest.raises(TableError, match=refused):
            read_moderations()
        with pytest.raises(TableError, match=refused):
            read_findings()


def test_a_tested_row_may_be_graded_higher(site_rows: Callable[..., None]) -> None:
    site_rows({CRP_ROW: {"grade": "B", "prospective_test": "true", "prior_sd": "0.15"}})
    assert read_moderations()[0].grade == "B"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"measure": "blood.nothing"}, "does not have"),
        ({"measure": "n/a"}, "column measure"),
        ({"published": "n/a"}, "column published"),
        ({"prior_sd": "n/a"}, "column prior_sd"),
        ({"row_type": "one_arm"}, "moves nothing"),
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
        "reporting": "0.5",
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
    with pytest.raises(TableError, match="share one option on one measure") as caught:
        read_moderations()
    assert "escitalopram" in str(caught.value)


def test_an_inert_comparator_may_be_shared(site_rows: Callable[..., None]) -> None:
    inert = {"like": CRP_ROW, "comparator": "placebo_augmentation", "prior_sd": "0.0424"}
    site_rows({
        "crp_x1": {**inert, "treatment": "infliximab"},
        "crp_x2": {**inert, "treatment": "minocycline_augmentation"},
    })
    assert len(read_moderations()) == 4


def test_exploratory_rows_stay_within_their_budget(site_rows: Callable[..., None]) -> None:
    # Two rows on one pair with prior sds of 0.30 and 0.40 on two measures: 0.5 in all, scaled to
    # 0.25, so each by half.
    site_rows({
        CRP_ROW: {"prior_sd": "0.3"},
        "phq_made": {"like": CRP_ROW, "measure": "scales.phq9", "prior_sd": "0.4"},
    })
    crp, phq, _ = read_moderations()
    assert crp.standard_error == pytest.approx(posterior([CRP], (), 0.15, GRID)[1], abs=1e-12)
    assert phq.standard_error == pytest.approx(posterior([CRP], (), 0.20, GRID)[1], abs=1e-12)
