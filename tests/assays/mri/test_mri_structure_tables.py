"""Tables of FreeSurfer as its versions write them, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from equipoise.assays.mri.structure.tables import StatsTable, read_table
from equipoise.core.errors import RecordingError

SHIPPED = Path(__file__).parents[2] / "fixtures" / "freesurfer"
ASEG = (SHIPPED / "aseg.stats").read_text(encoding="utf-8")

HEAD = "eTIV, Estimated Total Intracranial Volume, 1500000.000000, mm^3"

# How versions tell their own: FreeSurfer 5.3, 6.0, 7.1.1.
REVISION = "$Id: mri_segstats.c,v {} 17:27:11 greve Exp $"
VERSIONS = {
    REVISION.format("1.75.2.9 2013/02/16"): "mri_segstats 1.75.2.9",
    REVISION.format("1.121 2016/05/31"): "mri_segstats 1.121",
    "7.1.1": "7",
    "7.4.0": "7",
}


def _read(folder: Path, text: str) -> StatsTable:
    path = folder / "aseg.stats"
    path.write_text(text, encoding="utf-8")
    return read_table(path, "sub-01/aseg.stats")


def test_measures_have_both_names(tmp_path: Path) -> None:
    table = _read(tmp_path, ASEG)
    for name in ("EstimatedTotalIntraCranialVol", "eTIV"):
        assert table.measured((name,), "mm^3") == 1500000
    assert table.measured(("SurfaceHoles",), "unitless") == 21
    assert table.measured(("no such",), "mm^3") is None
    assert table.header["subjectname"] == "sub-01"


def test_cells(tmp_path: Path) -> None:
    table = _read(tmp_path, ASEG)
    assert table.cell("Left-Hippocampus", "Volume_mm3") == 4000.5
    assert table.cell("No-Structure", "Volume_mm3") is None
    with pytest.raises(RecordingError, match="no such column"):
        table.cell("Left-Hippocampus", "Volume")


@pytest.mark.parametrize(("told", "version"), VERSIONS.items())
def test_versions(tmp_path: Path, told: str, version: str) -> None:
    table = _read(tmp_path, ASEG.replace("cvs_version 7.1.1", f"cvs_version {told}"))
    assert table.version == version


def test_an_unknown_version_is_none(tmp_path: Path) -> None:
    assert _read(tmp_path, ASEG.replace("# cvs_version 7.1.1\n", "")).version is None


def test_a_comma_in_a_title(tmp_path: Path) -> None:
    text = ASEG.replace("Estimated Total Intracranial Volume", "Estimated, Total Volume")
    assert _read(tmp_path, text).measured(("eTIV",), "mm^3") == 1500000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ASEG[:-40], "another number of cells"),
        (ASEG.replace("# ColHeaders", "# Columns"), "no table of FreeSurfer"),
        (ASEG[: ASEG.index("\n  1 ")] + "\n", "no rows"),
        (ASEG.replace("1500000.000000, mm^3", "nan, mm^3"), "not a number"),
        (
            ASEG.replace("eTIV, Estimated Total Intracranial Volume, 1500000.000000, mm^3", "eTIV"),
            "cut",
        ),
        ("participant_id\tage\nsub-01\t30\n", "no table of FreeSurfer"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RecordingError, match=message) as caught:
        _read(tmp_path, text)
    assert "sub-01/aseg.stats" in str(caught.value)


def test_another_unit_is_refused(tmp_path: Path) -> None:
    table = _read(tmp_path, ASEG.replace("1500000.000000, mm^3", "1500.0, cm^3"))
    with pytest.raises(RecordingError, match="another unit; got cm\\^3; allowed: mm\\^3"):
        table.measured(("eTIV",), "mm^3")


def test_no_text_and_no_file(tmp_path: Path) -> None:
    binary = tmp_path / "x.stats"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecordingError, match="no text"):
        read_table(binary, "x")
    with pytest.raises(RecordingError, match="cannot be read"):
        read_table(tmp_path / "none", "x")
