"""Waking days of saliva: values by hand, and every rule that makes a day say nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given as given_by
from hypothesis import settings
from hypothesis import strategies as st

from equipoise.assays.blood import cortisol_awakening, cortisol_day, cortisol_night
from equipoise.core.answers import given
from equipoise.core.nouns import (
    DrugUse,
    LabResult,
    Measurement,
    NotMeasured,
    Pregnancy,
    Timeline,
    TreatmentTrial,
    Unmapped,
)
from equipoise.core.tables import load_table

DATE = "2025-01-10"
MORNING = ((0, 10), (15, 14), (30, 18), (45, 16), (60, 13))
DAY = (*MORNING, (480, 5), (960, 2))


def _sample(minutes: float | None, value: float, **more: object) -> LabResult:
    return replace(
        LabResult("cortisol_saliva", value, "nmol/L", DATE, minutes_after_waking=minutes),
        **more,  # type: ignore[arg-type]
    )


def _person(*labs: LabResult, **more: object) -> Timeline:
    person = Timeline(
        "01",
        labs=given(labs),
        treatments=given(()),
        drugs=given(()),
        pregnancy=given(Pregnancy("not_pregnant")),
    )
    return replace(person, **more)  # type: ignore[arg-type]


def _labs(pairs: tuple[tuple[float, float], ...] = DAY) -> tuple[LabResult, ...]:
    return tuple(_sample(minutes, value) for minutes, value in pairs)


def _values(person: Timeline) -> dict[str, float]:
    results = (*cortisol_awakening.measure(person), *cortisol_day.measure(person))
    return {r.id.partition("_")[2]: r.quantity.value for r in results if isinstance(r, Measurement)}


def _reasons(person: Timeline, assay: object = cortisol_awakening) -> set[str]:
    results = assay.measure(person)  # type: ignore[attr-defined]
    assert results
    assert all(isinstance(result, NotMeasured) for result in results)
    return {result.reason for result in results}


def test_a_full_day_by_hand() -> None:
    """All seven numbers of one day, by hand.

    Rise: 18 - 10 = 8. First hour: 892.5 and 292.5 nmol/L x min (see the kernels).
    Slope: (2 - 10) / 16 h = -0.5. Above ground over the day, in hours: 892.5 / 60 = 14.875;
    (13 + 5) / 2 x 7 = 63; (5 + 2) / 2 x 8 = 28; together 105.875; above the first value
    105.875 - 10 x 16 = -54.125.
    Slope of ln without 15 to 60 minutes, at 0, 8 and 16 h: the middle sample is at the mean, so
    it is (ln 2 - ln 10) / 16 = -0.100590.
    """
    assert _values(_person(*_labs())) == pytest.approx({
        "awakening.delta": 8,
        "awakening.auc_ground": 892.5,
        "awakening.auc_increase": 292.5,
        "day.slope": -0.5,
        "day.slope_ln": -math.log(5) / 16,
        "day.auc_ground": 105.875,
        "day.auc_increase": -54.125,
    })


def test_errors_by_hand() -> None:
    """Share of a sample: sqrt(0.565^2 + 0.154^2) = 0.58561; rise: that x sqrt(10^2 + 18^2)."""
    results = cortisol_awakening.measure(_person(*_labs()))
    (rise,) = (r for r in results if isinstance(r, Measurement) and r.id.endswith("delta"))
    assert rise.quantity.standard_error == pytest.approx(0.58561 * math.hypot(10, 18), rel=1e-4)
    results = cortisol_day.measure(_person(*_labs()))
    (slope,) = (r for r in results if isinstance(r, Measurement) and r.id.endswith("slope_ln"))
    error = math.sqrt(math.log(1 + 0.58561**2))
    assert slope.quantity.standard_error == pytest.approx(error * math.sqrt(2) / 16, rel=1e-4)


def test_micrograms_give_the_same_numbers() -> None:
    """1 ug/dL is 27.59 nmol/L; laboratories report both."""
    labs = tuple(replace(lab, value=lab.value / 27.59, unit="ug/dL") for lab in _labs())
    assert _values(_person(*labs)) == pytest.approx(_values(_person(*_labs())), rel=1e-3)


def test_a_falling_first_hour_is_negative_and_not_cut_off() -> None:
    pairs = ((0, 18), (15, 16), (30, 14), (45, 12), (60, 10))
    found = _values(_person(*_labs(pairs)))
    assert found["awakening.delta"] == pytest.approx(-4)
    # 18 x 60 = 1080; trapezoids 255 + 225 + 195 + 165 = 840.
    assert found["awakening.auc_increase"] == pytest.approx(-240)


def test_the_order_of_the_record_does_not_matter() -> None:
    assert _values(_person(*reversed(_labs()))) == _values(_person(*_labs()))


def test_clock_times_serve_where_one_sample_tells_the_waking() -> None:
    """Waking at 06:30 by the first sample; the others have clock times alone."""
    clocks = ("06:30", "06:45", "07:00", "07:15", "07:30", "14:30", "22:30")
    labs = [
        _sample(0 if clock == "06:30" else None, value, time=clock)
        for clock, (_, value) in zip(clocks, DAY, strict=True)
    ]
    assert _values(_person(*labs)) == pytest.approx(_values(_person(*_labs())))


def test_a_sample_after_midnight_belongs_to_the_day_of_waking() -> None:
    *early, _ = _labs()
    early[0] = replace(early[0], time="08:30")
    late = _sample(960, 2, time="00:30", date="2025-01-11")
    assert _values(_person(*early, late)) == pytest.approx(_values(_person(*_labs())))


def test_two_days_are_two_sets_of_results() -> None:
    second = tuple(replace(lab, date="2025-01-11") for lab in _labs())
    results = cortisol_day.measure(_person(*_labs(), *second))
    assert [r.date for r in results if isinstance(r, Measurement)] == [DATE] * 4 + [
        "2025-01-11"
    ] * 4


def test_nothing_recorded_is_silent() -> None:
    assert cortisol_awakening.measure(Timeline("01")) == ()
    assert cortisol_day.measure(_person()) == ()
    assert cortisol_night.measure(_person()) == ()


def _with(minutes: float, **more: object) -> tuple[LabResult, ...]:
    """Return a full day with one sample changed."""
    return tuple(
        replace(lab, **more) if lab.minutes_after_waking == minutes else lab  # type: ignore[arg-type]
        for lab in _labs()
    )


BROKEN = [
    (_labs((*((m + 6, v) for m, v in DAY),)), "6 minutes after waking, later than 5"),
    (tuple(_sample(None, v, time=f"{7 + i:02d}:00") for i, (_, v) in enumerate(DAY)), "not known"),
    (tuple(_sample(None, v) for _, v in DAY), "waking time is not known"),
    ((*_labs(), _sample(None, 4)), "neither a clock time"),
    ((*_labs(), _sample(15, 9)), "same time, 15 minutes"),
    ((*_labs(), _sample(480, 9, assay="lcms")), "same time"),
    (_with(15, assay="lcms", time=None)[:2] + _with(30, assay="elisa")[2:], "different assays"),
    ((*_labs(), replace(_sample(600, 200), test="cortisol_serum")), "saliva and of serum"),
    (tuple(replace(lab, date="2025-01") for lab in _labs()), "the date has no day"),
    ((_sample(0, 10, time="06:30"), _sample(30, 18, time="07:20")), "waking at 06:30 and at 06:50"),
    ((_sample(0, 10, time="06:30"), _sample(None, 18, time="06:10")), "before waking at 06:30"),
    (_with(15, minutes_after_waking=-15.0), "before waking"),
    (_with(960, minutes_after_waking=1500.0), "more than a day after waking"),
    (_with(15, comparator="<"), "no value"),
    (_with(15, unit="mg/L"), "unit"),
    (_with(15, value=0.0), "not possible"),
    (_with(15, value=700.0), "not possible"),
    (_with(15, value=0.01), "allowed is 0.05 to 500"),
]


@pytest.mark.parametrize(("labs", "words"), BROKEN, ids=[words for _, words in BROKEN])
def test_a_broken_rule_is_named(labs: tuple[LabResult, ...], words: str) -> None:
    (reason,) = _reasons(_person(*labs))
    assert words in reason


def _without(*minutes: float) -> tuple[LabResult, ...]:
    return tuple(lab for lab in _labs() if lab.minutes_after_waking not in minutes)


def test_a_missing_peak_leaves_the_areas_out_too() -> None:
    reasons = _reasons(_person(*_without(30)))
    assert any("none within 5 minutes of 30" in reason for reason in reasons)
    assert any("a gap of 30 minutes" in reason for reason in reasons)


def test_a_gap_leaves_the_rise() -> None:
    found = _values(_person(*_without(15)))
    assert found["awakening.delta"] == 8
    assert not any(name.startswith("awakening.auc") for name in found)


def test_too_short_a_first_hour_has_no_area() -> None:
    reasons = _reasons(_person(*_labs(MORNING[:3])))
    assert any("the last of the first hour lies 30 minutes" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("labs", "words"),
    [
        (tuple(_sample(m + 11, v) for m, v in DAY), "no sample at waking"),
        (_without(960), "no sample at bedtime"),
    ],
)
def test_a_day_without_its_ends_has_no_slope(labs: tuple[LabResult, ...], words: str) -> None:
    (reason,) = _reasons(_person(*labs), cortisol_day)
    assert words in reason


def test_ten_minutes_are_too_late_for_the_response_and_not_for_the_day() -> None:
    person = _person(*(_sample(m + 8, v) for m, v in DAY))
    assert {name.partition(".")[0] for name in _values(person)} == {"day"}


def test_an_area_over_the_day_needs_its_middle() -> None:
    found = _values(_person(*_without(480)))
    assert "day.slope" in found
    assert "day.auc_ground" not in found
    results = cortisol_day.measure(_person(*_labs(((0, 10), (480, 5), (960, 2)))))
    reasons = {r.reason for r in results if isinstance(r, NotMeasured)}
    assert reasons == {"too few samples for an area: 3 of 4"}


# --- what voids a day ------------------------------------------------------------------------


@pytest.mark.parametrize("drug", ["prednisolone", "dexamethasone", "mometasone"])
def test_a_glucocorticoid_voids_every_measure(drug: str) -> None:
    night = _sample(None, 2, time="23:10")
    person = _person(*_labs(), night, drugs=given((DrugUse(drug),)))
    for assay in (cortisol_awakening, cortisol_day, cortisol_night):
        assert all("glucocorticoid" in reason for reason in _reasons(person, assay))


def test_a_glucocorticoid_of_long_ago_does_not() -> None:
    for stop, measured in (("2024-12-13", False), ("2024-12-12", True)):
        use = DrugUse("prednisolone", start=given("2024-11-01"), stop=given(stop))
        person = _person(*_labs(), drugs=given((use,)))
        assert bool(_values(person)) is measured


def test_one_begun_later_does_not() -> None:
    use = DrugUse("prednisolone", start=given("2025-01-11"))
    assert _values(_person(*_labs(), drugs=given((use,))))


def test_other_drugs_do_not_void_saliva() -> None:
    drugs = given((DrugUse("carbamazepine"), DrugUse("ethinylestradiol")))
    trial = TreatmentTrial("sertraline")
    assert _values(_person(*_labs(), drugs=drugs, treatments=given((trial,))))


def test_drugs_that_nobody_told_are_named() -> None:
    person = Timeline("01", labs=given(_labs()))
    hidden = _person(*_labs(), unmapped=(Unmapped("x/1", "a spray", "no code", "drug"),))
    for record, words in ((person, "the other drugs"), (hidden, "could not be read")):
        results = cortisol_awakening.measure(record)
        assert all(
            any(words in flag for flag in r.flags) for r in results if isinstance(r, Measurement)
        )
        assert any(isinstance(r, Measurement) for r in results)


# --- any record at all ---------------------------------------------------------------------------

_CLOCK = st.one_of(st.none(), st.times().map(lambda time: f"{time:%H:%M}"))
_SAMPLE = st.builds(
    LabResult,
    st.sampled_from(("cortisol_saliva", "cortisol_serum")),
    st.one_of(st.floats(-1, 600), st.sampled_from((0.05, 500.0, 1e-9))),
    st.sampled_from(("nmol/L", "ug/dL", "mg", "")),
    st.sampled_from((DATE, "2025-01-11", "2025-01", "2025")),
    comparator=st.sampled_from((None, None, None, "<", ">")),
    assay=st.sampled_from((None, None, "elisa", "lcms")),
    time=_CLOCK,
    minutes_after_waking=st.one_of(st.none(), st.floats(-10, 1500)),
)


@settings(deadline=None)
@given_by(st.lists(_SAMPLE, max_size=9))
def test_any_samples_give_values_or_reasons(labs: list[LabResult]) -> None:
    """Values are finite, within the range that the assay declares, and have their errors."""
    for assay in (cortisol_awakening, cortisol_day, cortisol_night):
        ranges = {part.measure: (part.minimum, part.maximum) for part in assay.SPEC.yields}
        for found in assay.measure(_person(*labs)):
            assert isinstance(found, Measurement | NotMeasured)
            if isinstance(found, NotMeasured):
                assert found.reason
                continue
            low, high = ranges[found.id]
            assert low <= found.quantity.value <= high
            assert found.quantity.standard_error is not None
            assert 0 < found.quantity.standard_error < math.inf


def test_the_steepest_day_stays_within_the_declared_range() -> None:
    ends = (_sample(0, 500, unit_confirmed=True), _sample(600, 0.05, unit_confirmed=True))
    found = _values(_person(*ends))
    (part,) = (p for p in cortisol_day.SPEC.yields if p.measure.endswith("slope_ln"))
    assert part.minimum <= found["day.slope_ln"] < 0


# --- late at night -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "value", "words"),
    [("23:00", 2, "not above"), ("23:59", 4.1, "screen"), ("22:59", 9, None), ("00:30", 9, None)],
)
def test_only_a_late_night_sample_screens(time: str, value: float, words: str | None) -> None:
    results = cortisol_night.measure(_person(_sample(None, value, time=time)))
    if words is None:
        assert results == ()
        return
    (found,) = results
    assert isinstance(found, Measurement)
    assert words in found.flags[0]
    # Shares of 34.1 % and 15.4 %, as published.
    wanted = value * math.hypot(0.341, 0.154)
    assert found.quantity.standard_error == pytest.approx(wanted)


def test_a_lone_night_sample_is_no_broken_day() -> None:
    person = _person(_sample(None, 2, time="23:10"))
    assert cortisol_day.measure(person) == cortisol_awakening.measure(person) == ()


def test_nothing_of_the_stress_axis_moves_anything() -> None:
    kinds = {
        row.text("kind")
        for row in load_table("measures/measures")
        if row.text("id").startswith("blood.cortisol")
    }
    assert kinds == {"shown"}


@pytest.mark.parametrize(
    ("comparator", "value", "words"),
    [(">", 4, "positive"), ("<", 4, "not above"), ("<", 0.5, "not above"), (">", 3, None)],
)
def test_a_bound_at_night_screens_where_it_tells(
    comparator: str, value: float, words: str | None
) -> None:
    sample = _sample(None, value, time="23:10", comparator=comparator)
    (found,) = cortisol_night.measure(_person(sample))
    if words is None:
        assert isinstance(found, NotMeasured)
        assert "on which side" in found.reason
        return
    assert isinstance(found, Measurement)
    assert found.flags[0].startswith("reported as")
    assert words in found.flags[1]
    assert found.quantity.standard_error is None


@pytest.mark.parametrize(
    ("pairs", "ground", "increase"),
    [
        # By hand: 121 + 288 + 304 + 217.5; less 10 x 60.
        (((2, 10), (13, 12), (31, 20), (47, 18), (62, 11)), 930.5, 330.5),
        # By hand: 262.5 + 187.5 + 142.5 + 127.5; less 20 x 60: a fall, never cut off at 0.
        (((0, 20), (15, 15), (30, 10), (45, 9), (60, 8)), 720.0, -480.0),
        # By hand: 12 x 20 + 15 x 10 + 13.5 x 15; less 10 x 45: three steps, none alike.
        (((0, 10), (20, 14), (30, 16), (45, 11)), 592.5, 142.5),
    ],
)
def test_areas_of_unequal_steps_by_hand(
    pairs: tuple[tuple[float, float], ...], ground: float, increase: float
) -> None:
    found = _values(_person(*_labs(pairs)))
    assert found["awakening.auc_ground"] == pytest.approx(ground)
    assert found["awakening.auc_increase"] == pytest.approx(increase)


def test_a_day_over_midnight_by_hand() -> None:
    """Hours 0, 0.5, 0.75, 7, 14, 16.5: 7.5 + 4.125 + 62.5 + 22.75 + 3.375; less 12 x 16.5."""
    morning = _labs(((30, 18), (45, 15), (420, 5), (840, 1.5)))
    first = _sample(0, 12, time="08:00")
    last = _sample(990, 1.2, time="00:30", date="2025-01-11")
    found = _values(_person(last, *morning, first))
    assert found["day.auc_ground"] == pytest.approx(100.25)
    assert found["day.auc_increase"] == pytest.approx(-97.75)
    assert found["day.slope"] == pytest.approx((1.2 - 12) / 16.5)
