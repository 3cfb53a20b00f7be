"""The `equipoise genes` commands: what is parsed here is done beside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from equipoise.apps.genes.score_cli import add_commands

__all__ = ["genes_app"]

genes_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Pharmacogenes and polygenic scores from a file of variants.",
)
add_commands(genes_app)

Variants = Annotated[
    Path, typer.Argument(metavar="VCF", help="VCF, plain or compressed, or BCF; all positions.")
]
Sample = Annotated[
    str | None,
    typer.Option("--sample", metavar="NAME", help="Sample, where the file holds several."),
]
Build = Annotated[
    str | None,
    typer.Option(
        "--build", metavar="GRCh38|GRCh37", help="Build, where the file does not tell it."
    ),
]
Outside = Annotated[
    Path | None,
    typer.Option(
        "--outside-calls", metavar="FILE", help="Calls of another test (TSV): gene, diplotype."
    ),
]
Drugs = Annotated[
    str | None,
    typer.Option("--drugs", metavar="NAMES", help='Drugs taken now: "paroxetine,bupropion".'),
]
Fhir = Annotated[
    Path | None, typer.Option("--fhir", metavar="FILE", help="Also write a FHIR genomics report.")
]
Label = Annotated[
    str | None,
    typer.Option("--label", metavar="LABEL", help="Label of the person in the FHIR report."),
]
Date = Annotated[
    str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Day of the run (today).")
]
Site = Annotated[
    Path | None, typer.Option("--site", help="Folder of tables that replace those shipped.")
]
Json = Annotated[bool, typer.Option("--json", help="Print calls and advice as JSON.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault of ours.")]
Form = Annotated[str, typer.Option("--format", metavar="bed|vcf", help="Form of the list.")]


@genes_app.callback()
def _root() -> None:
    """Keep the commands below one name."""


@genes_app.command("call")
def _call(  # noqa: PLR0913, PLR0917 - one argument for each option
    variants: Variants,
    sample: Sample = None,
    build: Build = None,
    outside_calls: Outside = None,
    drugs: Drugs = None,
    fhir: Fhir = None,
    label: Label = None,
    date: Date = None,
    site: Site = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Call CYP2C19, CYP2B6 and CYP2D6, and print what the guidelines say of each antidepressant."""
    del debug
    import os

    # Small matrices: on a busy machine threads cost more than they bring.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from equipoise.apps.genes.call import Request, called, document, drug_ids, run_day
    from equipoise.apps.genes.call_fhir import person_label, write_report
    from equipoise.apps.genes.call_text import call_text
    from equipoise.apps.progress import progress
    from equipoise.core.tables import use_site

    use_site(site)
    taken = () if drugs is None else drug_ids(drugs)
    request = Request(variants, sample, build, outside_calls, taken, run_day(date))
    with progress() as watch:
        result = called(request, watch)
    if fhir is not None:
        write_report(fhir, result, person_label(label, variants), request)
    if not as_json:
        typer.echo(call_text(result))
        return
    import json

    typer.echo(json.dumps(document(result), sort_keys=True, indent=1, ensure_ascii=False))


@genes_app.command("positions")
def _positions(
    build: Annotated[str, typer.Option("--build", metavar="GRCh38|GRCh37")] = "GRCh38",
    form: Form = "bed",
    site: Site = None,
    debug: Debug = False,
) -> None:
    """List the positions that a laboratory must report, whether they vary or not."""
    del debug
    from equipoise.apps.genes.positions import positions_text
    from equipoise.core.tables import use_site

    use_site(site)
    typer.echo(positions_text(build, form))
