"""One resting run of 300 volumes at 2 mm: ours against nilearn's masker doing the same cleaning.

Run it with ``python benchmarks/rest_run.py [FOLDER]``; the file (about 0.54 GB unpacked) is made
once and kept in FOLDER, by default a temporary folder. Each program runs in a process of its own,
three times, the best time counts; imports are not counted; memory is the peak of the process.

Ours does more: all circuits, the whole grey matter for the reference map, the target by three
methods with its confidence regions. Nilearn gets the voxels of the regions as a mask and the same
regressors: those of the confounds file, a trend, and the cosines outside the band in place of a
filter, since its Butterworth filter is another operation.
"""

from __future__ import annotations

import gzip
import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.assays.mri import rest
from equipoise.assays.mri.cleaning.projection import in_band, out_of_band
from equipoise.assays.mri.options import Options
from equipoise.assays.mri.run import Run, band, read_run
from equipoise.core.nouns import NotMeasured, Recording

SHAPE = (91, 109, 91)
VOLUMES = 300
SECONDS = 2.0
AFFINE = np.array([[2.0, 0, 0, -90], [0, 2, 0, -126], [0, 0, 2, -72], [0, 0, 0, 1]])
LEVEL, NOISE = 10000, 100
REPEATS = 3
PIECE = 1 << 20
IMPORTED = (
    "isal.igzip",
    "nibabel.nifti2",
    "scipy.cluster.hierarchy",
    "scipy.ndimage",
    "scipy.sparse.csgraph",
    "scipy.stats",
    "threadpoolctl",
)


def recording(folder: Path) -> Recording:
    """Return the recording that :func:`make` writes."""
    return Recording(
        kind="bold",
        name="bold.nii.gz",
        path=str(folder / "bold.nii.gz"),
        mask=str(folder / "mask.nii.gz"),
        confounds=str(folder / "confounds.tsv"),
        space="MNI152NLin6Asym",
        repetition_time=SECONDS,
        task="rest",
    )


