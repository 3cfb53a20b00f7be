"""The `equipoise decide` commands, one module for each."""

from __future__ import annotations

import typer

from equipoise.apps.decide.audit_cli import add_commands as add_audit
from equipoise.apps.decide.compare_cli import add_commands as add_compare
from equipoise.apps.decide.elicit_cli import add_commands as add_elicit
from equipoise.apps.decide.sensitivity_cli import add_commands as add_sensitivity
from equipoise.apps.decide.worth_cli import add_commands as add_tests

__all__ = ["decide_app"]

decide_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Wishes, the worth of tests, plans over a year, and how far the answer can be trusted.",
)


@decide_app.callback()
def _root() -> None:
    """Keep the commands below one name."""


for add in (add_compare, add_elicit, add_tests, add_sensitivity, add_audit):
    add(decide_app)
