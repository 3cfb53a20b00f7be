"""The confounds file: strategies by name, missing values, lengths."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from equipoise.assays.mri.cleaning.confounds import read_confounds
from equipoise.core.errors import RecordingError

MOTION = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")
BASE = (*MOTION, "csf", "white_matter", "global_signal")
VOLUMES = 8


def table(columns: tuple[str, ...] = BASE, rows: int = VOLUMES) -> list[list[str]]:
    values = np.random.default_rng(3).standard_normal((rows, len(columns)))
    return [list(columns), *([f"{v:.6f}" for v in row] for row in values)]


def write(folder: Path, cells: list[list[str]]) -> str:
    path = folder / "confounds.tsv"
    path.write_text("\n".join("\t".join(row) for row in cells) + "\n", encoding="utf-8")
    return str(path)


def test_the_36_regressors_are_those_of_the_name(tmp_path: Path) -> None:
    """24 motion terms and 4 for each of three tissues; derivative and square by hand."""
    cells = table()
    found = read_confounds(write(tmp_path, cells), VOLUMES, "c")
    assert found.strategy == "36p"
    assert found.values.shape == (VOLUMES, 36)
    assert found.displacement is None
    x = np.array([float(row[0]) for row in cells[1:]])
    columns = dict(zip(found.names, found.values.T, strict=True))
    np.testing.assert_array_equal(columns["trans_x"], x)
    np.testing.assert_allclose(columns["trans_x_derivative1"][1:], x[1:] - x[:-1])
    assert columns["trans_x_derivative1"][0] == 0
    np.testing.assert_allclose(columns["trans_x_power2"], x * x)
    np.testing.assert_allclose(
        columns["trans_x_derivative1_power2"], columns["trans_x_derivative1"] ** 2
    )


def test_terms_of_the_file_go_before_computed_ones(tmp_path: Path) -> None:
    cells = table((*BASE, "csf_derivative1", "non_steady_state_outlier00", "edge_comp_00"))
    cells[1][9] = "n/a"
    found = read_confounds(write(tmp_path, cells), VOLUMES, "c")
    columns = dict(zip(found.names, found.values.T, strict=True))
    assert columns["csf_derivative1"][0] == 0
    assert columns["csf_derivative1"][1] == float(cells[2][9])
    assert "non_steady_state_outlier00" in columns
    assert "edge_comp_00" not in columns


def test_the_next_strategy_serves_where_the_first_lacks_columns(tmp_path: Path) -> None:
    components = tuple(f"a_comp_cor_{n:02d}" for n in range(6))
    columns = (*MOTION, *components, "global_signal")
    found = read_confounds(write(tmp_path, table(columns)), VOLUMES, "c")
    assert found.strategy == "acompcor_gsr"
    assert {"a_comp_cor_05", "rot_z_derivative1"} <= set(found.names)
    assert "global_signal_derivative1" not in found.names


def test_the_nearest_strategy_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    components = tuple(f"a_comp_cor_{n:02d}" for n in range(5))
    with pytest.raises(RecordingError, match=r"acompcor_gsr lacks columns; got all but global_"):
        read_confounds(write(tmp_path, table((*MOTION, *components))), VOLUMES, "c")


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    path = write(tmp_path, table())
    Path(path).write_bytes(b"\xef\xbb\xbf" + Path(path).read_bytes())
    assert read_confounds(path, VOLUMES, "c").strategy == "36p"


def test_missing_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"36p lacks columns; got all but csf, global_signal"):
        read_confounds(write(tmp_path, table((*MOTION, "white_matter"))), VOLUMES, "c")


@pytest.mark.parametrize("rows", [VOLUMES - 3, VOLUMES + 1])
def test_another_number_of_rows_is_refused_with_both_numbers(tmp_path: Path, rows: int) -> None:
    with pytest.raises(RecordingError, match=f"got {rows} rows for {VOLUMES} volumes"):
        read_confounds(write(tmp_path, table(rows=rows)), VOLUMES, "c")


def test_a_column_without_numbers_is_named(tmp_path: Path) -> None:
    cells = table()
    for row in cells[1:]:
        row[6] = "n/a"
    with pytest.raises(RecordingError, match="column csf: the confound holds no number at all"):
        read_confounds(write(tmp_path, cells), VOLUMES, "c")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("n/a", "column rot_x line 5: .*|missing value after the first volume"),
        ("much", "column rot_x line 5: this is not a number; got 'much'"),
        ("inf", "column rot_x line 5: this is not a finite number"),
        ("1e300", "column rot_x line 5: this is not a finite number, or it is too large"),
    ],
)
def test_a_faulty_cell_is_named_by_column_and_line(tmp_path: Path, text: str, message: str) -> None:
    cells = table()
    cells[4][3] = text
    with pytest.raises(RecordingError, match=message) as caught:
        read_confounds(write(tmp_path, cells), VOLUMES, "c")
    assert "line 5" in str(caught.value)


def test_displacement_is_read_and_its_first_value_is_zero(tmp_path: Path) -> None:
    cells = table((*BASE, "framewise_displacement"))
    cells[1][-1] = "n/a"
    found = read_confounds(write(tmp_path, cells), VOLUMES, "c")
    assert found.displacement is not None
    assert found.displacement[0] == 0
    assert "framewise_displacement" not in found.names


def test_files_that_are_no_table(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="missing"):
        read_confounds(str(tmp_path / "none.tsv"), VOLUMES, "c")
    with pytest.raises(RecordingError, match="empty"):
        read_confounds(write(tmp_path, [["trans_x"]]), VOLUMES, "c")
    cells = table()
    cells[2] = cells[2][:-1]
    with pytest.raises(RecordingError, match="line 3: the row has another number of cells"):
        read_confounds(write(tmp_path, cells), VOLUMES, "c")
    (tmp_path / "b.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecordingError, match="no table of text"):
        read_confounds(str(tmp_path / "b.tsv"), VOLUMES, "c")
