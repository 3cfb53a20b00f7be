"""The options in the printed data sheet, one table for each layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from markupsafe import escape

from equipoise.apps.report import numbers as n
from equipoise.apps.report.listing import Column, alike, never_compared, shares
from equipoise.apps.report.names import anchor, cite
from equipoise.apps.report.sections.all_options import option_title
from equipoise.apps.report.sections.answer import moved_by_research
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import say
from equipoise.core.nouns import Dossier, Interval, Prediction

__all__ = ["option_tables"]

ESTABLISHED: Final = "Options, established layer (this layer ranks)"

KEPT: Final = ("Option", "Response", "Remission", "Leave early", "Grade, source")


def option_tables(dossier: Dossier) -> Iterator[DataTable]:
    """Return the numbers of all options, and of those that the research layer moves.

    Parameters
    ----------
    dossier : Dossier
        The results of one run; its ranking is not withheld.

    Returns
    -------
    iterator of DataTable
        What is the same for every option stands in the caption.
    """
    never = never_compared(dossier.decision)
    moved = tuple(research for _, research in moved_by_research(dossier))
    layers = (
        (ESTABLISHED, "option", dossier.decision.predictions),
        (say("research_rest"), "research", moved),
    )
    for title, prefix, shown in layers:
        columns, same = alike(_columns(shown, never), keep=KEPT)
        every = f". {say('all_alike', words='; '.join(same))}" if same else ""
        yield DataTable(
            f"{title}: of 100 people like this, by week 8{every}",
            tuple(column.head for column in columns),
            tuple(zip(*(column.cells for column in columns), strict=True)),
            tuple(anchor(prefix, p.treatment) for p in shown),
            shares(columns),
        )


def _columns(shown: Sequence[Prediction], never: frozenset[str]) -> list[Column]:
    named = [option_title(f"{p.title} ({p.treatment})", p.treatment in never) for p in shown]
    return [
        Column("Option", 17, named),
        *(
            Column(head, 13, [_chance(chance) for chance in chances])
            for head, chances in (
                ("Response", [p.response for p in shown]),
                ("Remission", [p.remission for p in shown]),
                ("Leave early", [p.dropout for p in shown]),
            )
        ),
        Column("Average person", 7, [n.of_100(p.average) for p in shown]),
        Column("Shift by moderators", 9, [_shift(p) for p in shown]),
        Column("Outlook", 6, [n.points(p.outlook) for p in shown]),
        Column("Best of 100 runs", 7, [n.of_100(p.p_best) for p in shown]),
        Column("Benefit of 100 points", 7, [str(round(p.utility)) for p in shown]),
        Column("Grade, source", 18, [_about(p) for p in shown]),
    ]


def _chance(chance: Interval) -> str:
    return (
        f"{n.of_100(chance.mean)}; {n.P80}: {n.range_of_100(chance.ci80)}; "
        f"{n.P95}: {n.range_of_100(chance.ci95)}"
    )


def _shift(p: Prediction) -> str:
    if p.shift.words == "not_estimated":
        return "not estimated"
    return (
        f"{n.points(p.shift.mean)}; {n.P80}: {n.range_points(p.shift.ci80)}; "
        f"{n.P95}: {n.range_points(p.shift.ci95)}"
    )


def _about(p: Prediction) -> str:
    return escape(f"{p.grade}, {p.checked}; ") + cite(p.references)
