"""Readers of records and finders of recordings: everything known about a person, as a Timeline."""

from __future__ import annotations

from equipoise.ingest.bids import find_recordings, participant_labels, person_file
from equipoise.ingest.check import CheckFinding, check_path
from equipoise.ingest.participants import with_participant
from equipoise.ingest.person import examine_person, read_person
from equipoise.ingest.variants import find_variants

__all__ = [
    "CheckFinding",
    "check_path",
    "examine_person",
    "find_recordings",
    "find_variants",
    "participant_labels",
    "person_file",
    "read_person",
    "with_participant",
]
