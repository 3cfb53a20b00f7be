"""The worked case of CRP, escitalopram and nortriptyline (Uher 2014) in the decision model.

ln CRP among depressed patients has mean 0.272 and sd 1.348 (Osimo 2019), so 0.3 and 3 mg/L are
-1.09 and +0.61 standard deviations. At 50 % response, no drop-out and without own deviations the
difference of nortriptyline and escitalopram is -1.2 and +0.7 points.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from equipoise.core.gaussian import logistic, logit
from equipoise.core.nouns import EvidenceBase, Moderation, Profile
from equipoise.predict.chances import Person, draw_chances, expect_chances
from equipoise.predict.history.record import History
from equipoise.predict.history.standing import stand, tried_of
from equipoise.predict.history.tolerance import tolerance_of
from equipoise.predict.literature import draw_literature, read_literature
from equipoise.predict.scores import draw_scores, scores_of
from equipoise.predict.settings import load_settings
from equipoise.predict.slopes import slopes_of

NAMES = ("escitalopram", "nortriptyline")
BARE = replace(load_settings(), deviation_sds=(0.0, 0.0, 0.0))
NOTHING_TRIED = History(0, known=True, failures=(), stops=())
POINTS = 100


def _y(crp: float) -> float:
    return (math.log(crp) - 0.272) / 1.348


@pytest.fixture
def fits(
    make_evidence: Callable[..., EvidenceBase], make_person: Callable[..., Profile]
) -> Callable[[Moderation, float], tuple[np.ndarray, np.ndarray]]:
    """Return a function: the expected fit of both drugs, and their difference in draws."""

    def run(row: Moderation, crp: float) -> tuple[np.ndarray, np.ndarray]:
        evidence = make_evidence([(name, 0.5) for name in NAMES], (row,), sd=0.0, dropout=1e-9)
        person = make_person(_y(crp))
        scores = scores_of(person, ("blood.crp_hs",), BARE)
        literature = read_literature(evidence.baselines, BARE.numerics)
        slopes = slopes_of((row,), NAMES, frozenset(NAMES), BARE)
        known = (scores, tried_of(NOTHING_TRIED, evidence, BARE))
        one = Person(
            stand(evidence.treatments, slopes, ((row,), frozenset(NAMES)), known, BARE),
            tolerance_of(evidence.treatments, NOTHING_TRIED, evidence, BARE.numerics),
            draw_scores(person, scores, 1, BARE.numerics),
            1,
        )
        expected = expect_chances(literature, slopes, one, BARE.numerics)
        drawn = draw_chances(
            draw_literature(literature, evidence.joint, 1, BARE.numerics),
            slopes,
            one,
            BARE.numerics,
        )
        return expected.fit, drawn.fit[:, 1] - drawn.fit[:, 0]

    return run


@pytest.mark.parametrize(
    ("crp", "points", "low", "high"), [(0.3, -1.2, -3.5, 0.4), (3.0, 0.7, -0.6, 2.5)]
)
def test_grade_d(
    crp: float,
    points: float,
    low: float,
    high: float,
    fits: Callable[..., tuple[np.ndarray, np.ndarray]],
    make_moderation: Callable[..., Moderation],
) -> None:
    fit, difference = fits(make_moderation("D"), crp)
    # Printed to one decimal.
    assert POINTS * (fit[1] - fit[0]) == pytest.approx(points, abs=0.05)
    # The interval has Monte Carlo error of about 0.1 point in 4000 draws beside its rounding.
    assert POINTS * np.quantile(difference, [0.1, 0.9]) == pytest.approx([low, high], abs=0.2)
    # Each drug takes half.
    assert POINTS * fit[1] == pytest.approx(points / 2, abs=0.05)
    assert POINTS * fit[0] == pytest.approx(-points / 2, abs=0.05)


@pytest.mark.parametrize(("crp", "points"), [(0.3, -2.8), (3.0, 1.6)])
def test_were_it_grade_c(
    crp: float,
    points: float,
    fits: Callable[..., tuple[np.ndarray, np.ndarray]],
    make_moderation: Callable[..., Moderation],
) -> None:
    row = make_moderation("C", estimate=0.132, standard_error=0.085)
    fit, _ = fits(row, crp)
    assert POINTS * (fit[1] - fit[0]) == pytest.approx(points, abs=0.06)


def test_the_slope_as_published_would_claim_ten_times_more() -> None:
    # 0.624 per observed sd, half to each drug: -17 and +10 points.
    for crp, points in ((0.3, -17), (3.0, 10)):
        half = 0.624 * _y(crp) / 2
        claimed = float(logistic(np.array(half)) - logistic(np.array(-half)))
        assert POINTS * claimed == pytest.approx(points, abs=0.6)


def test_centring_is_needed(
    fits: Callable[..., tuple[np.ndarray, np.ndarray]],
    make_moderation: Callable[..., Moderation],
) -> None:
    # A patient with the average CRP of patients is not moved, though it is not that of the norm.
    fit, _ = fits(make_moderation("D"), math.exp(0.272))
    assert np.abs(fit).max() < 1e-12


def test_one_standard_deviation_at_47_percent_moves_tms_by_one_point() -> None:
    # 0.060 logit against an inert alternative, read off the curve at 47 %: 1.1 points at an
    # observed sd with reliability 0.5.
    start = float(logit(np.array(0.47)))
    moved = float(logistic(np.array(start + 0.060 * math.sqrt(0.5)))) - 0.47
    assert POINTS * moved == pytest.approx(1.1, abs=0.06)
