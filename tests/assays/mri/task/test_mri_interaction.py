"""Kernels of the task model: task connectivity, flags, and the Haxby slice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.assays.mri.task.contrasts import Contrast
from equipoise.assays.mri.task.design import Design, build_design, orthonormal
from equipoise.assays.mri.task.events import Event, Events
from equipoise.assays.mri.task.interaction import interaction
from equipoise.assays.mri.task.memory import memory_of, variance_of
from equipoise.assays.mri.task.model import Estimate, fit_model, joined, percent
from equipoise.assays.mri.task.quality import inflation_of_variance, quality_flags
from equipoise.core.tables import Row, load_table

Array = NDArray[np.float64]
SAD = Contrast(("sad",), ("neutral",))
VOLUMES = 200


def _blocks(*kinds: str) -> Events:
    return Events(tuple(Event(10.0 + 18 * n, 12.0, kind) for n, kind in enumerate(kinds)))


def _design(confounds: Array | None = None, events: Events | None = None) -> Design:
    values = np.zeros((VOLUMES, 0)) if confounds is None else confounds
    return build_design(
        events or _blocks(*["sad", "neutral"] * 10),
        2.0 * np.arange(VOLUMES),
        values,
        np.zeros(VOLUMES, dtype=bool),
    )


def _coupled(design: Design, slope: float, generator: np.random.Generator) -> tuple[Array, Array]:
    """Return two noises of which one follows the other by `slope` more in the one condition."""
    seed, noise = generator.standard_normal((2, VOLUMES))
    course = design.conditions @ design.vector(SAD)
    return seed, 0.3 * seed + slope * course * seed + noise


def test_a_coupling_that_differs_is_found() -> None:
    """Slope 0.5 more at a plateau: the series are scaled to 1, so 0.5 / sd of the target."""
    design = _design()
    first, second = _coupled(design, 0.5, np.random.default_rng(1))
    found = interaction(first, second, design, design.vector(SAD), "ar1")
    # One unit of the contrast lies between the conditions, two between their plateaus.
    assert found.effect[0] == pytest.approx(
        2 * 0.5 / second.std(), abs=4 * found.variance[0] ** 0.5
    )
    assert found.t[0] > 3


def test_equals_least_squares_by_hand() -> None:
    """Ordinary noise: numpy's least squares of the written-out model, both ways, to 1e-8."""
    generator = np.random.default_rng(2)
    design = _design(generator.standard_normal((VOLUMES, 5)))
    pair = np.column_stack(_coupled(design, 0.3, generator)) * 4 + 7
    clean = pair - design.nuisance @ np.linalg.lstsq(design.nuisance, pair, rcond=None)[0]
    clean /= clean.std(axis=0)
    task = design.conditions / design.conditions.max(axis=0)
    task -= task.mean(axis=0)
    slopes = []
    for a, b in ((0, 1), (1, 0)):
        seed = clean[:, a : a + 1]
        whole = np.hstack([seed * task, design.conditions, seed, design.nuisance])
        slopes.append(np.linalg.lstsq(whole, clean[:, b], rcond=None)[0][:2] @ design.vector(SAD))
    found = interaction(pair[:, 0], pair[:, 1], design, design.vector(SAD), "ols")
    assert found.effect[0] == pytest.approx(np.mean(slopes), abs=1e-8)


def test_the_order_of_the_regions_does_not_matter() -> None:
    design = _design()
    first, second = _coupled(design, 0.5, np.random.default_rng(3))
    one = interaction(first, second, design, design.vector(SAD), "ar1")
    other = interaction(second, first, design, design.vector(SAD), "ar1")
    assert one.effect[0] == pytest.approx(other.effect[0], rel=1e-9)
    assert one.variance[0] == pytest.approx(other.variance[0], rel=1e-9)


def test_noise_gives_nothing() -> None:
    """150 pairs of unrelated noise: mean 0 and, as the error is an upper bound, t of sd 0.8 to 1.1.

    Both directions of a pair are nearly the same number, so the bound is close.
    """
    design = _design()
    generator = np.random.default_rng(4)
    weights = design.vector(SAD)
    pairs = generator.standard_normal((150, 2, VOLUMES))
    t = np.array([interaction(a, b, design, weights, "ar1").t[0] for a, b in pairs])
    assert abs(t.mean()) < 3 / np.sqrt(150)
    assert 0.8 < t.std() < 1.1


# --- design and flags -----------------------------------------------------------------------------


