"""What an assay declares about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from equipoise.core.nouns import Result, Timeline

__all__ = ["AssaySpec", "RecordAssay", "RowAssay", "Yield"]


@dataclass(frozen=True, slots=True)
class Yield:
    """One measure that an assay returns: id, UCUM unit and the range that is possible."""

    measure: str
    unit: str
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True)
class AssaySpec:
    """What an assay needs and yields.

    Parameters
    ----------
    id : str
        Folder and file: ``scales.phq9``.
    title : str
        Printed name.
    needs : tuple of str
        ``scale:phq9``, ``lab:crp_hs``, ``bold:rest`` and, for recordings, ``region:<id>``.
    yields : tuple of Yield
        Measures returned, each with a unit and a range.
    table : str
        Table that holds the numbers of the assay.
    retest : str
        Row of `measures/measures` with the retest reliability.
    references : tuple of str
        Keys of `references/references`.
    expected : bool
        Whether its absence is told. What few people are asked is silent where the record has none
        of it, and is `NotMeasured` only where it is there and cannot be used.
    """

    id: str
    title: str
    needs: tuple[str, ...]
    yields: tuple[Yield, ...]
    table: str
    retest: str
    references: tuple[str, ...]
    expected: bool = True


class RecordAssay(Protocol):
    """A module, or a row of a table, that measures something in the clinical record."""

    SPEC: AssaySpec

    def measure(self, timeline: Timeline) -> tuple[Result, ...]:
        """Return every dated result, or `NotMeasured` with a reason."""
        ...


@dataclass(slots=True)
class RowAssay:
    """One row of a table as an assay: what it needs and yields, and how its family is measured."""

    SPEC: AssaySpec
    read: Callable[[Timeline, AssaySpec], tuple[Result, ...]]

    def measure(self, timeline: Timeline) -> tuple[Result, ...]:
        """Return every dated result of this row, oldest first."""
        return self.read(timeline, self.SPEC)
