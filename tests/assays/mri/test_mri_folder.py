"""One recording in, four results out; bad input gives a reason in one line, never an exception."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from equipoise.assays.mri import rest
from equipoise.core.nouns import Measurement, NotMeasured, Recording, Target
from tests.assays.mri.conftest import at_rest

Maker = Callable[..., Recording]
Damage = Callable[[Recording], Recording]
IDS = tuple(spec.id for spec in rest.SPECS)


def reasons(recording: Recording) -> tuple[str, ...]:
    """Return the reasons of all measures; each must be NotMeasured and one line."""
    found = at_rest(recording)
    assert tuple(result.id for result in found) == IDS
    texts = []
    for result in found:
        assert isinstance(result, NotMeasured), result
        assert "\n" not in result.reason
        texts.append(result.reason)
    return tuple(texts)


def rewrite(path: str | None, change: Callable[[Any], Any]) -> None:
    """Load an image, change it, write it back."""
    image = nib.Nifti1Image.from_filename(str(path), mmap=False)
    values = np.asanyarray(image.dataobj).copy()
    loaded = nib.Nifti1Image(values, image.affine, image.header.copy())
    change(loaded).to_filename(str(path))


def table(path: str | None, change: Callable[[list[list[str]]], list[list[str]]]) -> None:
    """Change the cells of a confounds file."""
    rows = [line.split("\t") for line in Path(str(path)).read_text().splitlines()]
    Path(str(path)).write_text("\n".join("\t".join(row) for row in change(rows)) + "\n")


# --- damage, one function each ---------------------------------------------------------------


def missing_image(r: Recording) -> Recording:
    Path(r.path).unlink()
    return r


def truncated(r: Recording) -> Recording:
    content = Path(r.path).read_bytes()
    Path(r.path).write_bytes(content[: len(content) // 2])
    return r


def no_mask(r: Recording) -> Recording:
    return replace(r, mask=None)


def missing_mask_file(r: Recording) -> Recording:
    Path(str(r.mask)).unlink()
    return r


def no_confounds(r: Recording) -> Recording:
    return replace(r, confounds=None)


def fewer_rows(r: Recording) -> Recording:
    table(r.confounds, lambda rows: rows[:-7])
    return r


def all_nan(r: Recording) -> Recording:
    def change(rows: list[list[str]]) -> list[list[str]]:
        column = rows[0].index("csf")
        return [rows[0], *([*row[:column], "n/a", *row[column + 1 :]] for row in rows[1:])]

    table(r.confounds, change)
    return r


def wrong_time(r: Recording) -> Recording:
    return replace(r, repetition_time=1.0)


def milliseconds(r: Recording) -> Recording:
    return replace(r, repetition_time=2000.0)


def native_space(r: Recording) -> Recording:
    return replace(r, space="T1w")


def unknown_space(r: Recording) -> Recording:
    return replace(r, space="MNIPediatricAsym")


def no_space(r: Recording) -> Recording:
    return replace(r, space=None)


def contradiction(r: Recording) -> Recording:
    def change(image: Any) -> Any:
        mirrored = image.affine.copy()
        mirrored[0] *= -1
        image.set_qform(mirrored, 4)
        return image

    rewrite(r.path, change)
    return r


def smaller_mask(r: Recording) -> Recording:
    rewrite(r.mask, lambda image: image.slicer[:-1])
    return r


def shifted_mask(r: Recording) -> Recording:
    def change(image: Any) -> Any:
        moved = image.affine.copy()
        moved[1, 3] += 8
        return nib.Nifti1Image(np.asanyarray(image.dataobj), moved)

    rewrite(r.mask, change)
    return r


def mirrored_mask(r: Recording) -> Recording:
    def change(image: Any) -> Any:
        mirrored = image.affine.copy()
        mirrored[0] *= -1
        return nib.Nifti1Image(np.asanyarray(image.dataobj), mirrored)

    rewrite(r.mask, change)
    return r


def empty_mask(r: Recording) -> Recording:
    rewrite(r.mask, lambda image: nib.Nifti1Image(image.get_fdata() * 0, image.affine))
    return r


def three_dimensions(r: Recording) -> Recording:
    shutil.copy(str(r.mask), r.path)
    return r


BAD: tuple[tuple[Damage, str], ...] = (
    (missing_image, "the file is missing"),
    (truncated, "cut short"),
    (no_mask, "the brain mask that belongs to this image is missing"),
    (missing_mask_file, "the file is missing"),
    (no_confounds, "the confounds file that belongs to this image is missing"),
    (fewer_rows, "got 293 rows for 300 volumes"),
    (all_nan, "column csf: the confound holds no number at all"),
    (wrong_time, "different repetition times"),
    (milliseconds, "different repetition times"),
    (native_space, "the image is in T1w and no transform leads from there to an MNI space"),
    (unknown_space, "space without coordinates; got MNIPediatricAsym"),
    (no_space, "space without coordinates"),
    (contradiction, "sform and qform contradict each other"),
    (smaller_mask, "another shape than the image"),
    (shifted_mask, "lies elsewhere than the image"),
    (mirrored_mask, "lies elsewhere than the image"),
    (empty_mask, "the mask is empty"),
    (three_dimensions, "the image has no time"),
)


@pytest.mark.parametrize(("damage", "message"), BAD, ids=[d.__name__ for d, _ in BAD])
def test_bad_input_gives_a_reason_and_the_check_finds_it(
    twin: Maker, damage: Damage, message: str
) -> None:
    recording = damage(twin())
    for reason in reasons(recording):
        assert message in reason
        assert "/derivatives" not in reason.split("derivatives", maxsplit=1)[0]
    found = rest.inspect(recording)
    assert any(message in line for line in found)
    assert not any("\n" in line for line in found)


def test_a_truncated_plain_file_is_found_by_the_check(twin: Maker) -> None:
    recording = truncated(twin(suffix=".nii"))
    assert any("cut short" in line for line in rest.inspect(recording))
    assert all("cut short" in reason for reason in reasons(recording))


def test_several_faults_are_all_told(twin: Maker) -> None:
    recording = wrong_time(fewer_rows(unknown_space(twin())))
    assert len(rest.inspect(recording)) >= 3


def test_a_sound_recording_has_no_faults_and_all_results(twin: Maker) -> None:
    recording = twin()
    before = Path(recording.path).read_bytes()
    assert rest.inspect(recording) == ()
    found = at_rest(recording)
    assert [type(result) for result in found] == [*[Measurement] * (len(IDS) - 1), Target]
    assert Path(recording.path).read_bytes() == before


def test_a_mask_that_misses_the_subgenual_region(twin: Maker) -> None:
    """The measures that need the region name it and its coverage; the others do not need it."""
    recording = twin()

    def change(image: Any) -> Any:
        data = np.asanyarray(image.dataobj)
        index = np.stack(np.meshgrid(*(np.arange(n) for n in data.shape), indexing="ij"), axis=-1)
        world = index @ image.affine[:3, :3].T + image.affine[:3, 3]
        data[((world - (6, 16, -10)) ** 2).sum(axis=-1) <= 10**2] = 0
        return nib.Nifti1Image(data, image.affine)

    rewrite(recording.mask, change)
    needy = {spec.id for spec in rest.SPECS if "region:sgacc_r" in spec.needs}
    assert "mri.tms_target" in needy
    for result in at_rest(recording):
        if result.id in needy:
            assert isinstance(result, NotMeasured)
            assert "0% of the region Subgenual anterior cingulate" in result.reason
            assert "at least 50%" in result.reason
        elif isinstance(result, NotMeasured):  # the ventral striatum reaches into the hole
            assert "of the region Right ventral striatum (pos_vs_r)" in result.reason


def test_drop_out_of_signal_counts_as_missing(twin: Maker) -> None:
    """Voxels that hold nothing, or no numbers, are no coverage."""
    recording = twin(dtype="<f4")

    def change(image: Any) -> Any:
        data = np.asanyarray(image.dataobj)
        data[15:21, 21:28, 2:8] = 0
        data[16:18] = np.nan
        return nib.Nifti1Image(data, image.affine, image.header)

    rewrite(recording.path, change)
    *circuits, target = at_rest(recording)
    assert isinstance(target, NotMeasured)
    assert "Subgenual" in target.reason
    flags = [flag for c in circuits if isinstance(c, Measurement) for flag in c.flags]
    assert any("no numbers" in flag for flag in flags)


def test_a_short_run_is_refused_by_its_degrees_of_freedom(twin: Maker) -> None:
    for reason in reasons(twin(volumes=120)):
        assert "degrees of freedom of 120 volumes after cleaning; at least 30" in reason


def test_too_much_motion_is_refused(twin: Maker) -> None:
    recording = twin()

    def change(rows: list[list[str]]) -> list[list[str]]:
        column = rows[0].index("framewise_displacement")
        return [
            rows[0],
            *([*row[:column], "0.9" if n % 2 else "0.1"] for n, row in enumerate(rows[1:])),
        ]

    table(recording.confounds, change)
    assert all("300 s of the run are without motion" not in r for r in reasons_or_none(recording))

    def worse(rows: list[list[str]]) -> list[list[str]]:
        return [rows[0], *([*row[:-1], "0.9"] for row in rows[1:])]

    table(recording.confounds, worse)
    assert all(
        "mean framewise displacement 0.90 mm, at most 0.55 mm can be used" in reason
        for reason in reasons(recording)
    )


def reasons_or_none(recording: Recording) -> list[str]:
    return [getattr(result, "reason", "") for result in at_rest(recording)]


def test_motion_is_flagged(twin: Maker) -> None:
    recording = twin()

    def change(rows: list[list[str]]) -> list[list[str]]:
        return [rows[0], *([*row[:-1], "0.9"] for row in rows[1:31]), *rows[31:]]

    table(recording.confounds, change)
    first = at_rest(recording)[0]
    assert isinstance(first, Measurement)
    assert any("10% of the volumes moved by more than 0.5 mm" in flag for flag in first.flags)


def test_without_a_resting_run_nothing_is_measured(twin: Maker) -> None:
    for recordings in ((), (replace(twin(), task="prestimulus"),)):
        found = at_rest(*recordings)
        assert all(isinstance(result, NotMeasured) for result in found)
        assert {result.reason for result in found if isinstance(result, NotMeasured)} == {
            "no resting run was recorded"
        }


def test_images_of_one_run_count_once_and_others_are_named(twin: Maker) -> None:
    """Another space, and another resolution in the same space."""
    good = twin()
    native = replace(twin(), space="T1w", name=good.name.replace("MNI152NLin6Asym", "T1w"))
    finer = replace(good, name=good.name.replace("_desc-", "_res-1_desc-"))
    first = at_rest(native, good, finer)[0]
    assert isinstance(first, Measurement)
    assert first.provenance.inputs[0].name == good.name
    assert ("runs", "1") in first.provenance.parameters
    assert f"other resting images were not used: {finer.name}" in first.flags


def test_a_damaged_run_does_not_lose_the_other_and_is_told(twin: Maker) -> None:
    damaged = truncated(replace(twin(), name="first.nii.gz"))
    good = replace(twin(), name="second.nii.gz")
    both = at_rest(good, damaged)
    for result in (*at_rest(damaged, good), *both):
        assert isinstance(result, Measurement | Target)
        assert result.provenance.inputs[0].name == "second.nii.gz"
        told = [flag for flag in result.flags if "first.nii.gz" in flag]
        assert len(told) == 1
        assert "could not be used: first.nii.gz: the file is cut short" in told[0]
    alone = {r.id: r.quantity.value for r in at_rest(good) if isinstance(r, Measurement)}
    assert alone == {r.id: r.quantity.value for r in both if isinstance(r, Measurement)}


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("offset", [1e9, 1e15, 1e30])
def test_a_header_that_promises_the_impossible_takes_no_memory(
    twin: Maker, suffix: str, offset: float
) -> None:
    recording = twin(suffix=suffix)
    path = Path(recording.path)
    content = bytearray(
        path.read_bytes() if suffix == ".nii" else gzip.decompress(path.read_bytes())
    )
    content[108:112] = np.float32(offset).tobytes()  # vox_offset of NIfTI-1
    path.write_bytes(content if suffix == ".nii" else gzip.compress(content, 1))
    assert all("cut short" in reason for reason in reasons(recording))
    assert any("cut short" in fault for fault in rest.inspect(recording))


def test_where_no_run_can_be_used_each_reason_is_told(twin: Maker) -> None:
    first = truncated(replace(twin(), name="first.nii.gz"))
    second = replace(no_mask(twin()), name="second.nii.gz")
    for result in at_rest(first, second):
        assert isinstance(result, NotMeasured)
        assert "first.nii.gz: the file is cut short" in result.reason
        assert "second.nii.gz: the brain mask that belongs" in result.reason


def test_copies_of_one_series_are_no_connectivity(twin: Maker) -> None:
    """Negative truth: the correlation of a series with itself is 1, its Fisher z has no end."""
    recording = twin()

    def one_series(image: Any) -> Any:
        data = np.asanyarray(image.dataobj).astype(np.float32)
        data[:] = data[16, 8, 14]
        return nib.Nifti1Image(data.astype("<i2"), image.affine, image.header)

    rewrite(recording.path, one_series)
    for result in at_rest(recording):
        assert isinstance(result, NotMeasured)
        assert "carry the same signal" in result.reason or "no anticorrelated" in result.reason


def test_low_signal_is_flagged(twin: Maker) -> None:
    """Noise of 10 per cent of the mean in one region: signal-to-noise ratio near 10."""
    recording = twin()

    def change(image: Any) -> Any:
        data = np.asanyarray(image.dataobj).astype(float)
        data = data - 9000 * (data > 0)
        return nib.Nifti1Image(data.astype("<i2"), image.affine, image.header)

    rewrite(recording.path, change)
    first = at_rest(recording)[0]
    assert isinstance(first, Measurement)
    assert any("low signal in Posterior cingulate cortex" in flag for flag in first.flags)
