"""The `equipoise target` and `equipoise circuits` commands: parsed here, done beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

__all__ = ["add_commands"]


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the application."""
    del app
