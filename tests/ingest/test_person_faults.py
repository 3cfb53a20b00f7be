"""Bad records: every fault is one line that names file, line and field, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.core.errors import InputError, RecordError, UnitError
from equipoise.core.tables import Row, Table
from equipoise.ingest import examine_person, read_person, vocabulary

TODAY = "2025-01-10"
HEAD = 'schema_version: "1.0"\nlabel: "01"\n'

Write = Callable[[str], Path]


def faults(path: Path) -> list[str]:
    timeline, found = examine_person(path, today=TODAY)
    assert (timeline is None) == bool(found)
    return [str(fault) for fault in found]


# (part of the full record, what stands there instead, field, words of the message)
EDITS = [
    # Names of fields.
    ("treatments:  ", "treatmets:  ", "treatmets", ["no such field", "did you mean treatments?"]),
    ("{sex: female", "{sx: female", "sx of demographics", ["did you mean sex?"]),
    ("dose: 150", "dosis: 150", "dosis of treatments entry 1", ["did you mean dose?"]),
    ("{scale: phq9, date: 2025", "{scala: phq9, date: 2025", "scala of scales entry 1", ["scale?"]),
    # The head.
    ('schema_version: "1.0"\n', "", "schema_version", ["needed", '"1.0"']),
    ('"1.0"', '"2.0"', "schema_version", ["newer major", "got 2.0", "update Equipoise"]),
    ('"1.0"', "one", "schema_version", ["not a version"]),
    ('label: "01"\n', "", "label", ["needed"]),
    ('"01"', "sub-01", "label", ["got 'sub-01'", "without sub-"]),
    ('"01"', "ÅÄ", "label", ["letters and digits only"]),
    ('"01"', '"0 1"', "label", ["letters and digits only"]),
    # Types and lists of words.
    ("sex: female", "sex: woman", "sex of demographics", ["female, male, intersex"]),
    ("sex: female", "sex: [female]", "sex of demographics", ["a single value", "got a list"]),
    ("age_years: 43", "age_years: 430", "age_years of demographics", ["not plausible", "6 to 120"]),
    ("age_years: 43", "age_years: '4,3'", "age_years of demographics", ["a decimal point"]),
    ("age_years: 43", "age_years: ~", "age_years of demographics", ["no value stands here"]),
    ("age_years: 43", "age_years: nan", "age_years of demographics", ["not a number"]),
    ("age_years: 43", "age_years: Unknown", "age_years of demographics", ["small letters"]),
    ("number: 3", "number: 0", "number of episode", ["too small", "at least 1"]),
    ("number: 3", "number: 2.5", "number of episode", ["not a whole number"]),
    ("F33.2", "MDD", "diagnosis of episode", ["ICD-10"]),
    ("[anxious_distress]", "anxious_distress", "specifiers of episode", ["list", "brackets"]),
    ("[anxious_distress]", "[anxious]", "specifiers of episode", ["anxious_distress?"]),
    ("adherence: good", "adherence: perfect", "adherence of treatments entry 1", ["good, partial"]),
    ("ongoing: yes", "ongoing: perhaps", "ongoing of treatments entry 2", ["neither yes nor no"]),
    # Names of drugs and treatments.
    (
        "treatment: sertraline",
        "treatment: sertralin",
        "treatment of treatments entry 1",
        ["not known", "got 'sertralin'", "did you mean sertraline or methylphenidate (ritalin)"],
    ),
    ("drug: ibuprofen", "drug: ibuprofin", "drug of drugs entry 1", ["did you mean ibuprofen or"]),
    ("drug: ibuprofen", "drug: qqqq", "drug of drugs entry 1", ["international name"]),
    ("treatment: cbt", "treatment: sham", "treatment of treatments entry 3", ["not known"]),
    (
        "kind: vagus_",
        "kind: vagal_",
        "kind of implants entry 1",
        ["did you mean vagus_nerve_stimulator or"],
    ),
    ("site: neck", "site: nek", "site of implants entry 1", ["did you mean neck?"]),
    ("finding: suicidal_plan", "finding: suicide_plan", "finding of findings entry 1", ["_plan?"]),
    ("test: crp_hs", "test: crp_h", "test of labs entry 1", ["did you mean crp_hs"]),
    ("{scale: phq9, date: 2025", "{scale: phq, date: 2025", "scale of scales entry 1", ["phq9"]),
    (
        "remission: 100",
        "remision: 100",
        "remision of weights of preferences",
        ["did you mean remission or"],
    ),
    ("remission: 100", "remission: -1", "remission of weights of preferences", ["too small"]),
    (
        "remission: 100, side_effects: 40",
        "remission: 0, response: 0, stay: 0, speed: 0, side_effects: 0, visits: 0, anaesthesia: 0,"
        " invasiveness: 0",
        "weights of preferences",
        ["all weights are zero", "raise one"],
    ),
    ("{remission: 100, side_effects: 40}", "7", "weights of preferences", ["names with numbers"]),
    ("side_effects: 40", "Remission: 1", "Remission of weights of preferences", ["two weights"]),
    # Doses and laboratory values.
    ("dose: 400, unit: mg/d,", "dose: 400,", "unit of drugs entry 1", ["dose has no unit"]),
    ("dose: 400, unit: mg/d,", "unit: mg/d,", "unit of drugs entry 1", ["without a dose"]),
    ("dose: 150, unit: mg/d", "dose: 150, unit: mg", "unit of treatments entry 1", ["mg/d"]),
    ("dose: 400, unit: mg/d", "dose: 400, unit: s", "unit of drugs entry 1", ["no dose has this"]),
    ("dose: 150", "dose: 0", "dose of treatments entry 1", ["too small", "above 0"]),
    ("sessions: 12", "dose: 3, unit: mg/d", "dose of treatments entry 3", ["no dose by weight"]),
    ("value: 3.4, unit: mg/L,", "value: 3.4,", "unit of labs entry 1", ["no unit", "mg/L"]),
    ("value: 3.4", "value: 3400", "value of labs entry 1", ["not possible", "0 to 1000 mg/L"]),
    ("value: 3.4", "value: -3.4", "value of labs entry 1", ["not possible"]),
    ("value: 3.4", "value: <0.5", "value of labs entry 1", ["not a number", "sign such as <"]),
    ("unit: mg/L", "unit: mmol/d", "unit of labs entry 1", ["measures something else", "mg/L"]),
    ("unit: mg/L", "unit: milligrams", "unit of labs entry 1", ["not a UCUM unit"]),
    ("unit: mg/L", "unit: g/dL", "value of labs entry 1", ["34000 mg/L"]),
    ("time: 07:45", "time: 7:45", "time of labs entry 3", ["two digits each", "got '7:45'"]),
    ("time: 07:45", "time: 24:00", "time of labs entry 3", ["clock time of 24 hours"]),
    ("time: 07:45", "time: 07:45Z", "time of labs entry 3", ["07:45"]),
    (
        "fasting: yes",
        "fasting: maybe",
        "fasting of labs entry 3",
        ["neither yes nor no", "or unknown"],
    ),
    ("value: 5.1", "value: '<5.1'", "value of labs entry 3", ["not a number", "as its comparator"]),
    ("value: 5.1", "value: ≥5.1", "value of labs entry 3", ["not a number", "as its comparator"]),
    ('comparator: "<"', 'comparator: "≤"', "comparator of labs entry 4", ["write one of these"]),
    ('comparator: "<"', 'comparator: "<="', "comparator of labs entry 4", ["allowed: <, >"]),
    (
        'comparator: "<"',
        "comparator: unknown",
        "comparator of labs entry 4",
        ["leave the field out"],
    ),
    ('comparator: "<"', "comparator: below", "comparator of labs entry 4", ["allowed: <, >"]),
    ("waking: 90", "waking: -5", "minutes_after_waking of labs entry 5", ["0 to 1440"]),
    ("waking: 90", "waking: 1500", "minutes_after_waking of labs entry 5", ["0 to 1440"]),
    ("fasting: yes", "fasted: yes", "fasted of labs entry 3", ["did you mean fasting or date?"]),
    ("assay: immunoassay", "assay: imunoassay", "assay of labs entry 5", ["did you mean immuno"]),
    ("dose: 12", "dose: -1", "hours_since_dose of labs entry 4", ["not plausible"]),
    # Scales.
    ("1, 2, 1, 0, 0]", "1, 2, 1, 0]", "items of scales entry 1", ["8 answers", "9 answers"]),
    ("1, 2, 1, 0, 0]", "1, 2, 1, 0, 4]", "items of scales entry 1", ["answer 9", "0 to 3"]),
    ("1, 2, 1, 0, 0]", "1, 2, 1, 0, -1]", "items of scales entry 1", ["answer 9", "0 to 3"]),
    ("{difficulty: 2}", "{mood: 2}", "extras of scales entry 1", ["no further question 'mood'"]),
    ("{difficulty: 2}", "{difficulty: 4}", "extras of scales entry 1", ["allowed 0 to 3"]),
    ("total: 17", "total: 28", "total of scales entry 3", ["allowed 0 to 27"]),
    ("1, 2, 1, 0, 0]", "1, 2, 1, 0, '']", "items of scales entry 1", ["no value stands here"]),
    # Dates.
    ("date: 2025-01-10, items", "date: 2025-01-11, items", "date of scales entry 1", ["future"]),
    ("onset: 2024-03", "onset: 2025-02", "onset of episode", ["lies in the future"]),
    ("onset: 2024-03", "onset: 2024-13", "onset of episode", ["not a date", "2024-03-10"]),
    ("onset: 2024-03", "onset: 2024-02-30", "onset of episode", ["not a date"]),
    ("onset: 2024-03", "onset: 03/2024", "onset of episode", ["not a date"]),
    ("onset: 2024-03", "onset: ٢٠٢٤", "onset of episode", ["not a date", "٢٠٢٤"]),
    ("onset: 2024-03", "onset: 1024-03", "onset of episode", ["any living person"]),
    (
        "stop: 2024-07",
        "stop: 2024-03",
        "stop of treatments entry 1",
        ["before start", "2024-04-10"],
    ),
    ("revoked: 2024-09", "revoked: 2024-01", "revoked of consents entry 2", ["before date"]),
    ("date: 2025-01-10, items", "date: unknown, items", "date of scales entry 1", ["not a date"]),
    # Contradictions.
    ("ongoing: yes,", "ongoing: yes, stop: 2024-09,", "ongoing of treatments entry 2", ["stop"]),
    ("ongoing: no,", "", "stopped_for of treatments entry 3", ["needs the day", "ongoing: no"]),
    # What could mean two things.
    (
        "implants:\n  - {kind: vagus_nerve_stimulator, site: neck}",
        "implants: none",
        "implants",
        ["[]"],
    ),
    ('"*1/*2"', '" *1/*2"', "diplotype of genotypes entry 1", ["blanks"]),
    ('"*1/*2"', "", "diplotype of genotypes entry 1", ["no value stands"]),
    (
        '"*1/*2"',
        "n/a",
        "diplotype of genotypes entry 1",
        ["no value stands", "be unknown (asked, not known)"],
    ),
    ('"*1/*2"', '"*1"', "diplotype of genotypes entry 1", ["two alleles"]),
]


@pytest.mark.parametrize(("before", "after", "field", "words"), EDITS)
def test_one_fault_is_named(
    before: str, after: str, field: str, words: list[str], write: Write, full_text: str
) -> None:
    assert full_text.count(before) >= 1
    text = full_text.replace(before, after, 1)
    path = write(text)
    (message,) = faults(path)
    assert f", field {field}: " in message
    assert message.startswith(f"{path} line ")
    assert not [word for word in words if word not in message], message
    assert "\n" not in message
    with pytest.raises(InputError) as caught:
        read_person(path, today=TODAY)
    assert str(caught.value) == message
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("treatments:  ", "treatmets:  ", 7),
        ("outcome: no_response", "outcome: nothing", 9),
        ("value: 3.4", "value: 3400", 22),
        ("1, 2, 1, 0, 0]", "1, 2, 1, 0, 4]", 28),
    ],
)
def test_the_line_is_that_of_the_value(
    before: str, after: str, line: int, write: Write, full_text: str
) -> None:
    # Lines counted by hand in tests/fixtures/person_full.yaml.
    (message,) = faults(write(full_text.replace(before, after, 1)))
    assert f" line {line}, field " in message


def test_units_are_faults_of_their_own_kind(write: Write) -> None:
    _, found = examine_person(
        write(HEAD + "labs: [{test: crp_hs, value: 3.4, date: 2024}]\n"), today=TODAY
    )
    assert [type(fault) for fault in found] == [UnitError]


def test_male_and_pregnant_contradict_each_other(write: Write) -> None:
    text = HEAD + "demographics: {sex: male}\npregnancy: {status: pregnant}\n"
    (message,) = faults(write(text))
    assert "line 4, field status of pregnancy: sex and pregnancy contradict" in message
    assert "male on line 3" in message


def test_male_and_breastfeeding_contradict_each_other(write: Write) -> None:
    text = HEAD + "demographics: {sex: male}\npregnancy: {status: breastfeeding}\n"
    (message,) = faults(write(text))
    assert "got breastfeeding, and male on line 3" in message


def test_the_same_trial_twice(write: Write) -> None:
    trial = "  - {treatment: sertraline, start: 2024-04, stop: 2024-07}\n"
    (message,) = faults(write(HEAD + "treatments:\n" + trial + trial))
    assert "line 5, field treatments: the same entry about sertraline stands twice" in message
    assert "the other on line 4" in message
    later = trial.replace("2024", "2025")
    assert faults(write(HEAD + "treatments:\n" + trial + later.replace("2025-07", "2025-01")))
    assert faults(write(HEAD + "treatments:\n" + trial + trial.replace("2024-04", "2024-05"))) == []


@pytest.mark.parametrize(
    ("days", "second", "refused"),
    [
        (("2024-04-10", "2024-04-11"), "dose: 500, unit: mg/d", True),
        (("2024-04-10", "2024-04-10"), "dose: 0.5, unit: g/d", True),
        (("2024-04-10", "2024-04-12"), "dose: 500, unit: mg/d", False),
        (("2024-04-10", "2024-04-11"), "dose: 200, unit: mg/d", False),
        # Days that are not known whole are not said to be a day apart.
        (("2024-04", "2024-04"), "dose: 500, unit: mg/d", False),
    ],
)
def test_two_doses_a_day_apart_by_a_factor_of_ten(
    days: tuple[str, str], second: str, refused: bool, write: Write
) -> None:
    doses = ("dose: 50, unit: mg/d", second)
    trials = "".join(
        f"  - {{treatment: sertraline, {dose}, start: {day}}}\n"
        for dose, day in zip(doses, days, strict=True)
    )
    found = faults(write(HEAD + "treatments:\n" + trials))
    assert bool(found) == refused
    for message in found:
        assert "line 5, field dose: two doses of sertraline a day apart differ" in message
        assert "the other on line 4" in message


@pytest.mark.parametrize(
    ("stop", "start", "dose", "refused"),
    [
        ("2024-06-01", "2024-06-01", "500", True),
        ("2024-06-01", "2024-06-02", "5", True),
        ("2024-06-01", "2024-06-10", "500", False),
        ("2024-06-01", "2024-06-02", "100", False),
        ("2024-06", "2024-06-02", "500", False),
    ],
)
def test_a_dose_that_follows_within_a_day_by_a_factor_of_ten(
    stop: str, start: str, dose: str, refused: bool, write: Write
) -> None:
    trials = (
        f"  - {{treatment: sertraline, dose: 50, unit: mg/d, start: 2024-04-10, stop: {stop}}}\n"
        f"  - {{treatment: sertraline, dose: {dose}, unit: mg/d, start: {start}}}\n"
    )
    found = faults(write(HEAD + "treatments:\n" + trials))
    assert bool(found) == refused
    assert all("two doses of sertraline a day apart differ" in message for message in found)


SAMPLE = "  - {test: crp_hs, value: %s, unit: mg/L, date: %s, %s}\n"


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        # A curve of a day: one test, several times.
        (("3", "2025-01-09", "time: 07:00"), ("4", "2025-01-09", "time: 07:30"), False),
        (("3", "2025-01-09", "time: 07:00"), ("4", "2025-01-10", "time: 07:00"), False),
        (("3", "2025-01-09", "time: 07:00"), ("4", "2025-01-09", "time: 07:00"), True),
        # The same sample told twice would count twice.
        (("3", "2025-01-09", "time: 07:00"), ("3", "2025-01-09", "time: 07:00"), True),
        (
            ("3", "2025-01-09", "minutes_after_waking: 0"),
            ("4", "2025-01-09", "minutes_after_waking: 0.0"),
            True,
        ),
        (
            ("3", "2025-01-09", "minutes_after_waking: 0"),
            ("4", "2025-01-09", "minutes_after_waking: 30"),
            False,
        ),
        # Nobody says that these are of one sample.
        (("3", "2025-01-09", "fasting: yes"), ("4", "2025-01-09", "fasting: no"), False),
        (("3", "2025-01", "time: 07:00"), ("4", "2025-01", "time: 07:00"), False),
    ],
)
def test_two_values_at_one_time(
    first: tuple[str, ...], second: tuple[str, ...], refused: bool, write: Write
) -> None:
    found = faults(write(HEAD + "labs:\n" + SAMPLE % first + SAMPLE % second))
    assert bool(found) == refused
    for message in found:
        assert "line 5, field labs: two values of crp_hs at one time" in message
        assert "the other on line 4" in message


def test_a_date_before_the_birth(write: Write) -> None:
    text = HEAD + "demographics: {age_years: 20}\ntreatments: [{treatment: cbt, start: %s}]\n"
    # Twenty years of age in January 2025: born in 2004 or 2005.
    (message,) = faults(write(text % "2003"))
    assert "line 4, field treatments: this date lies before the birth" in message
    assert faults(write(text % "2004")) == []


@pytest.mark.parametrize("sex", ["female", "intersex", "unknown"])
def test_nobody_else_is_refused_a_pregnancy(sex: str, write: Write) -> None:
    text = HEAD + f"demographics: {{sex: {sex}}}\npregnancy: {{status: pregnant}}\n"
    assert faults(write(text)) == []


def test_two_answers_about_one_finding_contradict_each_other(write: Write) -> None:
    plan = "  - {{finding: suicidal_plan, status: {}, date: 2025-01-{}}}\n"
    same_day = HEAD + "findings:\n" + plan.format("absent", "10") + plan.format("present", "10")
    (message,) = faults(write(same_day))
    assert "two answers about suicidal_plan; got present, and absent on line 4" in message
    later = HEAD + "findings:\n" + plan.format("absent", "09") + plan.format("present", "10")
    assert faults(write(later)) == []


def test_all_faults_of_a_file_are_found_in_the_order_of_its_lines(write: Write) -> None:
    text = (
        "label: '01'\n"
        "schema_version: 3.0\n"
        "labs:\n"
        "  - {test: crp_hs, value: 9999, unit: mg/L, date: 2030}\n"
        "  - 17\n"
        "scales: {phq9: 12}\n"
        "demographics: {sex: male, age_years: 4000}\n"
        "colour: blue\n"
    )
    lines = [message.split(" line ")[1].split(",")[0] for message in faults(write(text))]
    assert lines == ["2", "4", "4", "5", "6", "7", "8"]
    with pytest.raises(RecordError, match="newer major"):
        read_person(write(text), today=TODAY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("# only a note\n", "the file is empty"),
        ("- 1\n- 2\n", "this is not a record"),
        ("just words\n", "this is not a record"),
        ("label: [\n", "this is not YAML"),
    ],
)
def test_a_file_that_is_no_record(text: str, words: str, write: Write) -> None:
    (message,) = faults(write(text))
    assert words in message


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (message,) = faults(tmp_path / "nothing.yaml")
    assert "the record cannot be read" in message
    (message,) = faults(tmp_path)
    assert "the record cannot be read" in message


def test_a_name_of_two_drugs_is_not_guessed(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [{"id": name, "aliases": "Twin"} for name in ("one", "other")]
    table = Table("drugs/drugs", {}, tuple(Row(row, "t") for row in cells), tuple(cells[0]))
    monkeypatch.setattr(vocabulary, "load_table", lambda _: table)
    monkeypatch.setattr(vocabulary, "tables_digest", lambda: "test")
    (message,) = faults(write(HEAD + "drugs: [{drug: twin}]\n"))
    assert "stands for more than one drug; got 'twin'; allowed: one, other" in message


@pytest.mark.parametrize(
    ("section", "name", "dose", "refused"),
    [
        # Ten times the highest dose of citalopram, 40 mg/d by its label, is 400 mg/d.
        ("treatments", "treatment: citalopram", "100000", True),
        ("treatments", "treatment: citalopram", "401", True),
        ("treatments", "treatment: citalopram", "400", False),
        ("drugs", "drug: citalopram", "20000", True),
    ],
)
def test_a_dose_that_must_be_a_slip(
    write: Write, section: str, name: str, dose: str, refused: bool
) -> None:
    entry = f"{section}:\n  - {{{name}, dose: {dose}, unit: mg/d, start: 2024-11-01}}\n"
    found = faults(write(HEAD + entry))
    assert bool(found) == refused
    for fault in found:
        for words in ("line 4", "dose", f"got {dose} mg/d", "at most 400 mg/d"):
            assert words in fault


@pytest.mark.parametrize(
    ("name", "dose", "allowed"),
    [
        # Ten times the highest dose by the drug of the treatment: infusions of 1 mg/kg, quetiapine
        # of 300 mg/d beside an antidepressant, bupropion of 300 mg/d in Europe.
        ("ketamine_iv", "40 mg/kg", "at most 10 mg/kg"),
        ("quetiapine", "30000 mg/d", "at most 3000 mg/d"),
        ("bupropion_augmentation", "30000 mg/d", "at most 3000 mg/d"),
    ],
)
def test_a_dose_is_looked_up_by_the_drug(write: Write, name: str, dose: str, allowed: str) -> None:
    value, unit = dose.split()
    entry = f"treatments:\n  - {{treatment: {name}, dose: {value}, unit: {unit}, start: 2024-11}}\n"
    (message,) = faults(write(HEAD + entry))
    assert allowed in message


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("SAINT", "snt"),
        ("SNT", "snt"),
        ("Spravato", "esketamine"),
        ("IV ketamine", "ketamine_iv"),
        ("home tDCS", "tdcs_home"),
        ("SAMe", "same"),
        ("Auvelity", "dextromethorphan_bupropion"),
        ("Interpersonal psychotherapy", "ipt"),
    ],
)
def test_further_options_are_read_by_their_other_names(
    write: Write, written: str, meant: str
) -> None:
    path = write(HEAD + f"treatments:\n  - {{treatment: {written}, start: 2024-11}}\n")
    (trial,) = read_person(path, today="2025-02-01").treatments.or_else(())
    assert trial.treatment == meant


def test_an_item_with_a_range_of_its_own(write: Write) -> None:
    # Item 4 of the HAM-D17 goes from 0 to 2, item 1 from 0 to 4 (Hamilton 1960).
    answers = [4, *([0] * 16)]
    scale = HEAD + "scales: [{{scale: hamd17, date: 2025-01-10, items: {}}}]\n"
    assert faults(write(scale.format(answers))) == []
    answers[3] = 3
    (message,) = faults(write(scale.format(answers)))
    assert "answer 4 of hamd17 is out of range: 3; allowed 0 to 2" in message
