"""The command line. Results on stdout, progress and messages on stderr.

Exit codes: 0 done ("not measured" included), 2 bad input or usage, 1 a fault of ours,
130 interrupted.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from equipoise import __version__
from equipoise.apps.decide.cli import decide_app
from equipoise.apps.evidence.cli import evidence_app
from equipoise.apps.genes.cli import genes_app
from equipoise.apps.imaging.cli import add_commands
from equipoise.apps.intake.cli import add_commands as add_intake
from equipoise.apps.labs.cli import labs_app
from equipoise.apps.norms.cli import norms_app
from equipoise.apps.report.cli import add_commands as add_report
from equipoise.apps.scales.cli import scales_app
from equipoise.apps.visit.cli import visit_app
from equipoise.core.errors import EquipoiseError, InputError

__all__ = ["app", "main"]

BAD_INPUT, OUR_FAULT, INTERRUPTED = 2, 1, 130

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="What is known about one person's depression, how surely, and what it changes. "
    "Research software: it supports a decision, it does not make it.",
)
app.add_typer(decide_app, name="decide")
app.add_typer(evidence_app, name="evidence")
app.add_typer(genes_app, name="genes")
app.add_typer(labs_app, name="labs")
app.add_typer(norms_app, name="norms")
app.add_typer(scales_app, name="scales")
app.add_typer(visit_app, name="visit")
add_commands(app)
add_intake(app)
add_report(app)

Date = Annotated[
    str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Day of the run (today).")
]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed of all random streams.")]
Site = Annotated[
    Path | None, typer.Option("--site", help="Folder of tables that replace those shipped.")
]
Norms = Annotated[
    Path | None,
    typer.Option("--norms", metavar="FILE", help="Norm of the site, from equipoise norms fit."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")]
Acknowledge = Annotated[
    str | None,
    typer.Option(
        "--acknowledge", metavar="NAME", help="Clinician who releases the plan in an emergency."
    ),
]
FindingsJson = Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")]
DemoDate = Annotated[
    str | None,
    typer.Option("--date", metavar="YYYY-MM-DD", help="Day of the run (the example's own day)."),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault of ours.")]
Labels = Annotated[
    list[str] | None,
    typer.Option("--participant-label", help="Label without sub-; may be given several times."),
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"equipoise {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


@app.command()
def run(  # noqa: PLR0913, PLR0917 - one argument for each option of a BIDS-App
    bids_dir: Annotated[Path, typer.Argument(help="BIDS dataset.")],
    out_dir: Annotated[Path, typer.Argument(help="Output folder.")],
    level: Annotated[str, typer.Argument(metavar="participant|group")] = "participant",
    participant_label: Labels = None,
    date: Date = None,
    seed: Seed = None,
    site: Site = None,
    norms: Norms = None,
    acknowledge: Acknowledge = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Run a BIDS dataset: a report for each person."""
    del debug
    from equipoise.apps import commands

    if level not in {"participant", "group"}:
        raise InputError("no such level", got=level, allowed="participant, group")
    labels = tuple(participant_label or ())
    settings = _with_norms(_settings(date, seed, site, acknowledge), norms)
    if level == "group":
        _say(commands.run_group(bids_dir, out_dir, labels))
        return
    answer = commands.run_people(bids_dir, out_dir, labels, settings)
    _print(answer.plans if len(answer.plans) != 1 else answer.plans[0], answer.text, as_json)
    for line in answer.failures:
        _say(line)
    if answer.failures:
        raise typer.Exit(OUR_FAULT if answer.ours else BAD_INPUT)


