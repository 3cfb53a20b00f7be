"""Arms, comparisons and estimates: what is taken, what is left out and told, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from equipoise.core.errors import InputError
from equipoise.evidence.readers import (
    ArmColumns,
    ContrastColumns,
    Contrasts,
    EstimateColumns,
    EventArms,
    Exclusion,
    MeanArms,
    Reading,
    metapsy_contrast_columns,
    metapsy_estimate_columns,
    read_contrasts,
    read_estimates,
    read_event_arms,
    read_mean_arms,
)


def _file(folder: Path, text: str) -> Path:
    path = folder / "data.csv"
    path.write_text(text, encoding="utf-8")
    return path


def _arms(folder: Path, rows: str) -> EventArms:
    columns = ArmColumns("study", "treatment", total="n", events="r")
    return read_event_arms(_file(folder, f"study,treatment,r,n\n{rows}"), columns, Reading())


def _means(folder: Path, rows: str) -> MeanArms:
    columns = ArmColumns("study", "treatment", total="n", mean="m", sd="sd")
    return read_mean_arms(_file(folder, f"study,treatment,m,sd,n\n{rows}"), columns, Reading())


def _pairs(folder: Path, rows: str) -> Contrasts:
    columns = ContrastColumns("study", "a", "b", "te", "se")
    return read_contrasts(_file(folder, f"study,a,b,te,se\n{rows}"), columns, Reading())


def test_arms_with_counts(tmp_path: Path) -> None:
    found = _arms(tmp_path, "A,drug,12,40\nA,pill,8,41\nB,drug,0,20\nB,pill,NA,22\n")
    assert found.studies == ("A", "A", "B")
    assert found.treatments == ("drug", "pill", "drug")
    assert (found.events, found.totals) == ((12.0, 8.0, 0.0), (40.0, 41.0, 20.0))
    assert found.lines == (2, 3, 4)
    assert found.excluded == (Exclusion((5,), "B", "no value in r"),)


def test_arms_with_means(tmp_path: Path) -> None:
    found = _means(tmp_path, "A,drug,-9.5,8,40\nA,pill,-7.25,7.5,41\nB,drug,,,20\n")
    assert found.means == (-9.5, -7.25)
    assert (found.sds, found.totals) == ((8.0, 7.5), (40.0, 41.0))
    assert found.excluded == (Exclusion((4,), "B", "no value in m and sd"),)


def test_comparisons(tmp_path: Path) -> None:
    found = _pairs(tmp_path, "A,drug,pill,0.5,0.2\nA,cbt,pill,0.3,0.25\nB,drug,cbt,NaN,0.1\n")
    assert found.treat1 == ("drug", "cbt")
    assert found.treat2 == ("pill", "pill")
    assert (found.estimates, found.standard_errors) == ((0.5, 0.3), (0.2, 0.25))
    assert found.excluded == (Exclusion((4,), "B", "no value in te"),)


def test_estimates_with_and_without_labels(tmp_path: Path) -> None:
    path = _file(tmp_path, "who,group,yi,sei\nA,x,0.5,0.2\nB,y,0.1,0.1\nC,,0.2,0.1\n")
    plain = read_estimates(path, EstimateColumns("yi", "sei"), Reading())
    assert (plain.studies, plain.groups) == (("row 1", "row 2", "row 3"), ())
    found = read_estimates(path, EstimateColumns("yi", "sei", "who", "group"), Reading())
    assert (found.studies, found.groups) == (("A", "B"), ("x", "y"))
    assert found.excluded == (Exclusion((4,), "C", "no value in group"),)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("A,drug,41,40\n", "line 2 (row 1 of the data), column r: more people with the outcome"),
        ("A,drug,41,40\n", "got 41; allowed: at most n, which is 40"),
        ("A,drug,-1,40\n", "column r: this number cannot be; got -1; allowed: a whole number, 0"),
        ("A,drug,12.5,40\n", "got 12.5; allowed: a whole number, 0 or more"),
        ("A,drug,0,0\n", "column n: this number cannot be; got 0; allowed: a whole number, 1"),
        ("A,drug,few,40\n", "column r: this is no number; got few"),
        ("A,drug,1,40\nA,pill,1,40\nA,drug,2,40\n", "line 4 (row 3 of the data), column treatment"),
        ("A,drug,1,40\nA,drug,2,40\n", "this treatment stands twice in this study"),
        ("A,drug,1,40\nA,drug,2,40\n", "first on line 2"),
        ("A,drug,1,40\nA,drug,NA,40\n", "give two trials of one name names of their own"),
        ("A,drug,1,40\nB,Drug,2,40\n", 'two treatments or one?; got "Drug" on line 3 beside'),
        ("A,drug,1,40\nB,drug ,2,40\n", 'got "drug " on line 3 beside "drug" on line 2'),
        ("A,drug,1.000,2500\n", "column r: this may be a count with a decimal mark or"),
        ("A,drug,1,2.000\n", "column n: this may be a count with a decimal mark or"),
        ('A,drug,1,"2,000"\n', "say --decimal point|comma"),
    ],
)
def test_arms_that_are_refused(tmp_path: Path, rows: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        _arms(tmp_path, rows)
    assert says in str(caught.value)
    assert str(tmp_path / "data.csv") in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("A,drug,1,0,40\n", "column sd: this number cannot be; got 0; allowed: a number above 0"),
        ("A,drug,1,-2,40\n", "column sd: this number cannot be; got -2"),
        ("A,drug,1,2,0.5\n", "column n: this number cannot be; got 0.5"),
        ("A,drug,1.5,2,1.000\n", "column n: this may be a count with a decimal mark or"),
    ],
)
def test_means_that_are_refused(tmp_path: Path, rows: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        _means(tmp_path, rows)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("A,drug,pill,1,-0.5\n", "line 2 (row 1 of the data), column se: this number cannot be"),
        ("A,drug,pill,1,0\n", "got 0; allowed: a number above 0"),
        ("A,drug,drug,1,0.5\n", "column b: a treatment cannot be compared with itself; got drug"),
        ("A,drug,pill,1,1\nA,pill,drug,1,1\n", "line 3 (row 2 of the data), column study"),
        ("A,drug,pill,1,1\nA,pill,drug,1,1\n", "pill and drug, first on line 2"),
        ("A,drug,Pill,1,1\nB,pill,drug,1,1\n", 'got "pill" on line 3 beside "Pill" on line 2'),
        (
            "A,drug,Drug,1,1\n",
            'column b: two treatments or one?; got "Drug" on line 2 beside "drug"',
        ),
    ],
)
def test_comparisons_that_are_refused(tmp_path: Path, rows: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        _pairs(tmp_path, rows)
    assert says in str(caught.value)


@pytest.mark.parametrize(("mark", "people"), [("point", 2.0), ("comma", 2000.0)])
def test_a_count_with_three_digits_after_the_mark_is_read_once_the_mark_is_said(
    tmp_path: Path, mark: str, people: float
) -> None:
    path = _file(tmp_path, "study,treatment,r,n\nA,drug,1,2.000\nA,pill,1,12\n")
    columns = ArmColumns("study", "treatment", total="n", events="r")
    assert read_event_arms(path, columns, Reading(decimal=mark)).totals == (people, 12.0)
    # With one digit after the mark there is one reading: 12 people.
    path.write_text("study,treatment,r,n\nA,drug,1.0,12.0\n", encoding="utf-8")
    assert read_event_arms(path, columns, Reading()).totals == (12.0,)


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ("A,x,1,9\nB,x,1,9\nA,y,1,9\n", [(2, 4)]),
        ("A,x,1,9\nA,y,1,9\nB,x,1,9\n", []),
        # Nothing is joined over a row that is itself left out.
        ("A,x,1,9\nB,x,1,9\nA,y,NA,9\n", []),
        ("A,x,1,9\nA,z,NA,9\nA,y,1,9\n", []),
        ("A,x,1,9\nB,x,NA,9\nA,y,1,9\n", [(2, 4)]),
        ("A,x,1,9\n,,,\nA,y,1,9\n", []),
    ],
)
def test_arms_of_one_study_that_stand_apart(
    tmp_path: Path, rows: str, lines: list[tuple[int, ...]]
) -> None:
    found = _arms(tmp_path, rows).apart
    assert [one.lines for one in found] == lines
    assert {one.study for one in found} <= {"A"}


def test_one_column_has_one_meaning(tmp_path: Path) -> None:
    path = _file(tmp_path, "study,yi\nA,1\n")
    with pytest.raises(InputError, match=r"two meanings; got yi as --yi and --sei"):
        read_estimates(path, EstimateColumns("yi", "yi"), Reading())


METAPSY = (
    '"";"study";"condition_arm1";"condition_arm2";".g";".g_se"\n'
    '"1";"Müller, 2019";"cbt";"wl";-0,22;0,325\n'
    '"2";"García, 2020";"cbt";"cau";0,27;0,313\n'
)


def test_the_metapsy_standard_is_known_by_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(METAPSY.encode("latin-1"))
    columns = metapsy_contrast_columns(path, Reading())
    assert columns == ContrastColumns("study", "condition_arm1", "condition_arm2", ".g", ".g_se")
    found = read_contrasts(path, columns, Reading())
    assert found.studies == ("Müller, 2019", "García, 2020")
    assert found.estimates == (-0.22, 0.27)
    assert found.origin.facts.encoding == "latin-1"
    assert metapsy_estimate_columns(path, Reading()) == EstimateColumns(".g", ".g_se", "study")
    other = _file(tmp_path, "study,yi,sei\nA,1,1\n")
    assert metapsy_contrast_columns(other, Reading()) is None
    assert metapsy_estimate_columns(other, Reading()) is None


@pytest.mark.shared
@pytest.mark.parametrize(
    ("folder", "rows", "complete"),
    [
        # Rows, and rows whose .g and .g_se are not NA, counted with csv.DictReader alone.
        ("depression-psiloctr", 220, 220),
        ("depression-selfguided-psyctr", 361, 353),
        ("suicide-psyctr", 190, 102),
    ],
)
def test_metapsy_databases(shared_data: Path, folder: str, rows: int, complete: int) -> None:
    path = shared_data / "clinical" / "meta" / f"metapsy_{folder}" / "data.csv"
    columns = metapsy_estimate_columns(path, Reading())
    assert columns is not None
    found = read_estimates(path, columns, Reading())
    assert found.origin.facts.rows == rows
    assert (found.origin.facts.delimiter, found.origin.decimal) == ("semicolon", "comma")
    assert len(found.studies) == complete
    assert len(found.excluded) == rows - complete


@pytest.mark.shared
def test_metapsy_response_rates(shared_data: Path) -> None:
    path = shared_data / "clinical" / "meta" / "metapsy_total-response" / "data.csv"
    columns = EstimateColumns("plogit.ig", "se.plogit.ig", "study.es", "disorder")
    found = read_estimates(path, columns, Reading(where=(("disorder", "Depression"),)))
    assert set(found.groups) == {"Depression"}
    assert found.origin.facts.rows == 569
    assert len(found.studies) + found.origin.facts.not_selected == 569
