"""Every scale against a case worked by hand from its published rule."""

from __future__ import annotations

import math

import pytest

from equipoise.core.nouns import ScaleAnswers
from equipoise.core.scale_rules import find_scale, read_scale
from equipoise.core.scoring import ScaleScore, score
from equipoise.core.tables import load_table

Items = tuple[int | None, ...]
SCALES = tuple(row.text("id") for row in load_table("scales/scales"))


def _score(scale: str, items: Items, **extras: int) -> ScaleScore:
    return score(ScaleAnswers(scale, "2025-01-10", items, extras=tuple(extras.items())))


def _items(text: str) -> Items:
    """Read ``2 1 . 0``: a point is an answer that was left out."""
    return tuple(None if cell == "." else int(cell) for cell in text.split())


# Scale, answers, total, band; the comment says by what rule.
BY_HAND = [
    ("phq9", "2 2 1 2 1 2 1 0 0", 11, "moderate"),  # sum; 10-14 (Kroenke 2001)
    ("phq2", "2 1", 3, "positive"),  # sum; 3 or more (Kroenke 2003)
    ("phq2", "1 1", 2, "negative"),
    # sleep max 3, sad 2, appetite and weight max 2, 1+1+0+2+2, psychomotor max 1: 14 (Rush 2003)
    ("qids_sr16", "1 3 0 2 2 0 1 2 0 1 1 0 2 2 1 0", 14, "moderate"),
    ("qids_c16", "0 0 0 0 3 3 . . 3 3 3 3 3 3 3 0", 24, "very_severe"),  # 0 + 3 x 8
    # 26 items of 1, appetite the higher of 0 and 2, weight 1 of one answer: 29 (Rush 1996)
    ("ids_sr30", "1 1 1 1 1 1 1 1 1 1 0 2 . 1" + " 1" * 16, 29, "moderate"),
    ("ids_c30", "1 1 1 1 1 1 1 1 1 1 0 . 1 ." + " 0" * 16, 11, "none"),
    # All at their highest: nine of 4, eight of 2 (Hamilton 1960)
    ("hamd17", "4 4 4 2 2 2 4 4 4 4 4 2 2 2 4 2 2", 52, "severe"),
    ("hamd17", "2 1 1 1 1 1 2 1 1 1 1 1 1 0 1 0 0", 16, "mild"),  # 8-16 (Zimmerman 2013)
    ("hamd6", "1 1 1 0 1 0", 4, None),
    ("madrs", "3 3 3 3 3 3 3 3 3 3", 30, "moderate"),  # 20-34
    ("bdi2", "1 " * 21, 21, "moderate"),  # 20-28
    ("cesd", "1 1 1 0 1 1 1 0 1 1 1 0 1 1 1 0 1 1 1 1", 16, "possible"),  # 16 (Radloff 1977)
    ("gad7", "2 2 1 2 1 1 1", 10, "moderate"),  # 10-14 (Spitzer 2006)
    ("isi", "2 2 2 2 2 2 3", 15, "moderate"),  # 15-21
    ("shaps", "1 1 1 0 0 0 0 0 0 0 0 0 0 0", 3, "anhedonia"),  # 3 or more (Snaith 1995)
    ("shaps_ordinal", "2 " * 14, 28, None),
    ("rrs", "2 " * 22, 44, None),
    ("epds", "1 1 1 1 1 1 1 1 1 2", 11, "possible"),  # 11 or more (Levis 2020)
    ("gds15", "1 1 1 1 1 0 0 0 0 0 0 0 0 0 0", 5, "mild"),  # 5-8
    ("who5", "2 1 1 2 1", 28, "likely_depression"),  # 7 x 4 (Topp 2015)
    ("who5", "3 3 3 3 1", 52, "adequate"),  # 13 x 4, above 50
    # (42 - 14) / 56 = 50 %; items 15 and 16 are not counted (Endicott 1993)
    ("qlesq_sf", "3 " * 14 + "1 5", 50, "impaired"),
    ("sds", "4 4 4", 12, "not_significant"),
    ("sds", "5 0 0", 5, "significant"),  # any item of 5 or more (Sheehan 1996)
    ("cgi_s", "4", 4, "moderate"),
    ("cgi_i", "2", 2, "much_improved"),
    ("ymrs", "2 2 2 2 4 0 0 0 0 1 0", 13, "symptomatic"),  # remission to 12
    ("ctq_sf", "1 " * 28, 25, "none"),
    ("auditc", "1 1 0", 2, "negative"),
    ("auditc", "4 4 0", 8, "high_risk"),
    ("auditc", "2 2 0", 4, "positive"),  # positive for either sex
    ("pcptsd5", "1 1 1 1 0", 4, "positive"),  # 4 is the balanced cut (Bovin 2021)
    ("stopbang", "1 0 0 0 0 1 0 0", 2, "low"),
    ("stopbang", "1 0 0 0 1 1 0 0", 3, "intermediate"),
    ("stopbang", "1 1 1 0 0 1 1 0", 5, "high"),  # 5-8
    ("stopbang", "1 1 0 0 0 0 0 1", 3, "high"),  # two of STOP and a man
    ("stopbang", "1 1 0 0 1 0 0 0", 3, "high"),  # two of STOP and body mass index
    ("stopbang", "0 0 1 1 0 0 1 0", 3, "high"),  # two of STOP and neck
    ("stopbang", "1 1 0 0 0 1 0 0", 3, "intermediate"),  # two of STOP and age alone
    # Items 1-3 count from 2, items 4-6 from 3: 1+1+1+0+0+1 (Kessler 2005)
    ("asrs_a", "2 2 2 2 2 3", 4, "positive"),
    ("asrs_a", "1 1 4 2 4 2", 2, "negative"),
    ("wai_sr", "3 " * 12, 36, None),
]


