"""Bad scans, written as files and handed to `equipoise target`: what is refused, what is marked.

Usage: python benchmarks/bad_scans.py [OUT_DIR]

Each case is made from one synthetic run with a known target. The script prints, case by case, the
exit code and the verdict with its first reason, or the line of the refusal. A case that ends
otherwise than it should is marked and makes the script fail. Pages stay in ``OUT_DIR/<case>/out``,
where a folder is given.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.assays.mri.conftest import (  # noqa: E402
    SPOT,
    Twin,
    affine_of,
    ball,
    bold,
    brain,
    confounds,
    lay,
    write_confounds,
    write_image,
)

__all__ = ["CASES", "Case", "Files", "arguments", "write_base"]

SECONDS = 2.0
SEED = (6.0, 16.0, -10.0)
TWIN = Twin(volumes=450, seconds=SECONDS, signal=3.0)


@dataclass(frozen=True)
class Files:
    """The files of one run, free to be damaged."""

    bold: Path
    mask: Path
    confounds: Path
    sidecar: Path


Change = Callable[[Files], list[str]]


@dataclass(frozen=True)
class Case:
    """One bad scan: what is done to the files, the exit code and words of the answer."""

    name: str
    title: str
    change: Change
    code: int
    words: str


def write_base(folder: Path, twin: Twin = TWIN) -> Files:
    """Write the sound run below `folder`."""
    run = bold(twin)
    made = lay(folder, twin, run, confounds(twin, run))
    return Files(
        *(Path(str(path)) for path in (made.path, made.mask, made.confounds, made.sidecar))
    )


def copied(base: Files, folder: Path) -> Files:
    """Return a copy of the run in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = (base.bold, base.mask, base.confounds, base.sidecar)
    return Files(*(Path(shutil.copy(path, folder / path.name)) for path in paths))


def arguments(files: Files, more: list[str], out: Path) -> list[str]:
    """Return the command line of a case; later options replace earlier ones."""
    said = {
        "--bold": str(files.bold),
        "--confounds": str(files.confounds),
        "--mask": str(files.mask),
        "--tr": f"{SECONDS:g}",
        "--space": "MNI152NLin6Asym",
        "--date": "2026-03-02",
        "--out": str(out),
    }
    said |= dict(zip(more[::2], more[1::2], strict=True))
    return ["target", *(part for pair in said.items() for part in pair), "--json"]


def _columns(path: Path) -> dict[str, NDArray[np.float64]]:
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    values = np.array([[np.nan if cell == "n/a" else float(cell) for cell in r] for r in rows[1:]])
    return {name: np.nan_to_num(values[:, n]) for n, name in enumerate(rows[0])}


def _read(path: Path) -> tuple[Any, NDArray[Any]]:
    image: Any = nib.load(path)
    return image, np.asarray(image.dataobj)


def _mask(files: Files, inside: NDArray[np.bool_]) -> None:
    twin = replace(TWIN, dtype="<u1")
    write_image(files.mask, inside.astype(np.uint8), affine_of(twin), twin, 0)


def _nothing(files: Files) -> list[str]:
    del files
    return []


def _hole_in_seed(files: Files) -> list[str]:
    _mask(files, brain() & ~ball(SEED, 16))
    return []


def _hole_in_search(files: Files) -> list[str]:
    _mask(files, brain() & ~ball(SPOT, 14))
    return []


def _motion(files: Files) -> list[str]:
    columns = _columns(files.confounds)
    moved = np.random.default_rng(3).gamma(9.0, 0.1, len(columns["trans_x"]))
    columns["framewise_displacement"] = moved * 0.9 / moved.mean()
    write_confounds(files.confounds, columns)
    return []


def _restless(files: Files) -> list[str]:
    """Move by 0.4 mm on average, most volumes below the limit of censoring."""
    columns = _columns(files.confounds)
    columns["framewise_displacement"] = np.full(len(columns["trans_x"]), 0.4)
    write_confounds(files.confounds, columns)
    return []


def _short(files: Files) -> list[str]:
    image, data = _read(files.bold)
    image.__class__(data[..., :90], image.affine, image.header).to_filename(files.bold)
    write_confounds(files.confounds, {n: v[:90] for n, v in _columns(files.confounds).items()})
    return []


def _contradiction(files: Files) -> list[str]:
    image, data = _read(files.bold)
    turned = image.affine.copy()
    turned[0] *= -1
    made = image.__class__(data, image.affine, image.header)
    made.set_qform(turned, 4)
    made.to_filename(files.bold)
    return []


def _mirrored(files: Files) -> list[str]:
    """Mirror a brain that has a spot on both sides, and leave the header as it was."""
    image, data = _read(files.bold)
    both = (0.55 * data + 0.45 * data[::-1].astype(np.float64)).astype(data.dtype)
    image.__class__(both[::-1], image.affine, image.header).to_filename(files.bold)
    return []


def _noise(files: Files) -> list[str]:
    image, data = _read(files.bold)
    noise = np.random.default_rng(5).normal(0, 100, data.shape)
    flat = np.where(brain()[..., None], 10000 + noise, 0)
    image.__class__(flat.astype(data.dtype), image.affine, image.header).to_filename(files.bold)
    return []


def _other_grid(files: Files) -> list[str]:
    _mask(files, brain())
    mask, inside = _read(files.mask)
    mask.__class__(inside[:-1], mask.affine, mask.header).to_filename(files.mask)
    return []


