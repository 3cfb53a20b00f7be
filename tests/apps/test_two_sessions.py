"""One person with two structural sessions: from the dataset to what is said about the change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from equipoise.apps.cli import main

SHIPPED = Path(__file__).parents[1] / "fixtures" / "freesurfer"
SCANNER = {
    "Manufacturer": "Siemens",
    "ManufacturersModelName": "Prisma",
    "MagneticFieldStrength": 3,
}
ANSWERS = {
    "2025-01-12": [2, 2, 2, 2, 2, 2, 2, 2, 0],
    "2025-03-05": [2, 2, 2, 2, 2, 2, 2, 1, 0],
    "2025-05-20": [1, 0, 1, 0, 1, 0, 1, 0, 0],
}
Run = Callable[..., dict[str, Any]]


def _dataset(folder: Path, scanners: tuple[str, str], volumes: tuple[float, float]) -> Path:
    root = folder / "dataset"
    days = ("2025-01-10", "2025-03-01")
    sessions = ["session_id\tacq_time"]
    for session, day, scanner, volume in zip("12", days, scanners, volumes, strict=True):
        anat = root / "sub-01" / f"ses-{session}" / "anat"
        anat.mkdir(parents=True)
        (anat / f"sub-01_ses-{session}_T1w.json").write_text(
            json.dumps({**SCANNER, "ManufacturersModelName": scanner})
        )
        (anat / f"sub-01_ses-{session}_T1w.nii.gz").touch()
        sessions.append(f"ses-{session}\t{day}T10:00:00")
        stats = root / "derivatives" / "freesurfer" / f"sub-01_ses-{session}" / "stats"
        stats.mkdir(parents=True)
        for path in SHIPPED.iterdir():
            text = path.read_text(encoding="utf-8").replace(
                "subjectname sub-01", f"subjectname sub-01_ses-{session}"
            )
            for old in ("4000.5", "4200.5"):
                text = text.replace(old, f"{volume}")
            (stats / path.name).write_text(text, encoding="utf-8")
    (root / "dataset_description.json").write_text(
        json.dumps({"Name": "test", "BIDSVersion": "1.10.0"})
    )
    (root / "sub-01" / "sub-01_sessions.tsv").write_text("\n".join(sessions) + "\n")
    clinical = root / "sub-01" / "clinical"
    clinical.mkdir()
    scales = "\n".join(
        f"  - {{scale: phq9, date: {day}, items: {items}}}" for day, items in ANSWERS.items()
    )
    (clinical / "sub-01_person.yaml").write_text(
        'schema_version: "1.0"\nlabel: "01"\n'
        f"demographics: {{sex: female, age_years: 43}}\nscales:\n{scales}\n"
    )
    return root


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a dataset of two sessions and returns what changed."""

    def go(scanners: tuple[str, str], volumes: tuple[float, float]) -> dict[str, Any]:
        root = _dataset(tmp_path, scanners, volumes)
        out = tmp_path / "out"
        with pytest.raises(SystemExit) as caught:
            main(["run", str(root), str(out), "--date", "2025-06-01"])
        assert caught.value.code == 0, capsys.readouterr().err
        page = (out / "sub-01.html").read_text(encoding="utf-8")
        assert "hippocampus" in page
        course = out / "sub-01" / "sub-01_trajectory.json"
        found: dict[str, Any] = json.loads(course.read_text(encoding="utf-8"))
        return found

    return go


def _hippocampus(course: dict[str, Any]) -> dict[str, Any]:
    (found,) = [c for c in course["changes"] if c["measure"] == "mri.structure_hippocampus"]
    return dict(found)


def test_the_brain_changed_before_the_symptoms(run: Run) -> None:
    course = run(("Prisma", "Prisma"), (4300, 3700))
    assert len(course["changes"]) == 6
    change = _hippocampus(course)
    # The formula's spread of 359 mm3 and a reliability of 0.92: 359 * sqrt(0.16) = 143.6.
    assert change["retest_error"] == pytest.approx(143.6)
    assert (change["verdict"], change["difference"]) == ("fall", -600)
    assert (change["first_date"], change["last_date"]) == ("2025-01-10", "2025-03-01")
    order = course["change_order"]
    # The score of 5 March still stood where it was in January; that of 20 May did not.
    assert order["verdict"] == "before"
    assert "1 of 6 measures compared" in order["words"]


def test_another_scanner_is_not_compared(run: Run) -> None:
    course = run(("Prisma", "Skyra"), (4300, 3700))
    change = _hippocampus(course)
    assert change["verdict"] == "cannot_tell"
    assert "the scanners differ (Siemens Prisma 3 T, then Siemens Skyra 3 T)" in change["words"]
    assert course["change_order"]["verdict"] == "cannot_tell"


def test_no_change_is_said(run: Run) -> None:
    course = run(("Prisma", "Prisma"), (4300, 4250))
    assert {change["verdict"] for change in course["changes"]} == {"no_reliable_change"}
    assert course["change_order"]["verdict"] == "no_reliable_change"


def test_age_and_sex_of_the_participants_table_give_a_person_without_them_a_place(
    tmp_path: Path,
) -> None:
    root = _dataset(tmp_path, ("Prisma", "Prisma"), (4000.5, 4000.5))
    record = root / "sub-01" / "clinical" / "sub-01_person.yaml"
    text = record.read_text(encoding="utf-8")
    record.write_text(text.replace("demographics: {sex: female, age_years: 43}\n", ""))
    assert _placed(root, tmp_path / "without") == ""
    (root / "participants.tsv").write_text("participant_id\tage\tsex\nsub-01\t43\tF\n")
    filled = _placed(root, tmp_path / "with")
    (root / "participants.tsv").unlink()
    record.write_text(text, encoding="utf-8")
    assert filled == _placed(root, tmp_path / "recorded") != ""


def _placed(root: Path, out: Path) -> str:
    """Return z of the hippocampus as the table of measures has it."""
    with pytest.raises(SystemExit) as caught:
        main(["run", str(root), str(out), "--date", "2025-06-01"])
    assert caught.value.code == 0
    header, *rows = (out / "sub-01" / "sub-01_measures.tsv").read_text().splitlines()
    place = header.split("\t").index("z")
    found = [row.split("\t") for row in rows if row.startswith("mri.structure_hippocampus\t")]
    return found[0][place].replace("n/a", "")
