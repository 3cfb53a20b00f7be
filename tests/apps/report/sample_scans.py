"""Dossiers with scans in several states, to look at and to test the report.

``python tests/apps/report/sample_scans.py FOLDER`` writes one HTML file for each state. Every
number here is invented; none comes from a model or a study.
"""

from __future__ import annotations

import base64
import dataclasses
import math
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np

from equipoise.core.nouns import (
    Change,
    ChangeOrder,
    Dossier,
    EdgeScore,
    Measurement,
    NormedMeasurement,
    NormUsed,
    NotMeasured,
    PlacedPoint,
    Provenance,
    Quantity,
    RegionQuality,
    ScanDiagnostic,
    ScanSummary,
    Target,
    TargetEstimate,
)
from equipoise.core.tables import load_table

__all__ = ["STATES", "build"]

SAMPLES = runpy.run_path(str(Path(__file__).with_name("sample_dossier.py")))
_base = cast("Callable[[str], Dossier]", SAMPLES["build"])

DAY = "2025-01-08"
TASK_REASON = "no run of this task was recorded"
MADE = Provenance((), "equipoise 0.1.0")
TILT = ((0.8, 0.6, 0.0), (-0.6, 0.8, 0.0), (0.0, 0.0, 1.0))


def _estimate(
    method: str, point: tuple[float, float, float], r: float, depth: float | None
) -> TargetEstimate:
    return TargetEstimate(
        method=method,
        sign="negative",
        point=point,
        connectivity=Quantity(r, "1", 0.061),
        covariance=((9.0, 1.0, 0.0), (1.0, 7.0, 0.5), (0.0, 0.5, 6.0)),
        axes50=(5.1, 3.8, 2.6),
        axes95=(12.3, 8.6, 6.2),
        directions=TILT,
        split_half=5.4,
        session_distance=7.3,
        cluster_volume=1840.0,
        depth=None if depth is None else Quantity(depth, "mm", 1.4),
        group_distance=math.dist(point, (-38, 44, 26)),
        f3_distance=math.dist(point, (-37, 26, 49)),
    )


def estimates() -> tuple[TargetEstimate, ...]:
    """Return three methods close together, one of them with a depth."""
    return (
        _estimate("classic", (-41.0, 40.0, 29.0), -0.284, 17.6),
        _estimate("reference_map", (-36.0, 43.0, 31.0), -0.262, 18.2),
        _estimate("clustering", (-44.0, 36.0, 24.0), -0.301, None),
    )


def target(verdict: str = "use") -> Target:
    """Return a target by three methods with its place in every space."""
    reasons = {
        "use": ("the halves of the scan agree within 5.4 mm (limit 10 mm)",),
        "use_with_caution": ("the halves of the scan lie 11.2 mm apart (limit 10 mm)",),
        "fall_back": ("95 % of the resampled points lie within 31.4 mm (limit 20 mm)",),
    }
    return dataclasses.replace(
        _base("full").targets[0],
        verdict=verdict,
        reasons=reasons[verdict],
        radius50=4.4,
        radius95=11.8,
        split_half=5.4,
        chosen="classic",
        estimates=estimates(),
        agreement=9.9,
        places=(
            PlacedPoint("T1w", (-39.2, 51.7, 38.4), "by the transform of the preprocessing"),
            PlacedPoint("MNI152NLin6Asym", (-41.3, 40.6, 28.2), "by the published transform"),
            PlacedPoint("MNI152NLin2009cAsym", (-41.0, 40.0, 29.0), "the space of the scan"),
        ),
    )


EDGES = [
    (r.text("circuit"), r.text("region_a"), r.text("region_b"))
    for r in load_table("circuits/circuits")
][:14]
REGIONS = list(dict.fromkeys(name for _, a, b in EDGES for name in (a, b)))


def edges() -> tuple[EdgeScore, ...]:
    """Return one score for each of fourteen edges, with halves for most."""
    drawn = np.random.default_rng(7)
    return tuple(
        EdgeScore(
            circuit,
            a,
            b,
            z := float(drawn.normal(0.25, 0.2)),
            0.09,
            () if k == 3 else (z - 0.07, z + 0.1),
        )
        for k, (circuit, a, b) in enumerate(EDGES)
    )


