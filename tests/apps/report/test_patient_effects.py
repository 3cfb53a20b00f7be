"""A side effect's number says of whom it was counted."""

from __future__ import annotations

import pytest

from equipoise.apps.report.readers.patient.effects import effects_cell
from equipoise.apps.report.wording import tell

OF_ALL = tell("options.effect_class")


@pytest.mark.parametrize("drug", ["sertraline", "venlafaxine", "nortriptyline"])
def test_the_rate_of_a_class_is_not_told_as_that_of_a_drug(drug: str) -> None:
    lines = str(effects_cell(drug)).split("</p>")
    salt = [line for line in lines if "hyponatraemia" in line]
    assert len(salt) == 1
    assert salt[0].endswith(OF_ALL)
    assert "".join(lines).count(OF_ALL) == 1


def test_a_rate_of_its_own_stays_its_own() -> None:
    cell = str(effects_cell("mirtazapine"))
    assert "hyponatraemia" in cell
    assert OF_ALL not in cell
