"""Derived rows of published effects follow from what they say they follow from."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import NormalDist

import pytest

from equipoise.core.tables import Row, load_table
from equipoise.evidence.conversions import from_counts, from_odds_ratio
from equipoise.evidence.synthesis.pooling import Pooled, pool

EFFECTS = load_table("effects/effects")
THERAPIES = {
    "cbt": "Cognitive Behavior Therapy",
    "behavioural_activation": "Behavorial Activation",  # as the data set spells it
    "ipt": "Interpersonal Therapy",
    "problem_solving": "Problem-Solving Therapy",
    "third_wave": "3rd-Wave CBT",
}
CORRELATION = 0.6  # of outcomes and arms of one trial; README of the table
Tables = Sequence[tuple[int, int, int, int]]


def _row(name: str) -> Row:
    return EFFECTS.row(id=name)


def _sheet(path: Path, delimiter: str, encoding: str) -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as stream:
        return list(csv.DictReader(stream, delimiter=delimiter))


def _pooled(tables: Tables) -> Pooled:
    pairs = [from_counts(*table) for table in tables]
    return pool([e for e, _ in pairs], [s for _, s in pairs], method="REML")


def _same_odds_ratio(row: Row, found: Pooled, people: int) -> None:
    # Two decimals are in the table.
    for column, value in (
        ("value", found.estimate),
        ("lower", found.ci_low),
        ("upper", found.ci_high),
    ):
        assert row.number(column) == pytest.approx(math.exp(value), abs=0.0051), column
    assert row.number("between_study_sd") == pytest.approx(math.sqrt(found.tau2), abs=0.0051)
    assert row.number("studies") == found.k
    assert row.number("people") == people


def _response_tables(sheet: list[dict[str, str]], therapy: str, *, low: bool) -> Tables:
    """Return one table a trial: arms of the therapy together against the control."""
    trials: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for line in sheet:
        kept = line["rob"] == "low" or not low
        if line["disorder"] == "Depression" and line["therapy"] == therapy and kept:
            arm = trials[line["study"], line["improved.cg"], line["n.cg"]]
            arm[0] += int(line["improved.ig"])
            arm[1] += int(line["n.ig"])
    return [(a, n, int(c), int(m)) for (_, c, m), (a, n) in trials.items()]


@pytest.mark.shared
@pytest.mark.parametrize("therapy", THERAPIES)
def test_therapies_against_control_follow_from_metapsy(therapy: str, shared_data: Path) -> None:
    path = shared_data / "clinical" / "meta" / "metapsy_total-response" / "data.csv"
    sheet = _sheet(path, ";", "latin-1")
    tables = _response_tables(sheet, THERAPIES[therapy], low=False)
    row = _row(f"{therapy}_metapsy_response")
    _same_odds_ratio(row, _pooled(tables), sum(n + m for _, n, _, m in tables))
    low = _response_tables(sheet, THERAPIES[therapy], low=True)
    said = f"at low risk of bias {math.exp(_pooled(low).estimate):.2f} in {len(low)} trials"
    assert said in row.text("note")


def test_cbt_against_control_agrees_with_metafor() -> None:
    # R metafor 3.8-1: escalc("OR") on the arms put together, rma(method="REML"): log odds ratio
    # 1.23655, error 0.09146, tau 0.60511, k = 97. Two decimals are in the table.
    row = _row("cbt_metapsy_response")
    assert row.number("value") == pytest.approx(math.exp(1.23655), abs=0.0051)
    assert row.number("lower") == pytest.approx(math.exp(1.23655 - 1.95996 * 0.09146), abs=0.0051)
    assert row.number("between_study_sd") == pytest.approx(0.60511, abs=0.0051)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _averaged(lines: list[dict[str, str]]) -> tuple[float, float]:
    """Return mean and error of one trial's effects, correlated as the constant says."""
    values = [_number(line[".g"]) for line in lines]
    errors = [_number(line[".g_se"]) for line in lines]
    squares = sum(error**2 for error in errors)
    variance = squares + CORRELATION * (sum(errors) ** 2 - squares)
    return sum(values) / len(values), math.sqrt(variance) / len(values)


