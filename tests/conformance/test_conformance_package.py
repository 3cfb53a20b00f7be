"""All assays together: a fault stays in its modality, outsiders may add, imports stay light."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from equipoise import assays
from equipoise.assays.mri import folder
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.errors import RecordError
from equipoise.core.nouns import Measurement, NotMeasured, Recording, Result, Timeline

OUTSIDE = AssaySpec(
    "blood.made_up", "Made up", ("lab:crp",), (Yield("blood.made_up", "1", 0, 1),), "", "", ()
)

OF_LABS = ("blood.", "stool.", "genes.")


def _raise(error: Exception) -> Any:
    def measure(*_: object, **__: object) -> tuple[Result, ...]:
        raise error

    return measure


def _register(monkeypatch: pytest.MonkeyPatch, measure: Any) -> None:
    """Register an assay of another package."""
    module = SimpleNamespace(SPEC=OUTSIDE, measure=measure)
    point = SimpleNamespace(name="made_up", load=lambda: module)
    monkeypatch.setattr(assays, "entry_points", lambda group: [point] if group else [])


def test_ids_stand_once() -> None:
    measures = [part.measure for spec in assays.specs() for part in spec.yields]
    assert len(measures) == len(set(measures))


def test_the_table_names_what_a_scan_yields() -> None:
    """Without a scan the measures are told from the table, and no imaging assay is imported."""
    yielded = {part.measure for spec in folder.SPECS for part in spec.yields}
    told = {r.id for r in assays.measure(Timeline("01"), seed=7) if r.id.startswith("mri.")}
    assert told == yielded


def test_a_bad_record_stays_in_its_modality(
    person: Timeline, damaged: Timeline, all_results: tuple[Result, ...]
) -> None:
    mixed = replace(person, labs=damaged.labs)
    results = assays.measure(mixed, seed=7)
    assert [r for r in results if not r.id.startswith(OF_LABS)] == [
        r for r in all_results if not r.id.startswith(OF_LABS)
    ]


def test_an_assay_of_another_package_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    _register(monkeypatch, lambda _: (NotMeasured("blood.made_up", "asked"),))
    assert NotMeasured("blood.made_up", "asked") in assays.measure(Timeline("01"), seed=1)


def test_bad_input_of_another_package_is_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    _register(monkeypatch, _raise(RecordError("no such value", where="line 3")))
    (found,) = (r for r in assays.measure(Timeline("01"), seed=1) if r.id == "blood.made_up")
    assert found == NotMeasured("blood.made_up", "line 3: no such value")


def test_a_fault_of_ours_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    _register(monkeypatch, _raise(ZeroDivisionError("ours")))
    with pytest.raises(ZeroDivisionError):
        assays.measure(Timeline("01"), seed=1)


def test_without_the_imaging_packages(monkeypatch: pytest.MonkeyPatch, person: Timeline) -> None:
    missing = ModuleNotFoundError("No module named 'nibabel'", name="nibabel")
    monkeypatch.setattr(folder, "measure", _raise(missing))
    results = assays.measure(person, seed=1)
    reasons = {r.reason for r in results if isinstance(r, NotMeasured)}
    assert reasons == {"the package nibabel is not installed: pip install 'equipoise[imaging]'"}
    assert any(isinstance(r, Measurement) for r in results)


def test_another_missing_module_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, person: Timeline
) -> None:
    monkeypatch.setattr(folder, "measure", _raise(ModuleNotFoundError("x", name="equipoise.gone")))
    with pytest.raises(ModuleNotFoundError):
        assays.measure(person, seed=1)


def test_a_scan_that_is_gone_loses_nothing_else(person: Timeline) -> None:
    gone = replace(
        person, recordings=(Recording("bold", "func/gone.nii.gz", "/nowhere/gone.nii.gz"),)
    )
    results = assays.measure(gone, seed=1)
    assert {type(r) for r in results if r.id.startswith("mri.")} == {NotMeasured}
    assert any(isinstance(r, Measurement) for r in results)


def test_without_a_scan_no_image_library_is_loaded() -> None:
    code = (
        "import sys; from equipoise import assays; from equipoise.core.nouns import Timeline\n"
        "assays.measure(Timeline('01'), seed=1)\n"
        "print(*sorted({'nibabel', 'scipy', 'isal', 'pint', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""
