"""The reader gives what nibabel gives, and refuses damaged files in one line."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.assays.mri.image.stream import check_length, read_header, read_mask, read_voxels
from equipoise.core.errors import RecordingError

SHAPE = (7, 6, 5)
VOLUMES = 9
AFFINE = np.array([[4.0, 0, 0, -12], [0, 4, 0, -10], [0, 0, 4, -8], [0, 0, 0, 1]])


def write(path: Path, dtype: str, scale: tuple[float, float] = (1.0, 0.0), **more: Any) -> Path:
    generator = np.random.default_rng(5)
    data = generator.integers(0, 200, size=(*SHAPE, more.get("volumes", VOLUMES))).astype(float)
    if np.dtype(dtype).kind == "f":
        data += generator.random(data.shape)
    kind: Any = nib.Nifti2Image if more.get("second") else nib.Nifti1Image
    header = kind.header_class(endianness=">" if dtype.startswith(">") else "<")
    header.set_data_dtype(np.dtype(dtype))
    image = kind(data * scale[0] + scale[1], AFFINE, header)
    image.header.set_slope_inter(*scale)
    image.set_sform(AFFINE, 4)
    image.set_qform(AFFINE, 4)
    image.to_filename(path)
    return path


def values(path: Path) -> NDArray[np.float64]:
    """Return what nibabel reads, shape (volumes, voxels)."""
    image: Any = nib.load(path)
    return np.asarray(image.get_fdata().reshape(-1, VOLUMES, order="F").T)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("scale", [(1.0, 0.0), (0.5, 10.0), (-2.0, 3.0)])
@pytest.mark.parametrize("dtype", ["<i2", ">i2", "<u1", "<f4", ">f4", "<f8", ">f8"])
def test_equals_nibabel(
    tmp_path: Path, dtype: str, scale: tuple[float, float], suffix: str
) -> None:
    path = write(tmp_path / f"a{suffix}", dtype, scale)
    header = read_header(str(path), "a")
    voxels = np.array([0, 3, 17, 44, 209])
    read = read_voxels(str(path), header, voxels, "a")
    theirs = values(path)[:, voxels]
    # nibabel computes in double precision; ours is rounded once to single: 6e-8 relative.
    np.testing.assert_allclose(read.series, theirs, rtol=1e-7, atol=0)
    assert read.series.dtype == np.float32
    assert read.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert header.grid.shape == SHAPE
    np.testing.assert_array_equal(header.grid.affine, AFFINE)


def test_nifti_2_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.nii.gz", "<i2", second=True)
    header = read_header(str(path), "a")
    read = read_voxels(str(path), header, np.arange(header.voxels), "a")
    np.testing.assert_array_equal(read.series, values(path).astype(np.float32))


def test_a_file_of_several_gzip_members_is_read(tmp_path: Path) -> None:
    plain = write(tmp_path / "a.nii", "<i2").read_bytes()
    path = tmp_path / "b.nii.gz"
    path.write_bytes(gzip.compress(plain[:1000]) + gzip.compress(plain[1000:]))
    header = read_header(str(path), "b")
    check_length(str(path), header, "b")
    read = read_voxels(str(path), header, np.array([1, 2]), "b")
    assert read.series.shape == (VOLUMES, 2)


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    path = write(tmp_path / "a.nii.gz", "<i2")
    told: list[tuple[int, int]] = []
    read_voxels(
        str(path),
        read_header(str(path), "a"),
        np.array([0]),
        "a",
        lambda _, done, total: told.append((done, total)),
    )
    assert told[-1] == (VOLUMES, VOLUMES)
    assert told == sorted(told)


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("left", [0.5, 0.999])
def test_a_file_cut_short_is_refused(tmp_path: Path, suffix: str, left: float) -> None:
    path = write(tmp_path / f"a{suffix}", "<i2")
    header = read_header(str(path), "a")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * left)])
    with pytest.raises(RecordingError, match="cut short"):
        read_voxels(str(path), header, np.array([0]), "sub-01_bold")
    with pytest.raises(RecordingError, match="cut short"):
        check_length(str(path), header, "sub-01_bold")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_corrupt_byte_is_seen(tmp_path: Path, share: float) -> None:
    path = write(tmp_path / "a.nii.gz", "<f8")
    header = read_header(str(path), "a")
    content = bytearray(path.read_bytes())
    content[int(len(content) * share)] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"cannot be read|cut short") as caught:
        read_voxels(str(path), header, np.array([0]), "a")
    assert "\n" not in str(caught.value)


def test_a_checksum_that_is_wrong_is_seen(tmp_path: Path) -> None:
    path = write(tmp_path / "a.nii.gz", "<i2")
    content = bytearray(path.read_bytes())
    content[-6] ^= 0xFF  # the last eight bytes are checksum and length
    path.write_bytes(content)
    with pytest.raises(RecordingError, match="cannot be read"):
        read_voxels(str(path), read_header(str(path), "a"), np.array([0]), "a")


def test_no_path_of_the_machine_in_messages(tmp_path: Path) -> None:
    for path in (tmp_path / "none.nii.gz", tmp_path):
        with pytest.raises(RecordingError) as caught:
            read_header(str(path), "sub-01_bold.nii.gz")
        assert str(tmp_path) not in str(caught.value)
        assert str(caught.value).startswith("sub-01_bold.nii.gz: ")


@pytest.mark.parametrize("content", [b"", b"no image", b"x" * 600])
def test_what_is_no_image_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.nii"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match="not a NIfTI image"):
        read_header(str(path), "a")


def test_a_mask_is_read_and_an_empty_one_refused(tmp_path: Path) -> None:
    data = np.zeros(SHAPE, dtype=np.uint8)
    nib.Nifti1Image(data, AFFINE).to_filename(tmp_path / "empty.nii.gz")
    data[1, 2, 3] = 1
    nib.Nifti1Image(data, AFFINE).to_filename(tmp_path / "one.nii.gz")
    mask = read_mask(str(tmp_path / "one.nii.gz"), "one")
    np.testing.assert_array_equal(mask.inside, data.ravel(order="F") > 0)
    with pytest.raises(RecordingError, match="empty"):
        read_mask(str(tmp_path / "empty.nii.gz"), "empty")
    with pytest.raises(RecordingError, match="three dimensions"):
        read_mask(str(write(tmp_path / "run.nii", "<i2")), "run")
