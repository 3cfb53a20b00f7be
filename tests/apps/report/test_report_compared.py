"""Comparisons head to head: what they found, in whom, and which options were never compared."""

from __future__ import annotations

import dataclasses
import html
import math
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.apps.documents import PREDICTION_COLUMNS, plan_document, prediction_rows
from equipoise.apps.report import numbers as n
from equipoise.apps.report import render
from equipoise.apps.report.listing import foremost, never_compared
from equipoise.apps.report.sections.compared import compared, comparison_words
from equipoise.apps.report.sections.sheet import data_lines
from equipoise.apps.report.wording import slips
from equipoise.apps.summary import summary
from equipoise.core.documents import from_json
from equipoise.core.nouns import Decision, Dossier, HeadToHead

SAMPLES = runpy.run_path(str(Path(__file__).with_name("sample_dossier.py")))
build = cast("Callable[[str], Dossier]", SAMPLES["build"])
pair = cast("Callable[..., HeadToHead]", SAMPLES["pair"])
ARCHIVES = Path(__file__).resolve().parents[2] / "archives"
NEVER = "never compared directly"


def words(source: str) -> str:
    """Return the words of a piece of HTML."""
    bare = html.unescape(re.sub(r"<[^>]+>", " ", source)).replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(bare.split())


def section(source: str, name: str) -> str:
    start = source.index(f'<section id="{name}"')
    return source[start : source.index("</section>", start)]


def decided(dossier: Dossier, **changes: object) -> Dossier:
    return dataclasses.replace(
        dossier,
        decision=dataclasses.replace(dossier.decision, **changes),  # type: ignore[arg-type]
    )


def with_pairs(*pairs: HeadToHead) -> Decision:
    return dataclasses.replace(build("full").decision, head_to_head=pairs)


# What was found


def counts(events_a: int, total_a: int, events_b: int, total_b: int) -> tuple[float, float]:
    """Return log odds ratio and standard error of a two-by-two table, by the textbook formula."""
    c, d = total_a - events_a, total_b - events_b
    estimate = math.log(events_a * d / (events_b * c))
    return estimate, math.sqrt(1 / events_a + 1 / c + 1 / events_b + 1 / d)


def test_a_trial_in_words_by_hand() -> None:
    """ELEKT-D, everyone randomised: ketamine 108 of 200 and ECT 70 of 203 responded.

    By hand: odds 108/92 against 70/133, ratio 2.2304; error 0.2046; interval 1.4936 to 3.3308,
    printed outward.
    """
    estimate, error = counts(108, 200, 70, 203)
    one = pair("elektd", ("esketamine", "ect"), estimate, error, "Outpatients")
    found = comparison_words(build("full").decision, one).replace("\N{NO-BREAK SPACE}", " ")
    assert found == (
        "More responded on esketamine nasal spray with an antidepressant: "
        "odds ratio 2.23 (95 %: 1.49 to 3.34)."
    )
    turned = dataclasses.replace(one, treatment="ect", comparator="esketamine", estimate=-estimate)
    found = comparison_words(build("full").decision, turned).replace("\N{NO-BREAK SPACE}", " ")
    # 1 / 2.2304 = 0.4484; 1 / 3.3308 = 0.3002 and 1 / 1.4936 = 0.6695, outward to two decimals.
    assert found == (
        "Fewer responded on electroconvulsive therapy: odds ratio 0.45 (95 %: 0.30 to 0.67)."
    )


def test_no_difference_is_claimed_where_the_interval_includes_one() -> None:
    """THREE-D: theta burst 95 of 209, rTMS 91 of 205. By hand 1.044, error 0.1975."""
    estimate, error = counts(95, 209, 91, 205)
    one = pair("threed", ("itbs", "rtms"), estimate, error, "Outpatients")
    found = comparison_words(build("full").decision, one).replace("\N{NO-BREAK SPACE}", " ")
    assert found == "No clear difference in response: odds ratio 1.04 (95 %: 0.70 to 1.54)."


