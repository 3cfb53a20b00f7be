"""One run for one person, from the input folder to the written files."""

from __future__ import annotations

import dataclasses
import logging
import time
from dataclasses import dataclass
from pathlib import Path

from equipoise import ingest, pipeline
from equipoise.apps import outputs
from equipoise.apps.files import FileStore, clear_person, make_folder
from equipoise.apps.report.anatomy import t1w_of
from equipoise.core.documents import from_json, to_json
from equipoise.core.errors import InputError, OutputError, RecordError
from equipoise.core.nouns import Dossier, Timeline
from equipoise.core.steps import Watcher, quiet, step_key

__all__ = ["Outcome", "finish_study", "read_participant", "run_participant", "start_log"]

LOG = logging.getLogger("equipoise")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: the dossier, where the report lies, and whether any work was done."""

    dossier: Dossier
    report: Path
    worked: bool


def read_participant(dataset: Path, label: str, *, today: str) -> Timeline:
    """Return the records and recordings of one participant of a dataset.

    Parameters
    ----------
    dataset : Path
        BIDS dataset.
    label : str
        BIDS label without ``sub-``.
    today : str
        Day of the run.

    Returns
    -------
    Timeline
        With recordings and files of variants; without a clinical record every question counts as
        not asked, but for age and sex, which the table of participants may tell.

    Raises
    ------
    InputError
        If the record is wrong or contradicts the table of participants, or there is neither a
        record nor a recording nor a file of variants.
    """
    path = ingest.person_file(dataset, label)
    recordings = ingest.find_recordings(dataset, label)
    variants = ingest.find_variants(dataset, label)
    if path is None and not recordings and not variants:
        raise RecordError(
            "there is neither a clinical record nor a resting scan nor a file of variants",
            where=f"{dataset} sub-{label}",
            todo=f"add clinical/sub-{label}_person.yaml, clinical/sub-{label}_fhir.json, fMRIPrep "
            f"derivatives or genetics/sub-{label}.vcf.gz",
        )
    timeline = Timeline(label)
    if path is not None:
        timeline = ingest.read_person(path, today=today, expected_label=label)
    timeline = ingest.with_participant(timeline, dataset, path)
    return dataclasses.replace(timeline, recordings=recordings, variants=variants)


def run_participant(
    timeline: Timeline,
    out: Path,
    settings: pipeline.RunSettings,
    *,
    watch: Watcher = quiet,
) -> Outcome:
    """Run every stage for one person and write the files, unless nothing has changed.

    Parameters
    ----------
    timeline : Timeline
        Records and recordings.
    out : Path
        Output folder.
    settings : RunSettings
        Day, seed, acknowledgement.
    watch : Watcher, optional
        Told how far the work is.

    Returns
    -------
    Outcome
        `worked` is False where a finished, unchanged run was found.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    began = time.monotonic()
    make_folder(out)
    clear_person(out, timeline.label)
    store = FileStore(out, timeline.label)
    report = out / f"sub-{timeline.label}.html"
    key = _run_key(timeline, settings)
    finished = _finished(store, key, out)
    if finished is not None:
        LOG.info("sub-%s unchanged, nothing done", timeline.label)
        return Outcome(finished, report, worked=False)
    dossier = pipeline.run_person(timeline, settings, store=store, watch=watch)
    texts = outputs.person_files(dossier, t1w_of(dossier, timeline))
    outputs.write_files(out, texts)
    outputs.clear_earlier(out, timeline.label, texts)
    store.keep("dossier", key, to_json(dossier))
    store.keep(outputs.MANIFEST, key, outputs.manifest(texts, _references(dossier)))
    LOG.info(
        "sub-%s done: %d measured, %d not measured, %.1f s",
        timeline.label,
        len(dossier.measurements) + len(dossier.targets),
        len(dossier.not_measured),
        time.monotonic() - began,
    )
    if settings.acknowledged_by is not None:
        LOG.info("sub-%s plan released by %s", timeline.label, settings.acknowledged_by)
    return Outcome(dossier, report, worked=True)


def _finished(store: FileStore, key: str, out: Path) -> Dossier | None:
    """Return the kept results of an unchanged run; what cannot be read is made again."""
    kept, files = store.fetch("dossier", key), store.fetch(outputs.MANIFEST, key)
    if kept is None or files is None or not outputs.unchanged(out, files):
        return None
    try:
        return from_json(Dossier, kept)
    except InputError:
        return None


def _run_key(timeline: Timeline, settings: pipeline.RunSettings) -> str:
    measured = pipeline.measure_step_key(timeline, settings)
    learned = "" if settings.site_norms is None else to_json(settings.site_norms)
    return step_key(measured, settings.today, settings.acknowledged_by or "", learned)


def finish_study(out: Path) -> None:
    """Write the files that stand once in an output folder, from all its finished people."""
    outputs.write_files(out, outputs.study_files(outputs.cited(out)))


def _references(dossier: Dossier) -> tuple[str, ...]:
    found = {item.norm.reference for item in dossier.measurements if item.norm}
    found |= {key for p in dossier.decision.predictions for key in p.references}
    found |= {key for p in dossier.decision.exploratory for key in p.references}
    found |= {step.reference for step in dossier.plan.steps}
    found |= {r.reference for v in dossier.appraisal.verdicts for r in v.reasons}
    found |= {s.reference for f in dossier.appraisal.red_flags for s in f.pathway}
    found |= {t.reference for t in dossier.trajectories}
    found |= {c.reference for c in dossier.changes}
    return tuple(sorted({part.strip() for key in found for part in key.split(";")}))


def start_log(out: Path) -> None:
    """Log ids, counts and times (never values) to ``OUT_DIR/logs/equipoise.log``."""
    path = make_folder(out / "logs") / "equipoise.log"
    try:
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError as error:
        raise OutputError(
            "the log cannot be written", where=str(path), got=error.strerror or str(error)
        ) from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
