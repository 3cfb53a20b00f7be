"""`equipoise target` on files: the answer, bad files, exports and what is written."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from equipoise.apps.imaging.navigators import export as exporting
from equipoise.apps.imaging.navigators.marker import STAMP
from tests.apps.imaging.conftest import Run, load_script

SLOW = frozenset({"hole_in_search", "restless", "noise", "mirrored"})
CASES = [
    pytest.param(case, id=case.name, marks=pytest.mark.slow if case.name in SLOW else ())
    for case in load_script().CASES[1:]
]
VOXEL = 4.0
SHIFT = np.array([4.0, -6.0, 10.0])
"""From the T1w space to MNI, mm, RAS+."""


def _line(scans: ModuleType, files: Any, out: Path, *more: object) -> list[str]:
    line: list[str] = scans.arguments(files, [str(part) for part in more], out)
    return line


@pytest.mark.parametrize("case", CASES)
def test_bad_scans_are_refused_or_marked(
    case: Any, scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    line = _line(scans, files, tmp_path / "out", *case.change(files))
    code, out, err = run(*line)
    assert code == case.code
    told = out if code == 0 else err
    assert any(words in told for words in case.words.split("|"))
    assert "Traceback" not in err
    if code:
        assert out == ""
        assert len(err.splitlines()) == 1
        # Nothing but the log of a run that was refused.
        written = [p for p in (tmp_path / "out").rglob("*") if p.is_file()]
        assert all(p.parent.name == "logs" for p in written)
    else:
        document = json.loads(out)
        assert document["verdict"] in ("use", "use_with_caution", "fall_back")
        assert document["reason"]


def test_the_answer_of_a_sound_run(scans: ModuleType, files: Any, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, printed, _ = run(*_line(scans, files, out, "--label", "01"))
    document = json.loads(printed)
    assert code == 0
    assert document["verdict"] == "use"
    assert set(document["methods"]) == {"classic", "reference_map", "clustering"}
    for method in document["methods"].values():
        assert {"xyz_mm", "reason"} <= set(method)
    chosen = document["methods"][document["chosen"]]
    # The spot was planted here; the grid has voxels of 4 mm.
    assert np.linalg.norm(np.array(chosen["xyz_mm"]) - scans.SPOT) <= VOXEL
    assert chosen["r"] < 0
    assert sorted(chosen["region95_mm"], reverse=True) == chosen["region95_mm"]
    assert len(chosen["region95_mm"]) == 3
    assert all(round(n, 1) == n for n in (*chosen["xyz_mm"], *chosen["region95_mm"]))
    assert document["depth_reason"].startswith("no whole-head T1w image")
    written = out / "sub-01" / "sub-01_tmstarget.json"
    assert written.read_text(encoding="utf-8") == printed
    assert str(tmp_path) not in printed
    names = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert names == {
        "dataset_description.json",
        "CITATION.md",
        "sub-01_tmstarget.html",
        "logs/equipoise.log",
        "sub-01/sub-01_tmstarget.json",
        "sub-01/sub-01_space-MNI152NLin6Asym_desc-tmstarget_probseg.nii.gz",
    }
    _check_map(next(out.rglob("*probseg.nii.gz")), chosen["xyz_mm"])


def _check_map(path: Path, point: list[float]) -> None:
    image: Any = nib.load(path)
    chances = np.asarray(image.dataobj, dtype=np.float64)
    assert chances.sum() == pytest.approx(1, abs=1e-3)
    index = np.stack(np.meshgrid(*map(np.arange, chances.shape), indexing="ij"), axis=-1)
    places = nib.affines.apply_affine(image.affine, index.reshape(-1, 3))
    np.testing.assert_allclose(chances.ravel() @ places, point, atol=0.1)


def test_the_text_begins_with_the_verdict(
    scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    line = _line(scans, files, tmp_path / "out", "--method", "classic")[:-1]
    place = line.index("--out")
    del line[place : place + 2]
    code, out, _ = run(*line)
    assert code == 0
    blocks = [line.split("  ")[0] for line in out.splitlines() if re.match(r"[A-Z]{4,}( |$)", line)]
    assert blocks == ["VERDICT", "INSTEAD", "BENEFIT", "METHODS", "PLACES", "REMARKS"]
    assert "about 3 % of the differences in outcome" in out
    assert "reference map" not in out  # only the method that was asked for
    assert not (tmp_path / "out").exists()


def _transform(folder: Path, source: str, target: str, shift: Any) -> Path:
    """Write an ITK translation: points of `target` to `source`, in its LPS coordinates."""
    path = folder / f"sub-01_from-{source}_to-{target}_mode-image_xfm.txt"
    x, y, z = shift
    path.write_text(
        "#Insight Transform File V1.0\n#Transform 0\nTransform: AffineTransform_double_3_3\n"
        f"Parameters: 1 0 0 0 1 0 0 0 1 {-x} {-y} {z}\nFixedParameters: 0 0 0\n"
    )
    return path


def _head(folder: Path, aside: float = 0.0) -> Path:
    """Write a whole head in the T1w space: three balls about MNI (0, -18, 12), or aside of it."""
    size, edge = 64, 4.0
    affine = np.diag([edge, edge, edge, 1.0])
    affine[:3, 3] = -edge * (size - 1) / 2 + np.array([aside, -18, 12]) - SHIFT
    index = np.stack(np.meshgrid(*(np.arange(size),) * 3, indexing="ij"), axis=-1)
    radius = np.linalg.norm((index - (size - 1) / 2) * edge, axis=-1)
    data = np.select([radius <= 80, radius <= 88, radius <= 96], [700, 40, 500], 5)
    image = nib.Nifti1Image(data.astype(np.int16), affine)
    image.set_sform(affine, 1)
    image.set_qform(affine, 1)
    path = folder / "sub-01_T1w.nii.gz"
    image.to_filename(path)
    return path


@pytest.mark.parametrize("forward", [True, False])
def test_approved_exports_hold_the_native_point(
    scans: ModuleType, files: Any, run: Run, tmp_path: Path, forward: bool
) -> None:
    spaces = ("MNI152NLin6Asym", "T1w") if forward else ("T1w", "MNI152NLin6Asym")
    xfm = _transform(tmp_path, *spaces, SHIFT if forward else -SHIFT)
    out = tmp_path / "out"
    more = ("--t1w-xfm", xfm, "--t1w", _head(tmp_path), "--approved-by", "Dr  Ann Example")
    code, printed, err = run(*_line(scans, files, out, *more, "--method", "classic"))
    assert code == 0, err
    document = json.loads(printed)
    point = np.array(document["methods"]["classic"]["xyz_mm"])
    native = point - SHIFT
    brainsight = next(out.rglob("*_brainsight.txt")).read_text(encoding="utf-8")
    cells = brainsight.splitlines()[-1].split("\t")
    np.testing.assert_allclose([float(n) for n in cells[1:4]], native, atol=0.06)
    localite = next(out.rglob("*.xml")).read_text(encoding="utf-8")
    place = [float(re.search(rf'data{n}3="([^"]+)"', localite)[1]) for n in range(3)]  # type: ignore[index]
    np.testing.assert_allclose(place, native, atol=0.06)
    assert all(STAMP in text for text in (brainsight, localite))
    depth = 96 - np.linalg.norm(point - (0, -18, 12))
    assert document["methods"]["classic"]["depth_mm"] == pytest.approx(depth, abs=4)
    log = (out / "logs" / "equipoise.log").read_text(encoding="utf-8")
    assert len(re.findall(r"navigator file \S+ approved by Dr Ann Example", log)) == 9
    assert f"{point[0]:.1f}" not in log
    assert "a clinician has to read the scan before stimulation" in err


def test_a_target_outside_the_head_is_not_exported(
    scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    xfm = _transform(tmp_path, "MNI152NLin6Asym", "T1w", SHIFT)
    more = ("--t1w-xfm", xfm, "--t1w", _head(tmp_path, aside=70.0), "--method", "classic")
    out = tmp_path / "out"
    code, printed, _ = run(*_line(scans, files, out, *more))
    assert code == 0
    assert "does not lie in the head" in json.loads(printed)["depth_reason"]
    code, _, err = run(*_line(scans, files, out, *more, "--approved-by", "Dr Example"))
    assert code == 2
    assert "does not lie in the head" in err
    assert not (out / "navigators").exists()


def test_without_approval_no_navigator_file_is_written(
    scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    xfm = _transform(tmp_path, "T1w", "MNI152NLin6Asym", SHIFT)
    out = tmp_path / "out"
    code, _, _ = run(*_line(scans, files, out, "--t1w-xfm", xfm, "--method", "classic"))
    assert code == 0
    assert not (out / "navigators").exists()
    assert not list(out.rglob("*.xml"))


def test_a_file_that_does_not_hold_the_target_leaves_nothing(
    scans: ModuleType,
    files: Any,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import importlib
    from dataclasses import replace

    module = importlib.import_module(exporting.__module__)
    right = module.label_map

    def mirrored(marker: Any, estimate: Any) -> Any:
        return right(replace(marker, point=(-marker.point[0], *marker.point[1:])), estimate)

    monkeypatch.setattr(module, "label_map", mirrored)
    out = tmp_path / "out"
    line = _line(scans, files, out, "--approved-by", "Dr Example", "--method", "classic")
    code, _, err = run(*line)
    assert code == 1
    assert "nothing was kept" in err
    assert {p.name for p in out.rglob("*") if p.is_file()} == {"equipoise.log"}


def test_several_runs_are_joined_and_the_same_bytes_come_again(
    scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    other = scans.copied(files, tmp_path / "second")
    image: Any = nib.load(other.bold)
    data = np.asarray(image.dataobj)[..., ::-1]  # another run, of the same quality
    image.__class__(data, image.affine, image.header).to_filename(other.bold)
    printed = []
    for name in ("a", "b"):
        line = _line(scans, files, tmp_path / name, "--method", "classic")
        line += ["--bold", str(other.bold), "--confounds", str(other.confounds)]
        code, out, err = run(*line)
        assert code == 0, err
        printed.append(out)
    assert printed[0] == printed[1]
    assert dict(json.loads(printed[0])["provenance"]["parameters"])["runs"] == "2"
    first, second = ({p.name: p.read_bytes() for p in (tmp_path / n).rglob("*.*z")} for n in "ab")
    assert first
    assert first == second


def test_one_run_given_twice_is_no_second_run(
    scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    other = scans.copied(files, tmp_path / "second")
    line = _line(scans, files, tmp_path / "out")
    line += ["--bold", str(other.bold), "--confounds", str(other.confounds)]
    code, out, err = run(*line)
    assert (code, out) == (2, "")
    assert "two runs hold the same data" in err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--method", "best"), "classic, reference_map, clustering"),
        (("--sign", "both"), "negative, positive"),
        (("--cleaning", "99P"), "36p"),
        (("--censor-above", "-1"), "mm above 0, or none"),
        (("--region", "sgacc_r"), "ID=FILE"),
        (("--region", "nowhere=x.nii"), "no such region"),
        (("--reference-map", "missing.nii"), "the file is missing"),
        (("--tr", "0"), "no repetition time"),
        (("--date", "2026"), "whole date"),
        (("--bold", "missing.nii.gz"), "the file is missing"),
    ],
)
def test_what_cannot_be_chosen_is_refused_in_one_line(
    more: tuple[str, str], words: str, scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    code, out, err = run(*_line(scans, files, tmp_path / "out", *more))
    assert (code, out) == (2, "")
    assert words in err
    assert len(err.splitlines()) == 1


def test_a_folder_of_another_dataset_is_left_alone(
    scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "dataset_description.json").write_text('{"Name": "another"}')
    code, _, err = run(*_line(scans, files, out))
    assert code == 2
    assert "another dataset" in err
    assert [p.name for p in out.iterdir()] == ["dataset_description.json"]


def test_the_circuits_of_a_sound_run(
    scans: ModuleType, files: Any, run: Run, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    line = ["circuits", *_line(scans, files, out, "--label", "01")[1:]]
    code, printed, err = run(*line)
    assert code == 0, err
    document = json.loads(printed)
    found = {one["measure"]: one for one in document["circuits"]}
    assert found["mri.rest_default_mode"]["standard_error"] > 0
    assert all(one["norm_reason"] for one in found.values() if one["z"] is None)
    assert all(one["reason"] for one in document["not_measured"])
    assert (out / "sub-01" / "sub-01_circuits.json").read_text(encoding="utf-8") == printed
    assert (out / "sub-01_circuits.html").is_file()
    assert str(tmp_path) not in printed
