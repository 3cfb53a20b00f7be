"""What the raw dataset tells about a run: events, breathing, day and scanner."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from equipoise.core.dates import IsoDate, check_date
from equipoise.core.errors import InputError
from equipoise.ingest.names import BidsName, inherited, names_below, parsed

__all__ = ["Raw", "Taken", "raw_files", "scanner_words"]

_SHIFTED_BEFORE: Final = "1925"
"""BIDS: dates shifted for privacy lie before this year."""
_DAY: Final = len("2026-01-31")
_BREATHING: Final = frozenset({"respiratory", "respiration", "resp", "breathing"})
_SHIFTED: Final = "the dates of the dataset are shifted for privacy: no day is known"

Parts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """The day of a recording, or None, and why a date that stands there is none."""

    date: IsoDate | None
    notice: str | None


@dataclass(frozen=True, slots=True)
class Raw:
    """The raw files of one person and those at the root that hold for everybody.

    Parameters
    ----------
    dataset : Path
        Root of the dataset.
    label : str
        BIDS label without ``sub-``.
    files : tuple of BidsName
        Names alone.
    """

    dataset: Path
    label: str
    files: tuple[BidsName, ...]

    def events(self, run: Parts) -> str | None:
        """Return the events file of a run, by inheritance."""
        return self._nearest(inherited(self.files, run, "events", ".tsv"))

    def breathing(self, run: Parts) -> str | None:
        """Return the recording that holds the breathing trace of a run."""
        for file in inherited(self.files, run, "physio", ".tsv.gz"):
            sidecar = self._content(file.name.removesuffix(".tsv.gz") + ".json")
            columns = sidecar.get("Columns")
            named = columns if isinstance(columns, list) else [file.get("recording") or ""]
            if _BREATHING & {str(column).lower() for column in named}:
                return self._path(file)
        return None

    def sidecar(self, run: Parts, suffix: str = "bold") -> dict[str, Any]:
        """Return what the raw sidecars of a run say; the nearest file has the last word."""
        said: dict[str, Any] = {}
        for file in reversed(inherited(self.files, run, suffix, ".json")):
            said |= self._content(file.name)
        return said

    def taken(self, run: Parts, suffix: str = "bold") -> Taken:
        """Return the day of a run, from ``scans.tsv`` or ``sessions.tsv``."""
        session = dict(run).get("ses")
        times = (*self._scan_times(run, suffix, session), *self._session_times(session))
        days = [day for day in map(_day, times) if day is not None]
        if not days:
            return Taken(None, None)
        if days[0] < _SHIFTED_BEFORE:
            return Taken(None, _SHIFTED)
        return Taken(days[0], None)

    def _scan_times(self, run: Parts, suffix: str, session: str | None) -> list[str]:
        stem = f"sub-{self.label}" + ("" if session is None else f"_ses-{session}")
        found = []
        for file in self.files:
            if file.file != f"{stem}_scans.tsv":
                continue
            for row in self._rows(file.name):
                scan = parsed(row.get("filename") or "")
                if scan is not None and inherited([scan], run, suffix, scan.extension):
                    found.append((-len(scan.parts), row.get("acq_time") or ""))
        return [time for _, time in sorted(found)]

    def _session_times(self, session: str | None) -> list[str]:
        if session is None:
            return []
        return [
            row.get("acq_time") or ""
            for row in self._rows(f"sub-{self.label}/sub-{self.label}_sessions.tsv")
            if row.get("session_id") == f"ses-{session}"
        ]

    def _rows(self, name: str) -> list[dict[str, str]]:
        try:
            with (self.dataset / name).open(encoding="utf-8-sig", newline="") as file:
                return list(csv.DictReader(file, delimiter="\t"))
        except (OSError, ValueError, csv.Error):
            return []  # a date is a help, not a need: one damaged table loses no recording

    def _content(self, name: str) -> dict[str, Any]:
        try:
            content = json.loads((self.dataset / name).read_text(encoding="utf-8-sig"))
        except (OSError, ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}

    def _nearest(self, files: list[BidsName]) -> str | None:
        return self._path(files[0]) if files else None

    def _path(self, file: BidsName) -> str:
        return str((self.dataset / file.name).absolute())


def raw_files(dataset: Path, label: str) -> Raw:
    """Return the raw files of one person; of the root only its own files, nobody else's folder.

    Parameters
    ----------
    dataset : Path
        Root of the dataset.
    label : str
        BIDS label without ``sub-``.

    Returns
    -------
    Raw
        Names; nothing was opened.
    """
    own = names_below(dataset, dataset / f"sub-{label}")
    root = sorted(path.name for path in dataset.iterdir() if path.is_file())
    files = (parsed(name) for name in (*root, *own))
    return Raw(dataset, label, tuple(file for file in files if file is not None))


def scanner_words(*sidecars: dict[str, Any]) -> str | None:
    """Return maker, model and field strength, each from the first sidecar that has it.

    Parameters
    ----------
    *sidecars : dict
        The derivative's first, then the raw one.

    Returns
    -------
    str or None
        Such as ``Siemens Prisma 3 T``; None where nothing is said.
    """

    def _said(field: str) -> object:
        return next((s[field] for s in sidecars if s.get(field) not in (None, "")), None)

    named = (_said("Manufacturer"), _said("ManufacturersModelName"))
    words = [str(said).strip() for said in named if said is not None]
    field = _said("MagneticFieldStrength")
    if isinstance(field, int | float) and not isinstance(field, bool):
        words.append(f"{field:g} T")
    return " ".join(words) or None


def _day(time: str) -> IsoDate | None:
    """Return the day of a date or date-time; None for what is neither."""
    day = time.strip()[:_DAY]
    try:
        return check_date(day) if len(day) == _DAY else None
    except InputError:
        return None
