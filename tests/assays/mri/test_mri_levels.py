"""Voxels that hold no number, no signal or no level."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.assays.mri.image.levels import centre
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import Measurement, NotMeasured, Recording
from tests.assays.mri.conftest import at_rest

Maker = Callable[..., Recording]


def _series() -> NDArray[np.float32]:
    """Return 200 volumes of 50 voxels, mean 1000, standard deviation 10."""
    noise = np.random.default_rng(0).standard_normal((200, 50))
    return (1000 + 10 * noise).astype(np.float32)


def _change(path: str, change: Callable[[NDArray[Any]], NDArray[Any]]) -> None:
    image = nib.Nifti1Image.from_filename(path, mmap=False)
    values = change(np.asarray(image.dataobj, dtype=np.float32))
    header = image.header.copy()
    header.set_data_dtype(np.float32)
    nib.Nifti1Image(values, image.affine, header).to_filename(path)


def test_the_ratio_is_mean_by_standard_deviation() -> None:
    series = _series()
    expected = series.mean(axis=0, dtype=float) / series.std(axis=0, dtype=float)
    levels = centre(series, "x")
    np.testing.assert_allclose(levels.tsnr, expected, rtol=1e-4)  # single precision at 1000
    np.testing.assert_allclose(series.mean(axis=0, dtype=float), 0, atol=1e-4)


@pytest.mark.parametrize(
    "values", [(np.nan,), (np.inf,), (np.inf, -np.inf), (1e38, 3e38), (-3e38,), (1e30,)]
)
def test_values_that_are_no_numbers_or_huge_lose_only_their_voxel(
    values: tuple[float, ...],
) -> None:
    """Squares of such values overflow single precision (largest 3.4e38)."""
    series, sound = _series(), _series()
    series[7 : 7 + len(values), 3] = values
    levels = centre(series, "x")
    centre(sound, "x")
    assert levels.bad == 1
    assert levels.tsnr[3] == 0
    assert not series[:, 3].any()
    others = np.arange(50) != 3
    np.testing.assert_array_equal(series[:, others], sound[:, others])


def test_negative_and_constant_voxels_hold_no_signal() -> None:
    series = _series()
    series[:, 0] = 7
    series[:, 1] -= 2000
    levels = centre(series, "x")
    assert (levels.tsnr[:2] == 0).all()
    assert (levels.tsnr[2:] > 0).all()


def test_a_demeaned_image_is_refused_by_name(twin: Maker) -> None:
    recording = twin()
    _change(recording.path, lambda data: data - data.mean(axis=-1, keepdims=True))
    for result in at_rest(recording):
        assert isinstance(result, NotMeasured)
        assert "have no level" in result.reason
        assert recording.name in result.reason
    with pytest.raises(RecordingError, match="demeaned"):
        centre(_series() - 1000, "x")


def test_a_still_image_is_no_demeaned_one(twin: Maker) -> None:
    recording = twin()
    _change(recording.path, np.ones_like)
    for result in at_rest(recording):
        assert isinstance(result, NotMeasured)
        assert "covers 0%" in result.reason


def test_broken_voxels_are_counted_in_a_flag(twin: Maker) -> None:
    recording = twin()

    def broken(data: NDArray[Any]) -> NDArray[Any]:
        data[16, 8, 14, 5] = 3e38  # the posterior cingulate: 0, -48, 28 mm
        return data

    _change(recording.path, broken)
    first = at_rest(recording)[0]
    assert isinstance(first, Measurement)
    assert any(flag.startswith("1 voxels hold values that are no numbers") for flag in first.flags)
