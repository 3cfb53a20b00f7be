"""Entries of lists that are being filled: kept beside the record until they are whole."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from equipoise.apps.files import write_text
from equipoise.apps.intake.draft import Tree

__all__ = ["Pending", "clear_pending", "load_pending", "save_pending"]


@dataclass(slots=True)
class Pending:
    """Where a dialogue about a list stands.

    Parameters
    ----------
    section : str
        The list.
    number : int
        Number of the entry, from 0.
    entry : dict
        What was answered; empty where the next thing to ask is "another one?".
    asked : list of str
        Keys that need not be asked again, those that were skipped included.
    items : list of str
        Answers to a scale so far.
    """

    section: str
    number: int
    entry: dict[str, Tree] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)


def _path(record: Path) -> Path:
    return record.with_name(f"{record.name}.open")


def load_pending(record: Path, section: str) -> Pending | None:
    """Return what is kept beside `record` of a section; None where nothing can be read."""
    kept = _all(record).get(section)
    if not isinstance(kept, dict):
        return None
    try:
        pending = Pending(**kept)
    except TypeError:
        return None
    kinds = (str, int, dict, list, list)
    parts = (pending.section, pending.number, pending.entry, pending.asked, pending.items)
    fits = all(isinstance(part, kind) for part, kind in zip(parts, kinds, strict=True))
    return pending if fits and pending.number >= 0 else None


def save_pending(record: Path, pending: Pending) -> None:
    """Keep `pending` beside `record`, whole or not at all; other sections keep theirs."""
    _write(record, {**_all(record), pending.section: asdict(pending)})


def clear_pending(record: Path, section: str) -> None:
    """Forget what was kept beside `record` of a section."""
    kept = _all(record)
    if section in kept:
        del kept[section]
        _write(record, kept)


def _write(record: Path, kept: dict[str, object]) -> None:
    if kept:
        write_text(_path(record), json.dumps(kept, ensure_ascii=False, indent=1))
    else:
        _path(record).unlink(missing_ok=True)


def _all(record: Path) -> dict[str, object]:
    try:
        kept = json.loads(_path(record).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
