"""A year ahead: whole plans simulated on the same draws, and treatments given together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts import marks
from equipoise.apps.report.charts.forest import FOREST_AXIS, chance_plot
from equipoise.apps.report.charts.scales import Linear
from equipoise.apps.report.names import graded, treatment_title
from equipoise.apps.report.sections.marked import flags_first, marked, marks_of
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.views import Legend, PlotGroup, PlotRow, RowChart
from equipoise.apps.report.wording import capital, joined, say, sentence
from equipoise.core.casing import within
from equipoise.core.nouns import Combination, Decision, Dossier, YearComparison, YearPlan

__all__ = ["YearView", "combination_keys", "year"]

WEEKS: Final = Linear(0, 52)
TICKS: Final = (0, 13, 26, 39, 52)
PLACES: Final = tuple(WEEKS.place(week) for week in TICKS)
AXIS: Final = marks.axis([(WEEKS.place(week), str(week)) for week in TICKS])


@dataclass(frozen=True, slots=True)
class YearView:
    """The chart of plans, why the first beats the others, and the chart of combinations."""

    title: str
    flags: tuple[str, ...]
    words: tuple[str, ...]
    foremost: tuple[str, ...]
    limit: str
    plans: RowChart | None
    together: RowChart | None


def year(dossier: Dossier) -> YearView | None:
    """Return the section; None where nothing was simulated or the ranking is withheld."""
    decision = dossier.decision
    if withheld(dossier) or not (decision.year_plans or decision.combinations):
        return None
    titles = {plan.id: plan.title for plan in decision.year_plans}
    return YearView(
        title=_title(decision),
        flags=flags_first(dossier),
        words=(*_going(dossier), *(_compared(one, titles) for one in decision.year_comparisons)),
        foremost=tuple(_in_words(dossier, plan) for plan in _foremost(decision)),
        limit=say("year_limit") if decision.year_plans else "",
        plans=_plans(dossier) if decision.year_plans else None,
        together=_together(dossier) if decision.combinations else None,
    )


def combination_keys(dossier: Dossier) -> list[str]:
    """Return the references of the combinations."""
    return [key for one in dossier.decision.combinations for key in one.references]


def _title(decision: Decision) -> str:
    if not decision.year_plans:
        return say("year_together")
    if decision.year_comparisons and all(
        one.verdict == "equal" for one in decision.year_comparisons
    ):
        return say("year_equal", n=n.count(len(decision.year_plans), "plan", spelled=True))
    best, *others = _foremost(decision)
    if not others:
        return say("year_best", plan=best.title, weeks=str(round(best.weeks_well.mean)))
    weeks = sorted({round(plan.weeks_well.mean) for plan in (best, *others)})
    return say(
        "year_close",
        plans=joined([best.title, *(plan.title for plan in others)]),
        weeks="about " + " to ".join(str(end) for end in dict.fromkeys((weeks[0], weeks[-1]))),
    )


def _foremost(decision: Decision) -> list[YearPlan]:
    """Return the first plan and those that the simulation does not separate from it."""
    if not decision.year_plans:
        return []
    first = decision.year_plans[0]
    equal = {one.b for one in decision.year_comparisons if one.verdict == "equal"}
    return [first, *(plan for plan in decision.year_plans[1:] if plan.id in equal)]


def _in_words(dossier: Dossier, plan: YearPlan) -> str:
    low, high = plan.weeks_well.ci80
    return say(
        "year_steps",
        plan=plan.title,
        steps=_steps(dossier, plan),
        weeks=n.count(round(plan.weeks_well.mean), "week"),
        low=str(round(low)),
        high=str(round(high)),
        ever=n.of_100(plan.ever_well),
    )


def _steps(dossier: Dossier, plan: YearPlan) -> str:
    return ", then ".join(marked(dossier, step) for step in plan.steps)


def _going(dossier: Dossier) -> tuple[str, ...]:
    """Return that going on is no plan, where something is under way."""
    names = [within(treatment_title(one.treatment)) for one in dossier.appraisal.under_way]
    if not names or not dossier.decision.year_plans:
        return ()
    return (say("year_going", treatments=joined(names)),)


def _compared(one: YearComparison, titles: dict[str, str]) -> str:
    names = {"a": titles.get(one.a, one.a), "b": titles.get(one.b, one.b)}
    if one.verdict == "equal":
        return f"{say('year_tie', **names)} {sentence(one.why)}"
    ahead, behind = (names["a"], names["b"]) if one.verdict == "a" else (names["b"], names["a"])
    weeks = n.count(round(abs(one.lead)), "week")
    return f"{say('year_lead', ahead=ahead, behind=behind, weeks=weeks)} {sentence(one.why)}"


def _plans(dossier: Dossier) -> RowChart:
    rows = tuple(_plan(dossier, plan) for plan in dossier.decision.year_plans)
    return RowChart(
        id="year",
        title=say("year_chart"),
        summary=say("year_summary"),
        label_head="Plan",
        axis_title="weeks well or nearly well in the next 52",
        value_head="Weeks well",
        axis=AXIS,
        groups=(PlotGroup(None, rows),),
        legend=(Legend(marks.glyph("estimate"), "dot: mean; thick line: 80 %; thin line: 95 %"),),
    )


def _plan(dossier: Dossier, plan: YearPlan) -> PlotRow:
    ends = marks.Estimate(plan.weeks_well.mean, plan.weeks_well.ci80, plan.weeks_well.ci95)
    low, high = plan.weeks_well.ci80
    return PlotRow(
        label=plan.title,
        plot=marks.row(
            PLACES, marks.interval(WEEKS, ends), marks.dot(WEEKS.place(plan.weeks_well.mean))
        ),
        value=n.count(round(plan.weeks_well.mean), "week"),
        notes=(sentence(_steps(dossier, plan)), *(sentence(note) for note in plan.notes)),
        value_notes=(
            f"{n.P80}: {round(low)} to {round(high)}",
            f"well at least once: {n.of_100(plan.ever_well)} of 100",
            f"{n.count(round(plan.visits), 'visit')}",
        ),
    )


def _together(dossier: Dossier) -> RowChart:
    return RowChart(
        id="together",
        title=say("together_chart"),
        summary=say("together_summary"),
        label_head="Given together",
        axis_title="of 100 people like this, much better by week 8",
        value_head="Much better",
        axis=FOREST_AXIS,
        groups=tuple(_grouped(dossier)),
        caption=say("together_limit"),
    )


def _grouped(dossier: Dossier) -> list[PlotGroup]:
    """Return what trials speak for before what was put together, however high that comes out."""
    found = dossier.decision.combinations
    tested, composed = (
        tuple(_combination(dossier, one) for one in found if (one.path == "randomised") is trial)
        for trial in (True, False)
    )
    groups = ((say("together_tested"), tested), (say("together_composed"), composed))
    return [PlotGroup(title, rows) for title, rows in groups if rows]


def _both(dossier: Dossier, one: Combination) -> str:
    """Return the title; a part with a safety mark stands with it."""
    if not marks_of(dossier, one.parts):
        return one.title
    return capital(joined([marked(dossier, part) for part in one.parts]))


def _combination(dossier: Dossier, one: Combination) -> PlotRow:
    composed = one.path != "randomised"
    return PlotRow(
        label=_both(dossier, one),
        plot=chance_plot(one.response, research=composed),
        value=f"{n.of_100(one.response.mean)} of 100",
        notes=(sentence(one.why), graded(one.grade, one.references)),
        value_notes=(
            f"{n.P80}: {n.range_of_100(one.response.ci80)}",
            f"over the better one alone: {n.points(one.gain.mean)} "
            f"({n.P80}: {n.range_points(one.gain.ci80)})",
        ),
        kind="research" if composed else "",
    )
