"""Activation and task connectivity against nilearn, known effects and refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pandas as pd
import pytest

from equipoise.assays.mri import tasks
from equipoise.assays.mri.image.regions import centre
from equipoise.assays.mri.options import Options
from equipoise.core.nouns import Measurement, NotMeasured, Recording, Result, ScanSummary

Maker = Callable[..., Recording]
RADIUS = 8


def taken(*recordings: Recording, options: Options | None = None) -> list[Result]:
    return list(tasks.measure(recordings, options or Options(), seed=1))


def one(results: list[Result], name: str) -> Measurement:
    (found,) = [r for r in results if not isinstance(r, NotMeasured) and r.id == name]
    assert isinstance(found, Measurement)
    return found


def reason(results: list[Result], name: str) -> str:
    (found,) = [r for r in results if r.id == name]
    assert isinstance(found, NotMeasured)
    return found.reason


@pytest.fixture(scope="module")
def found(built: Any) -> list[Result]:
    """Return the results of the standard run."""
    module = sys.modules[built.__module__]
    return taken(built(module.Faces()))


def test_known_effects_are_found_and_nothing_else(found: list[Result]) -> None:
    """1 % in the left amygdala; minus 0.5 % in the perigenual cingulate; 0 within 4 errors."""
    truth = {"mri.task_sad.amygdala_l": 1.0, "mri.task_sad.pgacc": -0.5}
    truth["mri.task_threat.dacc"] = truth["mri.task_happy.vs_l"] = 0.0
    for name, value in truth.items():
        quantity = one(found, name).quantity
        assert quantity.unit == "%"
        assert quantity.standard_error is not None
        # About 33 voxels of 4 mm with noise of 1 %, 24 volumes of each condition.
        assert 0.01 < quantity.standard_error < 0.2
        assert abs(quantity.value - value) < 4 * quantity.standard_error, name


@pytest.mark.filterwarnings("ignore")  # of nilearn, about its own mask
def test_equals_the_first_level_model_of_nilearn(faces: Maker, found: list[Result]) -> None:
    """Mean over the region of nilearn's effects; 1e-4 of a percent: single precision."""
    from nilearn.glm.first_level import FirstLevelModel

    recording = faces()
    image: Any = nib.load(recording.path)
    index = np.stack(np.meshgrid(*map(np.arange, image.shape[:3]), indexing="ij"), axis=-1)
    world = index @ image.affine[:3, :3].T + image.affine[:3, 3]
    ball = ((world - centre("neg_amygdala_l")) ** 2).sum(axis=-1) <= RADIUS**2
    mask = nib.Nifti1Image(ball.astype(np.uint8), image.affine)
    columns = pd.read_csv(recording.confounds, sep="\t").drop(columns="framewise_displacement")
    columns = columns - 0.0
    change = columns.diff().fillna(0).add_suffix("_d")
    terms = pd.concat([columns, change, (columns**2).add_suffix("_2"), change**2], axis=1)
    terms.columns = [f"c{n}" for n in range(terms.shape[1])]
    model = FirstLevelModel(
        t_r=2.0,
        hrf_model="spm",
        drift_model="cosine",
        high_pass=1 / 128,
        noise_model="ar1",
        mask_img=mask,
        signal_scaling=0,
        minimize_memory=False,
    )
    events = pd.read_csv(recording.events, sep="\t")
    model.fit(image, events=events, confounds=terms)
    effect = model.compute_contrast("sad - neutral", output_type="effect_size")
    wanted = effect.get_fdata()[ball].mean()
    assert one(found, "mri.task_sad.amygdala_l").quantity.value == pytest.approx(wanted, abs=1e-4)


def test_fear_and_anger_are_one_side(found: list[Result]) -> None:
    parameters = dict(one(found, "mri.task_threat.dacc").provenance.parameters)
    assert parameters["contrast"] == "anger and fear - neutral"
    assert parameters["events"] == "anger 4; fear 4; neutral 4"
    assert parameters["cleaning"] == "24p"


