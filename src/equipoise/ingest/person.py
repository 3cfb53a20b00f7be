"""Reader of one person's clinical record: ``person.yaml``, a FHIR bundle, or both, joined.

A key left out means not asked, ``[]`` means asked and none, ``unknown`` means asked and not known.
The page `docs/person-record.md` shows every key.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from equipoise.core.dates import IsoDate
from equipoise.core.errors import InputError, RecordError
from equipoise.core.nouns import InputDigest, Timeline
from equipoise.ingest import schema as s
from equipoise.ingest import sections
from equipoise.ingest.entries import Entry, Sheet, read_entries, read_entry
from equipoise.ingest.experience import with_experience
from equipoise.ingest.join import join, without_places
from equipoise.ingest.lab_entries import lab_result
from equipoise.ingest.rules import check_whole
from equipoise.ingest.yaml_lines import Entries, parse_yaml

__all__ = ["examine_person", "read_person"]

BUNDLE_SUFFIX: Final = ".json"
_BESIDE: Final = re.compile(r"sub-([A-Za-z0-9]+)_(?:person\.yaml|fhir\.json)", re.ASCII)


def read_person(path: Path, *, today: IsoDate, expected_label: str | None = None) -> Timeline:
    """Read a person's record.

    Parameters
    ----------
    path : Path
        A ``person.yaml``, or by the suffix ``.json`` a FHIR R4 Bundle. Where
        ``sub-<label>_person.yaml`` and ``sub-<label>_fhir.json`` lie side by side, both are read
        and joined, whichever is named.
    today : str
        Day of the run; a later date is refused.
    expected_label : str, optional
        The label of the folder that the record lies in.

    Returns
    -------
    Timeline
        Without recordings.

    Raises
    ------
    InputError
        The first fault: file, line, field, what was got, what is allowed.
    """
    timeline, faults = examine_person(path, today=today, expected_label=expected_label)
    if timeline is None:
        raise faults[0]
    return timeline


def examine_person(
    path: Path, *, today: IsoDate, expected_label: str | None = None
) -> tuple[Timeline | None, tuple[InputError, ...]]:
    """Read a person's record and return all its faults.

    Parameters
    ----------
    path : Path
        A ``person.yaml``, or by the suffix ``.json`` a FHIR R4 Bundle. Where
        ``sub-<label>_person.yaml`` and ``sub-<label>_fhir.json`` lie side by side, both are read
        and joined, whichever is named.
    today : str
        Day of the run; a later date is refused.
    expected_label : str, optional
        The label of the folder that the record lies in.

    Returns
    -------
    tuple
        The timeline, None where there are faults; and the faults in the order of their lines.
    """
    record, bundle = _both(path)
    if record is None:
        timeline, faults = _examine_bundle(path, today, expected_label)
        return (None if timeline is None else without_places(timeline)), faults
    timeline, faults = _examine_record(record, today, expected_label)
    if bundle is None or timeline is None:
        return timeline, faults
    told, faults = _examine_bundle(bundle, today, timeline.label)
    if told is None:
        return None, faults
    joined, faults = join(timeline, told, (str(record), str(bundle)))
    return (None if joined is None else without_places(joined)), faults


def _examine_bundle(
    path: Path, today: IsoDate, expected_label: str | None
) -> tuple[Timeline | None, tuple[InputError, ...]]:
    from equipoise.ingest.fhir import examine_bundle  # imported only where a bundle is read

    return examine_bundle(path, today=today, expected_label=expected_label)


def _both(path: Path) -> tuple[Path | None, Path | None]:
    """Return record and bundle of a person: the one that is named, and the other beside it."""
    named = _BESIDE.fullmatch(path.name)
    if named is None:
        is_bundle = path.suffix.casefold() == BUNDLE_SUFFIX
        return (None, path) if is_bundle else (path, None)
    pair = (
        path.with_name(f"sub-{named[1]}_person.yaml"),
        path.with_name(f"sub-{named[1]}_fhir{BUNDLE_SUFFIX}"),
    )
    record, bundle = (one if one == path or one.is_file() else None for one in pair)
    return record, bundle


def _examine_record(
    path: Path, today: IsoDate, expected_label: str | None
) -> tuple[Timeline | None, tuple[InputError, ...]]:
    try:
        data = _bytes(path)
        node = parse_yaml(data, where=str(path))
        if not isinstance(node, Entries):
            raise RecordError(
                "the file is empty" if node is None else "this is not a record",
                where=str(path),
                allowed="keys with values",
                todo="begin with schema_version and label",
            )
    except RecordError as fault:
        return None, (fault,)
    sheet = Sheet(str(path), today)
    names = tuple(part.name for part in (*s.HEAD, *s.SECTIONS))
    root = Entry(node, names, sheet, "")
    timeline = _timeline(root, InputDigest(path.name, hashlib.sha256(data).hexdigest()))
    check_whole(timeline, root)
    if expected_label is not None and timeline.label not in {"", expected_label}:
        root.note(s.LABEL, _other_person(root, timeline.label, expected_label))
    return (None if sheet.faults else timeline), sheet.faults


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordError(
            "the record cannot be read", where=str(path), got=error.strerror or ""
        ) from None


def _other_person(root: Entry, got: str, expected: str) -> RecordError:
    return RecordError(
        "the record names another person than its folder",
        where=root.spot("label").where,
        got=got,
        allowed=expected,
        todo="find out whose record it is before anything else",
    )


def _timeline(root: Entry, source: InputDigest) -> Timeline:
    root.needed(s.SCHEMA_VERSION)
    treatments = read_entries(root, s.TREATMENTS, sections.treatment_trial)
    told = read_entries(root, s.SIDE_EFFECTS, sections.reported_effect)
    wishes = sections.preferences(read_entry(root, s.PREFERENCES))
    return Timeline(
        label=root.needed(s.LABEL) or "",
        notice=root.answer(s.NOTICE).value,
        demographics=sections.demographics(read_entry(root, s.DEMOGRAPHICS)),
        episode=sections.episode(read_entry(root, s.EPISODE)),
        treatments=treatments,
        drugs=read_entries(root, s.DRUGS, sections.drug_use),
        conditions=read_entries(root, s.CONDITIONS, sections.condition),
        implants=read_entries(root, s.IMPLANTS, sections.implant),
        pregnancy=sections.pregnancy(read_entry(root, s.PREGNANCY)),
        labs=read_entries(root, s.LABS, lab_result),
        scales=read_entries(root, s.SCALES, sections.scale_answers),
        genotypes=read_entries(root, s.GENOTYPES, sections.genotype),
        findings=read_entries(root, s.FINDINGS, sections.finding),
        preferences=with_experience(wishes, treatments, told),
        consents=read_entries(root, s.CONSENTS, sections.consent),
        sources=(source,),
        allergies=read_entries(root, s.ALLERGIES, sections.allergy),
        family=read_entries(root, s.FAMILY, sections.family_condition),
        side_effects=told,
        visit_notes=read_entries(root, s.VISIT_NOTES, sections.visit_note),
    )