@given(st.floats(-3, 3), st.floats(0.05, 2))
def test_words_and_printed_interval_never_disagree(estimate: float, error: float) -> None:
    one = pair("trial", ("ect", "esketamine"), estimate, error, "People")
    found = comparison_words(with_pairs(one), one)
    low, high = (float(x) for x in re.findall(r"([\d.]+) to ([\d.]+)\)", found)[0])
    assert low <= math.exp(estimate) <= high
    assert found.startswith("More") == (low > 1)
    assert found.startswith("Fewer") == (high < 1)
    assert found.startswith("No clear") == (low <= 1 <= high)


# The section


def test_contradicting_trials_stand_together_with_their_people() -> None:
    page = render(build("full"))
    shown = section(page, "compared")
    sentence = (
        "The trials of electroconvulsive therapy and esketamine nasal spray with an antidepressant "
        "contradict each other: some point to electroconvulsive therapy (invented inpatients, some "
        "with psychosis), others to esketamine nasal spray with an antidepressant (invented "
        "outpatients without psychosis). Neither is placed above the other."
    )
    assert sentence in words(shown)
    assert sentence in words(section(page, "answer"))
    assert sentence in summary(build("full"))
    rows = [words(row) for row in re.findall(r"<tr role=\"row\">(.*?)</tr>", shown, re.DOTALL)][1:]
    same = "Electroconvulsive therapy against esketamine nasal spray"
    assert [row.startswith(same) for row in rows] == [True, True, True, False]
    # Turned to one order: 1.2 (0.25) and -0.8 (0.2) by exp(x -+ 1.96 s), outward.
    assert "odds ratio 3.32 (95 %: 2.03 to 5.42). Invented inpatients" in rows[0]
    assert "odds ratio 0.45 (95 %: 0.30 to 0.67). Invented outpatients" in rows[1]
    assert " yes " in rows[0]
    assert "No clear difference" in rows[2]
    assert " no " in rows[2]
    assert "not known yes" in rows[0]
    assert " 4 yes " in rows[1]


def test_the_outcomes_of_one_study_share_a_row() -> None:
    rows = re.findall(
        r"<tr role=\"row\">(.*?)</tr>", section(render(build("full")), "compared"), re.S
    )
    last = words(rows[-1])
    assert last.startswith("Repetitive TMS against intermittent theta burst TMS")
    assert "No clear difference in response: odds ratio 0.90" in last
    assert "No clear difference in remission: odds ratio 0.82" in last


def test_the_title_counts_the_pairs_of_the_tie_group() -> None:
    """Three tied options make three pairs, one of which was compared."""
    shown = words(section(render(build("full")), "compared"))
    assert "The tables hold randomised trials of 1 of the 3 pairs of the 3 options" in shown
    assert "Invented older people" not in shown
    assert "The data sheet holds all 6 comparisons" in shown
    assert "Invented older people" in {line.reference_group for line in data_lines(build("full"))}


def test_trials_that_lean_apart_within_their_error_are_no_contradiction() -> None:
    pairs = (
        pair("one", ("ect", "esketamine"), 0.5, 0.2, "Some"),
        pair("other", ("ect", "esketamine"), -0.1, 0.2, "Others"),
    )
    found = compared(decided(build("full"), head_to_head=pairs))
    assert found is not None
    assert found.contradictions == ()


def test_what_is_not_tied_may_stand_above() -> None:
    pairs = (
        pair("one", ("ect", "itbs"), 0.9, 0.2, "Some"),
        pair("other", ("itbs", "ect"), 0.9, 0.2, "Others"),
    )
    found = compared(decided(build("full"), head_to_head=pairs))
    assert found is not None
    assert "contradict each other" in found.contradictions[0]
    assert "Neither" not in found.contradictions[0]
    assert found.title.startswith("No trial in the tables compared the 3 options that are not")


def test_one_population_with_two_answers_is_named_once() -> None:
    pairs = (
        pair("trial_response", ("ect", "esketamine"), 0.9, 0.2, "Some"),
        pair("trial_remission", ("ect", "esketamine"), -0.9, 0.2, "Some"),
    )
    found = compared(decided(build("full"), head_to_head=pairs))
    assert found is not None
    assert "within the same people (some)" in found.contradictions[0]


