"""What FreeSurfer measured in one session of one person: its tables, checked, and their sources."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from equipoise import __version__
from equipoise.assays.mri.structure.tables import StatsTable, read_table
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import InputDigest, Measurement, NotMeasured, Provenance, Quantity
from equipoise.core.steps import file_digest
from equipoise.core.tables import load_table, setting

if TYPE_CHECKING:
    from equipoise.core.assay import Yield
    from equipoise.core.nouns import Recording

__all__ = ["SIDES", "Brain", "read_brain"]

SIDES: Final = ("lh", "rh")
VOLUMES: Final = "aseg.stats"
# The usual parcellation, then the revised one, as FreeSurfer 6 and 5.3 call it.
PARCELLATIONS: Final = ("aparc", "aparc.DKTatlas", "aparc.DKTatlas40")

_HEAD: Final = ("EstimatedTotalIntraCranialVol", "eTIV", "IntraCranialVol", "ICV")
_HOLES: Final = ("SurfaceHoles",)
_LONGITUDINAL: Final = ".long."
_SUBJECT: Final = re.compile(r"sub-([A-Za-z0-9]+)")
_SESSION: Final = re.compile(r"ses-([A-Za-z0-9]+)")


@dataclass(frozen=True, slots=True)
class Brain:
    """The tables of one session.

    Parameters
    ----------
    recording : Recording
        Where they lie.
    volumes : StatsTable or str
        ``aseg.stats``, or why it cannot be used.
    cortex : tuple of StatsTable, or str
        Left and right parcellation, or why they cannot be used.
    inputs : tuple of InputDigest
        Of the files that were read.
    """

    recording: Recording
    volumes: StatsTable | str
    cortex: tuple[StatsTable, StatsTable] | str
    inputs: tuple[InputDigest, ...]

    @property
    def head(self) -> float | None:
        """Intracranial volume in mm3, from whichever table holds it."""
        tables = [] if isinstance(self.volumes, str) else [self.volumes]
        tables += [] if isinstance(self.cortex, str) else [*self.cortex]
        found = (table.measured(_HEAD, "mm^3") for table in tables)
        return next((value for value in found if value is not None), None)

    def missed(self, measure: str, reason: str) -> NotMeasured:
        """Return why a measure could not be taken."""
        return NotMeasured(measure, reason, self.recording.date, self.recording.session)

    def result(
        self, part: Yield, value: float, parameters: tuple[tuple[str, str], ...], *flags: str
    ) -> Measurement | NotMeasured:
        """Return a value with its error and everything that the tables tell about it.

        Parameters
        ----------
        part : Yield
            Measure, unit and possible range.
        value : float
            In that unit.
        parameters : tuple of (name, text)
            What it was made from.
        *flags : str
            Of this value.

        Returns
        -------
        Measurement or NotMeasured
            The latter for a value that no brain has. The error of measurement is
            ``sd * sqrt(1 - r)``: sd between people from `norms/spreads`, retest reliability r
            from `measures/measures`.
        """
        if not part.minimum <= value <= part.maximum:
            return self.missed(
                part.measure,
                f"{value:g} {part.unit} is not possible (allowed: {part.minimum:g} to "
                f"{part.maximum:g}): the segmentation failed",
            )
        spread = load_table("norms/spreads").row(measure=part.measure).number("sd")
        steady = load_table("measures/measures").row(id=part.measure).number("reliability")
        head = self.plausible_head
        return Measurement(
            id=part.measure,
            quantity=Quantity(value, part.unit, spread * math.sqrt(1 - steady)),
            date=self.recording.date,
            coverage=1.0,
            flags=(*flags, *self._flags()),
            provenance=Provenance(
                self.inputs, f"equipoise {__version__}", (*self._version(), *parameters)
            ),
            covariates=() if head is None else (("etiv", head),),
            scanner=self.recording.scanner,
            session=self.recording.session,
        )

    @property
    def plausible_head(self) -> float | None:
        """Intracranial volume in mm3, or None where it is missing or no head has it."""
        limits = load_table("norms/covariates").row(id="etiv")
        head = self.head
        if head is None or not limits.number("minimum") <= head <= limits.number("maximum"):
            return None
        return head

    def _version(self) -> tuple[tuple[str, str], ...]:
        table = self.volumes if isinstance(self.cortex, str) else self.cortex[0]
        if not isinstance(self.volumes, str):
            table = self.volumes
        if isinstance(table, str) or table.version is None:
            return (("freesurfer", "n/a"),)
        # The longitudinal stream starts from a template of all sessions: values of another kind.
        stream = " longitudinal" if _LONGITUDINAL in table.header.get("subjectname", "") else ""
        return (("freesurfer", f"{table.version}{stream}"),)

    def _flags(self) -> tuple[str, ...]:
        found = []
        if self.plausible_head is None:
            got = "missing" if self.head is None else f"not plausible ({self.head:g} mm3)"
            found.append(f"the intracranial volume is {got}: no account of head size")
        holes = None
        if not isinstance(self.volumes, str):
            holes = self.volumes.measured(_HOLES, "unitless")
        if holes is not None and holes > setting("structure_holes_above"):
            found.append(
                f"{holes:g} defects of the cortical surface before correction: look at the "
                "segmentation before using this value"
            )
        return tuple(found)


def read_brain(recording: Recording) -> Brain:
    """Read the tables of one session.

    Parameters
    ----------
    recording : Recording
        Of kind ``freesurfer_stats``; its path is a folder with the tables, or one of them.

    Returns
    -------
    Brain
        A table that is missing or damaged is replaced by the reason.

    Raises
    ------
    RecordingError
        If the tables are of another person or session than the recording.
    """
    path = Path(recording.path)
    folder = path if path.is_dir() else path.parent
    folder = folder / "stats" if (folder / "stats").is_dir() else folder
    below = recording.name if path.is_dir() else str(Path(recording.name).parent)
    read: list[tuple[Path, str]] = []

    def _table(file: str) -> StatsTable:
        table = read_table(folder / file, f"{below}/{file}")
        _same_person(table, recording)
        read.append((folder / file, table.name))
        return table

    # Another person's table must end the reading; a damaged one only loses its own measures.
    volumes: StatsTable | str
    cortex: tuple[StatsTable, StatsTable] | str
    try:
        volumes = _table(VOLUMES)
    except _StrangerError:
        raise
    except RecordingError as error:
        volumes = error.line()
    kind = next((p for p in PARCELLATIONS if (folder / f"lh.{p}.stats").exists()), PARCELLATIONS[0])
    try:
        left, right = (_table(f"{side}.{kind}.stats") for side in SIDES)
        cortex = _hemispheres(left, right)
    except _StrangerError:
        raise
    except RecordingError as error:
        cortex = error.line()
    inputs = tuple(InputDigest(name, file_digest(str(file))) for file, name in read)
    return Brain(recording, volumes, cortex, inputs)


class _StrangerError(RecordingError):
    """The tables are of somebody else, or of another session."""


def _hemispheres(left: StatsTable, right: StatsTable) -> tuple[StatsTable, StatsTable]:
    """Return both tables where each says that it is of its side."""
    for table, side in zip((left, right), SIDES, strict=True):
        told = table.header.get("hemi")
        if told not in (None, side):
            raise RecordingError(
                "the table is of the other hemisphere", where=table.name, got=told, allowed=side
            )
    return left, right


def _same_person(table: StatsTable, recording: Recording) -> None:
    """Refuse a table whose header names another person or session."""
    told = table.header.get("subjectname")
    mine = _SUBJECT.search(recording.name)
    if told is None or mine is None:
        return
    theirs = _SUBJECT.search(told)
    label = told if theirs is None else theirs[1]
    session = _SESSION.search(told)
    other = session is not None and recording.session not in (None, session[1])
    if label != mine[1] or other:
        expected = f"sub-{mine[1]}" + (f"_ses-{recording.session}" if other else "")
        raise _StrangerError(
            "the table is of another person or session",
            where=table.name,
            got=f"subjectname {told}",
            allowed=expected,
            todo="put the right tables there",
        )
