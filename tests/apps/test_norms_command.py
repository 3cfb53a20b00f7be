"""`equipoise norms fit` and `--norms`: from a file of controls to a person placed on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.apps.documents import COVARIATES, MEASURE_COLUMNS
from equipoise.apps.norms import finished
from equipoise.apps.norms.fit import read_norms
from equipoise.apps.norms.wide import measure_named
from equipoise.core.documents import from_json
from equipoise.core.errors import InputError
from equipoise.core.nouns import SiteNorms
from equipoise.core.streams import stream
from equipoise.core.tables import load_table

REST, HIPPOCAMPUS = "mri.rest_default_mode", "mri.structure_hippocampus"
PREPARED = "cleaning 36P, space MNI152NLin6Asym"
Run = Callable[..., tuple[int, str, str]]


def _rows(count: int = 24) -> list[dict[str, str]]:
    generator = stream("test/controls", 5)
    return [
        {
            "participant_id": f"sub-{n:02d}",
            "age": f"{20 + 45 * generator.random():.1f}",
            "sex": "FM"[n % 2],
            "mean_fd": f"{0.05 + 0.2 * generator.random():.3f}",
            "etiv": f"{1.5e6 + 1e5 * generator.standard_normal():.0f}",
            REST: f"{0.5 + 0.2 * generator.standard_normal():.4f}",
            "structure_hippocampus": f"{4000 + 300 * generator.standard_normal():.1f}",
        }
        for n in range(count)
    ]


def _write(path: Path, rows: list[dict[str, str]], sign: str = "\t") -> Path:
    lines = [sign.join(rows[0]), *(sign.join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _set(column: str, value: str, row: int = 3) -> Callable[[list[dict[str, str]]], None]:
    def change(rows: list[dict[str, str]]) -> None:
        rows[row][column] = value

    return change


def _all(column: str, *values: str) -> Callable[[list[dict[str, str]]], None]:
    def change(rows: list[dict[str, str]]) -> None:
        for place, row in enumerate(rows):
            row[column] = values[place % len(values)]

    return change


def _fit(run: Run, controls: Path, *more: str) -> tuple[int, str, str]:
    out = controls.parent / "norm.json"
    return run("norms", "fit", controls, "--out", out, "--date", "2026-02-10", *more)


@pytest.mark.parametrize("sign", ["\t", ",", ";"])
def test_a_norm_is_learned_and_written(run: Run, tmp_path: Path, sign: str) -> None:
    controls = _write(tmp_path / "controls.tsv", _rows(), sign)
    code, out, err = _fit(
        run, controls, "--site", "clinic", "--scanner", "Siemens Prisma 3 T", "--cleaning", "36P"
    )
    assert (code, err) == (0, "")
    assert "Norm of clinic (Siemens Prisma 3 T), 2026-02-10" in out
    assert "24 controls; age, male, etiv; sd " in out
    norms = read_norms(tmp_path / "norm.json")
    assert [norm.measure for norm in norms.norms] == [REST, HIPPOCAMPUS]
    assert norms.norms[0].terms == ("intercept", "age", "male", "mean_fd")
    assert [norm.preparation for norm in norms.norms] == ["cleaning 36P", ""]
    assert norms.preparation == "cleaning 36P"


def test_measures_that_move_nothing_have_norms_of_a_site_too(run: Run, tmp_path: Path) -> None:
    """Every circuit, task and structure is placed on a site's norm; a target is not."""
    task, between = "mri.task_control.dacc", "mri.rest_default_control"
    generator = stream("test/controls", 6)
    rows = _rows()
    for row in rows:
        row[task] = f"{0.2 + 0.1 * generator.standard_normal():.4f}"
        row["rest_default_control"] = f"{-0.1 + 0.1 * generator.standard_normal():.4f}"
    code, _, err = _fit(run, _write(tmp_path / "controls.tsv", rows), "--site", "clinic")
    assert (code, err) == (0, "")
    learned = {norm.measure for norm in read_norms(tmp_path / "norm.json").norms}
    assert learned == {REST, HIPPOCAMPUS, task, between}
    named = {row.text("id"): row.text("kind") for row in load_table("measures/measures")}
    assert {id_ for id_ in named if measure_named(id_) != id_} == {
        id_ for id_, kind in named.items() if kind == "target"
    }


