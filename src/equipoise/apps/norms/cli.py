"""The `equipoise norms` commands: what is parsed here is done beside."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["norms_app"]

norms_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Norms of a site: learned from its own controls.",
)


Controls = Annotated[
    Path, typer.Argument(metavar="CONTROLS", help="Table of controls, or an output folder.")
]
Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="Write the norm here.")]
SiteName = Annotated[str | None, typer.Option("--site", metavar="NAME", help="Name of the site.")]
Scanner = Annotated[
    str | None, typer.Option("--scanner", metavar="TEXT", help="Maker, model and field strength.")
]
Participants = Annotated[
    Path | None,
    typer.Option("--participants", metavar="FILE", help="participants.tsv with age and sex."),
]
Cleaning = Annotated[
    str | None, typer.Option("--cleaning", metavar="NAME", help="Cleaning of all values.")
]
Space = Annotated[str | None, typer.Option("--space", metavar="NAME", help="Space of all images.")]
FreeSurfer = Annotated[
    str | None, typer.Option("--freesurfer", metavar="VERSION", help="Major version of FreeSurfer.")
]
Assay = Annotated[
    str | None, typer.Option("--assay", metavar="ID", help="Assay of all blood values.")
]
Ignore = Annotated[
    list[str] | None,
    typer.Option("--ignore", metavar="COLUMN", help="Pass a column over; repeatable."),
]
Date = Annotated[
    str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Day of the norm (today).")
]
Json = Annotated[bool, typer.Option("--json", help="Print the norm as JSON.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault of ours.")]


@norms_app.callback()
def _root() -> None:
    """Keep the commands below one name."""


@norms_app.command("fit")
def _fit(  # noqa: PLR0913, PLR0917 - one argument for each option
    controls: Controls,
    out: Out,
    site: SiteName = None,
    scanner: Scanner = None,
    participants: Participants = None,
    cleaning: Cleaning = None,
    space: Space = None,
    freesurfer: FreeSurfer = None,
    assay: Assay = None,
    ignore: Ignore = None,
    date: Date = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Learn a norm of age, sex, motion and head size from a site's own controls."""
    del debug
    from equipoise.apps.norms import fit as work
    from equipoise.core.dates import check_date
    from equipoise.core.documents import to_json

    prepared = {"cleaning": cleaning, "space": space, "freesurfer": freesurfer, "assay": assay}
    asked = work.FitAsked(
        out=out,
        today=check_date(date, where="--date") if date else dt.date.today().isoformat(),
        site=site,
        scanner=scanner,
        participants=participants,
        prepared={name: told for name, told in prepared.items() if told},
        ignored=tuple(ignore or ()),
    )
    norms, notes = work.fit(controls, asked)
    for note in notes:
        typer.echo(note, err=True)
    typer.echo(to_json(norms).rstrip("\n") if as_json else work.told(norms, out))
