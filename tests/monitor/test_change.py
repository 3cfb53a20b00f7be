"""Change between two sessions: hand-worked noise, the family of tests, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from equipoise.core.nouns import (
    Change,
    Measurement,
    NormedMeasurement,
    NormUsed,
    Provenance,
    Quantity,
)
from equipoise.core.streams import stream
from equipoise.core.tables import load_table
from equipoise.monitor import compare_sessions
from equipoise.monitor.change import holm

HIPPOCAMPUS, REST = "mri.structure_hippocampus", "mri.rest_default_mode"
FREESURFER = Provenance((), "test", (("freesurfer", "7"),))


def _normed(  # noqa: PLR0917 - one argument for each thing that two sessions may differ in
    value: float,
    date: str | None,
    session: str | None = None,
    measure: str = HIPPOCAMPUS,
    error: float | None = 20.0,
    scanner: str | None = "Siemens Prisma 3 T",
    sd: float | None = None,
) -> NormedMeasurement:
    unit = load_table("measures/measures").row(id=measure).text("unit")
    one = Measurement(
        measure,
        Quantity(value, unit, error),
        date,
        1.0,
        (),
        FREESURFER,
        scanner=scanner,
        session=session,
    )
    used = None if sd is None else NormUsed("clinic", "40 controls", "site", "n/a", "derived", sd)
    return NormedMeasurement(one, used, None, None, None, False, None)


def _compare(*items: NormedMeasurement) -> Change:
    (found,) = compare_sessions(items)
    return found


def test_the_noise_of_measuring_twice_by_hand() -> None:
    # 410 mm3 between people, reliability 0.92: 410 * sqrt(2 * 0.08) = 164.
    found = _compare(_normed(4200, "2025-01-10"), _normed(3800, "2025-06-10"))
    assert found.retest_error == pytest.approx(410 * math.sqrt(0.16))
    assert found.difference == -400
    assert found.z == pytest.approx(-400 / 164)
    assert found.verdict == "fall"
    assert "4200 mm3 (2025-01-10), 3800 mm3 (2025-06-10): 400 mm3 lower, more than" in found.words
    assert found.reference == "subcortical_retest2022"


def test_the_spread_of_the_norm_comes_first() -> None:
    found = _compare(_normed(4200, "2025-01", sd=330), _normed(4300, "2025-03", sd=300))
    assert found.retest_error == pytest.approx(300 * math.sqrt(0.16))
    assert (found.verdict, found.difference) == ("no_reliable_change", 100)


def test_error_within_a_scan_is_not_counted_twice() -> None:
    noisy = _compare(_normed(4200, "2025-01-10", error=300), _normed(3800, "2025-06-10", error=400))
    assert noisy.z == pytest.approx(-400 / 500)
    quiet = _compare(_normed(4200, "2025-01-10", error=3), _normed(3800, "2025-06-10", error=4))
    assert quiet.z == pytest.approx(-400 / 164)


def test_order_is_by_date_and_sessions_between_are_told() -> None:
    found = _compare(
        _normed(3900, "2025-06-10", "3"),
        _normed(4000, "2025-03-10", "2"),
        _normed(4100, "2025-01-10", "1"),
    )
    assert (found.first_session, found.last_session, found.difference) == ("1", "3", -200)
    assert "(1 session lies between)" in found.words


def test_one_session_is_no_change() -> None:
    assert compare_sessions((_normed(4000, "2025-01-10"),)) == ()
    scale = replace(
        _normed(10, "2025-01-10").measurement, id="scales.phq9", quantity=Quantity(10, "{score}")
    )
    later = replace(scale, date="2025-03-10")
    items = (NormedMeasurement(m, None, None, None, None, False, None) for m in (scale, later))
    assert compare_sessions(tuple(items)) == ()


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        (_normed(4200, None, "1"), _normed(3000, None, "2"), "no date"),
        (_normed(4200, "2025"), _normed(3000, "2025-06-10"), "too vague"),
        (_normed(4200, "2025-01-10"), _normed(3000, "2025-06-10", scanner="GE"), "scanners differ"),
        (_normed(4200, "2025-01-10"), _normed(3000, "2025-06-10", scanner=None), "not recorded"),
    ],
)
def test_what_cannot_be_compared(
    first: NormedMeasurement, last: NormedMeasurement, reason: str
) -> None:
    found = _compare(first, last)
    assert (found.verdict, found.z) == ("cannot_tell", None)
    assert reason in found.words


def test_another_preparation_is_not_compared() -> None:
    last = _normed(3000, "2025-06-10")
    other = replace(last.measurement, provenance=Provenance((), "x", (("freesurfer", "5"),)))
    found = _compare(_normed(4200, "2025-01-10"), replace(last, measurement=other))
    assert found.verdict == "cannot_tell"
    assert "prepared otherwise (FreeSurfer 7, then FreeSurfer 5)" in found.words


def test_a_session_with_more_motion_is_not_compared() -> None:
    still, moved = (
        replace(one, measurement=replace(one.measurement, covariates=(("mean_fd", fd),)))
        for one, fd in ((_normed(4200, "2025-01-10"), 0.1), (_normed(3000, "2025-06-10"), 0.45))
    )
    found = _compare(still, moved)
    assert found.verdict == "cannot_tell"
    assert "0.10 mm" in found.words
    assert "0.45 mm" in found.words


def test_without_a_spread_between_people_nothing_is_told() -> None:
    found = _compare(
        _normed(0.2, "2025-01-10", measure=REST), _normed(0.9, "2025-06-10", measure=REST)
    )
    assert (found.verdict, found.retest_error) == ("cannot_tell", None)
    assert "norm of the site's own controls would tell" in found.words
    with_norm = _compare(
        _normed(0.2, "2025-01-10", measure=REST, error=0.05, sd=0.2),
        _normed(0.9, "2025-06-10", measure=REST, error=0.05, sd=0.2),
    )
    assert with_norm.verdict == "rise"


def test_an_unrecorded_scanner_is_said() -> None:
    found = _compare(
        _normed(4200, "2025-01-10", scanner=None), _normed(4190, "2025-06-10", scanner=None)
    )
    assert found.verdict == "no_reliable_change"
    assert found.words.endswith("which is not recorded.")


def test_holm_against_the_published_steps() -> None:
    # Holm 1979: compared with 0.05 / 4, / 3, / 2, / 1 until one fails.
    assert holm((0.01, 0.04, 0.03, 0.005), 0.05) == (True, False, False, True)
    assert holm((), 0.05) == ()
    assert holm((0.04, 0.03), 0.05) == (False, False)


MEASURES = (
    HIPPOCAMPUS,
    "mri.structure_amygdala",
    "mri.structure_thickness_mean",
    "mri.structure_thickness_insula",
)


def _people(shift: float, count: int) -> list[tuple[Change, ...]]:
    """Return the changes of people measured twice with retest noise, the first measure moved."""
    generator = stream("test/change", 7)
    found = []
    for _ in range(count):
        items = []
        for place, measure in enumerate(MEASURES):
            spread = load_table("norms/spreads").row(measure=measure).number("sd")
            r = load_table("measures/measures").row(id=measure).number("reliability")
            noise = spread * math.sqrt(1 - r) * generator.standard_normal(2)
            moved = shift * spread if place == 0 else 0.0
            items += [
                _normed(noise[0], "2025-01-10", measure=measure, error=None),
                _normed(noise[1] + moved, "2025-06-10", measure=measure, error=None),
            ]
        found.append(compare_sessions(tuple(items)))
    return found


def test_no_change_in_no_finding_out() -> None:
    # 1,000 people in whom nothing changed: a family with a finding in at most 5 %, and with the
    # standard error of that share (0.7 %) times three above it.
    people = _people(0.0, 1000)
    found = np.mean([any(c.verdict in {"rise", "fall"} for c in changes) for changes in people])
    assert 0.02 < found < 0.05 + 3 * 0.007


def test_a_planted_change_is_found() -> None:
    # 1.8 sd between people is 4.5 standard errors of the difference: power above 97 %.
    first = [
        next(change for change in changes if change.measure == HIPPOCAMPUS)
        for changes in _people(1.8, 200)
    ]
    assert np.mean([change.verdict == "rise" for change in first]) > 0.9
