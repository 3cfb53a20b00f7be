"""The predictions on the evidence that ships."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from equipoise import evidence
from equipoise.core.answers import not_asked
from equipoise.core.documents import from_json, to_json
from equipoise.core.nouns import Appraisal, Decision, Profile, Stage
from equipoise.predict import predict


@pytest.mark.parametrize("stage", range(5))
def test_crp_changes_no_order_and_says_how_little_it_could(
    stage: int, make_person: Callable[..., Profile], stage_one: Appraisal
) -> None:
    literature = evidence.load()
    appraisal = replace(stage_one, stage=Stage(stage, stage, stage, True, ""))
    # 0.3 mg/L among depressed patients: -1.09.
    person, nobody = make_person(-1.09), make_person()

    def decide(profile: Profile) -> Decision:
        return predict(profile, appraisal, literature, preferences=not_asked(), seed=20240601)

    measured, plain = decide(person), decide(nobody)
    assert [p.treatment for p in measured.predictions] == [p.treatment for p in plain.predictions]
    assert all(p.shift.mean == 0.0 for p in measured.predictions)
    assert not any(p.better_than_average for p in measured.exploratory)
    fits = {p.treatment: p.shift.mean for p in measured.exploratory if p.shift.mean}
    # A classmate takes half of what the named option takes. The rate of nortriptyline comes from
    # people with two failed trials.
    classes = {one.id: one.drug_class for one in literature.treatments}
    for name in fits:
        assert classes[name] in {"ssri", "tca"}
    assert ("nortriptyline" in fits) == (stage >= 2)
    # Half of 1.2 points at most, which is its size at 50 % response and no drop-out.
    assert 0 < fits["escitalopram"] < 0.007
    for name, fit in fits.items():
        assert 0 < fit < 0.007 if classes[name] == "ssri" else -0.007 < fit < 0
        if classes[name] == "ssri" and name != "escitalopram":
            assert fit == pytest.approx(fits["escitalopram"] / 2, rel=0.15)
    text = to_json(measured)
    assert to_json(from_json(Decision, text)) == text
    # The vagus nerve stimulator has no rate at 8 weeks.
    assert "vns" in dict(measured.unranked)
    assert {p.treatment for p in measured.predictions}.isdisjoint({"pill_placebo", "sham"})
    assert sum(p.p_best for p in measured.predictions) == pytest.approx(1)
    for one in plain.predictions:
        (row,) = [
            b for b in literature.baselines if (b.treatment, b.stage) == (one.treatment, stage)
        ]
        assert one.response.mean == one.average
        assert one.extrapolated == row.extrapolated
