"""Volumes and thickness from tables of FreeSurfer: by hand, flags, what is not measured."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.assays.mri import structures
from equipoise.assays.mri.options import Options
from equipoise.core.nouns import Measurement, NotMeasured, Recording, Result

SHIPPED = Path(__file__).parents[2] / "fixtures" / "freesurfer"
NAME = "derivatives/freesurfer/sub-01/stats"
HIPPOCAMPUS, AMYGDALA = "mri.structure_hippocampus", "mri.structure_amygdala"
THICKNESS = "mri.structure_thickness_"
ALL = (
    HIPPOCAMPUS,
    AMYGDALA,
    *(THICKNESS + p for p in ("mean", "orbitofrontal", "cingulate", "insula")),
)

Change = tuple[str, str, str]


@pytest.fixture
def measure(tmp_path: Path) -> Callable[..., dict[str, Result]]:
    """Return a function that measures the tables after changes of (file, old, new)."""

    def run(*changes: Change, session: str | None = None, name: str = NAME) -> dict[str, Result]:
        folder = tmp_path / "stats"
        shutil.copytree(SHIPPED, folder)
        for file, old, new in changes:
            path = folder / file
            text = path.read_text(encoding="utf-8")
            assert old in text
            path.write_text(text.replace(old, new), encoding="utf-8")
        recording = Recording(
            "freesurfer_stats",
            name,
            str(folder),
            session=session,
            date="2025-01-08",
            scanner="Siemens Prisma 3 T",
        )
        found = structures.measure((recording,), Options(), seed=1)
        assert tuple(result.id for result in found) == ALL
        return {result.id: result for result in found}

    return run


Measure = Callable[..., dict[str, Result]]


def _measured(result: Result) -> Measurement:
    assert isinstance(result, Measurement), result
    return result


def _missed(result: Result) -> str:
    assert isinstance(result, NotMeasured), result
    return result.reason


def test_the_hippocampus_by_hand(measure: Measure) -> None:
    found = _measured(measure()[HIPPOCAMPUS])
    assert found.quantity.value == pytest.approx((4000.5 + 4200.5) / 2)
    # 410 mm3 between people, retest reliability 0.92.
    assert found.quantity.standard_error == pytest.approx(410 * math.sqrt(0.08))
    assert (found.quantity.unit, found.date, found.session) == ("mm3", "2025-01-08", None)
    assert found.covariates == (("etiv", 1500000.0),)
    assert found.scanner == "Siemens Prisma 3 T"
    told = dict(found.provenance.parameters)
    assert told["freesurfer"] == "7"
    assert (told["left"], told["right"]) == ("4000.5 mm3", "4200.5 mm3")
    assert float(told["right_less_left_over_mean"]) == pytest.approx(200 / 4100.5, abs=1e-3)
    assert found.flags == ()


def test_thickness_by_hand(measure: Measure) -> None:
    found = measure()
    assert _measured(found[f"{THICKNESS}mean"]).quantity.value == pytest.approx(2.48)
    # Left: 2600 mm2 of 2.6 mm and 1900 mm2 of 2.4 mm; right: the same areas, 0.1 mm thicker.
    left = (2600 * 2.6 + 1900 * 2.4) / 4500
    orbital = _measured(found[f"{THICKNESS}orbitofrontal"]).quantity
    assert orbital.value == pytest.approx(left + 0.05)
    assert orbital.unit == "mm"
    assert _measured(found[f"{THICKNESS}insula"]).quantity.value == pytest.approx(3.05)


@pytest.mark.parametrize("atlas", ["aparc.DKTatlas", "aparc.DKTatlas40"])
def test_the_revised_atlas_serves_too(measure: Measure, tmp_path: Path, atlas: str) -> None:
    plain = _measured(measure()[f"{THICKNESS}insula"]).quantity
    for side in ("lh", "rh"):
        old = tmp_path / "stats" / f"{side}.aparc.stats"
        old.rename(old.with_name(f"{side}.{atlas}.stats"))
    recording = Recording("freesurfer_stats", NAME, str(tmp_path / "stats"))
    found = {r.id: r for r in structures.measure((recording,), Options(), seed=1)}
    assert _measured(found[f"{THICKNESS}insula"]).quantity == plain


@pytest.mark.parametrize(
    "line",
    [
        "IntraCranialVol, ICV, Intracranial Volume",
        "EstimatedTotalIntraCranialVol, ICV, Estimated Total Intracranial Volume",
    ],
)
def test_old_names_of_the_intracranial_volume(measure: Measure, line: str) -> None:
    new = "EstimatedTotalIntraCranialVol, eTIV, Estimated Total Intracranial Volume"
    found = measure(("aseg.stats", new, line))
    assert _measured(found[HIPPOCAMPUS]).covariates == (("etiv", 1500000.0),)


def test_an_impossible_head_is_left_out(measure: Measure) -> None:
    files = ("aseg.stats", "lh.aparc.stats", "rh.aparc.stats")
    found = _measured(measure(*((f, "1500000.000000", "150000.0") for f in files))[HIPPOCAMPUS])
    assert found.covariates == ()
    assert "not plausible (150000 mm3)" in found.flags[0]


def test_many_holes_and_asymmetry_are_flagged(measure: Measure) -> None:
    found = measure(
        ("aseg.stats", "surfaces prior to fixing, 21,", "surfaces prior to fixing, 140,"),
        ("aseg.stats", "4000.5", "3000.5"),
    )
    flags = " / ".join(_measured(found[HIPPOCAMPUS]).flags)
    assert "140 defects" in flags
    assert "right side is 33% larger" in flags
    assert "larger" not in " ".join(_measured(found[AMYGDALA]).flags)


@pytest.mark.parametrize(
    ("change", "measures", "reason"),
    [
        (("aseg.stats", "Left-Hippocampus", "Left-Other"), (HIPPOCAMPUS,), "no row Left-Hippo"),
        (("aseg.stats", "4000.5", "-4000.5"), (HIPPOCAMPUS,), "not segmented"),
        (("aseg.stats", "4000.5", "0"), (HIPPOCAMPUS,), "not segmented"),
        (("aseg.stats", "4000.5", "40000.5"), (HIPPOCAMPUS,), "not possible"),
        (("lh.aparc.stats", "insula ", "other "), (f"{THICKNESS}insula",), "no row insula"),
        (("rh.aparc.stats", "3.100 ", "0.000 "), (f"{THICKNESS}insula",), "without area"),
        (("lh.aparc.stats", "2.46, mm", "2.46, cm"), (f"{THICKNESS}mean",), "another unit"),
        (("lh.aparc.stats", "hemi lh", "hemi rh"), ALL[2:], "other hemisphere"),
    ],
)
def test_one_fault_loses_its_own_measures(
    measure: Measure, change: Change, measures: tuple[str, ...], reason: str
) -> None:
    found = measure(change)
    for name in ALL:
        if name in measures:
            assert reason in _missed(found[name])
        else:
            _measured(found[name])


@pytest.mark.parametrize(
    ("subject", "session"), [("sub-02", None), ("bert", None), ("sub-01_ses-2", "1")]
)
def test_tables_of_somebody_else_are_refused(
    measure: Measure, subject: str, session: str | None
) -> None:
    found = measure(
        ("rh.aparc.stats", "subjectname sub-01", f"subjectname {subject}"), session=session
    )
    for result in found.values():
        assert f"another person or session; got subjectname {subject}" in _missed(result)


@pytest.mark.parametrize("subject", ["01", "sub-01", "sub-01_ses-1", "sub-01_ses-1.long.sub-01"])
def test_ways_to_name_the_same_person(measure: Measure, subject: str) -> None:
    files = ("aseg.stats", "lh.aparc.stats", "rh.aparc.stats")
    changes = ((file, "subjectname sub-01", f"subjectname {subject}") for file in files)
    found = _measured(measure(*changes, session="1")[HIPPOCAMPUS])
    longitudinal = ".long." in subject
    assert dict(found.provenance.parameters)["freesurfer"].endswith("longitudinal") == longitudinal


def test_nothing_recorded() -> None:
    found = structures.measure((), Options(), seed=1)
    assert {_missed(result) for result in found} == {"no tables of FreeSurfer in the data"}


def test_one_session_of_two_may_fail(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "stats")
    good = Recording("freesurfer_stats", NAME, str(tmp_path / "stats"), session="1")
    gone = Recording("freesurfer_stats", NAME, str(tmp_path / "none" / "stats"), session="2")
    found = structures.measure((good, gone), Options(), seed=1)
    assert [type(result) for result in found] == [Measurement] * 6 + [NotMeasured] * 6
