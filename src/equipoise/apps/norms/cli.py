"""The `equipoise norms` commands: what is parsed here is done beside."""

from __future__ import annotations

import typer

__all__ = ["norms_app"]

norms_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Norms of a site: learned from its own controls.",
)


@norms_app.callback()
def _root() -> None:
    """Keep the commands below one name."""
