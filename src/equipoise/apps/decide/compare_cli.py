"""The command `equipoise decide compare`: what is parsed here is done beside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equipoise.apps.decide.options import Acknowledge, Seed, run_settings, show
from equipoise.apps.intake.cli import Date, Debug, Site

__all__ = ["add_commands"]

Plans = Annotated[list[Path], typer.Argument(metavar="A.yaml B.yaml", help="Plan files.")]
Person = Annotated[
    Path | None, typer.Option("--person", help="A person.yaml or a FHIR bundle (.json).")
]
Failed = Annotated[
    int | None,
    typer.Option("--stage", min=0, max=4, help="Failed drug trials where no person is given."),
]
Draws = Annotated[
    int | None, typer.Option("--draws", min=200, max=200000, help="People to simulate.")
]
Weeks = Annotated[
    int | None, typer.Option("--weeks", min=8, max=520, help="How long to follow them.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")]


def add_commands(app: typer.Typer) -> None:
    """Add the command to a group."""
    app.command("compare")(_compare)


def _compare(  # noqa: PLR0913, PLR0917 - one argument for each option
    plans: Plans,
    person: Person = None,
    stage: Failed = None,
    draws: Draws = None,
    weeks: Weeks = None,
    date: Date = None,
    seed: Seed = None,
    site: Site = None,
    acknowledge: Acknowledge = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Compare whole plans of treatment over a year, step by step."""
    del debug
    settings = run_settings(date, site, seed, acknowledge)
    from equipoise.apps.decide.compare import CompareAsked, compare, compare_text

    document = compare(plans, CompareAsked(person, stage, draws, weeks), settings)
    show(document, compare_text, as_json)
