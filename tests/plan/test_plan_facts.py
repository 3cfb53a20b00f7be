"""What in a record makes a row of the plan apply."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from equipoise.core.answers import given
from equipoise.core.nouns import LabResult, Timeline
from equipoise.core.tables import Row
from equipoise.plan.case import Case
from equipoise.plan.facts import evidence_for

ROW = Row({"lab": "bmi", "lab_at_least": "30", "lab_unit": "kg/m2"}, "phases/habits")


@pytest.mark.parametrize(
    ("sign", "value", "applies"),
    [(None, 30, True), (None, 29, False), ("<", 40, False), (">", 30, True), (">", 29, False)],
)
def test_a_value_below_a_limit_never_counts_as_that_limit(
    sign: str | None, value: float, applies: bool
) -> None:
    lab = LabResult("bmi", value, "kg/m2", "2025-01-10", comparator=sign)
    case = cast(Case, SimpleNamespace(timeline=Timeline("01", labs=given((lab,)))))
    found = evidence_for(case, ROW)
    assert bool(found) == applies
    assert all(f"{sign or ''}{value:g} kg/m2" in words for words in found)
