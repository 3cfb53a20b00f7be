"""A laboratory value whose unit is in doubt alarms with the question, and never reassures."""

from __future__ import annotations

import pytest

from equipoise.appraise import appraise
from equipoise.core.answers import given
from equipoise.core.nouns import CheckItem, LabResult, Timeline


def _check(item: str, lab: LabResult) -> CheckItem:
    found = appraise(Timeline("1", labs=given((lab,))), today="2026-03-02")
    return next(one for one in found.diagnosis_check if one.id == item)


# 2.4 mg/dL is 0.6 mmol/L, which nobody survives; 2.4 mmol/L is the middle of the usual range.
def test_a_low_calcium_asks_for_its_unit() -> None:
    item = _check("calcium", LabResult("calcium", 2.4, "mg/dL", "2026-02-20"))
    assert item.status == "abnormal"
    assert "is the unit right?" in item.evidence


# 120 ng/mL is three times what people have who take it; 120 nmol/L is 48 ng/mL, an ordinary value.
@pytest.mark.parametrize(
    ("value", "status"), [(15, "abnormal"), (120, "not_checked"), (35, "clear")]
)
def test_a_doubtful_vitamin_d_is_never_clear(value: float, status: str) -> None:
    assert (
        _check("vitamin_d", LabResult("vitamin_d", value, "ng/mL", "2026-02-20")).status == status
    )


def test_a_confirmed_unit_is_not_asked_again() -> None:
    lab = LabResult("calcium", 2.4, "mg/dL", "2026-02-20", unit_confirmed=True)
    assert "is the unit right?" not in _check("calcium", lab).evidence