def test_every_measure_of_the_label_is_there_and_of_others_is_not(found: list[Result]) -> None:
    measured = {r.id for r in found if isinstance(r, Measurement)}
    assert len(measured) == 9 + 5 + 3
    assert reason(found, "mri.task_reward.vs_l") == "no run of this task was recorded"
    assert reason(found, "mri.task_masked_threat.sgacc") == "no run of this task was recorded"


def test_a_measurement_says_where_it_comes_from(faces: Maker, found: list[Result]) -> None:
    one_found = one(found, "mri.task_sad.ai_l__pgacc")
    assert one_found.quantity.unit == "1"
    assert (one_found.date, one_found.scanner) == ("2025-01-10", "Maker Model 3 T")
    assert dict(one_found.covariates)["mean_fd"] == pytest.approx(0.08, abs=0.03)
    names = [digest.name for digest in one_found.provenance.inputs]
    assert {name.rpartition("_")[2] for name in names} == {
        "bold.nii",
        "mask.nii",
        "probseg.nii",
        "confounds.tsv",
        "bold.json",
        "events.tsv",
    }
    assert taken(faces()) == found


def test_two_runs_are_a_fixed_effect(faces: Maker) -> None:
    """The mean of both runs, and a variance of the mean."""
    first, second = replace(faces(), run="1"), replace(faces(seed=2, run="2"))
    alone = [one(taken(run), "mri.task_sad.pgacc").quantity for run in (first, second)]
    both = one(taken(first, second), "mri.task_sad.pgacc").quantity
    assert both.value == pytest.approx(np.mean([q.value for q in alone]), rel=1e-9)
    errors = np.array([q.standard_error for q in alone], dtype=float)
    assert both.standard_error == pytest.approx(np.linalg.norm(errors) / 2, rel=1e-9)


def test_each_session_stands_alone(faces: Maker) -> None:
    first = replace(faces(), session="pre", date="2025-01-10")
    second = replace(faces(seed=2), session="post", date="2025-03-10")
    results = [r for r in taken(first, second) if r.id == "mri.task_sad.pgacc"]
    assert [(r.session, r.date) for r in results if isinstance(r, Measurement)] == [
        ("pre", "2025-01-10"),
        ("post", "2025-03-10"),
    ]


def test_the_same_run_in_two_spaces_is_measured_once(faces: Maker, found: list[Result]) -> None:
    name = "func/sub-01_task-faces_space-MNI152NLin2009cAsym_bold.nii"
    other = replace(faces(), space="MNI152NLin2009cAsym", name=name)
    assert taken(other, faces()) == found


def test_runs_that_differ_in_another_entity_are_two(faces: Maker) -> None:
    """Two directions of phase encoding without a run label are two runs."""
    names = [f"func/sub-01_task-faces_dir-{way}_bold.nii" for way in ("LR", "RL")]
    both = taken(replace(faces(), name=names[0]), replace(faces(seed=2), name=names[1]))
    assert dict(one(both, "mri.task_sad.pgacc").provenance.parameters)["runs"] == "2"


def test_each_run_has_its_summary(faces: Maker, found: list[Result]) -> None:
    (summary,) = [r for r in found if isinstance(r, ScanSummary)]
    assert (summary.task, summary.volumes, summary.seconds) == ("faces", 180, 2.0)
    assert summary.strategy == "24p"
    assert len(summary.displacement) == 180
    assert {region.region for region in summary.regions} >= {"neg_pgacc", "pos_vs_l"}
    assert all(region.enough for region in summary.regions)
    assert summary.matrix == ()
    assert not any(isinstance(r, ScanSummary) for r in taken(replace(faces(), events=None)))


def test_events_without_the_conditions_are_named(faces: Maker, events_file: Any) -> None:
    events = events_file([(10, 12, "sad"), (40, 12, "shapes"), (60, 12, "fear")])
    text = reason(taken(replace(faces(), events=events)), "mri.task_sad.pgacc")
    assert "do not hold the conditions of the contrast sad against neutral faces" in text
    assert "fear, sad, shapes" in text
    assert "sad, neutral" in text


