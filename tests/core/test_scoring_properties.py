"""What holds of every scale, whatever was answered."""

from __future__ import annotations

from hypothesis import given as drawn
from hypothesis import strategies as st

from equipoise.core.nouns import ScaleAnswers
from equipoise.core.scale_rules import ScaleRules, read_scale
from equipoise.core.scoring import ScaleScore, score
from equipoise.core.tables import load_table

Items = tuple[int | None, ...]
ALL = [read_scale(row.text("id")) for row in load_table("scales/scales")]
TOTALS = [rules for rules in ALL if rules.has_total]


@st.composite
def answered(draw: st.DrawFn, scales: list[ScaleRules], gaps: bool) -> tuple[ScaleRules, Items]:
    """Draw a scale and answers in range, with answers left out where `gaps`."""
    rules = draw(st.sampled_from(scales))
    ranges = [st.integers(item.minimum, item.maximum) for item in rules.items]
    if gaps:
        return rules, draw(st.tuples(*(st.none() | one for one in ranges)))
    return rules, draw(st.tuples(*ranges))


def _score(rules: ScaleRules, items: Items) -> ScaleScore:
    return score(ScaleAnswers(rules.id, "2025-01-10", items))


@drawn(answered(TOTALS, gaps=True), st.data())
def test_a_higher_answer_never_lowers_the_total(
    case: tuple[ScaleRules, Items], data: st.DataObject
) -> None:
    rules, items = case
    place = data.draw(st.integers(0, len(items) - 1))
    value = items[place]
    if value is None or value == rules.items[place].maximum:
        return
    before = _score(rules, items)
    after = _score(rules, (*items[:place], value + 1, *items[place + 1 :]))
    if before.total is not None and after.total is not None:
        assert after.total >= before.total


@drawn(answered(TOTALS, gaps=True))
def test_a_total_lies_between_what_the_gaps_allow(case: tuple[ScaleRules, Items]) -> None:
    rules, items = case
    found = _score(rules, items)
    if found.total is None or rules.skips:
        return
    pairs = list(zip(items, rules.items, strict=True))
    least = _score(rules, tuple(i.minimum if v is None else v for v, i in pairs)).total
    most = _score(rules, tuple(i.maximum if v is None else v for v, i in pairs)).total
    assert least is not None
    assert most is not None
    assert least <= found.total <= most


@drawn(answered(ALL, gaps=True))
def test_missing_is_never_zero(case: tuple[ScaleRules, Items]) -> None:
    """A gap that could change the total is told, as prorated or as no total."""
    rules, items = case
    found = _score(rules, items)
    if found.status != "complete" or not rules.has_total or rules.skips:
        return
    for place, value in enumerate(items):
        paired = any(
            place + 1 in pair and any(items[n - 1] is not None for n in pair)
            for group in rules.groups
            for pair in group.either
        )
        if value is None and not paired:
            highest = rules.items[place].maximum
            other = _score(rules, (*items[:place], highest, *items[place + 1 :]))
            assert other.total == found.total


@drawn(answered(ALL, gaps=False))
def test_complete_answers_are_scored(case: tuple[ScaleRules, Items]) -> None:
    rules, items = case
    found = _score(rules, items)
    assert found.missing == ()
    assert all(value is not None for _, value in found.parts)
    if rules.printed is not None:
        low, high = rules.printed
        assert found.total is not None
        assert low <= found.total <= high
        assert found.status == "complete" or "not known" in found.reason


RISK = {"none": 0, "low": 1, "human_assessment": 1, "moderate": 2, "high": 3}


@drawn(st.tuples(*[st.sampled_from([0, 1, None])] * 6), st.sampled_from([None, 0, 1]))
def test_an_open_answer_never_lowers_the_triage(items: Items, recent: int | None) -> None:
    """Whatever an open answer turns out to be, the triage was not lower than that."""
    extras = () if recent is None else (("recent", recent),)
    found = score(ScaleAnswers("cssrs_screen", "2025", items, extras=extras))
    assert found.band is not None
    if found.band == "human_assessment":
        assert None in items[:2]
        return
    for place, value in enumerate(items):
        # A question that a no to the second has ended is not open.
        if value is None and not (items[1] == 0 and place in {2, 3, 4}):
            for closed in (0, 1):
                filled = (*items[:place], closed, *items[place + 1 :])
                other = score(ScaleAnswers("cssrs_screen", "2025", filled, extras=extras))
                assert other.band is not None
                assert RISK[other.band] <= RISK[found.band]
