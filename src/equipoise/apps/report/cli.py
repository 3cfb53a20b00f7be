"""``equipoise report``: pages for every reader from a finished run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

__all__ = ["add_commands"]

BAD_INPUT: Final = 2


def report(  # noqa: PLR0913, PLR0917 - one argument for each option
    out_dir: Annotated[Path, typer.Argument(help="Output folder of a finished run.")],
    readers: Annotated[
        list[str] | None,
        typer.Option(
            "--for",
            metavar="READER",
            help="clinician, patient, family, letter, authorization or data; may be given several "
            "times; all for every one.",
        ),
    ] = None,
    lang: Annotated[str, typer.Option("--lang", help="Language of the page.")] = "en",
    file_format: Annotated[str, typer.Option("--format", help="html or pdf.")] = "html",
    paper: Annotated[str, typer.Option("--paper", help="Of a PDF: a4 or letter.")] = "a4",
    participant_label: Annotated[
        list[str] | None,
        typer.Option("--participant-label", help="Label without sub-; may be given several times."),
    ] = None,
    treatment: Annotated[
        str | None,
        typer.Option("--treatment", help="What the authorisation packet asks for."),
    ] = None,
    released_by: Annotated[
        str | None,
        typer.Option(
            "--released-by",
            metavar="NAME",
            help="Clinician who hands the page of an emergency to patient or family.",
        ),
    ] = None,
    site: Annotated[
        Path | None, typer.Option("--site", help="Folder of tables that replace those shipped.")
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of a fault of ours.")
    ] = False,
) -> None:
    """Write the pages of a finished run for clinician, patient, family, colleagues and payers.

    Without --for it is the clinician's page. Every page says the same numbers; a page that must not
    be made (an emergency without the name of a clinician, no crisis number at all) is refused, and
    with it the other pages of that person; pages of other people are written.
    """
    del debug
    from equipoise.apps.report.readers import READERS
    from equipoise.apps.report.writing import Order, write_pages
    from equipoise.core.tables import use_site

    use_site(site)
    asked = tuple(dict.fromkeys(readers or ("clinician",)))
    order = Order(
        readers=READERS if "all" in asked else asked,
        lang=lang,
        format=file_format,
        paper=paper,
        labels=tuple(participant_label or ()),
        released_by=released_by,
        treatment=treatment,
    )
    written = write_pages(out_dir, order)
    for path in written.paths:
        typer.echo(f"{path}")
    for line in written.refused:
        typer.echo(f"equipoise: {line}", err=True)
    if written.refused:
        raise typer.Exit(BAD_INPUT)


def add_commands(app: typer.Typer) -> None:
    """Add ``report`` to the command line."""
    app.command()(report)
