"""Resting runs: one pass over each, all circuits and the target.

To add a measure: one file with ``SPEC`` and ``measure(scan, *, seed)``, one line in ``_ASSAYS``.
"""

from __future__ import annotations

from collections.abc import Callable
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
from equipoise.assays.mri.options import Options
from equipoise.assays.mri.run import faults, read_run
from equipoise.assays.mri.scan import Scan
from equipoise.core.assay import AssaySpec
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import NotMeasured, Recording, Result
from equipoise.core.steps import Watcher, quiet
from equipoise.core.tables import load_table

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
        Of one person; the first of the :func:`candidates` that can be read is used.
    options : Options
        What the user chose.
    seed : int
        Seed of the run's random streams.
    watch : Watcher, optional
        Told how far the reading is.

    Returns
    -------
    tuple of Measurement, Target or NotMeasured
        One result for each measure; recordings that cannot be used give the reason. Images that
        were not used, or could not be, are named in the flags.
    """
    found = candidates(recordings)
    if not found:
        return _none("no resting run was recorded")
    reasons: list[str] = []
    for number, chosen in enumerate(found, start=1):
        try:
            run = read_run(chosen, _regions(), watch)
        except RecordingError as error:
            reasons.append(str(error))
            continue
        run = replace(run, flags=(*run.flags, *_passed_over(reasons, found[number:])))
        scan = Scan((run,))
        circuits = (result for _, take in _ASSAYS for result in take(scan, seed=seed))
        return (*circuits, *tms_target.measure(scan, options, seed=seed))
    return _none("; ".join(reasons))


def candidates(recordings: tuple[Recording, ...]) -> tuple[Recording, ...]:
    """Return the resting images that may be measured, in the order in which they are tried.

    Parameters
    ----------
    recordings : tuple of Recording
        Of one person.

    Returns
    -------
    tuple of Recording
        Those in a space with coordinates; where there is none, the first image, whose refusal
        then says what is missing.
    """
    resting = tuple(r for r in recordings if r.kind == "bold" and (r.task or "").startswith("rest"))
    known = {row.text("id") for row in load_table("regions/spaces")}
    return tuple(r for r in resting if r.space in known) or resting[:1]


def inspect(recording: Recording) -> tuple[str, ...]:
    """Return what is wrong with a recording, one line each, from headers and confounds alone."""
    return faults(recording)


def _passed_over(reasons: list[str], rest: tuple[Recording, ...]) -> tuple[str, ...]:
    """Return flags for images that could not be used and for those that were not needed."""
    flags = [f"another resting image could not be used: {reason}" for reason in reasons]
    if rest:
        names = ", ".join(other.name for other in rest)
        flags.append(f"other resting images were not used: {names}")
    return tuple(flags)


def _none(reason: str) -> tuple[Result, ...]:
    return tuple(NotMeasured(spec.id, reason) for spec in SPECS)


def _regions() -> tuple[str, ...]:
    """Return the union of the regions that the assays need."""
    needs = [need for spec in SPECS for need in spec.needs if need.startswith("region:")]
    return tuple(dict.fromkeys(need.removeprefix("region:") for need in needs))