@pytest.mark.parametrize(("scale", "answers", "total", "band"), BY_HAND)
def test_by_hand(scale: str, answers: str, total: float, band: str | None) -> None:
    found = _score(scale, _items(answers))
    assert (found.total, found.band, found.status) == (total, band, "complete")


def test_every_scale_with_a_total_has_a_case() -> None:
    assert {case[0] for case in BY_HAND} == set(SCALES) - {"mdq", "cssrs_screen"}


@pytest.mark.parametrize("scale", SCALES)
def test_the_ends_are_those_that_the_table_prints(scale: str) -> None:
    rules = read_scale(scale)
    if not rules.has_total:
        return
    low = _score(scale, tuple(item.minimum for item in rules.items))
    high = _score(scale, tuple(item.maximum for item in rules.items))
    assert (low.total, high.total) == rules.printed


# --- subscales -----------------------------------------------------------------------------------


def test_rumination_has_brooding_and_reflection() -> None:
    # Treynor 2003: 5, 10, 13, 15, 16 and 7, 11, 12, 20, 21; every third answer is 4.
    items = tuple(4 if number % 3 == 0 else 1 for number in range(1, 23))
    parts = dict(_score("rrs", items).parts)
    # Brooding holds item 15, reflection 12 and 21, the others 3, 6, 9 and 18.
    assert parts == {"brooding": 8, "reflection": 11, "depression_related": 12 + 3 * 4}


def test_childhood_trauma_by_its_worst_subscale() -> None:
    items = [1] * 28
    for number in (20, 21, 23):  # sexual abuse: 3 x 2 + 2 x 1 = 8, the moderate cut
        items[number - 1] = 2
    found = _score("ctq_sf", tuple(items))
    assert dict(found.parts)["sexual_abuse"] == 8
    assert (found.total, found.band) == (28, "moderate")


def test_making_light_is_counted_apart() -> None:
    items = [1] * 28
    for number in (10, 16):
        items[number - 1] = 5
    found = _score("ctq_sf", tuple(items))
    assert (found.total, dict(found.parts)["minimisation"]) == (25, 2)


