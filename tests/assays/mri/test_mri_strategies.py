"""Cleaning strategies by name: the columns of XCP-D, components by tissue, tedana."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from equipoise.assays.mri.cleaning.columns import read_columns
from equipoise.assays.mri.cleaning.components import acompcor, denoised_notes, rejected
from equipoise.assays.mri.cleaning.confounds import Confounds, read_confounds, strategies
from equipoise.core.errors import RecordingError

MOTION = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
TISSUE = ("csf", "white_matter", "global_signal")
VOLUMES = 12
TERMS = ("", "_derivative1", "_power2", "_derivative1_power2")


def write(path: Path, columns: tuple[str, ...], spikes: dict[str, int] | None = None) -> str:
    """Write a table of noise; a column named in `spikes` is 1 in one volume and else 0."""
    values = np.random.default_rng(4).standard_normal((VOLUMES, len(columns)))
    for column, volume in (spikes or {}).items():
        values[:, columns.index(column)] = np.arange(VOLUMES) == volume
    if "framewise_displacement" in columns:
        moved = columns.index("framewise_displacement")
        values[:, moved] = np.abs(values[:, moved]) / 100
    rows = ["\t".join(columns), *("\t".join(f"{v:.6f}" for v in row) for row in values)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


def everything() -> tuple[str, ...]:
    """Return the columns of a recent fMRIPrep, with those of fMRIPost-AROMA."""
    parts = [f"{t}_comp_cor_{n:02d}" for t in ("a", "c", "w") for n in range(7)]
    return (
        *MOTION,
        *TISSUE,
        *parts,
        "cosine00",
        "cosine01",
        "aroma_orth_motion_03",
        "aroma_orth_motion_11",
        "edge_comp_00",
        "framewise_displacement",
    )


def expanded(columns: tuple[str, ...], terms: tuple[str, ...] = TERMS) -> set[str]:
    return {f"{column}{term}" for column in columns for term in terms}


COMPONENTS = {f"{t}_comp_cor_{n:02d}" for t in ("w", "c") for n in range(5)}
COSINES = {"cosine00", "cosine01"}
AROMA = {"aroma_orth_motion_03", "aroma_orth_motion_11"}
XCP_D = {
    "24P": expanded(MOTION),
    "27P": expanded(MOTION) | set(TISSUE),
    "36P": expanded(MOTION) | expanded(TISSUE),
    "acompcor": expanded(MOTION, TERMS[:2]) | COMPONENTS | COSINES,
    "acompcor_gsr": expanded(MOTION, TERMS[:2]) | COMPONENTS | COSINES | {"global_signal"},
    "aroma": {"csf", "white_matter"} | AROMA,
    "aroma_gsr": set(TISSUE) | AROMA,
    "gsr_only": {"global_signal"},
    "none": set(),
}
"""The regressors of each strategy in the configuration files of XCP-D (``data/nuisance``)."""


@pytest.mark.parametrize("name", XCP_D)
def test_the_columns_are_those_of_xcp_d(tmp_path: Path, name: str) -> None:
    found = read_confounds(write(tmp_path / "c.tsv", everything()), VOLUMES, "c", name)
    assert set(found.names) == XCP_D[name]
    assert len(found.names) == len(XCP_D[name])
    assert found.values.shape == (VOLUMES, len(found.names))
    assert found.strategy == name.lower()


def test_every_strategy_is_one_of_these() -> None:
    assert set(strategies()) == {name.lower() for name in XCP_D}


def test_36p_is_that_of_nilearn(tmp_path: Path) -> None:
    """The values of nilearn's 36 regressors, in any order, from one file with all terms."""
    nilearn = pytest.importorskip("nilearn.interfaces.fmriprep")
    columns = tuple(sorted(expanded(MOTION) | expanded(TISSUE)))
    stem = tmp_path / "sub-01_task-rest"
    path = write(Path(f"{stem}_desc-confounds_timeseries.tsv"), columns)
    Path(path).with_suffix(".json").write_text("{}")
    image = Path(f"{stem}_space-MNI152NLin6Asym_desc-preproc_bold.nii.gz")
    image.touch()
    theirs, _ = nilearn.load_confounds(
        str(image),
        strategy=("motion", "wm_csf", "global_signal"),
        motion="full",
        wm_csf="full",
        global_signal="full",
        demean=False,
    )
    found = read_confounds(path, VOLUMES, "c", "36P")
    mine = dict(zip(found.names, found.values.T, strict=True))
    assert set(mine) == set(theirs.columns)
    for column in theirs.columns:
        np.testing.assert_allclose(mine[column], theirs[column].to_numpy())


