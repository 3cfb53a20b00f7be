"""The `equipoise visit` commands: parsed here, done beside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equipoise.apps.intake.cli import Date, Debug, Site, day_of_run

__all__ = ["visit_app"]

visit_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    help="The sheet that a person fills in before a visit.",
)

Person = Annotated[Path, typer.Argument(metavar="PERSON.yaml", help="The record.")]
Out = Annotated[
    Path, typer.Argument(metavar="OUT.html", help="The sheet; a table OUT.csv goes beside it.")
]
Filled = Annotated[
    Path, typer.Argument(metavar="FILLED.csv", help="The table, or what the page saved.")
]
New = Annotated[
    Path | None,
    typer.Option("--out", metavar="NEW.yaml", help="Write here and leave the record as it is."),
]


@visit_app.command("make")
def _make(
    person: Person, out: Out, date: Date = None, site: Site = None, debug: Debug = False
) -> None:
    """Make the sheet, as a page and as a table."""
    del debug
    today = day_of_run(date, site)
    from equipoise.apps.visit.commands import make_sheet

    typer.echo(make_sheet(person, out, today))


@visit_app.command("read")
def _read(
    person: Person,
    filled: Filled,
    out: New = None,
    date: Date = None,
    site: Site = None,
    debug: Debug = False,
) -> None:
    """Read a filled sheet into the record."""
    del debug
    today = day_of_run(date, site)
    from equipoise.apps.visit.commands import read_sheet

    typer.echo(read_sheet(person, filled, out, today, lambda line: typer.echo(line, err=True)))
