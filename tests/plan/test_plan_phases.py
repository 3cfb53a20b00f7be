"""The phases: their outline, what a site may replace, and that more trials never lead back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from equipoise.core.errors import TableError
from equipoise.core.nouns import StagingResult
from equipoise.core.tables import load_table, use_site
from tests.plan.conftest import Planner

EMA = "Treatment-resistant depression, definition of the EMA"
TRIED = ("sertraline", "venlafaxine", "rtms", "ect")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """Return a folder for the tables of a site; the shipped ones come back afterwards."""
    (tmp_path / "phases").mkdir()
    yield tmp_path
    use_site(None)


def _phases(site: Path, change: dict[str, dict[str, str]], left_out: str = "") -> None:
    rows = load_table("phases/phases").rows
    header = list(rows[0].cells)
    cells = [{**r.cells, **change.get(r.text("id"), {})} for r in rows if r.text("id") != left_out]
    lines = ["\t".join(header), *("\t".join(row[c] for c in header) for row in cells)]
    (site / "phases" / "phases.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_every_phase_is_outlined_and_the_present_one_is_marked(plan: Planner, make: Any) -> None:
    judged = make.appraisal(make.verdict("ect", "hard_stop"), at=make.stage(2))
    first, second, third = plan(make.person(), judged, make.ranking("rtms")).phases
    assert [first.state, second.state, third.state] == ["past", "present", "later"]
    assert first.duration == "12 weeks or more"
    assert second.entry == "2 adequate drug trials of this episode without enough benefit"
    assert "stimulation and rapid treatments without enough benefit" in third.entry
    assert second.content.endswith("Stopped here by a safety rule or tried: ect")
    assert "Stopped" not in third.content


def test_the_first_phase_begins_at_once(plan: Planner, make: Any) -> None:
    phases = plan(make.person(), make.appraisal(), make.ranking("cbt")).phases
    assert phases[0].entry == "from the first day"


def test_the_reason_names_the_definitions_of_resistance(plan: Planner, make: Any) -> None:
    """A definition that cannot be told says nothing; one that might change says both."""
    ema = StagingResult("trd_ema", EMA, "yes", "yes", None, None, (), (), "recalled", "recalled")
    fda = replace(ema, id="trd_fda", title="FDA", value="cannot_tell", at_most="yes")
    mgh = replace(ema, id="mgh", title="MGH", value="2", at_most="3.5")
    judged = replace(make.appraisal(at=make.stage(2)), staging=(ema, fda, mgh))
    reason = plan(make.person(), judged, make.ranking("rtms")).phase_reason
    assert reason.endswith(
        "this phase begins at 2. Resistance by the definition of the EMA: yes. "
        "Stages: MGH 2 (at most 3.5)."
    )


def test_a_site_moves_the_beginning_of_a_phase(plan: Planner, make: Any, site: Path) -> None:
    """Some services offer TMS after one drug, as CANMAT does."""
    one = make.appraisal(at=make.stage(1))
    assert plan(make.person(), one, make.ranking("rtms")).phase == "optimise_augment"
    new = {"entry_failed_trials": "1", "title": "TMS early", "maximum_weeks": "6"}
    _phases(site, {"stimulation": new})
    use_site(site)
    found = plan(make.person(), one, make.ranking("rtms"))
    assert (found.phase, found.phase_title) == ("stimulation", "TMS early")
    assert found.phases[1].duration == "4 to 6 weeks"
    assert any(step.treatments == ("rtms",) for step in found.steps)


def test_a_site_may_not_lose_the_phase_of_an_option(plan: Planner, make: Any, site: Path) -> None:
    _phases(site, {}, left_out="specialised")
    use_site(site)
    with pytest.raises(TableError, match="no phase specialised, and vns belongs to it"):
        plan(make.person(), make.appraisal(), make.ranking("cbt"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@drawn(
    count=st.integers(0, 8),
    more=st.integers(0, 4),
    failed=st.sets(st.sampled_from(TRIED)),
    also=st.sets(st.sampled_from(TRIED)),
)
def test_more_trials_without_benefit_never_lead_to_an_earlier_phase(
    plan: Planner, make: Any, count: int, more: int, failed: set[str], also: set[str]
) -> None:
    order = {row.text("id"): row.number("order") for row in load_table("phases/phases")}

    def phase(number: int, names: set[str]) -> float:
        trials = tuple(make.appraised(name, "yes", "yes") for name in sorted(names))
        judged = make.appraisal(trials=trials, at=make.stage(number))
        return order[plan(make.person(), judged, make.ranking("cbt")).phase]

    assert phase(count + more, failed | also) >= phase(count, failed)