def _blood(**same: str) -> list[dict[str, str]]:
    generator = stream("test/controls", 7)
    rows = _rows()
    for row in rows:
        row["blood.vitamin_d"] = f"{24 + 6 * generator.standard_normal():.2f}"
        row["tsh"] = f"{1.5 + 0.3 * generator.random():.3f}"
        row["glucose"] = f"{5.2 + 0.3 * generator.standard_normal():.3f}"
        row.update(same)
    return rows


def test_blood_of_one_assay_is_a_norm_of_that_assay(run: Run, tmp_path: Path) -> None:
    controls = _write(tmp_path / "controls.tsv", _blood(fasting="yes"))
    code, _, err = _fit(run, controls, "--site", "clinic", "--assay", "lcms")
    assert (code, err) == (0, "")
    found = {norm.measure: norm.preparation for norm in read_norms(tmp_path / "norm.json").norms}
    # Mass spectrometry is none of the assays of TSH, and a meal hardly changes it.
    assert found["blood.vitamin_d"] == "assay lcms"
    assert (found["blood.tsh"], found["blood.glucose"]) == ("", "fasting yes")


@pytest.mark.parametrize(
    ("same", "options", "part"),
    [
        ({}, ("--assay", "kit_of_ours"), "there is no such assay; got kit_of_ours"),
        ({"fasting": "maybe"}, (), "got fasting maybe; allowed: yes, no"),
    ],
)
def test_what_nobody_can_read_of_a_sample_is_refused(
    run: Run, tmp_path: Path, same: dict[str, str], options: tuple[str, ...], part: str
) -> None:
    controls = _write(tmp_path / "controls.tsv", _blood(**same))
    code, out, err = _fit(run, controls, "--site", "clinic", *options)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert part in err
    assert not (tmp_path / "norm.json").exists()


def test_json_is_what_the_file_holds(run: Run, tmp_path: Path) -> None:
    controls = _write(tmp_path / "controls.tsv", _rows(13))
    code, out, _ = _fit(run, controls, "--site", "clinic", "--json")
    assert code == 0
    assert out == (tmp_path / "norm.json").read_text(encoding="utf-8")
    norms = from_json(SiteNorms, out)
    assert norms.scanner is None
    assert "only 13 controls (20 are wanted): z is known to +- 0." in str(norms.norms[0].warning)


