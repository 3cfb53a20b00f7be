"""What the commands of the choice share: options, settings of a run, how it is printed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from equipoise.apps.intake.cli import day_of_run

if TYPE_CHECKING:
    from equipoise.pipeline import RunSettings

__all__ = ["run_settings", "show"]

Person = Annotated[Path, typer.Argument(help="A person.yaml or a FHIR bundle (.json).")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed of all random streams.")]
Acknowledge = Annotated[
    str | None,
    typer.Option("--acknowledge", metavar="NAME", help="Clinician who saw the emergency."),
]


def run_settings(
    date: str | None, site: Path | None, seed: int | None, acknowledged_by: str | None = None
) -> RunSettings:
    """Put the tables of a site in force and return the settings of a run on them.

    Parameters
    ----------
    date : str or None
        Day of the run; today by default.
    site : Path or None
        Folder with the tables of a site.
    seed : int or None
        Of the draws; the default seed by default.
    acknowledged_by : str or None, optional
        Who acknowledged an emergency.

    Returns
    -------
    RunSettings
        Of `pipeline`.

    Raises
    ------
    InputError
        If the date is not a whole day, or the acknowledgement names nobody.
    """
    # The matrices of one person are small: on a busy machine threads cost more than they bring.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from equipoise import pipeline

    today = day_of_run(date, site)
    return pipeline.RunSettings(
        today, pipeline.default_seed() if seed is None else seed, acknowledged_by
    )


def show(document: dict[str, Any], text: Callable[[dict[str, Any]], str], as_json: bool) -> None:
    """Print a document, as JSON or as text."""
    if as_json:
        typer.echo(json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False))
    else:
        typer.echo(text(document))