def test_a_subscale_with_a_gap_has_no_value_and_the_others_have() -> None:
    items: list[int | None] = [3] * 12
    items[3] = None
    found = _score("wai_sr", tuple(items))
    assert dict(found.parts) == {"goal": None, "task": 12, "bond": 12}
    assert found.status == "incomplete"


# --- screens with more than a total --------------------------------------------------------------

SEVEN = "1 1 1 1 1 1 1 0 0 0 0 0 0"


@pytest.mark.parametrize(
    ("answers", "extras", "band", "status"),
    [
        (SEVEN, {"same_period": 1, "problem": 2}, "positive", "complete"),
        (SEVEN, {"same_period": 0, "problem": 3}, "negative", "complete"),
        (SEVEN, {"same_period": 1, "problem": 1}, "negative", "complete"),
        (SEVEN, {"same_period": 1}, None, "incomplete"),
        (SEVEN, {"problem": 1}, "negative", "complete"),  # one of the three says no
        ("1 1 1 1 1 1 0 0 0 0 0 0 0", {"same_period": 1, "problem": 3}, "negative", "complete"),
        ("1 1 1 1 1 1 0 0 0 0 0 0 0", {}, "negative", "complete"),
        ("1 1 1 1 1 1 . 0 0 0 0 0 0", {"same_period": 1, "problem": 3}, None, "incomplete"),
        ("1 1 1 1 1 1 1 . 0 0 0 0 0", {"same_period": 1, "problem": 3}, "positive", "incomplete"),
    ],
)
def test_bipolarity_needs_all_three(
    answers: str, extras: dict[str, int], band: str | None, status: str
) -> None:
    found = _score("mdq", _items(answers), **extras)
    assert (found.band, found.status) == (band, status)


@pytest.mark.parametrize(
    ("answers", "recent", "band", "status"),
    [
        ("0 0 . . . 0", None, "none", "complete"),
        ("1 0 . . . 0", None, "low", "complete"),
        ("1 1 0 0 0 0", None, "low", "complete"),
        ("1 1 1 0 0 0", None, "moderate", "complete"),
        ("1 1 1 1 0 0", None, "high", "complete"),
        ("1 1 1 1 1 0", None, "high", "complete"),
        ("0 0 . . . 1", 0, "moderate", "complete"),  # behaviour, more than three months ago
        ("0 0 . . . 1", 1, "high", "complete"),
        ("0 0 . . . 1", None, "high", "incomplete"),  # not dated: the graver side
        ("0 0 . . . .", None, "high", "incomplete"),
        ("1 1 . 0 0 0", None, "moderate", "incomplete"),
        ("1 1 0 . 0 0", None, "high", "incomplete"),
        ("1 1 0 0 . 0", None, "high", "incomplete"),
        (". 0 . . . 0", None, "human_assessment", "incomplete"),
        ("0 . . . . 0", None, "human_assessment", "incomplete"),
        (". . . . . .", None, "human_assessment", "incomplete"),
        (". . . . . 1", 1, "high", "incomplete"),  # what is sure goes first
        (". 0 . . . 1", None, "high", "incomplete"),  # behaviour without a date stays grave
        ("0 . . . . 1", None, "high", "incomplete"),
        (". 1 0 . 0 0", None, "high", "incomplete"),  # thoughts, and intent not answered
        (". 1 0 0 . 0", None, "high", "incomplete"),
        (". 0 . . . 1", 0, "human_assessment", "incomplete"),
        ("1 0 0 1 0 0", None, "high", "complete"),  # a yes counts, whatever was skipped
    ],
)
def test_triage_of_suicide_risk(answers: str, recent: int | None, band: str, status: str) -> None:
    # Posner 2011 and the triage notice; what is missing counts as the graver answer.
    extras = {} if recent is None else {"recent": recent}
    found = _score("cssrs_screen", _items(answers), **extras)
    assert (found.band, found.status, found.total) == (band, status, None)
    assert bool(found.reason) == (status == "incomplete")


