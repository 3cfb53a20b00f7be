"""What a released plan names in a state that the rates do not speak of."""

from __future__ import annotations

from typing import Any

import pytest

from tests.plan.conftest import Planner


@pytest.mark.parametrize("state", ["psychosis", "postpartum_psychosis", "catatonia"])
@pytest.mark.parametrize("named", ["sertraline", "cbt"])
def test_no_option_is_named_by_its_rate_with_psychosis_or_catatonia(
    plan: Planner, make: Any, state: str, named: str
) -> None:
    """CANMAT puts ECT first there; the rates are of people without psychosis or catatonia."""
    judged = make.appraisal(
        make.verdict("ect", "clear"), at=make.stage(0), flags=(make.flag("emergency", state),)
    )
    found = plan(make.person(), judged, make.ranking(named), acknowledged=True)
    step = next(s for s in found.steps if s.action.startswith("Ask a specialist service today"))
    assert step.treatments == ("ect",)
    assert not any(named in other.treatments for other in found.steps)
    assert found.steps[0].action.startswith("Follow the urgent pathway first")
    assert not any("guided self-help" in other.action for other in found.steps)
