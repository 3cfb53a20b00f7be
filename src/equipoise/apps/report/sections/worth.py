"""Would a test change the choice: in how many of 100 people, and what it costs to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts import marks
from equipoise.apps.report.charts.forest import FOREST_AXIS
from equipoise.apps.report.charts.scales import HUNDRED
from equipoise.apps.report.names import treatment_title
from equipoise.apps.report.sections.marked import marks_of
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.views import (
    DataTable,
    Legend,
    PlotGroup,
    PlotRow,
    RowChart,
    table_or_none,
)
from equipoise.apps.report.wording import joined, say, sentence
from equipoise.core.nouns import Decision, Dossier, InformationValue
from equipoise.core.tables import setting

__all__ = ["Worth", "worth"]

TICKS: Final = (0, 25, 50, 75, 100)
NAMED: Final = 2
POINTS: Final = 100


@dataclass(frozen=True, slots=True)
class Worth:
    """The answer in words, a chart of tests that could change the choice, tables of the others."""

    title: str
    words: tuple[str, ...]
    chart: RowChart | None
    tables: tuple[DataTable, ...]
    folded: tuple[DataTable, ...]


def worth(dossier: Dossier) -> Worth | None:
    """Return the section; None where no test was weighed or the ranking is withheld."""
    decision = dossier.decision
    if withheld(dossier) or not (decision.tests or decision.safety_tests):
        return None
    head, *rest = _sentences(decision.tests_sentence)
    return Worth(
        title=head.rstrip("."),
        words=(*rest, say("worth_reading")),
        chart=_chart(dossier),
        tables=tuple(t for t in (_safety(decision),) if t is not None),
        folded=tuple(t for t in (_table(decision),) if t is not None),
    )


def _sentences(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(". ") if part.strip()]
    return [sentence(part) for part in parts] or [say("worth_none")]


def _chart(dossier: Dossier) -> RowChart | None:
    """Draw only what could change the choice in some layer; a row of zeros says nothing."""
    decision = dossier.decision
    firm = tuple(_row(one, dossier) for one in _acting(decision.tests))
    unproven = tuple(
        _row(one, dossier, research=True) for one in _acting(decision.exploratory_tests)
    )
    if not firm and not unproven:
        return None
    groups = (PlotGroup(None, firm), PlotGroup(say("worth_research"), unproven, kind="research"))
    return RowChart(
        id="worth",
        title=say("worth_chart"),
        summary=say("worth_summary"),
        label_head="Test",
        axis_title="of 100 people like this, first choice changes in",
        value_head="First choice changes in",
        axis=FOREST_AXIS,
        groups=tuple(group for group in groups if group.rows),
        legend=(
            Legend(marks.glyph("research"), "dashed, diamond: research layer, not for the ranking"),
        ),
    )


def _acting(tests: tuple[InformationValue, ...]) -> list[InformationValue]:
    """Return the tests that the sentence above may name: what is below notice gets no row."""
    gain, chance = setting("predict_test_gain"), setting("predict_test_chance")
    return [
        one
        for one in tests
        if one.p_changes_choice > 0 and (one.evsi >= gain or one.p_changes_choice >= chance)
    ]


def _row(one: InformationValue, dossier: Dossier, *, research: bool = False) -> PlotRow:
    place = HUNDRED.place(POINTS * one.p_changes_choice)
    mark = marks.diamond(place) if research else marks.dot(place)
    leads = [treatment_title(name) + marks_of(dossier, (name,)) for name in one.would_lead]
    notes = [f"Then first: {joined(leads, 'or', most=NAMED)}"] if leads else []
    notes += [_effort(one)]
    return PlotRow(
        label=one.title,
        plot=marks.row(TICKS, mark),
        value=f"{n.of_100(one.p_changes_choice)} of 100",
        notes=tuple(notes),
        value_notes=(_gain(one, dossier.decision),),
        kind="research" if research else "",
    )


def _gain(one: InformationValue, decision: Decision) -> str:
    """Return the gain as people more who get well, never as points of utility."""
    weight = dict(decision.weights).get("remission")
    if not weight:
        return ""
    more = one.evsi / weight
    if more < 1:
        return say("worth_gain_small")
    return say("worth_gain", n=str(round(more)))


def _effort(one: InformationValue) -> str:
    parts = [
        f"cost {one.cost_band}" if one.cost_band else "",
        one.burden or "",
        f"result in {one.wait}" if one.wait else "",
    ]
    return sentence("; ".join(part for part in parts if part))


def _table(decision: Decision) -> DataTable | None:
    research = {one.test: one for one in decision.exploratory_tests}
    rows = tuple(
        (
            one.title,
            n.of_100(one.p_changes_choice) if one.p_changes_choice else "0",
            _research_cell(research.get(one.test)),
            sentence(one.why),
            _effort(one),
        )
        for one in decision.tests
    )
    columns = ("Test", "First choice changes in", "In research layer", "Why", "Effort")
    return table_or_none(say("worth_table"), columns, rows, (20, 13, 13, 34, 20))


def _research_cell(one: InformationValue | None) -> str:
    if one is None:
        return ""
    return n.of_100(one.p_changes_choice) if one.p_changes_choice else "0"


def _safety(decision: Decision) -> DataTable | None:
    rows = tuple((one.title, sentence(one.why)) for one in decision.safety_tests)
    return table_or_none(say("worth_safety"), ("Test", "Why"), rows, (32, 68))