def test_confounds_in_another_basis_leave_the_effects() -> None:
    """Repeats, constants and huge scales of confounds change nothing: same span, 1e-6."""
    generator = np.random.default_rng(5)
    raw = generator.standard_normal((VOLUMES, 4))
    messy = np.hstack([1e6 * raw + 3e8, raw[:, :1] + raw[:, 1:2], np.ones((VOLUMES, 2))])
    series = generator.standard_normal((VOLUMES, 6))
    plain, other = _design(raw), _design(messy)
    assert plain.matrix.shape == other.matrix.shape
    a = fit_model(series, plain.matrix, "ar1").contrast(plain.vector(SAD))
    b = fit_model(series, other.matrix, "ar1").contrast(other.vector(SAD))
    np.testing.assert_allclose(a.effect, b.effect, atol=1e-6)
    np.testing.assert_allclose(a.variance, b.variance, atol=1e-6)


def test_a_volume_left_out_takes_no_part() -> None:
    """Whatever stands at a censored volume, the effect is the same."""
    events, times = _blocks(*["sad", "neutral"] * 10), 2.0 * np.arange(VOLUMES)
    out = np.zeros(VOLUMES, dtype=bool)
    out[[40, 41, 90]] = True
    design = build_design(events, times, np.zeros((VOLUMES, 0)), out)
    series = np.random.default_rng(6).standard_normal((VOLUMES, 3))
    spiked = series + 1000.0 * out[:, None]
    for noise, near in (("ols", 1e-8), ("ar1", 0.05)):  # the noise model sees the residuals alone
        a = fit_model(series, design.matrix, noise).contrast(design.vector(SAD))
        b = fit_model(spiked, design.matrix, noise).contrast(design.vector(SAD))
        np.testing.assert_allclose(a.effect, b.effect, atol=near)
    assert design.freedom == _design().freedom - 3


def test_orthonormal_of_nothing_is_nothing() -> None:
    assert orthonormal(np.zeros((9, 0)), np.ones((9, 1))).shape == (9, 0)
    assert orthonormal(np.full((9, 2), 4.0), np.ones((9, 1))).shape == (9, 0)


def test_inflation_by_hand() -> None:
    """Two columns that correlate by r: 1 / (1 - r^2)."""
    generator = np.random.default_rng(7)
    a = generator.standard_normal(400)
    b = 0.9 * a + generator.standard_normal(400)
    design = Design(np.column_stack([a, b]), ("sad", "neutral"), np.ones((400, 1)))
    r = np.corrcoef(a, b)[0, 1]
    assert inflation_of_variance(design, 0) == pytest.approx(1 / (1 - r**2), rel=1e-9)
    same = Design(np.column_stack([a, a]), ("sad", "neutral"), np.ones((400, 1)))
    assert inflation_of_variance(same, 1) > 1e6


def test_conditions_of_one_course_are_told() -> None:
    """A neutral block 1 s after each sad one and of the same length can hardly be told apart."""
    pairs = [
        Event(20.0 * n + s, 12.0, k) for n in range(15) for s, k in ((5, "sad"), (6, "neutral"))
    ]
    events = Events(tuple(sorted(pairs)))
    flags = quality_flags(events, _design(events=events), SAD, {})
    assert sum("nearly that of other regressors" in flag for flag in flags) == 2
    good = _blocks(*["sad", "neutral"] * 10)
    assert quality_flags(good, _design(), SAD, {}) == ()


def test_fixed_effects_by_hand() -> None:
    one, two = (Estimate(np.array([e]), np.array([v])) for e, v in ((1.0, 0.04), (3.0, 0.12)))
    both = joined([one, two])
    assert (both.effect[0], both.variance[0]) == (2.0, pytest.approx(0.16 / 4))


@pytest.mark.parametrize("memory", [-0.1, 0.0, 0.4, 0.6])
def test_the_error_of_an_effect_holds(memory: float) -> None:
    """400 series of noise, 24 drifting motion terms: t of sd 1 (sampling error 0.035).

    The plain errors of the AR(1) model are too small here: the same t has an sd of 1.1 to 1.3.
    """
    generator = np.random.default_rng(8)
    motion = generator.standard_normal((VOLUMES, 6)).cumsum(axis=0)
    change = np.diff(motion, axis=0, prepend=motion[:1])
    design = _design(np.hstack([motion, change, motion**2, change**2]))
    series = generator.standard_normal((VOLUMES, 400))
    for volume in range(1, VOLUMES):
        series[volume] += memory * series[volume - 1]
    found = fit_model(series, design.matrix, "ar1").contrast(design.vector(SAD))
    t = found.effect / np.sqrt(variance_of(series, design.matrix, design.vector(SAD)))
    assert 0.9 < t.std() < 1.11
    assert found.t.std() > t.std()
    assert memory_of(series, design.matrix).mean() == pytest.approx(memory, abs=0.03)


