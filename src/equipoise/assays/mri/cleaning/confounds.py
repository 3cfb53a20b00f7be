"""The confounds file of fMRIPrep: the regressors of a cleaning strategy, and motion."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.cleaning.censoring import moved_volumes
from equipoise.assays.mri.cleaning.columns import Columns, matching, read_columns
from equipoise.assays.mri.cleaning.components import acompcor, rejected
from equipoise.core.errors import RecordingError
from equipoise.core.tables import Row, load_table, setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["MULTI_ECHO", "Confounds", "choose_strategy", "read_confounds", "strategies"]

MULTI_ECHO: Final = "+tedana"
"""Ends the name of a strategy that also removes the components rejected by tedana."""

_DISPLACEMENT: Final = "framewise_displacement"
_UNSTEADY: Final = r"non_steady_state_outlier\d+"
_MARKED: Final = r"motion_outlier\d+"
_AGGRESSIVE: Final = "aroma_motion_"
_KEPT: Final = (r"(trans|rot)_[xyz]", "global_signal", "(std_)?dvars", "csf", "white_matter")
"""Columns that diagnostics look at, whatever the strategy removes."""


@dataclass(frozen=True, slots=True, eq=False)
class Confounds:
    """Regressors of one strategy.

    Parameters
    ----------
    strategy : str
        Row of `tables/circuits/cleaning`, with ``+tedana`` behind it where components that tedana
        rejected are among the regressors.
    names : tuple of str
        Column names, in the order of `values`.
    values : ndarray, shape (volumes, n)
        One column per regressor.
    displacement : ndarray, shape (volumes,), or None
        Framewise displacement in mm; None where the file has no such column.
    censored : ndarray of bool, shape (volumes,)
        Volumes that the cleaning leaves out; give it to
        :func:`~equipoise.assays.mri.cleaning.projection.projection`, cut like `values`.
    notes : tuple of str
        Flags, one sentence each.
    known : mapping of str to ndarray, shape (volumes,)
        Further columns by name: motion, tissue signals, DVARS.
    """

    strategy: str
    names: tuple[str, ...]
    values: Array
    displacement: Array | None
    censored: NDArray[np.bool_]
    notes: tuple[str, ...] = ()
    known: Mapping[str, Array] = field(default_factory=dict)


def strategies() -> tuple[str, ...]:
    """Return the names of all strategies, in the order of `tables/circuits/cleaning`."""
    return tuple(row.text("id") for row in load_table("circuits/cleaning"))


def choose_strategy(columns: tuple[str, ...], name: str, wanted: str | None = None) -> Row:
    """Return a strategy of `tables/circuits/cleaning` whose columns are all there.

    Parameters
    ----------
    columns : tuple of str
        Header of the confounds file.
    name : str
        File name for messages.
    wanted : str, optional
        Name of the strategy, in any case; without it the first by rank that fits.

    Returns
    -------
    Row
        The strategy.

    Raises
    ------
    RecordingError
        If there is no such strategy, or none fits; the message names what the nearest one lacks.
    """
    rows = _ranked() if wanted is None else (_named(wanted),)
    for row in rows:
        if not _lacking(row, columns):
            return row
    nearest = min(rows, key=lambda row: len(_lacking(row, columns)))
    lacks = f"{nearest.text('id')} lacks columns"
    raise RecordingError(
        lacks if wanted else f"no cleaning strategy fits these confounds; {lacks}",
        where=name,
        got=f"all but {', '.join(_lacking(nearest, columns))}",
        todo="give the confounds file that fMRIPrep wrote beside the image, or name a cleaning "
        "that needs fewer columns",
    )


def _ranked() -> tuple[Row, ...]:
    rows = [row for row in load_table("circuits/cleaning") if row.optional_number("rank")]
    return tuple(sorted(rows, key=lambda row: row.number("rank")))


def _named(wanted: str) -> Row:
    plain = wanted.strip().lower().removesuffix(MULTI_ECHO)
    row = load_table("circuits/cleaning").find(id=plain)
    if row is None:
        raise RecordingError(
            "there is no such cleaning strategy", got=wanted, allowed=", ".join(strategies())
        )
    return row


def _lacking(row: Row, columns: tuple[str, ...]) -> list[str]:
    """Return the columns that a strategy needs and the file does not hold."""
    lacks = [column for column in row.items("columns") if column not in columns]
    needed = row.items("needed")
    if needed and not matching(columns, needed):
        lacks.append(f"columns like {' or '.join(needed)}")
    count = row.optional_number("components")
    if count and not acompcor(columns, int(count))[0]:
        lacks.append("a_comp_cor_00 and the following, or w_comp_cor_00 and c_comp_cor_00")
    return lacks


def read_confounds(
    path: str,
    volumes: int,
    name: str,
    strategy: str | None = None,
    censor_above: float | None = None,
    mixing: str | None = None,
) -> Confounds:
    """Read the regressors of a strategy, and which volumes are left out.

    Parameters
    ----------
    path : str
        The tab-separated file.
    volumes : int
        Volumes of the image.
    name : str
        File name for messages.
    strategy : str, optional
        Row of `tables/circuits/cleaning`, in any case; without it the first by rank that fits.
    censor_above : float, optional
        Framewise displacement in mm above which a volume is left out; without it the
        hyperparameter `bold_censor_above`; infinity leaves none out for motion.
    mixing : str, optional
        Mixing matrix of tedana; rejected components become regressors.

    Returns
    -------
    Confounds
        Finite regressors, one row per volume.

    Raises
    ------
    RecordingError
        If the file is missing, has another number of rows than the image has volumes, lacks
        columns of the strategy, or a regressor holds no number.

    Notes
    -----
    A missing value in the first row becomes 0: fMRIPrep leaves it out where a difference to the
    volume before would stand. Terms that a strategy expands and the file does not hold are
    computed as fMRIPrep does: backward difference, square, square of the difference. Volumes that
    the file marks as not in a steady state are always left out; those that it marks for motion
    only where it holds no framewise displacement to judge by.
    """
    found = read_columns(path, name)
    if len(found.rows) != volumes:
        raise RecordingError(
            "confounds and image have different lengths",
            where=name,
            got=f"{len(found.rows)} rows for {volumes} volumes",
            allowed="one row for each volume",
        )
    row = choose_strategy(found.names, name, strategy)
    names, values, notes = _regressors(row, found, path)
    chosen = row.text("id")
    if mixing is not None:
        more, series, note = rejected(mixing, volumes)
        names, values = [*names, *more], [*values, *series]
        notes += [note] if note else []
        chosen += "" if note else MULTI_ECHO
    elif strategy is not None and strategy.strip().lower().endswith(MULTI_ECHO):
        raise RecordingError(
            "the mixing matrix of tedana that this cleaning needs is missing", where=name
        )
    moved = found.numbers(_DISPLACEMENT) if _DISPLACEMENT in found.names else None
    censored, said = _censored(found, moved, censor_above)
    table = np.column_stack(values) if values else np.zeros((volumes, 0))
    known = _known(found)
    return Confounds(chosen, tuple(names), table, moved, censored, (*notes, *said), known)


def _known(found: Columns) -> dict[str, Array]:
    """Return the columns that diagnostics look at; a faulty one is left out, it is not needed."""
    known: dict[str, Array] = {}
    for column in matching(found.names, _KEPT):
        with suppress(RecordingError):
            known[column] = found.numbers(column)
    return known


def _regressors(row: Row, found: Columns, path: str) -> tuple[list[str], list[Array], list[str]]:
    """Return names and series of a strategy's regressors, and flags."""
    names = list(row.items("columns"))
    notes: list[str] = []
    count = row.optional_number("components")
    if count:
        components, note = acompcor(found.names, int(count), path)
        names += components
        notes += [note] if note else []
    names += matching(found.names, (*row.items("needed"), *row.items("optional")))
    if any(name.startswith(_AGGRESSIVE) for name in names):
        notes.append(
            "the components of ICA-AROMA were not made orthogonal to the signal that is kept: what "
            "they share with it is removed as well"
        )
    values = [found.numbers(column) for column in names]
    for column in row.items("expanded"):
        for term in row.items("terms"):
            names.append(f"{column}_{term}")
            values.append(found.expanded(column, term))
    return names, values, notes


def _censored(
    found: Columns, moved: Array | None, above: float | None
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Return the volumes left out, and a flag that says how many."""
    limit = setting("bold_censor_above") if above is None else above
    unsteady = _marked(found, _UNSTEADY)
    if moved is not None:
        out = moved_volumes(moved, limit, int(setting("bold_censor_segment")))
        why = f"moved by more than {limit:g} mm, or lay in a short stretch between such"
    else:
        out = np.zeros_like(unsteady) if math.isinf(limit) else _marked(found, _MARKED)
        why = "are marked for motion"
    notes = []
    if out.any():
        notes.append(f"{out.sum()} of {len(out)} volumes were left out: they {why}")
    if unsteady.any():
        notes.append(f"{unsteady.sum()} volumes before the steady state were left out")
    return out | unsteady, tuple(notes)


def _marked(found: Columns, pattern: str) -> NDArray[np.bool_]:
    """Return the volumes at which one of some columns is not zero."""
    out = np.zeros(len(found.rows), dtype=bool)
    for column in matching(found.names, (pattern,)):
        out |= found.numbers(column) != 0
    return out