@pytest.mark.shared
@pytest.mark.parametrize(("control", "code"), [("waiting_list", "wl"), ("usual_care", "cau")])
def test_self_guided_internet_cbt_follows_from_metapsy(
    control: str, code: str, shared_data: Path
) -> None:
    path = shared_data / "clinical" / "meta" / "metapsy_depression-selfguided-psyctr" / "data.csv"
    wanted = {
        "condition_arm1": "cbt",
        "condition_arm2": code,
        "time": "post",
        "outcome_domain": "depression",
        "primary_calc": "1",
        "format_unguided": "internet",
    }
    trials: dict[str, list[dict[str, str]]] = defaultdict(list)
    for line in _sheet(path, ";", "latin-1"):
        if all(line[column] == value for column, value in wanted.items()):
            trials[line["study"]].append(line)
    pairs = [_averaged(lines) for lines in trials.values()]
    found = pool([g for g, _ in pairs], [s for _, s in pairs], method="REML")
    row = _row(f"internet_cbt_{control}_response")
    # Three decimals are in the table, and limits with 1.96.
    for column, value in (
        ("value", found.estimate),
        ("lower", found.ci_low),
        ("upper", found.ci_high),
    ):
        assert row.number(column) == pytest.approx(value, abs=0.001), column
    spread = math.sqrt(found.tau2) * math.pi / math.sqrt(3)
    assert row.number("between_study_sd") == pytest.approx(spread, abs=0.0051)
    assert row.number("studies") == found.k


@pytest.mark.shared
def test_st_johns_wort_against_placebo_follows_from_the_trials(shared_data: Path) -> None:
    sheet = _sheet(shared_data / "clinical" / "meta" / "metadat_linde2005.csv", ",", "utf-8")
    tables = [
        (int(line["ai"]), int(line["n1i"]), int(line["ci"]), int(line["n2i"]))
        for line in sheet
        if line["ai"] and line["major"] == "1"
    ]
    row = _row("st_johns_wort_linde_response")
    _same_odds_ratio(row, _pooled(tables), sum(n + m for _, n, _, m in tables))


@pytest.mark.shared
def test_drop_out_on_st_johns_wort_follows_from_the_trials(shared_data: Path) -> None:
    tables = []
    for line in _sheet(shared_data / "clinical" / "meta" / "linde2015_arms.csv", ",", "utf-8"):
        arms = {
            line[f"treatment{i}"]: (line[f"loss{i}"], line[f"n{i}"])
            for i in (1, 2, 3)
            if line[f"loss{i}"]
        }
        if {"Hypericum", "Placebo"} <= set(arms):
            (a, n), (c, m) = arms["Hypericum"], arms["Placebo"]
            tables.append((int(a), int(n), int(c), int(m)))
    row = _row("st_johns_wort_linde_dropout")
    _same_odds_ratio(row, _pooled(tables), sum(n + m for _, n, _, m in tables))


def test_the_mean_antidepressant_follows_from_the_21_drugs() -> None:
    pairs = []
    for row in EFFECTS:
        named = row.text("treatment") != "antidepressant" and row.text("outcome") == "response"
        if named and row.text("reference") == "cipriani2018":
            limits = (row.number(column) for column in ("value", "lower", "upper", "level"))
            pairs.append(from_odds_ratio(*limits))
    assert len(pairs) == 21
    found = pool([e for e, _ in pairs], [s for _, s in pairs], method="REML")
    row = _row("antidepressant_mean_response")
    assert row.number("value") == pytest.approx(math.exp(found.estimate), abs=0.0051)
    assert row.number("lower") == pytest.approx(math.exp(found.ci_low), abs=0.0051)
    assert row.number("upper") == pytest.approx(math.exp(found.ci_high), abs=0.0051)
    assert row.number("between_study_sd") == pytest.approx(math.sqrt(found.tau2), abs=0.0051)


@pytest.mark.parametrize(
    ("name", "effect", "people"),
    [
        ("lumateperone_501_response", 0.61, (241, 243)),  # conference abstract
        ("lumateperone_502_response", 0.56, (240, 240)),  # 480 randomised one to one
        ("esketamine_monotherapy_response", 0.555, (189, 189)),  # 0.48 and 0.63; 378 at 1 : 1 : 2
        ("ect_ketamine_rhee_response", 0.69, (162, 178)),
        ("mirtazapine_mir_response", 1.7 / 12.35, (216, 215)),  # 19.7 - 18.0; sd 12.3 and 12.4
        ("tdcs_elect_escitalopram_response", -2.3 / 6.811, (94, 91)),  # pooled sd by hand
        ("tdcs_elect_sham_response", 3.2 / 7.424, (94, 60)),
        ("tdcs_depressiondc_response", 0.2 / 8.283, (77, 73)),
    ],
)
def test_limits_from_numbers_of_people(name: str, effect: float, people: tuple[int, int]) -> None:
    # Variance of a standardised difference: 1/n1 + 1/n2 + d^2 / 2n (Hedges and Olkin 1985).
    first, second = people
    error = math.sqrt(1 / first + 1 / second + effect**2 / (2 * (first + second)))
    row = _row(name)
    assert row.number("value") == pytest.approx(effect, abs=0.0011)
    assert row.number("lower") == pytest.approx(effect - 1.96 * error, abs=0.0016)
    assert row.number("upper") == pytest.approx(effect + 1.96 * error, abs=0.0016)


