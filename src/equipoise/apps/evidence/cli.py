"""The `equipoise evidence` commands: what is parsed here is done in :mod:`.commands`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from equipoise.apps.evidence.answer import Answer
    from equipoise.evidence.readers import Reading

__all__ = ["evidence_app"]

evidence_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    invoke_without_command=True,
    help="What trials say: meta-analyses of your data, and the literature in the tables.",
)

Data = Annotated[Path, typer.Argument(metavar="DATA.csv", help="CSV file, one row an entry.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Write the files here.")]
Json = Annotated[bool, typer.Option("--json", help="Print the results as JSON.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault of ours.")]
Site = Annotated[
    Path | None, typer.Option("--site", help="Folder of tables that replace those shipped.")
]
Delimiter = Annotated[
    str | None, typer.Option("--delimiter", metavar="comma|semicolon|tab", help="Between cells.")
]
Decimal = Annotated[
    str | None, typer.Option("--decimal", metavar="point|comma", help="Decimal mark.")
]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", metavar="COLUMN=VALUE", help="Only rows that hold this; repeatable."),
]
PairMethod = Annotated[
    str, typer.Option("--method", metavar="REML|DL|PM|common", help="How tau2 is estimated.")
]
NetMethod = Annotated[
    str, typer.Option("--method", metavar="REML|DL|common", help="How tau2 is estimated.")
]
PairScale = Annotated[
    str,
    typer.Option("--scale", metavar="plain|log|logit", help="What the estimates are."),
]
NetScale = Annotated[
    str, typer.Option("--scale", metavar="plain|log", help="What the estimates of pairs are.")
]


def _column(name: str, help_text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(f"--{name}", metavar="COLUMN", help=help_text)
    return option


@evidence_app.callback()
def _overview(
    context: typer.Context, site: Site = None, as_json: Json = False, debug: Debug = False
) -> None:
    """Tell what is in the tables of the literature."""
    del debug
    _use_site(site)
    if context.invoked_subcommand is None:
        from equipoise.apps.evidence.overview import overview

        _tell(overview(), as_json)


@evidence_app.command("pairwise")
def _pairwise(  # noqa: PLR0913, PLR0917 - one argument for each option
    data: Data,
    yi: Annotated[str | None, _column("yi", "Estimates.")] = None,
    sei: Annotated[str | None, _column("sei", "Their standard errors.")] = None,
    study: Annotated[str | None, _column("study", "Labels of studies.")] = None,
    group: Annotated[str | None, _column("group", "Groups to compare.")] = None,
    method: PairMethod = "REML",
    hartung_knapp: Annotated[bool, typer.Option("--hk", help="Hartung-Knapp intervals.")] = False,
    scale: PairScale = "plain",
    where: Where = None,
    delimiter: Delimiter = None,
    decimal: Decimal = None,
    out: Out = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Pool estimates of studies; without --yi and --sei, a Metapsy file."""
    del debug
    from equipoise.apps.evidence import commands
    from equipoise.apps.evidence.pairwise import PairwiseAsked

    asked = PairwiseAsked(
        *(yi, sei, group, study, _reading(where, delimiter, decimal)),
        method=commands.choice(method, "--method", ("REML", "DL", "PM", "common")),
        hartung_knapp=hartung_knapp,
        scale=commands.choice(scale, "--scale", ("plain", "log", "logit")),
    )
    _tell(commands.pairwise(data, asked, out), as_json)


@evidence_app.command("network")
def _network(  # noqa: PLR0913, PLR0917 - one argument for each option
    data: Data,
    study: Annotated[str | None, _column("study", "Labels of studies.")] = None,
    treatment: Annotated[str | None, _column("treatment", "Treatment of an arm.")] = None,
    events: Annotated[str | None, _column("events", "People with the outcome.")] = None,
    people: Annotated[str | None, _column("n", "People in the arm.")] = None,
    mean: Annotated[str | None, _column("mean", "Mean of an arm.")] = None,
    sd: Annotated[str | None, _column("sd", "Standard deviation of an arm.")] = None,
    smd: Annotated[bool, typer.Option("--smd", help="Divide means by the sd.")] = False,
    treat1: Annotated[str | None, _column("treat1", "First treatment of a pair.")] = None,
    treat2: Annotated[str | None, _column("treat2", "Second treatment of a pair.")] = None,
    te: Annotated[str | None, _column("te", "Estimate, first against second.")] = None,
    se: Annotated[str | None, _column("se", "Its standard error.")] = None,
    reference: Annotated[
        str | None, typer.Option("--reference", metavar="T0", help="Compare with this treatment.")
    ] = None,
    method: NetMethod = "REML",
    scale: NetScale = "plain",
    smaller: Annotated[
        bool, typer.Option("--smaller-is-better", help="Rank small estimates first.")
    ] = False,
    where: Where = None,
    delimiter: Delimiter = None,
    decimal: Decimal = None,
    out: Out = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Compare all treatments of a network of trials, from arms or from pairs."""
    del debug
    from equipoise.apps.evidence import commands
    from equipoise.apps.evidence.network import NetworkAsked, NetworkColumns

    names = (study, treatment, events, people, mean, sd, treat1, treat2, te, se)
    asked = NetworkAsked(
        columns=NetworkColumns(*names),
        reading=_reading(where, delimiter, decimal),
        reference=reference,
        method=commands.choice(method, "--method", ("REML", "DL", "common")),
        standardised=smd,
        larger_is_better=not smaller,
        scale=commands.choice(scale, "--scale", ("plain", "log")),
    )
    _tell(commands.network(data, asked, out), as_json)


@evidence_app.command("claims")
def _claims(
    text: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]", help="Words.")] = None,
    site: Site = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Tell what people say about depression, the verdict, and the sources."""
    del debug
    _use_site(site)
    from equipoise.apps.evidence.claims import claims

    _tell(claims(" ".join(text) if text else None), as_json)


@evidence_app.command("treatment")
def _treatment(
    name: Annotated[
        list[str], typer.Argument(metavar="NAME", help="Id, title, other name, class.")
    ],
    everything: Annotated[bool, typer.Option("--all", help="Name all options of a list.")] = False,
    site: Site = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Tell everything that is known about one treatment."""
    del debug
    _use_site(site)
    from equipoise.apps.evidence.treatment_text import treatment

    _tell(treatment(" ".join(name), everything), as_json)


def _reading(where: list[str] | None, delimiter: str | None, decimal: str | None) -> Reading:
    from equipoise.apps.evidence import commands

    return commands.reading(tuple(where or ()), delimiter, decimal)


def _use_site(site: Path | None) -> None:
    if site is not None:
        from equipoise.core.tables import use_site

        use_site(site)


def _tell(answer: Answer, as_json: bool) -> None:
    for note in answer.notes:
        typer.echo(note.replace("\n", " "), err=True)
    if not as_json:
        typer.echo(answer.text)
        return
    import json

    typer.echo(json.dumps(answer.document, sort_keys=True, indent=1, ensure_ascii=False))
