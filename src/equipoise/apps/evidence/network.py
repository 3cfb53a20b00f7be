"""A network meta-analysis of a user's file, from its columns to the fitted network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from equipoise.apps.evidence.answer import TOLD, Source
from equipoise.apps.evidence.shown import P95, Shown
from equipoise.apps.report.numbers import count
from equipoise.core.errors import InputError
from equipoise.evidence.readers import (
    ArmColumns,
    ContrastColumns,
    Exclusion,
    Origin,
    Reading,
    metapsy_contrast_columns,
    read_contrasts,
    read_event_arms,
    read_mean_arms,
)
from equipoise.evidence.readers.labels import StudyLines, named

if TYPE_CHECKING:
    from equipoise.evidence.synthesis.network import NetworkFit
    from equipoise.evidence.synthesis.network_data import NetworkData
    from equipoise.evidence.synthesis.ranking import League
    from equipoise.evidence.synthesis.splitting import NodeSplit

__all__ = ["NetworkAsked", "NetworkColumns", "NetworkRun", "analyse"]

NO_DOUBT = (
    "nothing tells whether studies disagree, as no comparison has more than one study or path: "
    "tau2, Q and I2 are 0 for want of data, and the intervals may be too narrow"
)
FEW = 20
"""Trials below which the intervals of a network are told to be too narrow."""

FEW_SAYS = (
    f"the intervals of so few are too narrow: in simulated networks of 12 trials the {P95} "
    "interval held the truth in about 93 of 100, or in fewer"
)
ROLES = {
    "studies": "study",
    "treatments": "treatment",
    "totals": "n",
    "means": "mean",
    "sds": "sd",
}
"""The option behind an argument of a kernel, where they have different names."""


@dataclass(frozen=True, slots=True)
class NetworkColumns:
    """Names of columns as the user gave them; None where not given."""

    study: str | None = None
    treatment: str | None = None
    events: str | None = None
    n: str | None = None
    mean: str | None = None
    sd: str | None = None
    treat1: str | None = None
    treat2: str | None = None
    te: str | None = None
    se: str | None = None


@dataclass(frozen=True, slots=True)
class NetworkAsked:
    """What is asked of a network.

    Parameters
    ----------
    columns : NetworkColumns
        Where the parts stand.
    reading : Reading
        What the user said about the file.
    reference : str or None
        Treatment that the others are compared with; None for the one that most studies hold.
    method : str
        ``REML``, ``DL`` or ``common``.
    standardised : bool
        Whether means are divided by the standard deviation.
    larger_is_better : bool
        Direction of the P-scores.
    scale : str
        ``plain`` or ``log``: what the estimates of comparisons are.
    """

    columns: NetworkColumns
    reading: Reading
    reference: str | None
    method: str
    standardised: bool
    larger_is_better: bool
    scale: str


@dataclass(frozen=True, slots=True)
class NetworkRun:
    """A fitted network with all that is told about it.

    Parameters
    ----------
    asked : NetworkAsked
        The question.
    source : Source
        The file.
    data : NetworkData
        Studies in use.
    people : tuple of (str, float)
        People by treatment in the studies in use; empty where the file does not tell.
    fit : NetworkFit
        Estimates against the reference.
    league : League
        Every treatment against every other.
    p_scores : tuple of float
        In the order of the fit.
    splits : tuple of NodeSplit
        Direct against indirect evidence.
    shown : Shown
        How numbers are shown.
    apart : tuple of StudyLines
        Studies whose arms do not stand next to each other in the file.
    """

    asked: NetworkAsked
    source: Source
    data: NetworkData
    people: tuple[tuple[str, float], ...]
    fit: NetworkFit
    league: League
    p_scores: tuple[float, ...]
    splits: tuple[NodeSplit, ...]
    shown: Shown
    apart: tuple[StudyLines, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """A network as read: its data, the arms' people, and the lines of every row."""

    data: NetworkData
    studies: Sequence[str]
    treatments: Sequence[str]
    totals: Sequence[float]
    lines: Sequence[int]
    excluded: tuple[Exclusion, ...]
    origin: Origin
    notes: tuple[str, ...] = ()
    apart: tuple[StudyLines, ...] = ()