def _shifted_mask(files: Files) -> list[str]:
    mask, inside = _read(files.mask)
    moved = mask.affine.copy()
    moved[:3, 3] += 8
    made = mask.__class__(inside, moved, None)
    made.set_sform(moved, 4)
    made.set_qform(moved, 4)
    made.to_filename(files.mask)
    return []


def _no_columns(files: Files) -> list[str]:
    columns = _columns(files.confounds)
    write_confounds(files.confounds, {n: v for n, v in columns.items() if n != "csf"})
    return ["--cleaning", "36P"]


def _cut(files: Files) -> list[str]:
    data = files.bold.read_bytes()
    files.bold.write_bytes(data[: len(data) // 2])
    return []


def _folder(files: Files) -> list[str]:
    return ["--bold", str(files.bold.parent)]


def _empty(files: Files) -> list[str]:
    files.mask.write_bytes(b"")
    return []


def _other_person(files: Files) -> list[str]:
    other = files.confounds.with_name(files.confounds.name.replace("sub-01", "sub-02"))
    files.confounds.rename(other)
    return ["--confounds", str(other)]


def _file_in_the_way(files: Files) -> list[str]:
    return ["--out", str(files.sidecar / "out")]


def _unnamed_transform(files: Files) -> list[str]:
    path = files.bold.with_name("warp.h5")
    path.write_bytes(b"x")
    return ["--t1w-xfm", str(path)]


def _unknown_space(files: Files) -> list[str]:
    plain = files.bold.with_name("sub-01_task-rest_desc-preproc_bold.nii.gz")
    files.bold.rename(plain)
    mask = files.mask.rename(files.mask.with_name("sub-01_task-rest_desc-brain_mask.nii.gz"))
    return ["--bold", str(plain), "--mask", str(mask), "--space", "Talairach"]


def _said(*more: str) -> Change:
    def change(files: Files) -> list[str]:
        del files
        return list(more)

    return change


def _approved(change: Change) -> Change:
    return lambda files: [*change(files), "--approved-by", "Dr Example"]


CASES = (
    Case("sound", "a sound run", _nothing, 0, "use"),
    Case("hole_in_seed", "hole in the mask at the seed", _hole_in_seed, 0, "fall_back"),
    Case("hole_in_search", "hole in the mask at the target", _hole_in_search, 0, "caution|fall"),
    Case("motion", "mean displacement of 0.9 mm", _motion, 0, "fall_back"),
    Case("restless", "mean displacement of 0.4 mm", _restless, 0, "caution|fall_back"),
    Case("three_minutes", "a scan of three minutes", _short, 0, "fall_back"),
    Case("noise", "white noise", _noise, 0, "fall_back"),
    Case("swapped", "sform and qform contradict", _contradiction, 2, "contradict each other"),
    Case("mirrored", "mirrored data, sound header", _mirrored, 0, "confirm the side"),
    Case("wrong_tr", "another repetition time", _said("--tr", "3"), 2, "repetition times"),
    Case("other_grid", "mask of another grid", _other_grid, 2, "another shape"),
    Case("shifted_mask", "mask of another place", _shifted_mask, 2, "lies elsewhere"),
    Case("no_columns", "confounds without a column", _no_columns, 2, "csf"),
    Case("cut", "image cut short", _cut, 2, "cut short"),
    Case("unknown_space", "unknown space", _unknown_space, 2, "space without"),
    Case("folder", "a folder for a run", _folder, 2, "this is a folder"),
    Case("empty", "an empty mask file", _empty, 2, "the file is empty"),
    Case("other_person", "confounds of another person", _other_person, 2, "more than one person"),
    Case("odd_label", "label with odd characters", _said("--label", "../01"), 2, "label"),
    Case("no_folder", "a file in the way of the output", _file_in_the_way, 2, "folder"),
    Case("no_direction", "transform without a direction", _unnamed_transform, 2, "never guessed"),
    Case("no_name", "approval without a name", _said("--approved-by", "  "), 2, "needs a name"),
    Case(
        "approved_fall_back", "navigator files after fall back", _approved(_short), 2, "fall back"
    ),
)
"""All cases, the sound run first."""


def _told(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode != 0:
        return done.stderr.strip().splitlines()[-1]
    document = json.loads(done.stdout)
    flags = [flag for flag in document["flags"] if "side" in flag]
    return "; ".join([f"{document['verdict']}: {document['reasons'][0]}", *flags])


def main() -> int:
    """Write and run all cases; return 1 where one ends otherwise than it should."""
    if len(sys.argv) > 1:
        return run_all(Path(sys.argv[1]))
    with tempfile.TemporaryDirectory() as place:
        return run_all(Path(place))


def run_all(out: Path) -> int:
    """Write and run all cases below a folder, where their pages stay."""
    base = write_base(out / "base")
    wrong = 0
    for case in CASES:
        folder = out / case.name
        files = copied(base, folder)
        line = arguments(files, case.change(files), folder / "out")
        command = [sys.executable, "-m", "equipoise", *line]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        told = _told(done)
        fits = done.returncode == case.code and any(w in told for w in case.words.split("|"))
        wrong += not fits
        print(
            f"{'' if fits else 'WRONG '}{case.name} ({case.title}): exit {done.returncode}; {told}"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
