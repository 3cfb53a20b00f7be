"""What `equipoise target` and `equipoise circuits` do; the command line only parses and prints."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from equipoise import norms
from equipoise.apps.imaging import output
from equipoise.apps.imaging.circuits_document import circuits_document, circuits_text
from equipoise.apps.imaging.given import Given, check_own_space, recordings
from equipoise.apps.imaging.maps import probability_map
from equipoise.apps.imaging.navigators import UNREAD, Export, export
from equipoise.apps.imaging.target_document import FALL_BACK, Asked, Outcome, target_document
from equipoise.apps.imaging.target_text import target_text
from equipoise.apps.progress import progress
from equipoise.assays.mri import folder
from equipoise.assays.mri.image.placing import check_pairs
from equipoise.assays.mri.image.spaces import T1W, check_transform
from equipoise.assays.mri.image.stream import read_header
from equipoise.assays.mri.options import Options
from equipoise.assays.mri.target.depth import OUTSIDE, read_head
from equipoise.assays.mri.task.design import model_row
from equipoise.core.errors import OutputError, RecordingError
from equipoise.core.nouns import Demographics, Measurement, Recording, Result
from equipoise.core.tables import setting

if TYPE_CHECKING:
    from equipoise.core.nouns import SiteNorms

__all__ = ["Answer", "Placed", "Run", "circuits", "target"]


@dataclass(frozen=True, slots=True)
class Run:
    """How a command runs.

    Parameters
    ----------
    date : str
        Day of the run.
    seed : int
        Seed of all random streams.
    out : Path or None
        Output folder; None prints only.
    approved_by : str or None
        Who approved the files for navigators.
    """

    date: str
    seed: int
    out: Path | None = None
    approved_by: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """What puts a person on norms: age and sex, and the norms that the site learned itself."""

    demographics: Demographics = field(default_factory=Demographics)
    site: SiteNorms | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command prints: the document, its text, and lines for the error stream."""

    document: dict[str, Any]
    text: str
    notes: tuple[str, ...] = ()


def target(given: Given, options: Options, run: Run) -> Answer:
    """Find the stimulation target in the runs of one person.

    Parameters
    ----------
    given : Given
        The files.
    options : Options
        What the user chose.
    run : Run
        Day, seed, output folder, approval.

    Returns
    -------
    Answer
        With the verdict; a scan without a target falls back, with the reason.

    Raises
    ------
    InputError
        If files are refused, or navigator files are asked for that must not be written.
    """
    _check_approval(run)
    found, asked = _prepared(given, options, run)
    began = time.monotonic()
    results = _measured(found, options, run)
    outcome = Outcome.of(results)
    document = target_document(results, asked)
    document["depth_reason"] = _no_depth(outcome, given.t1w)
    text = target_text(document)
    if run.out is None:
        return Answer(document, text)
    navigators = Export({}, ())
    if run.approved_by is not None:
        _check_head(document["depth_reason"])
        start, code = output.stem(given.label), _header_code(given.t1w)
        navigators = export(outcome.target, start, code, outcome.reasons)
        _check_notices(asked)
    files = _target_files(results, document, asked, given) | navigators.files
    gone = output.withdraw(run.out, given.label, files)
    output.write(run.out, given.label, files)
    _log("target", len(found), outcome.verdict, began)
    _log_approval(run, navigators)
    unread = (UNREAD,) if navigators.files else ()
    withdrawn = (f"removed, of an earlier run: {name}" for name in gone)
    written = (f"written: {name}" for name in sorted(files))
    notes = (*navigators.left_out, *unread, *withdrawn, *written)
    return Answer(document, text, notes)


def circuits(given: Given, options: Options, run: Run, placed: Placed | None = None) -> Answer:
    """Measure the circuits in the runs of one person.

    Parameters
    ----------
    given : Given
        The files.
    options : Options
        What the user chose.
    run : Run
        Day, seed, output folder.
    placed : Placed, optional
        What puts the person on norms; without it nothing is known of age and sex.

    Returns
    -------
    Answer
        With every circuit on its norm, or the reason why it was not measured.

    Raises
    ------
    InputError
        If files are refused.
    """
    found, asked = _prepared(given, options, run)
    began = time.monotonic()
    results = _measured(found, options, run)
    taken = tuple(one for one in results if isinstance(one, Measurement))
    person = Placed() if placed is None else placed
    normed = norms.place(taken, person.demographics, person.site)
    document = circuits_document(results, normed, asked)
    text = circuits_text(document)
    if run.out is None:
        return Answer(document, text)
    from equipoise.apps.report.imaging_page import circuits_page

    page = circuits_page(results, given.label, run.date, asked.notices, normed)
    start = output.stem(given.label)
    files = {
        f"{start}circuits.json": output.json_text(document).encode("utf-8"),
        f"{start}circuits.html": page.encode("utf-8"),
    }
    output.write(run.out, given.label, files)
    _log("circuits", len(found), f"{len(taken)} measured", began)
    return Answer(document, text, tuple(f"written: {name}" for name in sorted(files)))


def _check_approval(run: Run) -> None:
    if run.approved_by is None:
        return
    name = " ".join(run.approved_by.split())
    if not any(letter.isalpha() for letter in name):
        raise OutputError(
            "an approval needs a name", where="--approved-by", got=repr(run.approved_by)
        )
    if run.out is None:
        raise OutputError(
            "navigator files need a folder", where="--approved-by", todo="give --out DIR"
        )