def analyse(path: Path, asked: NetworkAsked) -> NetworkRun:
    """Read, fit and rank a network.

    Parameters
    ----------
    path : Path
        CSV file.
    asked : NetworkAsked
        Columns and choices.

    Returns
    -------
    NetworkRun
        Nothing is written.

    Raises
    ------
    InputError
        If columns are missing or contradict each other, a cell is wrong, the network falls into
        parts, or the reference is not in it.
    """
    from equipoise.evidence.synthesis.network import fit_network
    from equipoise.evidence.synthesis.ranking import league, p_scores
    from equipoise.evidence.synthesis.splitting import split_nodes

    read = _read(path, asked)
    reference, note = _reference(read.data, asked.reference)
    try:
        fit = fit_network(read.data, reference=reference, method=asked.method)
    except InputError as error:
        raise _located(error, path) from None
    if fit.q_df == 0:
        note = (*note, NO_DOUBT)
    note += _few(read.data)
    return NetworkRun(
        asked=asked,
        source=_source(path, read, note),
        data=read.data,
        people=_people(read),
        fit=fit,
        league=league(fit),
        p_scores=p_scores(fit, larger_is_better=asked.larger_is_better),
        splits=split_nodes(read.data, reference=reference, method=asked.method),
        shown=_shown(read.data.measure, asked.scale),
        apart=read.apart,
    )


def _few(data: NetworkData) -> tuple[str, ...]:
    k = len(data.studies)
    return (f"{count(k, 'trial', 'trials')}: {FEW_SAYS}",) if k < FEW else ()


def _read(path: Path, asked: NetworkAsked) -> _Read:
    columns = asked.columns
    given = {name for name in NetworkColumns.__slots__ if getattr(columns, name) is not None}
    kinds = {
        "events": {"study", "treatment", "events", "n"},
        "means": {"study", "treatment", "mean", "sd", "n"},
        "contrasts": {"study", "treat1", "treat2", "te", "se"},
    }
    for kind, needed in kinds.items():
        if given == needed:
            return {"events": _events, "means": _means, "contrasts": _contrasts}[kind](path, asked)
    if not given:
        return _metapsy(path, asked)
    raise InputError(
        "these columns are not one of the layouts",
        where=str(path),
        got=" ".join(f"--{name}" for name in NetworkColumns.__slots__ if name in given),
        allowed="; ".join(
            " ".join(f"--{name}" for name in NetworkColumns.__slots__ if name in needed)
            for needed in kinds.values()
        ),
    )


def _arm_columns(columns: NetworkColumns) -> ArmColumns:
    return ArmColumns(
        study=columns.study or "",
        treatment=columns.treatment or "",
        total=columns.n or "",
        events=columns.events,
        mean=columns.mean,
        sd=columns.sd,
    )


def _events(path: Path, asked: NetworkAsked) -> _Read:
    from equipoise.evidence.synthesis.network_data import from_events

    arms = read_event_arms(path, _arm_columns(asked.columns), asked.reading)
    try:
        data = from_events(arms.studies, arms.treatments, arms.events, arms.totals)
    except InputError as error:
        raise _located(error, path, arms.lines, arms.origin) from None
    return _Read(
        *(data, arms.studies, arms.treatments, arms.totals, arms.lines),
        *(arms.excluded, arms.origin, _corrected(data) + _joined(arms.apart), arms.apart),
    )


def _joined(apart: tuple[StudyLines, ...]) -> tuple[str, ...]:
    """Return what must be said where arms of one label stand apart in the file."""
    if not apart:
        return ()
    labels = "study labels stand" if len(apart) > 1 else "study label stands"
    return (
        f"{len(apart)} {labels} on rows that are not next to each other: these rows are taken for "
        f"the arms of one trial ({named(apart, TOLD)}); two trials need two names",
    )


def _corrected(data: NetworkData) -> tuple[str, ...]:
    if not data.corrected:
        return ()
    studies = count(len(data.corrected), "study", "studies")
    return (
        f"{studies} in which nobody, or everybody, of an arm had the event: one half was added to "
        f"every cell of each ({', '.join(data.corrected)})",
    )


def _means(path: Path, asked: NetworkAsked) -> _Read:
    from equipoise.evidence.synthesis.network_data import from_means

    arms = read_mean_arms(path, _arm_columns(asked.columns), asked.reading)
    numbers = (arms.means, arms.sds, arms.totals)
    try:
        data = from_means(arms.studies, arms.treatments, *numbers, standardised=asked.standardised)
    except InputError as error:
        raise _located(error, path, arms.lines, arms.origin) from None
    return _Read(
        *(data, arms.studies, arms.treatments, arms.totals, arms.lines),
        *(arms.excluded, arms.origin, _joined(arms.apart), arms.apart),
    )


