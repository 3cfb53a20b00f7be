"""What the value of tests says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from equipoise.core.tables import load_table
from equipoise.predict.information.catalogue import ALL

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from equipoise.core.nouns import InformationValue
    from equipoise.predict.information.numerics import Fineness

__all__ = ["all_the_same", "named", "reason", "sentence_of"]

NOTHING: Final = "Nothing you could test would change the choice."
NAMED: Final = 3
PEOPLE: Final = 100


def named(titles: Sequence[str]) -> str:
    """Return some titles in one phrase, and how many more there are."""
    if len(titles) == 1:
        return titles[0]
    if len(titles) <= NAMED:
        return f"{', '.join(titles[:-1])} and {titles[-1]}"
    return f"{', '.join(titles[:NAMED])} and {len(titles) - NAMED} more"


def reason(
    layer: str,
    moved: Sequence[str],
    leads: Sequence[str],
    findings: Sequence[str],
    *,
    everything: bool,
) -> str:
    """Return why a test is worth nothing, or what it would move.

    Parameters
    ----------
    layer : str
        ``established`` or ``exploratory``.
    moved : sequence of str
        Titles of the options that the result moves.
    leads : sequence of str
        Titles of those that could come first then.
    findings : sequence of str
        Rows of `moderators/moderators` that concern it.
    everything : bool
        Whether it moves every option.

    Returns
    -------
    str
        One or two sentences without the full stop at the end.
    """
    if not moved:
        return _nothing(layer, findings)
    if everything and leads:
        return (
            "the result would move the outlook of all options; where that is better or worse,"
            f" burdens weigh differently, and {named(leads)} could come first"
        )
    what = "all options alike (outlook)" if everything else named(moved)
    if leads:
        return f"the result would move {what}; then {named(leads)} could come first"
    return f"the result would move {what}, not far enough to change the first choice"


def _nothing(layer: str, findings: Sequence[str]) -> str:
    table = load_table("moderators/moderators")
    grades = [table.row(id=one).text("grade") for one in findings]
    if layer == "established":
        return "no established finding lets this test move a choice"
    if not grades:
        return "no finding ties this test to any treatment"
    if len(grades) == 1:
        said = f"one finding names this test (grade {grades[0]}), and it gives"
    else:
        said = (
            f"{len(grades)} findings name this test (grade {min(grades)} at best), and none gives"
        )
    lacking = "no number" if len(grades) == 1 else "a number"
    return f"{said} {lacking} that could move one of these options"


def sentence_of(
    established: Sequence[InformationValue],
    exploratory: Sequence[InformationValue],
    tied: Collection[str],
    fineness: Fineness,
) -> str:
    """Return what the tests would change.

    Parameters
    ----------
    established, exploratory : sequence of InformationValue
        Of either layer, the whole work-up last.
    tied : collection of str
        Options that share the first place now.
    fineness : Fineness
        From when on a test counts.

    Returns
    -------
    str
        The established layer first; unproven research is named as such.
    """
    firm, open_ = _counting(established, fineness), _counting(exploratory, fineness)
    first = f"{_says(firm, tied)}." if firm else NOTHING
    if not open_:
        return f"{first} Not even unproven research would let a test change it."
    if {one.test for one in open_} == {one.test for one in firm}:
        return first
    return f"{first} By unproven research, which is not used for the ranking: {_says(open_, tied)}."


def all_the_same(count: int) -> str:
    """Return that tests are asked for by safety or a dose, whatever they are worth to the choice.

    Parameters
    ----------
    count : int
        How many; nothing is said of none.

    Returns
    -------
    str
        To stand behind the sentence on the choice.
    """
    if not count:
        return ""
    tests = "1 test" if count == 1 else f"{count} tests"
    return f" Safety or a dose asks for {tests} all the same."


def _counting(tests: Sequence[InformationValue], fineness: Fineness) -> list[InformationValue]:
    found = [
        one
        for one in tests
        if one.evsi >= fineness.floor or one.p_changes_choice >= fineness.chance
    ]
    return [one for one in found if one.test != ALL] or found


def _says(tests: Sequence[InformationValue], tied: Collection[str]) -> str:
    most = max(one.p_changes_choice for one in tests)
    people = round(PEOPLE * most)
    often = f"about {people}" if people else "fewer than 1"
    # Who shares the first place may be chosen without the test.
    within = all(name in tied for one in tests for name in one.would_lead)
    among = ", only among options that are not told apart anyway" if within else ""
    return (
        f"{named([one.title for one in tests])} could change the first choice,"
        f" in {often} of 100 people like this{among}"
    )
