"""Predictions of whole people: the average, the rules, what is withheld."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from equipoise.core.answers import given, not_asked
from equipoise.core.documents import from_json, to_json
from equipoise.core.errors import TableError
from equipoise.core.nouns import (
    Appraisal,
    Decision,
    EvidenceBase,
    LogitEstimate,
    Moderation,
    OptionVerdict,
    PathwayStep,
    Preferences,
    Profile,
    RedFlag,
    SafetyReason,
    Stage,
    TrialAppraisal,
)
from equipoise.predict import predict

Evidence = Callable[..., EvidenceBase]
Person = Callable[..., Profile]
Row = Callable[..., Moderation]
SEED = 11


def _decide(
    person: Profile, appraisal: Appraisal, evidence: EvidenceBase, seed: int = SEED
) -> Decision:
    return predict(person, appraisal, evidence, preferences=not_asked(), seed=seed)


def _mean_of_logistic(estimate: LogitEstimate) -> float:
    z = np.linspace(-10, 10, 40_001)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return float(np.trapezoid(density / (1 + np.exp(-(estimate.mean + estimate.sd * z))), z))


def test_nothing_measured_is_the_average_of_the_stage(
    make_evidence: Evidence, make_person: Person, make_moderation: Row, stage_one: Appraisal
) -> None:
    evidence = make_evidence(moderations=(make_moderation("D"), make_moderation("A")))
    decision = _decide(make_person(), stage_one, evidence)
    for one in (*decision.predictions, *decision.exploratory):
        (row,) = [b for b in evidence.baselines if b.treatment == one.treatment]
        # The table's rate, by another rule of integration; both are exact to about 1e-12.
        rate = _mean_of_logistic(row.response)
        assert one.average == pytest.approx(rate, abs=1e-10)
        assert one.response.mean == pytest.approx(rate, abs=1e-10)
        assert one.dropout.mean == pytest.approx(_mean_of_logistic(row.dropout), abs=1e-10)
        among = _mean_of_logistic(row.remission_given_response)
        assert one.remission.mean == pytest.approx(rate * among, abs=1e-10)
        assert one.outlook == 0.0
        assert abs(one.shift.mean) < 1e-12
        assert not one.better_than_average
        assert not one.worse_than_average
    assert "Nothing was measured" in decision.sentence


def test_no_moderator_is_exactly_no_shift(
    make_evidence: Evidence, make_person: Person, make_moderation: Row, stage_one: Appraisal
) -> None:
    evidence = make_evidence(moderations=(make_moderation("D"), make_moderation("C")))
    decision = _decide(make_person(2.0), stage_one, evidence)
    for one in decision.predictions:
        assert one.shift.mean == 0.0
        assert (*one.shift.ci80, *one.shift.ci95) == (0.0, 0.0, 0.0, 0.0)
        assert one.shift.words == "not_estimated"
        assert one.drivers == ()
        assert one.response.mean == one.average
    assert (
        "changes the order of the options, apart from swaps too close to call." in decision.sentence
    )
    moved = {p.treatment for p in decision.exploratory if p.shift.mean != 0}
    # Sertraline is of the class of escitalopram.
    assert moved == {"escitalopram", "nortriptyline", "sertraline"}


def test_average_in_is_average_out(
    make_evidence: Evidence, make_person: Person, make_moderation: Row, stage_one: Appraisal
) -> None:
    # Over everybody whose CRP could be measured, the chances average to the rate of the stage.
    # y is normal with variance 1 + 0.1^2; 61 people at equal steps, by the trapezoidal rule.
    evidence = make_evidence(moderations=(make_moderation("A", estimate=0.3, standard_error=0.1),))
    sd = math.sqrt(1.01)
    people = np.linspace(-2.99, 2.99, 61)
    chances: dict[str, list[tuple[float, float]]] = {}
    for y in people:
        for one in _decide(make_person(float(y)), stage_one, evidence).predictions:
            chances.setdefault(one.treatment, []).append((one.response.mean, one.average))
    density = np.exp(-((people / sd) ** 2) / 2)
    for pairs in chances.values():
        response, average = np.array(pairs).T
        found = np.trapezoid(density * response, people) / np.trapezoid(density, people)
        # People beyond 3 sd are cut off (0.3 %), on both sides alike; and given y the logit is
        # taken as normal, though slope times score is not quite.
        assert found == pytest.approx(average[0], abs=2e-4)


def test_a_strong_established_moderator_is_acted_on(
    make_evidence: Evidence, make_person: Person, make_moderation: Row, stage_one: Appraisal
) -> None:
    row = make_moderation("A", estimate=0.8, standard_error=0.05, comparator="pill_placebo")
    evidence = make_evidence(moderations=(row,), sd=0.05)
    high = {p.treatment: p for p in _decide(make_person(2.5), stage_one, evidence).predictions}
    low = {p.treatment: p for p in _decide(make_person(-2.5), stage_one, evidence).predictions}
    assert high["nortriptyline"].better_than_average
    assert high["nortriptyline"].shift.words == "better"
    assert low["nortriptyline"].worse_than_average
    assert low["nortriptyline"].shift.words == "worse"
    # The inert comparator takes nothing, and no other option moves.
    assert high["escitalopram"].shift.mean == 0.0
    assert [d.measure for d in high["nortriptyline"].drivers] == ["blood.crp_hs"]
    # The slope halfway there against the exact shift, at a shift of 24 points.
    (driver,) = high["nortriptyline"].drivers
    assert driver.amount == pytest.approx(high["nortriptyline"].shift.mean, rel=0.03)
    assert high["nortriptyline"].utility > low["nortriptyline"].utility


def test_the_same_row_at_grade_c_ranks_nothing(
    make_evidence: Evidence, make_person: Person, make_moderation: Row, stage_one: Appraisal
) -> None:
    strong = {"estimate": 0.8, "standard_error": 0.05, "comparator": "pill_placebo"}
    evidence = make_evidence(moderations=(make_moderation("C", **strong),), sd=0.05)
    decision = _decide(make_person(2.5), stage_one, evidence)
    plain = _decide(make_person(), stage_one, evidence)
    assert [p.treatment for p in decision.predictions] == [p.treatment for p in plain.predictions]
    assert [p.response for p in decision.predictions] == [p.response for p in plain.predictions]
    assert [p.treatment for p in decision.exploratory] == [
        p.treatment for p in decision.predictions
    ]
    assert not any(p.better_than_average for p in decision.predictions)
    assert any(p.better_than_average for p in decision.exploratory)


def test_a_number_that_a_weak_moderator_moved_has_its_grade(
    make_evidence: Evidence, make_person: Person, make_moderation: Row, stage_one: Appraisal
) -> None:
    row = replace(make_moderation("D"), checked="recalled", references=("uher2014",))
    evidence = make_evidence(moderations=(row,))
    decision = _decide(make_person(2.0), stage_one, evidence)
    for one in decision.exploratory:
        moved = one.treatment in {"escitalopram", "nortriptyline", "sertraline"}
        assert (one.grade, one.checked) == (("D", "recalled") if moved else ("B", "derived"))
        assert ("uher2014" in one.references) == moved
    # The established layer does not rest on it, and neither does a person whose CRP is not known.
    untouched = (*decision.predictions, *_decide(make_person(), stage_one, evidence).exploratory)
    assert {(p.grade, p.references) for p in untouched} == {("B", ("recalled",))}


@pytest.mark.parametrize("y", np.linspace(-3, 3, 13))
def test_a_world_without_moderators_holds_nobody_better_than_average(
    y: float,
    make_evidence: Evidence,
    make_person: Person,
    make_moderation: Row,
    stage_one: Appraisal,
) -> None:
    nothing = make_moderation("A", estimate=0.0, standard_error=0.2)
    decision = _decide(make_person(float(y)), stage_one, make_evidence(moderations=(nothing,)))
    assert not any(p.better_than_average or p.worse_than_average for p in decision.predictions)


def test_prognosis_moves_every_option_and_is_no_fit(
    make_evidence: Evidence, make_person: Person, make_moderation: Row, stage_one: Appraisal
) -> None:
    row = make_moderation("A", estimate=-0.4, standard_error=0.05, row_type="prognostic")
    decision = _decide(make_person(2.0), stage_one, make_evidence(moderations=(row,)))
    for one in decision.predictions:
        assert one.outlook < -0.03
        assert one.response.mean == pytest.approx(one.average + one.outlook)
        assert one.shift.mean == 0.0
        assert not one.worse_than_average


def test_intervals_hold_the_mean_and_each_other(
    make_evidence: Evidence, make_person: Person, make_moderation: Row, stage_one: Appraisal
) -> None:
    evidence = make_evidence(moderations=(make_moderation("D"),))
    decision = _decide(make_person(1.0), stage_one, evidence)
    for one in (*decision.predictions, *decision.exploratory):
        for interval in (one.response, one.remission, one.dropout):
            outer, inner = interval.ci95, interval.ci80
            assert 0 < outer[0] < inner[0] < interval.mean < inner[1] < outer[1] < 1
        assert one.remission.mean < one.response.mean < 1 - one.dropout.mean


def test_the_interval_of_drop_out_is_that_of_the_table(
    make_evidence: Evidence, make_person: Person, stage_one: Appraisal
) -> None:
    # A logistic curve keeps the order of its draws, so its quantiles are known: logit 0.2, sd 0.25.
    decision = _decide(make_person(), stage_one, make_evidence())
    centre = math.log(0.2 / 0.8)
    for one in decision.predictions:
        for z, found in zip((-1.959964, 1.959964), one.dropout.ci95, strict=True):
            exact = 1 / (1 + math.exp(-(centre + 0.25 * z)))
            # 4000 draws put a 2.5 % quantile within about 0.1 sd, 0.4 points.
            assert found == pytest.approx(exact, abs=0.008)


def _flag(grade: str) -> RedFlag:
    step = PathwayStep("Call", "clinician", "now", "recalled", "n/a")
    return RedFlag(
        "plan", "Plan to end life", "emergency" if grade == "emergency" else "watch", "", (step,)
    )


def test_an_emergency_withholds_the_ranking(
    make_evidence: Evidence, make_person: Person, stage_one: Appraisal
) -> None:
    appraisal = replace(stage_one, red_flags=(_flag("emergency"),))
    decision = _decide(make_person(), appraisal, make_evidence())
    assert (decision.predictions, decision.exploratory) == ((), ())
    assert decision.withheld is not None
    assert "Plan to end life" in decision.withheld
    assert decision.sentence == decision.withheld
    released = predict(
        make_person(),
        appraisal,
        make_evidence(),
        preferences=not_asked(),
        seed=SEED,
        acknowledged=True,
    )
    assert released.withheld is None
    assert len(released.predictions) == 4


def test_a_watch_flag_keeps_the_ranking(
    make_evidence: Evidence, make_person: Person, stage_one: Appraisal
) -> None:
    appraisal = replace(stage_one, red_flags=(_flag("watch"),))
    assert len(_decide(make_person(), appraisal, make_evidence()).predictions) == 4


def test_what_is_never_ranked(
    make_evidence: Evidence, make_person: Person, stage_one: Appraisal
) -> None:
    def verdict(treatment: str, how: str) -> OptionVerdict:
        reason = SafetyReason(
            "rule",
            "hard_stop" if how == "hard_stop" else "cannot_tell",
            f"{how} because",
            "",
            None,
            "recalled",
            "n/a",
            "recalled",
        )
        return OptionVerdict(treatment, reason.verdict, (reason,))

    trials = (
        TrialAppraisal("sertraline", "yes", "yes", "yes", 8.0, (), ()),
        TrialAppraisal("nortriptyline", "yes", "yes", "no", 8.0, (), ()),
        TrialAppraisal("escitalopram", "cannot_tell", "yes", "yes", None, (), ()),
    )
    appraisal = replace(
        stage_one,
        trials=trials,
        verdicts=(verdict("rtms", "hard_stop"), verdict("escitalopram", "cannot_tell")),
    )
    evidence = make_evidence()
    extra = replace(evidence.treatments[0], id="zuranolone")
    evidence = replace(evidence, treatments=(*evidence.treatments, extra))
    decision = _decide(make_person(), appraisal, evidence)
    assert {p.treatment for p in decision.predictions} == {"escitalopram", "nortriptyline"}
    assert {p.treatment for p in decision.exploratory} == {"escitalopram", "nortriptyline"}
    assert dict(decision.unranked) == {
        "rtms": "hard stop: hard_stop because",
        "sertraline": "an adequate trial in this episode did not help enough",
        "vns": "no rate",
        "zuranolone": "no rate is known for people of stage 1",
    }


def test_nothing_left_to_rank(make_person: Person, stage_one: Appraisal) -> None:
    empty = EvidenceBase((), (), (), (), (("vns", "no rate"),))
    decision = _decide(make_person(), stage_one, empty)
    assert decision.predictions == ()
    assert decision.withheld is None
    assert "No option can be ranked" in decision.sentence


def test_an_unknown_history_is_said(
    make_evidence: Evidence, make_person: Person, stage_one: Appraisal
) -> None:
    appraisal = replace(stage_one, stage=Stage(0, 0, 1, False, "not recorded"))
    decision = _decide(make_person(), appraisal, make_evidence())
    assert decision.stage == 1
    assert "history is not recorded" in decision.sentence
    assert "one failed adequate drug trial" in decision.sentence


def test_rates_that_cannot_be_are_refused(
    make_evidence: Evidence, make_person: Person, stage_one: Appraisal
) -> None:
    evidence = make_evidence([("escitalopram", 0.8)], dropout=0.5)
    with pytest.raises(TableError, match="more people respond than stay"):
        _decide(make_person(), stage_one, evidence)


def test_a_target_is_no_measure_of_the_person(
    make_evidence: Evidence, make_person: Person, make_moderation: Row, stage_one: Appraisal
) -> None:
    row = make_moderation("C", treatment="rtms", comparator="sham", measure="mri.tms_target")
    decision = _decide(make_person(), stage_one, make_evidence(moderations=(row,)))
    assert all(p.shift.mean == 0 and p.shift.ci95 == (0.0, 0.0) for p in decision.exploratory)


def test_a_mechanism_can_moderate(
    make_evidence: Evidence, make_person: Person, make_moderation: Row, stage_one: Appraisal
) -> None:
    row = make_moderation("C", measure="inflammation")
    decision = _decide(make_person(2.0), stage_one, make_evidence(moderations=(row,)))
    fits = {p.treatment: p.shift.mean for p in decision.exploratory}
    assert fits["nortriptyline"] > 0 > fits["escitalopram"]


def test_an_unknown_measure_is_refused(
    make_evidence: Evidence, make_person: Person, make_moderation: Row, stage_one: Appraisal
) -> None:
    row = make_moderation("C", measure="eeg.unheard_of")
    with pytest.raises(TableError, match=r"eeg\.unheard_of"):
        _decide(make_person(), stage_one, make_evidence(moderations=(row,)))


def test_json_round_trip_and_the_same_bytes_again(
    make_evidence: Evidence, make_person: Person, make_moderation: Row, stage_one: Appraisal
) -> None:
    evidence = make_evidence(moderations=(make_moderation("D"),))
    text = to_json(_decide(make_person(1.0), stage_one, evidence))
    assert to_json(from_json(Decision, text)) == text
    assert to_json(_decide(make_person(1.0), stage_one, evidence)) == text


def test_what_ranks_does_not_depend_on_the_seed(
    make_evidence: Evidence, make_person: Person, make_moderation: Row, stage_one: Appraisal
) -> None:
    evidence = make_evidence(moderations=(make_moderation("A"),))
    one = _decide(make_person(1.0), stage_one, evidence, seed=1)
    other = _decide(make_person(1.0), stage_one, evidence, seed=2)
    assert [p.utility for p in one.predictions] == [p.utility for p in other.predictions]
    assert [p.response.mean for p in one.predictions] == [
        p.response.mean for p in other.predictions
    ]
    assert one.predictions[0].response.ci95 != other.predictions[0].response.ci95


def test_preferences_change_the_order(
    make_evidence: Evidence, make_person: Person, stage_one: Appraisal
) -> None:
    evidence = make_evidence([("tablet", 0.40), ("sessions", 0.44)], sd=0.02)
    rare, often = evidence.treatments[0], evidence.treatments[1]
    often = replace(often, attributes=(("visits", 30.0), *often.attributes[1:]))
    evidence = replace(evidence, treatments=(rare, often))

    def first(*weights: tuple[str, float]) -> str:
        asked = given(Preferences(weights))
        decision = predict(make_person(), stage_one, evidence, preferences=asked, seed=SEED)
        return decision.predictions[0].treatment

    assert first(("visits", 0.0), ("invasiveness", 0.0)) == "sessions"
    assert first(("visits", 100.0)) == "tablet"
