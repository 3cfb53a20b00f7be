"""The command `equipoise decide elicit`: what is parsed here is done beside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equipoise.apps.intake.cli import Date, Debug, Site, day_of_run
from equipoise.core.errors import InputError

__all__ = ["add_commands"]

Person = Annotated[
    Path | None,
    typer.Option("--person", metavar="PERSON.yaml", help="Ask only what differs for this person."),
]
Paper = Annotated[
    Path | None,
    typer.Option("--paper", metavar="FILE.html", help="Write a page to print and its table."),
]
Answers = Annotated[
    Path | None,
    typer.Option("--answers", metavar="FILE", help="Read a filled table (.csv), or .yaml."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE.yaml", help="Write the result to this new file."),
]
Save = Annotated[bool, typer.Option("--save", help="Write the result into the record of --person.")]


def add_commands(app: typer.Typer) -> None:
    """Add the command to a group."""
    app.command("elicit")(_elicit)


def _elicit(  # noqa: PLR0913, PLR0917 - one argument for each option
    person: Person = None,
    paper: Paper = None,
    answers: Answers = None,
    out: Out = None,
    save: Save = False,
    date: Date = None,
    site: Site = None,
    debug: Debug = False,
) -> None:
    """Ask what matters to a person, in about three minutes."""
    del debug
    today = day_of_run(date, site)
    if save and (person is None or out is not None):
        raise InputError(
            "--save writes into the record", where="--save", todo="give --person, and no --out"
        )
    if paper is not None and (answers is not None or out is not None or save):
        raise InputError(
            "--paper only writes the sheet", where="--paper", todo="leave the other options out"
        )
    from equipoise.apps.decide.elicit_run import ask, make_paper, read_paper

    goal = (person, out, save)
    if paper is not None:
        typer.echo(make_paper(person, paper, today))
    elif answers is not None:
        typer.echo(read_paper(answers, goal, today))
    else:
        typer.echo(ask(goal, today))
