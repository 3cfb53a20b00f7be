"""Circuits and the TMS target of one 2 mm run of 300 volumes, against nilearn and contarg.

Run it with ``python benchmarks/targeting.py [FOLDER]``; the run (0.54 GB unpacked, synthetic) is
made once and kept in FOLDER, by default a temporary folder. Each program runs in a process of its
own. The yardstick is decompressing the file with isal.

- ``ours``: all resting circuits and the target by three methods with their confidence regions, in
  one process, imports not counted; three times, the best time counts.
- ``target``, ``circuits``: the commands, each alone, process start and imports counted.
- ``nilearn``: cleaning the brain of that run with ``NiftiMasker`` (once).
- ``contarg``: the clustering of the two regions and the ranking of the clusters as contarg 0.0.4
  does it, on the voxels that ours searches (once). contarg is installed from PyPI into an
  environment of its own below FOLDER; where that fails, its published steps are run with
  scipy's correlations and scikit-learn's clustering from the project's environment, and the
  output says so.

The brain of the run is the template's; forty smooth networks carry slow courses of their own, the
subgenual seed one more, a soft spot in the left dorsolateral prefrontal cortex its negative.
"""

from __future__ import annotations

import gzip
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from equipoise.assays.mri import folder as mri_folder
from equipoise.core.nouns import Recording, Target

SHAPE, VOLUMES, SECONDS = (91, 109, 91), 300, 2.0
AFFINE = np.array([[2.0, 0, 0, -90], [0, 2, 0, -126], [0, 0, 2, -72], [0, 0, 0, 1]])
LEVEL, NOISE, NETWORKS, WIDTH = 10000, 100, 40, 14.0
SEED_POINT, SPOT = (6, 16, -10), (-40, 36, 32)
REPEATS, PIECE = 3, 1 << 20
SPACE = "MNI152NLin6Asym"
HERE = Path(__file__).resolve()


def recording(folder: Path) -> Recording:
    """Return the recording that :func:`make` writes."""
    return Recording(
        kind="bold",
        name="bold.nii.gz",
        path=str(folder / "bold.nii.gz"),
        mask=str(folder / "mask.nii.gz"),
        confounds=str(folder / "confounds.tsv"),
        space=SPACE,
        repetition_time=SECONDS,
        task="rest",
    )


def brain() -> NDArray[np.bool_]:
    """Return nilearn's bundled template brain on the grid of the run."""
    import nibabel as nib
    from scipy.ndimage import affine_transform

    found = find_spec("nilearn")
    assert found is not None
    assert found.origin is not None
    name = "mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz"
    image: Any = nib.load(Path(found.origin).parent / "datasets" / "data" / name)
    to_template = np.linalg.inv(image.affine) @ AFFINE
    data = np.asanyarray(image.dataobj).astype(np.float32)
    return np.asarray(affine_transform(data, to_template, output_shape=SHAPE, order=0) > 0)


def blob(place: NDArray[np.float64], point: Any, width: float) -> NDArray[np.float32]:
    """Return a Gaussian about a point in mm."""
    squared = ((place - point) ** 2).sum(axis=1)
    return np.asarray(np.exp(-0.5 * squared / width**2), dtype=np.float32)


def courses(generator: np.random.Generator, count: int) -> NDArray[np.float32]:
    """Return 1/f courses between 0.01 and 0.1 Hz of standard deviation 1."""
    frequency = np.fft.rfftfreq(VOLUMES, SECONDS)
    spectrum = np.fft.rfft(generator.standard_normal((VOLUMES, count)), axis=0)
    kept = (frequency > 0.01) & (frequency < 0.1)
    spectrum *= np.where(kept, 1 / np.sqrt(np.where(kept, frequency, 1)), 0)[:, None]
    found = np.fft.irfft(spectrum, VOLUMES, axis=0)
    return np.asarray(found / found.std(axis=0), dtype=np.float32)


