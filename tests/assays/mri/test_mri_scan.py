"""Several runs and sessions: what is joined, what is left out, and what the grey matter gives."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.assays.mri import rest
from equipoise.assays.mri.cleaning.projection import in_band, out_of_band
from equipoise.assays.mri.connectivity import circuit_edges, score_edges
from equipoise.assays.mri.options import CLASSIC, Options
from equipoise.assays.mri.run import Run, band, read_run
from equipoise.assays.mri.scan import Scan
from equipoise.core.errors import RecordingError
from equipoise.core.nouns import Measurement, NotMeasured, Recording, Result, ScanSummary, Target
from equipoise.core.tables import load_table
from tests.assays.mri.conftest import at_rest, ball, brain

Maker = Callable[..., Recording]
EDGES = circuit_edges("rest_default_mode")
REGIONS = tuple(dict.fromkeys(region for edge in EDGES for region in edge))


ALL = tuple(
    dict.fromkeys(
        need.removeprefix("region:")
        for spec in rest.SPECS
        for need in spec.needs
        if need.startswith("region:")
    )
)


def named(recording: Recording, run: str, **changes: Any) -> Recording:
    """Return a recording under the name of another run."""
    name = recording.name.replace("task-rest_", f"task-rest_run-{run}_")
    return replace(recording, name=name, run=run, **changes)


def read(recording: Recording, **more: Any) -> Run:
    return read_run(recording, REGIONS, whole_brain=False, **more)


def moved(recording: Recording) -> Recording:
    """Let the head move by 0.9 mm at every volume."""
    path = Path(str(recording.confounds))
    head, *rows = path.read_text().splitlines()
    assert head.split("\t")[-1] == "framewise_displacement"
    path.write_text("\n".join([head, *(row.rpartition("\t")[0] + "\t0.9" for row in rows)]) + "\n")
    return recording


def cleaned(recording: Recording, run: Run, voxels: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return voxel series as nilearn cleans them, each of length 1, shape (volumes, n).

    Nilearn warns of confounds that are not centred: the constant is among them.
    """
    from nilearn.signal import clean

    image: Any = nib.load(recording.path)
    series = image.get_fdata()[voxels].T
    volumes = len(series)
    outside = out_of_band(volumes, in_band(volumes, run.seconds, *band()))
    trend = np.linspace(-1, 1, volumes)[:, None]
    left = clean(
        series,
        confounds=np.hstack([outside, trend, run.confounds.values]),
        standardize=None,
        standardize_confounds=False,
        detrend=False,
    )
    length = np.linalg.norm(left, axis=0)
    return np.asarray(left / np.where(length > 1e-6, length, np.inf))