def test_a_page_shows_eight_rows_and_the_data_sheet_all() -> None:
    dossier = build("many_kinds")
    page = render(dossier)
    rows = re.findall(r"<tr role=\"row\">", section(page, "compared"))
    assert len(rows) == 1 + 8
    studied = {line.reference_group for line in data_lines(dossier)}
    assert all(any(f"Invented people {k} " in f"{one} " for one in studied) for k in range(29))
    assert "randomised trials of 29 of the 435 pairs of the 30 options" in words(page)


def test_pairs_that_the_forest_shows_come_first() -> None:
    dossier = build("many_kinds")
    drawn = {p.treatment for p in foremost(dossier.decision.predictions, 7)}
    best = sorted(drawn)[:2]
    pairs = (*dossier.decision.head_to_head, pair("own", (best[0], best[1]), 0.3, 0.3, "Own"))
    found = compared(decided(dossier, head_to_head=pairs))
    assert found is not None
    assert found.table is not None
    assert "Own" in [row[2] for row in found.table.rows]


def test_without_any_comparison_the_page_says_so() -> None:
    shown = words(section(render(decided(build("full"), head_to_head=())), "compared"))
    assert "None of these options was ever compared head to head" in shown
    assert "trials that the tables do not hold, are not among them" in shown
    drugs = pair("drugs", ("venlafaxine", "mirtazapine"), -0.9, 0.3, "Older people")
    shown = words(section(render(decided(build("full"), head_to_head=(drugs,))), "compared"))
    assert "no trial that compared any of the 3 options that are not separated" in shown
    assert "The data sheet holds all 1 comparison" in shown


def test_a_single_first_choice_is_compared_with_the_others() -> None:
    base = build("full")
    alone = tuple(
        dataclasses.replace(p, tied=p.treatment == "rtms") for p in base.decision.predictions
    )
    shown = words(section(render(decided(base, predictions=alone)), "compared"))
    assert (
        "The tables hold randomised trials of repetitive TMS against 1 of the 9 other options"
        in shown
    )
    shown = words(section(render(decided(base, predictions=alone, head_to_head=())), "compared"))
    assert "None of these options was ever compared" in shown


@pytest.mark.parametrize("state", ["emergency", "sparse"])
def test_nothing_is_compared_where_nothing_is_ranked(state: str) -> None:
    page = render(build(state))
    assert 'id="compared"' not in page
    assert 'href="#compared"' not in page
    assert "head to head" not in words(page)
    assert "HEAD TO HEAD" not in summary(build(state))


def test_safety_answer_and_steps_come_before_the_comparisons() -> None:
    order = re.findall(r'<section id="(\w+)"', render(build("full")))
    assert order[:4] == ["safety", "answer", "actions", "sure"]
    assert order.index("history") < order.index("steps") < order.index("compared")


def test_sources_of_comparisons_are_listed() -> None:
    one = dataclasses.replace(pair("t", ("ect", "rtms"), 0.1, 0.2, "P"), references=("anand2023",))
    page = render(decided(build("full"), head_to_head=(one,)))
    assert 'href="#d-source-anand2023"' in section(page, "compared")
    assert 'id="d-source-anand2023"' in page


def test_the_saved_table_holds_each_comparison() -> None:
    found = {line.id: dataclasses.asdict(line) for line in data_lines(build("full"))}
    row = found["compared.single.esketamine.ect.response"]
    assert (float(row["value"]), float(row["standard_error"])) == (0.8, 0.2)
    # 0.8 -+ 1.95996 * 0.2
    assert float(row["low95"]) == pytest.approx(0.408007, abs=1e-5)
    assert row["reference_group"] == "Invented outpatients without psychosis"
    assert (row["time"], row["note"]) == ("weeks 4", "in the joint estimate")
    assert found["compared.shown.esketamine.ect.response"]["note"].endswith(
        "not in the joint estimate"
    )


# Never compared


def anchored(dossier: Dossier) -> dict[str, str]:
    return {
        p.treatment: p.title for p in dossier.decision.predictions if p.evidence_path == "anchored"
    }


