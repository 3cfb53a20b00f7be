"""Checks of a run: each against a signal whose answer is known."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from equipoise.assays.mri.cleaning.breathing import Trace, breaths, read_trace
from equipoise.assays.mri.cleaning.confounds import Confounds
from equipoise.assays.mri.cleaning.diagnostics import Evidence, diagnose
from equipoise.assays.mri.cleaning.projection import projection
from equipoise.core.nouns import RegionQuality, ScanDiagnostic
from equipoise.core.tables import load_table

VOLUMES, SECONDS, BAND = 300, 2.0, (0.01, 0.1)


def slow(seed: int, count: int = 1) -> NDArray[np.float64]:
    """Return series within the band, of standard deviation 1, shape (volumes, count)."""
    basis = projection(np.zeros((VOLUMES, 0)), SECONDS, BAND).basis
    drawn = basis @ np.random.default_rng(seed).standard_normal((basis.shape[1], count))
    return np.asarray(drawn / drawn.std(axis=0))


def evidence(**known: NDArray[np.float64]) -> Evidence:
    """Return a quiet run with two nuisance regressors and what is asked for."""
    out = np.zeros(VOLUMES, dtype=bool)
    values = np.random.default_rng(0).standard_normal((VOLUMES, 2))
    confounds = Confounds("none", ("a", "b"), values, np.full(VOLUMES, 0.1), out, known=known)
    return Evidence(confounds, SECONDS, projection(values, SECONDS, BAND, out))


def found(given: Evidence) -> dict[str, ScanDiagnostic]:
    return {one.id: one for one in diagnose(given)}


def test_every_row_is_told_once_in_order_with_its_unit() -> None:
    told = diagnose(evidence())
    rows = list(load_table("circuits/diagnostics"))
    assert [one.id for one in told] == [row.text("id") for row in rows]
    assert [one.unit for one in told] == [row.text("unit") for row in rows]
    assert all(one.words.count("\n") == 0 and one.words for one in told)


def test_what_cannot_be_told_says_why_and_is_no_concern() -> None:
    told = found(evidence())
    for name in ("global_signal_seed", "pseudo_motion", "breathing_rate", "dvars_share"):
        assert told[name].value is None
        assert told[name].words.startswith("cannot tell: ")
        assert not told[name].concern


def test_the_amplitude_of_the_global_signal_is_a_share_of_its_mean() -> None:
    """2 % in the band; a drift and fast noise do not count."""
    drift = np.linspace(-5, 5, VOLUMES)
    fast = 10 * (-1.0) ** np.arange(VOLUMES)
    told = found(evidence(global_signal=1000 + 20 * slow(1)[:, 0] + drift + fast))
    # A drift takes a little of the slowest cosines with it.
    assert told["global_signal_amplitude"].value == pytest.approx(2, rel=0.03)


def test_the_share_of_the_global_signal_is_that_of_the_mixture() -> None:
    """A seed of 3 parts global signal and 4 of its own: 9 / 25 of the variance."""
    signal, own = slow(1)[:, 0], slow(2)[:, 0]
    own = own - signal * (own @ signal) / (signal @ signal)
    given = replace(
        evidence(global_signal=500 + signal),
        seed=3 * signal + 4 * own / own.std(),
        grey=np.stack([signal, own], axis=1),
    )
    told = found(given)
    # The trend that is removed is not quite at right angles to either.
    assert told["global_signal_seed"].value == pytest.approx(0.36, abs=0.02)
    assert told["global_signal_grey"].value == pytest.approx(0.5, abs=0.02)
    assert not told["global_signal_seed"].concern
    most = replace(given, seed=4 * signal + 3 * own / own.std())
    assert found(most)["global_signal_seed"].concern


def test_removing_the_global_signal_moves_a_shared_correlation_down() -> None:
    """Two series that share the global signal alone: z falls from that of 0.5 to about 0."""
    parts = slow(3, 3)
    parts = np.linalg.qr(parts - parts.mean(axis=0))[0]
    signal = parts[:, 0]
    given = replace(
        evidence(global_signal=100 + signal),
        seed=signal + parts[:, 1],
        search=signal + parts[:, 2],
    )
    told = found(given)["global_signal_shift"]
    # Two regressors of noise and a trend move each correlation by some hundredths.
    assert told.value == pytest.approx(-np.arctanh(0.5), abs=0.1)
    assert told.concern
    assert "the cleaning used keeps it" in told.words
    own = replace(
        given.confounds,
        names=("global_signal", "b"),
        values=np.column_stack([signal, given.confounds.values[:, 1]]),
    )
    other = found(replace(given, confounds=own))["global_signal_shift"]
    assert other.value == pytest.approx(-np.arctanh(0.5), abs=0.1)
    assert "the cleaning used removes it" in other.words


def test_motion_is_judged_by_mean_and_by_share() -> None:
    given = evidence(std_dvars=np.where(np.arange(VOLUMES) % 4, 1.0, 2.0))
    out = np.arange(VOLUMES) % 3 == 0
    moving = replace(given.confounds, displacement=np.full(VOLUMES, 0.4), censored=out)
    told = found(replace(given, confounds=moving))
    assert told["motion_mean"].value == pytest.approx(0.4)
    assert told["motion_mean"].concern
    assert told["motion_share"].value == pytest.approx(1 / 3)
    assert told["motion_share"].words == "100 of 300 volumes were left out"
    assert told["dvars_share"].value == pytest.approx(0.25)
    assert told["dvars_share"].concern
    assert not found(given)["motion_mean"].concern


@pytest.mark.parametrize(
    ("seconds", "limit", "concern"), [(0.8, 0.625, False), (2.0, 0.25, False), (6.0, 1 / 12, True)]
)
def test_the_band_is_held_against_the_repetition_time(
    seconds: float, limit: float, concern: bool
) -> None:
    told = found(replace(evidence(), seconds=seconds))["band_limit"]
    assert told.value == pytest.approx(limit)
    assert told.concern is concern


def test_breathing_shows_as_movement_along_the_phase_encoding() -> None:
    """0.3 Hz at 0.8 s: nearly all of the change lies there; at 2 s it cannot be told."""
    time = 0.8 * np.arange(VOLUMES)
    wave = 0.1 * np.sin(2 * np.pi * 0.3 * time)
    quick = replace(evidence(trans_y=wave), seconds=0.8, phase_encoding="j-")
    told = found(quick)["pseudo_motion"]
    assert told.value is not None
    assert told.value > 0.95
    assert told.concern
    assert "pseudo-motion" in told.words
    assert found(replace(quick, phase_encoding=None))["pseudo_motion"].value is None
    assert found(replace(quick, phase_encoding="i"))["pseudo_motion"].value is None
    late = found(replace(quick, seconds=2.0))["pseudo_motion"]
    assert late.value is None
    assert "up to 0.25 Hz" in late.words


def test_slow_signals_are_worth_fewer_values_than_degrees_of_freedom() -> None:
    given = evidence()
    noise = np.random.default_rng(5).standard_normal((VOLUMES, 20))
    even = found(replace(given, grey=noise))["independent_values"]
    assert even.value == pytest.approx(given.cleaning.freedom, rel=0.03)
    walk = found(replace(given, grey=noise.cumsum(axis=0)))["independent_values"]
    assert walk.value is not None
    # Power 1/f^2 from 0.01 to 0.1 Hz: (100 - 10)^2 / ((100^3 - 10^3) / 3) / 0.09 = 0.27.
    assert walk.value / given.cleaning.freedom == pytest.approx(0.27, abs=0.06)
    assert walk.concern is (walk.value < 30)


def test_regions_seen_badly_are_named() -> None:
    good = RegionQuality("a", "Amygdala", 1.0, 50.0, enough=True)
    bad = RegionQuality("o", "Orbitofrontal cortex", 0.4, 8.0, enough=False)
    told = found(replace(evidence(), regions=(good, bad)))["drop_out"]
    assert told.value == 0.5
    assert told.concern
    assert told.words == "seen badly: Orbitofrontal cortex"
    assert not found(replace(evidence(), regions=(good,)))["drop_out"].concern


def belt(seconds: float = 600, rate: float = 50.0, sighs: int = 0) -> NDArray[np.float64]:
    """Return a trace of 15 breaths a minute, of which `sighs` are three times as deep."""
    time = np.arange(round(seconds * rate)) / rate
    depth = np.ones_like(time)
    for sigh in range(sighs):
        start = 40.0 * (sigh + 1)
        depth[(time >= start) & (time < start + 4)] = 3.0
    noise = 0.02 * np.random.default_rng(2).standard_normal(len(time))
    return np.asarray(depth * (1 - np.cos(2 * np.pi * time / 4)) + noise)


def test_breaths_and_deep_breaths_are_counted() -> None:
    """150 breaths in 10 minutes, 12 of them deep."""
    plain = breaths(Trace(belt(), 50.0))
    assert plain is not None
    assert plain.rate == pytest.approx(15, abs=0.2)
    assert plain.deep == 0
    sighing = breaths(Trace(belt(sighs=12), 50.0))
    assert sighing is not None
    assert sighing.rate == pytest.approx(15, abs=0.2)
    assert sighing.deep == pytest.approx(1.2, abs=0.11)
    assert breaths(Trace(np.ones(5000), 50.0)) is None


def recorded(folder: Path, values: NDArray[np.float64], **changes: object) -> str:
    """Write a physiological recording that began 5 s before the run."""
    path = folder / "sub-01_task-rest_physio.tsv.gz"
    said = {"SamplingFrequency": 50.0, "StartTime": -5.0, "Columns": ["cardiac", "respiratory"]}
    path.with_name("sub-01_task-rest_physio.json").write_text(json.dumps(said | changes))
    before = np.full(250, 99.0)
    both = np.concatenate([before, values])
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        np.savetxt(stream, np.column_stack([0 * both, both]), delimiter="\t", fmt="%.4f")
    return str(path)


def test_the_trace_is_cut_to_the_run(tmp_path: Path) -> None:
    trace = read_trace(recorded(tmp_path, belt(sighs=12)), VOLUMES * SECONDS)
    assert isinstance(trace, Trace)
    assert len(trace.values) == 600 * 50
    assert trace.values.max() < 50
    told = found(replace(evidence(), physio=recorded(tmp_path, belt(sighs=12))))
    assert told["breathing_rate"].value == pytest.approx(15, abs=0.2)
    assert told["deep_breaths"].concern
    assert not told["breathing_rate"].concern


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Columns": ["cardiac", "trigger"]}, "holds no breathing trace"),
        ({"Columns": None}, "cannot be read"),
        ({"SamplingFrequency": "fast"}, "cannot be read"),
        ({"SamplingFrequency": float("nan")}, "cannot be read"),
        ({"SamplingFrequency": 0}, "cannot be read"),
        ({"StartTime": float("inf")}, "cannot be read"),
        ({"SamplingFrequency": 500.0}, "less than half of the run"),
    ],
)
def test_a_faulty_recording_gives_a_reason(
    tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    told = read_trace(recorded(tmp_path, belt(), **changes), 600)
    assert isinstance(told, str)
    assert reason in told


def test_a_damaged_recording_gives_a_reason(tmp_path: Path) -> None:
    path = Path(recorded(tmp_path, belt(60)))
    content = bytearray(path.read_bytes())
    content[200:260] = bytes(60)
    path.write_bytes(content)
    assert "cannot be read" in str(read_trace(str(path), 60))
    path.with_name("sub-01_task-rest_physio.json").write_text("[" * 100_000)
    assert "cannot be read" in str(read_trace(str(path), 60))


def test_a_missing_recording_gives_a_reason(tmp_path: Path) -> None:
    told = found(replace(evidence(), physio=str(tmp_path / "none_physio.tsv.gz")))
    assert "cannot be read" in told["deep_breaths"].words
