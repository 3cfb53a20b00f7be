"""How a sample was taken: time of day, fasting, method, a value below or above what can be told."""

from __future__ import annotations

from typing import Any

import pytest

from equipoise.appraise.lab_source import ask_lab
from equipoise.appraise.questions import questions_of
from equipoise.core.answers import given, not_asked, unknown
from equipoise.core.nouns import LabResult, Timeline
from tests.ingest.fhir.conftest import Examine, Read, bundle_of, coded, observed, quantity

FASTING = "http://terminology.hl7.org/CodeSystem/v2-0916"
FATS = "2571-8"
"""Triglycerides: the code does not say whether they are of somebody who fasted."""
VALUE = quantity(5.1, "mmol/L")


def one_lab(timeline: Timeline) -> LabResult:
    (lab,) = timeline.labs.or_else(())
    return lab


@pytest.mark.parametrize(
    ("written", "date", "time"),
    [
        ("2026-01-10T07:45:00+01:00", "2026-01-10", "07:45"),
        ("2026-01-10T07:45-05:00", "2026-01-10", "07:45"),
        ("2026-01-10T23:59:59.123+01:00", "2026-01-10", "23:59"),
        # Universal time tells no local clock.
        ("2026-01-10T07:45:00Z", "2026-01-10", None),
        ("2026-01-10T07:45:00+00:00", "2026-01-10", None),
        # Systems that know the day only write midnight.
        ("2026-01-10T00:00:00+01:00", "2026-01-10", None),
        ("2026-01-10", "2026-01-10", None),
        ("2026-01", "2026-01", None),
    ],
)
def test_the_time_of_a_sample(written: str, date: str, time: str | None, read: Read) -> None:
    lab = one_lab(read(observed(FATS, effectiveDateTime=written, **VALUE)))
    assert (lab.date, lab.time) == (date, time)


def test_a_curve_of_a_day_is_kept(read: Read) -> None:
    samples = [
        observed(FATS, effectiveDateTime=f"2026-01-10T{hour}:00:00+01:00", **quantity(v, "mmol/L"))
        for hour, v in (("07", 5.0), ("09", 9.0), ("10", 7.0))
    ]
    labs = read(*samples).labs.or_else(())
    assert [(lab.time, lab.value) for lab in labs] == [("07:00", 5), ("09:00", 9), ("10:00", 7)]


@pytest.mark.parametrize("values", [(2.9, 4.4), (4.4, 2.9)])
def test_two_values_of_one_moment_are_kept_and_named(
    values: tuple[float, float], read: Read
) -> None:
    """A test that was run again in one minute: no rule may see only the harmless value."""
    samples = [
        observed(
            "2823-3", effectiveDateTime=f"2026-01-10T07:00:{at}+01:00", **quantity(v, "mmol/L")
        )
        for at, v in zip(("00", "40"), values, strict=True)
    ]
    timeline = read(*samples)
    assert sorted(lab.value for lab in timeline.labs.or_else(())) == [2.9, 4.4]
    (one,) = timeline.unmapped
    assert one.what == "two values of potassium at one time"
    assert "2.9 mmol/L" in one.why
    assert "4.4 mmol/L" in one.why
    low = next(
        q
        for row, q in questions_of("contraindications/contraindications")
        if row.text("id") == "potassium_citalopram"
    )
    reply = ask_lab(low, timeline)
    assert reply is not None
    assert reply.truth == "yes"


def test_two_formulas_of_one_test_are_no_contradiction(read: Read) -> None:
    # Reports of the United States held two values of one sample, by two formulas, until 2021.
    samples = [
        observed(code, effectiveDateTime="2026-01-10T07:00:00+01:00", **quantity(v, "mL/min"))
        for code, v in (("48642-3", 61), ("48643-1", 71))
    ]
    for one in samples:
        one["valueQuantity"]["code"] = "mL/min/{1.73_m2}"
    assert [lab.value for lab in read(*samples).labs.or_else(())] == [61, 71]


def test_pressure_may_be_taken_twice_within_a_minute(read: Read) -> None:
    samples = [
        observed("8480-6", effectiveDateTime="2026-01-10T07:00:00+01:00", **quantity(v, "mm[Hg]"))
        for v in (128, 132)
    ]
    assert len(read(*samples).labs.or_else(())) == 2


@pytest.mark.parametrize(("sign", "kept"), [("<", "<"), ("<=", "<"), (">", ">"), (">=", ">")])
def test_a_limit_is_kept_with_its_sign(sign: str, kept: str, read: Read) -> None:
    lab = one_lab(read(observed("30522-7", **quantity(0.3, "mg/L", comparator=sign))))
    assert (lab.value, lab.comparator) == (0.3, kept)


def answer(system: str, code: str) -> Any:
    return {"valueCodeableConcept": coded(system, code)}