def test_a_run_without_events_is_a_reason(faces: Maker) -> None:
    text = reason(taken(replace(faces(), events=None)), "mri.task_happy.vs_l")
    assert "events file" in text
    assert "missing" in text


def test_one_bad_run_does_not_lose_the_other(faces: Maker, found: list[Result]) -> None:
    bad = replace(faces(), run="2", events=None)
    both = one(taken(faces(), bad), "mri.task_sad.pgacc")
    assert both.quantity == one(found, "mri.task_sad.pgacc").quantity
    assert any("another run of this task could not be used" in flag for flag in both.flags)


def test_a_damaged_image_is_a_reason(faces: Maker, tmp_path: Path) -> None:
    cut = tmp_path / "cut.nii"
    cut.write_bytes(Path(faces().path).read_bytes()[:5000])
    assert "cut short" in reason(taken(replace(faces(), path=str(cut))), "mri.task_sad.pgacc")


def test_volumes_that_moved_are_left_out(faces: Maker, tmp_path: Path) -> None:
    """A spike of 30 % in one moved volume changes nothing but by the loss of that volume."""
    recording = faces()
    image: Any = nib.load(recording.path)
    data = image.get_fdata(dtype=np.float32)
    data[..., 90] *= 1.3
    path = tmp_path / "spiked.nii"
    nib.Nifti1Image(data, image.affine, image.header).to_filename(path)
    table = pd.read_csv(str(recording.confounds), sep="\t")
    table.loc[90, "framewise_displacement"] = 3.0
    moved = tmp_path / "confounds.tsv"
    table.to_csv(moved, sep="\t", index=False)
    spiked = one(
        taken(
            replace(recording, path=str(path), confounds=str(moved)),
            options=Options(censor_above=2.0),
        ),
        "mri.task_sad.amygdala_l",
    )
    assert abs(spiked.quantity.value - 1) < 4 * (spiked.quantity.standard_error or 0)
    assert dict(spiked.provenance.parameters)["censored"] != "0"


def test_a_head_that_moved_too_much_is_refused(faces: Maker, tmp_path: Path) -> None:
    table = pd.read_csv(str(faces().confounds), sep="\t")
    table["framewise_displacement"] = 2.5
    path = tmp_path / "confounds.tsv"
    table.to_csv(path, sep="\t", index=False)
    text = reason(taken(replace(faces(), confounds=str(path))), "mri.task_sad.pgacc")
    assert "moved too much" in text


def test_the_time_of_a_volume_is_that_of_the_sidecar(faces: Maker, tmp_path: Path) -> None:
    path = tmp_path / "bold.json"
    path.write_text(json.dumps({"RepetitionTime": 2.0, "StartTime": 1.0}))
    shifted = one(taken(replace(faces(), sidecar=str(path))), "mri.task_sad.amygdala_l")
    assert dict(shifted.provenance.parameters)["volume_time"] == "1 s"
    path.write_text(json.dumps({"RepetitionTime": 2.0, "SliceTimingCorrected": True}))
    unknown = one(taken(replace(faces(), sidecar=str(path))), "mri.task_sad.amygdala_l")
    assert any("to which moment of a volume" in flag for flag in unknown.flags)
    assert unknown.quantity.value != shifted.quantity.value