@pytest.mark.parametrize(
    ("name", "shares"),
    [
        ("quetiapine_bauer_response", ((53.7, 309), (58.3, 307), (46.2, 303))),
        ("quetiapine_bauer_remission", ((35.6, 309), (36.5, 307), (24.1, 303))),
        ("cariprazine_sachs_counts_response", ((44.0, 250), (34.9, 249))),
        ("pramipexole_cusin_response", ((40, 30), (27, 30))),
        ("pramipexole_cusin_remission", ((33, 30), (23, 30))),
    ],
)
def test_counts_follow_from_printed_percentages(
    name: str, shares: tuple[tuple[float, int], ...]
) -> None:
    row = _row(name)
    *doses, control = [(round(share * n / 100), n, share) for share, n in shares]
    for events, n, share in (*doses, control):
        # The count is the only one that prints as this percentage: half a unit of its last digit.
        last = 0.5 if share == int(share) else 0.05
        assert abs(100 * events / n - share) <= last
    assert row.number("events") == sum(events for events, _, _ in doses)
    assert row.number("total") == sum(n for _, n, _ in doses)
    assert row.number("comparator_events") == control[0]
    assert row.number("comparator_total") == control[1]


@pytest.mark.parametrize(
    ("name", "estimate", "p", "places"),
    [
        ("zuranolone_mountain_response", 1.4, 0.116, 0.06),
        ("omega3_liao_response", 0.28, 0.004, 0.006),
        ("dbs_hitti_response", 0.75, 0.0001, 0.006),
    ],
)
def test_limits_from_a_p_value(name: str, estimate: float, p: float, places: float) -> None:
    # Error = estimate / z of the two-sided p; the table has as many decimals as `places` allows.
    error = estimate / NormalDist().inv_cdf(1 - p / 2)
    row = _row(name)
    assert row.number("lower") == pytest.approx(estimate - 1.96 * error, abs=places)
    assert row.number("upper") == pytest.approx(estimate + 1.96 * error, abs=places)


@pytest.mark.parametrize(
    ("name", "difference", "people"),
    [
        ("cariprazine_sachs_response", (14.1 + 13.1) / 2 - 11.5, (502, 249)),
        ("cariprazine_riesenberg_response", (13.8 + 14.8) / 2 - 13.4, (501, 249)),
        ("cariprazine_durgam_response", (0.9 + 2.2) / 2, (550, 269)),
    ],
)
def test_limits_of_cariprazine(name: str, difference: float, people: tuple[int, int]) -> None:
    # Two doses of like size averaged; error from the usual sd of 9.5 points. Two decimals.
    error = 9.5 * math.sqrt(1 / people[0] + 1 / people[1])
    row = _row(name)
    assert row.number("value") == pytest.approx(difference, abs=0.0051)
    assert row.number("lower") == pytest.approx(difference - 1.96 * error, abs=0.0051)
    assert row.number("upper") == pytest.approx(difference + 1.96 * error, abs=0.0051)


def test_stopping_turned_into_continuing() -> None:
    # ANTLER: 2.06 (1.56 to 2.70) for stopping; three decimals in the table.
    row = _row("maintenance_antler_relapse")
    assert row.number("value") == pytest.approx(1 / 2.06, abs=5.1e-4)
    assert row.number("lower") == pytest.approx(1 / 2.70, abs=5.1e-4)
    assert row.number("upper") == pytest.approx(1 / 1.56, abs=5.1e-4)


def test_waterfall_from_its_two_standard_errors() -> None:
    # -14.1 (0.51) against -12.3 (0.50), printed difference 1.7; one decimal in the table.
    row = _row("zuranolone_waterfall_response")
    error = math.hypot(0.51, 0.50)
    assert row.number("lower") == pytest.approx(1.7 - 1.96 * error, abs=0.051)
    assert row.number("upper") == pytest.approx(1.7 + 1.96 * error, abs=0.051)