def test_a_measure_with_too_few_people_is_told(run: Run, tmp_path: Path) -> None:
    rows = _rows()
    for row in rows[5:]:
        row[REST] = "n/a"
    code, out, _ = _fit(run, _write(tmp_path / "controls.tsv", rows), "--site", "clinic")
    assert code == 0
    assert f"{REST}: 5 people have the measure and every covariate; 12 are needed" in out
    (refused,) = read_norms(tmp_path / "norm.json").not_fitted
    assert refused[0] == REST


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set("age", "thirty"), "line 5 (row 4 of the data), column age: not a number; got thirty"),
        (_set("age", "3"), "not plausible in years"),
        (_set("sex", "1"), "not a sex; got 1; allowed: female, male, other, n/a"),
        (_set(REST, "high"), f"column {REST}: not a number"),
        (_set(REST, "0,5"), "a number with a decimal point"),
        (_set("structure_hippocampus", "4.1"), "not plausible in mm3; got 4.1; allowed: 500 to"),
        (_set("etiv", "1.5"), "not plausible in mm3"),
        (_set("participant_id", "sub-00"), "stands twice; got sub-00, first in"),
        (_set("participant_id", "n/a"), "the participant has no label"),
        (_all("sex", "F"), "all have one sex"),
        (_all("age", "40"), "all have one age"),
        (_all("sex", "n/a"), "nobody has a recorded sex"),
        (_all("scanner", "A", "B"), "not of one scanner; got A, B; choose one with --scanner"),
        (_all("scanner", "A", "n/a"), "12 people without one, others: A"),
        (_all("site", "x", "y"), "not of one site; got x, y"),
        (_all("rest_default_mood", "1"), "no such measure; got column rest_default_mood; did you"),
        (_all("rest_default_mode", "1"), "two columns are of one measure"),
        (_all("mri.tms_target", "1"), "there is no such measure"),
    ],
)
def test_bad_input_is_one_line(
    run: Run, tmp_path: Path, change: Callable[[list[dict[str, str]]], None], message: str
) -> None:
    rows = _rows()
    change(rows)
    more = () if "site" in rows[0] else ("--site", "clinic")
    code, out, err = _fit(run, _write(tmp_path / "controls.tsv", rows), *more)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "norm.json").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("participant_id\tsex\tx\n01\tF\t1\n", "there is no such column; got age"),
        ("participant_id\tage\tsex\n01\t30\tF\n", "there is no column of a measure"),
        ("", "the file is empty"),
    ],
)
def test_files_that_hold_no_controls(run: Run, tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "controls.tsv"
    path.write_text(text, encoding="utf-8")
    code, _, err = _fit(run, path, "--site", "clinic")
    assert (code, message in err) == (2, True), err


def test_a_site_needs_a_name_and_people(run: Run, tmp_path: Path) -> None:
    controls = _write(tmp_path / "controls.tsv", _rows())
    code, _, err = _fit(run, controls)
    assert (code, "name it with --site" in err) == (2, True)
    few = _write(tmp_path / "few.tsv", _rows(4))
    code, _, err = _fit(run, few, "--site", "clinic")
    assert code == 2
    assert f"no norm can be learned; got {REST}: 4 people have the measure" in err


def test_one_scanner_is_chosen_and_columns_are_passed_over(run: Run, tmp_path: Path) -> None:
    rows = _rows(60)
    _all("scanner", "Scanner A", "Scanner A", "Scanner B")(rows)
    _all("group", "HC")(rows)
    controls = _write(tmp_path / "controls.tsv", rows)
    more = ("--site", "clinic", "--ignore", "group", "--scanner")
    code, _, _ = _fit(run, controls, *more, "scanner a")
    assert code == 0
    assert read_norms(tmp_path / "norm.json").norms[0].people == 40
    code, _, err = _fit(run, controls, *more, "Scanner C")
    assert code == 2
    assert "no control of this scanner; got Scanner C; allowed: Scanner A, Scanner B" in err


def _group(folder: Path, count: int = 20, unit: str = "mm3", factor: float = 1.0) -> Path:
    """Write what the group level writes: two sessions of each person."""
    generator = stream("test/group", 1)
    lines = ["\t".join(("participant_id", *MEASURE_COLUMNS))]
    people = ["participant_id\tage\tsex"]
    empty = dict.fromkeys(MEASURE_COLUMNS, "n/a")
    for n in range(count):
        people.append(f"sub-{n:02d}\t{20 + 2 * n}\t{'FM'[n % 2]}")
        for session in ("1", "2"):
            volume = 4000 + 300 * generator.standard_normal() + 500 * (session == "2")
            told = {
                "measure": HIPPOCAMPUS,
                "status": "measured",
                "value": f"{volume * factor:.4f}",
                "unit": unit,
                "date": f"2025-0{session}-10",
                "session": session,
                "scanner": "Siemens Prisma 3 T",
                "preparation": "FreeSurfer 7",
                "etiv": f"{1.5e6 + 1e5 * generator.standard_normal():.0f}",
            }
            lines.append("\t".join((f"sub-{n:02d}", *{**empty, **told}.values())))
        lines.append("\t".join((f"sub-{n:02d}", *{**empty, "measure": REST}.values())))
    folder.mkdir(parents=True)
    (folder / "group_measures.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    participants = folder.parent.parent / "participants.tsv"
    participants.write_text("\n".join(people) + "\n", encoding="utf-8")
    return folder


def test_an_output_folder_serves_as_controls(run: Run, tmp_path: Path) -> None:
    folder = _group(tmp_path / "derivatives" / "equipoise")
    out = tmp_path / "norm.json"
    code, _, err = run("norms", "fit", folder, "--out", out, "--site", "clinic")
    assert code == 0
    assert err == "20 values of later sessions were passed over\n"
    norms = read_norms(out)
    assert (norms.scanner, norms.preparation) == ("Siemens Prisma 3 T", "FreeSurfer 7")
    (norm,) = norms.norms
    assert (norm.people, norm.terms[-1]) == (20, "etiv")
    # First sessions have a mean of 4000, second ones of 4500; four standard errors are 270.
    assert norm.coefficients[0] == pytest.approx(4000, abs=270)


def test_units_of_a_group_table_are_converted(run: Run, tmp_path: Path) -> None:
    folder = _group(tmp_path / "derivatives" / "equipoise", unit="cm3", factor=1e-3)
    out = tmp_path / "norm.json"
    code, _, err = run("norms", "fit", folder, "--out", out, "--site", "clinic")
    assert code == 0, err
    assert read_norms(out).norms[0].coefficients[0] == pytest.approx(4000, abs=270)


def test_the_group_table_has_what_a_norm_needs() -> None:
    assert set(finished.NEEDED) <= {"participant_id", *MEASURE_COLUMNS}
    assert tuple(row.text("id") for row in load_table("norms/covariates")) == COVARIATES


def test_age_and_sex_must_be_somewhere(run: Run, tmp_path: Path) -> None:
    folder = _group(tmp_path / "derivatives" / "equipoise")
    participants = (tmp_path / "participants.tsv").rename(tmp_path / "people.tsv")
    ask = ("norms", "fit", folder, "--out", tmp_path / "norm.json", "--site", "clinic")
    code, _, err = run(*ask)
    assert (code, "with --participants" in err) == (2, True)
    assert run(*ask, "--participants", participants)[0] == 0
    text = participants.read_text(encoding="utf-8").replace("sub-03", "sub-99")
    participants.write_text(text, encoding="utf-8")
    code, _, err = run(*ask, "--participants", participants)
    assert (code, "this participant has no age and sex; got sub-03" in err) == (2, True)


def test_a_folder_without_a_group_table(run: Run, tmp_path: Path) -> None:
    code, _, err = run("norms", "fit", tmp_path, "--out", tmp_path / "n.json", "--site", "x")
    assert (code, "there is no group_measures.tsv in this folder" in err) == (2, True)
    controls = _write(tmp_path / "controls.tsv", _rows())
    code, _, err = run("norms", "fit", controls, "--out", tmp_path, "--site", "x")
    assert (code, "this is a folder; name a file" in err) == (2, True)


# --- using it ----------------------------------------------------------------------------------


def test_a_damaged_norm_is_refused(run: Run, tmp_path: Path) -> None:
    _fit(run, _write(tmp_path / "controls.tsv", _rows()), "--site", "clinic")
    path = tmp_path / "norm.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["norms"][0]["centres"].pop()
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match="does not fit this version"):
        read_norms(path)
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="not an Equipoise document"):
        read_norms(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_norms(tmp_path / "none.json")


def test_a_plan_uses_the_norm_of_the_site(run: Run, tmp_path: Path) -> None:
    rows = _rows()
    for n, row in enumerate(rows):
        row["scales.phq9"] = str(n % 6)
    _fit(run, _write(tmp_path / "controls.tsv", rows), "--site", "clinic")
    person = tmp_path / "person.yaml"
    person.write_text(
        'schema_version: "1.0"\nlabel: "01"\n'
        "demographics: {sex: female, age_years: 43}\n"
        "scales: [{scale: phq9, date: 2026-01-10, items: [2, 2, 1, 2, 1, 2, 1, 0, 0]}]\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    ask = ("plan", person, "--out", out, "--date", "2026-02-10")
    assert run(*ask, "--norms", tmp_path / "norm.json")[0] == 0
    text = (out / "sub-01" / "sub-01_measures.tsv").read_text(encoding="utf-8")
    header, *lines = (line.split("\t") for line in text.splitlines())
    told = dict(zip(header, next(line for line in lines if line[0] == "scales.phq9"), strict=True))
    assert (told["norm"], told["norm_population"]) == ("clinic", "24 controls of clinic")
    assert "learned from its own controls" in (out / "CITATION.md").read_text(encoding="utf-8")
    code, _, err = run(*ask, "--norms", person)
    assert (code, "this is not an Equipoise document" in err) == (2, True)