def test_every_listing_marks_what_was_never_compared() -> None:
    """Forest, full table, data sheet, saved table, terminal, TSV and plan; and nothing else."""
    dossier = build("full")
    far = anchored(dossier)
    assert 0 < len(far) < len(dossier.decision.predictions)
    page = render(dossier)
    tables = (
        ("answer", r'<tr role="row" class="">(.*?)</tr>'),
        ("options", r'<tr role="row">(.*?)</tr>'),
        ("options", r'<tr role="row" id="d-option-[^"]*">(.*?)</tr>'),
    )
    for name, pattern in tables:
        rows = [words(row) for row in re.findall(pattern, section(page, name), re.DOTALL)]
        for p in dossier.decision.predictions:
            listed = [row for row in rows if row.startswith(p.title)]
            assert listed or name == "answer", (name, p.title)
            for row in listed:
                assert (NEVER in row.lower()) == (p.treatment in far), (name, row)
    assert "no chain of randomised trials leads from this option" in words(section(page, "answer"))
    lines = summary(dossier).splitlines()
    for p in dossier.decision.predictions[:7]:
        line = next(
            line for line in lines if line.lstrip().removeprefix("tied ").startswith(p.title)
        )
        assert (NEVER in line) == (p.treatment in far)


def test_files_tell_what_was_never_compared_and_the_outlook() -> None:
    dossier = build("full")
    far = set(anchored(dossier))
    rows = [dict(zip(PREDICTION_COLUMNS, row, strict=True)) for row in prediction_rows(dossier)]
    assert {row["treatment"] for row in rows if row["never_compared"]} == far
    assert all(row["outlook"] == 0.0 for row in rows)
    plan = plan_document(dossier, decide=True)
    listed = [*plan["predictions"], *plan["exploratory"]["predictions"]]
    assert {p["treatment"] for p in listed if p["never_compared"]} == far
    assert {p["treatment"] for p in listed if p["evidence_path"] == "anchored"} == far
    assert [one["source"] for one in plan["head_to_head"]] == [
        one.source for one in dossier.decision.head_to_head
    ]
    assert "head_to_head" not in plan_document(dossier, decide=False)


def test_a_single_first_choice_without_a_path_marks_all() -> None:
    base = build("full")
    alone = tuple(
        dataclasses.replace(
            p, tied=p.treatment == "ect", evidence_path="anchored" if k == 0 else "randomised"
        )
        for k, p in enumerate(base.decision.predictions)
    )
    dossier = decided(base, predictions=alone)
    assert never_compared(dossier.decision) == {p.treatment for p in alone}
    forest = section(render(dossier), "answer")
    rows = [words(row) for row in re.findall(r'class="">(.*?)</tr>', forest, re.DOTALL)]
    assert "Never compared directly with most of the other options" in rows[0]
    assert len(rows) == 7
    assert all("Never compared directly with electroconvulsive therapy" in r for r in rows[1:])


def test_nothing_is_marked_where_a_path_leads_to_all() -> None:
    base = build("full")
    near = tuple(
        dataclasses.replace(p, evidence_path="randomised") for p in base.decision.predictions
    )
    dossier = decided(base, predictions=near, exploratory=())
    assert never_compared(dossier.decision) == frozenset()
    for name in ("answer", "options", "sheet"):
        assert NEVER not in words(section(render(dossier), name)).lower()
    assert NEVER not in summary(dossier)


# Archives, and words


def test_a_document_without_comparisons_is_still_shown() -> None:
    text = (ARCHIVES / "dossier_1_0.json").read_text(encoding="utf-8")
    dossier = from_json(Dossier, text)
    assert dossier.decision.head_to_head == ()
    assert dossier.decision.predictions
    shown = words(section(render(dossier), "compared"))
    assert "None of these options was ever compared head to head" in shown
    assert slips(shown) == ()


@pytest.mark.parametrize(
    ("logarithm", "text"),
    [
        (0.0, "1.00"),
        (math.log(0.5), "0.50"),
        (math.log(12.34), "12.3"),
        (math.log(0.0123), "0.012"),
    ],
)
def test_ratios(logarithm: float, text: str) -> None:
    assert n.ratio(logarithm) == text


@given(st.floats(-12, 12), st.floats(0, 1))
def test_a_printed_ratio_interval_holds_the_interval(middle: float, reach: float) -> None:
    low, high = n.ratio_ends((middle - reach, middle + reach))
    # Six significant digits are kept before the ends are rounded outward.
    assert float(low) <= math.exp(middle - reach) * (1 + 1e-5)
    assert float(high) >= math.exp(middle + reach) * (1 - 1e-5)