@pytest.mark.parametrize(
    ("sex", "band", "status"),
    [
        ("female", "positive", "complete"),
        ("male", "negative", "complete"),
        (None, None, "incomplete"),
    ],
)
def test_three_points_of_alcohol_depend_on_sex(
    sex: str | None, band: str | None, status: str
) -> None:
    # Bush 1998: 3 or more in women, 4 or more in men.
    found = score(ScaleAnswers("auditc", "2025", (2, 1, 0)), sex=sex)
    assert (found.total, found.band, found.status) == (3, band, status)


def test_who_never_drinks_is_not_asked_how_much() -> None:
    assert _score("auditc", (0, None, None)).total == 0
    contradicted = _score("auditc", (0, 2, None))
    assert contradicted.total == 2
    assert "contradicts" in contradicted.notes[0]


def test_without_a_trauma_the_symptoms_do_not_count() -> None:
    gate = _score("pcptsd5", (None,) * 5, trauma=0)
    assert (gate.total, gate.band, gate.status) == (0, "negative", "complete")
    answered = _score("pcptsd5", (1, 1, 1, 1, 1), trauma=0)
    assert answered.total == 0
    assert all("does not count" in note for note in answered.notes)
    assert len(answered.notes) == 5


# --- missing answers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "answers", "total", "status"),
    [
        ("phq9", "1 1 . 1 1 . 1 1 1", 9, "prorated"),  # 7 x 9 / 7
        ("phq9", "1 . . . 1 1 1 1 1", None, "incomplete"),
        ("phq9", "1 1 1 1 1 1 1 1 .", None, "incomplete"),
        ("gad7", "2 . 2 2 2 2 .", 14, "prorated"),  # 10 x 7 / 5
        ("gad7", "2 . . 2 2 2 .", None, "incomplete"),
        ("cesd", ". . . . " + "1 " * 16, 20, "prorated"),
        ("cesd", ". . . . . " + "1 " * 15, None, "incomplete"),
        ("madrs", "3 3 3 3 3 3 3 3 . 3", None, "incomplete"),
        ("epds", "1 1 1 1 1 1 1 1 1 .", None, "incomplete"),
        ("qids_sr16", "1 1 1 1 . 1 . 1 . 1 1 1 1 1 1 1", None, "incomplete"),  # item 5
        ("qids_sr16", ". . . . 1 1 . 1 . 1 1 1 1 1 1 1", None, "incomplete"),  # all of sleep
        ("qids_sr16", ". 1 1 1 1 1 . 1 . 1 1 1 1 1 1 1", 9, "prorated"),  # one of sleep
        ("qids_sr16", ". 3 1 1 1 1 . 1 . 1 1 1 1 1 1 1", 11, "complete"),  # sleep is 3 anyway
        ("qids_sr16", "1 1 1 1 1 . . 1 . 1 1 1 1 1 1 1", 9, "prorated"),  # no word on appetite
        ("ids_sr30", "1 " * 10 + ". . 1 . " + "1 " * 16, None, "incomplete"),
    ],
)
def test_what_may_be_missing(scale: str, answers: str, total: float | None, status: str) -> None:
    found = _score(scale, _items(answers))
    assert (found.total, found.status) == (total, status)
    assert bool(found.reason) == (status == "incomplete")
    assert bool(found.missing) == (status != "complete")


def test_a_prorated_total_is_less_sure() -> None:
    # 4.96 x sqrt(1 - 0.92) = 1.403, times sqrt(7 / 5).
    found = _score("gad7", _items("2 . 2 2 2 2 ."))
    assert found.standard_error == pytest.approx(1.403 * math.sqrt(7 / 5), abs=0.001)


def test_a_domain_with_a_gap_is_less_sure() -> None:
    # 5.35 x sqrt(1 - 0.79) = 2.452, times sqrt(9 / 8): eight of nine domains are whole.
    found = _score("qids_sr16", _items(". 1 1 1 1 1 . 1 . 1 1 1 1 1 1 1"))
    assert found.standard_error == pytest.approx(2.452 * math.sqrt(9 / 8), abs=0.001)


