"""The page of a pairwise meta-analysis."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

from equipoise.apps.evidence.charts.forest import (
    Forest,
    ForestGroup,
    ForestRow,
    forest_chart,
    forest_svg,
)
from equipoise.apps.evidence.charts.frame import minus
from equipoise.apps.evidence.charts.funnel import Funnel, funnel_chart, funnel_svg
from equipoise.apps.evidence.page import FunnelView, Page, Section, left_out, notices, render
from equipoise.apps.evidence.pairwise import PairwiseRun
from equipoise.apps.evidence.pairwise_files import (
    SELECTION_SAYS,
    egger_says,
    prediction_says,
    selection_says,
    study_rows,
)
from equipoise.apps.evidence.shown import P95, interval_text, p_text
from equipoise.apps.report.numbers import count
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import capital

if TYPE_CHECKING:
    from equipoise.evidence.synthesis.pooling import Pooled

__all__ = ["files", "forest_picture", "funnel_picture", "page"]

MOST_DRAWN = 60
"""Studies beyond which the page draws groups and totals and lists the studies in a table."""


def files(run: PairwiseRun) -> dict[str, str]:
    """Return the pictures and the page by file name.

    Parameters
    ----------
    run : PairwiseRun
        What was pooled.

    Returns
    -------
    dict of str to str
        Each stands alone: nothing is fetched.
    """
    return {
        "funnel.svg": funnel_picture(run),
        "forest.svg": forest_picture(run),
        "report.html": page(run),
    }


def page(run: PairwiseRun) -> str:
    """Return the page of a pairwise analysis.

    Parameters
    ----------
    run : PairwiseRun
        What was pooled.

    Returns
    -------
    str
        One HTML document.
    """
    pooled = run.pooled
    model = "common effect" if pooled.method == "common" else f"random effects, {pooled.method}"
    model += ", Hartung-Knapp" if pooled.hartung_knapp else ""
    return render(
        Page(
            brand="Meta-analysis",
            title=f"{count(pooled.k, 'study', 'studies')}, pooled",
            facts=(("Data", run.source.origin.facts.name), ("Model", model)),
            notes=notices(run.source),
            sections=(_answer(run), *_groups(run), _disagreement(run), _small(run), _data(run)),
        )
    )


def _main(run: PairwiseRun) -> str:
    pooled, shown = run.pooled, run.shown
    ends = interval_text(shown, pooled.ci_low, pooled.ci_high)
    return minus(f"{shown.text(pooled.estimate)} ({P95}: {ends})")


def _point(run: PairwiseRun) -> str:
    return minus(run.shown.text(run.pooled.estimate))


def _answer(run: PairwiseRun) -> Section:
    pooled, shown = run.pooled, run.shown
    words = [f"Pooled {shown.word} {_main(run)}."]
    if run.asked.scale != "logit":
        words[0] = f"Pooled {shown.word} {_main(run)}, {p_text(pooled.p_value)}."
    ahead = prediction_says(run)
    if ahead:
        words.append(minus(f"The true effect of a new study of the same kind would lie {ahead}."))
    return Section(
        *("answer", "The answer", f"{capital(shown.word)} {_point(run)}"),
        paragraphs=tuple(words),
        charts=(forest_chart(_forest(run, whole=len(run.rows.studies) <= MOST_DRAWN)),),
    )


def _forest(run: PairwiseRun, *, whole: bool) -> Forest:
    """Return the studies by group with what was pooled; without `whole` the totals alone."""
    pooled, shown = run.pooled, run.shown
    groups = [ForestGroup(title, rows) for title, rows in _parts(run, whole)]
    total = [
        ForestRow("All studies", pooled.estimate, pooled.ci_low, pooled.ci_high, "pooled"),
    ]
    if pooled.prediction_low is not None and pooled.prediction_high is not None:
        ends = (pooled.prediction_low, pooled.prediction_high)
        total.append(ForestRow("A new study", pooled.estimate, *ends, "prediction"))
    drawn = "studies" if whole else "totals"
    return Forest(
        id="forest",
        title=f"{count(pooled.k, 'study', 'studies')} and what they say together",
        summary=f"Forest of {drawn}. Pooled {shown.word} {_main(run)}. {_extremes(run)} "
        "All numbers stand in the table of studies.",
        caption=""
        if whole
        else "The studies are too many to draw here; they stand in the table below and in "
        "forest.svg.",
        heads=("Study", f"{capital(shown.word)} ({P95})"),
        axis=shown.word,
        shown=shown,
        groups=(*groups, ForestGroup(None, tuple(total))),
    )


def _parts(run: PairwiseRun, whole: bool) -> list[tuple[str | None, tuple[ForestRow, ...]]]:
    """Return the rows of each group: its studies, then its total."""
    most = max(run.pooled.weights)
    studies = [
        (group, ForestRow(study, y, low, high, "study", weight / most))
        for study, group, y, _, low, high, weight, _ in study_rows(run)
    ]
    if run.groups is None:
        return [(None, tuple(row for _, row in studies))] if whole else []
    parts: list[tuple[str | None, tuple[ForestRow, ...]]] = []
    for name, pooled in zip(run.groups.groups, run.groups.pooled, strict=True):
        label = f"{name}: {count(pooled.k, 'study', 'studies')}"
        total = ForestRow(label, pooled.estimate, pooled.ci_low, pooled.ci_high, "group")
        rows = tuple(row for group, row in studies if group == name) if whole else ()
        parts.append((name if whole else None, (*rows, total)))
    return parts


def _extremes(run: PairwiseRun) -> str:
    rows, shown = study_rows(run), run.shown
    low, high = min(rows, key=lambda row: row[2]), max(rows, key=lambda row: row[2])
    return minus(
        f"Studies from {shown.text(low[2])} ({low[0]}) to {shown.text(high[2])} ({high[0]})."
    )


def _groups(run: PairwiseRun) -> tuple[Section, ...]:
    groups, shown = run.groups, run.shown
    if groups is None:
        return ()
    rows = tuple(
        (
            name,
            str(pooled.k),
            minus(
                f"{shown.text(pooled.estimate)} "
                f"({interval_text(shown, pooled.ci_low, pooled.ci_high)})"
            ),
            f"{pooled.i2:.0f} %",
        )
        for name, pooled in zip(groups.groups, groups.pooled, strict=True)
    )
    differ = f"Q {groups.q_between:.1f} on {groups.df}, {p_text(groups.p_value)}"
    head = ("Group", "Studies", f"{capital(shown.word)} ({P95})", "I\N{SUPERSCRIPT TWO}")
    return (
        Section(
            *("groups", "Groups", f"{count(len(rows), 'group')} compared"),
            paragraphs=(
                f"Difference between groups: {differ}.",
                "Groups were not made by chance: what differs between them may be anything else "
                "that the studies of a group share.",
            ),
            tables=(DataTable("Pooled by group", head, rows),),
        ),
    )


def _disagreement(run: PairwiseRun) -> Section:
    pooled = run.pooled
    if pooled.k == 1:
        return Section("disagreement", "Disagreement", "One study tells nothing of disagreement")
    spread = f"tau\N{SUPERSCRIPT TWO} {pooled.tau2:.4f}"
    if pooled.tau2_low is not None and pooled.tau2_high is not None:
        spread += f" ({P95}: {pooled.tau2_low:.4f} to {pooled.tau2_high:.4f})"
    return Section(
        *("disagreement", "Disagreement"),
        f"I\N{SUPERSCRIPT TWO} {pooled.i2:.0f} %: how far the studies disagree",
        paragraphs=(
            f"Variance of true effects between studies: {spread}.",
            f"Q {pooled.q:.1f} on {pooled.k - 1} degrees of freedom, {p_text(pooled.q_p_value)}.",
        ),
        small=_apart(pooled),
    )


def _apart(pooled: Pooled) -> tuple[str, ...]:
    """Return a remark where the interval of tau2 does not hold its estimate."""
    low, high = pooled.tau2_low, pooled.tau2_high
    if low is None or high is None or low <= pooled.tau2 <= high:
        return ()
    return (
        "The interval comes from the Q statistic, the estimate from another method: where studies "
        "differ much in size, the one need not hold the other.",
    )


def _funnel(run: PairwiseRun) -> Funnel:
    from equipoise.evidence.synthesis.pooling import LEVEL

    return Funnel(
        title="Do small studies see the same effect?",
        summary=f"Funnel of {count(run.pooled.k, 'study', 'studies')}: estimate to the right, "
        f"standard error downward, large studies at the top. {egger_says(run)} "
        "All numbers stand in the table of studies.",
        axis=run.shown.word,
        shown=run.shown,
        points=tuple(zip(run.rows.estimates, run.rows.standard_errors, strict=True)),
        middle=run.pooled.estimate,
        reach=NormalDist().inv_cdf((1 + LEVEL) / 2),
    )


def _small(run: PairwiseRun) -> Section:
    funnel = _funnel(run)
    return Section(
        *("small-studies", "Small studies", "What small studies tell, and what not"),
        paragraphs=(minus(egger_says(run)), minus(selection_says(run)), SELECTION_SAYS),
        funnel=FunnelView(
            title=funnel.title,
            summary=minus(funnel.summary),
            axis=funnel.axis,
            chart=funnel_chart(funnel),
            caption="Without any difference between studies about 95 of 100 dots would lie between "
            "the dashed lines.",
        ),
    )


def _data(run: PairwiseRun) -> Section:
    section, shown = left_out(run.source), run.shown
    rows = tuple(
        (
            study,
            *((group,) if group is not None else ()),
            minus(f"{shown.text(y)} ({interval_text(shown, low, high)})"),
            f"{weight:.1f} %",
            str(line),
        )
        for study, group, y, _, low, high, weight, line in study_rows(run)
    )
    head = (
        "Study",
        *(("Group",) if run.rows.groups else ()),
        *(f"{capital(shown.word)} ({P95})", "Weight", "Line"),
    )
    table = DataTable(f"All {count(len(rows), 'study', 'studies')}", head, rows)
    return Section(
        *(section.id, section.kicker, section.title),
        paragraphs=section.paragraphs,
        tables=section.tables,
        folded=(table, *section.folded),
    )


def forest_picture(run: PairwiseRun) -> str:
    """Return the forest of all studies as a file."""
    return forest_svg(_forest(run, whole=True))


def funnel_picture(run: PairwiseRun) -> str:
    """Return the funnel as a file."""
    return funnel_svg(_funnel(run))
