"""A pairwise meta-analysis of a user's file, from its columns to what small studies tell."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from equipoise.apps.evidence.answer import TOLD, Source
from equipoise.apps.evidence.shown import Shown
from equipoise.core.errors import InputError
from equipoise.evidence.readers import (
    EstimateColumns,
    Estimates,
    Reading,
    metapsy_estimate_columns,
    read_estimates,
)
from equipoise.evidence.readers.labels import named

if TYPE_CHECKING:
    from equipoise.evidence.synthesis.pooling import Pooled
    from equipoise.evidence.synthesis.regression import Subgroups
    from equipoise.evidence.synthesis.small_studies import Egger, Selection

__all__ = ["PairwiseAsked", "PairwiseRun", "analyse"]


@dataclass(frozen=True, slots=True)
class PairwiseAsked:
    """What is asked of a set of estimates.

    Parameters
    ----------
    yi, sei, group, study : str or None
        Columns; without `yi` and `sei` those of the Metapsy standard.
    reading : Reading
        What the user said about the file.
    method : str
        ``REML``, ``DL``, ``PM`` or ``common``.
    hartung_knapp : bool
        Whether the error is that of Hartung and Knapp.
    scale : str
        ``plain``, ``log`` (of a ratio) or ``logit`` (of a proportion).
    """

    yi: str | None
    sei: str | None
    group: str | None
    study: str | None
    reading: Reading
    method: str
    hartung_knapp: bool
    scale: str


@dataclass(frozen=True, slots=True)
class PairwiseRun:
    """Pooled estimates with all that is told about them.

    Parameters
    ----------
    asked : PairwiseAsked
        The question.
    source : Source
        The file.
    rows : Estimates
        What was pooled.
    pooled : Pooled
        All together.
    groups : Subgroups or None
        By group; None where none were asked for.
    egger : Egger or str
        Test of the funnel's symmetry, or why there is none.
    selection : Selection or str
        Selection model, or why there is none.
    shown : Shown
        How numbers are shown.
    """

    asked: PairwiseAsked
    source: Source
    rows: Estimates
    pooled: Pooled
    groups: Subgroups | None
    egger: Egger | str
    selection: Selection | str
    shown: Shown


def analyse(path: Path, asked: PairwiseAsked) -> PairwiseRun:
    """Read and pool estimates.

    Parameters
    ----------
    path : Path
        CSV file.
    asked : PairwiseAsked
        Columns and choices.

    Returns
    -------
    PairwiseRun
        Nothing is written.

    Raises
    ------
    InputError
        If columns are missing, a cell is wrong, or the studies cannot be pooled as asked.
    """
    from equipoise.evidence.synthesis.pooling import pool
    from equipoise.evidence.synthesis.regression import pool_groups

    columns, notes = _columns(path, asked)
    rows = read_estimates(path, columns, asked.reading)
    numbers = (rows.estimates, rows.standard_errors)
    try:
        pooled = pool(*numbers, method=asked.method, hartung_knapp=asked.hartung_knapp)
        groups = None
        if columns.group is not None:
            groups = pool_groups(
                *numbers, rows.groups, method=asked.method, hartung_knapp=asked.hartung_knapp
            )
    except InputError as error:
        raise InputError(
            error.what,
            where=f"{path}, {error.where}" if error.where else str(path),
            got=error.got,
            allowed=error.allowed,
            todo=error.todo,
        ) from None
    notes += _repeated(rows) + _narrow(rows, pooled)
    egger, selection = _small_studies(rows, pooled, asked.scale)
    return PairwiseRun(
        asked=asked,
        source=Source(path, rows.origin, rows.excluded, notes),
        rows=rows,
        pooled=pooled,
        groups=groups,
        egger=egger,
        selection=selection,
        shown=_shown(asked.scale),
    )


def _columns(path: Path, asked: PairwiseAsked) -> tuple[EstimateColumns, tuple[str, ...]]:
    """Return the columns to read, and what was taken for granted."""
    if asked.yi and asked.sei:
        study, notes = asked.study, ()
        columns = EstimateColumns(asked.yi, asked.sei, study, asked.group)
        return (columns, notes) if study else (_with_labels(path, columns, asked), notes)
    if asked.yi or asked.sei:
        raise InputError("--yi and --sei belong together", where=str(path))
    found = metapsy_estimate_columns(path, asked.reading)
    if found is None:
        raise InputError(
            "which columns hold the estimates must be said, as this is no Metapsy file",
            where=str(path),
            todo="give --yi and --sei",
        )
    columns = dataclasses.replace(found, group=asked.group, study=asked.study or found.study)
    return columns, (f"read by the Metapsy standard: {found.yi} with error {found.sei}",)


def _with_labels(path: Path, columns: EstimateColumns, asked: PairwiseAsked) -> EstimateColumns:
    """Return the columns with the labels of the studies, where a column is called just that."""
    from equipoise.evidence.readers.sheet import open_sheet

    wanted = tuple(name for name in (columns.yi, columns.sei, columns.group) if name)
    sheet = open_sheet(path, wanted, asked.reading)
    if sheet.header.count("study") != 1 or "study" in wanted:
        return columns
    return dataclasses.replace(columns, study="study")


def _repeated(rows: Estimates) -> tuple[str, ...]:
    """Return what must be said where one study has several rows."""
    if not rows.repeated:
        return ()
    count = len(rows.repeated)
    labels = "study labels stand" if count > 1 else "study label stands"
    return (
        f"{count} {labels} on more than one row: the rows are pooled as if they were "
        f"independent studies ({named(rows.repeated, TOLD)})",
    )


def _narrow(rows: Estimates, pooled: Pooled) -> tuple[str, ...]:
    """Return what must be said where Hartung and Knapp's interval is narrower than it should be."""
    from equipoise.evidence.synthesis.pooling import pool

    if not pooled.hartung_knapp:
        return ()
    common = pool(rows.estimates, rows.standard_errors, method="common")
    if pooled.ci_high - pooled.ci_low >= common.ci_high - common.ci_low:
        return ()
    return (
        "Hartung-Knapp is narrower here than the common-effect interval, as the studies agree "
        "more than chance would have it",
    )


def _small_studies(
    rows: Estimates, pooled: Pooled, scale: str
) -> tuple[Egger | str, Selection | str]:
    """Return what small studies tell, or why they tell nothing."""
    from equipoise.evidence.synthesis.small_studies import egger, selection_model

    if scale == "logit":
        reason = "a proportion has no value that stands for no effect"
        return reason, reason
    numbers = (rows.estimates, rows.standard_errors)
    asymmetry: Egger | str
    selection: Selection | str
    try:
        asymmetry = egger(*numbers)
    except InputError as error:
        asymmetry = _reason(error)
    try:
        side = "greater" if pooled.estimate >= 0 else "less"
        selection = selection_model(*numbers, alternative=side)
    except InputError as error:
        selection = _reason(error)
    return asymmetry, selection


def _reason(error: InputError) -> str:
    got = f" (got {error.got})" if error.got else ""
    return f"{error.what}{got}"


def _shown(scale: str) -> Shown:
    words = {"log": "ratio", "logit": "proportion"}
    return Shown(scale, words.get(scale, "estimate"))
