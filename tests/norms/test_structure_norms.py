"""Norms of structure against open data: ds003653, the published ENIGMA effects, our own fits.

The figure -0.26 of ds003653 was computed once with plain code (least squares of both groups
together); a norm of the controls alone and a robust fit are other choices, so the comparison is
wide: within half of the standard error of a difference of 39 and 47 people (0.22).
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from equipoise.core.answers import given
from equipoise.core.nouns import (
    Demographics,
    Measurement,
    NormedMeasurement,
    Provenance,
    Quantity,
    SiteNorm,
    SiteNorms,
)
from equipoise.core.tables import load_table
from equipoise.norms import Control, learn_norm, place
from equipoise.norms.robust import robust_fit

HIPPOCAMPUS, AMYGDALA = "mri.structure_hippocampus", "mri.structure_amygdala"
THICKNESS = "mri.structure_thickness_mean"
HEAD = "EstimatedTotalIntraCranialVol"
FREESURFER = Provenance((), "test", (("freesurfer", "7"),))
OPEN_SETS = {"ds000222", "ds003826", "ds003469"}
Rows = list[dict[str, str]]


def _read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _volume(row: dict[str, str], name: str) -> float:
    return (float(row[f"Left-{name}"]) + float(row[f"Right-{name}"])) / 2


def _thickness(row: dict[str, str]) -> float:
    return sum(float(row[f"{side}_MeanThickness_thickness"]) for side in ("lh", "rh")) / 2


@pytest.fixture
def depression(shared_data: Path) -> Rows:
    """Return the people of ds003653."""
    folder = shared_data / "imaging" / "structural_mdd"
    return _read(folder / "ds003653_freesurfer_mdd_hc.csv")


def _control(row: dict[str, str]) -> Control:
    head = {"etiv": float(row[HEAD])}
    male = 1.0 if row["sex"] == "M" else 0.0
    return Control(float(row["age"]), male, head, _volume(row, "Hippocampus"))


def _placed(row: dict[str, str], norms: SiteNorms | None) -> NormedMeasurement:
    one = Measurement(
        HIPPOCAMPUS,
        Quantity(_volume(row, "Hippocampus"), "mm3", 116),
        "2021",
        1.0,
        (),
        FREESURFER,
        covariates=(("etiv", float(row[HEAD])),),
        scanner="scanner of ds003653",
    )
    sex = "male" if row["sex"] == "M" else "female"
    people = Demographics(given(sex), given(float(row["age"])))
    (found,) = place((one,), people, norms)
    return found


def _norms(depression: Rows) -> SiteNorms:
    controls = tuple(_control(row) for row in depression if row["group_dx"] == "HC")
    norm = learn_norm(HIPPOCAMPUS, controls, "FreeSurfer 7")
    assert isinstance(norm, SiteNorm)
    assert (norm.people, norm.warning) == (47, None)
    scanner = "scanner of ds003653"
    return SiteNorms("ds003653", scanner, "FreeSurfer 7", "2026-02", "", "0.1", (norm,))


@pytest.mark.shared
def test_patients_of_ds003653_on_the_norm_of_its_controls(depression: Rows) -> None:
    norms = _norms(depression)
    patients = [row for row in depression if row["group_dx"] in {"MDD", "PDD"}]
    assert len(patients) == 39
    scores = [found.z for row in patients if (found := _placed(row, norms)).z is not None]
    assert len(scores) == 39
    d = float(np.mean(scores))
    # Standard error of d with 39 patients and 47 controls.
    error = math.sqrt(1 / 39 + 1 / 47)
    assert d == pytest.approx(-0.26, abs=error / 2)
    assert abs(d) < 1.96 * error  # not significant
    own = [_placed(row, norms).z or 0.0 for row in depression if row["group_dx"] == "HC"]
    assert np.mean(own) == pytest.approx(0, abs=0.1)
    assert np.std(own) == pytest.approx(1, abs=0.15)


@pytest.mark.shared
@pytest.mark.parametrize(("measure", "structure"), [(HIPPOCAMPUS, "hippo"), (AMYGDALA, "amyg")])
def test_patients_are_centred_where_enigma_found_them(
    shared_data: Path, measure: str, structure: str
) -> None:
    folder = shared_data / "imaging" / "enigma" / "summary_statistics"
    rows = {r["Structure"]: r for r in _read(folder / "mdd_case-controls_SubVol.csv")}
    shift = load_table("norms/patients").row(measure=measure).number("shift")
    assert shift == float(rows[f"L{structure}"]["d_icv"]) == float(rows[f"R{structure}"]["d_icv"])


@pytest.mark.shared
@pytest.mark.parametrize(
    ("part", "labels"),
    [
        ("orbitofrontal", ("lateralorbitofrontal", "medialorbitofrontal")),
        (
            "cingulate",
            (
                "rostralanteriorcingulate",
                "caudalanteriorcingulate",
                "posteriorcingulate",
                "isthmuscingulate",
            ),
        ),
        ("insula", ("insula",)),
    ],
)
def test_thickness_of_patients_is_that_of_enigma(
    shared_data: Path, part: str, labels: tuple[str, ...]
) -> None:
    folder = shared_data / "imaging" / "enigma" / "summary_statistics"
    rows = {r["Structure"]: r for r in _read(folder / "mddadult_case-controls_CortThick.csv")}
    effects = [float(rows[f"{side}_{label}"]["d_icv"]) for side in "LR" for label in labels]
    shift = load_table("norms/patients").row(measure=f"mri.structure_thickness_{part}")
    # The table has two decimals.
    assert shift.number("shift") == pytest.approx(np.mean(effects), abs=0.005)


@pytest.fixture
def adults(shared_data: Path, depression: Rows) -> Rows:
    """Return the 320 adults of the four open data sets that the formulas were made from."""
    folder = shared_data / "imaging" / "structural_mdd"
    found = [dict(row, male=str(float(row["sex"] == "M"))) for row in depression]
    found = [row for row in found if row["group_dx"] == "HC"]
    for name in ("te", "ad"):
        for row in _read(folder / f"OpenNeuroTransfer_ct_{name}.csv"):
            if row["site"] in OPEN_SETS:
                found.append(dict(row, male=row["sex"]))
    assert len(found) == 320
    return found


def _design(adults: Rows, columns: int) -> np.ndarray:
    ages = [float(row["age"]) - 40 for row in adults]
    males = [float(row["male"]) for row in adults]
    heads = [float(row[HEAD]) - 1.5e6 for row in adults]
    return np.column_stack([np.ones(len(adults)), ages, males, heads])[:, :columns]


@pytest.mark.shared
@pytest.mark.parametrize(("name", "columns"), [("amygdala_fit", 4), ("thickness_fit", 3)])
def test_the_formulas_are_the_robust_fits(adults: Rows, name: str, columns: int) -> None:
    row = load_table("norms/regressions").row(id=name)
    values = [_volume(r, "Amygdala") if columns == 4 else _thickness(r) for r in adults]
    found = robust_fit(_design(adults, columns), np.array(values), 1.345)
    shipped = [row.number("intercept"), row.number("age"), row.number("male")]
    shipped += [row.number("etiv")] if columns == 4 else []
    # The table is rounded to three figures or better; the effect of a sex on thickness is nil.
    errors = np.sqrt(np.diag(found.covariance))
    assert (np.abs(found.coefficients - shipped) < 0.1 * errors).all()
    assert row.number("sd") == pytest.approx(found.sd, rel=0.005)


@pytest.mark.shared
def test_the_formula_of_the_hippocampus_fits_its_people(adults: Rows) -> None:
    row = load_table("norms/regressions").row(id="hippocampus_fit")
    slopes = [row.number(name) for name in ("intercept", "age", "male", "etiv")]
    values = np.array([_volume(r, "Hippocampus") for r in adults])
    z = (values - _design(adults, 4) @ slopes) / row.number("sd")
    # The formula held the data sets as a factor; without it their means lie 0.3 sd apart.
    assert abs(z.mean()) < 0.1
    assert z.std() == pytest.approx(1, abs=0.1)
    sites = np.array([r["site"] for r in adults])
    shifts = [abs(z[sites == site].mean()) for site in set(sites)]
    assert max(shifts) < 2 * row.number("scanner_error")


@pytest.mark.shared
def test_spreads_between_people(adults: Rows) -> None:
    spreads = load_table("norms/spreads")
    for measure, values in (
        (HIPPOCAMPUS, [_volume(r, "Hippocampus") for r in adults]),
        (AMYGDALA, [_volume(r, "Amygdala") for r in adults]),
        (THICKNESS, [_thickness(r) for r in adults]),
    ):
        found = spreads.row(measure=measure).number("sd")
        assert found == pytest.approx(np.std(values, ddof=1), rel=0.005)


def _person(age: float, sex: str = "female") -> Demographics:
    return Demographics(given(sex), given(age))


def _scan(value: float, head: float | None = 1.6e6) -> Measurement:
    covariates = () if head is None else (("etiv", head),)
    quantity = Quantity(value, "mm3", 116.0)
    return Measurement(
        HIPPOCAMPUS, quantity, "2026-01-12", 1.0, (), FREESURFER, covariates=covariates
    )


def test_the_formula_by_hand() -> None:
    # A man of 50 with 1.6 L: 4066 - 104 + 281 + 6.7 = 4249.7; (3890.7 - 4249.7) / 359 = -1.
    (found,) = place((_scan(3890.7),), _person(50, "male"))
    assert found.z == pytest.approx(-1)
    assert found.z_standard_error == pytest.approx(math.sqrt((116 / 359) ** 2 + 0.1**2 + 0.3**2))
    assert found.centile == pytest.approx(15.87, abs=0.01)
    assert found.extrapolated
    assert found.reason == "the norm was made on other scanners (its scanner is not recorded)"
    assert found.norm is not None
    assert (found.norm.id, found.norm.sd) == ("hippocampus_fit", 359)


def test_outside_its_people_the_formula_is_wider_or_silent() -> None:
    (inside,) = place((_scan(4000),), _person(73.5))
    (outside,) = place((_scan(4000),), _person(77))
    assert str(outside.reason).startswith("age 77 lies outside its people (18 to 73)")
    assert outside.z_standard_error is not None
    assert inside.z_standard_error is not None
    assert outside.z_standard_error > inside.z_standard_error
    (far,) = place((_scan(4000),), _person(85))
    assert (far.z, far.reason) == (None, "no norm for age 85: its people were 18 to 73")


@pytest.mark.parametrize(
    ("one", "people", "reason"),
    [
        (_scan(4000, None), _person(40), "no norm: it needs the intracranial volume"),
        (_scan(4000), _person(40, "intersex"), "no norm: it needs the sex (female or male)"),
        (_scan(4000), Demographics(given("male")), "no norm: it needs the age"),
    ],
)
def test_what_the_formula_needs(one: Measurement, people: Demographics, reason: str) -> None:
    (found,) = place((one,), people)
    assert (found.norm, found.reason) == (None, reason)


def test_a_region_without_a_norm_says_so() -> None:
    one = Measurement(
        "mri.structure_thickness_insula",
        Quantity(3.0, "mm", 0.07),
        "2026-01-12",
        1.0,
        (),
        FREESURFER,
    )
    (found,) = place((one,), _person(40))
    assert (found.z, found.reason) == (None, "no published norm fits this measure")
