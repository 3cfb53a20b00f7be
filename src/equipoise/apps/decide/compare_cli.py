"""The command `equipoise decide compare`: what is parsed here is done beside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["add_commands"]


def add_commands(app: typer.Typer) -> None:
    """Add the command to a group."""
    app.command("compare")(_compare)


def _compare(  # noqa: PLR0913, PLR0917 - one argument for each option
    plans: Annotated[list[Path], typer.Argument(metavar="A.yaml B.yaml", help="Plan files.")],
    person: Annotated[
        Path | None, typer.Option("--person", help="A person.yaml or a FHIR bundle (.json).")
    ] = None,
    stage: Annotated[
        int | None,
        typer.Option("--stage", min=0, max=4, help="Failed drug trials where no person is given."),
    ] = None,
    draws: Annotated[
        int | None, typer.Option("--draws", min=200, max=200000, help="People to simulate.")
    ] = None,
    weeks: Annotated[
        int | None, typer.Option("--weeks", min=8, max=520, help="How long to follow them.")
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
    acknowledge: Annotated[
        str | None,
        typer.Option("--acknowledge", metavar="NAME", help="Clinician who saw the emergency."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of a fault of ours.")
    ] = False,
) -> None:
    """Compare whole plans of treatment over a year, step by step."""
    del debug
    # The matrices of one person are small: on a busy machine threads cost more than they bring.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import json

    from equipoise import pipeline
    from equipoise.apps.decide.compare import CompareAsked, compare, compare_text
    from equipoise.apps.labs.check import day_of_run
    from equipoise.core.tables import use_site

    use_site(site)
    settings = pipeline.RunSettings(
        day_of_run(date), pipeline.default_seed() if seed is None else seed, acknowledge
    )
    document = compare(plans, CompareAsked(person, stage, draws, weeks), settings)
    if as_json:
        typer.echo(json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False))
    else:
        typer.echo(compare_text(document))
