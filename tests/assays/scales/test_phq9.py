"""PHQ-9 scores against published examples, a national survey and an open data set."""

from __future__ import annotations

import csv
import gzip
import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from equipoise.assays.scales import rating
from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.nouns import Measurement, NotMeasured, Result, ScaleAnswers, Timeline

Items = tuple[int | None, ...]
SPEC = next(spec for spec in rating.SPECS if spec.id == "scales.phq9")
ANSWERS = st.integers(0, 3)


def _timeline(*items: Items, date: str = "2025-01-10") -> Timeline:
    sets = tuple(ScaleAnswers("phq9", date, answered) for answered in items)
    return Timeline("01", scales=given(sets))


def _one(items: Items) -> Result:
    (result,) = rating.measure(_timeline(items), SPEC)
    return result


def _measured(items: Items) -> Measurement:
    result = _one(items)
    assert isinstance(result, Measurement)
    return result


def test_standard_error_of_a_complete_total() -> None:
    # SD 5.4, reliability 0.84: 5.4 * 0.4 = 2.16, by hand.
    assert _measured((1,) * 9).quantity.standard_error == pytest.approx(2.16)


def test_two_missing_answers_are_scaled_up() -> None:
    # Seven answers of 2 stand for nine: 14 * 9 / 7 = 18; error 2.16 * sqrt(9 / 7) = 2.449.
    result = _measured((2, 2, None, 2, 2, None, 2, 2, 2))
    assert result.quantity.value == pytest.approx(18)
    assert result.quantity.standard_error == pytest.approx(2.449, abs=5e-4)
    assert result.coverage == pytest.approx(7 / 9)
    assert any("2 of 9 answers missing" in flag for flag in result.flags)


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ((1,) * 8, "8 answers where the scale has 9"),
        ((1,) * 10, "10 answers"),
        ((1, 1, 4, 1, 1, 1, 1, 1, 1), "an answer of 4; allowed are 0 to 3"),
        ((1, 1, -1, 1, 1, 1, 1, 1, 1), "an answer of -1"),
        ((1,) * 8 + (None,), "item 9"),
        ((None, None, None, 1, 1, 1, 1, 1, 1), "3 of 9 answers are missing; at most 2"),
    ],
)
def test_answers_that_cannot_be_scored(items: Items, reason: str) -> None:
    result = _one(items)
    assert isinstance(result, NotMeasured)
    assert reason in result.reason
    assert result.date == "2025-01-10"


@pytest.mark.parametrize(
    ("scales", "reason"),
    [
        (not_asked(), "not asked"),
        (unknown(), "asked, but"),
        (given(()), "no PHQ-9"),
        (given((ScaleAnswers("gad7", "2025", (1,) * 7),)), "no PHQ-9"),
    ],
)
def test_no_answers_is_a_result(scales: Answer[tuple[ScaleAnswers, ...]], reason: str) -> None:
    (result,) = rating.measure(Timeline("01", scales=scales), SPEC)
    assert isinstance(result, NotMeasured)
    assert reason in result.reason


@pytest.mark.parametrize(("answer", "flagged"), [(0, False), (1, True), (3, True)])
def test_item_nine_is_flagged(answer: int, flagged: bool) -> None:
    result = _measured((0,) * 8 + (answer,))
    assert any("item 9" in flag for flag in result.flags) == flagged


def test_one_bad_set_does_not_lose_the_others() -> None:
    sets = (
        ScaleAnswers("phq9", "2025-02-01", (2,) * 9),
        ScaleAnswers("phq9", "2025-01-01", (5,) * 9),
    )
    first, second = rating.measure(Timeline("01", scales=given(sets)), SPEC)
    assert isinstance(first, NotMeasured)
    assert isinstance(second, Measurement)
    assert (first.date, second.date) == ("2025-01-01", "2025-02-01")


@drawn(st.tuples(*[ANSWERS] * 9), st.integers(0, 8))
def test_a_higher_answer_never_lowers_the_total(items: tuple[int, ...], place: int) -> None:
    higher = tuple(min(v + 1, 3) if i == place else v for i, v in enumerate(items))
    assert _measured(higher).quantity.value >= _measured(items).quantity.value


@drawn(st.tuples(*[ANSWERS] * 9), st.sets(st.integers(0, 7), max_size=2))
def test_missing_answers_stay_in_range_and_widen(
    items: tuple[int, ...], gone: frozenset[int]
) -> None:
    kept = tuple(None if i in gone else v for i, v in enumerate(items))
    result = _measured(kept)
    assert 0 <= result.quantity.value <= 27
    assert result.quantity.standard_error is not None
    assert result.quantity.standard_error >= 2.16 - 1e-9
    assert result.coverage == pytest.approx(1 - len(gone) / 9)


# --- published examples and data -------------------------------------------------------------

