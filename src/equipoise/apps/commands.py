"""What each command does; the command line only parses and prints."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equipoise import ingest, pipeline
from equipoise.apps import outputs, session
from equipoise.apps.documents import plan_document
from equipoise.apps.files import make_folder, write_text
from equipoise.apps.progress import progress
from equipoise.core.errors import EquipoiseError, InputError, RecordingError
from equipoise.core.nouns import Dossier, Recording
from equipoise.core.steps import NoStore
from equipoise.ingest import CheckFinding

__all__ = ["Answer", "check", "check_text", "plan_person", "run_demo", "run_group", "run_people"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command prints: documents, text, and the people who could not be run.

    `ours` is True where at least one of them failed by a fault of Equipoise.
    """

    plans: tuple[dict[str, Any], ...]
    text: str
    failures: tuple[str, ...] = ()
    ours: bool = False


def run_people(
    dataset: Path, out: Path, labels: tuple[str, ...], settings: pipeline.RunSettings
) -> Answer:
    """Run the participants of a dataset; one that fails does not stop the others.

    Parameters
    ----------
    dataset, out : Path
        BIDS dataset and output folder.
    labels : tuple of str
        Labels without ``sub-``; empty for all.
    settings : RunSettings
        Day, seed, acknowledgement.

    Returns
    -------
    Answer
        With one line for each person who could not be run.
    """
    present = ingest.participant_labels(dataset)
    wanted = _known_labels(labels, present, dataset)
    outputs.check_place(out)
    make_folder(out)
    session.start_log(out)
    done: list[session.Outcome] = []
    failures: list[str] = []
    ours = False
    with progress() as watch:
        for label in wanted:
            try:
                timeline = session.read_participant(dataset, label, today=settings.today)
                done.append(session.run_participant(timeline, out, settings, watch=watch))
            except Exception as error:
                if len(wanted) == 1:
                    raise
                session.LOG.error("sub-%s could not be run", label)
                failures.append(f"sub-{label}: {_failure(error)}")
                ours = ours or not isinstance(error, InputError)
    session.finish_study(out)
    plans = tuple(plan_document(outcome.dossier, decide=True) for outcome in done)
    return Answer(plans, "\n\n".join(_told(outcome) for outcome in done), tuple(failures), ours)


def _failure(error: Exception) -> str:
    """Return what is told of a person who could not be run, in one line."""
    if isinstance(error, EquipoiseError):
        return error.line()
    name = type(error).__name__
    return f"a fault of ours: {name}; run this person alone with --debug"


def _known_labels(
    labels: tuple[str, ...], present: tuple[str, ...], dataset: Path
) -> tuple[str, ...]:
    wanted = tuple(label.removeprefix("sub-") for label in labels)
    for label in wanted:
        if label not in present:
            raise InputError(
                "no such participant",
                where=str(dataset),
                got=f"sub-{label}",
                allowed=", ".join(f"sub-{name}" for name in present),
            )
    return wanted or present


def _told(outcome: session.Outcome) -> str:
    if not outcome.worked:
        return f"Nothing to do: the data have not changed.\nReport: {outcome.report}"
    return f"{_words(outcome.dossier)}\n\nReport: {outcome.report}"


def _words(dossier: Dossier) -> str:
    from equipoise.apps.summary import summary  # the words of the report; JSON needs none

    return summary(dossier)


def run_group(dataset: Path, out: Path, labels: tuple[str, ...]) -> str:
    """Write the measures of all finished people as one table and return a line that says so."""
    wanted = _known_labels(labels, ingest.participant_labels(dataset), dataset)
    text = outputs.group_text(out, wanted)
    people = {line.split("\t")[0] for line in text.splitlines()[1:]}
    if not people:
        raise InputError(
            "no finished participants here", where=str(out), todo="run the participant level first"
        )
    write_text(out / "group_measures.tsv", text)
    return f"{out / 'group_measures.tsv'}: {len(people)} of {len(wanted)} people"


def run_demo(out: Path, date: str | None, seed: int) -> Answer:
    """Lay the worked example into ``OUT/dataset`` and run it into ``OUT/equipoise``."""
    from equipoise.apps import demo

    make_folder(out)
    with progress() as watch:
        dataset = demo.build(out / "dataset", watch=watch)
    settings = pipeline.RunSettings(date or demo.DATE, seed)
    return run_people(dataset, out / "equipoise", (demo.LABEL,), settings)


