"""Facts that bear on prognosis: asked, not asked, unknown; standardised among patients."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from equipoise.appraise.covariates import covariates_of
from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.nouns import Condition, Covariate, Episode, Finding, ScaleAnswers, Timeline
from equipoise.core.tables import load_table, problems, setting

TODAY = "2025-01-10"
TABLE = load_table("baselines/covariates")
SCALES = load_table("baselines/covariate_scales")


def _one(name: str, timeline: Timeline, today: str | None = TODAY) -> Covariate:
    (found,) = (one for one in covariates_of(timeline, today=today) if one.id == f"clinical.{name}")
    return found


def _with(**episode: Answer[object]) -> Timeline:
    return Timeline("01", episode=Episode(**episode))  # type: ignore[arg-type]


def _coded(*codes: str, status: str = "active", system: str = "icd10") -> Timeline:
    return Timeline("01", conditions=given(tuple(Condition(c, system, status) for c in codes)))


def _scaled(*answers: ScaleAnswers, onset: str | None = None) -> Timeline:
    episode = Episode(onset=given(onset) if onset else not_asked())
    return Timeline("01", episode=episode, scales=given(answers))


def _total(scale: str, total: float, date: str = "2025-01-05") -> ScaleAnswers:
    return ScaleAnswers(scale, date, (), total=total)


@pytest.mark.parametrize("name", ["covariates", "covariate_scales"])
def test_tables_are_sound(name: str) -> None:
    assert problems(f"baselines/{name}") == []


def test_every_yes_is_standardised_by_its_share() -> None:
    for row in TABLE:
        if row.text("kind") == "yes_no":
            share = row.number("mean")
            assert row.number("sd") == pytest.approx(math.sqrt(share * (1 - share)), abs=5e-4)


def test_codes_and_findings_of_the_table_exist() -> None:
    findings = {row.text("id") for row in load_table("red_flags/findings")}
    specifiers = {row.text("id") for row in load_table("checks/specifier_names")}
    for row in TABLE:
        assert set(row.items("findings")) <= findings
        assert row.optional_text("specifier") in {None, *specifiers}


def test_an_empty_record_knows_nothing() -> None:
    found = covariates_of(Timeline("01"), today=TODAY)
    assert [one.id for one in found] == [row.text("id") for row in TABLE]
    assert {(one.y, one.value, one.status) for one in found} == {(None, None, "not_asked")}
    assert all(one.source.startswith("not asked: ") for one in found)


@pytest.mark.parametrize(
    ("name", "timeline"),
    [
        ("severity", Timeline("01", scales=unknown())),
        ("chronic_episode", _with(onset=unknown())),
        ("anxious_distress", _with(specifiers=unknown())),
        ("personality_disorder", Timeline("01", conditions=unknown())),
    ],
)
def test_asked_and_not_known_is_neither_yes_nor_no(name: str, timeline: Timeline) -> None:
    found = _one(name, timeline)
    assert (found.y, found.value, found.status) == (None, None, "unknown")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("anxiety_disorder", "F41.0"),
        ("anxiety_disorder", "F40.1"),
        ("personality_disorder", "F60.3"),
        ("substance_use", "F10.2"),
        ("medical_illness", "I10"),
        ("medical_illness", "E11.9"),
    ],
)
def test_a_coded_condition_answers_yes_and_an_empty_list_no(name: str, code: str) -> None:
    row = TABLE.row(id=f"clinical.{name}")
    yes, no = _one(name, _coded(code)), _one(name, _coded())
    assert (yes.value, yes.status) == (1.0, "known")
    assert code in yes.source
    assert (no.value, no.status) == (0.0, "known")
    assert yes.y == pytest.approx((1 - row.number("mean")) / row.number("sd"))
    assert no.y == pytest.approx(-row.number("mean") / row.number("sd"))
    assert yes.y is not None
    assert no.y is not None
    # Mean 0 among patients, whatever the share.
    share = row.number("mean")
    assert share * yes.y + (1 - share) * no.y == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "timeline", "value"),
    [
        # Tobacco is no disorder of drug use here, mixed anxiety and depression no anxiety disorder.
        ("substance_use", _coded("F17.2"), 0.0),
        ("anxiety_disorder", _coded("F41.2"), 0.0),
        # A psychiatric illness is no medical one; a resolved one is over.
        ("medical_illness", _coded("F43.1"), 0.0),
        ("anxiety_disorder", _coded("F41.0", status="resolved"), 0.0),
        # Suspected, or in a code system that is not read: neither yes nor no.
        ("anxiety_disorder", _coded("F41.0", status="suspected"), None),
        ("personality_disorder", _coded("20010003", system="snomed"), None),
        # The depression itself is no covariate.
        ("medical_illness", replace(_with(diagnosis=given("F33.2")), conditions=given(())), 0.0),
    ],
)
def test_what_does_not_answer_yes(name: str, timeline: Timeline, value: float | None) -> None:
    found = _one(name, timeline)
    assert found.value == value
    assert found.status == ("unknown" if value is None else "known")


def test_harmful_use_counts_without_a_code() -> None:
    used = Timeline("01", findings=given((Finding("substance_use", "present"),)))
    assert _one("substance_use", used).value == 1.0
    # That it is absent now says nothing about a diagnosis that nobody asked for.
    free = Timeline("01", findings=given((Finding("substance_use", "absent"),)))
    assert _one("substance_use", free).value is None


@pytest.mark.parametrize(
    ("specifiers", "value"),
    [
        (("anxious_distress",), 1.0),
        (("anxious",), 1.0),
        ((), 0.0),
        # A list that names another one says nothing about this one.
        (("melancholic",), None),
    ],
)
def test_anxious_distress_by_the_specifier(
    specifiers: tuple[str, ...], value: float | None
) -> None:
    assert _one("anxious_distress", _with(specifiers=given(specifiers))).value == value


def test_anxious_distress_by_the_factor_of_the_study() -> None:
    # Items 10, 11, 12, 13, 15 and 17 of the HAM-D17: 7 or more (Fava 2008).
    items = [0] * 17
    for place, points in ((10, 2), (11, 2), (12, 1), (13, 1), (15, 0), (17, 1)):
        items[place - 1] = points
    anxious = ScaleAnswers("hamd17", "2025-01-05", tuple(items))
    found = _one("anxious_distress", _scaled(anxious))
    assert (found.value, found.source) == (
        1.0,
        "yes: anxiety and somatisation factor of HAM-D17 7 (2025-01-05)",
    )
    items[16] = 0
    less = ScaleAnswers("hamd17", "2025-01-05", tuple(items))
    assert _one("anxious_distress", _scaled(less)).value == 0.0
    # It goes before the specifier; a sheet with a gap does not.
    stated = replace(_scaled(less), episode=Episode(specifiers=given(("anxious_distress",))))
    assert _one("anxious_distress", stated).value == 0.0
    gap = ScaleAnswers("hamd17", "2025-01-05", (*items[:9], None, *items[10:]))
    stated = replace(_scaled(gap), episode=Episode(specifiers=given(("anxious_distress",))))
    assert _one("anxious_distress", stated).value == 1.0
    # One from before the episode is about another one.
    earlier = _scaled(anxious, onset="2025-01-08")
    assert _one("anxious_distress", earlier).value is None


@pytest.mark.parametrize(
    ("onset", "value"),
    [
        ("2023-01-09", 1.0),
        ("2023-01-10", 0.0),
        ("2024-06", 0.0),
        ("2022", 1.0),
        # Begun in 2023: 24 months may or may not have passed.
        ("2023", None),
    ],
)
def test_two_years_by_the_onset(onset: str, value: float | None) -> None:
    found = _one("chronic_episode", _with(onset=given(onset)))
    assert found.value == value
    assert onset in found.source


def test_without_a_day_the_episode_lasts_to_the_newest_scale() -> None:
    record = _scaled(_total("phq9", 15), onset="2022-03")
    assert _one("chronic_episode", record, today=None).value == 1.0
    assert _one("chronic_episode", _with(onset=given("2022-03")), today=None).value is None


@pytest.mark.parametrize("scale", [row.text("scale") for row in SCALES])
def test_severity_by_each_scale_among_its_own_patients(scale: str) -> None:
    row = SCALES.row(scale=scale)
    mean, sd = row.number("mean"), row.number("sd")
    average = _one("severity", _scaled(_total(scale, round(mean))))
    assert average.y == pytest.approx((round(mean) - mean) / sd)
    worse = _one("severity", _scaled(_total(scale, round(mean + sd))))
    assert worse.y == pytest.approx((round(mean + sd) - mean) / sd)
    assert worse.status == "known"


def test_the_newest_total_of_this_episode_counts() -> None:
    older, newer = _total("phq9", 20, "2024-11-01"), _total("phq9", 12, "2025-01-05")
    assert _one("severity", _scaled(older, newer)).value == 12
    assert _one("severity", _scaled(newer, older)).value == 12
    # Of one day the scale of a clinician.
    rated = _total("hamd17", 22, "2025-01-05")
    assert _one("severity", _scaled(newer, rated)).source == "HAM-D17 22 (2025-01-05)"
    # Before the episode it was another one.
    assert _one("severity", _scaled(older, onset="2024-12-01")).y is None
    # A scale whose mean among patients is not known, and one of anxiety, place nobody.
    for scale in ("cesd", "gad7"):
        found = _one("severity", _scaled(_total(scale, 15)))
        assert (found.y, found.status) == (None, "unknown")


@drawn(st.integers(0, 26), st.sampled_from([row.text("scale") for row in SCALES]))
def test_more_points_are_never_less_severe(total: int, scale: str) -> None:
    less, more = (_one("severity", _scaled(_total(scale, one))).y for one in (total, total + 1))
    assert less is not None
    assert more is not None
    assert -setting("profile_clip") <= less <= more <= setting("profile_clip")


def test_the_average_patient_has_zero_and_an_unknown_one_none() -> None:
    record = _scaled(_total("phq9", 16))
    assert _one("severity", record).y == pytest.approx(0)
    assert _one("medical_illness", record).y is None