def _carpet(volumes: int) -> tuple[str, tuple[int, int], tuple[tuple[str, int], ...]]:
    drawn = np.random.default_rng(11)
    rows = 120
    waves = np.cumsum(drawn.normal(0, 1, (4, volumes)), axis=1)
    waves = (waves - waves.mean(axis=1, keepdims=True)) / waves.std(axis=1, keepdims=True)
    mixed = drawn.normal(0, 0.6, (rows, 4)) @ waves + drawn.normal(0, 0.7, (rows, volumes))
    mixed[:, 118:124] += 2.5
    cells = np.clip(128 + 32 * mixed, 0, 255).astype(np.uint8)
    bands = (("default mode", 50), ("salience", 40), ("attention", 30))
    return base64.b64encode(cells.tobytes()).decode(), (rows, volumes), bands


def _motion(volumes: int, seed: int) -> tuple[float, ...]:
    drawn = np.random.default_rng(seed)
    fd = np.abs(drawn.normal(0.12, 0.05, volumes))
    fd[118:124] += (0.3, 0.9, 1.4, 0.8, 0.5, 0.2)
    fd[0] = 0.0
    return tuple(float(f"{v:.4g}") for v in fd)


def _qualities() -> tuple[RegionQuality, ...]:
    rows = load_table("regions/regions")
    shared = [(name, rows.row(id=name).text("title")) for name in REGIONS]
    found = [
        RegionQuality(name, title, 1.0 - 0.01 * k, 62.0 - k, enough=True)
        for k, (name, title) in enumerate(shared)
    ]
    seed = rows.row(id="sgacc_r").text("title")
    return (*found, RegionQuality("sgacc_r", seed, 0.38, 14.2, enough=False))


def scan(run: str, *, first: bool) -> ScanSummary:
    """Return one resting run with a burst of motion and a region that dropped out."""
    volumes = 300
    carpet, shape, bands = _carpet(volumes)
    drawn = np.random.default_rng(3)
    table = np.corrcoef(drawn.normal(size=(len(REGIONS), 40)) + drawn.normal(size=(1, 40)) * 0.7)
    signs = np.where(np.arange(len(REGIONS)) % 5 == 4, -1.0, 1.0)
    return ScanSummary(
        id="mri.scan",
        name=f"derivatives/fmriprep/sub-01/func/sub-01_task-rest_run-{run}_desc-preproc_bold.nii.gz",
        task="rest",
        run=run,
        session=None,
        date=DAY,
        space="MNI152NLin2009cAsym",
        scanner="Siemens Prisma 3 T",
        volumes=volumes,
        seconds=2.0,
        strategy="36p",
        freedom=72,
        censored=4,
        displacement=_motion(volumes, int(run)),
        carpet=carpet,
        carpet_shape=shape,
        carpet_rows=bands,
        regions=_qualities(),
        matrix_regions=tuple(REGIONS),
        matrix=tuple(
            tuple(float(v) for v in row) for row in np.round(table * np.outer(signs, signs), 6)
        ),
        edges=edges() if first else (),
        diagnostics=(
            ScanDiagnostic(
                "respiration",
                "Breathing",
                0.31,
                "1",
                "The global signal follows the breathing trace (r = 0.31).",
                concern=True,
            ),
            ScanDiagnostic(
                "global_signal",
                "Global signal",
                0.42,
                "%",
                "The global signal varies as in other scans.",
                concern=False,
            ),
            ScanDiagnostic(
                "bursts",
                "Bursts of deep breaths",
                None,
                "1",
                "Cannot be told: no breathing trace was recorded.",
                concern=False,
            ),
        ),
        flags=("signal drops out in the subgenual cingulate",) if first else (),
    )


def _taken(name: str, value: float, unit: str, error: float) -> Measurement:
    return Measurement(name, Quantity(value, unit, error), DAY, 1.0, (), MADE)


def measured() -> tuple[NormedMeasurement, ...]:
    """Return circuits without and with a norm, task circuits and structure."""
    norm = NormUsed("site_norm", "64 controls of this site", "recalled", "n/a", "recalled")
    bare = [
        ("mri.rest_sgacc_dlpfc", -0.212, "1", 0.066),
        ("mri.rest_reward", 0.143, "1", 0.058),
        ("mri.task_go_nogo_activation", 0.62, "%", 0.21),
        ("mri.task_sad.pgacc", -0.14, "%", 0.19),
        ("mri.task_sad.amygdala_l", 0.22, "%", 0.17),
    ]
    placed = [
        ("mri.rest_default_mode", 0.312, "1", 0.071, 0.9, False),
        ("mri.rest_salience", 0.087, "1", 0.071, -1.6, False),
        ("mri.structure_hippocampus", 7412.0, "mm3", 160.0, -0.4, True),
        ("mri.structure_thickness", 2.41, "mm", 0.03, 0.2, True),
    ]
    found = [
        NormedMeasurement(_taken(*row), None, None, None, None, False, "no norm fits this score")
        for row in bare
    ]
    found += [
        NormedMeasurement(
            _taken(name, value, unit, error),
            norm,
            z,
            0.45,
            100 * 0.5 * (1 + math.erf(z / 2**0.5)),
            out,
            "another scanner than the norm's" if out else None,
        )
        for name, value, unit, error, z, out in placed
    ]
    return tuple(found)


