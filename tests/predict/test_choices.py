"""Which options a person's safety, history, age and stage keep out of the ranking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from equipoise.core.nouns import Appraisal, EvidenceBase, OptionVerdict, SafetyReason, Stage
from equipoise.predict.choices import rankable


def appraisal(*reasons: tuple[str, str, str], stage: int = 1) -> Appraisal:
    """Return an appraisal whose verdicts are (treatment, rule, verdict)."""
    verdicts = tuple(
        OptionVerdict(
            name,
            verdict,  # type: ignore[arg-type]
            (SafetyReason(rule, verdict, "why", "do", None, "recalled", "n/a", "recalled"),),  # type: ignore[arg-type]
        )
        for name, rule, verdict in reasons
    )
    return Appraisal((), (), Stage(stage, stage, stage, True, ""), (), verdicts)


@pytest.mark.parametrize(
    ("rule", "verdict", "why"),
    [
        ("needs_antidepressant", "caution", "no antidepressant is taken now"),
        ("adult_rates", "cannot_tell", "of adults"),
        ("any_rule", "hard_stop", "hard stop: why"),
    ],
)
def test_some_rules_keep_an_option_out(
    rule: str, verdict: str, why: str, make_evidence: Callable[..., EvidenceBase]
) -> None:
    ranked, unranked = rankable(make_evidence(), appraisal(("rtms", rule, verdict)))
    assert "rtms" not in {one.treatment.id for one in ranked}
    assert why in dict(unranked)["rtms"]


def test_a_caution_keeps_an_option_in(make_evidence: Callable[..., EvidenceBase]) -> None:
    ranked, unranked = rankable(make_evidence(), appraisal(("rtms", "other", "caution")))
    assert "rtms" in {one.treatment.id for one in ranked}
    assert dict(unranked) == {"vns": "no rate"}


def test_an_option_for_later_waits(make_evidence: Callable[..., EvidenceBase]) -> None:
    base = make_evidence()
    later = tuple(
        replace(one, failed_trials_before=2) if one.id == "rtms" else one for one in base.treatments
    )
    ranked, unranked = rankable(replace(base, treatments=later), appraisal())
    assert "rtms" not in {one.treatment.id for one in ranked}
    assert dict(unranked)["rtms"] == "it is for people with 2 or more failed adequate drug trials"


def test_what_holds_for_everyone_comes_before_the_stage(
    make_evidence: Callable[..., EvidenceBase],
) -> None:
    base = replace(make_evidence(), unranked=(("rtms", "only in trials"),))
    later = tuple(replace(one, failed_trials_before=2) for one in base.treatments)
    _, unranked = rankable(replace(base, treatments=later), appraisal())
    assert dict(unranked)["rtms"] == "only in trials"
    _, unranked = rankable(base, appraisal(("rtms", "any_rule", "hard_stop")))
    assert dict(unranked)["rtms"] == "hard stop: why"