@pytest.mark.parametrize("scale", SCALES)
def test_no_answer_at_all_is_no_score(scale: str) -> None:
    found = _score(scale, (None,) * len(read_scale(scale).items))
    assert (found.total, found.status) == (None, "incomplete")
    assert found.band in {None, "human_assessment"}


# --- answers that do not fit, and reported totals ------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "items", "reason"),
    [
        ("phq9", (1,) * 8, "8 answers where the scale has 9"),
        ("hamd17", (1, 1, 1, 3) + (0,) * 13, "item 4 has an answer of 3; allowed are 0 to 2"),
        ("ymrs", (0, 0, 0, 5) + (0,) * 7, "item 4 has an answer of 5; allowed are 0 to 4"),
        ("shaps", (2,) * 14, "allowed are 0 to 1"),
        ("cgi_s", (0,), "allowed are 1 to 7"),
    ],
)
def test_answers_that_do_not_fit(scale: str, items: Items, reason: str) -> None:
    found = _score(scale, items)
    assert found.status == "incomplete"
    assert reason in found.reason


def test_a_further_answer_out_of_range() -> None:
    assert "problem is 4; allowed are 0 to 3" in _score("mdq", (1,) * 13, problem=4).reason


@pytest.mark.parametrize(
    ("scale", "total", "band", "status"),
    [
        ("madrs", 35, "severe", "complete"),
        ("auditc", 9, "high_risk", "complete"),
        ("stopbang", 3, None, "incomplete"),  # which three is not known
        ("stopbang", 6, "high", "complete"),
        ("madrs", 61, None, "incomplete"),
        ("madrs", math.nan, None, "incomplete"),
        ("cssrs_screen", 2, None, "incomplete"),
    ],
)
def test_a_total_without_its_answers(
    scale: str, total: float, band: str | None, status: str
) -> None:
    found = score(ScaleAnswers(scale, "2025-01-10", (), total=total))
    assert (found.band, found.status) == (band, status)
    assert bool(found.reason) == (status == "incomplete")


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "scale"),
    [
        ("PHQ-9", "phq9"),
        ("qids-sr16", "qids_sr16"),
        ("BDI-II", "bdi2"),
        ("HAM-D17", "hamd17"),
        ("Ham D 17", "hamd17"),
        ("IDS-30", "ids_sr30"),
        ("C-SSRS", "cssrs_screen"),
        ("AUDIT-C", "auditc"),
        ("PC-PTSD-5", "pcptsd5"),
        ("CES-D", "cesd"),
        ("STOP-BANG", "stopbang"),
        ("Q-LES-Q-SF", "qlesq_sf"),
        ("CGI", None),  # severity or improvement?
        ("BDI", None),  # the first edition is another scale
        ("", None),
    ],
)
def test_names_of_scales(name: str, scale: str | None) -> None:
    assert find_scale(name) == scale


def test_no_name_belongs_to_two_scales() -> None:
    owners: dict[str, set[str]] = {}
    for row in load_table("scales/scales"):
        for name in (row.text("id"), row.text("title"), *row.items("aliases")):
            plain = "".join(c for c in name.lower() if c.isalnum())
            owners.setdefault(plain, set()).add(row.text("id"))
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}


def test_answers_to_both_of_a_pair_are_told() -> None:
    """Appetite both less and more: the higher counts, and the reader hears of it (Rush 2003)."""
    found = _score("qids_sr16", _items("0 0 0 0 0 1 2 0 0 0 0 0 0 0 0 0"))
    assert (found.total, found.status) == (2, "complete")
    assert found.notes == ("items 6 and 7 were both answered: only the higher counts",)
    # A zero stands for the one that was not asked in many exports.
    assert _score("qids_sr16", _items("0 0 0 0 0 0 2 0 0 0 0 0 0 0 0 0")).notes == ()
