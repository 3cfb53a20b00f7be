"""The `equipoise scales` commands: what is parsed here is done beside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["scales_app"]

scales_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Rating scales: scores of many people, and what is known of each scale.",
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Scale, such as phq9 or QIDS-SR16.")]
Site = Annotated[
    Path | None, typer.Option("--site", help="Folder of tables that replace those shipped.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault of ours.")]


def _is_same(out: Path, data: Path) -> bool:
    # The name is resolved too: a folder on the way to the output may not be there yet.
    if out.resolve() == data.resolve():
        return True
    return out.exists() and data.exists() and out.samefile(data)


@scales_app.callback()
def _root() -> None:
    """Keep the commands below one name."""


@scales_app.command("score")
def _score(
    name: Name,
    data: Annotated[
        Path, typer.Argument(metavar="DATA.csv", help="Columns id (optional) and item1 to itemN.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the table here.")
    ] = None,
    other: Annotated[
        str | None,
        typer.Option("--as", metavar="SCALE", help="Also show the total in points of this scale."),
    ] = None,
    site: Site = None,
    debug: Debug = False,
) -> None:
    """Score the answers of many people: id, total, subscales, band, standard_error, status."""
    del debug
    from equipoise.apps.files import write_text
    from equipoise.apps.scales.scores import known_scale, score_file
    from equipoise.assays.scales.crosswalk import find_crosswalk
    from equipoise.core.errors import OutputError
    from equipoise.core.tables import use_site

    use_site(site)
    rules = known_scale(name)
    crosswalk = None if other is None else find_crosswalk(rules.id, known_scale(other).id)
    if out is not None and _is_same(out, data):
        raise OutputError("the output would replace the answers", where="--out", got=str(out))
    scored = score_file(data, rules, crosswalk)
    if out is None:
        typer.echo(scored.table, nl=False)
    else:
        write_text(out, scored.table)
    for line in scored.words:
        typer.echo(line, err=True)


@scales_app.command("list")
def _list(site: Site = None, debug: Debug = False) -> None:
    """List the scales."""
    del debug
    from equipoise.apps.scales.about import listed
    from equipoise.core.tables import use_site

    use_site(site)
    typer.echo(listed())


@scales_app.command("show")
def _show(name: Name, site: Site = None, debug: Debug = False) -> None:
    """Show the rules, sources and licence of a scale."""
    del debug
    from equipoise.apps.scales.about import described
    from equipoise.apps.scales.scores import known_scale
    from equipoise.core.tables import use_site

    use_site(site)
    typer.echo(described(known_scale(name)))
