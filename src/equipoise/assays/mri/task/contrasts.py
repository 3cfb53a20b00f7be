"""Which runs belong to a task, and which trial types are set against each other.

Names are rows of `circuits/tasks`, as regular expressions that must fit the whole name, without
regard to case. A name that fits nothing is not guessed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.errors import RecordingError
from equipoise.core.tables import Row, load_table

if TYPE_CHECKING:
    from equipoise.assays.mri.task.events import Events

__all__ = ["Contrast", "TaskMeasure", "belongs", "contrast_of", "task_measures", "task_of"]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Trial types that count with a plus and with a minus; within a side all weigh the same."""

    high: tuple[str, ...]
    low: tuple[str, ...]

    def weights(self) -> dict[str, float]:
        """Return the weight of each trial type: those of a side add up to 1 and to -1."""
        plus = {name: 1 / len(self.high) for name in self.high}
        return plus | {name: -1 / len(self.low) for name in self.low}

    @property
    def words(self) -> str:
        """The contrast in the names of the file."""
        return f"{' and '.join(self.high)} - {' and '.join(self.low)}"


@dataclass(frozen=True, slots=True)
class TaskMeasure:
    """One row of `circuits/task_measures`: a region, or a pair of regions."""

    id: str
    regions: tuple[str, ...]

    @property
    def is_pair(self) -> bool:
        """Whether this is task connectivity."""
        return len(self.regions) > 1


def task_of(measure: str) -> Row:
    """Return the row of `circuits/tasks` of an assay, ``mri.task_sad``."""
    return load_table("circuits/tasks").row(id=measure.rpartition(".")[2])


def task_measures(task: str) -> tuple[TaskMeasure, ...]:
    """Return the measures of a task, in the order of `circuits/task_measures`."""
    return tuple(
        TaskMeasure(
            row.text("measure"),
            tuple(
                region
                for column in ("region_a", "region_b")
                if (region := row.optional_text(column)) is not None
            ),
        )
        for row in load_table("circuits/task_measures")
        if row.text("task") == task
    )


def belongs(task: Row, label: str | None) -> bool:
    """Return whether a BIDS task label stands for a task."""
    return label is not None and _fits(task.text("labels"), label)


def contrast_of(task: Row, events: Events, name: str) -> Contrast:
    """Find the trial types of a task among those of a run.

    Parameters
    ----------
    task : Row
        Row of `circuits/tasks`.
    events : Events
        Of the run.
    name : str
        File name for messages.

    Returns
    -------
    Contrast
        At least one trial type on each side.

    Raises
    ------
    RecordingError
        If a side is missing; the message names what was found and what is needed.
    """
    sides = Contrast(
        *(
            tuple(kind for kind in events.types if _fits(task.text(side), kind))
            for side in ("high", "low")
        )
    )
    if not sides.high or not sides.low:
        raise RecordingError(
            f"the events do not hold the conditions of the contrast {task.text('title')}",
            where=name,
            got=", ".join(events.types),
            allowed=f"trial types like {task.text('needed')}",
        )
    return sides


def _fits(pattern: str, name: str) -> bool:
    return re.fullmatch(pattern, name, re.IGNORECASE) is not None
