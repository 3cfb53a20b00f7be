"""What every assay must do: the cases that the checks of this folder share.

Each check runs over ``assays.specs()``, the explicit list of all assays of the package. One that
is added there must be measured from the person below; extend that person where it needs more.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise import assays
from equipoise.core.answers import given
from equipoise.core.assay import AssaySpec
from equipoise.core.nouns import (
    InputDigest,
    LabResult,
    NotMeasured,
    Pregnancy,
    Recording,
    Result,
    ScaleAnswers,
    Timeline,
)
from equipoise.core.tables import load_table

SHAPE, ORIGIN, SPACING = (37, 45, 33), (-72.0, -104.0, -48.0), 4.0
VOLUMES, SECONDS = 300, 2.0
SEED = 7


@pytest.fixture(params=assays.specs(), ids=lambda spec: spec.id)
def spec(request: pytest.FixtureRequest) -> AssaySpec:
    """Return each assay's declaration in turn."""
    found: AssaySpec = request.param
    return found


@pytest.fixture(scope="session")
def person(tmp_path_factory: pytest.TempPathFactory) -> Timeline:
    """Return a person from whose records every assay can be measured."""
    return Timeline(
        "01",
        scales=given((
            ScaleAnswers("phq9", "2025-01-10", (2, 2, 1, 2, None, 2, 1, 0, 1)),
            ScaleAnswers("phq9", "2024-11-02", (3, 3, 2, 3, 2, 2, 2, 1, 0)),
            *_lowest_answers(),
        )),
        labs=given((
            LabResult("crp_hs", 0.34, "mg/dL", "2025-01-10"),
            LabResult("crp_hs", 12.0, "mg/L", "2024-12"),
            *_cortisol(),
            *_levels(),
            *_blood(),
        )),
        treatments=given(()),
        drugs=given(()),
        pregnancy=given(Pregnancy("not_pregnant")),
        recordings=(
            *_runs(tmp_path_factory.mktemp("scan")),
            _tables(tmp_path_factory.mktemp("freesurfer")),
        ),
        sources=(InputDigest("clinical/sub-01_person.yaml", "0" * 64),),
    )


@pytest.fixture(scope="session")
def damaged(person: Timeline, tmp_path_factory: pytest.TempPathFactory) -> Timeline:
    """Return the same person with every record broken."""
    *runs, tables = person.recordings
    cut = tmp_path_factory.mktemp("cut")
    folder = tmp_path_factory.mktemp("cut_tables") / "stats"
    folder.mkdir()
    for path in Path(tables.path).iterdir():
        (folder / path.name).write_bytes(path.read_bytes()[:-40])
    return replace(
        person,
        scales=given((
            ScaleAnswers("phq9", "2025-01-10", (4,) * 8),
            *(replace(answers, items=(99, *answers.items[1:])) for answers in _lowest_answers()),
        )),
        labs=given((
            LabResult("crp_hs", 3.4, "", "2025-01-10"),
            *(replace(lab, unit="") for lab in (*_cortisol(), *_levels(), *_blood())),
        )),
        recordings=(*(_cut(cut, run) for run in runs), replace(tables, path=str(folder))),
    )


def _cortisol() -> tuple[LabResult, ...]:
    """Return a day of saliva and a test with dexamethasone."""
    saliva = ((0, 10), (15, 14), (30, 18), (45, 16), (60, 13), (480, 5), (960, 2))
    day = (
        LabResult("cortisol_saliva", value, "nmol/L", "2025-01-10", minutes_after_waking=minutes)
        for minutes, value in saliva
    )
    dexamethasone = (
        LabResult("cortisol_dst", 30, "nmol/L", "2025-01-12", time=time)
        for time in ("08:30", "16:00")
    )
    night = LabResult("cortisol_saliva", 2, "nmol/L", "2025-01-11", time="23:15")
    serum = LabResult("cortisol_serum", 400, "nmol/L", "2025-01-12", time="08:00")
    return (*day, *dexamethasone, night, serum)