def test_without_a_memory_the_error_is_that_of_least_squares() -> None:
    """Noise of a memory near 0: within 10 per cent of the textbook's formula, and exact at 0."""
    series = np.random.default_rng(9).standard_normal((VOLUMES, 30))
    design = _design()
    weights = np.append(design.vector(SAD), np.zeros(design.nuisance.shape[1]))
    inverse = np.linalg.pinv(design.matrix)
    left = series - design.matrix @ inverse @ series
    wanted = (weights @ inverse) @ (weights @ inverse) * (left**2).sum(axis=0) / design.freedom
    found = variance_of(series, design.matrix, design.vector(SAD))
    memory = memory_of(series, design.matrix)
    # The variance of a slow contrast grows by about (1 + memory) / (1 - memory).
    np.testing.assert_allclose(found, wanted * (1 + memory) / (1 - memory), rtol=0.1)


def test_percent_of_the_mean() -> None:
    np.testing.assert_allclose(percent(np.array([[5.0], [-5.0]]), np.array([500.0])), [[1], [-1]])


# --- Haxby 2001 -----------------------------------------------------------------------------------


def _model(**cells: str) -> Row:
    row = load_table("circuits/task_model").row(id="standard")
    return Row({**row.cells, **cells}, row.where)


def _haxby(folder: Path) -> tuple[list[Array], list[Events]]:
    image: Any = nib.load(folder / "bold.nii.gz")
    mask: Any = nib.load(folder / "mask.nii.gz")
    inside = mask.get_fdata() > 0
    series = image.get_fdata()[inside].T
    key = [line.split() for line in (folder / "condition_key.txt").read_text().splitlines()]
    runs = []
    for number in range(1, 13):
        place = folder / "onsets" / f"task001_run{number:03d}"
        found = [
            Event(onset, duration, name)
            for _, condition, name in key
            for onset, duration, _ in np.loadtxt(place / f"{condition}.txt", ndmin=2)
        ]
        runs.append(Events(tuple(sorted(found))))
    return np.split(series, 12), runs


@pytest.mark.shared
def test_the_haxby_slice(shared_data: Path) -> None:
    """Peak t 24.6 (task > rest), 18.7 (house > face), 8.0 (face > house), within 1 per cent.

    Choices that give the published peaks: response of SPM, volumes timed at their middle, a linear
    drift and a constant for each of the 12 runs, one regressor for each category over all runs,
    ordinary least squares. What is left comes from the drift's form, which the figures do not name.
    """
    series, events = _haxby(shared_data / "imaging/task_fmri/haxby2001_1slice")
    times = 2.5 * np.arange(121) + 1.25
    model = _model(drift_model="polynomial")
    out = np.zeros(121, dtype=bool)
    designs = [build_design(e, times, np.zeros((121, 0)), out, model) for e in events]
    types = designs[0].trial_types
    assert {design.trial_types for design in designs} == {types}
    drifts = [design.nuisance for design in designs]
    width = drifts[0].shape[1]
    nuisance = np.zeros((12 * 121, 12 * width))
    for n, drift in enumerate(drifts):
        nuisance[121 * n : 121 * (n + 1), width * n : width * (n + 1)] = drift
    matrix = np.hstack([np.vstack([design.conditions for design in designs]), nuisance])
    fit = fit_model(np.vstack(series), matrix, "ols")

    def peak(high: tuple[str, ...], low: tuple[str, ...] = ()) -> float:
        weights = np.array([(t in high) / len(high) - float(t in low) for t in types])
        return float(fit.contrast(weights).t.max())

    assert peak(types) == pytest.approx(24.6, rel=0.01)
    assert peak(("house",), ("face",)) == pytest.approx(18.7, rel=0.01)
    assert peak(("face",), ("house",)) == pytest.approx(8.0, rel=0.01)


@pytest.mark.shared
def test_our_own_choices_find_the_same_place(shared_data: Path) -> None:
    """Runs by themselves, AR(1), joined as fixed effects: a lower t, and the same voxel first."""
    series, events = _haxby(shared_data / "imaging/task_fmri/haxby2001_1slice")
    times, out = 2.5 * np.arange(121) + 1.25, np.zeros(121, dtype=bool)
    ours, plain = [], []
    for run, own in zip(series, events, strict=True):
        design = build_design(own, times, np.zeros((121, 0)), out)
        scaled = percent(run - run.mean(axis=0), run.mean(axis=0))
        weights = design.vector(Contrast(("house",), ("face",)))
        ours.append(fit_model(scaled, design.matrix, "ar1").contrast(weights))
        plain.append(fit_model(scaled, design.matrix, "ols").contrast(weights))
    found = joined(ours)
    assert found.t.max() > 5
    assert found.t.argmax() in np.argsort(joined(plain).t)[-5:]
