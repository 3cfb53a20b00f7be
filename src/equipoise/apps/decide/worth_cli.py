"""The command `equipoise decide tests`: what is parsed here is done beside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["add_commands"]


def add_commands(app: typer.Typer) -> None:
    """Add the command to a group."""
    app.command("tests")(_tests)


def _tests(  # noqa: PLR0913, PLR0917 - one argument for each option
    person: Annotated[Path, typer.Argument(help="A person.yaml or a FHIR bundle (.json).")],
    date: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Day of the run (today).")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Seed of all random streams.")
    ] = None,
    site: Annotated[
        Path | None, typer.Option("--site", help="Folder of tables that replace those shipped.")
    ] = None,
    acknowledge: Annotated[
        str | None,
        typer.Option("--acknowledge", metavar="NAME", help="Clinician who saw the emergency."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the values as JSON.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of a fault of ours.")
    ] = False,
) -> None:
    """Tell what each test not yet done is worth, alone and with others."""
    del debug
    # The matrices of one person are small: on a busy machine threads cost more than they bring.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import json

    from equipoise import ingest, pipeline
    from equipoise.apps.decide.worth import worth
    from equipoise.apps.decide.worth_text import worth_text
    from equipoise.apps.labs.check import day_of_run
    from equipoise.core.tables import use_site

    use_site(site)
    today = day_of_run(date)
    timeline = ingest.read_person(person, today=today)
    settings = pipeline.RunSettings(
        today, pipeline.default_seed() if seed is None else seed, acknowledge
    )
    document = worth(timeline, settings)
    if as_json:
        typer.echo(json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False))
    else:
        typer.echo(worth_text(document))
