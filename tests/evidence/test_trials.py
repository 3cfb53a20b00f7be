"""Single trials: what the tables hold, which of them may drive the joint model, and the reader."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.core.errors import TableError
from equipoise.core.tables import Row, load_table, problems, use_site
from equipoise.evidence.trials import Trial, TrialArm, contrasts, read_trials

# The bridge and anchor trials of the evidence review, by its numbers.
REVIEW = {
    1: ("stard_l1", "stard_l2_all", "stard_l3_all", "stard_l4_all"),
    2: ("stard_l2_switch",),
    3: ("stard_l2_augment",),
    4: ("stard_l3_switch",),
    5: ("stard_l3_augment",),
    6: ("stard_l4",),
    7: ("threed",),
    8: ("elektd",),
    9: ("ketect",),
    10: ("escape_trd",),
    11: ("transform1",),
    12: ("transform2",),
    13: ("transform3",),
    14: ("sustain1_remitters", "sustain1_responders"),
    15: ("vastd",),
    16: ("optimum_step1",),
    17: ("optimum_step2",),
    18: ("ascertain_trd",),
    19: ("dalhuisen2024",),
    20: ("cole2022",),
    21: ("kratter2026",),
    22: ("brightmind",),
    23: ("oreardon2007",),
    24: ("opt_tms",),
    25: ("levkovitz2015",),
    26: ("ukect2003",),
    27: ("core2004",),
    28: ("kellner2010",),
    29: ("pride",),
    30: ("mst2024",),
    31: ("predict",),
    32: ("cobalt",),
    33: ("mir",),
    34: ("comed",),
    35: ("depressiondc",),
    36: ("elect_tdcs",),
    37: ("home_tdcs",),
    38: ("recover",),
    39: ("goodwin2022",),
    40: ("raison2023",),
    41: ("carhart2021",),
    42: ("lqd",),
    43: ("lumateperone501",),
    44: ("lumateperone502",),
}
# Recalled arms that the decision model names as anchors.
NAMED = {"stard_l1", "stard_l3_augment", "stard_l4"}
ANCHORS = {
    "elektd",
    "escape_trd",
    "stard_l1",
    "stard_l2_augment",
    "stard_l2_switch",
    "stard_l3_augment",
    "stard_l3_switch",
    "stard_l4",
    "threed",
}
COLUMNS = {
    "response": "response",
    "remission": "remission",
    "side effects": "dropout_side_effects",
}
PRINTED = re.compile(r"\b(response|remission|side effects) (\d+(?:\.\d+)?) %")
TRIALS = {trial.id: trial for trial in read_trials()}
JOINT = [trial for trial in TRIALS.values() if trial.use == "joint"]


def _arm_rows() -> list[Row]:
    return list(load_table("effects/arms"))


@pytest.mark.parametrize("name", ["effects/studies", "effects/arms"])
def test_table_is_sound(name: str) -> None:
    assert problems(name) == []


def test_every_trial_of_the_review_is_there() -> None:
    assert set(REVIEW) == set(range(1, 45))
    assert set(chain.from_iterable(REVIEW.values())) == set(TRIALS)
    assert all(trial.arms or trial.unsized for trial in TRIALS.values())


# --- who may drive the joint model ------------------------------------------------------------


@pytest.mark.parametrize("trial", JOINT, ids=lambda trial: trial.id)
def test_joint_arms_were_read_or_derived(trial: Trial) -> None:
    allowed = {"checked", "derived"} | ({"recalled"} if trial.id in NAMED else set())
    assert {arm.checked for arm in trial.arms} <= allowed
    assert {trial.checked, trial.confidence, *(arm.confidence for arm in trial.arms)} <= {
        "checked",
        "derived",
        "high",
        "medium",
    }
    for arm in trial.arms:
        if arm.checked == "recalled":
            assert arm.note is not None
            assert "from memory, not checked, high confidence" in arm.note


@pytest.mark.parametrize("trial", JOINT, ids=lambda trial: trial.id)
def test_a_joint_trial_says_something(trial: Trial) -> None:
    assert not trial.unsized
    for arm in trial.arms:
        assert arm.response is not None or arm.remission is not None


def test_nobody_is_counted_twice() -> None:
    # KetECT is inside a pooled comparison of ECT and ketamine; the totals of STAR*D hold its arms.
    for name in ("ketect", "stard_l2_all", "stard_l3_all", "stard_l4_all"):
        assert TRIALS[name].use == "shown"
    assert "pooled row" in str(TRIALS["ketect"].why_shown)


def test_anchors_are_like_a_clinic() -> None:
    assert {trial.id for trial in TRIALS.values() if trial.anchor} == ANCHORS
    inert = {"sham", "pill_placebo", "placebo_spray", "placebo_augmentation", "psilocybin_low"}
    for name in ANCHORS:
        assert TRIALS[name].blinding != "double"
        assert not {arm.treatment for arm in TRIALS[name].arms} & inert


def test_only_star_d_shares_a_programme() -> None:
    shared = {trial.id for trial in TRIALS.values() if trial.programme != trial.id}
    assert {TRIALS[name].programme for name in shared} == {"stard"}


# --- the counts -------------------------------------------------------------------------------


def test_counts_follow_from_the_printed_percentages() -> None:
    # A count made from a percentage is the nearest whole number; 28.2 % of 250 is 70.5 itself.
    looked = 0
    for row in _arm_rows():
        for word, printed in PRINTED.findall(row.cells["note"]):
            looked += 1
            expected = float(printed) / 100 * row.number("people")
            assert abs(expected - row.number(COLUMNS[word])) <= 0.5 + 1e-9, row.where
    assert looked > 50


@pytest.mark.parametrize(
    ("name", "treatment", "people", "response", "remission"),
    [
        # Read as counts: Reif 2023, Kellner 2016, Wiles 2013, Cleare 2025, Goodwin 2022.
        ("escape_trd", "esketamine", 336, None, 91),
        ("escape_trd", "quetiapine_augmentation", 340, None, 60),
        ("pride", "ect", 240, 169, 148),
        ("cobalt", "cbt", 234, 95, None),
        ("cobalt", "usual_care", 235, 46, None),
        ("lqd", "lithium_augmentation", 105, None, 6),
        ("goodwin2022", "psilocybin", 79, 29, 23),
        # 55.4 % of 195 and 41.2 % of 170 treated; 200 and 203 randomised (Anand 2023).
        ("elektd", "ketamine_iv", 200, 108, None),
        ("elektd", "ect", 203, 70, None),
        # Register NCT00360399: 41.9, 46.7 and 54.7 % of 105, 105 and 106 analysed; all randomised.
        ("predict", "cbt", 115, None, 44),
        ("predict", "escitalopram", 114, None, 49),
        ("predict", "duloxetine", 115, None, 58),
        # Register NCT00590863 for the arms; response is printed as one range over the arms.
        ("comed", "escitalopram", 224, None, 87),
        ("comed", "bupropion_escitalopram", 221, None, 86),
        ("comed", "venlafaxine_mirtazapine", 220, None, 83),
    ],
)
def test_counts_that_were_read(
    name: str, treatment: str, people: int, response: int | None, remission: int | None
) -> None:
    (arm,) = (arm for arm in TRIALS[name].arms if arm.treatment == treatment)
    assert (arm.people, arm.response, arm.remission) == (people, response, remission)


@pytest.mark.parametrize(
    ("name", "total", "rates"),
    [
        ("optimum_step2", 248, ((18.9,), (21.5,))),
        ("dalhuisen2024", 89, ((37.5, 27.1), (14.6, 4.9))),
        ("opt_tms", 190, ((14.1,), (5.1,))),
    ],
)
def test_arm_sizes_that_only_the_rates_tell(
    name: str, total: int, rates: tuple[tuple[float, ...], tuple[float, ...]]
) -> None:
    # Randomised 1:1, so arms between 40 and 60 %: one pair adds up to the total and can show all
    # printed rates.
    def can_show(people: int, percentages: tuple[float, ...]) -> bool:
        return all(
            any(round(100 * count / people, 1) == rate for count in range(people + 1))
            for rate in percentages
        )

    sizes = range(round(0.4 * total), round(0.6 * total) + 1)
    fits = [n for n in sizes if can_show(n, rates[0]) and can_show(total - n, rates[1])]
    first, second = TRIALS[name].arms
    assert fits == [first.people]
    assert first.people + second.people == total


def test_totals_of_the_abstracts() -> None:
    totals = {
        "stard_l2_switch": 727,
        "stard_l2_augment": 565,
        "stard_l3_switch": 235,
        "stard_l3_augment": 142,
        "stard_l4": 109,
        "threed": 414,
        "elektd": 403,
        "escape_trd": 676,
        "vastd": 1522,
        "optimum_step1": 619,
        "comed": 665,
        "predict": 344,
        "cobalt": 469,
        "elect_tdcs": 245,
        "lqd": 212,
    }
    for name, total in totals.items():
        assert sum(arm.people for arm in TRIALS[name].arms) == total


# --- contrasts --------------------------------------------------------------------------------


def test_elekt_d_by_hand() -> None:
    # 108 of 200 against 70 of 203: odds 108/92 and 70/133, ratio 2.230.
    (found,) = contrasts(TRIALS["elektd"], "response")
    assert (found.treatment, found.comparator) == ("ketamine_iv", "ect")
    assert math.exp(found.estimate) == pytest.approx(108 * 133 / (92 * 70), rel=1e-12)
    expected = math.sqrt(1 / 108 + 1 / 92 + 1 / 70 + 1 / 133)
    assert found.standard_error == pytest.approx(expected, rel=1e-12)


def test_cobalt_agrees_with_its_paper() -> None:
    # Odds ratio 3.26 (2.10 to 5.06), adjusted, of 206 and 213 people; unadjusted by hand 3.11.
    # With everyone randomised as denominator it is 2.81, within the printed interval.
    (found,) = contrasts(TRIALS["cobalt"], "response")
    assert math.exp(found.estimate) == pytest.approx(95 * 189 / (139 * 46), rel=1e-12)
    assert 2.10 < math.exp(found.estimate) < 5.06


def test_three_arms_give_three_pairs() -> None:
    found = contrasts(TRIALS["vastd"], "remission")
    assert [(one.treatment, one.comparator) for one in found] == [
        ("bupropion", "bupropion_augmentation"),
        ("bupropion", "aripiprazole_augmentation"),
        ("bupropion_augmentation", "aripiprazole_augmentation"),
    ]
    # 146 of 505 against 114 of 511 remitted: odds ratio 1.416, by hand.
    assert math.exp(-found[1].estimate) == pytest.approx(146 * 397 / (359 * 114), rel=1e-12)


def test_who_remits_responds() -> None:
    # STAR*D level 3: 24 of 121 on nortriptyline remitted on one scale, 20 responded on the other.
    (found,) = contrasts(TRIALS["stard_l3_switch"], "response")
    assert math.exp(found.estimate) == pytest.approx(15 * 97 / (99 * 24), rel=1e-12)
    # Level 2, QIDS-SR remission of 39.0 and 32.9 % (Trivedi 2006) is more than the fall of half.
    augmented = {arm.treatment: arm.response for arm in TRIALS["stard_l2_augment"].arms}
    assert augmented == {"bupropion_augmentation": 109, "buspirone_augmentation": 94}


def test_a_count_that_is_not_known_makes_no_pair() -> None:
    assert contrasts(TRIALS["escape_trd"], "response") == ()
    assert contrasts(TRIALS["ascertain_trd"], "response") == ()
    assert contrasts(TRIALS["pride"], "response") == ()


ARM = TrialArm(
    treatment="cbt",
    people=40,
    response=20,
    remission=10,
    dropout=4,
    dropout_side_effects=None,
    note=None,
    checked="checked",
    confidence="high",
    references=("wiles2013",),
)


@given(st.tuples(st.integers(0, 40), st.integers(0, 40)))
def test_the_order_of_arms_turns_the_sign(counts: tuple[int, int]) -> None:
    first, second = (replace(ARM, response=count, remission=0) for count in counts)
    (one,) = contrasts(replace(TRIALS["cobalt"], arms=(first, second)), "response")
    (back,) = contrasts(replace(TRIALS["cobalt"], arms=(second, first)), "response")
    assert back.estimate == pytest.approx(-one.estimate, abs=1e-12)
    assert back.standard_error == pytest.approx(one.standard_error, rel=1e-12)


# --- the reader refuses -----------------------------------------------------------------------


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """Return a folder that stands in for the site; the shipped tables come back afterwards."""
    (tmp_path / "effects").mkdir()
    yield tmp_path
    use_site(None)


def _with(name: str, change: dict[str, str], **cells: str) -> str:
    """Return the text of a shipped table with one row changed."""
    table = load_table(name)
    wanted = table.row(**cells)
    rows = [dict(row.cells) | (change if row is wanted else {}) for row in table]
    lines = [list(table.header), *([row[column] for column in table.header] for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


def _read(folder: Path, name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / f"{name}.tsv").write_text(text, encoding="utf-8")
    monkeypatch.setattr("equipoise.core.tables.problems", lambda _: [])
    use_site(folder)
    read_trials()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"study": "nowhere"}, r"column study: not in table effects/studies; got nowhere"),
        ({"treatment": "magic"}, r"not in table treatments/treatments; got magic"),
        ({"response": "235"}, r"column response: more people than the arm has; got 235.*0\.\.234"),
        ({"remission": "300"}, r"column remission: more people than the arm has"),
        ({"dropout": "-1"}, r"column dropout: more people than the arm has"),
        ({"people": "n/a"}, r"an arm has no size"),
    ],
)
def test_a_faulty_arm_is_refused(
    site: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, str], message: str
) -> None:
    text = _with("effects/arms", change, study="cobalt", treatment="cbt")
    with pytest.raises(TableError, match=message):
        _read(site, "effects/arms", text, monkeypatch)


def test_a_count_without_people_is_refused(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = _with("effects/arms", {"response": "48"}, study="ascertain_trd", treatment="rtms")
    with pytest.raises(TableError, match="a count without the people"):
        _read(site, "effects/arms", text, monkeypatch)


def test_a_trial_without_arms_is_refused(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = _with("effects/arms", {"study": "cobalt"}, study="pride")
    with pytest.raises(TableError, match=r"the trial has no arm; got pride"):
        _read(site, "effects/arms", text, monkeypatch)


@pytest.mark.parametrize(
    ("name", "change"),
    [("cobalt", {"why_shown": "no reason"}), ("cobalt", {"use": "shown"})],
)
def test_a_shown_trial_says_why(
    site: Path, monkeypatch: pytest.MonkeyPatch, name: str, change: dict[str, str]
) -> None:
    text = _with("effects/studies", change, id=name)
    with pytest.raises(TableError, match="shown with a reason"):
        _read(site, "effects/studies", text, monkeypatch)