@pytest.mark.parametrize("name", ["36P", "36p", " 36P "])
def test_names_are_read_in_any_case(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "c.tsv", everything())
    assert read_confounds(path, VOLUMES, "c", name).strategy == "36p"


def test_an_unknown_name_is_refused_with_those_there_are(tmp_path: Path) -> None:
    path = write(tmp_path / "c.tsv", everything())
    with pytest.raises(RecordingError, match=r"got 48P; allowed: 36p, acompcor_gsr, 24p"):
        read_confounds(path, VOLUMES, "c", "48P")


def test_a_named_strategy_is_never_replaced_by_another(tmp_path: Path) -> None:
    path = write(tmp_path / "c.tsv", (*MOTION, *TISSUE))
    with pytest.raises(RecordingError, match=r"c: aroma lacks columns; got all but columns like"):
        read_confounds(path, VOLUMES, "c", "aroma")
    with pytest.raises(RecordingError, match="a_comp_cor_00 and the following"):
        read_confounds(path, VOLUMES, "c", "acompcor")


def test_components_of_older_aroma_are_taken_and_flagged(tmp_path: Path) -> None:
    path = write(tmp_path / "c.tsv", (*TISSUE, "aroma_motion_02", "aroma_motion_30"))
    found = read_confounds(path, VOLUMES, "c", "aroma")
    assert {"aroma_motion_02", "aroma_motion_30"} <= set(found.names)
    assert any("not made orthogonal" in note for note in found.notes)


def test_a_faulty_column_that_is_not_needed_stops_nothing(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "c.tsv", (*MOTION, "dvars")))
    lines = path.read_text().splitlines()
    lines[5] = lines[5].rpartition("\t")[0] + "\tn/a"
    path.write_text("\n".join(lines) + "\n")
    found = read_confounds(str(path), VOLUMES, "c", "24p")
    assert set(found.known) == set(MOTION)


def test_the_default_is_36p(tmp_path: Path) -> None:
    assert read_confounds(write(tmp_path / "c.tsv", everything()), VOLUMES, "c").strategy == "36p"


def test_components_are_told_by_the_json_file(tmp_path: Path) -> None:
    """As fMRIPrep before version 21: CSF first, then WM, then both together."""
    path = tmp_path / "c.tsv"
    names = tuple(f"a_comp_cor_{n:02d}" for n in range(18))
    masks = ["CSF"] * 6 + ["WM"] * 6 + ["combined"] * 6
    told = {n: {"Mask": m, "Method": "aCompCor"} for n, m in zip(names, masks, strict=True)}
    path.with_suffix(".json").write_text(json.dumps(told))
    chosen, note = acompcor(names, 5, str(path))
    assert chosen == [*names[6:11], *names[:5]]
    assert note is None


def test_without_the_json_file_the_first_combined_are_taken_and_flagged(tmp_path: Path) -> None:
    names = (*MOTION, "global_signal", *(f"a_comp_cor_{n:02d}" for n in range(14)))
    found = read_confounds(write(tmp_path / "c.tsv", names), VOLUMES, "c", "acompcor_gsr")
    assert {f"a_comp_cor_{n:02d}" for n in range(10)} <= set(found.names)
    assert "a_comp_cor_10" not in found.names
    assert any("could not be told apart: the first 10" in note for note in found.notes)


@pytest.mark.parametrize("text", ["", "[1, 2]", "[" * 100_000, '{"a_comp_cor_00": 3}', "\x00"])
def test_a_damaged_json_file_tells_no_tissue(tmp_path: Path, text: str) -> None:
    path = tmp_path / "c.tsv"
    path.with_suffix(".json").write_text(text)
    names = tuple(f"a_comp_cor_{n:02d}" for n in range(6))
    assert acompcor(names, 5, str(path))[0] == list(names)


def test_volumes_before_the_steady_state_are_left_out_and_said(tmp_path: Path) -> None:
    columns = (*everything(), "non_steady_state_outlier00")
    path = write(tmp_path / "c.tsv", columns, {"non_steady_state_outlier00": 0})
    found = read_confounds(path, VOLUMES, "c", "none", censor_above=np.inf)
    assert np.flatnonzero(found.censored).tolist() == [0]
    assert any("before the steady state" in note for note in found.notes)


def marked(folder: Path, columns: tuple[str, ...], above: float | None = None) -> Confounds:
    path = write(folder / "c.tsv", (*columns, "motion_outlier00"), {"motion_outlier00": 7})
    return read_confounds(path, VOLUMES, "c", "24p", above)


