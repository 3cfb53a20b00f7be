"""The profile of a person: centring, what counts, what is set aside."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from equipoise.core.documents import from_json, to_json
from equipoise.core.nouns import (
    Measurement,
    MechanismState,
    NormedMeasurement,
    NormUsed,
    Profile,
    Provenance,
    Quantity,
)
from equipoise.core.tables import load_table
from equipoise.profile import infer
from equipoise.profile.observe import observe

TODAY = "2025-01-10"
NORM_ERROR = 0.1


def _normed(
    measure: str,
    z: float | None,
    norm: str = "crp_female_40_49",
    *,
    date: str | None = TODAY,
    coverage: float = 1.0,
    error: float = NORM_ERROR,
    value: float = 1.0,
) -> NormedMeasurement:
    row = load_table("measures/measures").find(id=measure)
    quantity = Quantity(value, "1" if row is None else row.text("unit"))
    one = Measurement(measure, quantity, date, coverage, (), Provenance((), "test"))
    used = NormUsed(norm, "", "", "n/a", "derived")
    if z is None:
        reason = "no published norm fits this measure"
        return NormedMeasurement(one, None, None, None, None, False, reason)
    return NormedMeasurement(one, used, z, error, 50.0, False, None)


def _mechanism(profile: Profile, name: str) -> MechanismState:
    (found,) = [state for state in profile.mechanisms if state.id == name]
    return found


def _component(profile: Profile, name: str) -> float:
    return profile.mean[profile.components.index(name)]


def test_the_components_are_the_mechanisms_and_what_is_specific() -> None:
    profile = infer((), today=TODAY)
    mechanisms = tuple(row.text("id") for row in load_table("mechanisms/mechanisms"))
    assert len(mechanisms) == 13
    assert profile.components[:13] == mechanisms
    measures = load_table("measures/measures")
    taken = [f"u:{row.text('id')}" for row in measures if row.text("kind") == "measurement"]
    assert list(profile.components[13:]) == taken
    assert taken[:3] == ["u:scales.phq9", "u:blood.crp_hs", "u:mri.rest_default_mode"]


def test_without_measurements_everything_is_the_prior() -> None:
    profile = infer((), today=TODAY)
    assert set(profile.mean) == {0.0}
    count = len(profile.components)
    np.testing.assert_array_equal(np.array(profile.covariance), np.eye(count))
    assert not any(state.informed for state in profile.mechanisms)
    assert {(state.mean, state.sd) for state in profile.mechanisms} == {(0.0, 1.0)}


def test_crp_by_hand() -> None:
    # y = (1.71 - 0.21) / 1 = 1.5; W = 1 + 0.1^2; E[inflammation] = 0.8 sqrt(0.6) y / W.
    profile = infer((_normed("blood.crp_hs", 1.71),), today=TODAY)
    state = _mechanism(profile, "inflammation")
    assert state.mean == pytest.approx(0.8 * math.sqrt(0.6) * 1.5 / 1.01, rel=1e-9)
    assert state.sd == pytest.approx(math.sqrt(1 - 0.64 * 0.6 / 1.01), rel=1e-9)
    assert [c.measure for c in state.contributions] == ["blood.crp_hs"]
    assert _component(profile, "u:blood.crp_hs") == pytest.approx(
        0.6 * math.sqrt(0.6) * 1.5 / 1.01, rel=1e-9
    )
    assert profile.measures_used == ("blood.crp_hs",)


def test_an_average_patient_is_not_shifted() -> None:
    # Depressed patients lie 0.21 sd above the norm of CRP (odds ratio 1.46, 37 studies), and have
    # 14.1 points on the PHQ-9 (adults at 10 or more) whatever the norm of their age is.
    measured = [_normed("blood.crp_hs", 0.21)]
    for row in load_table("norms/norms"):
        if row.text("measure") == "scales.phq9":
            z = (14.1 - row.number("mean")) / row.number("sd")
            phq9 = _normed("scales.phq9", z, row.text("id"))
            profile = infer((*measured, phq9), today=TODAY)
            # 14.1 stands for 14.12 and the shift for 2.752: 0.02 of a standard deviation.
            assert np.abs(profile.mean).max() < 0.02


def test_severity_is_no_mechanism() -> None:
    profile = infer((_normed("scales.phq9", 4.0, "phq9_any_all"),), today=TODAY)
    assert not any(state.informed for state in profile.mechanisms)
    assert _component(profile, "u:scales.phq9") > 0.3


def test_one_wild_value_counts_as_three_standard_deviations() -> None:
    wild = infer((_normed("blood.crp_hs", 40.0),), today=TODAY)
    clipped = infer((_normed("blood.crp_hs", 3.21),), today=TODAY)
    assert wild.mean == clipped.mean


def test_age_of_a_value() -> None:
    # exp(-60 / 60): sixty days for CRP.
    now = infer((_normed("blood.crp_hs", 1.71),), today=TODAY)
    later = infer((_normed("blood.crp_hs", 1.71),), today="2025-03-11")
    ratio = _mechanism(later, "inflammation").mean / _mechanism(now, "inflammation").mean
    assert ratio == pytest.approx(math.exp(-1), rel=1e-9)
    assert _mechanism(later, "inflammation").sd > _mechanism(now, "inflammation").sd


def test_a_month_without_a_day_counts_as_its_first_day() -> None:
    vague = infer((_normed("blood.crp_hs", 1.71, date="2024-12"),), today=TODAY)
    first = infer((_normed("blood.crp_hs", 1.71, date="2024-12-01"),), today=TODAY)
    assert vague.mean == first.mean


def test_what_moves_nothing_and_why() -> None:
    aside = (
        _normed("mri.rest_default_mode", None),
        _normed("blood.crp_hs", 2.0, date=None),
        _normed("scales.phq9", 2.0, "phq9_any_all", coverage=0.0),
        _normed("eeg.unheard_of", 2.0),
        _normed("mri.tms_target", 2.0),
    )
    profile = infer(aside, today=TODAY)
    assert profile.mean == infer((), today=TODAY).mean
    assert profile.covariance == infer((), today=TODAY).covariance
    assert profile.measures_used == ()
    assert dict(profile.measures_set_aside) == {
        "blood.crp_hs": "it has no date, so how far it holds for the present cannot be told",
        "eeg.unheard_of": "the table of measures knows no such measurement",
        "mri.rest_default_mode": "no published norm fits this measure",
        "mri.tms_target": "the table of measures knows no such measurement",
        "scales.phq9": "nothing of what it needs was covered",
    }


def test_of_several_values_the_latest_counts() -> None:
    early = _normed("blood.crp_hs", 3.0, date="2024-11-01")
    late = _normed("blood.crp_hs", 1.0, date="2025-01-02")
    both = infer((late, early), today=TODAY)
    assert both.mean == infer((late,), today=TODAY).mean
    assert both.measures_set_aside == (("blood.crp_hs", "1 older value: the latest one counts"),)


def test_a_vague_date_never_displaces_a_later_day() -> None:
    # "2024" may be its first of January; its age is counted from there.
    vague = _normed("blood.crp_hs", 3.0, date="2024")
    late = _normed("blood.crp_hs", 1.0, date="2024-12-20")
    assert infer((vague, late), today=TODAY).mean == infer((late,), today=TODAY).mean


def test_an_acute_phase_says_nothing_of_the_lasting_state() -> None:
    # 10 mg/L is average to raised; 40 mg/L is an infection or an injury until it is repeated.
    acute = _normed("blood.crp_hs", 2.7, value=40.0)
    profile = infer((acute,), today=TODAY)
    assert profile.mean == infer((), today=TODAY).mean
    assert profile.covariance == infer((), today=TODAY).covariance
    assert profile.measures_set_aside == (
        (
            "blood.crp_hs",
            "40 mg/L (2025-01-10) lies above 10 mg/L, so it does not speak of the lasting state",
        ),
    )
    edge = infer((_normed("blood.crp_hs", 1.3, value=10.0),), today=TODAY)
    assert edge.measures_used == ("blood.crp_hs",)


def test_an_earlier_value_counts_where_the_latest_is_acute() -> None:
    acute = _normed("blood.crp_hs", 2.7, value=40.0)
    before = _normed("blood.crp_hs", 1.0, date="2024-12-20", value=3.0)
    assert infer((acute, before), today=TODAY).mean == infer((before,), today=TODAY).mean


def test_the_limit_of_an_acute_phase_is_that_of_the_laboratory_flag() -> None:
    flag = load_table("labs/thresholds").row(id="crp_acute")
    measure = load_table("measures/measures").row(id="blood.crp_hs")
    assert measure.number("lasting_maximum") == flag.number("above")
    assert measure.text("unit") == flag.text("unit")


def test_the_order_of_measurements_does_not_matter() -> None:
    three = (
        _normed("blood.crp_hs", 1.0),
        _normed("scales.phq9", 2.0, "phq9_any_all"),
        _normed("blood.crp_hs", 0.3, date="2024-12-03"),
    )
    assert len({to_json(infer(order, today=TODAY)) for order in permutations(three)}) == 1


def test_measures_of_one_scanner_share_an_error() -> None:
    # Studies of patients differ, so the error of their place, 0.25 below, is 0.2, as where there is
    # none; the scanner's error is 0.1.
    pair = (_normed("mri.rest_default_mode", 1.0), _normed("mri.rest_attention", 1.0))
    profile = infer(pair, today=TODAY)
    first, second = pair
    alone = infer((first,), today=TODAY), infer((second,), today=TODAY)
    for name, single in zip(("default_mode", "attention"), alone, strict=True):
        # Part of what both show is the scanner: together each says a little less.
        assert 0 < _mechanism(profile, name).mean < _mechanism(single, name).mean
    r, loading = 0.55, 0.8
    total = 1 + NORM_ERROR**2 + 0.2**2 + 0.1**2
    expected = 1.25 * loading * math.sqrt(r) / total
    assert _mechanism(alone[0], "default_mode").mean == pytest.approx(expected, rel=1e-9)


def test_own_error_beyond_retest_widens() -> None:
    # 0.5 = own error 0.49 joined with the norm's 0.1: below the retest error, so without effect.
    near = infer((_normed("blood.crp_hs", 1.71, error=math.hypot(0.49, 0.1)),), today=TODAY)
    far = infer((_normed("blood.crp_hs", 1.71, error=math.hypot(1.0, 0.1)),), today=TODAY)
    plain = infer((_normed("blood.crp_hs", 1.71),), today=TODAY)
    assert near.mean == pytest.approx(plain.mean, abs=1e-12)
    state = _mechanism(far, "inflammation")
    assert state.mean == pytest.approx(0.8 * math.sqrt(0.6) * 1.5 / (0.6 + 1.0 + 0.01), rel=1e-9)


def test_an_extrapolated_norm_counts_double() -> None:
    # z with the error 0.2 of an extrapolated norm and none of its own: W = 1 + 0.2^2.
    item = replace(_normed("blood.crp_hs", 1.71, error=2 * NORM_ERROR), extrapolated=True)
    state = _mechanism(infer((item,), today=TODAY), "inflammation")
    assert state.mean == pytest.approx(0.8 * math.sqrt(0.6) * 1.5 / 1.04, rel=1e-9)


def test_the_norm_of_a_site_has_no_published_centre() -> None:
    # Patients were placed on the published norm of the PHQ-9 alone: on a site's own norm the
    # centre is not known, and the error of not knowing it (0.2) is added.
    item = observe(_normed("scales.phq9", 1.5, "clinic"), TODAY)
    assert item.y == pytest.approx(1.5)
    assert item.norm_error == pytest.approx(math.hypot(0.1, 0.2))
    published = observe(_normed("scales.phq9", 1.5, "phq9_any_all"), TODAY)
    assert published.y == pytest.approx((1.5 - 2.75) / 0.95)
    # Where patients were placed within every norm, the site's own serves as well.
    crp = observe(_normed("blood.crp_hs", 1.5, "clinic"), TODAY)
    assert crp.y == pytest.approx(1.5 - 0.21)


def test_json_round_trip() -> None:
    profile = infer((_normed("blood.crp_hs", 1.0),), today=TODAY)
    text = to_json(profile)
    assert to_json(from_json(Profile, text)) == text
