"""File names as BIDS writes them: entities, suffix, extension; and which belong to which."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["BidsName", "inherited", "names_below", "parsed"]

_ENTITY: Final = re.compile(r"[A-Za-z0-9]+-[A-Za-z0-9+.]+", re.ASCII)
_SUFFIX: Final = re.compile(r"[A-Za-z0-9]+", re.ASCII)
# What raw files may have although it tells no other run: the parts of one acquisition.
_PARTS_OF_A_RUN: Final = ("echo", "part", "recording")


@dataclass(frozen=True, slots=True)
class BidsName:
    """The name of one file.

    Parameters
    ----------
    name : str
        Below the dataset.
    parts : tuple of (entity, value)
        In the order of the name.
    suffix : str
        ``bold``, ``T1w`` and so on.
    extension : str
        With its dots: ``.nii.gz``.
    """

    name: str
    parts: tuple[tuple[str, str], ...]
    suffix: str
    extension: str

    @property
    def folder(self) -> str:
        """Folder below the dataset."""
        return self.name.rpartition("/")[0]

    @property
    def file(self) -> str:
        """Name without its folder."""
        return self.name.rpartition("/")[2]

    def get(self, entity: str) -> str | None:
        """Return the value of an entity, or None."""
        return dict(self.parts).get(entity)

    def without(self, *entities: str) -> tuple[tuple[str, str], ...]:
        """Return the parts but for some entities."""
        return tuple(part for part in self.parts if part[0] not in entities)

    def stem(self, *entities: str) -> str:
        """Return the entities of the name, but for some, as they are written."""
        return "_".join(f"{key}-{value}" for key, value in self.without(*entities))


def parsed(name: str) -> BidsName | None:
    """Return the parts of a name below the dataset; None where it is no BIDS name."""
    stem, dot, extension = name.rpartition("/")[2].partition(".")
    *entities, suffix = stem.split("_")
    if not dot or _SUFFIX.fullmatch(suffix) is None:
        return None
    if any(_ENTITY.fullmatch(entity) is None for entity in entities):
        return None
    pairs = (entity.partition("-")[::2] for entity in entities)
    return BidsName(name, tuple((key, value) for key, value in pairs), suffix, dot + extension)


def names_below(dataset: Path, folder: Path) -> list[str]:
    """Return the files below `folder`, named from the root of the dataset, links not followed."""
    return sorted(
        (Path(place) / name).relative_to(dataset).as_posix()
        for place, _, files in os.walk(folder)
        for name in files
    )


def inherited(
    files: Iterable[BidsName], run: tuple[tuple[str, str], ...], suffix: str, extension: str
) -> list[BidsName]:
    """Return the files that hold for a run by the inheritance principle, the nearest first.

    Parameters
    ----------
    files : iterable of BidsName
        Raw files.
    run : tuple of (entity, value)
        Entities of the run.
    suffix, extension : str
        What is looked for.

    Returns
    -------
    list of BidsName
        Files none of whose entities contradicts the run; deeper folders and more entities first.
    """
    known = dict(run)
    fitting = [
        file
        for file in files
        if file.suffix == suffix
        and file.extension == extension
        and all(_same(known.get(key), value) for key, value in file.without(*_PARTS_OF_A_RUN))
    ]
    return sorted(fitting, key=lambda file: (-file.name.count("/"), -len(file.parts), file.name))


def _same(first: str | None, second: str) -> bool:
    """Whether two values are one; run-1 and run-01 are, since preprocessing may drop the zero."""
    if first is None:
        return False
    if first.isdigit() and second.isdigit():
        return int(first) == int(second)
    return first == second
