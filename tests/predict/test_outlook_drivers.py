"""What moves every option alike is the outlook, and no finding about any option."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from equipoise.core.answers import not_asked
from equipoise.core.nouns import Appraisal, Covariate, EvidenceBase, Moderation, Profile
from equipoise.predict import predict


def test_a_prognostic_fact_alone_estimates_no_fit(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    make_moderation: Callable[..., Moderation],
    stage_one: Appraisal,
) -> None:
    name = "clinical.anxious_distress"
    row = make_moderation(
        "B", estimate=-0.2, standard_error=0.04, row_type="prognostic", measure=name
    )
    facts = (Covariate(name, "anxious distress", 1.2, 1.0, "known", "a specifier"),)
    decision = predict(
        make_person(),
        replace(stage_one, covariates=facts),
        make_evidence(moderations=(row,)),
        preferences=not_asked(),
        seed=1,
    )
    assert decision.predictions
    for one in decision.predictions:
        assert one.outlook < 0
        assert one.shift.words == "not_estimated"
        assert one.shift.mean == 0.0
        assert [driver.outlook for driver in one.drivers] == [True]
