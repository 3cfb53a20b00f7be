"""Dose limits: published caps, and what holds for every person."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.appraise.dosing import limits_by_treatment
from equipoise.core import answers
from equipoise.core.nouns import Demographics, DoseLimit, DrugUse, LabResult, Timeline
from equipoise.core.tables import load_table

TODAY = "2025-02-01"
EGFR = "mL/min/{1.73_m2}"
DRUGS = sorted(row.text("id") for row in load_table("drugs/drugs"))
OFTEN = settings(max_examples=40, deadline=None)


def _limits(
    *, age: float = 40, egfr: float = 95, score: float = 5, drugs: tuple[str, ...] = ()
) -> dict[str, DoseLimit]:
    labs = [LabResult("egfr", egfr, EGFR, "2025-01-20")]
    if score > 5:
        labs.append(LabResult("child_pugh", score, "{score}", "2025-01-20"))
    timeline = Timeline(
        "01",
        demographics=Demographics(answers.given("female"), answers.given(age)),
        conditions=answers.given(()),
        treatments=answers.given(()),
        drugs=answers.given(tuple(DrugUse(drug) for drug in drugs)),
        labs=answers.given(tuple(labs)),
    )
    return limits_by_treatment(timeline, today=TODAY)


def _no_higher(one: dict[str, DoseLimit], other: dict[str, DoseLimit]) -> bool:
    for drug, limit in one.items():
        for name in ("start", "adequate", "maximum"):
            low, high = getattr(limit, name), getattr(other[drug], name)
            if high is not None and (low is None or low > high):
                return False
    return True


@OFTEN
@given(st.integers(18, 95), st.integers(0, 30), st.integers(5, 120), st.integers(0, 60))
def test_older_people_and_weaker_kidneys_never_have_a_higher_dose(
    age: int, more: int, egfr: int, less: int
) -> None:
    healthy = _limits(age=age, egfr=egfr)
    assert _no_higher(_limits(age=age + more, egfr=max(1, egfr - less)), healthy)


@OFTEN
@given(st.integers(5, 15), st.integers(0, 10))
def test_a_worse_liver_never_has_a_higher_dose(score: int, worse: int) -> None:
    assert _no_higher(_limits(score=min(15, score + worse)), _limits(score=score))


@OFTEN
@given(st.lists(st.sampled_from(DRUGS), max_size=3), st.sampled_from(DRUGS))
def test_one_more_drug_never_raises_a_dose(taken: list[str], drug: str) -> None:
    """Inducers included: no dose is ever raised because of one."""
    assert _no_higher(_limits(drugs=(*taken, drug)), _limits(drugs=tuple(taken)))


def test_start_and_adequacy_lie_within_the_maximum() -> None:
    for limit in _limits(age=80, egfr=20, score=12, drugs=("fluvoxamine", "ketoconazole")).values():
        for dose in (limit.start, limit.adequate):
            assert dose is None or limit.maximum is None or dose <= limit.maximum


def test_every_lowered_dose_names_its_source() -> None:
    """Of the table alone, without any limit, nothing is said; with one, its reference stands."""
    plain, lowered = _limits(), _limits(age=70, egfr=25)
    assert {drug for drug, limit in plain.items() if limit.because} == set()
    keys = {row.text("key") for row in load_table("references/references")}
    for limit in lowered.values():
        if limit.maximum != plain[limit.drug].maximum:
            assert limit.because
            assert all(any(key in told for key in keys) for told in limit.because)


def test_limits_stand_in_the_unit_of_the_doses() -> None:
    doses = load_table("doses/doses")
    for row in load_table("doses/limits"):
        unit = row.optional_text("unit")
        assert unit is None or unit == doses.row(treatment=row.text("treatment")).text("unit")