def gaps() -> tuple[NotMeasured, ...]:
    """Return twenty measures that two shared reasons explain, and one of its own."""
    tasks = ("sad", "threat", "happy", "reward", "shift")
    kinds = ("activation", "connectivity")
    found = [NotMeasured(f"mri.task_{t}_{k}", TASK_REASON) for t in tasks for k in kinds]
    found += [
        NotMeasured(f"mri.structure_{name}", "no FreeSurfer tables were given")
        for name in ("amygdala_l", "amygdala_r", "putamen_l", "putamen_r", "accumbens_l")
    ]
    return (
        *found,
        NotMeasured("mri.rest_attention", "the signal drops out in the left precuneus"),
        NotMeasured("eeg.alpha_asymmetry", "no EEG recording was given"),
    )


def changes() -> tuple[Change, ...]:
    """Return a reliable rise, no reliable change, and one that cannot be told."""

    def _change(
        name: str,
        ends: tuple[float, float],
        retest: float | None,
        z: float | None,
        verdict: str,
        words: str,
    ) -> Change:
        first, last = (Quantity(v, "1", 0.07) for v in ends)
        return Change(
            name,
            "2024-11-06",
            DAY,
            "1",
            "2",
            first,
            last,
            ends[1] - ends[0],
            retest,
            z,
            verdict,
            words,
            "noble2019",
        )

    return (
        _change(
            "mri.rest_default_mode",
            (0.512, 0.312),
            0.08,
            -2.5,
            "fall",
            "Fell from 0.51 to 0.31, more than retest noise allows.",
        ),
        _change(
            "mri.rest_salience",
            (0.127, 0.087),
            0.1,
            -0.4,
            "no_reliable_change",
            "Moved from 0.13 to 0.09, less than retest noise.",
        ),
        _change(
            "mri.rest_sgacc_dlpfc",
            (-0.152, -0.212),
            None,
            None,
            "cannot_tell",
            "No retest noise is known for this measure.",
        ),
    )


def scans() -> Dossier:
    """Two resting runs, three methods, norms, tasks, structure, a second session."""
    base = _base("full")
    others = tuple(m for m in base.measurements if not m.measurement.id.startswith("mri."))
    return dataclasses.replace(
        base,
        measurements=(*others, *measured()),
        targets=(target(),),
        not_measured=gaps(),
        scans=(scan("1", first=True), scan("2", first=False)),
        changes=changes(),
        change_order=ChangeOrder(
            "cannot_tell",
            "Of three measures in two sessions one changed; the symptoms were rated too seldom "
            "to say which came first.",
        ),
    )


def caution() -> Dossier:
    """A target to be used with caution."""
    return dataclasses.replace(scans(), targets=(target("use_with_caution"),))


def fall_back() -> Dossier:
    """A target that must not be aimed at."""
    return dataclasses.replace(scans(), notices=(), targets=(target("fall_back"),))


def own_space() -> Dossier:
    """A target found in the person's own anatomy, without a way to the template."""
    own = dataclasses.replace(target(), space="T1w", places=())
    return dataclasses.replace(scans(), targets=(own,), scans=(), changes=(), change_order=None)


STATES: dict[str, Callable[[], Dossier]] = {
    "scans": scans,
    "caution": caution,
    "fall_back": fall_back,
    "own_space": own_space,
}


def build(state: str) -> Dossier:
    """Return the dossier of one of the `STATES`."""
    return STATES[state]()


def _write(folder: Path) -> None:
    from equipoise.apps.report import render

    folder.mkdir(parents=True, exist_ok=True)
    for state in STATES:
        (folder / f"{state}.html").write_text(render(build(state)), encoding="utf-8")


if __name__ == "__main__":
    _write(Path(sys.argv[1]))
