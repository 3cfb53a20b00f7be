"""The command `equipoise decide sensitivity`: what is parsed here is done beside."""

from __future__ import annotations

import typer

__all__ = ["add_commands"]


def add_commands(app: typer.Typer) -> None:
    """Add the command to a group."""
    del app
