"""The `equipoise intake` command: parsed here, done beside."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from equipoise.core.errors import InputError

__all__ = ["add_commands", "day_of_run"]

Out = Annotated[
    Path | None, typer.Argument(metavar="OUT.yaml", help="The record, new or begun before.")
]
Section = Annotated[
    str | None, typer.Option("--section", metavar="NAME", help="Only this section, asked again.")
]
Csv = Annotated[
    Path | None,
    typer.Option(
        "--csv", metavar="FILE", help="Many people: write an empty table, or read a filled one."
    ),
]
Folder = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="With --csv: the records go here.")
]
Date = Annotated[
    str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Day of the run (today).")
]
Site = Annotated[
    Path | None, typer.Option("--site", help="Folder of tables that replace those shipped.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault of ours.")]

BAD_INPUT = 2


def add_commands(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("intake")(_intake)


def day_of_run(date: str | None, site: Path | None) -> str:
    """Put the tables of a site in force and return the day of the run.

    Raises
    ------
    InputError
        If the date is not a whole day.
    """
    from equipoise.core.dates import check_date
    from equipoise.core.tables import use_site

    use_site(site)
    today = check_date(date, where="--date") if date else dt.date.today().isoformat()
    if len(today) != len("2024-03-10"):
        raise InputError("the day of the run must be a whole date", got=today, where="--date")
    return today


def _intake(  # noqa: PLR0913, PLR0917 - one argument for each option
    out: Out = None,
    section: Section = None,
    csv: Csv = None,
    out_dir: Folder = None,
    date: Date = None,
    site: Site = None,
    debug: Debug = False,
) -> None:
    """Ask for a record, question by question; go on where it was left."""
    del debug
    today = day_of_run(date, site)
    if csv is not None:
        _many(csv, out_dir, today, given=out is not None or section is not None)
        return
    if out is None or out_dir is not None:
        raise InputError(
            "one record or one table is needed", allowed="intake OUT.yaml, or intake --csv FILE"
        )
    from equipoise.apps.intake.draft import open_draft
    from equipoise.apps.intake.interview import Interview
    from equipoise.apps.intake.questions import section_names
    from equipoise.apps.intake.terminal import open_terminal

    if section is not None and section not in section_names():
        raise InputError(
            "there is no such section",
            where="--section",
            got=section,
            allowed=", ".join(section_names()),
        )
    Interview(open_draft(out, today), open_terminal(), section).run()


def _many(csv: Path, out_dir: Path | None, today: str, *, given: bool) -> None:
    from equipoise.apps.intake import people

    if given:
        raise InputError("--csv takes neither OUT.yaml nor --section", where="--csv")
    if out_dir is None:
        typer.echo(people.write_templates(csv))
        return
    done = people.read_people(csv, out_dir, today)
    for line in done.dangers:
        typer.echo(line, err=True)
    typer.echo(done.text)
    for line in done.faults:
        typer.echo(line, err=True)
    if done.faults:
        raise typer.Exit(BAD_INPUT)