@app.command()
def demo(
    out_dir: Annotated[Path, typer.Argument(help="Output folder.")] = Path("demo-output"),
    date: DemoDate = None,
    seed: Seed = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Work through an example from data inside the package."""
    del debug
    from equipoise.apps import commands

    answer = commands.run_demo(out_dir, date, _settings(date, seed, None, None).seed)
    _print(answer.plans[0], answer.text, as_json)


@app.command()
def plan(  # noqa: PLR0913, PLR0917 - one argument for each option
    person: Annotated[Path, typer.Argument(help="A person.yaml or a FHIR bundle (.json).")],
    out: Annotated[Path | None, typer.Option("--out", help="Also write the report here.")] = None,
    decide: Annotated[bool, typer.Option("--decide", help="Add the predictions.")] = False,
    date: Date = None,
    seed: Seed = None,
    site: Site = None,
    norms: Norms = None,
    acknowledge: Acknowledge = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Plan from the clinical record alone."""
    del debug
    # The matrices of one person are small: on a busy machine threads cost more than they bring.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from equipoise.apps import commands

    settings = _with_norms(_settings(date, seed, site, acknowledge), norms)
    answer = commands.plan_person(person, settings, out=out, decide=decide, told=not as_json)
    _print(answer.plans[0], answer.text, as_json)


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="A person.yaml, a FHIR bundle or a BIDS dataset.")],
    date: Date = None,
    site: Site = None,
    as_json: FindingsJson = False,
    debug: Debug = False,
) -> None:
    """Tell what is there, missing and wrong."""
    del debug
    from equipoise.apps import commands

    settings = _settings(date, None, site, None)
    findings = commands.check(path, settings.today)
    _print(
        [{"kind": f.kind, "what": f.what, "where": f.where, "detail": f.detail} for f in findings],
        commands.check_text(findings),
        as_json,
    )
    if any(f.kind == "wrong" for f in findings):
        raise typer.Exit(BAD_INPUT)


def _settings(
    date: str | None, seed: int | None, site: Path | None, acknowledge: str | None
) -> Any:
    from equipoise.core.dates import check_date
    from equipoise.core.tables import use_site
    from equipoise.pipeline import RunSettings, default_seed

    use_site(site)
    today = check_date(date, where="--date") if date else dt.date.today().isoformat()
    if len(today) != len("2024-03-10"):
        raise InputError("the day of the run must be a whole date", got=today, where="--date")
    return RunSettings(today, default_seed() if seed is None else seed, acknowledge)


def _with_norms(settings: Any, norms: Path | None) -> Any:
    """Return the settings with the norm of the site, where one was named."""
    if norms is None:
        return settings
    import dataclasses

    from equipoise.apps.norms.fit import read_norms

    return dataclasses.replace(settings, site_norms=read_norms(norms))


def _print(document: Any, text: str, as_json: bool) -> None:
    if not as_json:
        typer.echo(text)
        return
    import json

    typer.echo(json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False))


def _say(line: str) -> None:
    typer.echo(line, err=True)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit.

    Parameters
    ----------
    arguments : list of str, optional
        By default those of the process.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    sys.exit(_guarded(arguments))


def _guarded(arguments: list[str]) -> int:
    try:
        code = app(arguments, prog_name="equipoise", standalone_mode=False)
    except TyperException as error:
        # Its own words name the option; the bare text of the error does not.
        told = error.format_message()
        if not told.startswith("Usage: "):  # that is the help of a group without a command
            told = f"equipoise: {' '.join(told.split()).rstrip('.')} (see --help)"
        _say(told)
        return BAD_INPUT
    except EquipoiseError as error:
        _say(f"equipoise: {error}")
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except OSError as error:
        # A full disk behind stdout, a folder that vanished: the machine's fault, not ours.
        if "--debug" in arguments:
            raise
        place = f"{error.filename}: " if error.filename else ""
        _say(f"equipoise: {place}{error.strerror or type(error).__name__}")
        return BAD_INPUT
    except Exception as error:
        if "--debug" in arguments:
            raise
        _say(f"equipoise: a fault of ours: {type(error).__name__}; run again with --debug")
        return OUR_FAULT
    if code == INTERRUPTED:
        _say("interrupted; nothing was half-written, and what a run had finished is kept")
    return code if isinstance(code, int) else 0
