"""The command `equipoise decide audit`: what is parsed here is done beside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equipoise.apps.decide.options import Seed, run_settings
from equipoise.apps.intake.cli import Date, Debug, Site
from equipoise.core.errors import InputError

__all__ = ["add_commands"]

Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="The page to write (.html).")]
Person = Annotated[
    Path | None,
    typer.Argument(help="A person.yaml or a FHIR bundle (.json); without it the model alone."),
]


def add_commands(app: typer.Typer) -> None:
    """Add the command to a group."""
    app.command("audit")(_audit)


def _audit(
    out: Out,
    person: Person = None,
    date: Date = None,
    seed: Seed = None,
    site: Site = None,
    debug: Debug = False,
) -> None:
    """Write the audit page of the model: what was done, what was not, and what was found."""
    del debug
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
    settings = run_settings(date, site, seed)
    from equipoise import ingest, pipeline
    from equipoise.apps.decide.audit import audit_page
    from equipoise.apps.files import write_text
    from equipoise.core.steps import NoStore

    dossier = None
    if person is not None:
        timeline = ingest.read_person(person, today=settings.today)
        dossier = pipeline.run_person(timeline, settings, store=NoStore())
    write_text(out, audit_page(dossier))
    typer.echo(str(out))