def _levels() -> tuple[LabResult, ...]:
    """Return a level of every drug with a range, at its lower end."""
    return tuple(
        LabResult(row.text("test"), row.number("lowest"), row.text("unit"), "2025-01-10")
        for row in load_table("labs/levels")
    )


# An ordinary value of each further test, in the unit of `labs/labs`.
ORDINARY = {
    "il6": 2, "tnf_alpha": 1.5, "bdnf": 25, "kynurenine": 2, "tryptophan": 60,
    "homocysteine": 9, "folate": 8, "b12": 400, "vitamin_d": 28, "tsh": 1.8, "ft4": 15,
    "ferritin": 80, "hba1c": 5.3, "glucose": 5.1, "insulin": 8, "cholesterol": 5, "ldl": 3,
    "hdl": 1.4, "triglycerides": 1.2, "omega3_index": 6, "testosterone": 15, "prolactin": 10,
    "haemoglobin": 140, "mcv": 90, "leucocytes": 6, "neutrophils": 3.5, "lymphocytes": 1.9,
    "platelets": 250, "sodium": 140, "potassium": 4.2, "calcium": 2.4, "magnesium": 0.85,
    "creatinine": 75, "egfr": 95, "urea": 5, "urea_nitrogen": 14, "alt": 25, "ast": 24,
    "ggt": 22, "alp": 70, "bilirubin": 9, "albumin": 44, "calprotectin": 20,
    "shannon_diversity": 3.5, "methylation_age_acceleration": 1.5, "methylation_crp_score": -0.2,
    "methylation_depression_score": 0.4,
}  # fmt: skip


def _blood() -> tuple[LabResult, ...]:
    """Return an ordinary value of every further blood test, of a fasting morning."""
    units = {row.text("id"): row.text("unit") for row in load_table("labs/labs")}
    return tuple(
        LabResult(test, value, units[test], "2025-02-20", fasting=given(True), time="08:00")
        for test, value in ORDINARY.items()
    )


def _lowest_answers() -> tuple[ScaleAnswers, ...]:
    """Return the lowest answers to every scale."""
    return tuple(
        ScaleAnswers(
            row.text("id"),
            "2025-01-10",
            (int(row.number("item_minimum")),) * int(row.number("items")),
        )
        for row in load_table("scales/scales")
    )


def _cut(folder: Path, recording: Recording) -> Recording:
    """Return a recording whose image ends after a few bytes."""
    cut = folder / Path(recording.path).name
    if not cut.exists():
        cut.write_bytes(Path(recording.path).read_bytes()[:5000])
    return replace(recording, path=str(cut))


@pytest.fixture(scope="session")
def all_results(person: Timeline) -> tuple[Result, ...]:
    """Return what all assays find in the person."""
    return assays.measure(person, seed=SEED)


@pytest.fixture
def results(spec: AssaySpec, all_results: tuple[Result, ...]) -> tuple[Result, ...]:
    """Return what one assay found in the person."""
    return part_of(spec, all_results)


@pytest.fixture
def measured(results: tuple[Result, ...]) -> tuple[Result, ...]:
    """Return what one assay measured, without what it could not."""
    return tuple(result for result in results if not isinstance(result, NotMeasured))


@pytest.fixture(scope="session")
def all_again(person: Timeline) -> tuple[Result, ...]:
    """Return what all assays find when they are asked a second time."""
    return assays.measure(person, seed=SEED)


@pytest.fixture(scope="session")
def all_damaged(damaged: Timeline) -> tuple[Result, ...]:
    """Return what all assays make of broken records."""
    return assays.measure(damaged, seed=SEED)


def part_of(spec: AssaySpec, results: tuple[Result, ...]) -> tuple[Result, ...]:
    """Return the results that belong to an assay."""
    ids = {part.measure for part in spec.yields}
    return tuple(result for result in results if result.id in ids)


# --- tables of FreeSurfer, and a small resting run -----------------------------------------------


def _tables(folder: Path) -> Recording:
    shipped = Path(__file__).parents[1] / "fixtures" / "freesurfer"
    shutil.copytree(shipped, folder / "stats")
    name = "derivatives/freesurfer/sub-01/stats"
    return Recording("freesurfer_stats", name, str(folder / "stats"), date="2025-01-08")