def make(folder: Path) -> None:
    """Write image, mask and confounds, compressed as nibabel does."""
    generator = np.random.default_rng(0)
    inside = brain()
    index = np.argwhere(inside)
    place = index @ AFFINE[:3, :3] + AFFINE[:3, 3]
    centres = place[generator.choice(len(place), NETWORKS, replace=False)]
    spot = blob(place, SEED_POINT, 7) - blob(place, SPOT, 7)
    maps = np.stack([*(blob(place, c, WIDTH) for c in centres), spot])
    course = courses(generator, NETWORKS + 1)
    drift = generator.standard_normal((VOLUMES, 6)).cumsum(axis=0).astype(np.float32)
    weight = generator.standard_normal((6, len(place))).astype(np.float32)
    total = np.zeros(VOLUMES)
    with gzip.open(folder / "bold.nii.gz", "wb", compresslevel=1) as stream:
        stream.write(header((*SHAPE, VOLUMES), "<i2"))
        for number in range(VOLUMES):
            noise = generator.standard_normal(len(place), dtype=np.float32)
            values = LEVEL + NOISE * (noise + 1.5 * course[number] @ maps) + drift[number] @ weight
            total[number] = values.mean()
            volume = np.zeros(SHAPE, "<i2")
            volume[inside] = values
            stream.write(volume.tobytes(order="F"))
    with gzip.open(folder / "mask.nii.gz", "wb") as stream:
        stream.write(header(SHAPE, "u1") + inside.astype("u1").tobytes(order="F"))
    names = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
    more = ("global_signal", "csf", "white_matter", "framewise_displacement")
    rest = np.abs(generator.standard_normal((VOLUMES, 3))) / 10
    values = np.column_stack([drift, total, rest])
    head = "\t".join((*names, *more))
    path = folder / "confounds.tsv"
    np.savetxt(path, values, delimiter="\t", header=head, comments="", fmt="%.8g")


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


# --- the programs -------------------------------------------------------------------------------


def decompress(folder: Path) -> Callable[[], object]:
    """Return the yardstick: the file decompressed, nothing else."""
    from isal import igzip

    def work() -> None:
        with igzip.open(folder / "bold.nii.gz") as stream:
            while stream.read(PIECE):
                pass

    return work


def ours(folder: Path) -> Callable[[], object]:
    """Return our work: every resting circuit, and the target by three methods."""
    for module in ("isal.igzip", "nibabel.nifti2", "scipy.ndimage", "scipy.stats"):
        importlib.import_module(module)

    def work() -> None:
        results = mri_folder.measure((recording(folder),), seed=1)
        target = next(r for r in results if isinstance(r, Target))
        points = {e.method: e.point for e in target.estimates}
        (folder / "ours.json").write_text(json.dumps(points))

    return work


def nilearns(folder: Path) -> Callable[[], object]:
    """Return nilearn's work: the brain cleaned of the same kind of regressors."""
    from nilearn.maskers import NiftiMasker

    with (folder / "confounds.tsv").open(encoding="utf-8") as stream:
        stream.readline()
        values = np.loadtxt(stream)[:, :9]
    slope = np.diff(values, axis=0, prepend=values[:1])
    masker = NiftiMasker(
        mask_img=str(folder / "mask.nii.gz"),
        t_r=SECONDS,
        low_pass=0.1,
        high_pass=0.01,
        detrend=True,
        standardize=None,
    )
    confounds = np.hstack([values, slope, values**2, slope**2])
    return lambda: masker.fit_transform(str(folder / "bold.nii.gz"), confounds=confounds)


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
    command = [sys.executable, str(HERE), "--one", name, str(folder)]
    found: list[dict[str, Any]] = []
    for _ in range(1 if name == "nilearn" else REPEATS):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return {
        key: pick(f[key] for f in found) for key, pick in (("seconds", min), ("gigabytes", max))
    }


def command(name: str, folder: Path) -> dict[str, float]:
    """Run one command of Equipoise alone, three times; process start counts."""
    inputs = ("--bold", "bold.nii.gz", "--mask", "mask.nii.gz", "--confounds", "confounds.tsv")
    program = str(Path(sys.executable).with_name("equipoise"))
    call = [program, name, *inputs, "--tr", str(SECONDS), "--space", SPACE, "--json"]
    times, peak = [], 0.0
    for _ in range(REPEATS):
        start = time.perf_counter()
        with subprocess.Popen(call, cwd=folder, stdout=subprocess.DEVNULL) as process:
            _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, (name, process.returncode)
        times.append(time.perf_counter() - start)
        peak = max(peak, used.ru_maxrss / 1e6)
    return {"seconds": min(times), "gigabytes": peak}


