"""One row a comparison of two treatments in a trial, or one row an estimate with its error."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from equipoise.core.errors import InputError
from equipoise.evidence.readers.labels import StudyLines, repeated
from equipoise.evidence.readers.sheet import Reading, SheetRow, open_sheet
from equipoise.evidence.readers.taken import ABOVE_ZERO, ANY, Exclusion, Origin, Taken, take

__all__ = [
    "ContrastColumns",
    "Contrasts",
    "EstimateColumns",
    "Estimates",
    "read_contrasts",
    "read_estimates",
]


@dataclass(frozen=True, slots=True)
class ContrastColumns:
    """Names of the columns of a comparison: treatment 1 against treatment 2."""

    study: str
    treat1: str
    treat2: str
    te: str
    se: str


@dataclass(frozen=True, slots=True)
class EstimateColumns:
    """Names of the columns of an estimate; `study` and `group` may be missing."""

    yi: str
    sei: str
    study: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Contrasts:
    """Comparisons, one entry each, in the order of the file.

    Parameters
    ----------
    studies, treat1, treat2 : tuple of str
        Labels.
    estimates, standard_errors : tuple of float
        Treatment 1 against treatment 2.
    lines : tuple of int
        Where each comparison stands.
    excluded : tuple of Exclusion
        Rows without a value.
    origin : Origin
        The file.
    """

    studies: tuple[str, ...]
    treat1: tuple[str, ...]
    treat2: tuple[str, ...]
    estimates: tuple[float, ...]
    standard_errors: tuple[float, ...]
    lines: tuple[int, ...]
    excluded: tuple[Exclusion, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Estimates:
    """Estimates, one entry each, in the order of the file.

    Parameters
    ----------
    studies : tuple of str
        Labels; ``row 3`` where the file has none.
    groups : tuple of str
        Labels; empty where no groups were asked for.
    estimates, standard_errors : tuple of float
        On the scale of the file.
    lines : tuple of int
        Where each estimate stands.
    excluded : tuple of Exclusion
        Rows without a value.
    origin : Origin
        The file.
    repeated : tuple of StudyLines
        Labels on more than one row; empty where the file has no labels.
    """

    studies: tuple[str, ...]
    groups: tuple[str, ...]
    estimates: tuple[float, ...]
    standard_errors: tuple[float, ...]
    lines: tuple[int, ...]
    excluded: tuple[Exclusion, ...]
    origin: Origin
    repeated: tuple[StudyLines, ...] = ()


def read_contrasts(path: Path, columns: ContrastColumns, reading: Reading) -> Contrasts:
    """Read comparisons of two treatments.

    Parameters
    ----------
    path : Path
        CSV file.
    columns : ContrastColumns
        Where the parts stand.
    reading : Reading
        What the user said about the file.

    Returns
    -------
    Contrasts
        Only rows that lack nothing; the others are told as excluded.

    Raises
    ------
    InputError
        If a cell is wrong, a treatment is compared with itself or spelled in two ways, or a study
        holds the same comparison twice.
    """
    names = {
        "study": columns.study,
        "treat1": columns.treat1,
        "treat2": columns.treat2,
        "te": columns.te,
        "se": columns.se,
    }
    sheet = open_sheet(path, tuple(names.values()), reading)
    taken = take(sheet, names, ("te", "se"), reading.decimal)
    taken.check_spellings("treat1", "treat2")
    kept, excluded = _kept(taken)
    seen: dict[tuple[str, frozenset[str]], int] = {}
    for row in kept:
        _check_pair(taken, row, seen)
    return Contrasts(
        studies=tuple(taken.text(row, "study") for row in kept),
        treat1=tuple(taken.text(row, "treat1") for row in kept),
        treat2=tuple(taken.text(row, "treat2") for row in kept),
        estimates=tuple(taken.number(row, "te", ANY) for row in kept),
        standard_errors=tuple(taken.number(row, "se", ABOVE_ZERO) for row in kept),
        lines=tuple(row.line for row in kept),
        excluded=excluded,
        origin=taken.origin,
    )


def _check_pair(taken: Taken, row: SheetRow, seen: dict[tuple[str, frozenset[str]], int]) -> None:
    study, one, two = (taken.text(row, role) for role in ("study", "treat1", "treat2"))
    if one == two:
        raise taken.fault(row, "treat2", "a treatment cannot be compared with itself")
    key = (study, frozenset((one, two)))
    if key in seen:
        raise taken.fault(
            row,
            "study",
            f"this study holds this comparison twice ({one} and {two}, first on line {seen[key]})",
            todo="give two trials of one name names of their own; where a trial has several "
            "outcomes or times, choose one, for example with --where COLUMN=VALUE",
        )
    seen[key] = row.line


def read_estimates(path: Path, columns: EstimateColumns, reading: Reading) -> Estimates:
    """Read estimates with their standard errors.

    Parameters
    ----------
    path : Path
        CSV file.
    columns : EstimateColumns
        Where the parts stand.
    reading : Reading
        What the user said about the file.

    Returns
    -------
    Estimates
        Only rows that lack nothing; the others are told as excluded.

    Raises
    ------
    InputError
        If a cell is wrong, or two rows of a labelled file are the same in every column.
    """
    asked = (
        ("study", columns.study),
        ("group", columns.group),
        ("yi", columns.yi),
        ("sei", columns.sei),
    )
    names = {role: name for role, name in asked if name is not None}
    sheet = open_sheet(path, tuple(names.values()), reading)
    taken = take(sheet, names, ("yi", "sei"), reading.decimal)
    kept, excluded = _kept(taken)
    if columns.study is not None:
        _refuse_copies(taken, kept)
    studies = tuple(_label(taken, row) for row in kept)
    return Estimates(
        studies=studies,
        groups=tuple(taken.text(row, "group") for row in kept) if columns.group else (),
        estimates=tuple(taken.number(row, "yi", ANY) for row in kept),
        standard_errors=tuple(taken.number(row, "sei", ABOVE_ZERO) for row in kept),
        lines=tuple(row.line for row in kept),
        excluded=excluded,
        origin=taken.origin,
        repeated=repeated(zip(studies, (row.line for row in kept), strict=True)),
    )


def _refuse_copies(taken: Taken, rows: list[SheetRow]) -> None:
    """Refuse a row that says in every column what another says: one study would count twice."""
    first: dict[tuple[str, ...], int] = {}
    for row in rows:
        line = first.setdefault(row.cells, row.line)
        if line != row.line:
            raise InputError(
                "these rows are the same in every column",
                where=f"{taken.sheet.path}, lines {line} and {row.line}",
                got=f"study {taken.text(row, 'study')}",
                todo="leave one of them out; if they are two studies, give them names of their own",
            )


def _label(taken: Taken, row: SheetRow) -> str:
    return taken.text(row, "study") if "study" in taken.columns else f"row {row.number}"


def _kept(taken: Taken) -> tuple[list[SheetRow], tuple[Exclusion, ...]]:
    """Return the rows that lack nothing, and what was left out."""
    lacking = [(row, taken.lacking(row, _study(taken, row))) for row in taken.sheet.rows]
    kept = [row for row, lack in lacking if lack is None]
    if not kept:
        raise InputError(
            "every row lacks a value", where=str(taken.sheet.path), got=f"{len(lacking)} rows"
        )
    return kept, tuple(lack for _, lack in lacking if lack is not None)


def _study(taken: Taken, row: SheetRow) -> str | None:
    return (taken.text(row, "study") or None) if "study" in taken.columns else None
