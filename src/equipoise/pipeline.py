"""The composition root: the one file that knows the order of the stages.

::

    the person:      ingest -> assays -> norms -> profile --.
                             '-> appraise --------------+--> predict -> plan -> monitor
    the literature:  tables -> evidence ----------------'
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace
from pathlib import Path

from equipoise import (
    __version__,
    appraise,
    assays,
    evidence,
    monitor,
    norms,
    plan,
    predict,
    profile,
)
from equipoise.core.answers import given
from equipoise.core.called_genotypes import called_genotypes
from equipoise.core.dates import IsoDate
from equipoise.core.documents import from_json, to_json
from equipoise.core.errors import InputError
from equipoise.core.nouns import (
    Appraisal,
    Decision,
    Dossier,
    GeneCall,
    Measurement,
    NotMeasured,
    Plan,
    Profile,
    Result,
    ResultSet,
    ScanSummary,
    SiteNorms,
    Target,
    Timeline,
)
from equipoise.core.steps import StepStore, Watcher, file_digest, quiet, step_key
from equipoise.core.tables import setting, tables_digest

__all__ = ["RunSettings", "default_seed", "measure_step_key", "run_person"]


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What a run is given besides the data.

    Parameters
    ----------
    today : str
        The day of the run.
    seed : int
        Seed of all random streams.
    acknowledged_by : str or None
        The clinician who releases the plan of a person with an emergency flag.
    imaging : Options
        What the user chose about reading and cleaning scans.
    site_norms : SiteNorms or None
        Norms that the site learned from its own controls.

    Raises
    ------
    InputError
        If the acknowledgement names nobody: it would release the plan all the same.
    """

    today: IsoDate
    seed: int
    acknowledged_by: str | None = None
    imaging: assays.Options = field(default_factory=assays.Options)
    site_norms: SiteNorms | None = None

    def __post_init__(self) -> None:
        if self.acknowledged_by is not None and not self.acknowledged_by.strip():
            raise InputError(
                "an acknowledgement needs a name",
                where="--acknowledge",
                todo="name the clinician who saw the person",
            )


def default_seed() -> int:
    """Return the seed of `tables/hyperparameters`."""
    return int(setting("seed"))


def run_person(
    timeline: Timeline,
    settings: RunSettings,
    *,
    store: StepStore,
    watch: Watcher = quiet,
) -> Dossier:
    """Take one person's records through every stage.

    Parameters
    ----------
    timeline : Timeline
        The records and where the recordings lie.
    settings : RunSettings
        Day, seed, acknowledgement.
    store : StepStore
        Keeps the measured results, so that a scan is read once.
    watch : Watcher, optional
        Told how far the work is.

    Returns
    -------
    Dossier
        Everything that the report shows.

    Raises
    ------
    InputError
        If a record or table cannot be used. A recording that cannot be used is a
        :class:`~equipoise.core.nouns.NotMeasured`.
    """
    results = _measure(timeline, settings, store, watch)
    measured = tuple(r for r in results if isinstance(r, Measurement))
    calls = tuple(r for r in results if isinstance(r, GeneCall))
    timeline = _with_calls(timeline, calls)
    normed = norms.place(measured, timeline.demographics, settings.site_norms)
    state = profile.infer(normed, today=settings.today)
    appraisal = appraise.appraise(timeline, today=settings.today)
    decision, steps = _decided(timeline, state, appraisal, settings)
    trajectories = monitor.follow(measured, timeline, today=settings.today)
    changes = monitor.compare_sessions(normed)
    return Dossier(
        label=timeline.label,
        date=settings.today,
        seed=settings.seed,
        version=__version__,
        tables_digest=tables_digest(),
        notices=_notices(timeline),
        timeline=_portable(timeline),
        measurements=normed,
        targets=tuple(r for r in results if isinstance(r, Target)),
        not_measured=tuple(r for r in results if isinstance(r, NotMeasured)),
        profile=state,
        appraisal=appraisal,
        decision=decision,
        plan=steps,
        trajectories=trajectories,
        acknowledged_by=settings.acknowledged_by,
        scans=tuple(r for r in results if isinstance(r, ScanSummary)),
        changes=changes,
        change_order=monitor.order_of_change(changes, trajectories),
        gene_calls=calls,
    )


