"""Going on, raising, adding or switching, given the change so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from equipoise.core.answers import not_asked
from equipoise.core.gaussian import logistic, logit
from equipoise.core.nouns import (
    Appraisal,
    Continuation,
    EvidenceBase,
    NextMove,
    Profile,
    RedFlag,
    Stage,
    TrialAppraisal,
    UnderWay,
)
from equipoise.evidence import load
from equipoise.predict import predict
from equipoise.profile import infer

TAKEN = UnderWay(
    treatment="escitalopram",
    start="2025-01-01",
    scale="hamd17",
    baseline=20.0,
    latest=19.0,
    baseline_date="2025-01-01",
    latest_date="2025-01-15",
    weeks=2.0,
    improvement=5.0,
    dose_enough="yes",
    taken_regularly="yes",
    side_effects=(),
    why_not=None,
)
Ask = Callable[..., tuple[Continuation, ...]]


@pytest.fixture
def ask(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
) -> Ask:
    """Return a function: what was seen, to the continuations."""

    def run(*taken: UnderWay, base: EvidenceBase | None = None) -> tuple[Continuation, ...]:
        return predict(
            make_person(),
            replace(stage_one, under_way=taken),
            base or _two_stages(make_evidence()),
            preferences=not_asked(),
            seed=20240601,
        ).continuations

    return run


def _two_stages(base: EvidenceBase, fall: float = 0.8) -> EvidenceBase:
    """Return the same options with a rate after one more failed trial."""
    later = tuple(
        replace(one, stage=2, response=replace(one.response, mean=one.response.mean - fall))
        for one in base.baselines
    )
    return replace(base, baselines=base.baselines + later)


def _mean(level: float | np.ndarray[tuple[int, ...], np.dtype[np.float64]], sd: float) -> float:
    """Return the mean chance for normal log-odds."""
    z = np.linspace(-8, 8, 4001)
    density = np.exp(-(z**2) / 2)
    return float(np.sum(logistic(level + sd * z) * density) / density.sum())


def _move(one: Continuation, kind: str) -> NextMove:
    (found,) = [move for move in one.moves if move.kind == kind]
    return found


def test_the_chance_follows_the_line_of_week_two(ask: Ask) -> None:
    (one,) = ask(TAKEN)
    # By the trapezoid rule: 40 of 100 (sd 0.3) by intention to treat, 20 of 100 (sd 0.25) stop.
    staying = _mean(logit(np.array(0.4)), 0.3) / (1 - _mean(logit(np.array(0.2)), 0.25))
    assert one.before.mean == pytest.approx(staying, abs=1e-6)
    low, high = logit(np.array(one.before.ci80))
    middle, sd = (low + high) / 2, (high - low) / 2 / 1.28155
    assert one.if_continued.mean == pytest.approx(_mean(middle - 1.3, sd), abs=1e-5)
    # Ranges of the line: slope 0.03 and centre 16 wide at 95 %, 25 points off the centre.
    line = ((25 * 0.03) ** 2 + (0.052 * 16) ** 2) / (2 * 1.95996) ** 2
    wide = 1.28155 * np.sqrt(sd**2 + line)
    ends = logit(np.array(one.if_continued.ci80))
    assert ends == pytest.approx([middle - 1.3 - wide, middle - 1.3 + wide], abs=1e-4)
    assert not one.extrapolated


def test_what_is_ranked_keeps_the_chance_of_the_person() -> None:
    """One chance of one drug: the trial that failed counts in the ranking and here alike."""
    before = TrialAppraisal(
        *("sertraline", "yes", "yes", "yes", 8.0, (), ()),
        benefit="none",
        start="2024-01",
        counts_for_stage=("sertraline",),
    )
    person = replace(Appraisal((), (before,), Stage(1, 1, 1, True, ""), (), ()), under_way=(TAKEN,))
    nobody = infer((), today="2025-01-10")
    found = predict(nobody, person, load(), preferences=not_asked(), seed=20240601)
    (drug,) = (one for one in found.predictions if one.treatment == TAKEN.treatment)
    staying = drug.response.mean / (1 - drug.dropout.mean)
    assert drug.shift.mean < -0.002
    assert found.continuations[0].before.mean == pytest.approx(staying, abs=1e-6)


def test_a_change_at_the_centre_leaves_the_chance(ask: Ask) -> None:
    (one,) = ask(replace(TAKEN, improvement=30.0, latest=14.0))
    assert one.if_continued.mean == one.before.mean
    # Where the centre lies is not known exactly.
    assert one.if_continued.ci80[0] < one.before.ci80[0]
    assert one.if_continued.ci80[1] > one.before.ci80[1]


def test_the_moves_stand_in_order_and_raising_has_no_chance(ask: Ask) -> None:
    (one,) = ask(TAKEN)
    assert [move.kind for move in one.moves] == ["continue", "raise", "switch"]
    assert _move(one, "raise").response is None
    assert _move(one, "raise").references
    assert "escitalopram" not in _move(one, "switch").treatments


def test_switching_now_knows_the_change(ask: Ask) -> None:
    """A mixture of those whom the present treatment would help, and of the others."""
    (one,) = ask(TAKEN)
    move = _move(one, "switch")
    assert move.treatments[0] == "rtms"
    assert move.response is not None
    later = _mean(-0.8, 0.3)
    before, after = one.before.mean, one.if_continued.mean
    helped = (0.5 - (1 - before) * later) / before
    wanted = after * helped + (1 - after) * later
    assert later < move.response.mean < 0.5
    assert move.response.mean == pytest.approx(wanted, abs=1e-5)


def test_a_failure_that_does_not_count_leaves_the_next_chance(
    ask: Ask, make_evidence: Callable[..., EvidenceBase]
) -> None:
    base = _two_stages(make_evidence())
    own = tuple(
        replace(one, group="stimulation") if one.id == "rtms" else one for one in base.treatments
    )
    (one,) = ask(replace(TAKEN, treatment="rtms"), base=replace(base, treatments=own))
    response = _move(one, "switch").response
    assert response is not None
    # The mean of a chance lies 0.2 points above that of its log-odds (sd 0.3).
    assert response.mean == pytest.approx(0.4, abs=3e-3)
    assert one.extrapolated
    assert "scaled to the course" in one.sentence


def test_the_evidence_may_come_in_any_order(
    ask: Ask, make_evidence: Callable[..., EvidenceBase]
) -> None:
    base = _two_stages(make_evidence())
    turned = replace(base, treatments=base.treatments[::-1], baselines=base.baselines[::-1])
    assert ask(TAKEN, base=turned) == ask(TAKEN, base=base)


def test_nothing_is_said_where_no_change_can_be_read(ask: Ask) -> None:
    assert ask(replace(TAKEN, why_not="no scale was answered")) == ()


def test_a_treatment_of_an_unstudied_kind_has_no_continuation(
    ask: Ask, make_evidence: Callable[..., EvidenceBase]
) -> None:
    base = _two_stages(make_evidence())
    own = tuple(
        replace(one, group="ect", drug_class="ect") if one.id == "sertraline" else one
        for one in base.treatments
    )
    assert ask(replace(TAKEN, treatment="sertraline"), base=replace(base, treatments=own)) == ()


@pytest.mark.parametrize("improvement", [-40.0, 0.0, 10.0, 19.0])
@pytest.mark.parametrize("weeks", [1.0, 2.0, 3.5])
def test_a_miss_alone_never_advises_against_going_on(
    ask: Ask, improvement: float, weeks: float
) -> None:
    (one,) = ask(replace(TAKEN, improvement=improvement, weeks=weeks))
    text = f"{one.sentence} {_move(one, 'continue').words}".lower()
    assert "will" not in text.split()
    for word in ("should stop", "futile", "hopeless", "advise", "do not continue"):
        assert word not in text
    assert one.if_continued.mean > 0
    if weeks >= 2:
        assert "not by itself a reason to stop" in text


def test_an_early_gain_is_no_promise(ask: Ask) -> None:
    (one,) = ask(replace(TAKEN, improvement=45.0, latest=11.0))
    assert "not a promise" in one.sentence
    assert one.if_continued.mean < 0.8


@pytest.mark.parametrize(("improvement", "weeks"), [(25.0, 6.0), (25.0, 2.0), (35.0, 5.0)])
def test_some_improvement_that_lowers_the_chance_is_called_no_good_sign(
    ask: Ask, improvement: float, weeks: float
) -> None:
    (one,) = ask(replace(TAKEN, improvement=improvement, weeks=weeks))
    assert one.if_continued.mean < one.before.mean
    assert "good sign" not in one.sentence
    assert "improved more than this" in one.sentence


def test_nothing_is_said_while_an_emergency_withholds_the_plan(
    make_evidence: Callable[..., EvidenceBase],
    make_person: Callable[..., Profile],
    stage_one: Appraisal,
) -> None:
    flag = RedFlag("suicidal_plan", "Plan of suicide", "emergency", "", ())
    appraisal = replace(stage_one, under_way=(TAKEN,), red_flags=(flag,))
    found = predict(
        make_person(), appraisal, _two_stages(make_evidence()), preferences=not_asked(), seed=1
    )
    assert found.withheld
    assert found.continuations == ()


def test_unwanted_effects_are_a_reason_of_their_own(ask: Ask) -> None:
    (one,) = ask(replace(TAKEN, side_effects=("Sleepiness",), taken_regularly="no"))
    assert "sleepiness" in one.sentence
    assert "whatever the score" in one.sentence
    assert "not taken regularly" in one.sentence


@pytest.mark.parametrize(
    ("dose_enough", "part"),
    [("no", "below that of an adequate trial"), ("cannot_tell", "not recorded")],
)
def test_a_low_dose_comes_first(ask: Ask, dose_enough: str, part: str) -> None:
    (one,) = ask(replace(TAKEN, dose_enough=dose_enough))
    assert part in _move(one, "raise").words


def test_the_highest_stage_has_no_next(
    ask: Ask, make_evidence: Callable[..., EvidenceBase], stage_one: Appraisal
) -> None:
    """Without a rate after one more failure the next chance stays that of the stage."""
    assert stage_one.stage == Stage(1, 1, 1, True, "")
    (one,) = ask(TAKEN, base=make_evidence())
    response = _move(one, "switch").response
    assert response is not None
    assert response.mean == pytest.approx(0.5, abs=1e-3)
    low, high = response.ci80
    # The rate of rtms: log-odds 0 with sd 0.3.
    assert logit(np.array([low, high])) == pytest.approx([-0.384, 0.384], abs=0.03)


def test_a_drug_without_a_rate_borrows_that_of_its_class(
    ask: Ask, make_evidence: Callable[..., EvidenceBase]
) -> None:
    base = _two_stages(make_evidence())
    alone = replace(base.treatments[0], id="imipramine", title="Imipramine", drug_class="tca")
    mate = replace(base.treatments[1], drug_class="tca")
    known = (base.treatments[0], mate, *base.treatments[2:], alone)
    (one,) = ask(replace(TAKEN, treatment="imipramine"), base=replace(base, treatments=known))
    (other,) = ask(replace(TAKEN, treatment=mate.id), base=replace(base, treatments=known))
    assert one.before == other.before
    assert one.extrapolated
    assert "no rate of its own" in one.sentence


def test_a_borrowed_rate_is_a_mixture(ask: Ask, make_evidence: Callable[..., EvidenceBase]) -> None:
    """Of equal parts at log-odds -1 and 1 with sd 0.3: sd sqrt(0.09 + 1)."""
    base = make_evidence((("one", 1 / (1 + np.e)), ("two", np.e / (1 + np.e))), dropout=0.01)
    alone = replace(base.treatments[0], id="imipramine", title="Imipramine", drug_class="tca")
    (one,) = ask(
        replace(TAKEN, treatment="imipramine"),
        base=replace(base, treatments=(*base.treatments, alone)),
    )
    low, high = logit(np.array(one.before.ci80))
    # Drop-out of 1 % moves the log-odds by two hundredths.
    assert (high - low) / 2 / 1.28155 == pytest.approx(np.sqrt(1.09), abs=0.03)
    assert one.before.mean == pytest.approx(0.5, abs=0.01)
