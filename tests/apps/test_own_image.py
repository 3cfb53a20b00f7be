"""A run shows the target on the T1w image that its place in that image holds for."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from equipoise import pipeline
from equipoise.apps import session
from equipoise.core.nouns import Dossier, InputDigest, Provenance, Recording, Timeline
from tests.apps.report.sample_scans import build, target

FIRST, OTHER = (f"derivatives/fmriprep/sub-01/func/sub-01_ses-{s}_bold.nii.gz" for s in "12")


def _page(folder: Path, monkeypatch: pytest.MonkeyPatch, t1w: dict[str, Path]) -> str:
    made = Provenance((InputDigest(FIRST, "0" * 64), InputDigest(OTHER, "0" * 64)), "x")
    found = dataclasses.replace(target(), provenance=made)
    dossier = dataclasses.replace(build("scans"), targets=(found,), label="01")

    def known(*_: object, **__: object) -> Dossier:
        return dossier

    monkeypatch.setattr(pipeline, "run_person", known)
    scans = tuple(
        Recording("bold", name, str(folder / "no.nii.gz"), t1w=str(path))
        for name, path in t1w.items()
    )
    settings = pipeline.RunSettings("2026-03-02", 1)
    done = session.run_participant(Timeline("01", recordings=scans), folder / "out", settings)
    return done.report.read_text(encoding="utf-8")


def test_the_target_is_shown_on_the_image_of_its_first_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nib = pytest.importorskip("nibabel")
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = (-96, -110, -90)
    values = np.random.default_rng(1).integers(0, 255, (96, 110, 90)).astype(np.uint8)
    own, damaged = tmp_path / "own.nii.gz", tmp_path / "damaged.nii.gz"
    nib.save(nib.Nifti1Image(values, affine), own)
    damaged.write_bytes(own.read_bytes()[:5000])
    right = _page(tmp_path / "right", monkeypatch, {OTHER: damaged, FIRST: own})
    assert "This person&#39;s own T1w image" in right or "This person's own T1w image" in right
    wrong = _page(tmp_path / "wrong", monkeypatch, {OTHER: own, FIRST: damaged})
    assert "own T1w image." not in wrong  # damaged: the template, and no other session's head
    assert "Template brain, not this person" in wrong
