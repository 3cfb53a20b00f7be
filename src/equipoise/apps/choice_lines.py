"""What surrounds the choice, in lines of text: under way, tests, wishes, the year ahead."""

from __future__ import annotations

from equipoise.apps.report.sections.under_way import under_way
from equipoise.apps.report.sections.wishes import wishes
from equipoise.apps.report.sections.worth import worth
from equipoise.apps.report.sections.year import year
from equipoise.apps.report.views import RowChart
from equipoise.apps.report.wording import joined, say
from equipoise.core.nouns import Dossier

__all__ = ["choice_lines"]


def choice_lines(dossier: Dossier) -> list[str]:
    """Return the headed lines; nothing where the ranking is withheld.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.

    Returns
    -------
    list of str
        The same words as in the report, without its charts.
    """
    return [*_under_way(dossier), *_tests(dossier), *_wishes(dossier), *_year(dossier)]


def _headed(head: str, lines: list[str]) -> list[str]:
    return ["", head, *(f"  {line}" for line in lines if line)]


def _under_way(dossier: Dossier) -> list[str]:
    view = under_way(dossier)
    if view is None:
        return []
    moves = [_moves(chart) for chart in view.charts]
    limit = [say("under_way_limit")] if view.charts else []
    return _headed("UNDER WAY", [*view.words, *moves, *limit, *view.unread])


def _moves(chart: RowChart) -> str:
    """Return what could come next, each with its chance."""
    rows = [row for group in chart.groups for row in group.rows]
    said = [", ".join(part for part in (row.value, *row.value_notes) if part) for row in rows]
    pairs = zip(rows, said, strict=True)
    return f"{chart.title}: {'; '.join(f'{row.label} ({text})' for row, text in pairs)}."


def _tests(dossier: Dossier) -> list[str]:
    view = worth(dossier)
    if view is None:
        return []
    asked = [test.title for test in dossier.decision.safety_tests]
    # The last sentence above says how many there are.
    safety = f"These are: {joined(asked)}." if asked else ""
    return _headed("TESTS", [f"{view.title}.", *view.words[:-1], safety])


def _wishes(dossier: Dossier) -> list[str]:
    view = wishes(dossier)
    return _headed("WHAT MATTERS", [f"{view.title}.", view.now, *view.changes]) if view else []


def _year(dossier: Dossier) -> list[str]:
    view = year(dossier)
    if view is None:
        return []
    lines = [*view.flags, f"{view.title}.", *view.foremost, *view.words, view.limit]
    return _headed("THE YEAR AHEAD", lines)
