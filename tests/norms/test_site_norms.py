"""A site's own norm: what is learned, who is placed on it, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from equipoise.core.answers import given, not_asked
from equipoise.core.documents import from_json, to_json
from equipoise.core.nouns import (
    Demographics,
    Measurement,
    NormedMeasurement,
    Provenance,
    Quantity,
    SiteNorm,
    SiteNorms,
)
from equipoise.core.streams import stream
from equipoise.norms import Control, known_within, learn_norm, place

REST, HIPPOCAMPUS, PHQ9 = "mri.rest_default_mode", "mri.structure_hippocampus", "scales.phq9"
CLEANED = (("cleaning", "36P"), ("space", "MNI152NLin6Asym"))
PREPARED = "cleaning 36P, space MNI152NLin6Asym"
PRISMA = "Siemens Prisma 3 T"
WOMAN = Demographics(given("female"), given(40.0))


def _controls(count: int, seed: int = 1, *, motion: bool = True) -> tuple[Control, ...]:
    """Return controls whose value is 0.5 - 0.002 (age - 40) - 0.5 (motion - 0.15) + 0.2 noise."""
    generator = stream("test/controls", seed)
    found = []
    for place_ in range(count):
        age, fd = 20 + 45 * generator.random(), 0.05 + 0.25 * generator.random()
        value = 0.5 - 0.002 * (age - 40) - 0.5 * (fd - 0.15) + 0.2 * generator.standard_normal()
        covariates = {"mean_fd": fd} if motion else {}
        found.append(Control(age, float(place_ % 2), covariates, value))
    return tuple(found)


def _learned(controls: tuple[Control, ...], measure: str = REST) -> SiteNorm:
    found = learn_norm(measure, controls, PREPARED)
    assert isinstance(found, SiteNorm), found
    return found


def _norms(norm: SiteNorm, scanner: str | None = PRISMA) -> SiteNorms:
    return SiteNorms("clinic", scanner, PREPARED, "2026-01-10", "0" * 64, "0.1", (norm,))


def _scan(value: float, fd: float | None = 0.15, scanner: str | None = PRISMA) -> Measurement:
    return Measurement(
        REST,
        Quantity(value, "1", 0.05),
        "2026-01-12",
        1.0,
        (),
        Provenance((), "test", CLEANED),
        covariates=() if fd is None else (("mean_fd", fd),),
        scanner=scanner,
    )


def _place(one: Measurement, norms: SiteNorms, people: Demographics = WOMAN) -> NormedMeasurement:
    (found,) = place((one,), people, norms)
    return found


def test_the_planted_model_is_found() -> None:
    norm = _learned(_controls(400))
    assert norm.terms == ("intercept", "age", "male", "mean_fd")
    errors = np.sqrt(np.diag(norm.covariance))
    truth = (0.5 - 0.002 * (norm.centres[1] - 40) - 0.5 * (norm.centres[3] - 0.15), -0.002, 0, -0.5)
    assert (np.abs(np.array(norm.coefficients) - truth) < 3 * errors).all()
    assert norm.sd == pytest.approx(0.2, abs=3 * norm.sd_error)
    assert (norm.people, norm.warning, norm.preparation) == (400, None, PREPARED)


def test_z_by_hand() -> None:
    norm = replace(
        _learned(_controls(40)),
        terms=("intercept", "age", "male", "mean_fd"),
        centres=(0.0, 40.0, 0.5, 0.15),
        coefficients=(0.5, -0.01, 0.1, -1.0),
        covariance=tuple(map(tuple, np.diag([0.0009, 0.0, 0.0, 0.0]))),
        sd=0.2,
        sd_error=0.02,
        minima=(1.0, 20.0, 0.0, 0.05),
        maxima=(1.0, 65.0, 1.0, 0.3),
    )
    # A woman of 50 with 0.25 mm: 0.5 - 0.1 - 0.05 - 0.1 = 0.25; z = (0.65 - 0.25) / 0.2 = 2.
    people = Demographics(given("female"), given(50.0))
    found = _place(_scan(0.65, 0.25), _norms(norm), people)
    assert found.z == pytest.approx(2.0)
    # Measurement 0.05 / 0.2, mean 0.03 / 0.2, sd 2 * 0.02 / 0.2.
    assert found.z_standard_error == pytest.approx(math.sqrt(0.25**2 + 0.15**2 + 0.2**2))
    assert found.centile == pytest.approx(97.72, abs=0.01)
    assert (found.extrapolated, found.reason) == (False, None)
    assert found.norm is not None
    assert (found.norm.id, found.norm.reference, found.norm.sd) == ("clinic", "site", 0.2)
    assert found.norm.population == "40 controls of clinic on Siemens Prisma 3 T"


@pytest.mark.parametrize("scanner", ["siemens PRISMA 3T", "Siemens  Prisma 3 T"])
def test_a_scanner_is_told_by_its_letters_alone(scanner: str) -> None:
    found = _place(_scan(0.5, scanner=scanner), _norms(_learned(_controls(40))))
    assert not found.extrapolated


@pytest.mark.parametrize(
    ("mine", "theirs", "words"),
    [
        ("GE MR750 3 T", PRISMA, "is not that of the controls"),
        (None, PRISMA, "the scanner of this scan is not recorded"),
        (PRISMA, None, "the scanner of the controls is not recorded"),
        (None, None, "neither the scanner of this scan nor"),
    ],
)
def test_another_scanner_is_said_and_widens(
    mine: str | None, theirs: str | None, words: str
) -> None:
    norm = _learned(_controls(40))
    same = _place(_scan(0.5), _norms(norm))
    found = _place(_scan(0.5, scanner=mine), _norms(norm, theirs))
    assert found.extrapolated
    assert found.reason is not None
    assert words in found.reason
    assert (found.z, found.norm is not None) == (same.z, True)
    assert same.z_standard_error is not None
    assert found.z_standard_error == pytest.approx(math.hypot(same.z_standard_error, 0.3))


def test_people_outside_the_controls_are_extrapolated() -> None:
    norms = _norms(_learned(_controls(40)))
    oldest = norms.norms[0].maxima[1]
    older = Demographics(given("male"), given(oldest + 3))
    found = _place(_scan(0.5), norms, older)
    assert found.extrapolated
    assert f"the age ({oldest + 3:g}) lies outside the controls" in str(found.reason)
    moved = _place(_scan(0.5, fd=0.9), norms)
    assert "motion (mean framewise displacement) (0.9) lies outside" in str(moved.reason)
    inside = _place(_scan(0.5), norms)
    assert moved.z_standard_error is not None
    assert inside.z_standard_error is not None
    assert moved.z_standard_error > 2 * inside.z_standard_error


@pytest.mark.parametrize(
    ("one", "people", "words"),
    [
        (
            replace(_scan(0.5), provenance=Provenance((), "x", (("cleaning", "24P"), CLEANED[1]))),
            WOMAN,
            "prepared otherwise (cleaning 36P, space MNI152NLin6Asym) than this scan (cleaning 24P",
        ),
        (_scan(0.5, fd=None), WOMAN, "needs motion (mean framewise displacement), not known"),
        (_scan(0.5), Demographics(not_asked(), given(40.0)), "needs the sex"),
        (_scan(0.5), Demographics(given("intersex"), given(40.0)), "needs the sex"),
        (_scan(0.5), Demographics(given("male"), given(99.0)), "too far from its controls"),
    ],
)
def test_who_is_not_placed(one: Measurement, people: Demographics, words: str) -> None:
    found = _place(one, _norms(_learned(_controls(40))), people)
    assert (found.norm, found.z) == (None, None)
    assert found.reason is not None
    assert found.reason.startswith("not placed on the norm of clinic: ")
    assert words in found.reason


def test_an_unrecorded_preparation_is_extrapolated() -> None:
    one = replace(_scan(0.5), provenance=Provenance((), "x"))
    found = _place(one, _norms(_learned(_controls(40))))
    assert "how the images of this scan were prepared is not recorded" in str(found.reason)
    norms = _norms(replace(_learned(_controls(40)), preparation=""))
    assert "how the images of the controls were prepared" in str(_place(_scan(0.5), norms).reason)


def test_the_site_comes_before_the_published_norm() -> None:
    quantity = Quantity(10, "{score}", 2.0)
    one = Measurement(PHQ9, quantity, "2026-01-12", 1.0, (), Provenance((), "test"))
    generator = stream("test/phq9", 1)
    controls = tuple(
        Control(20.0 + n, float(n % 2), {}, float(generator.integers(0, 8))) for n in range(40)
    )
    norms = _norms(_learned(controls, PHQ9))
    found = _place(one, norms)
    assert found.norm is not None
    assert (found.norm.id, found.extrapolated) == ("clinic", False)
    # Without the person's age the site's norm cannot serve, and the published one does.
    unknown = _place(one, norms, Demographics(given("female"), not_asked()))
    assert unknown.norm is not None
    assert unknown.norm.reference == "nhanes_dpq_2005_2016"
    assert str(unknown.reason).startswith("not placed on the norm of clinic")


def test_few_people_are_told_how_wide_it_is() -> None:
    norm = _learned(_controls(15))
    assert known_within(norm) == pytest.approx(1.96 / math.sqrt(15), rel=0.25)
    assert norm.warning == (
        f"only 15 controls (20 are wanted): z is known to +- {known_within(norm):.2f} at best"
    )
    assert _learned(_controls(20)).warning is None


@pytest.mark.parametrize(
    ("controls", "reason"),
    [
        (_controls(11), "11 people have the measure and every covariate; 12 are needed"),
        (tuple(replace(c, male=0.0) for c in _controls(30)), "male is the same in all people"),
        (tuple(replace(c, age=40.0) for c in _controls(30)), "age is the same in all people"),
        (tuple(replace(c, age=20 + 10 * (c.male or 0)) for c in _controls(30)), "told apart"),
        (tuple(replace(c, value=0.5) for c in _controls(30)), "do not differ"),
    ],
)
def test_no_norm_is_learned(controls: tuple[Control, ...], reason: str) -> None:
    found = learn_norm(REST, controls)
    assert isinstance(found, str)
    assert reason in found


def test_missing_covariates() -> None:
    without = _learned(_controls(30, motion=False))
    assert without.terms == ("intercept", "age", "male")
    assert "not adjusted for motion" in str(without.warning)
    some = (*_controls(30), *_controls(3, 2, motion=False))
    norm = _learned(some)
    assert (norm.people, norm.warning) == (30, "3 people were left out: a covariate is missing")


def test_a_file_keeps_what_it_needs() -> None:
    norms = _norms(_learned(_controls(60)))
    again = from_json(SiteNorms, to_json(norms))
    first, second = _place(_scan(0.9), norms), _place(_scan(0.9), again)
    # Numbers are written to six significant digits.
    assert second.z == pytest.approx(first.z, rel=1e-4)
    assert second.z_standard_error == pytest.approx(first.z_standard_error, rel=1e-4)


def test_z_of_new_people_holds_what_it_promises() -> None:
    """Of healthy people placed on norms of 25 controls 95 % lie within 1.96 whole errors."""
    generator = stream("test/new", 1)
    inside = []
    for seed in range(300):
        norm = _learned(_controls(25, seed))
        age, fd = 25 + 35 * generator.random(), 0.08 + 0.2 * generator.random()
        true = 0.5 - 0.002 * (age - 40) - 0.5 * (fd - 0.15) + 0.2 * generator.standard_normal()
        person = Demographics(given("male"), given(age))
        found = _place(_scan(true, fd), _norms(norm), person)
        assert found.z is not None
        assert found.z_standard_error is not None
        # The person's own place among others has sd 1; the error of z comes on top.
        error = math.sqrt(1 + found.z_standard_error**2 - 0.25**2 * (0.2 / norm.sd) ** 2)
        inside.append(abs(found.z) < 1.96 * error)
    # 300 draws: standard error 1.3 %.
    assert np.mean(inside) == pytest.approx(0.95, abs=0.04)
