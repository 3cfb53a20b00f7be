"""What must not change a prediction: order, company, names of the same thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equipoise.core.answers import not_asked
from equipoise.core.documents import to_json
from equipoise.core.nouns import Appraisal, Decision, EvidenceBase, Moderation, Profile
from equipoise.predict import predict

Evidence = Callable[..., EvidenceBase]
Person = Callable[..., Profile]
Row = Callable[..., Moderation]


def _decide(person: Profile, appraisal: Appraisal, evidence: EvidenceBase) -> Decision:
    return predict(person, appraisal, evidence, preferences=not_asked(), seed=7)


@pytest.fixture
def evidence(make_evidence: Evidence, make_moderation: Row) -> EvidenceBase:
    """Return four options with a moderator in each layer."""
    rows = (make_moderation("D"), make_moderation("B", treatment="rtms", comparator="sham"))
    return make_evidence(moderations=rows)


FEW = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FEW
@given(order=st.permutations(range(4)), swap=st.booleans())
def test_the_order_of_rows_does_not_matter(
    order: list[int],
    swap: bool,
    evidence: EvidenceBase,
    make_person: Person,
    stage_one: Appraisal,
) -> None:
    shuffled = replace(
        evidence,
        treatments=tuple(evidence.treatments[i] for i in order),
        baselines=tuple(evidence.baselines[i] for i in reversed(order)),
        moderations=evidence.moderations[::-1] if swap else evidence.moderations,
    )
    person = make_person(1.3)
    assert to_json(_decide(person, stage_one, shuffled)) == to_json(
        _decide(person, stage_one, evidence)
    )


def test_a_removed_option_leaves_the_chances_of_the_others(
    evidence: EvidenceBase, make_person: Person, stage_one: Appraisal
) -> None:
    fewer = replace(
        evidence, treatments=tuple(t for t in evidence.treatments if t.id != "sertraline")
    )
    person = make_person(1.3)
    for layer in ("predictions", "exploratory"):
        all_four = {p.treatment: p for p in getattr(_decide(person, stage_one, evidence), layer)}
        three = {p.treatment: p for p in getattr(_decide(person, stage_one, fewer), layer)}
        assert set(all_four) - set(three) == {"sertraline"}
        for name, one in three.items():
            assert one.response.mean == pytest.approx(all_four[name].response.mean, abs=1e-14)
            # The same draws, so the same ends but for the last bits of a sum.
            assert one.response.ci95 == pytest.approx(all_four[name].response.ci95, abs=1e-12)
            assert one.utility == pytest.approx(all_four[name].utility, abs=1e-12)


@FEW
@given(which=st.integers(0, 3), y=st.floats(-2.5, 2.5))
def test_a_second_name_for_an_option_changes_nothing_for_the_others(
    which: int, y: float, evidence: EvidenceBase, make_person: Person, stage_one: Appraisal
) -> None:
    twice = replace(evidence, treatments=(*evidence.treatments, evidence.treatments[which]))
    person = make_person(y)
    alone = {p.treatment: p for p in _decide(person, stage_one, evidence).predictions}
    doubled = _decide(person, stage_one, twice).predictions
    name = evidence.treatments[which].id
    order = list(dict.fromkeys(p.treatment for p in doubled))
    assert order == list(alone)
    assert [p.treatment for p in doubled].count(name) == 2
    for one in doubled:
        share = 2 if one.treatment == name else 1
        assert one.p_best * share == pytest.approx(alone[one.treatment].p_best, abs=1e-12)
        assert one.utility == pytest.approx(alone[one.treatment].utility, abs=1e-12)


def test_swapping_the_sides_of_a_contrast_and_its_sign_changes_nothing(
    make_evidence: Evidence, make_moderation: Row, make_person: Person, stage_one: Appraisal
) -> None:
    row = make_moderation("D", estimate=0.06)
    mirror = replace(
        row, treatment=row.comparator, comparator=row.treatment, estimate=-row.estimate
    )
    person = make_person(1.3)
    one, other = (
        {
            p.treatment: p
            for p in _decide(person, stage_one, make_evidence(moderations=(r,))).exploratory
        }
        for r in (row, mirror)
    )
    for name, prediction in one.items():
        assert prediction.shift.mean == pytest.approx(other[name].shift.mean, abs=1e-14)


@FEW
@given(
    y=st.floats(-2.5, 2.5),
    errors=st.lists(st.floats(0.1, 6.0), min_size=2, max_size=4).map(sorted),
)
def test_more_measurement_error_is_never_a_larger_shift(
    y: float,
    errors: list[float],
    evidence: EvidenceBase,
    make_person: Person,
    stage_one: Appraisal,
) -> None:
    shifts = []
    for error in errors:
        decision = _decide(make_person(y, error=error), stage_one, evidence)
        shifts.append({p.treatment: abs(p.shift.mean) for p in decision.exploratory})
    for before, after in pairwise(shifts):
        assert all(after[name] <= before[name] + 1e-12 for name in before)


def test_hardly_anything_is_left_of_a_shift_with_much_error(
    evidence: EvidenceBase, make_person: Person, stage_one: Appraisal
) -> None:
    sure, unsure = (
        max(
            abs(p.shift.mean)
            for p in _decide(make_person(1.3, error=error), stage_one, evidence).exploratory
        )
        for error in (0.1, 6.0)
    )
    assert 0.0 < unsure < 0.1 * sure


def test_a_measure_nobody_moderates_by_moves_nothing(
    make_evidence: Evidence, make_moderation: Row, make_person: Person, stage_one: Appraisal
) -> None:
    row = make_moderation("A", measure="scales.phq9")
    plain = make_evidence(moderations=(row,))
    measured, nobody = (_decide(make_person(y), stage_one, plain) for y in (2.0, None))
    assert [p.response for p in measured.predictions] == [p.response for p in nobody.predictions]
