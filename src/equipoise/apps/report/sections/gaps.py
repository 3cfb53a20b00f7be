"""What was not measured: one entry for one reason, however many measures it explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import measure_title
from equipoise.apps.report.plain import plain
from equipoise.apps.report.wording import joined, typeset
from equipoise.core.nouns import NotMeasured

__all__ = ["Gap", "gap_groups", "gaps_by_reason"]

NAMED: Final = 3
"""Up to so many measures of one reason are named in its heading; more are counted there."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One reason: the measures it explains, as a heading, and their names where there are many."""

    title: str
    reason: str
    names: str = ""


def gaps_by_reason(gaps: Sequence[NotMeasured]) -> dict[str, tuple[NotMeasured, ...]]:
    """Return the missing measures by their reason, in the order in which reasons come up."""
    found: dict[str, list[NotMeasured]] = {}
    for gap in gaps:
        found.setdefault(gap.reason, []).append(gap)
    return {reason: tuple(group) for reason, group in found.items()}


def gap_groups(gaps: Sequence[NotMeasured]) -> tuple[Gap, ...]:
    """Return one entry for each reason."""
    found = []
    for reason, group in gaps_by_reason(gaps).items():
        titles = list(dict.fromkeys(measure_title(gap.id) for gap in group))
        if len(titles) <= NAMED:
            found.append(Gap(joined(titles), typeset(plain(reason))))
            continue
        count = n.count(len(titles), "measure", spelled=True).capitalize()
        found.append(Gap(count, typeset(plain(reason)), joined(titles)))
    return tuple(found)
