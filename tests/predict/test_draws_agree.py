"""Draws and quadrature are two ways to the same numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from equipoise.core.answers import not_asked
from equipoise.core.nouns import Appraisal, EvidenceBase, LogitEstimate, Moderation, Profile
from equipoise.predict import predict
from equipoise.predict.chances import Person, draw_chances, expect_chances
from equipoise.predict.history.record import History
from equipoise.predict.history.standing import stand, tried_of
from equipoise.predict.history.tolerance import tolerance_of
from equipoise.predict.literature import draw_literature, read_literature
from equipoise.predict.scores import draw_scores, redrawn, scores_of
from equipoise.predict.settings import load_settings
from equipoise.predict.slopes import slopes_of

SETTINGS = load_settings()
PAIR = ("escitalopram", "nortriptyline")


@pytest.mark.parametrize("y", [None, -2.0, 1.5])
@pytest.mark.parametrize("rate", [0.15, 0.5])
def test_the_mean_of_the_draws_is_the_expectation(
    y: float | None,
    rate: float,
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    make_moderation: Callable[..., Moderation],
) -> None:
    rows = (
        make_moderation("A", estimate=0.4, standard_error=0.2),
        make_moderation("B", estimate=-0.2, standard_error=0.1, row_type="prognostic"),
    )
    evidence, person = make_evidence([(name, rate) for name in PAIR]), make_person(y)
    numerics = SETTINGS.numerics
    scores = scores_of(person, ("blood.crp_hs",), SETTINGS)
    slopes = slopes_of(rows, PAIR, frozenset(PAIR), SETTINGS)
    literature = read_literature(evidence.baselines, numerics)
    nothing = History(1, known=False, failures=(), stops=())
    known = (scores, tried_of(nothing, evidence, SETTINGS))
    standing = stand(evidence.treatments, slopes, (rows, frozenset(PAIR)), known, SETTINGS)
    mean, covariance = standing.state.mean[:1], standing.state.covariance[:1, :1]
    one = Person(
        standing,
        tolerance_of(evidence.treatments, nothing, evidence, numerics),
        redrawn(draw_scores(person, scores, 4, numerics), scores, mean, covariance),
        4,
    )
    expected = expect_chances(literature, slopes, one, numerics)
    drawn = draw_chances(
        draw_literature(literature, evidence.joint, 4, numerics), slopes, one, numerics
    )
    # Monte Carlo error of 4000 draws is about 0.001 for a chance and 0.0005 for a fit.
    np.testing.assert_allclose(drawn.response.mean(axis=0), expected.response, atol=0.004)
    np.testing.assert_allclose(drawn.remission.mean(axis=0), expected.remission, atol=0.004)
    np.testing.assert_allclose(drawn.fit.mean(axis=0), expected.fit, atol=0.002)


def test_the_interval_of_the_response_is_that_of_the_table(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
) -> None:
    # With drop-out known the response by intention to treat has the spread of its row, to first
    # order: logit 0.4, sd 0.2.
    evidence = make_evidence([("a", 0.4), ("b", 0.4)], sd=0.2)
    fixed = LogitEstimate(math.log(0.3 / 0.7), 0.0)
    rows = tuple(replace(row, dropout=fixed) for row in evidence.baselines)
    evidence = replace(evidence, baselines=rows)
    decision = predict(make_person(), stage_one, evidence, preferences=not_asked(), seed=1)
    centre = math.log(0.4 / 0.6)
    for one in decision.predictions:
        for z, found in zip((-1.959964, 1.959964), one.response.ci95, strict=True):
            exact = 1 / (1 + math.exp(-(centre + 0.2 * z)))
            # Draws 0.4 points, the second order half a point.
            assert found == pytest.approx(exact, abs=0.012)
