"""The summary of a run holds what the report draws."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from equipoise.assays.mri import rest
from equipoise.assays.mri.options import CLASSIC, Options
from equipoise.assays.mri.run import Run, read_run
from equipoise.assays.mri.scan import Scan
from equipoise.assays.mri.summary import carpet_of, summarise
from equipoise.core.nouns import Measurement, Recording, ScanSummary
from equipoise.core.tables import load_table
from tests.assays.mri.conftest import ball

Maker = Callable[..., Recording]


def summary_of(recording: Recording) -> ScanSummary:
    found = rest.measure((recording,), Options(methods=(CLASSIC,)), seed=1)
    (summary,) = (result for result in found if isinstance(result, ScanSummary))
    return summary


def cells(summary: ScanSummary) -> np.ndarray[Any, np.dtype[np.uint8]]:
    content = base64.b64decode(summary.carpet)
    return np.frombuffer(content, dtype=np.uint8).reshape(summary.carpet_shape)


def test_a_run_is_told_whole(twin: Maker) -> None:
    recording = replace(twin(), date="2026-01-05", scanner="Acme One 3T", run="2")
    found = summary_of(recording)
    assert (found.id, found.name, found.task, found.run) == (
        "mri.scan",
        recording.name,
        "rest",
        "2",
    )
    assert (found.date, found.scanner, found.space) == (
        "2026-01-05",
        "Acme One 3T",
        recording.space,
    )
    assert (found.volumes, found.seconds, found.strategy) == (300, 2.0, "36p")
    assert len(found.displacement) == 300
    # 300 volumes of 2 s hold 109 cosines of 0.01-0.1 Hz; 36 regressors and a trend are removed.
    assert (found.freedom, found.censored) == (72, 0)
    assert [d.id for d in found.diagnostics] == [
        row.text("id") for row in load_table("circuits/diagnostics")
    ]
    needed = {need for spec in rest.SPECS for need in spec.needs if need.startswith("region:")}
    assert {f"region:{region.region}" for region in found.regions} == needed


def test_the_matrix_holds_the_connections(twin: Maker) -> None:
    """Every edge is the Fisher z of its entry; the matrix is rounded to 4 digits."""
    found = summary_of(twin())
    place = {region: number for number, region in enumerate(found.matrix_regions)}
    matrix = np.array(found.matrix)
    np.testing.assert_array_equal(matrix, matrix.T)
    np.testing.assert_array_equal(np.diag(matrix), 1)
    assert len(found.edges) == len(load_table("circuits/circuits"))
    for edge in found.edges:
        r = matrix[place[edge.region_a], place[edge.region_b]]
        assert np.tanh(edge.z) == pytest.approx(r, abs=1e-4)
        assert edge.standard_error > 0
        assert len(edge.halves) == 2


def test_the_carpet_shows_what_happened(twin: Maker) -> None:
    """A jump of the whole brain in ten volumes is a bright column, left above right."""
    recording = twin()
    image = nib.Nifti1Image.from_filename(recording.path, mmap=False)
    data = np.asanyarray(image.dataobj).copy()
    data[..., 100:110] += (data[..., 100:110] > 0) * np.int16(500)
    nib.Nifti1Image(data, image.affine, image.header).to_filename(recording.path)
    found = summary_of(recording)
    carpet = cells(found)
    rows, columns = carpet.shape
    assert rows <= 120
    assert columns == 300
    assert sum(count for _, count in found.carpet_rows) == rows
    assert [name for name, _ in found.carpet_rows] == ["left grey matter", "right grey matter"]
    jump = carpet[:, 100:110].mean()
    others = np.delete(carpet, np.s_[100:110], axis=1)
    assert jump > 128 + 3 * 32
    assert others.mean() == pytest.approx(128, abs=10)


def test_a_long_run_is_shown_in_bins(twin: Maker) -> None:
    """500 volumes become 400 columns, each row again of mean 128 and deviation 32."""
    run = read_run(twin(volumes=500), ("dmn_pcc",), whole_brain=False)
    content, shape, _ = carpet_of(run)
    carpet = np.frombuffer(base64.b64decode(content), dtype=np.uint8).reshape(shape)
    assert shape[1] == 400
    np.testing.assert_allclose(carpet.mean(axis=1), 128, atol=1)
    np.testing.assert_allclose(carpet.std(axis=1), 32, atol=3)


def test_drop_out_is_seen_and_not_averaged_away(twin: Maker) -> None:
    """A part of a region without signal: measured, with a flag and a number."""
    recording = twin()
    image = nib.Nifti1Image.from_filename(recording.path, mmap=False)
    data = np.asanyarray(image.dataobj).copy()
    data[ball((0, -58, 28), 7)] = 0
    nib.Nifti1Image(data, image.affine, image.header).to_filename(recording.path)
    found = rest.measure((recording,), Options(methods=(CLASSIC,)), seed=1)
    summary = found[-1]
    assert isinstance(summary, ScanSummary)
    quality = {region.region: region for region in summary.regions}
    hurt = quality["dmn_pcc"]
    assert 0.5 < hurt.coverage < 0.9
    assert hurt.enough
    assert quality["dmn_ampfc"].coverage == 1
    first = found[0]
    assert isinstance(first, Measurement)
    told = [flag for flag in first.flags if "of Posterior cingulate cortex are not seen" in flag]
    assert told
    assert told[0].startswith(f"{1 - hurt.coverage:.0%} of ")


def test_a_run_that_was_left_out_has_no_connections(twin: Maker) -> None:
    run: Run = read_run(twin(), ("dmn_pcc", "dmn_ampfc"), whole_brain=False)
    other = replace(run, recording=replace(run.recording, name="other.nii.gz"))
    (alone,) = summarise(Scan((run,)), (other,), seed=1)
    assert alone.edges == ()
    assert alone.matrix_regions == ("dmn_ampfc", "dmn_pcc")


def test_the_direction_of_the_phase_comes_from_the_sidecar(twin: Maker) -> None:
    """At 0.8 s breathing can be told; without the direction the check says what is missing."""
    recording = twin(seconds=0.8, volumes=600)
    ids = {d.id: d for d in summary_of(recording).diagnostics}
    assert ids["pseudo_motion"].value is None
    assert "does not say the direction" in ids["pseudo_motion"].words
    path = Path(str(recording.sidecar))
    path.write_text('{"RepetitionTime": 0.8, "PhaseEncodingDirection": "j-"}')
    ids = {d.id: d for d in summary_of(recording).diagnostics}
    assert ids["pseudo_motion"].value is not None