def plan_person(
    person: Path,
    settings: pipeline.RunSettings,
    *,
    out: Path | None,
    decide: bool,
    told: bool = True,
) -> Answer:
    """Plan from one record; with `out`, write the same files as a run.

    Parameters
    ----------
    person : Path
        A person.yaml.
    settings : RunSettings
        Day, seed, acknowledgement.
    out : Path or None
        Output folder.
    decide : bool
        Whether the document holds the predictions.
    told : bool, optional
        Whether the text is wanted too.

    Returns
    -------
    Answer
        One document and its text.
    """
    timeline = ingest.read_person(person, today=settings.today)
    if out is None:
        dossier: Dossier = pipeline.run_person(timeline, settings, store=NoStore())
        document = plan_document(dossier, decide=decide)
        return Answer((document,), _words(dossier) if told else "")
    outputs.check_place(out)
    make_folder(out)
    session.start_log(out)
    outcome = session.run_participant(timeline, out, settings)
    session.finish_study(out)
    return Answer((plan_document(outcome.dossier, decide=decide),), _told(outcome))


def check(path: Path, today: str) -> tuple[CheckFinding, ...]:
    """Return what is there, missing and wrong below `path`, images included."""
    found = list(ingest.check_path(path, today=today))
    if path.is_dir():
        found += _check_images(path)
    return tuple(dataclasses.replace(f, where=f.where or str(path)) for f in found)


def _check_images(dataset: Path) -> list[CheckFinding]:
    try:
        labels = ingest.participant_labels(dataset)
    except InputError:
        # The records' check has already told what is wrong with the folder.
        return []
    return [finding for label in labels for finding in _check_scans(dataset, label)]


def _check_scans(dataset: Path, label: str) -> list[CheckFinding]:
    from equipoise.assays.mri import folder

    try:
        recordings = ingest.find_recordings(dataset, label)
    except InputError:
        # Told by the records' check; it must not hide what is wrong with the others.
        return []
    tried = folder.candidates(recordings)
    found = [finding for scan in tried for finding in _faults(scan, tried[0])]
    found += _beside(recordings)
    found += [
        CheckFinding("present", "resting scan", recording.name, f"not used: {_space(recording)}")
        for recording in recordings
        if (recording.task or "").startswith("rest") and recording not in tried
    ]
    return found


def _faults(scan: Recording, first: Recording) -> list[CheckFinding]:
    """Return what is wrong with a scan; in a space that only stands by it is no fault."""
    from equipoise.assays.mri import folder

    faults = folder.inspect(scan)
    if scan.space == first.space:
        return [CheckFinding("wrong", "resting scan", scan.name, fault) for fault in faults]
    return [
        CheckFinding("present", "resting scan", scan.name, f"stands by, cannot be used: {fault}")
        for fault in faults
    ]


def _beside(recordings: tuple[Recording, ...]) -> list[CheckFinding]:
    """Return the transforms and breathing traces that are there and cannot be used."""
    from equipoise.assays.mri.cleaning.breathing import read_trace
    from equipoise.assays.mri.image.spaces import MNI_SPACES, T1W, check_transform

    found = []
    for transform in dict.fromkeys(t for one in recordings for t in one.transforms):
        used = {transform.source, transform.target} <= {T1W, *MNI_SPACES}
        if not (used and Path(transform.path).is_file()):
            continue  # a link without content was told by the records' check
        try:
            check_transform(transform)
        except RecordingError as fault:
            what = f"transform {transform.source} to {transform.target}"
            found.append(CheckFinding("wrong", what, transform.path, fault.line()))
    for path in dict.fromkeys(one.physio for one in recordings if one.physio is not None):
        told = read_trace(path, 0.0) if Path(path).is_file() else None
        if isinstance(told, str):
            found.append(CheckFinding("wrong", "breathing", path, told))
    return found


def _space(recording: Recording) -> str:
    return f"space {recording.space}" if recording.space else "no space- entity"


def check_text(findings: tuple[CheckFinding, ...]) -> str:
    """Return the findings as lines, what is wrong first."""
    lines = []
    for kind in ("wrong", "missing", "present"):
        group = [f for f in findings if f.kind == kind]
        lines += [f"{kind.upper()} ({len(group)})"] if group else []
        lines += [f"  {f.what}: {f.detail or 'yes'} [{f.where}]" for f in group]
    return "\n".join(lines) or "Nothing was found."
