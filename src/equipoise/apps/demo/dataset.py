"""Write the worked example as a BIDS dataset with a phantom fMRIPrep derivative."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise import __version__
from equipoise.apps.demo.phantom import Phantom, image_bytes, load_phantom, mask_bytes
from equipoise.apps.files import (
    LEFTOVER,
    clear_leftovers,
    make_folder,
    write_bytes,
    write_text,
)
from equipoise.core.errors import OutputError
from equipoise.core.steps import Watcher, quiet

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DATE", "LABEL", "build"]

LABEL: Final = "01"
DATE: Final = "2026-03-02"
"""Day of the invented consultation."""
SPACE: Final = "MNI152NLin2009cAsym"
NOTICE: Final = (
    "real brain signal in synthetic geometry, one healthy volunteer (OpenNeuro ds000221)"
)
TITLE: Final = "Equipoise worked example"
DECIMALS: Final = 6


def build(folder: Path, *, watch: Watcher = quiet) -> Path:
    """Write the dataset, unless it stands there already.

    Parameters
    ----------
    folder : Path
        Where the dataset goes.
    watch : Watcher, optional
        Told how many volumes are written.

    Returns
    -------
    Path
        `folder`.

    Raises
    ------
    OutputError
        If the folder cannot be written, or holds something else.
    InputError
        If the extra ``imaging`` is not installed.

    Notes
    -----
    The README is written last: a dataset without it is unfinished and is written again.
    """
    readme = folder / "README"
    if readme.is_file() and readme.read_text(encoding="utf-8") == _readme():
        return folder
    _check_place(folder)
    make_folder(folder)
    clear_leftovers(folder)
    data = Path(str(resources.files("equipoise.apps.demo") / "data"))
    phantom = load_phantom(data)
    _write_records(folder, data)
    _write_derivative(folder / "derivatives" / "fmriprep", phantom, watch)
    write_text(readme, _readme())
    return folder


def _check_place(folder: Path) -> None:
    """Refuse a folder that holds anything but an unfinished or older example."""
    if not folder.is_dir() or not any(p for p in folder.iterdir() if LEFTOVER not in p.name):
        return
    try:
        text = (folder / "dataset_description.json").read_text(encoding="utf-8")
        name = json.loads(text)["Name"]
    except (OSError, ValueError, LookupError, TypeError):
        name = None
    if name != TITLE:
        raise OutputError(
            "this folder is not empty and holds no worked example",
            where=str(folder),
            todo="name another output folder; nothing was written",
        )


def _readme() -> str:
    return (
        f"Worked example of Equipoise {__version__}: {NOTICE}; invented person.\n"
        "The signal was measured, the geometry is synthetic, the record describes nobody.\n"
    )


def _write_records(folder: Path, data: Path) -> None:
    write_text(
        folder / "dataset_description.json",
        _json({"Name": TITLE, "BIDSVersion": "1.10.0", "License": "CC0"}),
    )
    write_text(folder / "participants.tsv", f"participant_id\tage\tsex\nsub-{LABEL}\t43\tF\n")
    write_text(folder / ".bidsignore", "**/clinical/\n**/genetics/\n")
    name = f"sub-{LABEL}_person.yaml"
    person = folder / f"sub-{LABEL}"
    write_bytes(person / "clinical" / name, (data / name).read_bytes())
    variants = f"sub-{LABEL}.vcf"
    write_bytes(person / "genetics" / variants, (data / variants).read_bytes())


def _write_derivative(folder: Path, phantom: Phantom, watch: Watcher) -> None:
    stem = f"sub-{LABEL}/func/sub-{LABEL}_task-rest"
    image = f"{stem}_space-{SPACE}_desc"
    write_text(
        folder / "dataset_description.json",
        _json({
            "Name": "Phantom in the layout of fMRIPrep",
            "BIDSVersion": "1.10.0",
            "DatasetType": "derivative",
            "GeneratedBy": [{"Name": "Equipoise demo", "Version": __version__}],
            "Notice": NOTICE,
        }),
    )
    sidecar = {"RepetitionTime": phantom.repetition_time, "TaskName": "rest", "SkullStripped": True}
    write_text(folder / f"{image}-preproc_bold.json", _json(sidecar))
    write_text(folder / f"{stem}_desc-confounds_timeseries.tsv", _confounds(phantom))
    write_bytes(folder / f"{image}-brain_mask.nii.gz", _gzip([mask_bytes(phantom)], 1, quiet))
    volumes = _gzip(image_bytes(phantom), len(phantom.series) + 1, watch)
    write_bytes(folder / f"{image}-preproc_bold.nii.gz", volumes)


def _gzip(parts: Iterable[bytes], total: int, watch: Watcher) -> bytes:
    """Compress without a time stamp, so that the same data give the same bytes."""
    from isal import igzip

    packed = io.BytesIO()
    with igzip.IGzipFile(fileobj=packed, mode="wb", compresslevel=1, mtime=0) as stream:
        for done, part in enumerate(parts, start=1):
            stream.write(part)
            watch("writing the example", done, total)
    return packed.getvalue()


def _confounds(phantom: Phantom) -> str:
    """Return the confounds with fMRIPrep's names, as far as their form tells them."""
    names = {i: f"a_comp_cor_{i:02d}" for i in range(6)}
    motion = ("rot_x", "rot_y", "rot_z", "trans_x", "trans_y", "trans_z")
    names |= dict(enumerate(motion, start=6))
    # Columns 12 to 17 are differences of the motion, 26 to 28 a constant and trends.
    names |= {18 + i: f"motion_outlier{i:02d}" for i in range(8)}
    table = {name: phantom.confounds[:, column] for column, name in names.items()}
    table["global_signal"] = phantom.global_signal
    table["framewise_displacement"] = _displacement(phantom.confounds[:, 6:12])
    lines = ["\t".join(table)]
    for row in range(len(phantom.series)):
        lines.append("\t".join(_figure(column[row]) for column in table.values()))
    return "\n".join(lines) + "\n"


def _figure(value: float) -> str:
    return "n/a" if np.isnan(value) else f"{value:.{DECIMALS}f}"


def _displacement(motion: NDArray[np.float64]) -> NDArray[np.float64]:
    """Framewise displacement in mm (Power 2012): rotations as arcs on a 50 mm sphere."""
    radius = 50.0
    steps = np.abs(np.diff(motion, axis=0))
    moved = steps[:, :3].sum(axis=1) * radius + steps[:, 3:].sum(axis=1)
    return np.concatenate([[np.nan], moved])


def _json(value: dict[str, object]) -> str:
    return json.dumps(value, sort_keys=True, indent=1) + "\n"
