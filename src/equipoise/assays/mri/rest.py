"""Resting runs: one pass over each, circuits for each session, the target over all of them.

A run that cannot be used is named in the flags and does not lose the others. A run that misses a
region is left out of the measures that need the region, and of no others.

To add a measure: one file with ``SPEC`` and ``measure(scan, *, seed)``, one line in ``_ASSAYS``.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from equipoise.assays.mri import (
    rest_amygdala_prefrontal,
    rest_attention,
    rest_default_control,
    rest_default_mode,
    rest_frontostriatal,
    rest_salience,
    rest_sgacc_default,
    rest_sgacc_dlpfc,
    tms_target,
)
from equipoise.assays.mri.opened import faults
from equipoise.assays.mri.options import Options
from equipoise.assays.mri.passing import one_thread
from equipoise.assays.mri.run import Run, read_run
from equipoise.assays.mri.scan import Scan
from equipoise.assays.mri.selection import Choice, agreeing, choices, sessions_of
from equipoise.assays.mri.summary import summarise
from equipoise.core.assay import AssaySpec
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import Measurement, NotMeasured, Recording, Result, Target
from equipoise.core.steps import Watcher, quiet

__all__ = ["SPECS", "candidates", "inspect", "measure"]

_Measure = Callable[..., tuple[Result, ...]]
_ASSAYS: tuple[tuple[AssaySpec, _Measure], ...] = (
    (rest_default_mode.SPEC, rest_default_mode.measure),
    (rest_salience.SPEC, rest_salience.measure),
    (rest_attention.SPEC, rest_attention.measure),
    (rest_default_control.SPEC, rest_default_control.measure),
    (rest_sgacc_dlpfc.SPEC, rest_sgacc_dlpfc.measure),
    (rest_sgacc_default.SPEC, rest_sgacc_default.measure),
    (rest_frontostriatal.SPEC, rest_frontostriatal.measure),
    (rest_amygdala_prefrontal.SPEC, rest_amygdala_prefrontal.measure),
)

SPECS: tuple[AssaySpec, ...] = (*(spec for spec, _ in _ASSAYS), tms_target.SPEC)
"""What the measures of resting runs need and yield."""


def measure(
    recordings: tuple[Recording, ...], options: Options, *, seed: int, watch: Watcher = quiet
) -> tuple[Result, ...]:
    """Take all measures of the resting runs of one person.

    Parameters
    ----------
    recordings : tuple of Recording
        Of one person; the resting runs among them are read in the space where most are there.
    options : Options
        What the user chose.
    seed : int
        Seed of the run's random streams.
    watch : Watcher, optional
        Told how far the reading is.

    Returns
    -------
    tuple of Measurement, Target, ScanSummary or NotMeasured
        One result for each circuit and session, one target, and a summary of each run. Recordings
        that cannot be used give the reason; images that were not used, or could not be, are named
        in the flags.
    """
    with one_thread():
        return _taken(choices(recordings), options, seed, watch)


def _taken(
    found: tuple[Choice, ...], options: Options, seed: int, watch: Watcher
) -> tuple[Result, ...]:
    """Measure the first choice of which a run can be read."""
    if not found:
        return _none("no resting run was recorded")
    reasons: list[str] = []
    for choice in found:
        runs, failed = _read(choice, options, watch)
        reasons += failed
        if runs:
            scans, left_out = sessions_of(runs)
            flags = _lost((*reasons, *left_out), choice.spare)
            with ThreadPoolExecutor() as pool:
                summaries = pool.submit(_summaries, scans, runs, seed)
                flagged = tuple(_flagged(scan, flags) for scan in scans)
                measured = _measured(flagged, options, seed)
            return (*measured, *summaries.result())
    return _none("; ".join(reasons))


def _summaries(scans: tuple[Scan, ...], runs: tuple[Run, ...], seed: int) -> tuple[Result, ...]:
    """Return a summary of every run that was read, session by session."""
    return tuple(
        summary
        for scan in scans
        for summary in summarise(
            scan, tuple(run for run in runs if run.session == scan.first.session), seed=seed
        )
    )


def _read(choice: Choice, options: Options, watch: Watcher) -> tuple[tuple[Run, ...], list[str]]:
    """Read all runs in one space; a damaged one gives its reason."""
    runs, reasons = [], []
    for recording in choice.recordings:
        try:
            runs.append(read_run(recording, _regions(), options, watch))
        except RecordingError as error:
            reasons.append(str(error))
    return tuple(runs), reasons


def _measured(scans: tuple[Scan, ...], options: Options, seed: int) -> tuple[Result, ...]:
    """Return the circuits of each session and the target over all sessions."""
    circuits = [
        _dated(result, part)
        for spec, take in _ASSAYS
        for part in (_covering(scan, spec) for scan in scans)
        for result in take(part, seed=seed)
    ]
    runs, odd = agreeing(tuple(run for scan in scans for run in scan.runs))
    whole = _covering(_flagged(Scan(runs), _lost(odd, ())), tms_target.SPEC)
    targets = tms_target.measure(whole, options, seed=seed)
    return (*_once(circuits), *(_dated(result, whole) for result in targets))


def _once(results: list[Result]) -> list[Result]:
    """Return results without the repeats of a reason that holds for several sessions alike."""
    kept: dict[object, Result] = {}
    for place, result in enumerate(results):
        if not isinstance(result, NotMeasured):
            kept[place] = result
            continue
        shared = replace(result, session=None)
        kept[shared] = shared if shared in kept else result
    return list(kept.values())


def _covering(scan: Scan, spec: AssaySpec) -> Scan:
    """Return the runs that show all regions of a measure; all runs where none does."""
    regions = _regions_of(spec)
    kept = tuple(run for run in scan.runs if run.missed(spec.id, regions) is None)
    if not kept or len(kept) == len(scan.runs):
        return scan
    lost = [run for run in scan.runs if run not in kept]
    flags = tuple(f"{run.name} was left out: {_why(run, spec)}" for run in lost)
    return _flagged(Scan(kept), flags)


def _why(run: Run, spec: AssaySpec) -> str:
    missed = run.missed(spec.id, _regions_of(spec))
    return missed.reason if missed else ""


def _flagged(scan: Scan, flags: tuple[str, ...]) -> Scan:
    return Scan(tuple(replace(run, flags=(*run.flags, *flags)) for run in scan.runs))


def _dated(result: Result, scan: Scan) -> Result:
    """Return a result with day, session, machine and motion of its scan."""
    if isinstance(result, Measurement):
        return replace(
            result,
            date=scan.date,
            session=scan.session,
            scanner=scan.scanner,
            covariates=(*result.covariates, *scan.covariates),
        )
    if isinstance(result, NotMeasured):
        return replace(result, date=scan.date, session=scan.session)
    if isinstance(result, Target):
        return replace(result, date=scan.date)
    return result


def candidates(recordings: tuple[Recording, ...]) -> tuple[Recording, ...]:
    """Return the resting images that may be measured, in the order in which they are tried.

    Parameters
    ----------
    recordings : tuple of Recording
        Of one person.

    Returns
    -------
    tuple of Recording
        All runs in the best space, then those in the other spaces.
    """
    return tuple(recording for choice in choices(recordings) for recording in choice.recordings)


def inspect(recording: Recording, options: Options | None = None) -> tuple[str, ...]:
    """Return what is wrong with a recording, one line each, from headers and confounds alone.

    Parameters
    ----------
    recording : Recording
        Of a functional run.
    options : Options, optional
        What the user chose: cleaning, maps and regions are looked at as well.

    Returns
    -------
    tuple of str
        Empty where nothing was found.
    """
    return faults(recording, options)


def _lost(reasons: tuple[str, ...], spare: tuple[Recording, ...]) -> tuple[str, ...]:
    """Return flags for runs that could not be used and for images that were not needed."""
    flags = [f"another resting run could not be used: {reason}" for reason in reasons]
    if spare:
        names = ", ".join(other.name for other in spare)
        flags.append(f"other resting images were not used: {names}")
    return tuple(flags)


def _none(reason: str) -> tuple[Result, ...]:
    return tuple(NotMeasured(spec.id, reason) for spec in SPECS)


def _regions() -> tuple[str, ...]:
    """Return the union of the regions that the assays need."""
    return tuple(dict.fromkeys(region for spec in SPECS for region in _regions_of(spec)))


def _regions_of(spec: AssaySpec) -> tuple[str, ...]:
    needs = (need for need in spec.needs if need.startswith("region:"))
    return tuple(need.removeprefix("region:") for need in needs)
