"""The `equipoise labs` commands: what is parsed here is done beside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["labs_app"]

labs_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Laboratory values: what they say about a depression, and what they do not.",
)


@labs_app.callback()
def _root() -> None:
    """Keep the commands below one name."""


@labs_app.command("check")
def _check(
    person: Annotated[Path, typer.Argument(help="A person.yaml or a FHIR bundle (.json).")],
    date: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Day of the run (today).")
    ] = None,
    site: Annotated[
        Path | None, typer.Option("--site", help="Folder of tables that replace those shipped.")
    ] = None,
    norms: Annotated[
        Path | None,
        typer.Option("--norms", metavar="FILE", help="Norm of the site, from equipoise norms fit."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the check as JSON.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of a fault of ours.")
    ] = False,
) -> None:
    """Tell of every laboratory value what it says, what is urgent and what to ask."""
    del debug
    # The matrices of one person are small: on a busy machine threads cost more than they bring.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import json

    from equipoise.apps.labs.check import check_labs, day_of_run
    from equipoise.apps.labs.page import page
    from equipoise.core.tables import use_site

    use_site(site)
    document = check_labs(person, day_of_run(date), norms)
    if as_json:
        typer.echo(json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False))
    else:
        typer.echo(page(document))
