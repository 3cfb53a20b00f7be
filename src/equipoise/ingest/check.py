"""What is there, what is missing and what is wrong, told before any work."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Literal

from equipoise.core.answers import Answer
from equipoise.core.dates import IsoDate
from equipoise.core.errors import InputError
from equipoise.core.nouns import Recording, Timeline
from equipoise.ingest.bids import DERIVATIVE, find_recordings, participant_labels, person_file
from equipoise.ingest.participants import read_participant_row, with_participant
from equipoise.ingest.person import examine_person
from equipoise.ingest.variants import find_variants

__all__ = ["CheckFinding", "check_path"]

_NESTED: Final = ("demographics", "episode")
_SECTIONS: Final = tuple(
    part.name
    for part in fields(Timeline)
    if part.name
    not in {"label", "recordings", "variants", "notice", "sources", "unmapped", *_NESTED}
)


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """One thing that is present, missing or wrong.

    Parameters
    ----------
    kind : {"present", "missing", "wrong"}
        What holds.
    what : str
        A section of the record, or a part of a recording.
    where : str
        File with line and field, or the person.
    detail : str
        In words.
    """

    kind: Literal["present", "missing", "wrong"]
    what: str
    where: str
    detail: str


def check_path(path: Path, *, today: IsoDate) -> tuple[CheckFinding, ...]:
    """Look over a record, or a dataset with all its people.

    Parameters
    ----------
    path : Path
        A ``person.yaml`` or the root of a BIDS dataset.
    today : str
        Day of the run.

    Returns
    -------
    tuple of CheckFinding
        Never raises for bad input: that is a finding of kind ``wrong``. The inside of images is
        not looked at here.
    """
    if not path.is_dir():
        return _person(path, today, None)
    try:
        labels = participant_labels(path)
    except InputError as fault:
        return (_wrong("dataset", fault),)
    return (*_dataset(path), *(f for label in labels for f in _participant(path, label, today)))


def _wrong(what: str, fault: InputError) -> CheckFinding:
    message = InputError(fault.what, got=fault.got, allowed=fault.allowed, todo=fault.todo)
    return CheckFinding("wrong", what, fault.where, message.line())


def _dataset(dataset: Path) -> tuple[CheckFinding, ...]:
    folder = dataset / DERIVATIVE
    if not folder.is_dir():
        return (CheckFinding("missing", "fMRIPrep derivatives", DERIVATIVE, "no such folder"),)
    if not (folder / "dataset_description.json").is_file():
        return (
            CheckFinding("missing", "dataset_description.json", DERIVATIVE, "no notice is known"),
        )
    return (CheckFinding("present", "fMRIPrep derivatives", DERIVATIVE, ""),)


def _participant(dataset: Path, label: str, today: IsoDate) -> tuple[CheckFinding, ...]:
    found: list[CheckFinding] = []
    where = f"sub-{label}"
    try:
        path = person_file(dataset, label)
    except InputError as fault:
        found.append(_wrong("clinical record", fault))
    else:
        if path is None:
            found.append(
                CheckFinding(
                    "missing", "clinical record", where, "no person.yaml and no FHIR bundle"
                )
            )
        else:
            found += _person(path, today, label)
        found += _row(dataset, label, path, today)
    bundle = dataset / where / "clinical" / f"{where}_fhir.json"
    if bundle.is_file():
        found.append(CheckFinding("present", "FHIR bundle", bundle.name, ""))
    found += _variants(dataset, label)
    try:
        recordings = find_recordings(dataset, label)
    except InputError as fault:
        return (*found, _wrong("resting scan", fault))
    if not any(_what(scan) == "resting scan" for scan in recordings):
        found.append(CheckFinding("missing", "resting scan", where, "no desc-preproc_bold.nii.gz"))
    return (*found, *_counted(recordings, where), *(p for s in recordings for p in _recording(s)))


def _variants(dataset: Path, label: str) -> list[CheckFinding]:
    """Return the file of variants; the inside of it is not looked at here."""
    try:
        files = find_variants(dataset, label)
    except InputError as fault:
        return [_wrong("variants", fault)]
    if len(files) > 1:
        names = ", ".join(file.name for file in files)
        return [CheckFinding("wrong", "variants", f"sub-{label}", f"keep one of {names}")]
    found = []
    for file in files:
        for path in file.files():
            here = Path(path).is_file()
            what = "outside calls" if path == file.outside_calls else "variants"
            detail = "" if here else "a link to a file that is not here"
            kind: Literal["present", "wrong"] = "present" if here else "wrong"
            found.append(CheckFinding(kind, what, Path(path).name, detail))
    return list(dict.fromkeys(found))


def _row(dataset: Path, label: str, record: Path | None, today: IsoDate) -> list[CheckFinding]:
    """Return what the table of participants says of a person, and whether the record agrees."""
    timeline = None if record is None else examine_person(record, today=today)[0]
    try:
        told = read_participant_row(dataset, label)
        with_participant(timeline or Timeline(label), dataset, record)
    except InputError as fault:
        return [_wrong("age and sex", fault)]
    if told is None:
        return []
    where = f"{Path(told.where).name}"
    said = {"age": told.age, "sex": told.sex}
    found = [CheckFinding("missing", "age and sex", where, cell) for cell in told.unread]
    known = ", ".join(name for name, value in said.items() if value is not None)
    return [*found, CheckFinding("present", "participants.tsv", where, known)] if known else found


def _what(scan: Recording) -> str:
    if scan.kind == "freesurfer_stats":
        return "FreeSurfer tables"
    return "resting scan" if (scan.task or "").startswith("rest") else "task scan"


def _counted(recordings: tuple[Recording, ...], where: str) -> tuple[CheckFinding, ...]:
    """Return how many images or folders there are of each kind."""
    kinds = Counter(_what(scan) for scan in recordings)
    return tuple(
        CheckFinding("present", f"{kind}: found", where, str(count))
        for kind, count in sorted(kinds.items())
    )


def _recording(scan: Recording) -> tuple[CheckFinding, ...]:
    if scan.kind == "freesurfer_stats":
        return (_part(scan, "FreeSurfer tables", scan.name), *_told(scan))
    files = {
        "image": scan.path,
        "brain mask": scan.mask,
        "confounds": scan.confounds,
        "sidecar": scan.sidecar,
    }
    if scan.kind == "bold_surface":
        del files["brain mask"]
    if _what(scan) == "task scan":
        files["events"] = scan.events
    seconds = None if scan.repetition_time is None else f"{scan.repetition_time:g} s"
    return (
        *(_file(scan, what, path) for what, path in files.items()),
        _part(scan, "repetition time", seconds),
        _part(scan, "space", scan.space),
        *_beside(scan),
        *_told(scan),
    )


def _beside(scan: Recording) -> tuple[CheckFinding, ...]:
    """Return what helps but is not needed, where it is there."""
    files = {
        "breathing": scan.physio,
        "mixing matrix of tedana": scan.mixing,
        "grey matter": scan.grey_matter,
        "T1w image": scan.t1w,
    }
    ways = ", ".join(f"{t.source} to {t.target}" for t in scan.transforms)
    words = {"transforms": ways, "surfaces": ", ".join(Path(s).name for s in scan.surfaces)}
    several = [(f"transform {t.source} to {t.target}", t.path) for t in scan.transforms]
    several += [(f"surface {Path(path).name}", path) for path in scan.surfaces]
    gone = [(what, path) for what, path in several if not Path(path).is_file()]
    there = [(what, path) for what, path in files.items() if path is not None]
    return (
        *(_file(scan, what, path) for what, path in (*there, *gone)),
        *(_part(scan, what, said) for what, said in words.items() if said),
    )


def _told(scan: Recording) -> tuple[CheckFinding, ...]:
    """Return day and scanner, where they are known."""
    words = {"date": scan.date, "scanner": scan.scanner}
    return tuple(_part(scan, what, said) for what, said in words.items() if said)


def _file(scan: Recording, what: str, path: str | None) -> CheckFinding:
    if path is not None and not Path(path).is_file():
        return CheckFinding("wrong", what, scan.name, "a link to a file that is not here")
    return _part(scan, what, None if path is None else Path(path).name)


def _part(scan: Recording, what: str, detail: str | None) -> CheckFinding:
    if detail is None:
        return CheckFinding("missing", what, scan.name, f"needed to use the {_what(scan)}")
    return CheckFinding("present", what, scan.name, detail)


def _person(path: Path, today: IsoDate, label: str | None) -> tuple[CheckFinding, ...]:
    timeline, faults = examine_person(path, today=today, expected_label=label)
    found = [_wrong("clinical record", fault) for fault in faults]
    if timeline is None:
        return tuple(found)
    found.append(CheckFinding("present", "clinical record", path.name, timeline.notice or ""))
    for name in _NESTED:
        section = getattr(timeline, name)
        for part in fields(section):
            found.append(_answer(f"{name}: {part.name}", path.name, getattr(section, part.name)))
    found += [_answer(name, path.name, getattr(timeline, name)) for name in _SECTIONS]
    found += [
        CheckFinding("missing", f"unmapped: {item.what}", item.resource, item.why)
        for item in timeline.unmapped
    ]
    return tuple(found)


def _answer(what: str, where: str, answer: Answer[object]) -> CheckFinding:
    if answer.status == "not_asked":
        return CheckFinding("missing", what, where, "not asked")
    if answer.status == "unknown":
        return CheckFinding("missing", what, where, "asked, not known")
    if not isinstance(answer.value, tuple):
        return CheckFinding("present", what, where, "given")
    count = len(answer.value)
    said = f"{count} {'entry' if count == 1 else 'entries'}" if count else "asked, none"
    return CheckFinding("present", what, where, said)