def ellipsoid(centre: tuple[int, int, int], axes: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Return the voxels within an ellipsoid in mm."""
    index = np.stack(np.meshgrid(*(np.arange(n) for n in SHAPE), indexing="ij"), axis=-1)
    world = index @ AFFINE[:3, :3] + AFFINE[:3, 3]
    return np.asarray((((world - centre) / axes) ** 2).sum(axis=-1) <= 1)


def header(shape: tuple[int, ...], dtype: str) -> bytes:
    """Return the first 352 bytes of a NIfTI-1 file."""
    import nibabel as nib

    found = nib.Nifti1Header()
    found.set_data_shape(shape)
    found.set_data_dtype(dtype)
    found.set_sform(AFFINE, 4)
    found.set_qform(AFFINE, 4)
    found.set_xyzt_units("mm", "sec")
    found["pixdim"][4] = SECONDS
    found["vox_offset"] = 352
    return bytes(found.binaryblock) + bytes(4)


def make(folder: Path) -> None:
    """Write image, mask and confounds, compressed as nibabel does.

    The brain is an ellipsoid of about 200 000 voxels; the subgenual seed carries a slow signal, a
    ball in the left dorsolateral prefrontal cortex its negative.
    """
    generator = np.random.default_rng(0)
    inside = ellipsoid((0, -18, 12), (68, 86, 64))
    spot = ellipsoid((6, 16, -10), (10, 10, 10))[inside].astype(np.float32)
    spot -= ellipsoid((-40, 36, 32), (10, 10, 10))[inside]
    course = generator.standard_normal((VOLUMES, 6)).cumsum(axis=0)
    weight = generator.standard_normal((6, int(inside.sum()))).astype(np.float32)
    with gzip.open(folder / "bold.nii.gz", "wb", compresslevel=1) as stream:
        stream.write(header((*SHAPE, VOLUMES), "<i2"))
        for number, row in enumerate(course.astype(np.float32)):
            volume = np.zeros(SHAPE, "<i2")
            noise = generator.standard_normal(weight.shape[1], dtype=np.float32)
            volume[inside] = LEVEL + NOISE * noise + row @ weight
            volume[inside] += (NOISE * np.sin(number / 5) * spot).astype("<i2")
            stream.write(volume.tobytes(order="F"))
    with gzip.open(folder / "mask.nii.gz", "wb") as stream:
        stream.write(header(SHAPE, "u1") + inside.astype("u1").tobytes(order="F"))
    names = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
    more = ("csf", "white_matter", "global_signal", "framewise_displacement")
    values = np.hstack([course, np.abs(generator.standard_normal((VOLUMES, 4))) / 10])
    np.savetxt(
        folder / "confounds.tsv",
        values,
        delimiter="\t",
        header="\t".join((*names, *more)),
        comments="",
        fmt="%.8g",
    )


def regions() -> tuple[str, ...]:
    """Return every region that an assay of the folder needs."""
    needs = [need for spec in rest.SPECS for need in spec.needs if need.startswith("region:")]
    return tuple(dict.fromkeys(need.removeprefix("region:") for need in needs))


def regressors(run: Run) -> NDArray[np.float64]:
    """Return all that the cleaning removes, as columns."""
    outside = out_of_band(VOLUMES, in_band(VOLUMES, SECONDS, *band()))
    trend = np.linspace(-1, 1, VOLUMES)[:, None]
    return np.hstack([outside, trend, run.confounds.values])


def decompress(folder: Path) -> Callable[[], object]:
    """Return the yardstick: the file decompressed, nothing else."""
    from isal import igzip

    def work() -> None:
        with igzip.open(folder / "bold.nii.gz") as stream:
            while stream.read(PIECE):
                pass

    return work


def ours(folder: Path) -> Callable[[], object]:
    """Return our work: all circuits and the target with its confidence regions."""
    for module in (
        "isal.igzip",
        "nibabel.nifti2",
        "scipy.ndimage",
        "scipy.cluster.hierarchy",
        "threadpoolctl",
    ):
        importlib.import_module(module)

    def work() -> None:
        results = rest.measure((recording(folder),), Options(), seed=1)
        missing = [r for r in results if isinstance(r, NotMeasured)]
        assert not missing, missing

    return work


def nilearns(folder: Path) -> Callable[[], object]:
    """Return nilearn's work: the same voxels cleaned of the same regressors."""
    import nibabel as nib
    from nilearn.maskers import NiftiMasker

    run = read_run(recording(folder), regions())
    flat = np.zeros(np.prod(SHAPE), dtype="u1")
    flat[run.voxels] = 1
    mask = flat.reshape(SHAPE, order="F")
    removed = regressors(run)
    masker = NiftiMasker(
        nib.Nifti1Image(mask, AFFINE),
        standardize=False,
        standardize_confounds=False,
        detrend=False,
        t_r=SECONDS,
    )

    def work() -> None:
        found = masker.fit_transform(str(folder / "bold.nii.gz"), confounds=removed)
        order = np.empty(len(run.voxels), dtype=np.int64)
        number = np.full(len(flat), -1)
        number[run.voxels] = np.arange(len(run.voxels))
        order[:] = number.reshape(SHAPE, order="F")[mask > 0]
        signals = np.empty_like(found)
        signals[:, order] = found
        np.save(folder / "nilearn.npy", signals)

    return work


WORK = {"decompress": decompress, "ours": ours, "nilearn": nilearns}


def one(name: str, folder: Path) -> None:
    """Run one program in this process and print time and peak memory as JSON."""
    warnings.simplefilter("ignore")
    work = WORK[name](folder)
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps({"seconds": seconds, "gigabytes": peak}))


def best(name: str, folder: Path) -> dict[str, float]:
    """Run one program in processes of its own; return its best time and largest memory."""
    command = [sys.executable, __file__, "--one", name, str(folder)]
    found: list[dict[str, Any]] = []
    for _ in range(1 if name == "nilearn" else REPEATS):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return {
        "seconds": min(f["seconds"] for f in found),
        "gigabytes": max(f["gigabytes"] for f in found),
    }


def difference(folder: Path) -> float:
    """Return the largest difference of the cleaned signals, as a share of their largest value."""
    run = read_run(recording(folder), regions())
    mine = run.projection.in_time(run.projection.coefficients(run.series))
    theirs = np.load(folder / "nilearn.npy")
    return float(np.abs(mine - theirs).max() / np.abs(theirs).max())


def main(folder: Path) -> None:
    """Make the file if it is not there, run all programs, print the ratios."""
    if not (folder / "confounds.tsv").exists():
        make(folder)
    found = {name: best(name, folder) for name in WORK}
    for name, figures in found.items():
        print(f"{name:>11}  {figures['seconds']:7.2f} s  {figures['gigabytes']:5.2f} GB")
    mine, theirs, bare = found["ours"], found["nilearn"], found["decompress"]
    print(f"ours / decompress, time     {mine['seconds'] / bare['seconds']:6.2f}  (at most 3)")
    print(f"ours, memory                {mine['gigabytes']:6.2f} GB  (at most 0.6)")
    print(f"nilearn / ours, time        {theirs['seconds'] / mine['seconds']:6.1f}")
    print(f"nilearn / ours, memory      {theirs['gigabytes'] / mine['gigabytes']:6.1f}")
    print(f"largest relative difference {difference(folder):.1e}  (at most 1e-4)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]))
    elif len(sys.argv) > 1:
        Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as place:
            main(Path(place))
