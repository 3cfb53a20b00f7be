"""Which treatments of a person's ranking are worth giving together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations as choose
from typing import TYPE_CHECKING

from equipoise.core.tables import Row, load_table, setting

if TYPE_CHECKING:
    from equipoise.core.nouns import Treatment

__all__ = ["candidates"]

Part = tuple[str, int]


def candidates(treatments: Sequence[Treatment], order: Sequence[int]) -> list[dict[str, int]]:
    """Return the combinations to work out: treatments of two or three different places.

    Parameters
    ----------
    treatments : sequence of Treatment
        Those that are ranked: none with a hard stop is among them.
    order : sequence of int
        Positions, first choice first.

    Returns
    -------
    list of dict of str to int
        Kind to position, in the order of `combinations/kinds`. The drugs of the first ranks, the
        first psychotherapy and the first stimulation; with all three, the first drug only. Two
        antidepressants in one option are no part of anything further.
    """
    places = _places(treatments, order)
    most = int(setting("predict_combination_drugs"))
    found: list[dict[str, int]] = []
    for count in range(2, len(places) + 1):
        for chosen in choose(places, count):
            shown = 1 if count == len(places) else most
            found += _of_places([places[place] for place in chosen], treatments, shown)
    return found


def _places(treatments: Sequence[Treatment], order: Sequence[int]) -> dict[str, list[Part]]:
    """Return (kind, position) of the treatments of each place, best first."""
    places: dict[str, list[Part]] = {}
    for row in load_table("combinations/kinds"):
        own = [(row.text("id"), t) for t in order if _is_of(treatments[t], row)]
        places.setdefault(row.text("place"), []).extend(own)
    rank = {t: n for n, t in enumerate(order)}
    return {place: sorted(own, key=lambda part: rank[part[1]]) for place, own in places.items()}


def _is_of(treatment: Treatment, row: Row) -> bool:
    fits = treatment.kind == row.text("kind") and treatment.group == row.text("group")
    named = row.optional_text("drug_class")
    return fits and len(treatment.drugs) <= 1 and named in {None, treatment.drug_class}


def _of_places(
    places: Sequence[list[Part]], treatments: Sequence[Treatment], most: int
) -> list[dict[str, int]]:
    """Return the combinations of some places; only of drugs more than one is shown."""
    if not all(places):
        return []
    firsts = [own[0] for own in places if not treatments[own[0][1]].drugs]
    kinds = [kind for kind, _ in firsts]
    drugs = [own for own in places if treatments[own[0][1]].drugs]
    if not drugs:
        return [dict(firsts)]
    kept = [part for part in drugs[0] if not _apart(treatments[part[1]], kinds)]
    return [dict([part, *firsts]) for part in kept[:most]]


def _apart(treatment: Treatment, kinds: Sequence[str]) -> bool:
    """Return whether a drug is of a group or class that one of the kinds is not shown with."""
    rows = (load_table("combinations/kinds").row(id=kind) for kind in kinds)
    avoided = {name for row in rows for name in row.items("apart")}
    table = load_table("drugs/drugs")
    own = (table.find(id=name) for name in treatment.drugs)
    return any(
        row is not None and avoided & {row.text("class"), *row.items("groups")} for row in own
    )
