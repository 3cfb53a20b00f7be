"""The command `equipoise decide audit`: what is parsed here is done beside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["add_commands"]


def add_commands(app: typer.Typer) -> None:
    """Add the command to a group."""
    app.command("audit")(_audit)


def _audit(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write (.html).")],
    person: Annotated[
        Path | None,
        typer.Argument(help="A person.yaml or a FHIR bundle (.json); without it the model alone."),
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Day of the run (today).")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Seed of all random streams.")
    ] = None,
    site: Annotated[
        Path | None, typer.Option("--site", help="Folder of tables that replace those shipped.")
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of a fault of ours.")
    ] = False,
) -> None:
    """Write the audit page of the model: what was done, what was not, and what was found."""
    del debug
    # The matrices of one person are small: on a busy machine threads cost more than they bring.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from equipoise import ingest, pipeline
    from equipoise.apps.decide.audit import audit_page
    from equipoise.apps.files import write_text
    from equipoise.apps.labs.check import day_of_run
    from equipoise.core.errors import InputError
    from equipoise.core.steps import NoStore
    from equipoise.core.tables import use_site

    use_site(site)
    if out.suffix != ".html":
        raise InputError(
            "the audit page is an .html file", where=str(out), todo="name an .html file for --out"
        )
    if person is None and (date is not None or seed is not None):
        raise InputError(
            "a day and a seed belong to the run of a person",
            where="--date" if date is not None else "--seed",
            todo="name a person, or leave it out",
        )
    dossier = None
    if person is not None:
        today = day_of_run(date)
        timeline = ingest.read_person(person, today=today)
        settings = pipeline.RunSettings(today, pipeline.default_seed() if seed is None else seed)
        dossier = pipeline.run_person(timeline, settings, store=NoStore())
    write_text(out, audit_page(dossier))
    typer.echo(str(out))