# --- the published clustering -------------------------------------------------------------------


def contarg(folder: Path) -> dict[str, Any]:
    """Run contarg's clustering in an environment of its own, or its steps where it is not there."""
    write_search_masks(folder)
    python = contarg_python(folder)
    published = python is not None
    call = [
        str(python or sys.executable),
        str(HERE.parent / "peers" / "contarg_clustering.py"),
        str(folder),
    ]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    return {**json.loads(done.stdout.splitlines()[-1]), "published": published}


def contarg_python(folder: Path) -> Path | None:
    """Return the Python of an environment with contarg 0.0.4; None where it cannot be installed."""
    place = folder / "contarg"
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "contarg==0.0.4"]
    check = [str(python), "-c", "import contarg.hierarchical"]
    for call in (install, check):
        if subprocess.run(call, capture_output=True, check=False).returncode:
            return None
    return python


def write_search_masks(folder: Path) -> None:
    """Write the voxels that ours searches, and those of the bilateral seed, as masks."""
    from equipoise.assays.mri.run import read_run

    search = ("dlpfc_ba9_l", "dlpfc_ba46_l", "dlpfc_5cm_l", "dlpfc_f3_l")
    run = read_run(recording(folder), (*search, "sgacc_r", "sgacc_l"))
    for name, regions in (("search", search), ("seed", ("sgacc_r", "sgacc_l"))):
        columns = np.unique(np.concatenate([run.regions[region].columns for region in regions]))
        flat = np.zeros(np.prod(SHAPE), dtype="u1")
        flat[run.voxels[columns]] = 1
        if name == "search":
            index = run.voxels[columns]
            flat[index[AFFINE[0, 0] * (index % SHAPE[0]) + AFFINE[0, 3] >= 0]] = 0
        with gzip.open(folder / f"{name}.nii.gz", "wb") as stream:
            stream.write(header(SHAPE, "u1") + flat.tobytes())


def told(name: str, figures: dict[str, float], bare: dict[str, float]) -> str:
    """Return one line of the table."""
    ratio = figures["seconds"] / bare["seconds"]
    return f"{name:>12} {figures['seconds']:8.2f} s {ratio:8.2f} x {figures['gigabytes']:8.2f} GB"


def main(folder: Path) -> None:
    """Make the file if it is not there, run all programs, print the ratios."""
    if not (folder / "confounds.tsv").exists():
        make(folder)
    found: dict[str, Any] = {name: best(name, folder) for name in ("decompress", "ours")}
    found |= {name: command(name, folder) for name in ("target", "circuits")}
    found |= {"nilearn": best("nilearn", folder), "contarg": contarg(folder)}
    bare, mine = found["decompress"], found["ours"]
    print("             time       to decompress    memory")
    for name, figures in found.items():
        print(told(name, figures, bare))
    print(f"ours / decompress, time {mine['seconds'] / bare['seconds']:.2f} (at most 3)")
    print(f"ours, memory {mine['gigabytes']:.2f} GB (at most 0.6)")
    for name in ("nilearn", "contarg"):
        times, sizes = (found[name][k] / mine[k] for k in ("seconds", "gigabytes"))
        print(f"{name} / ours: time {times:.0f}, memory {sizes:.1f}")
    print("contarg 0.0.4" if found["contarg"]["published"] else "contarg's published steps")
    points = json.loads((folder / "ours.json").read_text())
    theirs = found["contarg"]["points"]
    for name, point in {**points, "contarg": theirs[0] if theirs else None}.items():
        apart = "" if point is None else f"{np.linalg.norm(np.subtract(point, SPOT)):.1f} mm"
        print(f"{name:>14}: {point}, from the planted spot {apart}")
    if points["clustering"] and theirs:
        away = [float(np.linalg.norm(np.subtract(points["clustering"], p))) for p in theirs]
        print(
            f"our clustering: {away[0]:.1f} mm from contarg's first choice, {min(away):.1f} mm "
            f"from its choice {int(np.argmin(away)) + 1} of {len(away)}"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]))
    elif len(sys.argv) > 1:
        Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as place:
            main(Path(place))
