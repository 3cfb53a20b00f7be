"""Keys of a record and the sections that they make up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from equipoise.ingest.fields import Kind

__all__ = ["Key", "Shape"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Key(Generic[T]):
    """One key of a record.

    Parameters
    ----------
    name : str
        As it is written.
    kind : Kind
        What may stand there.
    says : str
        What it means.
    needed : bool
        Whether it has to be there; ``unknown`` is allowed only where it need not.
    """

    name: str
    kind: Kind[T]
    says: str
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys that belong together.

    Parameters
    ----------
    name : str
        Name of the section.
    says : str
        What it holds.
    keys : tuple of Key
        All keys that are allowed, in the order of the page.
    repeated : bool
        Whether the section is a list of such entries.
    """

    name: str
    says: str
    keys: tuple[Key[Any], ...]
    repeated: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the keys."""
        return tuple(key.name for key in self.keys)
