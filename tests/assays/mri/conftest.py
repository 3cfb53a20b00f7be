"""The synthetic twin: a small run in the layout of fMRIPrep, with known truth.

Brain of the size of the template on a 4 mm grid. The subgenual seed carries a slow signal, a ball
in the left dorsolateral prefrontal cortex its negative; every circuit carries a signal of its
own; all voxels carry white noise of standard deviation 1 per cent of the mean.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.core.nouns import Recording
from equipoise.core.tables import load_table

SHAPE = (37, 45, 33)
ORIGIN = (-72.0, -104.0, -48.0)
SPACING = 4.0
SPOT = (-40.0, 36.0, 32.0)
LEVEL = 10000.0
NOISE = 100.0


@dataclass(frozen=True)
class Twin:
    """What to build.

    `signal` and `circuit` are amplitudes in units of the noise; `flip` mirrors data and affine
    together (LAS).
    """

    volumes: int = 300
    seconds: float = 2.0
    signal: float = 2.0
    circuit: float = 0.5
    seed: int = 1
    dtype: str = "<i2"
    slope: float = 1.0
    inter: float = 0.0
    flip: bool = False
    suffix: str = ".nii.gz"
    space: str = "MNI152NLin6Asym"


def affine_of(twin: Twin) -> NDArray[np.float64]:
    affine = np.diag([SPACING, SPACING, SPACING, 1.0])
    affine[:3, 3] = ORIGIN
    if twin.flip:
        affine[0, 0] = -SPACING
        affine[0, 3] = ORIGIN[0] + SPACING * (SHAPE[0] - 1)
    return affine


def world() -> NDArray[np.float64]:
    """Return the centres of all voxels in mm, shape SHAPE + (3,), x rising."""
    index = np.stack(np.meshgrid(*(np.arange(n) for n in SHAPE), indexing="ij"), axis=-1)
    return np.asarray(index * SPACING + ORIGIN)


def ball(point: tuple[float, float, float], radius: float) -> NDArray[np.bool_]:
    return np.asarray(((world() - point) ** 2).sum(axis=-1) <= radius**2)


def brain() -> NDArray[np.bool_]:
    ellipsoid = ((world() - (0, -18, 12)) / (70, 88, 66)) ** 2
    return np.asarray(ellipsoid.sum(axis=-1) <= 1)


def slow(generator: np.random.Generator, twin: Twin) -> NDArray[np.float64]:
    """Return a signal within 0.01-0.1 Hz of standard deviation 1."""
    frequency = np.fft.rfftfreq(twin.volumes, twin.seconds)
    spectrum = np.fft.rfft(generator.standard_normal(twin.volumes))
    spectrum[(frequency < 0.012) | (frequency > 0.095)] = 0
    signal = np.fft.irfft(spectrum, twin.volumes)
    return np.asarray(signal / signal.std())


def bold(twin: Twin) -> NDArray[np.float64]:
    """Return the run, shape SHAPE + (volumes,)."""
    generator = np.random.default_rng(twin.seed)
    inside = brain()
    run = np.zeros((*SHAPE, twin.volumes))
    run[inside] = LEVEL + NOISE * generator.standard_normal((int(inside.sum()), twin.volumes))
    course = slow(generator, twin)
    run[ball((6, 16, -10), 10) & inside] += NOISE * twin.signal * course
    run[ball(SPOT, 8) & inside] -= NOISE * twin.signal * course
    regions = {row.text("id"): row for row in load_table("regions/regions")}
    for prefix in ("dmn_", "sal_", "att_"):
        course = slow(generator, twin)
        for row in (r for name, r in regions.items() if name.startswith(prefix)):
            point = (row.number("x"), row.number("y"), row.number("z"))
            run[ball(point, 8) & inside] += NOISE * twin.circuit * course
    return run


def confounds(twin: Twin, run: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    generator = np.random.default_rng(twin.seed + 1000)
    inside = brain()
    found = {
        name: 0.02 * generator.standard_normal(twin.volumes).cumsum()
        for name in ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
    }
    for name in ("csf", "white_matter"):
        found[name] = LEVEL + generator.standard_normal(twin.volumes)
    found["global_signal"] = run[inside].mean(axis=0)
    found["framewise_displacement"] = np.abs(0.1 * generator.standard_normal(twin.volumes))
    return found


def write_image(
    path: Path, data: NDArray[Any], affine: NDArray[np.float64], twin: Twin, seconds: float
) -> None:
    """Write one image with nibabel."""
    import nibabel as nib

    dtype = np.dtype(twin.dtype)
    header = nib.Nifti1Header(endianness=">" if dtype.byteorder == ">" else "<")
    header.set_data_dtype(dtype)
    header.set_data_shape(data.shape)
    image = nib.Nifti1Image(data, affine, header)
    image.header.set_slope_inter(twin.slope, twin.inter)
    image.set_sform(affine, 4)
    image.set_qform(affine, 4)
    image.header.set_xyzt_units("mm", "sec")
    if data.ndim > 3:
        image.header["pixdim"][4] = seconds
    image.to_filename(path)


def write_confounds(path: Path, columns: dict[str, NDArray[np.float64]]) -> None:
    rows = ["\t".join(columns)]
    for number, values in enumerate(zip(*columns.values(), strict=True)):
        cells = [f"{value:.10g}" for value in values]
        if number == 0 and "framewise_displacement" in columns:
            cells[list(columns).index("framewise_displacement")] = "n/a"
        rows.append("\t".join(cells))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def build(folder: Path, twin: Twin) -> Recording:
    """Write the twin below `folder` and return its recording."""
    below = "derivatives/fmriprep/sub-01/func"
    place = folder / below
    place.mkdir(parents=True, exist_ok=True)
    stem = f"sub-01_task-rest_space-{twin.space}"
    run = bold(twin)
    columns = confounds(twin, run)
    inside = brain().astype(np.uint8)
    if twin.flip:
        run, inside = run[::-1], inside[::-1]
    image = place / f"{stem}_desc-preproc_bold{twin.suffix}"
    mask = place / f"{stem}_desc-brain_mask{twin.suffix}"
    table = place / "sub-01_task-rest_desc-confounds_timeseries.tsv"
    sidecar = place / f"{stem}_desc-preproc_bold.json"
    write_image(image, run, affine_of(twin), twin, twin.seconds)
    plain = replace(twin, dtype="<u1", slope=1.0, inter=0.0)
    write_image(mask, inside, affine_of(twin), plain, 0)
    write_confounds(table, columns)
    sidecar.write_text(json.dumps({"RepetitionTime": twin.seconds, "TaskName": "rest"}))
    return Recording(
        kind="bold",
        name=f"{below}/{image.name}",
        path=str(image),
        mask=str(mask),
        confounds=str(table),
        sidecar=str(sidecar),
        space=twin.space,
        repetition_time=twin.seconds,
        task="rest",
    )


@pytest.fixture
def twin(tmp_path: Path) -> Callable[..., Recording]:
    """Return a function that builds a twin and gives its recording."""

    def make(**changes: Any) -> Recording:
        return build(tmp_path, replace(Twin(), **changes))

    return make
