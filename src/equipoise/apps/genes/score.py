"""Scores one person and tells the result in lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.apps.progress import progress
from equipoise.assays.genes.polygenic import PolygenicScore, ScoreAsked, score_person
from equipoise.assays.genes.polygenic.result import Placement

__all__ = ["score", "told"]

PERCENT = 100
USE = "use"
"""Row of `genes/polygenic_evidence` that says what such a score is for."""


def score(asked: ScoreAsked) -> PolygenicScore:
    """Return the score, with a bar on the terminal while the files are read."""
    with progress() as watch:
        return score_person(asked, watch)


def told(found: PolygenicScore) -> str:
    """Return the score as text."""
    # What the files say of themselves is printed as they have it, but no signs to the terminal.
    return "\n".join("".join(filter(str.isprintable, line)) for line in _lines(found))


def _lines(found: PolygenicScore) -> Iterator[str]:
    name = f" ({found.name})" if found.name else ""
    yield f"{found.score or 'a score without id'}{name}: {found.trait or 'no trait is named'}"
    # Before any number: whoever reads no further has read what it is for.
    yield from (one.sentence for one in found.evidence if one.id == USE)
    yield f"sample {found.sample}, {found.build}"
    share = f"{PERCENT * found.match_rate:.1f} %"
    yield (
        f"counted {found.counted} of {found.variants} variants ({share}), "
        f"{PERCENT * found.weight_rate:.1f} % of the weight"
    )
    if found.not_measured:
        yield f"not measured: {found.not_measured}"
    else:
        yield (
            f"sum {found.sum:.8g}, average {found.average:.6g} for each of {found.alleles} alleles"
        )
    for tally in found.tallies:
        yield f"  not counted: {tally.variants} - {tally.why}"
    for tally in found.notes:
        yield f"  {tally.variants} - {tally.why}"
    for flag in found.flags:
        yield f"  note: {flag}"
    if found.placement is not None:
        yield _placed(found.placement)
    yield _stood(found)
    yield f"What is known of scores for depression, whatever this one is for (grade {found.grade}):"
    for statement in found.evidence:
        if statement.id != USE:
            yield f"  {statement.sentence} [{statement.reference}]"


def _placed(placement: Placement) -> str:
    used = f"{placement.variants} of {placement.of} variants of the panel"
    if placement.population is None:
        return f"placement: unclear ({placement.unclear}; {used}), unstable for one person"
    share = dict(placement.shares)[placement.population]
    return (
        f"placement: nearest to {placement.population} ({PERCENT * share:.0f} % of the likelihood, "
        f"{used}), unstable for one person"
    )


def _stood(found: PolygenicScore) -> str:
    standing = found.standing
    if standing is None:
        return f"no percentile: {found.no_percentile}"
    place = f"{standing.percentile:.0f}"
    # Nobody is above or below everybody there may be.
    place = {"0": "below 1", str(PERCENT): f"above {PERCENT - 1}"}.get(place, place)
    return (
        f"percentile {place} (standard error {standing.percentile_error:.0f}, "
        f"z {standing.z:.2f}) among {standing.people} people of {standing.population}, "
        "unstable for one person"
    )
