"""A synthetic task run with known truth: blocks of faces, effects in percent, noise."""

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

SHAPE = (31, 37, 27)
ORIGIN = (-60.0, -76.0, -32.0)
SPACING = 4.0
LEVEL = 10000.0
MOTION = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")


@dataclass(frozen=True)
class Faces:
    """What to build: effects in percent at the plateau of a block, by region and trial type."""

    volumes: int = 180
    seconds: float = 2.0
    effects: tuple[tuple[str, str, float], ...] = (
        ("neg_amygdala_l", "sad", 1.0),
        ("neg_pgacc", "neutral", 0.5),
    )
    noise: float = 1.0
    seed: int = 1
    label: str = "faces"
    session: str | None = None
    run: str | None = None


def blocks(faces: Faces) -> list[tuple[float, float, str]]:
    """Return blocks of 12 s in random order, 3 s apart."""
    kinds = np.random.default_rng(faces.seed).permutation(
        ["sad", "neutral", "happy", "fear", "anger"] * 4
    )
    end = faces.volumes * faces.seconds
    found = [(6.0 + 16.0 * n, 12.0, str(kind)) for n, kind in enumerate(kinds)]
    return [block for block in found if block[0] < end]


def response(
    faces: Faces, kind: str, events: list[tuple[float, float, str]]
) -> NDArray[np.float64]:
    """Return the expected response to one trial type by nilearn's own function."""
    from nilearn.glm.first_level import compute_regressor

    own = [(onset, duration, 1.0) for onset, duration, name in events if name == kind]
    times = np.arange(faces.volumes) * faces.seconds
    found, _ = compute_regressor(np.array(own).T, "spm", times)
    return np.asarray(found[:, 0])


def world() -> NDArray[np.float64]:
    index = np.stack(np.meshgrid(*(np.arange(n) for n in SHAPE), indexing="ij"), axis=-1)
    return np.asarray(index * SPACING + ORIGIN)


def sphere(region: str, radius: float = 8) -> NDArray[np.bool_]:
    row = load_table("regions/regions").row(id=region)
    point = np.array([row.number(axis) for axis in "xyz"])
    return np.asarray(((world() - point) ** 2).sum(axis=-1) <= radius**2)


def task_regions() -> list[str]:
    rows = load_table("circuits/task_measures")
    return sorted({row.text("region_a") for row in rows})


def image_of(faces: Faces, events: list[tuple[float, float, str]]) -> NDArray[np.float32]:
    generator = np.random.default_rng(faces.seed + 50)
    data = np.zeros((*SHAPE, faces.volumes), dtype=np.float32)
    moving = np.any([sphere(region) for region in task_regions()], axis=0)
    data[:] = LEVEL
    noise = generator.standard_normal((int(moving.sum()), faces.volumes))
    data[moving] += LEVEL / 100 * faces.noise * noise
    for region, kind, size in faces.effects:
        data[sphere(region)] += LEVEL / 100 * size * response(faces, kind, events)
    return data


def write_image(path: Path, data: NDArray[Any], seconds: float) -> None:
    import nibabel as nib

    affine = np.diag([SPACING, SPACING, SPACING, 1.0])
    affine[:3, 3] = ORIGIN
    image = nib.Nifti1Image(data, affine)
    image.set_sform(affine, 4)
    image.set_qform(affine, 4)
    image.header.set_xyzt_units("mm", "sec")
    if data.ndim > 3:
        image.header["pixdim"][4] = seconds
    image.to_filename(path)


def confounds_of(faces: Faces) -> dict[str, NDArray[np.float64]]:
    generator = np.random.default_rng(faces.seed + 1000)
    found = {name: 0.02 * generator.standard_normal(faces.volumes).cumsum() for name in MOTION}
    return found | {
        "framewise_displacement": np.abs(0.1 * generator.standard_normal(faces.volumes))
    }


def write_events(path: Path, events: list[tuple[float, float, str]]) -> None:
    rows = [f"{onset:g}\t{duration:g}\t{kind}" for onset, duration, kind in events]
    path.write_text("\n".join(["onset\tduration\ttrial_type", *rows]) + "\n", encoding="utf-8")


def build(folder: Path, faces: Faces) -> Recording:
    """Write a run as fMRIPrep and BIDS lay it out; events stand beside the image."""
    folder.mkdir(parents=True, exist_ok=True)
    events = blocks(faces)
    stem = f"sub-01_task-{faces.label}"
    image, mask = folder / f"{stem}_bold.nii", folder / f"{stem}_mask.nii"
    write_image(image, image_of(faces, events), faces.seconds)
    write_image(mask, np.ones(SHAPE, dtype=np.uint8), 0)
    grey = folder / f"{stem}_probseg.nii"
    write_image(grey, np.ones(SHAPE, dtype=np.float32), 0)
    columns = confounds_of(faces)
    rows = ["\t".join(columns)]
    rows += ["\t".join(f"{v:.10g}" for v in row) for row in np.array(list(columns.values())).T]
    table = folder / f"{stem}_confounds.tsv"
    table.write_text("\n".join(rows) + "\n", encoding="utf-8")
    sidecar = folder / f"{stem}_bold.json"
    sidecar.write_text(json.dumps({"RepetitionTime": faces.seconds}), encoding="utf-8")
    write_events(folder / f"{stem}_events.tsv", events)
    return Recording(
        kind="bold",
        name=f"func/{image.name}",
        path=str(image),
        mask=str(mask),
        confounds=str(table),
        grey_matter=str(grey),
        sidecar=str(sidecar),
        space="MNI152NLin6Asym",
        repetition_time=faces.seconds,
        task=faces.label,
        events=str(folder / f"{stem}_events.tsv"),
        session=faces.session,
        run=faces.run,
        date="2025-01-10",
        scanner="Maker Model 3 T",
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Faces], Recording]:
    kept: dict[Faces, Recording] = {}

    def get(faces: Faces) -> Recording:
        if faces not in kept:
            kept[faces] = build(tmp_path_factory.mktemp("faces"), faces)
        return kept[faces]

    return get


@pytest.fixture
def faces(built: Callable[[Faces], Recording]) -> Callable[..., Recording]:
    """Return a function that gives a run; its image is shared, so other parts are replaced."""

    def make(**changes: Any) -> Recording:
        return built(replace(Faces(), **changes))

    return make


@pytest.fixture
def events_file(tmp_path: Path) -> Callable[..., str]:
    """Return a function that writes events and returns the path."""

    def make(events: list[tuple[float, float, str]]) -> str:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}_events.tsv"
        write_events(path, events)
        return str(path)

    return make