def _contrasts(path: Path, asked: NetworkAsked) -> _Read:
    c = asked.columns
    columns = ContrastColumns(c.study or "", c.treat1 or "", c.treat2 or "", c.te or "", c.se or "")
    return _from_contrasts(path, asked, columns, ())


def _metapsy(path: Path, asked: NetworkAsked) -> _Read:
    columns = metapsy_contrast_columns(path, asked.reading)
    if columns is None:
        raise InputError(
            "which columns hold what must be said, as this is no Metapsy file of effect sizes",
            where=str(path),
            todo="give --study --treatment --events --n, or --study --treat1 --treat2 --te --se",
        )
    note = "read by the Metapsy standard: Hedges' g of arm 1 against arm 2 (.g, .g_se)"
    return _from_contrasts(path, asked, columns, (note,))


def _from_contrasts(
    path: Path, asked: NetworkAsked, columns: ContrastColumns, notes: tuple[str, ...]
) -> _Read:
    from equipoise.evidence.synthesis.network_data import from_contrasts

    rows = read_contrasts(path, columns, asked.reading)
    try:
        data = from_contrasts(
            rows.studies, rows.treat1, rows.treat2, rows.estimates, rows.standard_errors
        )
    except InputError as error:
        raise _located(error, path, rows.lines, rows.origin) from None
    return _Read(data, rows.studies, (), (), rows.lines, rows.excluded, rows.origin, notes)


def _located(
    error: InputError, path: Path, lines: Sequence[int] = (), origin: Origin | None = None
) -> InputError:
    """Return the error of a kernel with the file, and lines and column where it names rows."""
    place = getattr(error, "place", None)
    where = f"{path}, {error.where}" if error.where and place is None else str(path)
    if place is not None and origin is not None:
        noun = "line" if len(place.rows) == 1 else "lines"
        numbers = ", ".join(str(lines[row]) for row in place.rows)
        column = dict(origin.columns)[ROLES.get(place.field, place.field)]
        where = f"{path}, {noun} {numbers}, column {column}, study {place.study}"
    return InputError(
        error.what, where=where, got=error.got, allowed=error.allowed, todo=error.todo
    )


def _reference(data: NetworkData, asked: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the treatment to compare with, and what must be said about the choice."""
    if asked is not None:
        return asked, ()
    held = dict(zip(data.treatments, data.incidence().sum(axis=0).tolist(), strict=True))
    most = max(held.values())
    reference = next(name for name in data.treatments if held[name] == most)
    note = f"reference: {reference}, which most studies hold ({most:.0f} of {len(data.studies)})"
    return reference, (note,)


def _source(path: Path, read: _Read, notes: tuple[str, ...]) -> Source:
    lines: dict[str, tuple[int, ...]] = {}
    for study, line in zip(read.studies, read.lines, strict=True):
        lines[study] = (*lines.get(study, ()), line)
    dropped = tuple(Exclusion(lines[study], study, reason) for study, reason in read.data.excluded)
    lost = read.data.lost
    notes = (*read.notes, *notes)
    if lost:
        notes += (f"in left-out studies alone, so not in the network: {', '.join(lost)}",)
    return Source(path, read.origin, read.excluded + dropped, notes)


def _people(read: _Read) -> tuple[tuple[str, float], ...]:
    """Return the people of each treatment in the studies in use."""
    used = set(read.data.studies)
    people: dict[str, float] = {}
    for study, treatment, total in zip(
        read.studies[: len(read.totals)], read.treatments, read.totals, strict=True
    ):
        if study in used:
            people[treatment] = people.get(treatment, 0.0) + total
    return tuple(sorted(people.items()))


def _shown(measure: str, scale: str) -> Shown:
    if measure == "log_odds_ratio":
        return Shown("log", "odds ratio")
    if measure == "mean_difference":
        return Shown("plain", "mean difference")
    if measure == "standardised_mean_difference":
        return Shown("plain", "standardised mean difference")
    return Shown("log", "ratio") if scale == "log" else Shown("plain", "difference")
