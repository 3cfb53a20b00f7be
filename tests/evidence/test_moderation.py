"""Posteriors of moderators against the worked numbers of the decision model (section 4)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise import evidence
from equipoise.core.errors import TableError
from equipoise.core.tables import load_table, use_site
from equipoise.evidence.moderation import (
    Finding,
    Grid,
    censored_standard_error,
    posterior,
    power,
    read_moderations,
)

GRID = Grid(nodes=2001, width=8.0, level=0.05)
CRP = Finding(estimate=0.6243, standard_error=0.1578, reliability=0.6, reporting=0.1)
SITE = Finding(estimate=0.2902, standard_error=0.1031, reliability=0.5, reporting=0.1)
SITE_PRIOR = 0.10 / math.sqrt(2)
# The worked numbers are printed to three decimals.
PRINTED = 6e-4


@pytest.fixture
def shipped_again() -> Iterator[None]:
    yield
    use_site(None)


def test_crp_without_selection_is_the_closed_form() -> None:
    # tau^2 a b / (a^2 tau^2 + se^2) = 0.0643, printed 0.064 (0.058).
    mean, sd = posterior(replace(CRP, reporting=1.0), (), 0.06, GRID)
    a, tau2, error2 = math.sqrt(0.6), 0.06**2, CRP.standard_error**2
    assert mean == pytest.approx(tau2 * a * CRP.estimate / (a * a * tau2 + error2), abs=1e-7)
    assert (mean, sd) == pytest.approx((0.064, 0.058), abs=PRINTED)


def test_crp_with_selection() -> None:
    assert posterior(CRP, (), 0.06, GRID) == pytest.approx((0.059, 0.055), abs=PRINTED)


def test_crp_were_it_grade_c() -> None:
    assert posterior(CRP, (), 0.10, GRID) == pytest.approx((0.132, 0.085), abs=PRINTED)


@pytest.mark.parametrize(
    ("reporting", "people", "printed"),
    [(1.0, (), 0.078), (0.1, (), 0.065), (0.1, (66,), 0.065), (0.1, (66, 501), 0.060)],
)
def test_stimulation_site_step_by_step(
    reporting: float, people: tuple[int, ...], printed: float
) -> None:
    errors = [censored_standard_error(n) for n in people]
    mean, _ = posterior(replace(SITE, reporting=reporting), errors, SITE_PRIOR, GRID)
    assert mean == pytest.approx(printed, abs=PRINTED)


def test_stimulation_site_after_both_failures() -> None:
    errors = [censored_standard_error(n) for n in (66, 501)]
    assert posterior(SITE, errors, SITE_PRIOR, GRID) == pytest.approx((0.060, 0.056), abs=PRINTED)


def test_standard_error_of_a_null_in_501_people() -> None:
    assert censored_standard_error(501) == pytest.approx(0.081, abs=PRINTED)


def test_power_is_the_textbooks() -> None:
    # A signal of 2.8 standard errors has 80 % power at 5 % (Gelman & Hill 2007, chapter 20).
    found = power(np.array([0.0, 2.8]), 0.05)
    assert found == pytest.approx(np.array([0.05, 0.80]), abs=1e-3)


def test_grid_is_fine_enough() -> None:
    coarse = posterior(CRP, (), 0.06, replace(GRID, nodes=501))
    fine = posterior(CRP, (), 0.06, replace(GRID, nodes=8001, width=12.0))
    assert coarse == pytest.approx(fine, abs=1e-6)


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
    finding = Finding(estimate, error, reliability, reporting)
    naive, _ = posterior(replace(finding, reporting=1.0), (), 0.1, grid)
    held_back, sd = posterior(finding, (), 0.1, grid)
    failed, _ = posterior(finding, [censored_standard_error(people)], 0.1, grid)
    assert -1e-9 <= failed <= held_back + 1e-9
    assert held_back <= naive + 1e-9
    assert 0 < sd <= 0.1 + 1e-9


def test_order_of_replications_does_not_matter() -> None:
    errors = [censored_standard_error(n) for n in (66, 501)]
    forth = posterior(SITE, errors, SITE_PRIOR, GRID)
    assert posterior(SITE, errors[::-1], SITE_PRIOR, GRID) == pytest.approx(forth, abs=1e-12)


def test_rows_that_ship() -> None:
    crp, site = read_moderations()
    assert (crp.treatment, crp.comparator, crp.grade) == ("nortriptyline", "escitalopram", "D")
    assert (crp.estimate, crp.standard_error) == pytest.approx((0.059, 0.055), abs=PRINTED)
    assert 0 < crp.estimate < crp.published
    assert (site.measure, site.grade) == ("mri.tms_target", "C")
    assert (site.estimate, site.standard_error) == pytest.approx((0.060, 0.056), abs=PRINTED)
    assert site.failed_replications == 2


@pytest.mark.usefixtures("shipped_again")
def test_a_grade_above_c_without_a_trial_is_refused(tmp_path: Path) -> None:
    table = load_table("moderators/moderators")
    lines = ["\t".join(table.rows[0].cells)]
    lines += ["\t".join({**row.cells, "grade": "B"}.values()) for row in table]
    (tmp_path / "moderators").mkdir()
    text = "\n".join(lines) + "\n"
    (tmp_path / "moderators" / "moderators.tsv").write_text(text, encoding="utf-8")
    use_site(tmp_path)
    with pytest.raises(TableError, match="grade is too high without a prospective randomised test"):
        evidence.load()