def test_motion_with_the_task_and_few_events_are_told(
    faces: Maker, events_file: Any, tmp_path: Path
) -> None:
    events = [(20.0, 2.0, "sad"), (60.0, 2.0, "neutral"), (100.0, 2.0, "sad"), (140, 2, "neutral")]
    table = pd.read_csv(str(faces().confounds), sep="\t")
    table["rot_x"] = 0.0
    for onset, _, kind in events:
        start = int(onset // 2) + 2
        table.loc[start : start + 3, "rot_x"] = 0.01 if kind == "sad" else -0.01
    path = tmp_path / "confounds.tsv"
    table.to_csv(path, sep="\t", index=False)
    recording = replace(faces(), confounds=str(path), events=events_file(events))
    flags = " ".join(one(taken(recording), "mri.task_sad.pgacc").flags)
    assert "only 2 events of sad, 4 s in all" in flags
    assert "the person moved with the task" in flags


def test_without_a_task_run_nilearn_is_not_loaded() -> None:
    code = (
        "import sys; from equipoise.assays.mri import tasks, Options\n"
        "tasks.measure((), Options(), seed=1)\n"
        "print(*sorted({'nilearn', 'pandas', 'scipy', 'nibabel'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("seconds", [2.0, 1.0])
def test_events_without_duration_are_percent_at_the_peak(
    seconds: float, faces: Maker, events_file: Any, tmp_path: Path
) -> None:
    """A response of 1 % at its peak is 1 %, whatever the time between volumes.

    The truth is made from the response function itself, without regressors.
    """
    from nilearn.glm.first_level.hemodynamic_models import spm_hrf

    curve = spm_hrf(0.1, oversampling=1)
    curve = curve / curve.max()
    recording = faces(seconds=seconds, volumes=round(360 / seconds), noise=0.5, effects=())
    image: Any = nib.load(recording.path)
    data = image.get_fdata(dtype=np.float32)
    onsets = 5.0 + 12.0 * np.arange(28)
    kinds = np.random.default_rng(3).permutation(["sad", "neutral"] * 14)
    times = seconds * np.arange(data.shape[-1])
    for onset in onsets[kinds == "sad"]:
        data += 100 * np.interp(times - onset, 0.1 * np.arange(len(curve)), curve, 0, 0)
    path = tmp_path / "planted_bold.nii"
    nib.Nifti1Image(data.astype(np.float32), image.affine, image.header).to_filename(path)
    events = [(float(onset), 0.0, str(kind)) for onset, kind in zip(onsets, kinds, strict=True)]
    found = taken(replace(recording, path=str(path), events=events_file(events)))
    got = one(found, "mri.task_sad.pgacc")
    assert got.quantity.value == pytest.approx(1, abs=0.1)
    assert 0 < (got.quantity.standard_error or 0) < 0.1
    assert any("at the peak of the response" in flag for flag in got.flags)


def test_a_contrast_of_events_with_and_without_duration_is_refused(
    faces: Maker, events_file: Any
) -> None:
    events = events_file([(20.0 * n, 6.0 * (n % 2), ("sad", "neutral")[n % 2]) for n in range(16)])
    text = reason(taken(replace(faces(), events=events)), "mri.task_sad.pgacc")
    assert "some events of the contrast have a duration and others have none" in text


def test_a_run_that_misses_a_region_does_not_lose_the_other(
    faces: Maker, found: list[Result], tmp_path: Path
) -> None:
    recording = faces()
    image: Any = nib.load(str(recording.mask))
    inside = np.asarray(image.dataobj).copy()
    index = np.stack(np.meshgrid(*map(np.arange, inside.shape), indexing="ij"), axis=-1)
    world = index @ image.affine[:3, :3].T + image.affine[:3, 3]
    inside[((world - centre("neg_pgacc")) ** 2).sum(axis=-1) <= (2 * RADIUS) ** 2] = 0
    path = tmp_path / "hole_mask.nii"
    nib.Nifti1Image(inside, image.affine, image.header).to_filename(path)
    holed = replace(faces(seed=2), run="2", mask=str(path))
    both = taken(replace(recording, run="1"), holed)
    kept = one(both, "mri.task_sad.pgacc")
    assert kept.quantity == one(found, "mri.task_sad.pgacc").quantity
    assert any("was left out" in flag for flag in kept.flags)
    assert dict(kept.provenance.parameters)["runs"] == "1"
    assert dict(one(both, "mri.task_sad.amygdala_l").provenance.parameters)["runs"] == "2"


def test_what_was_not_measured_says_of_which_session(faces: Maker) -> None:
    first = replace(faces(), session="pre", events=None)
    both = taken(first, replace(faces(seed=2), session="post"))
    kept = (r for r in both if isinstance(r, Measurement | NotMeasured))
    told = [(type(r), r.session) for r in kept if r.id == "mri.task_sad.pgacc"]
    assert told == [(NotMeasured, "pre"), (Measurement, "post")]