def of_map(grey: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the grey matter inside the mask and outside the search spheres."""
    search = np.zeros_like(grey)
    for row in load_table("regions/regions"):
        if row.text("used_for") == "tms_search":
            search |= ball((row.number("x"), row.number("y"), row.number("z")), 20)
    return np.asarray(grey & brain() & ~search)


@pytest.mark.filterwarnings("ignore:When confounds are provided")
def test_the_gram_matrix_is_that_of_voxels_cleaned_by_nilearn(
    twin: Maker, grey: NDArray[np.bool_]
) -> None:
    """Single precision of about 2000 voxels of length 1: 1e-5 of the largest entry."""
    recording = twin()
    run = read_run(recording, REGIONS)
    whole = Scan((run,)).whole
    assert whole.grams is not None
    assert whole.mapped is None
    unit = cleaned(recording, run, of_map(grey))
    moving = (unit**2).sum(axis=0) > 0.5
    assert run.moments[0].voxels == moving.sum()
    theirs = unit @ unit.T / moving.sum()
    basis = run.projection.basis
    ours = basis @ whole.grams[0] @ basis.T
    np.testing.assert_allclose(ours, theirs, atol=1e-4 * np.abs(theirs).max())
    assert np.trace(ours) == pytest.approx(1, abs=1e-4)


def test_the_halves_are_gathered_as_if_each_were_a_run(twin: Maker) -> None:
    """The second half, cut out of the file and read alone, gives the same matrix."""
    recording = twin()
    run = read_run(recording, REGIONS)
    image = nib.Nifti1Image.from_filename(recording.path, mmap=False)
    image.slicer[..., 150:].to_filename(recording.path)
    path = Path(str(recording.confounds))
    head, *rows = path.read_text().splitlines()
    # The first row of a file may lack differences to the volume before: here they are known.
    names = head.split("\t")[:9]
    expanded = [f"{name}_derivative1{power}" for power in ("", "_power2") for name in names]
    values = np.array([[float(v) for v in row.split("\t")[:-1]] for row in rows[1:]])
    steps = np.diff(values[:, :9], axis=0)[148:]
    lines = ["\t".join([head, *expanded])]
    for row, step in zip(rows[150:], steps, strict=True):
        lines.append("\t".join([row, *(f"{v:.12g}" for v in (*step, *step**2))]))
    path.write_text("\n".join(lines) + "\n")
    alone = read_run(recording, REGIONS)
    assert alone.projection.freedom == run.projections[2].freedom
    np.testing.assert_allclose(alone.moments[0].gram, run.moments[2].gram, atol=1e-5)


@pytest.mark.filterwarnings("ignore:When confounds are provided")
def test_a_given_map_weighs_the_voxels(
    twin: Maker, grey: NDArray[np.bool_], tmp_path: Path
) -> None:
    """The mean of w c over the voxels; what holds no number counts as 0."""
    recording = twin()
    voxels = of_map(grey)
    image: Any = nib.load(str(recording.mask))
    weights = np.random.default_rng(3).standard_normal(voxels.shape).astype(np.float32)
    weights[:5] = np.nan
    path = tmp_path / "space-MNI152NLin6Asym_map.nii.gz"
    nib.Nifti1Image(weights, image.affine).to_filename(path)
    run = read_run(recording, REGIONS, Options(reference_map=str(path)))
    mapped = Scan((run,)).whole.mapped
    assert mapped is not None
    unit = cleaned(recording, run, voxels)
    moving = (unit**2).sum(axis=0) > 0.5
    theirs = unit @ np.nan_to_num(weights[voxels]) / moving.sum()
    ours = run.projection.basis @ mapped[0][:, 0]
    np.testing.assert_allclose(ours, theirs, atol=1e-4 * np.abs(theirs).max())
    assert any(digest.name == path.name for digest in run.provenance.inputs)


def test_a_map_of_another_space_is_refused(twin: Maker, tmp_path: Path) -> None:
    recording = twin()
    path = tmp_path / "sub-01_space-fsaverage_map.nii.gz"
    path.write_bytes(Path(str(recording.mask)).read_bytes())
    chosen = Options(reference_map=str(path))
    with pytest.raises(RecordingError, match="another space than the image; got fsaverage"):
        read_run(recording, REGIONS, chosen)


def test_the_persons_own_grey_matter_is_used(twin: Maker, tmp_path: Path) -> None:
    """Sampled by world coordinates: a map on a grid of 3 mm, grey at the back of the head only."""
    recording = twin()
    affine = np.diag([3.0, 3.0, 3.0, 1.0])
    affine[:3, 3] = (-90, -126, -72)
    share = np.zeros((61, 73, 61), dtype=np.float32)
    share[:, :36] = 1  # up to y = -19.5 mm
    path = tmp_path / "sub-01_label-GM_probseg.nii.gz"
    nib.Nifti1Image(share, affine).to_filename(path)
    own = replace(recording, grey_matter=str(path))
    run = read(own)
    assert run.regions["dmn_pcc"].missed is None
    front = run.regions["dmn_ampfc"].missed
    assert front is not None
    assert "only 0% of its sphere are grey matter" in front
    assert ("grey_matter", "the person's own map") in run.provenance.parameters
    nib.Nifti1Image(share * 100, affine).to_filename(path)
    with pytest.raises(RecordingError, match="holds no probabilities; got 0 to 100"):
        read(own)
    assert any("no probabilities" in fault for fault in rest.inspect(own))


def test_two_runs_are_the_mean_of_their_correlations_weighted_by_what_is_left(twin: Maker) -> None:
    """By the definition of a joined scan; single precision leaves 1e-6."""
    first, second = twin(), twin(volumes=240, seed=2)
    runs = tuple(read_run(r, ALL, whole_brain=False) for r in (first, second))
    alone = [score_edges(Scan((run,)), seed=1) for run in runs]
    both = score_edges(Scan(runs), seed=1)
    freedom = [run.projection.freedom for run in runs]
    assert freedom[0] > freedom[1]
    assert len(both) >= len(EDGES)
    for one, other, joined in zip(*alone, both, strict=True):
        r = np.average(np.tanh([one.z, other.z]), weights=freedom)
        assert joined.z == pytest.approx(np.arctanh(r), abs=1e-5)
        assert joined.standard_error < max(one.standard_error, other.standard_error)


def test_two_short_runs_are_long_enough_together(twin: Maker) -> None:
    """18 degrees of freedom are too few, 36 are not."""
    first = named(twin(volumes=150), "1")
    second = named(twin(volumes=150, seed=2), "2")
    assert all(isinstance(result, NotMeasured) for result in at_rest(first))
    circuits = at_rest(first, second)[:-1]
    assert all(isinstance(result, Measurement) for result in circuits)
    known = dict(circuits[0].provenance.parameters)  # type: ignore[union-attr]
    assert (known["runs"], known["degrees_of_freedom"]) == ("2", "36")


def test_each_session_has_its_circuits_and_the_target_is_one(twin: Maker) -> None:
    days = {"pre": "2026-01-05", "post": "2026-02-20"}
    recordings = [
        replace(
            twin(seed=number),
            name=f"sub-01_ses-{session}_task-rest_bold.nii.gz",
            session=session,
            date=day,
            scanner="Acme One 3T",
        )
        for number, (session, day) in enumerate(days.items(), start=1)
    ]
    options = Options(methods=(CLASSIC,))
    # Whatever their order in the dataset, the sessions come by date.
    found: tuple[Result, ...] = rest.measure(tuple(reversed(recordings)), options, seed=1)
    circuits = [result for result in found if isinstance(result, Measurement)]
    assert len(circuits) == 2 * (len(rest.SPECS) - 1)
    for result in circuits:
        assert result.date == days[str(result.session)]
        assert result.scanner == "Acme One 3T"
        assert dict(result.covariates)["mean_fd"] == pytest.approx(0.08, abs=0.01)
    (target,) = (result for result in found if isinstance(result, Target))
    assert target.date == "2026-02-20"
    assert len([i for i in target.provenance.inputs if i.name.endswith("bold.nii.gz")]) == 2
    summaries = [result for result in found if isinstance(result, ScanSummary)]
    assert [summary.session for summary in summaries] == ["pre", "post"]
    assert all(summary.edges for summary in summaries)


def test_one_reason_for_sessions_without_dates_is_told_once(twin: Maker) -> None:
    recordings = [
        replace(twin(volumes=120), name=f"ses-{s}_bold.nii.gz", session=s) for s in ("a", "b")
    ]
    found = at_rest(*recordings)
    assert [result.id for result in found] == [spec.id for spec in rest.SPECS]
    assert all(isinstance(result, NotMeasured) for result in found)


def test_runs_that_do_not_agree_with_the_first_are_left_out_and_named(twin: Maker) -> None:
    """Another repetition time, and another grid: mirrored data and affine are another grid."""
    first = named(twin(), "1")
    slower = named(twin(seconds=2.5, seed=3), "2")
    mirrored = named(twin(flip=True), "3")
    options = Options(methods=(CLASSIC,))
    found = rest.measure((first, slower, mirrored), options, seed=1)
    alone = at_rest(first)
    assert isinstance(found[0], Measurement)
    assert isinstance(alone[0], Measurement)
    assert found[0].quantity == alone[0].quantity
    flags = "; ".join(found[0].flags)
    assert "run-2_" in flags
    assert "the repetition time is 2.5 s" in flags
    assert "lies on another grid than" in flags
    assert len([result for result in found if isinstance(result, ScanSummary)]) == 3


def test_a_run_with_much_motion_is_left_out_but_shown(twin: Maker) -> None:
    good, bad = named(twin(), "1"), named(moved(twin(seed=2)), "2")
    options = Options(methods=(CLASSIC,))
    found = rest.measure((bad, good), options, seed=1)
    first = found[0]
    assert isinstance(first, Measurement)
    assert first.provenance.inputs[0].name == good.name
    assert any("mean framewise displacement 0.90 mm" in flag for flag in first.flags)
    summaries = [result for result in found if isinstance(result, ScanSummary)]
    assert [bool(summary.edges) for summary in summaries] == [False, True]
    assert "the head moved too much" in summaries[0].flags[0]
    assert min(summaries[0].displacement[1:]) == 0.9


def test_a_run_that_misses_a_region_is_left_out_of_its_measures_alone(twin: Maker) -> None:
    whole, cut = named(twin(), "1"), named(twin(seed=2), "2")
    mask = nib.Nifti1Image.from_filename(str(cut.mask), mmap=False)
    inside = np.asanyarray(mask.dataobj).copy()
    inside[ball((0, -50, 28), 9)] = 0
    nib.Nifti1Image(inside, mask.affine, mask.header).to_filename(str(cut.mask))
    found = {result.id: result for result in at_rest(whole, cut)}
    default, salience = found["mri.rest_default_mode"], found["mri.rest_salience"]
    assert isinstance(default, Measurement)
    assert isinstance(salience, Measurement)
    assert dict(default.provenance.parameters)["runs"] == "1"
    assert dict(salience.provenance.parameters)["runs"] == "2"
    assert any("run-2" in flag and "dmn_pcc" in flag for flag in default.flags)
    assert not any("dmn_pcc" in flag for flag in salience.flags)


def test_the_run_is_never_held_whole(twin: Maker) -> None:
    """All voxels of the run in single precision are 40 MB; reading it takes less than half."""
    recording = twin()
    read_run(recording, REGIONS)  # tables, template and libraries are loaded once
    whole = 33 * 37 * 27 * 300 * 4
    tracemalloc.start()
    try:
        read_run(recording, REGIONS)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < whole / 2
