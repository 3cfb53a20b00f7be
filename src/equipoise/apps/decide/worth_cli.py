"""The command `equipoise decide tests`: what is parsed here is done beside."""

from __future__ import annotations

from typing import Annotated

import typer

from equipoise.apps.decide.options import Acknowledge, Person, Seed, run_settings, show
from equipoise.apps.intake.cli import Date, Debug, Site

__all__ = ["add_commands"]

Json = Annotated[bool, typer.Option("--json", help="Print the values as JSON.")]


def add_commands(app: typer.Typer) -> None:
    """Add the command to a group."""
    app.command("tests")(_tests)


def _tests(  # noqa: PLR0913, PLR0917 - one argument for each option
    person: Person,
    date: Date = None,
    seed: Seed = None,
    site: Site = None,
    acknowledge: Acknowledge = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Tell what each test not yet done is worth, alone and with others."""
    del debug
    settings = run_settings(date, site, seed, acknowledge)
    from equipoise import ingest
    from equipoise.apps.decide.worth import worth
    from equipoise.apps.decide.worth_text import worth_text

    timeline = ingest.read_person(person, today=settings.today)
    show(worth(timeline, settings), worth_text, as_json)
