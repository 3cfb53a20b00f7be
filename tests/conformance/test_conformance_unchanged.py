"""Measuring leaves the record and the files as they were."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

from equipoise import assays
from equipoise.core.nouns import Timeline
from equipoise.core.steps import file_digest


def _files(timeline: Timeline) -> dict[str, str]:
    folders = {Path(recording.path).parent for recording in timeline.recordings}
    files = (p for folder in folders for p in sorted(folder.rglob("*")) if p.is_file())
    return {str(p): file_digest(p) for p in files}


def test_input_is_unchanged(person: Timeline) -> None:
    record, files = deepcopy(person), _files(person)
    assays.measure(person, seed=1)
    assert person == record
    assert _files(person) == files
