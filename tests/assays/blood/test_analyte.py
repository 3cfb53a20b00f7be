"""Blood values by their table: units, questions, bounds, errors, circumstances and limits."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from equipoise.assays.blood import ASSAYS, analyte
from equipoise.assays.blood.limits import is_urgent
from equipoise.core.answers import given
from equipoise.core.lab_values import doubt_of, unit_question
from equipoise.core.nouns import (
    Condition,
    Demographics,
    DrugUse,
    Finding,
    LabResult,
    Measurement,
    NotMeasured,
    Pregnancy,
    Result,
    Timeline,
)
from equipoise.core.tables import load_table
from equipoise.core.units import convert

DAY = "2025-01-10"
PLAIN = Timeline(
    "01",
    findings=given((Finding("acute_infection", "absent", given(DAY)),)),
    drugs=given(()),
    treatments=given(()),
    conditions=given(()),
)


def _lab(test: str, value: float, unit: str, **more: Any) -> LabResult:
    return LabResult(test, value, unit, more.pop("date", DAY), **more)


def _all(*labs: LabResult, person: Timeline = PLAIN) -> dict[str, Result]:
    timeline = replace(person, labs=given(labs))
    found = [r for spec in analyte.SPECS for r in analyte.measure(timeline, spec)]
    return {r.id: r for r in found if isinstance(r, Measurement | NotMeasured) and r.date}


def _measured(
    test: str, value: float, unit: str, person: Timeline = PLAIN, **more: Any
) -> Measurement:
    (result,) = _all(_lab(test, value, unit, **more), person=person).values()
    assert isinstance(result, Measurement), result
    return result


def _reason(test: str, value: float, unit: str, person: Timeline = PLAIN, **more: Any) -> str:
    (result,) = _all(_lab(test, value, unit, **more), person=person).values()
    assert isinstance(result, NotMeasured), result
    return result.reason


# --- units ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("test", "value", "unit", "wanted", "inside"),
    [
        # Pairs that laboratories and guidelines print side by side.
        ("hba1c", 48, "mmol/mol", 6.5, "%"),
        ("glucose", 126, "mg/dL", 7.0, "mmol/L"),
        ("cholesterol", 200, "mg/dL", 5.17, "mmol/L"),
        ("triglycerides", 150, "mg/dL", 1.69, "mmol/L"),
        ("tsh", 4, "u[IU]/mL", 4, "m[IU]/L"),
        ("ferritin", 30, "ng/mL", 30, "ug/L"),
        ("il6", 3, "ng/L", 3, "pg/mL"),
        ("leucocytes", 7200, "/uL", 7.2, "10*9/L"),
        ("platelets", 250, "10*3/uL", 250, "10*9/L"),
        ("haemoglobin", 14, "g/dL", 140, "g/L"),
        ("vitamin_d", 50, "nmol/L", 20, "ng/mL"),
        ("testosterone", 300, "ng/dL", 10.4, "nmol/L"),
        ("alt", 0.5, "ukat/L", 30, "U/L"),
        ("bdnf", 25000, "pg/mL", 25, "ng/mL"),
    ],
)
def test_one_unit_inside(test: str, value: float, unit: str, wanted: float, inside: str) -> None:
    result = _measured(test, value, unit)
    assert result.quantity.unit == inside
    assert result.quantity.value == pytest.approx(wanted, rel=0.012)


@pytest.mark.parametrize(
    ("test", "value", "unit", "part"),
    [
        ("tsh", 2, "", "the unit is missing"),
        ("tsh", 2, "mg/L", "something else"),
        ("hba1c", 0.06, "1", "does not convert for this test"),
        ("glucose", 5.6, "furlong", "not a UCUM unit"),
        ("sodium", -3, "mmol/L", "not possible"),
        ("sodium", 20, "mmol/L", "not possible"),
        ("albumin", math.nan, "g/L", "not possible"),
        ("tsh", 0, "m[IU]/L", "reported as 0"),
    ],
)
def test_a_value_that_cannot_be_used(test: str, value: float, unit: str, part: str) -> None:
    assert part in _reason(test, value, unit)


def test_no_neutrophils_at_all_is_a_value() -> None:
    result = _measured("neutrophils", 0, "10*9/L")
    assert result.quantity.standard_error is None
    assert any("urgent" in flag for flag in result.flags)


# --- unit mix-ups --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("test", "value", "unit", "other"),
    [
        ("crp_hs", 1.5, "mg/dL", "1.5 mg/L"),
        ("crp_hs", 3.4, "mg/dL", "3.4 mg/L"),
        ("glucose", 5.6, "mg/dL", "5.6 mmol/L"),
        ("glucose", 60, "mmol/L", "60 mg/dL"),
        ("hba1c", 42, "%", "42 mmol/mol"),
        ("hba1c", 6.1, "mmol/mol", "6.1 %"),
        ("creatinine", 0.9, "umol/L", "0.9 mg/dL"),
        ("haemoglobin", 14, "g/L", "14 g/dL"),
        ("calcium", 9.5, "mmol/L", "9.5 mg/dL"),
        ("calcium", 4.8, "mmol/L", "4.8 meq/L"),
        ("calcium", 2.4, "meq/L", "2.4 mmol/L"),
        ("glucose", 50, "mmol/L", "50 mg/dL"),
        ("magnesium", 2.0, "mmol/L", "2 mg/dL"),
        ("ft4", 1.2, "pmol/L", "1.2 ng/dL"),
        ("vitamin_d", 120, "ng/mL", "120 nmol/L"),
        ("leucocytes", 7200, "10*9/L", "7200 /uL"),
        ("cholesterol", 190, "mmol/L", "190 mg/dL"),
        ("il6", 3, "ng/mL", "3 pg/mL"),
        ("bdnf", 25, "pg/mL", "25 ng/mL"),
        ("tsh", 2.1, "u[IU]/L", "2.1 m[IU]/L"),
        ("prolactin", 400, "ug/L", "400 m[IU]/L"),
        ("prolactin", 12, "m[IU]/L", "12 ug/L"),
    ],
)
def test_a_number_that_looks_like_another_unit_is_asked(
    test: str, value: float, unit: str, other: str
) -> None:
    reason = _reason(test, value, unit)
    assert reason.startswith("is the unit right?")
    assert f"{value:g} {unit}" in reason
    assert f"{other}, which is" in reason or f"{other} would be ordinary" in reason


@pytest.mark.parametrize(
    ("test", "value", "unit"),
    [
        ("crp_hs", 0.34, "mg/dL"),
        ("crp_hs", 15, "mg/L"),
        ("crp_hs", 80, "mg/L"),
        ("glucose", 100, "mg/dL"),
        ("glucose", 25, "mmol/L"),
        ("hba1c", 12, "%"),
        ("creatinine", 400, "umol/L"),
        ("b12", 300, "pmol/L"),
        ("tsh", 0.01, "m[IU]/L"),
        ("tsh", 2.1, "u[IU]/mL"),
        ("prolactin", 320, "m[IU]/L"),
    ],
)
def test_a_value_that_only_one_unit_fits_is_taken(test: str, value: float, unit: str) -> None:
    assert _measured(test, value, unit).quantity.value == pytest.approx(
        convert(value, unit, analyte_unit(test), quantity=test)
    )


def analyte_unit(test: str) -> str:
    return load_table("labs/labs").row(id=test).text("unit")


def test_testosterone_is_asked_by_sex() -> None:
    man = replace(PLAIN, demographics=Demographics(sex=given("male")))
    woman = replace(PLAIN, demographics=Demographics(sex=given("female")))
    assert "15 nmol/L" in _reason("testosterone", 15, "ng/dL", man, time="08:00")
    assert _measured("testosterone", 15, "ng/dL", woman).quantity.value == pytest.approx(0.52, 0.01)


MIXUPS = tuple(load_table("labs/mixups"))


@drawn(st.sampled_from(MIXUPS), st.floats(0, 1))
def test_what_is_ordinary_in_its_unit_is_never_asked(row: Any, share: float) -> None:
    low, high = row.number("ordinary_minimum"), row.number("ordinary_maximum")
    value = low + share * (high - low)
    sex = None if row.text("sex") == "any" else row.text("sex")
    assert unit_question(row.text("test"), value, row.text("unit"), sex=sex) is None


@drawn(st.sampled_from(MIXUPS), st.floats(1e-3, 1e5), st.data())
def test_a_confirmed_unit_is_not_asked_again(row: Any, value: float, data: Any) -> None:
    """Every question can be answered by who writes the record, and by nothing but that."""
    unit = data.draw(st.sampled_from(row.items("readings")))
    test = row.text("test")
    sex = None if row.text("sex") == "any" else row.text("sex")
    lab = _lab(test, value, unit)
    question = doubt_of(lab, sex)
    assert question == unit_question(test, value, unit, sex=sex)
    if question is None:
        return
    assert "unit_confirmed: true" in question
    assert doubt_of(replace(lab, unit_confirmed=True), sex) is None


def test_a_confirmed_value_is_measured() -> None:
    assert "is the unit right?" in _reason("vitamin_d", 120, "ng/mL")
    assert _measured("vitamin_d", 120, "ng/mL", unit_confirmed=True).quantity.value == 120
    # Who confirms what no living person has is wrong all the same.
    assert "not possible" in _reason("calcium", 9.5, "mmol/L", unit_confirmed=True)


@pytest.mark.parametrize("row", MIXUPS, ids=lambda row: f"{row.text('test')} {row.text('sex')}")
def test_ranges_of_mixups_are_nested(row: Any) -> None:
    lab = load_table("labs/labs").row(id=row.text("test"))
    bounds = [
        lab.number("plausible_minimum"),
        row.number("usual_minimum"),
        row.number("ordinary_minimum"),
        row.number("ordinary_maximum"),
        row.number("usual_maximum"),
        lab.number("plausible_maximum"),
    ]
    assert bounds == sorted(bounds)
    assert row.text("unit") == lab.text("unit") == row.items("readings")[0]


# --- bounds --------------------------------------------------------------------------------------


def test_a_bound_is_no_number() -> None:
    result = _measured("crp_hs", 0.3, "mg/L", comparator="<")
    assert result.quantity.value == 0.3
    error = result.quantity.standard_error
    assert error is not None
    assert error >= 0.3
    assert result.coverage == 0
    assert any("below 0.3 mg/L: a bound" in flag for flag in result.flags)
    assert dict(result.provenance.parameters)["comparator"] == "<"


def test_a_bound_crosses_only_what_it_surely_crosses() -> None:
    assert any("0.1" in f for f in _measured("tsh", 0.01, "m[IU]/L", comparator="<").flags)
    assert not any(
        "deficiency" in f for f in _measured("vitamin_d", 25, "ng/mL", comparator="<").flags
    )
    assert any("below 4" in f for f in _measured("folate", 4, "ng/mL", comparator="<").flags)
    assert not any("above" in f for f in _measured("b12", 2000, "pg/mL", comparator=">").flags[1:])


# --- error ---------------------------------------------------------------------------------------


def test_the_error_by_hand() -> None:
    # TSH: 17.7 % within a person, 8.85 % for the assay:
    # sqrt(ln(1 + 0.031329 + 0.00783225)) = sqrt(0.0384137) = 0.195994.
    error = _measured("tsh", 2, "m[IU]/L").quantity.standard_error
    assert error == pytest.approx(2 * 0.195994, rel=1e-5)


def test_without_a_source_there_is_no_error() -> None:
    result = _measured("bdnf", 25, "ng/mL")
    assert result.quantity.standard_error is None
    assert any("standard error is not known" in flag for flag in result.flags)


@drawn(st.sampled_from([s for s in analyte.SPECS if s.id != "blood.crp_hs"]), st.floats(0.01, 0.9))
def test_no_value_moves_without_a_norm_and_a_row(spec: Any, share: float) -> None:
    """Whatever is measured has the unit and lies in the range that the table declares."""
    part = spec.yields[0]
    value = part.minimum + share * (part.maximum - part.minimum)
    test = spec.needs[0].partition(":")[2]
    for result in _all(_lab(test, value, part.unit)).values():
        if isinstance(result, Measurement):
            assert result.quantity.unit == part.unit
            assert part.minimum <= result.quantity.value <= part.maximum


# --- circumstances -------------------------------------------------------------------------------


def _with(finding: str, status: str = "present", date: str | None = DAY) -> Timeline:
    when = Finding(finding, status) if date is None else Finding(finding, status, given(date))
    return replace(PLAIN, findings=given((when,)))


@pytest.mark.parametrize("test", ["crp_hs", "il6", "tnf_alpha"])
def test_an_infection_sets_inflammation_aside(test: str) -> None:
    unit = analyte_unit(test)
    reason = _reason(test, 2, unit, _with("acute_infection", date="2025-01-02"))
    assert reason.startswith("2 ")
    assert "repeat when well" in reason
    _measured(test, 2, unit, _with("acute_infection", date="2024-11-02"))
    assert "repeat when well" in _reason(test, 2, unit, _with("acute_infection", date=None))


def test_an_unknown_infection_is_said_of_a_raised_value_only() -> None:
    nobody = Timeline("01")
    assert any("is not recorded" in f for f in _measured("crp_hs", 4, "mg/L", nobody).flags)
    assert not any("is not recorded" in f for f in _measured("crp_hs", 1, "mg/L", nobody).flags)
    bound = _measured("crp_hs", 5, "mg/L", nobody, comparator="<")
    assert not any("is not recorded" in f for f in bound.flags)
    assert not any("is not recorded" in f for f in _measured("crp_hs", 4, "mg/L").flags)


def test_ferritin_and_inflammation() -> None:
    crp = _lab("crp", 20, "mg/L")
    found = _all(_lab("ferritin", 50, "ug/L"), crp)["blood.ferritin"]
    alone = _measured("ferritin", 50, "ug/L")
    assert isinstance(found, Measurement)
    assert any("below 70 ug/L" in flag for flag in found.flags)
    assert not any("below" in flag for flag in alone.flags)
    assert found.quantity.standard_error == pytest.approx(2 * (alone.quantity.standard_error or 0))


def test_a_doubtful_neighbour_says_nothing() -> None:
    """1.5 mg/dL of C-reactive protein is a question, so it is no acute phase for interleukin 6."""
    doubtful = _lab("crp_hs", 1.5, "mg/dL")
    assert isinstance(_all(_lab("il6", 2, "pg/mL"), doubtful)["blood.il6"], Measurement)
    acute = _lab("crp_hs", 15, "mg/L")
    assert isinstance(_all(_lab("il6", 2, "pg/mL"), acute)["blood.il6"], NotMeasured)


@pytest.mark.parametrize(
    ("fasting", "value", "wanted"),
    [
        (True, 7.2, "from 7.0 mmol/L fasting"),
        (False, 7.2, "not fasting"),
        (None, 7.2, "is not recorded"),
        (None, 12.0, "from 11.1 mmol/L at any time"),
        (True, 6.0, "from 5.6 mmol/L fasting"),
    ],
)
def test_fasting_decides_which_limit_holds(fasting: bool | None, value: float, wanted: str) -> None:
    more: dict[str, Any] = {} if fasting is None else {"fasting": given(fasting)}
    result = _measured("glucose", value, "mmol/L", **more)
    assert any(wanted in flag for flag in result.flags)
    assert result.fasting is fasting
    if fasting is not True:
        assert not any("7.0" in flag for flag in result.flags)


def test_insulin_after_a_meal_is_set_aside() -> None:
    assert "repeat fasting" in _reason("insulin", 30, "m[IU]/L", fasting=given(False))


@pytest.mark.parametrize(
    ("time", "sex", "aside"),
    [("12:30", "male", True), ("08:00", "male", False), ("11:00", "male", False),
     ("12:30", "female", False)],
)  # fmt: skip
def test_testosterone_after_eleven(time: str, sex: str, aside: bool) -> None:
    person = replace(PLAIN, demographics=Demographics(sex=given(sex)))
    value = 8.0 if sex == "male" else 1.0
    (result,) = _all(_lab("testosterone", value, "nmol/L", time=time), person=person).values()
    assert isinstance(result, NotMeasured) == aside
    flags = (result.reason,) if isinstance(result, NotMeasured) else result.flags
    assert any("below 9.2 nmol/L" in flag for flag in flags) == (sex == "male")


@pytest.mark.parametrize(
    ("person", "test", "value", "unit", "wanted"),
    [
        (replace(PLAIN, drugs=given((DrugUse("metformin"),))), "b12", 180, "pg/mL", "metformin"),
        (replace(PLAIN, drugs=given((DrugUse("prednisone"),))), "leucocytes", 12, "10*9/L",
         "glucocorticoid raises"),
        (replace(PLAIN, drugs=given((DrugUse("ethinylestradiol"),))), "crp_hs", 4, "mg/L",
         "oestrogen"),
        (replace(PLAIN, conditions=given((Condition("M06.9", "icd10", "active"),))), "crp_hs", 4,
         "mg/L", "inflammatory disease"),
        (replace(PLAIN, conditions=given((Condition("D50.9", "icd10", "active"),))), "hba1c", 6,
         "%", "anaemia"),
        (_with("smoker", date=None), "leucocytes", 9, "10*9/L", "smoking"),
        (_with("biotin_supplement"), "b12", 400, "pg/mL", "biotin"),
    ],
)  # fmt: skip
def test_what_changes_a_value_is_said(
    person: Timeline, test: str, value: float, unit: str, wanted: str
) -> None:
    assert any(wanted in flag for flag in _measured(test, value, unit, person).flags)
    assert not any(wanted in flag for flag in _measured(test, value, unit).flags)


@pytest.mark.parametrize(
    "person",
    [
        _with("smoker", date=None),
        replace(PLAIN, labs=given((_lab("bmi", 34, "kg/m2"),))),
        replace(PLAIN, drugs=given((DrugUse("ethinylestradiol"),))),
    ],
    ids=["smoking", "body fat", "oestrogen"],
)
def test_what_raises_crp_without_an_illness_makes_it_say_less(person: Timeline) -> None:
    own = person.labs.or_else(())
    results = _all(_lab("crp_hs", 4, "mg/L"), *own, person=person).values()
    (crp,) = [r for r in results if isinstance(r, Measurement) and r.id == "blood.crp_hs"]
    plain = _measured("crp_hs", 4, "mg/L").quantity.standard_error
    assert crp.quantity.standard_error is not None
    assert plain is not None
    assert crp.quantity.standard_error > plain


@pytest.mark.parametrize(
    ("person", "test", "value", "unit", "wanted"),
    [
        (_with("biotin_supplement"), "tsh", 0.05, "m[IU]/L", "biotin"),
        (_with("haemolysed_sample"), "potassium", 6.8, "mmol/L", "haemolysed"),
        (replace(PLAIN, pregnancy=given(Pregnancy("pregnant", given(DAY)))), "crp_hs", 6, "mg/L",
         "pregnancy"),
        (replace(PLAIN, pregnancy=given(Pregnancy("pregnant", given(DAY)))), "triglycerides", 3,
         "mmol/L", "pregnancy"),
    ],
)  # fmt: skip
def test_what_spoils_a_value_sets_it_aside(
    person: Timeline, test: str, value: float, unit: str, wanted: str
) -> None:
    assert wanted in _reason(test, value, unit, person)
    _measured(test, value, unit)


def test_hba1c_of_cells_that_live_shorter_is_no_hba1c() -> None:
    sickle = replace(PLAIN, conditions=given((Condition("D57.1", "icd10", "active"),)))
    assert "take glucose" in _reason("hba1c", 6.1, "%", sickle)
    iron = replace(PLAIN, conditions=given((Condition("D50.9", "icd10", "active"),)))
    wide, plain = (_measured("hba1c", 6.1, "%", one).quantity for one in (iron, PLAIN))
    assert wide.standard_error is not None
    assert plain.standard_error is not None
    # Of the spread of people (0.08 on the ln scale) more than half: it counts for less together.
    assert wide.standard_error / wide.value > 0.5 * 0.08 > plain.standard_error / plain.value


def test_a_pregnancy_of_long_ago_changes_nothing() -> None:
    person = replace(PLAIN, pregnancy=given(Pregnancy("pregnant", given("2022-01-10"))))
    _measured("crp_hs", 6, "mg/L", person)


# --- limits --------------------------------------------------------------------------------------


def test_the_strictest_limit_is_said() -> None:
    flags = _measured("tsh", 14, "m[IU]/L").flags
    assert any("above 10 mIU/L" in flag for flag in flags)
    assert not any("above 4 mIU/L" in flag for flag in flags)


@pytest.mark.parametrize(
    ("sex", "flagged"), [("male", True), ("female", False), ("intersex", False)]
)
def test_limits_of_one_sex(sex: str, flagged: bool) -> None:
    person = replace(PLAIN, demographics=Demographics(sex=given(sex)))
    flags = _measured("haemoglobin", 125, "g/L", person).flags
    assert any("anaemia" in flag for flag in flags) == flagged


def test_an_unknown_sex_is_said_where_the_limit_hangs_on_it() -> None:
    (flag,) = _measured("haemoglobin", 125, "g/L").flags
    assert "in a man" in flag
    assert "the sex is not recorded" in flag
    assert _measured("haemoglobin", 140, "g/L").flags == ()


@pytest.mark.parametrize(
    ("age", "pregnancy", "wanted"),
    [
        (30, None, "unless she is pregnant, which is not recorded"),
        (30, "not_pregnant", "below 120 g/L: anaemia, look"),
        (30, "pregnant", None),
        # Nobody asks a woman of 71 about a pregnancy, and the limit holds for her all the same.
        (71, None, "below 120 g/L: anaemia, look"),
    ],
)
def test_anaemia_of_a_woman(age: float, pregnancy: str | None, wanted: str | None) -> None:
    person = replace(PLAIN, demographics=Demographics(sex=given("female"), age_years=given(age)))
    if pregnancy:
        person = replace(person, pregnancy=given(Pregnancy(pregnancy, given(DAY))))
    said = [f for f in _measured("haemoglobin", 115, "g/L", person).flags if "120" in f]
    assert [wanted in flag for flag in said] == [True] if wanted else said == []


@pytest.mark.parametrize(
    ("test", "value", "unit"),
    [
        # Critical values of textbooks: none may pass without a word.
        ("potassium", 7.2, "mmol/L"),
        ("sodium", 120, "mmol/L"),
        ("calcium", 3.6, "mmol/L"),
        ("glucose", 1.8, "mmol/L"),
        ("glucose", 35, "mmol/L"),
        ("creatinine", 8, "mg/dL"),
        ("egfr", 9, "mL/min/{1.73_m2}"),
        ("urea", 45, "mmol/L"),
        ("alt", 900, "U/L"),
        ("ast", 900, "U/L"),
        ("platelets", 12, "10*9/L"),
        ("leucocytes", 80, "10*9/L"),
        ("neutrophils", 0.4, "10*9/L"),
        ("haemoglobin", 45, "g/L"),
        ("crp_hs", 250, "mg/L"),
    ],
)
def test_a_critical_value_is_urgent(test: str, value: float, unit: str) -> None:
    assert any(is_urgent(flag) for flag in _measured(test, value, unit).flags)


def test_raised_liver_values_with_jaundice_are_urgent() -> None:
    alone = _all(_lab("alt", 130, "U/L"))["blood.alt"]
    both = _all(_lab("alt", 130, "U/L"), _lab("bilirubin", 60, "umol/L"))["blood.alt"]
    assert not any(is_urgent(flag) for flag in _flags(alone))
    assert any(is_urgent(flag) and "bilirubin" in flag for flag in _flags(both))


def _flags(result: Result) -> tuple[str, ...]:
    assert isinstance(result, Measurement)
    return result.flags


# --- assay ---------------------------------------------------------------------------------------


def test_the_assay_is_carried_along_and_missed() -> None:
    with_assay = _measured("il6", 2, "pg/mL", assay="elisa_hs")
    assert with_assay.assay == "elisa_hs"
    assert not any("assay is not recorded" in flag for flag in with_assay.flags)
    assert any("assay is not recorded" in f for f in _measured("il6", 2, "pg/mL").flags)
    assert not any("assay is not recorded" in f for f in _measured("sodium", 140, "mmol/L").flags)


# --- ratio ---------------------------------------------------------------------------------------


def _ratio(*labs: LabResult) -> list[Result]:
    timeline = replace(PLAIN, labs=given(labs))
    found = [r for assay in ASSAYS for r in assay.measure(timeline)]
    return [r for r in found if r.id == "blood.kynurenine_tryptophan"]


def test_the_ratio_of_one_sample() -> None:
    # 2.0 umol/L per 50 umol/L = 0.04 = 40 umol/mmol.
    (found,) = _ratio(_lab("kynurenine", 2, "umol/L"), _lab("tryptophan", 50, "umol/L"))
    assert isinstance(found, Measurement)
    assert found.quantity.value == pytest.approx(40)
    assert found.quantity.unit == "umol/mmol"
    assert found.quantity.standard_error is None


@pytest.mark.parametrize(
    ("date", "part"),
    [("2025-01-11", "not of one day"), ("2025-01", "not of one day")],
)
def test_values_of_two_days_make_no_ratio(date: str, part: str) -> None:
    labs = _lab("kynurenine", 2, "umol/L", date=date), _lab("tryptophan", 50, "umol/L")
    (found,) = _ratio(*labs)
    assert isinstance(found, NotMeasured)
    assert part in found.reason


def test_a_bound_or_a_crowd_makes_no_ratio() -> None:
    tryptophan = _lab("tryptophan", 50, "umol/L")
    (bound,) = _ratio(_lab("kynurenine", 2, "umol/L", comparator="<"), tryptophan)
    assert isinstance(bound, NotMeasured)
    two = _lab("kynurenine", 2, "umol/L"), _lab("kynurenine", 3, "umol/L", time="12:00")
    (crowd,) = _ratio(*two, tryptophan)
    assert isinstance(crowd, NotMeasured)
    assert _ratio(tryptophan) == []
