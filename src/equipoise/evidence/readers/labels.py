"""Labels that stand on several rows: which studies, and on which lines of the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["StudyLines", "apart", "named", "repeated"]


@dataclass(frozen=True, slots=True)
class StudyLines:
    """A study label and the lines of the file on which it stands."""

    study: str
    lines: tuple[int, ...]


def repeated(rows: Iterable[tuple[str, int]]) -> tuple[StudyLines, ...]:
    """Return the labels that stand on more than one row.

    Parameters
    ----------
    rows : iterable of (str, int)
        Label and line of each row.

    Returns
    -------
    tuple of StudyLines
        In the order of the file.
    """
    lines: dict[str, list[int]] = {}
    for study, line in rows:
        lines.setdefault(study, []).append(line)
    return tuple(StudyLines(s, tuple(found)) for s, found in lines.items() if len(found) > 1)


def apart(rows: Iterable[tuple[str, int]], used: Iterable[int]) -> tuple[StudyLines, ...]:
    """Return the labels whose rows do not all stand next to each other.

    Parameters
    ----------
    rows : iterable of (str, int)
        Label and line of every row, those left out among them; rows without a label divide none.
    used : iterable of int
        Lines of the rows in use: a label with one block of them is not told.

    Returns
    -------
    tuple of StudyLines
        With the lines in use, in the order of the file.
    """
    taken = frozenset(used)
    blocks: dict[str, list[list[int]]] = {}
    before = ""
    for study, line in rows:
        if not study:
            continue
        found = blocks.setdefault(study, [])
        if study != before:
            found.append([])
        before = study
        if line in taken:
            found[-1].append(line)
    return tuple(
        StudyLines(study, tuple(line for block in found for line in block))
        for study, found in blocks.items()
        if sum(bool(block) for block in found) > 1
    )


def named(found: Sequence[StudyLines], most: int) -> str:
    """Return labels with their lines as words.

    Parameters
    ----------
    found : sequence of StudyLines
        Labels.
    most : int
        How many are named; the rest is counted.

    Returns
    -------
    str
        Such as ``A on lines 2, 5; B on lines 3, 9``.
    """
    told = [f"{one.study} on lines {', '.join(map(str, one.lines))}" for one in found[:most]]
    if len(found) > most:
        told.append(f"and {len(found) - most} more; the summary names them all")
    return "; ".join(told)