def test_marks_of_motion_count_only_where_the_file_does_not_tell_the_motion(
    tmp_path: Path,
) -> None:
    assert np.flatnonzero(marked(tmp_path, MOTION).censored).tolist() == [7]
    assert not marked(tmp_path, MOTION, np.inf).censored.any()
    assert not marked(tmp_path, (*MOTION, "framewise_displacement")).censored.any()


def test_the_limit_of_motion_can_be_chosen(tmp_path: Path) -> None:
    path = write(tmp_path / "c.tsv", everything())
    moved = read_confounds(path, VOLUMES, "c").displacement
    assert moved is not None
    limit = float(np.sort(moved)[-2])
    found = read_confounds(path, VOLUMES, "c", censor_above=limit)
    assert found.censored[moved.argmax()]
    assert any(f"moved by more than {limit:g} mm" in note for note in found.notes)


def tedana(folder: Path, *, table: bool = True, volumes: int = VOLUMES) -> str:
    """Write the mixing matrix and the table of components in the layout of tedana."""
    names = tuple(f"ICA_{n:02d}" for n in range(4))
    values = np.random.default_rng(9).standard_normal((volumes, 4))
    rows = ["\t".join(names), *("\t".join(f"{v:.6f}" for v in row) for row in values)]
    path = folder / "sub-01_task-rest_desc-ICA_mixing.tsv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    if table:
        verdicts = ("accepted", "rejected", "ignored", "rejected")
        lines = ["Component\tkappa\tclassification"]
        lines += [f"{n}\t20.1\t{v}" for n, v in zip(names, verdicts, strict=True)]
        beside = folder / "sub-01_task-rest_desc-tedana_metrics.tsv"
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def test_rejected_components_become_regressors_and_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "c.tsv", everything())
    mixing = tedana(tmp_path)
    plain = read_confounds(path, VOLUMES, "c", "24P")
    found = read_confounds(path, VOLUMES, "c", "24P", mixing=mixing)
    assert found.strategy == "24p+tedana"
    assert found.names == (*plain.names, "ICA_01", "ICA_03")
    matrix = read_columns(mixing, "m")
    np.testing.assert_array_equal(found.values[:, -2], matrix.numbers("ICA_01"))
    assert found.notes == plain.notes


def test_a_missing_table_of_components_is_flagged(tmp_path: Path) -> None:
    mixing = tedana(tmp_path, table=False)
    names, values, note = rejected(mixing, VOLUMES)
    assert (names, values) == ([], [])
    assert note is not None
    assert "the degrees of freedom are overstated" in note
    path = write(tmp_path / "c.tsv", everything())
    found = read_confounds(path, VOLUMES, "c", "24p", mixing=mixing)
    assert found.strategy == "24p"
    assert note in found.notes


def test_an_image_denoised_without_its_mixing_matrix_is_flagged() -> None:
    image = "func/sub-01_task-rest_space-T1w_desc-denoised_bold.nii.gz"
    assert "overstated" in denoised_notes(image, None)[0]
    assert denoised_notes(image, "mixing.tsv") == ()
    assert denoised_notes("sub-01_task-rest_desc-preproc_bold.nii.gz", None) == ()


def test_a_mixing_matrix_of_another_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=f"got 9 rows for {VOLUMES} volumes"):
        rejected(tedana(tmp_path, volumes=9), VOLUMES)


def test_a_table_of_components_without_verdicts_is_refused(tmp_path: Path) -> None:
    mixing = tedana(tmp_path)
    table = tmp_path / "sub-01_task-rest_desc-tedana_metrics.tsv"
    table.write_text("Component\tkappa\nICA_00\t3\n")
    with pytest.raises(RecordingError, match="allowed: Component and classification"):
        rejected(mixing, VOLUMES)
    table.write_text("Component\tclassification\nICA_09\trejected\n")
    with pytest.raises(RecordingError, match="lacks rejected components; got ICA_09"):
        rejected(mixing, VOLUMES)


def test_a_cleaning_with_tedana_needs_the_mixing_matrix(tmp_path: Path) -> None:
    path = write(tmp_path / "c.tsv", everything())
    with pytest.raises(RecordingError, match="mixing matrix of tedana that this cleaning needs"):
        read_confounds(path, VOLUMES, "c", "36P+tedana")
    found = read_confounds(path, VOLUMES, "c", "36P+tedana", mixing=tedana(tmp_path))
    assert found.strategy == "36p+tedana"