@pytest.mark.parametrize(
    ("said", "fasting"),
    [
        (answer(FASTING, "F"), given(True)),
        (answer(FASTING, "NF"), given(False)),
        (answer(FASTING, "NG"), unknown()),
        (answer("loinc", "LA33-6"), given(True)),
        (answer("loinc", "LA32-8"), given(False)),
        ({"valueBoolean": False}, given(False)),
        ({"valueString": "perhaps"}, not_asked()),
    ],
)
@pytest.mark.parametrize("beside", [True, False])
def test_fasting_beside_a_value_or_at_its_moment(
    said: Any, fasting: Any, beside: bool, read: Read
) -> None:
    code = coded("loinc", "49541-6")
    if beside:
        component = [{"code": code, **said}]
        timeline = read(observed(FATS, component=component, **VALUE))
    else:
        timeline = read(observed(FATS, **VALUE), observed("49541-6", **said))
    assert one_lab(timeline).fasting == fasting
    read_it = fasting != not_asked()
    assert any("answer is not in the table" in u.why for u in timeline.unmapped) != read_it


def test_the_name_of_a_code_may_say_fasting(read: Read) -> None:
    # LOINC 1558-6 is "Fasting glucose".
    assert one_lab(read(observed("1558-6", **VALUE))).fasting == given(True)
    denied = observed("49541-6", valueBoolean=False)
    assert one_lab(read(observed("1558-6", **VALUE), denied)).fasting == unknown()


def test_fasting_of_another_moment_says_nothing(read: Read) -> None:
    other = observed("49541-6", effectiveDateTime="2026-01-11", valueBoolean=True)
    assert one_lab(read(observed(FATS, **VALUE), other)).fasting == not_asked()


def hours(value: float, unit: str = "h", **more: Any) -> Any:
    return {"value": value, "system": "http://unitsofmeasure.org", "code": unit, **more}


@pytest.mark.parametrize(
    ("collection", "fasting"),
    [
        ({"fastingStatusCodeableConcept": coded(FASTING, "F")}, given(True)),
        ({"fastingStatusCodeableConcept": coded(FASTING, "NF")}, given(False)),
        # Fasting for glucose: nothing eaten for at least 8 hours (American Diabetes Association).
        ({"fastingStatusDuration": hours(8)}, given(True)),
        ({"fastingStatusDuration": hours(720, "min")}, given(True)),
        ({"fastingStatusDuration": hours(3)}, given(False)),
        ({"fastingStatusDuration": hours(3, comparator=">")}, not_asked()),
        ({"fastingStatusDuration": {"value": 12}}, not_asked()),
        ({}, not_asked()),
    ],
)
@pytest.mark.parametrize("inside", [True, False])
def test_fasting_of_the_specimen(collection: Any, fasting: Any, inside: bool, read: Read) -> None:
    specimen = {"resourceType": "Specimen", "id": "s", "collection": collection}
    address = "#s" if inside else "Specimen/s"
    lab = observed(FATS, specimen={"reference": address}, **VALUE)
    timeline = read({**lab, "contained": [specimen]}) if inside else read(lab, specimen)
    assert one_lab(timeline).fasting == fasting
    assert timeline.unmapped == ()


def test_the_specimen_tells_the_day_where_the_value_does_not(read: Read) -> None:
    taken = {"collectedDateTime": "2026-01-09T07:30:00+01:00"}
    specimen = {"resourceType": "Specimen", "id": "s", "collection": taken}
    lab = observed(FATS, specimen={"reference": "Specimen/s"}, **VALUE)
    del lab["effectiveDateTime"]
    found = one_lab(read(lab, specimen))
    assert (found.date, found.time) == ("2026-01-09", "07:30")


def test_answers_that_disagree_leave_it_unknown(read: Read) -> None:
    component = [{"code": coded("loinc", "49541-6"), "valueBoolean": True}]
    specimen = {"collection": {"fastingStatusCodeableConcept": coded(FASTING, "NF")}}
    lab = observed(FATS, component=component, specimen={"reference": "#s"}, **VALUE)
    lab["contained"] = [{"resourceType": "Specimen", "id": "s", **specimen}]
    assert one_lab(read(lab)).fasting == unknown()


def test_a_method_that_the_tables_name(read: Read) -> None:
    lab = observed("30522-7", method={"text": "Turbidimetry"}, **quantity(1, "mg/L"))
    assert one_lab(read(lab)).assay == "turbidimetry"


def test_a_method_that_no_table_names_is_listed(read: Read) -> None:
    lab = observed("30522-7", method={"text": "Kit 7 of somebody"}, **quantity(1, "mg/L"))
    timeline = read(lab)
    assert one_lab(timeline).assay is None
    assert [u.what for u in timeline.unmapped] == ["method: Kit 7 of somebody"]


@pytest.mark.parametrize(
    ("written", "date", "time"),
    [
        # The day of the run is 2026-03-02. In Sydney it is tomorrow, and the same moment.
        ("2026-03-03T09:00:00+11:00", "2026-03-02", None),
        ("2026-03-02T23:00:00+11:00", "2026-03-02", "23:00"),
        ("2026-03-03T11:59:00Z", "2026-03-02", None),
        ("2026-03-03T13:00:00Z", None, None),
        ("2026-03-04T09:00:00+11:00", None, None),
        ("2026-03-03T09:00:00", None, None),
        ("2026-03-03", None, None),
    ],
)
def test_tomorrow_in_another_zone_is_today(
    written: str, date: str | None, time: str | None, examine: Examine
) -> None:
    timeline, faults = examine(bundle_of(observed(FATS, effectiveDateTime=written, **VALUE)))
    if date is None:
        assert timeline is None
        assert "future" in str(faults[0])
        return
    assert timeline is not None
    lab = one_lab(timeline)
    assert (lab.date, lab.time) == (date, time)
