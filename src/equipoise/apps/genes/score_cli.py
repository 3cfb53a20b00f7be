"""The command `equipoise genes score`: what is parsed here is done beside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["add_commands"]

Sample = Annotated[
    str | None,
    typer.Option("--sample", metavar="NAME", help="Sample, where the file holds several."),
]
Build = Annotated[
    str | None,
    typer.Option(
        "--build", metavar="GRCh38|GRCh37", help="Build, where the header does not tell it."
    ),
]
Reference = Annotated[
    Path | None,
    typer.Option("--reference", metavar="FILE", help="Sums of a reference sample (TSV)."),
]
Panel = Annotated[
    Path | None,
    typer.Option("--panel", metavar="FILE", help="Ancestry panel: loadings and populations."),
]
Genome = Annotated[
    Path | None,
    typer.Option("--genome", metavar="FASTA", help="Indexed reference genome of the build."),
]
Missing = Annotated[
    str,
    typer.Option(
        "--missing",
        metavar="skip|frequency",
        help="Genotypes that were not read: left out, or the mean by the file's frequencies.",
    ),
]
Ambiguous = Annotated[
    bool, typer.Option("--keep-ambiguous", help="Count A/T and C/G variants as given.")
]
Absent = Annotated[
    bool,
    typer.Option(
        "--absent-is-reference", help="Count positions without a record as reference (--genome)."
    ),
]
Site = Annotated[
    Path | None, typer.Option("--site", help="Folder of tables that replace those shipped.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the score as JSON.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault of ours.")]


def add_commands(app: typer.Typer) -> None:
    """Add the command to the group of `equipoise genes`."""
    app.command("score")(_score)


def _score(  # noqa: PLR0913, PLR0917 - one argument for each option
    variants: Annotated[Path, typer.Argument(metavar="VCF", help="Variants of the person.")],
    scoring_file: Annotated[
        Path, typer.Argument(metavar="SCORING_FILE", help="Weights, as the PGS Catalog has them.")
    ],
    sample: Sample = None,
    build: Build = None,
    reference: Reference = None,
    panel: Panel = None,
    genome: Genome = None,
    missing: Missing = "skip",
    keep_ambiguous: Ambiguous = False,
    absent_is_reference: Absent = False,
    site: Site = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Add up a polygenic score; a research result that changes nothing else."""
    del debug
    import json

    from equipoise.apps.genes import score as work
    from equipoise.assays.genes.polygenic import ScoreAsked, to_document
    from equipoise.core.tables import use_site

    use_site(site)
    asked = ScoreAsked(
        variants=variants,
        scoring_file=scoring_file,
        sample=sample,
        build=build,
        reference=reference,
        panel=panel,
        genome=genome,
        missing=missing,
        keep_ambiguous=keep_ambiguous,
        absent_is_reference=absent_is_reference,
    )
    found = work.score(asked)
    if as_json:
        document = to_document(found)
        typer.echo(json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False))
    else:
        typer.echo(work.told(found))
