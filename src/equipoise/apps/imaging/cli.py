"""The `equipoise target` and `equipoise circuits` commands: parsed here, done beside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from equipoise.apps.imaging.commands import Answer, Run
    from equipoise.apps.imaging.given import Given
    from equipoise.core.nouns import Demographics, SiteNorms

__all__ = ["add_commands"]


def _option(name: str, metavar: str, words: str) -> Any:
    return typer.Option(f"--{name}", metavar=metavar, help=words)


Bold = Annotated[list[Path], _option("bold", "F", "A run; may be given several times.")]
Confounds = Annotated[list[Path], _option("confounds", "F", "Its confounds, one for each run.")]
Mask = Annotated[
    list[Path] | None, _option("mask", "F", "Brain mask, one for all runs or one for each.")
]
Tr = Annotated[float, _option("tr", "SECONDS", "Time between volumes.")]
Space = Annotated[str, _option("space", "NAME", "BIDS name of the space of the images.")]
Xfm = Annotated[
    list[Path] | None,
    _option("t1w-xfm", "F", "Transform with from- and to- in its name; may be repeated."),
]
T1w = Annotated[Path | None, _option("t1w", "F", "Whole-head T1w image, for depth and slices.")]
Grey = Annotated[Path | None, _option("grey-matter", "F", "Probability of grey matter.")]
Surface = Annotated[
    list[Path] | None, _option("surface", "F", "Surface of the vertices, left then right.")
]
Events = Annotated[list[Path] | None, _option("events", "F", "Events, one for each task run.")]
Task = Annotated[str | None, _option("task", "NAME", "Task of the runs (from their names).")]
Cleaning = Annotated[
    str | None, _option("cleaning", "NAME", "Cleaning strategy, such as 36P (the best there).")
]
Censor = Annotated[
    str | None,
    _option("censor-above", "MM|none", "Leave out volumes that moved by more."),
]
Region = Annotated[
    list[str] | None,
    _option("region", "ID=FILE[:LABEL]", "Use this mask or label for a region; may be repeated."),
]
Method = Annotated[str, _option("method", "all|classic|reference_map|clustering", "Methods.")]
Sign = Annotated[str, _option("sign", "negative|positive", "Correlation that is looked for.")]
Map = Annotated[
    Path | None, _option("reference-map", "F", "Weights of the reference map (the person's own).")
]
Label = Annotated[str | None, _option("label", "LABEL", "Label of the person, for file names.")]
Out = Annotated[Path | None, _option("out", "DIR", "Write the files here.")]
Approved = Annotated[
    str | None,
    _option("approved-by", "NAME", "Who approves files for navigators; kept in the log."),
]
Date = Annotated[str | None, _option("date", "YYYY-MM-DD", "Day of the run (today).")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, help="Seed of all random streams.")]
Site = Annotated[Path | None, _option("site", "DIR", "Tables that replace those shipped.")]
Norms = Annotated[
    Path | None, _option("norms", "FILE", "Norms that the site learned from its controls.")
]
Json = Annotated[bool, typer.Option("--json", help="Print the results as JSON.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a fault of ours.")]


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("target")(_target)
    app.command("circuits")(_circuits)


def _target(  # noqa: PLR0913, PLR0917 - one argument for each option
    bold: Bold,
    confounds: Confounds,
    tr: Tr,
    space: Space,
    mask: Mask = None,
    t1w_xfm: Xfm = None,
    t1w: T1w = None,
    grey_matter: Grey = None,
    surface: Surface = None,
    method: Method = "all",
    sign: Sign = "negative",
    cleaning: Cleaning = None,
    censor_above: Censor = None,
    reference_map: Map = None,
    region: Region = None,
    label: Label = None,
    out: Out = None,
    approved_by: Approved = None,
    date: Date = None,
    seed: Seed = None,
    site: Site = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Find the TMS target of one person's resting runs, and say how surely."""
    del debug
    run = _run(date, seed, site, out, approved_by)
    from equipoise.apps.imaging import commands
    from equipoise.apps.imaging.choices import choose

    options = choose(
        method=method,
        sign=sign,
        cleaning=cleaning,
        censor_above=censor_above,
        reference_map=reference_map,
        region=tuple(region or ()),
    )
    files = (bold, confounds, mask, t1w_xfm, surface)
    given = _given(files, (tr, space, label), (t1w, grey_matter))
    _tell(commands.target(given, options, run), as_json)