def _prepared(given: Given, options: Options, run: Run) -> tuple[tuple[Recording, ...], Asked]:
    """Return the recordings, each looked at, and what the run was told."""
    found = recordings(given, _chosen(options))
    if given.t1w is not None:
        check_own_space(given.t1w, "--t1w")
    for recording in found:
        if recording.kind == "bold" and recording.space == T1W:
            check_own_space(Path(recording.path), "--space T1w --bold")
    for transform in found[0].transforms:
        check_transform(transform)
    check_pairs(found[0].transforms)
    for recording in found:
        _refuse(recording, options)
    if run.out is not None:
        output.open_folder(run.out)
    notices = tuple(dict.fromkeys(one.notice for one in found if one.notice))
    asked = Asked(given.label, run.date, run.seed, given.space, options.methods, notices)
    return found, asked


def _chosen(options: Options) -> tuple[Path, ...]:
    """Return the maps and masks that the user named."""
    masks = tuple(Path(file) for _, file, _ in options.regions)
    return masks if options.reference_map is None else (*masks, Path(options.reference_map))


def _refuse(recording: Recording, options: Options) -> None:
    """Refuse a recording whose files are wrong, before anything is measured."""
    _check_time(recording)
    chosen = options
    if recording.events is not None and options.cleaning is None:
        # A task is cleaned as its model says, not as rest is.
        chosen = replace(options, cleaning=model_row().text("cleaning"))
    faults = folder.inspect(recording, chosen)
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise RecordingError(f"{faults[0]}{more}")


def _check_time(recording: Recording) -> None:
    """Compare the time that was said with that of the header."""
    if recording.kind != "bold" or recording.repetition_time is None:
        return
    told = read_header(recording.path, recording.name).repetition_time
    said = recording.repetition_time
    if told is not None and abs(told - said) > setting("bold_tr_tolerance") * said:
        raise RecordingError(
            "--tr and the header give different repetition times",
            where=recording.name,
            got=f"--tr {said:g} s, header {told:g} s",
            allowed="the same time, in seconds",
            todo="find out which one is right",
        )


def _measured(found: tuple[Recording, ...], options: Options, run: Run) -> tuple[Result, ...]:
    with progress() as watch:
        return folder.measure(found, options, seed=run.seed, watch=watch)


def _target_files(
    results: tuple[Result, ...], document: dict[str, Any], asked: Asked, given: Given
) -> dict[str, bytes]:
    """Return the files that need no approval: the answer, the page, the map of chances."""
    from equipoise.apps.report.imaging_page import target_page

    start = output.stem(given.label)
    page = target_page(results, given.label, asked.date, asked.notices, given.t1w)
    files = {
        f"{start}tmstarget.json": output.json_text(document).encode("utf-8"),
        f"{start}tmstarget.html": page.encode("utf-8"),
    }
    outcome = Outcome.of(results)
    if outcome.target is None or outcome.verdict == FALL_BACK:
        return files
    image = probability_map(outcome.target)
    if image is not None:
        name = f"{start}space-{outcome.target.space}_desc-tmstarget_probseg.nii.gz"
        files[name] = image
    return files


def _no_depth(outcome: Outcome, t1w: Path | None) -> str | None:
    """Return why the point has no depth; None where it has one, or where there is no target."""
    target = outcome.target
    if target is None:
        return None
    if any(one.depth for one in target.estimates if one.method == target.chosen):
        return None
    if t1w is None:
        return "no whole-head T1w image was given (--t1w)"
    place = next((one for one in target.places if one.space == T1W), None)
    try:
        head = read_head(str(t1w), t1w.name)
        if place is None or place.point is None:
            return "the point has no place in the T1w image" + (f": {place.how}" if place else "")
        head.depth(place.point)
    except RecordingError as error:
        return str(error)
    return None


def _check_notices(asked: Asked) -> None:
    """Refuse files for navigators where the data say that they are not of a person as it is."""
    if asked.notices:
        raise OutputError(
            "no navigator file is written: the dataset carries a notice about itself",
            where="--approved-by",
            got="; ".join(asked.notices),
            todo="leave --approved-by out",
        )


def _check_head(reason: str | None) -> None:
    """Refuse files for navigators where image and transform do not fit each other."""
    if reason is not None and OUTSIDE in reason:
        raise OutputError(
            "no navigator file is written: the target does not lie in the head of the T1w image",
            where="--approved-by",
            todo="give image and transform of the same person",
        )


def _header_code(t1w: Path | None) -> int | None:
    """Return the code of the form that Brainsight names the coordinates of an image after."""
    if t1w is None:
        return None
    import nibabel as nib

    header: Any = nib.load(t1w).header
    codes = {int(header["sform_code"]), int(header["qform_code"])} - {0}
    return codes.pop() if len(codes) == 1 else 0


def _log(command: str, runs: int, what: str, began: float) -> None:
    output.LOG.info("%s of %d runs: %s, %.1f s", command, runs, what, time.monotonic() - began)


def _log_approval(run: Run, navigators: Export) -> None:
    """Keep who approved which files; times stand at the beginning of each line."""
    if run.approved_by is None:
        return
    name = " ".join(run.approved_by.split())
    for file in sorted(navigators.files):
        output.LOG.info("navigator file %s approved by %s", file, name)