def _decided(
    timeline: Timeline, state: Profile, appraisal: Appraisal, settings: RunSettings
) -> tuple[Decision, Plan]:
    """Let the person and the literature meet: predictions, then the plan that rests on them."""
    literature = evidence.load()
    released = settings.acknowledged_by is not None
    decision = predict.predict(
        state,
        appraisal,
        literature,
        preferences=timeline.preferences,
        seed=settings.seed,
        acknowledged=released,
    )
    steps = plan.make_plan(
        timeline,
        appraisal,
        decision,
        literature.treatments,
        today=settings.today,
        acknowledged=released,
    )
    return decision, steps


def _with_calls(timeline: Timeline, calls: tuple[GeneCall, ...]) -> Timeline:
    """Return the timeline with the called genes among its genotypes."""
    told = timeline.genotypes.or_else(())
    reported = {genotype.gene.upper() for genotype in told}
    found = called_genotypes(calls, reported)
    if not found:
        return timeline
    return replace(timeline, genotypes=given((*told, *found)))


def measure_step_key(timeline: Timeline, settings: RunSettings) -> str:
    """Return the key of the measuring step.

    It holds the digests of every file that an assay may read, the tables, the seed, the choices
    about scans and the software version, but not the day of the run, which no assay uses.
    """
    recordings = [
        f"{r.portable()!r}\0" + "\0".join(map(_digest, r.files())) for r in timeline.recordings
    ]
    variants = [
        f"{file.portable()!r}\0" + "\0".join(map(_digest, file.files()))
        for file in timeline.variants
    ]
    sources = [f"{source.name}\0{source.sha256}" for source in timeline.sources]
    chosen = [repr(settings.imaging), *map(_digest, settings.imaging.files())]
    parts = (*chosen, *sources, *recordings, *variants)
    return step_key(__version__, tables_digest(), str(settings.seed), *parts)


def _portable(timeline: Timeline) -> Timeline:
    """Return the timeline with names below the dataset: no result holds a path of this machine."""
    return replace(
        timeline,
        recordings=tuple(r.portable() for r in timeline.recordings),
        variants=tuple(file.portable() for file in timeline.variants),
    )


def _digest(path: str | None) -> str:
    """Return the digest of a part of a recording; one that cannot be read has the reason.

    A folder, as FreeSurfer leaves it, has the digests of its files. The assay that needs the part
    says so in words; the key only has to change once it is there.
    """
    if path is None:
        return ""
    try:
        if Path(path).is_dir():
            files = sorted(file for file in Path(path).iterdir() if file.is_file())
            return " ".join(f"{file.name} {file_digest(file)}" for file in files)
        return file_digest(path)
    except OSError as error:
        return f"unreadable {error.errno}"


def _measure(
    timeline: Timeline, settings: RunSettings, store: StepStore, watch: Watcher
) -> tuple[Result, ...]:
    key = measure_step_key(timeline, settings)
    kept = store.fetch("measure", key)
    if kept is not None:
        with contextlib.suppress(InputError):  # kept results that were damaged are made again
            return from_json(ResultSet, kept).results
    results = assays.measure(timeline, seed=settings.seed, options=settings.imaging, watch=watch)
    text = to_json(ResultSet(results))
    store.keep("measure", key, text)
    # A resumed run reads rounded numbers; the first run must use the same ones.
    return from_json(ResultSet, text).results


def _notices(timeline: Timeline) -> tuple[str, ...]:
    found = [r.notice for r in timeline.recordings if r.notice]
    found += [timeline.notice] if timeline.notice else []
    return tuple(dict.fromkeys(found))