Age = Annotated[float | None, _option("age", "YEARS", "Age of the person, for a place on norms.")]
Sex = Annotated[
    str | None, _option("sex", "SEX", "female, male or intersex, for a place on norms.")
]


def _circuits(  # noqa: PLR0913, PLR0917 - one argument for each option
    bold: Bold,
    confounds: Confounds,
    tr: Tr,
    space: Space,
    mask: Mask = None,
    t1w_xfm: Xfm = None,
    t1w: T1w = None,
    grey_matter: Grey = None,
    surface: Surface = None,
    events: Events = None,
    task: Task = None,
    cleaning: Cleaning = None,
    censor_above: Censor = None,
    region: Region = None,
    norms: Norms = None,
    age: Age = None,
    sex: Sex = None,
    label: Label = None,
    out: Out = None,
    date: Date = None,
    seed: Seed = None,
    site: Site = None,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    """Measure the brain circuits of one person's runs, each with its error and norm."""
    del debug
    run = _run(date, seed, site, out, None)
    import dataclasses

    from equipoise.apps.imaging import commands
    from equipoise.apps.imaging.choices import choose

    options = choose(cleaning=cleaning, censor_above=censor_above, region=tuple(region or ()))
    files = (bold, confounds, mask, t1w_xfm, surface)
    given = _given(files, (tr, space, label), (t1w, grey_matter))
    given = dataclasses.replace(given, events=tuple(events or ()), task=task)
    placed = commands.Placed(_person(age, sex), _site_norms(norms))
    _tell(commands.circuits(given, options, run, placed), as_json)


def _given(
    files: tuple[list[Path] | None, ...],
    said: tuple[float, str, str | None],
    beside: tuple[Path | None, Path | None],
) -> Given:
    from equipoise.apps.imaging.given import Given

    bold, confounds, mask, transforms, surfaces = (tuple(paths or ()) for paths in files)
    tr, space, label = said
    return Given(
        bold=bold,
        confounds=confounds,
        mask=mask,
        tr=tr,
        space=space,
        transforms=transforms,
        surfaces=surfaces,
        label=label,
        t1w=beside[0],
        grey_matter=beside[1],
    )


def _run(
    date: str | None, seed: int | None, site: Path | None, out: Path | None, approved: str | None
) -> Run:
    import datetime as dt

    from equipoise.apps.imaging.commands import Run
    from equipoise.core.dates import check_date
    from equipoise.core.errors import InputError
    from equipoise.core.tables import use_site
    from equipoise.pipeline import default_seed

    use_site(site)
    today = check_date(date, where="--date") if date else dt.date.today().isoformat()
    if len(today) != len("2024-03-10"):
        raise InputError("the day of the run must be a whole date", got=today, where="--date")
    return Run(today, default_seed() if seed is None else seed, out, approved)


def _person(age: float | None, sex: str | None) -> Demographics:
    from equipoise.core.answers import given, not_asked
    from equipoise.core.errors import InputError
    from equipoise.core.nouns import Demographics
    from equipoise.core.tables import setting

    sexes = ("female", "male", "intersex")
    if sex is not None and sex not in sexes:
        raise InputError("not a sex", where="--sex", got=sex, allowed=", ".join(sexes))
    low, high = setting("ingest_age_min"), setting("ingest_age_max")
    if age is not None and not low <= age <= high:
        raise InputError(
            "not plausible in years", where="--age", got=f"{age:g}", allowed=f"{low:g} to {high:g}"
        )
    return Demographics(
        not_asked() if sex is None else given(sex), not_asked() if age is None else given(age)
    )


def _site_norms(path: Path | None) -> SiteNorms | None:
    if path is None:
        return None
    from equipoise.apps.norms.fit import read_norms

    return read_norms(path)


def _tell(answer: Answer, as_json: bool) -> None:
    for note in answer.notes:
        typer.echo(note.replace("\n", " "), err=True)
    if not as_json:
        typer.echo(answer.text)
        return
    import json

    typer.echo(json.dumps(answer.document, sort_keys=True, indent=1, ensure_ascii=False))