# Items 1 to 9.
LOINC_ITEMS = (
    "44250-9",
    "44255-8",
    "44259-0",
    "44254-1",
    "44251-7",
    "44258-2",
    "44252-5",
    "44253-3",
    "44260-8",
)


def _answer_values(folder: Path) -> dict[str, int]:
    """Return the ordinal value of each answer code, from the published questionnaire."""
    form = json.loads((folder / "Questionnaire-phq-9-example.json").read_text())
    return {
        option["valueCoding"]["code"]: int(extension["valueDecimal"])
        for item in form["item"]
        for option in item.get("answerOption", ())
        for extension in option.get("extension", ())
        if extension["url"].endswith("ordinalValue")
    }


@pytest.mark.shared
def test_us_core_questionnaire_response(shared_data: Path) -> None:
    # US Core 9.0.0: answers 2 2 2 2 1 1 2 0 0 and the total 12 that stands beside them.
    folder = shared_data / "clinical" / "fhir" / "us-core"
    values = _answer_values(folder)
    response = json.loads((folder / "QuestionnaireResponse-phq-9-example.json").read_text())
    answers = {item["linkId"].strip("/"): item["answer"][0] for item in response["item"]}
    items = tuple(values[answers[code]["valueCoding"]["code"]] for code in LOINC_ITEMS)
    assert _measured(items).quantity.value == answers["44261-6"]["valueDecimal"] == 12


@pytest.mark.shared
def test_us_core_observation_panel(shared_data: Path) -> None:
    folder = shared_data / "clinical" / "fhir" / "us-core"
    values = _answer_values(folder)

    def observation(code: str) -> dict[str, object]:
        text = (folder / f"Observation-PHQ9-item-example-{code}.json").read_text()
        found: dict[str, object] = json.loads(text)
        return found

    def answer(code: str) -> int:
        concept = observation(code)["valueCodeableConcept"]
        assert isinstance(concept, dict)
        return values[concept["coding"][0]["code"]]

    total = observation("44261-6")["valueString"]
    assert _measured(tuple(map(answer, LOINC_ITEMS))).quantity.value == float(str(total))


def _survey(shared_data: Path) -> Iterator[tuple[str, float, Items]]:
    """Yield sex, examination weight and answers of the adults of NHANES 2013 to 2016."""
    path = shared_data / "clinical" / "nhanes" / "nhanes_phq9_items_2005_2016.csv.gz"
    with gzip.open(path, "rt") as stream:
        for row in csv.DictReader(stream):
            if row["cycle"] in {"2013-2014", "2015-2016"} and float(row["RIDAGEYR"]) >= 20:
                # 7 is refused, 9 is not known: both are missing.
                cells = (row[f"DPQ0{k}0"] for k in range(1, 10))
                items = tuple(int(cell) if cell in set("0123") else None for cell in cells)
                yield row["RIAGENDR"], float(row["WTMEC2YR"]), items


@pytest.mark.shared
def test_depression_in_the_united_states(shared_data: Path) -> None:
    # NCHS Data Brief 303: PHQ-9 >= 10 at 20 years and older, 2013-2016: 8.1, men 5.5, women
    # 10.4 %. Complete answers, two-year weights; equal to the printed decimal.
    everyone: dict[str, float] = {}
    above: dict[str, float] = {}
    for sex, weight, items in _survey(shared_data):
        if None not in items:
            high = _measured(items).quantity.value >= 10
            for group in ("all", sex):
                everyone[group] = everyone.get(group, 0) + weight
                above[group] = above.get(group, 0) + weight * high
    share = {group: round(100 * above[group] / everyone[group], 1) for group in everyone}
    assert share == {"all": 8.1, "1": 5.5, "2": 10.4}


@pytest.mark.shared
@pytest.mark.parametrize(
    ("wave", "mean", "sd", "alpha"), [("t1", 7.48, 5.96, 0.900), ("t2", 6.29, 5.70, 0.901)]
)
def test_403_people_at_two_times(
    shared_data: Path, wave: str, mean: float, sd: float, alpha: float
) -> None:
    # Means and SDs of the totals and Cronbach's alpha, computed apart from this code.
    path = shared_data / "clinical" / "ipd" / f"bggm_phq9_gad7_n403_{wave}.csv"
    with path.open() as stream:
        rows = [tuple(int(row[f"PHQ{k}"]) for k in range(1, 10)) for row in csv.DictReader(stream)]
    totals = [_measured(items).quantity.value for items in rows]
    assert len(totals) == 403
    assert math.fsum(totals) / 403 == pytest.approx(mean, abs=0.005)
    assert math.sqrt(_variance(totals)) == pytest.approx(sd, abs=0.005)
    within = math.fsum(_variance([items[k] for items in rows]) for k in range(9))
    assert 9 / 8 * (1 - within / _variance(totals)) == pytest.approx(alpha, abs=0.0005)


def _variance(values: list[float] | list[int]) -> float:
    middle = math.fsum(values) / len(values)
    return math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1)
