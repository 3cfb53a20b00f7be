"""The synthetic twin: a small run in the layout of fMRIPrep, with known truth.

Part of a brain of the size of the template, with all regions, on a 4 mm grid. The subgenual seed
carries a slow signal, a ball in the left dorsolateral prefrontal cortex its negative; every
circuit carries a signal of its own; the voxels of the regions carry white noise of standard
deviation 1 per cent of the mean.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.assays.mri import rest
from equipoise.assays.mri.options import CLASSIC, Options
from equipoise.core.nouns import Recording, Result, ScanSummary
from equipoise.core.tables import load_table

SHAPE = (33, 37, 27)
ORIGIN = (-64.0, -80.0, -28.0)
SPACING = 4.0
SPOT = (-40.0, 36.0, 32.0)
LEVEL = 10000.0
NOISE = 100.0


@dataclass(frozen=True)
class Twin:
    """What to build.

    `signal` and `circuit` are amplitudes in units of the noise, `sign` that of the spot; `flip`
    mirrors data and affine together (LAS).
    """

    volumes: int = 300
    seconds: float = 2.0
    signal: float = 2.0
    sign: float = -1.0
    circuit: float = 0.5
    seed: int = 1
    dtype: str = "<i2"
    slope: float = 1.0
    inter: float = 0.0
    flip: bool = False
    suffix: str = ".nii.gz"
    space: str = "MNI152NLin6Asym"


def at_rest(*recordings: Recording, **choices: Any) -> tuple[Result, ...]:
    """Return the measures of resting runs, the target by the classic method alone, for speed."""
    options = Options(**{"methods": (CLASSIC,), **choices})
    found = rest.measure(recordings, options, seed=1)
    return tuple(result for result in found if not isinstance(result, ScanSummary))


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


def noisy() -> NDArray[np.bool_]:
    """Return the voxels of the brain within 2 mm of a region: the rest stands still, for speed."""
    found = np.zeros(SHAPE, dtype=bool)
    for row in load_table("regions/regions"):
        radius = (row.optional_number("radius") or 8) + 2
        found |= ball((row.number("x"), row.number("y"), row.number("z")), radius)
    return found & brain()


def bold(twin: Twin) -> NDArray[np.float32]:
    """Return the run, shape SHAPE + (volumes,)."""
    generator = np.random.default_rng(twin.seed)
    inside, moving = brain(), noisy()
    run = np.zeros((*SHAPE, twin.volumes), dtype=np.float32)
    run[inside] = LEVEL
    run[moving] += NOISE * generator.standard_normal((int(moving.sum()), twin.volumes))
    course = slow(generator, twin)
    run[ball((6, 16, -10), 10) & inside] += NOISE * twin.signal * course
    run[ball(SPOT, 8) & inside] += twin.sign * NOISE * twin.signal * course
    regions = {row.text("id"): row for row in load_table("regions/regions")}
    for prefix in ("dmn_", "sal_", "att_"):
        course = slow(generator, twin)
        for row in (r for name, r in regions.items() if name.startswith(prefix)):
            point = (row.number("x"), row.number("y"), row.number("z"))
            run[ball(point, 8) & inside] += NOISE * twin.circuit * course
    return run


def confounds(twin: Twin, run: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
    generator = np.random.default_rng(twin.seed + 1000)
    found = {
        name: 0.02 * generator.standard_normal(twin.volumes).cumsum()
        for name in ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
    }
    for name in ("csf", "white_matter"):
        found[name] = LEVEL + generator.standard_normal(twin.volumes)
    found["global_signal"] = run[noisy()].mean(axis=0, dtype=np.float64)
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
    if dtype.kind == "i" and twin.slope == 1:
        data = np.rint(data).astype(dtype)
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
    run = bold(twin)
    return lay(folder, twin, run, confounds(twin, run))


def lay(
    folder: Path, twin: Twin, run: NDArray[np.float32], columns: dict[str, NDArray[np.float64]]
) -> Recording:
    """Write a run with its mask, confounds and sidecar in the layout of fMRIPrep."""
    below = "derivatives/fmriprep/sub-01/func"
    place = folder / below
    place.mkdir(parents=True, exist_ok=True)
    stem = f"sub-01_task-rest_space-{twin.space}"
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


def grey_matter() -> NDArray[np.bool_]:
    """Return which voxels of the twin are grey matter, by scipy on nilearn's template.

    The twin's voxels of 4 mm lie on whole millimetres, as those of the template do: each is the
    mean of 4 points along an axis, of which two meet the middle voxel and one each neighbour.
    """
    import nibabel as nib
    import nilearn
    from scipy.ndimage import convolve1d

    name = "mni_icbm152_gm_tal_nlin_sym_09a_converted.nii.gz"
    image: Any = nib.load(Path(nilearn.__file__).parent / "datasets" / "data" / name)
    share = image.get_fdata() / 255
    for axis in range(3):
        share = convolve1d(share, [0.25, 0.5, 0.25], axis=axis, mode="nearest")
    index = (world() - image.affine[:3, 3]).astype(int)
    inside = ((index >= 0) & (index < share.shape)).all(axis=-1)
    index[~inside] = 0
    return np.asarray(inside & (share[tuple(np.moveaxis(index, -1, 0))] >= 0.3 - 1e-6))


Maker = Callable[..., Recording]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Twin], Recording]:
    """Return a function that builds each twin once in a session."""
    kept: dict[Twin, Recording] = {}

    def get(twin: Twin) -> Recording:
        if twin not in kept:
            kept[twin] = build(tmp_path_factory.mktemp("twin"), twin)
        return kept[twin]

    return get


@pytest.fixture
def twin(tmp_path: Path, built: Callable[[Twin], Recording]) -> Maker:
    """Return a function that gives a copy of a twin, free to be damaged."""

    def make(**changes: Any) -> Recording:
        found = built(replace(Twin(), **changes))
        folder = tmp_path / f"{len(list(tmp_path.iterdir()))}" / Path(found.name).parent
        shutil.copytree(Path(found.path).parent, folder)
        places: dict[str, Any] = {
            field: str(folder / Path(getattr(found, field)).name)
            for field in ("path", "mask", "confounds", "sidecar")
        }
        return replace(found, **places)

    return make


@pytest.fixture(scope="session")
def grey() -> NDArray[np.bool_]:
    """Return the grey matter of the twin, shape SHAPE."""
    return grey_matter()


@pytest.fixture
def volunteer(shared_data: Path) -> dict[str, NDArray[np.float64]]:
    """Return series of one healthy volunteer (LEMON, OpenNeuro ds000221, CC0), TR 1.4 s."""
    path = shared_data / "imaging/rest_fmri/lemon_sub-010188_rest_derived.npz"
    with np.load(path) as found:
        return {name: found[name].astype(float) for name in found}


@pytest.fixture
def phantom(tmp_path: Path, volunteer: dict[str, NDArray[np.float64]]) -> Recording:
    """Return the volunteer's series laid into the twin's volume: nearest vertex to each voxel."""
    from scipy.spatial import cKDTree

    volumes = len(volunteer["confounds"])
    inside, mm = brain(), world()
    run = np.zeros((*SHAPE, volumes), dtype=np.float32)
    noise = np.random.default_rng(0).standard_normal((int(inside.sum()), volumes))
    run[inside] = 0.3 * noise
    search = np.zeros_like(inside)
    for row in load_table("regions/regions"):
        if row.text("used_for") == "tms_search":
            search |= ball((row.number("x"), row.number("y"), row.number("z")), 20)
    seed = ball((6, 16, -10), 10)
    for where, name in ((search & inside, "ldlpfc"), (seed & inside, "sgacc")):
        _, nearest = cKDTree(volunteer[f"{name}_xyz"]).query(mm[where])
        run[where] = volunteer[f"{name}_vertex_ts"].T[nearest]
    run[inside] = (run[inside] + 30) * 100
    return lay(tmp_path, Twin(volumes=volumes, seconds=1.4), run, _named(volunteer))


def _named(volunteer: dict[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Return the confounds under the names of fMRIPrep: 6 components, motion, outliers."""
    values = volunteer["confounds"]
    motion = ("rot_x", "rot_y", "rot_z", "trans_x", "trans_y", "trans_z")
    columns = {f"a_comp_cor_{n:02d}": values[:, n] for n in range(6)}
    columns |= {name: values[:, 6 + n] for n, name in enumerate(motion)}
    columns |= {f"motion_outlier{n:02d}": values[:, 18 + n] for n in range(8)}
    return columns | {"global_signal": volunteer["global_signal"]}