TASKS = {
    "conscious": ("sad", "neutral", "fear", "anger", "happy"),
    "nonconscious": ("fear", "neutral"),
    "reward": ("reward", "neutral"),
    "gonogo": ("go", "nogo"),
    "setshifting": ("switch", "repeat"),
}


def _runs(folder: Path) -> tuple[Recording, ...]:
    """Return the resting run, and the same image as a run of each task, to save time."""
    resting = _scan(folder)
    return (resting, *(_task(folder, resting, label) for label in TASKS))


def _task(folder: Path, image: Recording, label: str) -> Recording:
    """Write events of 8 s, 14 s apart, in random order."""
    kinds = np.random.default_rng(5).permutation(TASKS[label] * (40 // len(TASKS[label])))
    rows = [f"{4 + 14 * n}\t8\t{kind}" for n, kind in enumerate(kinds)]
    events = folder / f"sub-01_task-{label}_events.tsv"
    events.write_text("\n".join(["onset\tduration\ttrial_type", *rows]) + "\n", encoding="utf-8")
    return replace(image, task=label, events=str(events))


def _scan(folder: Path) -> Recording:
    """Write noise with one slow wave, which the prefrontal half carries turned over."""
    generator = np.random.default_rng(3)
    index = np.stack(np.meshgrid(*map(np.arange, SHAPE), indexing="ij"), axis=-1)
    place = index * SPACING + ORIGIN
    inside = (((place - (0, -18, 12)) / (70, 88, 66)) ** 2).sum(axis=-1) <= 1
    wave = np.sin(2 * np.pi * 0.03 * SECONDS * np.arange(VOLUMES))
    weight = np.where(place[..., 2] > 20, -1.0, 1.0)[inside]
    data = np.zeros((*SHAPE, VOLUMES), dtype=np.int16)
    noise = generator.standard_normal((int(inside.sum()), VOLUMES))
    data[inside] = (10000 + 100 * (noise + weight[:, None] * wave)).astype(np.int16)
    stem = "sub-01_task-rest_space-MNI152NLin6Asym"
    _write(folder / f"{stem}_desc-preproc_bold.nii.gz", data)
    _write(folder / f"{stem}_desc-brain_mask.nii.gz", inside.astype(np.uint8))
    table = folder / "sub-01_task-rest_desc-confounds_timeseries.tsv"
    table.write_text(_confounds(generator), encoding="utf-8")
    sidecar = folder / f"{stem}_desc-preproc_bold.json"
    sidecar.write_text(json.dumps({"RepetitionTime": SECONDS, "TaskName": "rest"}))
    return Recording(
        kind="bold",
        name=f"func/{stem}_desc-preproc_bold.nii.gz",
        path=str(folder / f"{stem}_desc-preproc_bold.nii.gz"),
        mask=str(folder / f"{stem}_desc-brain_mask.nii.gz"),
        confounds=str(table),
        sidecar=str(sidecar),
        space="MNI152NLin6Asym",
        repetition_time=SECONDS,
        task="rest",
    )


def _confounds(generator: np.random.Generator) -> str:
    names = ["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z", "csf", "white_matter"]
    names += ["global_signal", "framewise_displacement"]
    values = 0.02 * np.abs(generator.standard_normal((VOLUMES, len(names))))
    rows = ["\t".join(f"{value:.8g}" for value in row) for row in values]
    return "\n".join(["\t".join(names), *rows]) + "\n"


def _write(path: Path, data: NDArray[np.int16] | NDArray[np.uint8]) -> None:
    import nibabel as nib

    affine = np.diag([SPACING, SPACING, SPACING, 1.0])
    affine[:3, 3] = ORIGIN
    image = nib.Nifti1Image(data, affine)
    image.set_sform(affine, 4)
    image.set_qform(affine, 4)
    image.header.set_xyzt_units("mm", "sec")
    if data.ndim > 3:
        image.header["pixdim"][4] = SECONDS
    image.to_filename(path)
