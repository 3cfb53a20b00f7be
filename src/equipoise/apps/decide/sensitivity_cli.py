"""The command `equipoise decide sensitivity`: what is parsed here is done beside."""

from __future__ import annotations

from typing import Annotated

import typer

from equipoise.apps.decide.options import Person, Seed, run_settings, show
from equipoise.apps.intake.cli import Date, Debug, Site

__all__ = ["add_commands"]

Json = Annotated[bool, typer.Option("--json", help="Print the runs as JSON.")]


def add_commands(app: typer.Typer) -> None:
    """Add the command to a group."""
    app.command("sensitivity")(_sensitivity)


def _sensitivity(
    person: Person,
    date: Date = None,
    seed: Seed = None,
    site: Site = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Tell which uncertain numbers of the model would change the answer."""
    del debug
    settings = run_settings(date, site, seed)
    from equipoise import ingest
    from equipoise.apps.decide.sensitivity import sensitivity
    from equipoise.apps.decide.sensitivity_text import sensitivity_text
    from equipoise.apps.progress import progress

    timeline = ingest.read_person(person, today=settings.today)
    with progress() as watch:
        document = sensitivity(timeline, settings, site, watch)
    show(document, sensitivity_text, as_json)
