"""The evidence commands: exact calls, files against metafor, and every bad input in one line."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from equipoise import evidence
from equipoise.apps.report.numbers import around, range_ratio, ratio

EVIDENCE = Path(__file__).resolve().parents[1] / "evidence"
PAIRWISE = EVIDENCE / "reference" / "metafor_pairwise_data.csv"
NETWORK = EVIDENCE / "reference_network"

# What R metafor found, to the sixth decimal: both programs iterate to double precision.
MILLIONTH = 1e-6

ARMS = ("--study", "study", "--treatment", "treatment", "--events", "r", "--n", "n")
PAIRS = ("--study", "study", "--treat1", "a", "--treat2", "b", "--te", "te", "--se", "se")
NETWORK_FILES = {
    *("estimates.csv", "league.csv", "splits.csv", "summary.json"),
    *("network.svg", "forest.svg", "report.html"),
}
PAIRWISE_FILES = {
    *("estimates.csv", "studies.csv", "summary.json", "forest.svg", "funnel.svg", "report.html"),
}
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(run: Run) -> Run:
    """Return a function that runs an evidence command and returns exit code, stdout, stderr."""
    return lambda *arguments: run("evidence", *arguments)


def _file(folder: Path, text: str, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        lines = (line for line in stream if not line.startswith("#"))
        return list(csv.DictReader(lines, delimiter=delimiter))


def _summary(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return found


def _metafor(method: str, test: str) -> dict[str, float]:
    rows = _rows(EVIDENCE / "reference" / "metafor_pairwise.csv")
    wanted = ("waves", "pool", method, test)
    keys = ("set", "analysis", "method", "test")
    return {
        row["quantity"]: float(row["value"])
        for row in rows
        if tuple(row[key] for key in keys) == wanted
    }


@pytest.mark.parametrize(
    ("method", "extra", "test"),
    [("REML", (), "z"), ("PM", (), "z"), ("DL", ("--hk",), "hk"), ("common", (), "z")],
)
def test_pairwise_files_hold_what_metafor_found(
    run: Run, tmp_path: Path, method: str, extra: tuple[str, ...], test: str
) -> None:
    columns = ("--yi", "estimate", "--sei", "standard_error", "--where", "set=waves")
    out = tmp_path / "out"
    code, text, err = run("pairwise", PAIRWISE, *columns, "--method", method, *extra, "--out", out)
    assert code == 0
    assert {p.name for p in out.iterdir()} == PAIRWISE_FILES
    wanted, found = _metafor(method, test), _summary(out)
    (row,) = _rows(out / "estimates.csv")
    for name, ours in (("estimate", "estimate"), ("standard_error", "se"), ("q", "q")):
        assert found[ours] == pytest.approx(wanted[name], abs=MILLIONTH)
        assert float(row[ours]) == pytest.approx(wanted[name], abs=MILLIONTH)
    for name in ("ci_low", "ci_high", "tau2", "i2"):
        assert found[name] == pytest.approx(wanted[name], abs=10 * MILLIONTH)
    weights = [float(row["weight"]) for row in _rows(out / "studies.csv")]
    assert weights[0] == pytest.approx(wanted["first_weight"], abs=10 * MILLIONTH)
    assert sum(weights) == pytest.approx(100)
    assert found["k_studies"] == 14
    assert found["data"]["rows_not_selected"] == 92
    assert "92 of 106 rows were not selected" in err
    assert text.startswith("14 studies pooled")


def test_pairwise_by_hand(run: Run, tmp_path: Path) -> None:
    """Two equally exact studies: the mean, and an error smaller by the root of two."""
    data = _file(tmp_path, "study,yi,sei\nA,0.2,0.1\nB,0.6,0.1\n")
    out = tmp_path / "out"
    code, text, _ = run(*(
        "pairwise",
        data,
        "--yi",
        "yi",
        "--sei",
        "sei",
        "--method",
        "common",
        "--out",
        out,
    ))
    assert code == 0
    found = _summary(out)
    assert found["estimate"] == pytest.approx(0.4)
    assert found["se"] == pytest.approx(0.1 / 2**0.5)
    assert found["q"] == pytest.approx(8)
    assert found["prediction_low"] is None
    assert "random effects" in found["prediction_low_reason"]
    assert found["small_studies"]["egger"]["computed"] is False
    assert "too few studies" in found["small_studies"]["selection_model"]["reason"]
    assert "no prediction interval" in text


def test_groups_and_shown_ratios(run: Run, tmp_path: Path) -> None:
    rows = "A,0.2,0.1,x\nB,0.6,0.1,x\nC,0,0.1,y\nD,0.1,0.1,y\n"
    data = _file(tmp_path, f"study,yi,sei,kind\n{rows}")
    out = tmp_path / "out"
    code, text, _ = run(
        *("pairwise", data, "--yi", "yi", "--sei", "sei", "--group", "kind"),
        *("--scale", "log", "--method", "common", "--out", out),
    )
    assert code == 0
    by_group = {row["group"]: float(row["estimate"]) for row in _rows(out / "estimates.csv")}
    assert by_group == {"overall": pytest.approx(0.225), "x": 0.4, "y": 0.05}
    found = _summary(out)
    assert [group["group"] for group in found["groups"]["by_group"]] == ["x", "y"]
    assert found["shown"]["as"] == "ratio"
    assert found["shown"]["estimate"] == pytest.approx(1.2523227)  # e to the 0.225
    assert "1.49 (1.30 to 1.71)" in text


def _network_of(folder: Path, name: str) -> dict[tuple[str, str], tuple[float, float]]:
    rows = _rows(folder / "contrasts.tsv", "\t")
    mine = [row for row in rows if (row["network"], row["method"]) == (name, "REML")]
    found = {
        (row["treat1"], row["treat2"]): (float(row["estimate"]), float(row["se"])) for row in mine
    }
    return found | {(two, one): (-estimate, se) for (one, two), (estimate, se) in found.items()}


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("simulated_events", ("--events", "events", "--n", "total")),
        ("simulated_means", ("--mean", "mean", "--sd", "sd", "--n", "total")),
        ("simulated_means_standardised", ("--mean", "mean", "--sd", "sd", "--n", "total", "--smd")),
    ],
)
def test_network_files_hold_what_metafor_found(
    run: Run, tmp_path: Path, name: str, columns: tuple[str, ...]
) -> None:
    data = NETWORK / f"{name.removesuffix('_standardised')}.tsv"
    out = tmp_path / "out"
    code, _, err = run(
        *("network", data, "--study", "study", "--treatment", "treatment", *columns),
        *("--reference", "A", "--out", out),
    )
    assert code == 0
    assert {p.name for p in out.iterdir()} == NETWORK_FILES
    wanted = _network_of(NETWORK, name)
    rows = _rows(out / "estimates.csv")
    assert list(rows[0]) == ["treatment", "estimate", "se", "ci_low", "ci_high", "p_score"]
    assert [float(rows[0][key]) for key in ("estimate", "se", "ci_low", "ci_high")] == [0, 0, 0, 0]
    for row in rows[1:]:
        estimate, se = wanted[row["treatment"], "A"]
        assert float(row["estimate"]) == pytest.approx(estimate, abs=MILLIONTH)
        assert float(row["se"]) == pytest.approx(se, abs=MILLIONTH)
    league = {(row["treatment"], row["comparator"]): row for row in _rows(out / "league.csv")}
    for pair, (estimate, se) in wanted.items():
        assert float(league[pair]["estimate"]) == pytest.approx(estimate, abs=MILLIONTH)
        assert float(league[pair[1], pair[0]]["estimate"]) == pytest.approx(-estimate, abs=1e-6)
        assert float(league[pair]["se"]) == pytest.approx(se, abs=MILLIONTH)
    (fit,) = (
        row
        for row in _rows(NETWORK / "fits.tsv", "\t")
        if (row["network"], row["method"]) == (name, "REML")
    )
    found = _summary(out)
    for key in ("tau2", "q"):
        assert found[key] == pytest.approx(float(fit[key]), abs=MILLIONTH)
    assert (found["k_studies"], found["n_nodes"]) == (int(fit["k_studies"]), int(fit["n_nodes"]))
    splits = [row for row in _rows(NETWORK / "splits.tsv", "\t") if row["network"] == name]
    assert len(_rows(out / "splits.csv")) == len(splits) or not splits
    assert ("left out: 3" in err) == (name == "simulated_events")


def test_one_trial_by_hand(run: Run, tmp_path: Path) -> None:
    """12 of 40 against 8 of 41: the odds ratio and Woolf's error."""
    data = _file(tmp_path, "study,treatment,r,n\nA,drug,12,40\nA,pill,8,41\n")
    code, text, err = run("network", data, *ARMS, "--reference", "pill", "--json")
    assert code == 0
    found = json.loads(text)
    (drug,) = (row for row in found["estimates"] if row["treatment"] == "drug")
    assert drug["estimate"] == pytest.approx(0.5697682, abs=MILLIONTH)  # ln(12 * 33 / (28 * 8))
    assert drug["se"] == pytest.approx(0.5237849, abs=MILLIONTH)  # root of 1/12 + 1/28 + 1/8 + 1/33
    assert "nothing tells whether studies disagree" in err
    assert (found["tau2"], found["q_df"]) == (0, 0)


def test_without_a_reference_the_most_studied_is_taken_and_told(run: Run, tmp_path: Path) -> None:
    rows = "A,x,y,0.1,0.1\nB,z,y,0.2,0.1\nC,x,z,0.3,0.2\nD,y,z,0,0.2\n"
    data = _file(tmp_path, f"study,a,b,te,se\n{rows}")
    code, text, err = run("network", data, *PAIRS, "--json")
    assert code == 0
    found = json.loads(text)
    assert found["reference"] == "y"
    assert found["reference_given"] is False
    assert "reference: y, which most studies hold (3 of 4)" in err
    assert found["notes"][0] == "reference: y, which most studies hold (3 of 4)"


def test_the_direction_of_better_can_be_turned(run: Run) -> None:
    columns = ("--study", "study", "--treatment", "treatment", "--events", "events", "--n", "total")
    scores = []
    for extra in ((), ("--smaller-is-better",)):
        _, text, _ = run("network", NETWORK / "simulated_events.tsv", *columns, "--json", *extra)
        rows = json.loads(text)["estimates"]
        scores.append({row["treatment"]: row["p_score"] for row in rows})
    for treatment, score in scores[0].items():
        assert score + scores[1][treatment] == pytest.approx(1)


def test_json_is_the_summary_and_runs_are_the_same(run: Run, tmp_path: Path) -> None:
    data = _file(tmp_path, "study,yi,sei\nA,0.2,0.1\nB,0.6,0.1\nC,0.3,0.2\nD,0.4,0.3\n")
    outs = [tmp_path / "one", tmp_path / "two"]
    for out in outs:
        _, text, _ = run("pairwise", data, "--yi", "yi", "--sei", "sei", "--json", "--out", out)
        assert json.loads(text) == _summary(out)
    files = [{p.name: p.read_bytes() for p in out.iterdir()} for out in outs]
    assert files[0] == files[1]
    assert str(tmp_path).encode() not in b"".join(files[0].values())


def test_what_is_left_out_is_counted_and_told(run: Run, tmp_path: Path) -> None:
    rows = (
        "A,drug,12,40\nA,pill,8,41\nB,drug,NA,30\nB,pill,5,30\nC,drug,7,20\n"
        "D,drug,0,15\nD,pill,0,15\nE,drug,0,20\nE,pill,4,20\nF,drug,20,20\nF,pill,20,20\n"
    )
    data = _file(tmp_path, f"study,treatment,r,n\n{rows}")
    out = tmp_path / "out"
    code, _, err = run("network", data, *ARMS, "--reference", "pill", "--out", out)
    assert code == 0
    found = _summary(out)
    assert found["k_studies"] == 2
    assert found["excluded_count"] == 5
    assert found["excluded"] == [
        {"lines": [4], "study": "B", "reason": "no value in r"},
        {"lines": [5], "study": "B", "reason": "one arm only"},
        {"lines": [6], "study": "C", "reason": "one arm only"},
        {"lines": [7, 8], "study": "D", "reason": "no event in any arm"},
        {"lines": [11, 12], "study": "F", "reason": "an event in everyone of every arm"},
    ]
    assert found["corrected_studies"] == ["E"]
    assert "left out: 5" in err
    assert "lines 7, 8, study D: no event in any arm" in err
    assert "1 study in which nobody, or everybody, of an arm had the event" in err
    assert "one half was added to every cell of each (E)" in err


def test_many_exclusions_are_counted_on_stderr_and_named_in_the_summary(
    run: Run, tmp_path: Path
) -> None:
    rows = "".join(f"S{k},{'NA' if k > 2 else k},1\n" for k in range(1, 20))
    data = _file(tmp_path, f"study,yi,sei\n{rows}")
    _, _, err = run("pairwise", data, "--yi", "yi", "--sei", "sei", "--out", tmp_path / "out")
    assert "left out: 17" in err
    assert "and 7 more; the summary names them all" in err
    assert len(_summary(tmp_path / "out")["excluded"]) == 17


def test_studies_on_several_rows_are_told(run: Run, tmp_path: Path) -> None:
    data = _file(tmp_path, "study,yi,sei\nA,0.2,0.1\nC,0.3,0.2\nA,0.6,0.1\n")
    out = tmp_path / "out"
    _, _, err = run("pairwise", data, "--yi", "yi", "--sei", "sei", "--out", out)
    assert "1 study label stands on more than one row" in err
    assert "(A on lines 2, 4)" in err
    assert _summary(out)["repeated_studies"] == [{"study": "A", "lines": [2, 4]}]
    data.write_text("study,yi,sei\nA,0.2,0.1\nC,0.3,0.2\n")
    assert "more than one row" not in run("pairwise", data, "--yi", "yi", "--sei", "sei")[2]


def test_many_repeated_labels_are_counted_on_stderr_and_all_in_the_summary(
    run: Run, tmp_path: Path
) -> None:
    rows = "".join(f"S{k // 2},{k / 10},0.1\n" for k in range(26))
    data, out = _file(tmp_path, f"study,yi,sei\n{rows}"), tmp_path / "out"
    _, _, err = run("pairwise", data, "--yi", "yi", "--sei", "sei", "--out", out)
    assert "S9 on lines 20, 21; and 3 more; the summary names them all)" in err
    assert len(_summary(out)["repeated_studies"]) == 13


def test_rows_that_are_the_same_in_every_column_are_refused(run: Run, tmp_path: Path) -> None:
    data = _file(tmp_path, "study,yi,sei\nA,0.2,0.1\nC,0.3,0.2\nA, 0.2,0.1\n")
    code, out, err = run("pairwise", data, "--yi", "yi", "--sei", "sei")
    assert (code, out) == (2, "")
    assert f"{data}, lines 2 and 4: these rows are the same in every column; got study A" in err
    assert "leave one of them out" in err


def test_arms_of_one_label_that_stand_apart_are_told(run: Run, tmp_path: Path) -> None:
    together = "A,x,5,20\nA,y,6,20\nB,x,4,20\nB,y,7,20\n"
    for rows, told in ((f"{together}A,z,3,20\nA,w,8,20\n", True), (together, False)):
        data, out = _file(tmp_path, f"study,treatment,r,n\n{rows}"), tmp_path / "out"
        code, _, err = run("network", data, *ARMS, "--out", out)
        assert code == 0
        assert ("1 study label stands on rows that are not next to each other" in err) is told
        assert ("(A on lines 2, 3, 6, 7); two trials need two names" in err) is told
        found = [{"study": "A", "lines": [2, 3, 6, 7]}] if told else []
        assert _summary(out)["studies_on_rows_apart"] == found


@pytest.mark.parametrize(("trials", "told"), [(1, True), (19, True), (20, False)])
def test_a_network_of_few_trials_says_that_its_intervals_are_too_narrow(
    run: Run, tmp_path: Path, trials: int, told: bool
) -> None:
    rows = "".join(f"S{k},x,y,{k / 10},1\n" for k in range(trials))
    code, text, err = run("network", _file(tmp_path, PAIR_HEAD + rows), *PAIRS)
    assert code == 0
    words = "trial: " if trials == 1 else "trials: "
    assert (f"{trials} {words}the intervals of so few are too narrow" in err) is told
    assert text.startswith("1 study, 2" if trials == 1 else f"{trials} studies, 2")


@pytest.mark.parametrize("analysis", ["pairwise", "network"])
def test_an_output_without_a_name_is_refused(run: Run, tmp_path: Path, analysis: str) -> None:
    data = _file(tmp_path, PAIR_HEAD + "A,x,y,1,1\nB,x,y,2,1\n")
    columns = PAIRS if analysis == "network" else ("--yi", "te", "--sei", "se")
    code, out, err = run(analysis, data, *columns, "--out", "")
    assert (code, out) == (2, "")
    assert "--out: no folder is named" in err


def test_a_row_of_empty_cells_is_counted(run: Run, tmp_path: Path) -> None:
    data = _file(tmp_path, "study,yi,sei\nA,0.2,0.1\n , ,\n\nB,0.3,0.1\n,\n")
    _, text, err = run("pairwise", data, "--yi", "yi", "--sei", "sei", "--json")
    found = json.loads(text)
    assert (found["k_studies"], found["excluded_count"], found["data"]["rows"]) == (2, 2, 4)
    assert "line 3: a row of empty cells" in err
    assert "line 6: a row of empty cells" in err


ARM_HEAD = "study,treatment,r,n\n"
PAIR_HEAD = "study,a,b,te,se\n"
THREE = "A,x,y,1,1\nA,x,z,2,1\n"


@pytest.mark.parametrize(
    ("text", "columns", "says"),
    [
        (ARM_HEAD + "A,x,9,8\nA,y,1,8\n", ARMS, ("line 2", "column r", "at most n, which is 8")),
        (ARM_HEAD + "A,x,-1,8\nA,y,1,8\n", ARMS, ("line 2", "column r", "got -1")),
        (ARM_HEAD + "A,x,1,8\nA,x,2,8\n", ARMS, ("line 3", "column treatment", "stands twice")),
        (ARM_HEAD + "A,x,1,8\n", ARMS, ("no study is left", "A: one arm only")),
        (
            ARM_HEAD + "A,x,1,8\nA,Pla,1,8\nB,x,2,9\nB,pla,3,9\n",
            ARMS,
            ("column treatment: two treatments or one?", '"pla" on line 5 beside "Pla" on line 3'),
        ),
        (ARM_HEAD + "A,x,1.000,2000\nA,y,1,8\n", ARMS, ("line 2", "column r", "say --decimal")),
        (
            ARM_HEAD + "A,x,1,8\nA,y,1,8\nB,p,2,9\nB,q,3,9\n",
            ARMS,
            ("falls into 2 parts", "p, q", "x, y"),
        ),
        (ARM_HEAD + "A,x,one,8\nA,y,1,8\n", ARMS, ("line 2 (row 1", "column r", "got one")),
        (ARM_HEAD + "A,x,NaN,8\nA,y,NA,8\n", ARMS, ("every row lacks a value",)),
        ("study,treatmnt,r,n\nA,x,1,8\n", ARMS, ("line 1", "nearest name is treatmnt")),
        (PAIR_HEAD + "A,x,y,1,-1\n", PAIRS, ("line 2", "column se", "got -1", "above 0")),
        (PAIR_HEAD + "A,x,y,1,0\n", PAIRS, ("line 2", "column se", "got 0")),
        (PAIR_HEAD + "A,x,y,1,1\nA,y,x,1,1\n", PAIRS, ("line 3", "twice", "first on line 2")),
        (PAIR_HEAD + "A,x,x,1,1\n", PAIRS, ("line 2", "column b", "compared with itself")),
        (PAIR_HEAD + THREE, PAIRS, ("lines 2, 3", "column a", "needs all 3 contrasts")),
        (PAIR_HEAD + THREE + "A,y,z,5,1\n", PAIRS, ("lines 2, 3, 4", "study A")),
        (PAIR_HEAD + "A,x,y,1,1\nB,p,q,1,1\n", PAIRS, ("falls into 2 parts", "p, q | x, y")),
        ("", ARMS, ("the file is empty",)),
        (ARM_HEAD, ARMS, ("a header but no rows",)),
        (ARM_HEAD + "A,x,1\n", ARMS, ("line 2", "another number of cells", "got 3; allowed: 4")),
        (ARM_HEAD + 'A,"x,1,8\n', ARMS, ("line 2", "close every quote")),
    ],
)
def test_bad_networks_are_one_line_with_file_row_and_column(
    run: Run, tmp_path: Path, text: str, columns: tuple[str, ...], says: tuple[str, ...]
) -> None:
    data = _file(tmp_path, text)
    code, out, err = run("network", data, *columns, "--out", tmp_path / "out")
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert str(data) in err
    for part in says:
        assert part in err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("method", ["REML", "DL", "PM"])
@pytest.mark.parametrize("errors", [(1e-4, 1e8, 1e8), (1e-5, 1e6, 1), (1e-7, 1e2, 1)])
def test_standard_errors_that_differ_beyond_computing_are_refused(
    run: Run, tmp_path: Path, method: str, errors: tuple[float, ...]
) -> None:
    rows = "".join(f"S{k},{k / 2},{error}\n" for k, error in enumerate(errors))
    data = _file(tmp_path, f"study,yi,sei\n{rows}")
    call = ("pairwise", data, "--yi", "yi", "--sei", "sei", "--method")
    code, out, err = run(*call, method)
    assert (code, out) == (2, "")
    assert "the standard errors differ too much to tell the variance between studies" in err
    assert f"got {min(errors):.3g} to {max(errors):.3g}" in err
    assert run(*call, "common")[0] == 0


def test_a_narrow_hartung_knapp_interval_is_told(run: Run, tmp_path: Path) -> None:
    alike = _file(tmp_path, "study,yi,sei\nA,0.40,0.2\nB,0.41,0.2\nC,0.42,0.2\nD,0.4,0.2\n")
    apart = _file(tmp_path, "study,yi,sei\nA,0.1,0.1\nB,0.6,0.1\nC,0.9,0.2\n", "apart.csv")
    for data, told in ((alike, True), (apart, False)):
        _, _, err = run("pairwise", data, "--yi", "yi", "--sei", "sei", "--hk")
        assert ("Hartung-Knapp is narrower here than the common-effect interval" in err) is told
        assert "narrower" not in run("pairwise", data, "--yi", "yi", "--sei", "sei")[2]


def test_a_tau2_of_nought_is_an_assumption_of_the_prediction(run: Run, tmp_path: Path) -> None:
    alike = _file(tmp_path, "study,yi,sei\nA,0.30,0.2\nB,0.50,0.2\nC,0.45,0.2\n")
    text = " ".join(run("pairwise", alike, "--yi", "yi", "--sei", "sei")[1].split())
    assert re.search(r"between \S+ and \S+ \(95 % prediction interval\)", text)
    assert "taking tau2 as 0, which the data do not show (95 %: 0 to" in text
    apart = _file(tmp_path, "study,yi,sei\nA,0.1,0.1\nB,0.6,0.1\nC,0.9,0.2\n", "apart.csv")
    assert "taking tau2" not in run("pairwise", apart, "--yi", "yi", "--sei", "sei")[1]


def test_eggers_test_is_a_hint_at_most(run: Run, tmp_path: Path) -> None:
    even = "".join(f"S{k},{0.3 + (-1) ** k / 10},{0.1 + k / 40}\n" for k in range(10))
    odd = "".join(f"S{k},{k / 4 + (-1) ** k / 50},{0.1 + k / 20}\n" for k in range(10))
    for rows, says in (
        (even, "no sign that smaller studies differ"),
        (odd, "a hint that smaller studies differ, no more"),
    ):
        data = _file(tmp_path, f"study,yi,sei\n{rows}")
        text = run("pairwise", data, "--yi", "yi", "--sei", "sei", "--out", tmp_path / "out")[1]
        assert says in " ".join(text.split())
        found = _summary(tmp_path / "out")["small_studies"]["egger"]
        assert f"({found['ci_low']:.2f} to" in text.replace("95\N{NO-BREAK SPACE}%: ", "")
        for name in ("report.html", "funnel.svg"):
            assert says in (tmp_path / "out" / name).read_text(encoding="utf-8")


def test_a_network_without_loops_prints_no_test_of_them(run: Run, tmp_path: Path) -> None:
    data = _file(tmp_path, PAIR_HEAD + "A,x,y,1,1\n")
    text = run("network", data, *PAIRS)[1]
    assert "on 0" not in text
    assert "between designs" not in text


def test_the_league_names_its_measure(run: Run, tmp_path: Path) -> None:
    data = _file(tmp_path, "study,treatment,r,n\nA,drug,12,40\nA,pill,8,41\n")
    assert run("network", data, *ARMS, "--out", tmp_path / "out")[0] == 0
    rows = _rows(tmp_path / "out" / "league.csv")
    assert {row["measure"] for row in rows} == {"log_odds_ratio"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("study,yi,sei\nA,1,-1\nB,1,1\n", ("line 2", "column sei", "got -1")),
        ("study,yi,sei\nA,1,0\nB,1,1\n", ("line 2", "column sei", "got 0")),
        ("study,yi,sei\nA,one,1\nB,1,1\n", ("line 2", "column yi", "got one")),
        ("study,yi,se\nA,1,1\n", ("got sei (--sei)", "study, yi, se", "nearest name is se")),
        ("study;yi;sei\nA;1,234;1\n", ("line 2", "column yi", "got 1,234", "--decimal")),
        ("study,yi,sei\nA,1e200,1\nB,1,1\n", ("line 2", "column yi", "too large or too small")),
    ],
)
def test_bad_estimates_are_one_line_with_file_row_and_column(
    run: Run, tmp_path: Path, text: str, says: tuple[str, ...]
) -> None:
    data = _file(tmp_path, text)
    code, out, err = run("pairwise", data, "--yi", "yi", "--sei", "sei")
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert str(data) in err
    for part in says:
        assert part in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("pairwise", "none.csv", "--yi", "a", "--sei", "b"), "there is no such file"),
        (("pairwise", ".", "--yi", "a", "--sei", "b"), "a folder, not a file"),
        (("pairwise", PAIRWISE), "no Metapsy file"),
        (("pairwise", PAIRWISE, "--yi", "estimate"), "--yi and --sei belong together"),
        (("pairwise", PAIRWISE, "--method", "ML"), "allowed: REML, DL, PM, common"),
        (("pairwise", PAIRWISE, "--scale", "odds"), "allowed: plain, log, logit"),
        (("pairwise", PAIRWISE, "--delimiter", "|"), "allowed: comma, semicolon, tab"),
        (("pairwise", PAIRWISE, "--where", "set"), "allowed: COLUMN=VALUE"),
        (("network", PAIRWISE), "no Metapsy file"),
        (("network", PAIRWISE, "--study", "set", "--te", "a"), "not one of the layouts"),
        (("network", PAIRWISE, "--method", "PM"), "allowed: REML, DL, common"),
        (("treatment", "nosuchthing"), "no treatment of this name"),
        (("treatment", "brain stimulation"), "several treatments may be meant"),
        (("bogus",), "No such command"),
        (("claims", "--site", "nowhere"), "site folder does not exist"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(
    run: Run, arguments: tuple[object, ...], says: str
) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert says in err


def test_a_group_of_one_with_hartung_knapp_is_named(run: Run, tmp_path: Path) -> None:
    data = _file(tmp_path, "yi,sei,g\n1,1,x\n2,1,x\n1,1,y\n")
    code, _, err = run("pairwise", data, "--yi", "yi", "--sei", "sei", "--group", "g", "--hk")
    assert code == 2
    assert "group y" in err


def test_an_unknown_reference_is_told_with_those_there_are(run: Run, tmp_path: Path) -> None:
    data = _file(tmp_path, PAIR_HEAD + "A,x,y,1,1\n")
    code, _, err = run("network", data, *PAIRS, "--reference", "pill")
    assert code == 2
    assert "got pill; allowed: x, y" in err


def test_results_never_replace_the_data_or_other_files(run: Run, tmp_path: Path) -> None:
    text = "study,yi,sei\nA,0.2,0.1\nB,0.6,0.1\n"
    data = _file(tmp_path, text, "studies.csv")
    call = ("pairwise", data, "--yi", "yi", "--sei", "sei", "--out")
    code, _, err = run(*call, tmp_path)
    assert code == 2
    assert "would replace the data themselves" in err
    assert data.read_text() == text
    other = tmp_path / "other"
    other.mkdir()
    (other / "report.html").write_text("mine")
    code, _, err = run(*call, other)
    assert code == 2
    assert "files that Equipoise did not write" in err
    assert (other / "report.html").read_text() == "mine"


def test_a_folder_holds_one_kind_of_analysis_and_may_be_used_again(
    run: Run, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    data = _file(tmp_path, "study,yi,sei\nA,0.2,0.1\nB,0.6,0.1\n")
    call = ("pairwise", data, "--yi", "yi", "--sei", "sei", "--out", out)
    assert run(*call)[0] == 0
    (out / "notes.txt").write_text("mine")
    data.write_text("study,yi,sei\nA,0.2,0.1\nB,0.6,0.1\nC,0.3,0.1\n")
    assert run(*call)[0] == 0
    assert _summary(out)["k_studies"] == 3
    assert (out / "notes.txt").read_text() == "mine"
    trials = _file(tmp_path, PAIR_HEAD + "A,x,y,1,1\n", "trials.csv")
    code, _, err = run("network", trials, *PAIRS, "--out", out)
    assert code == 2
    assert "this folder holds a pairwise analysis" in err


def test_an_output_below_a_file_is_refused(run: Run, tmp_path: Path) -> None:
    data = _file(tmp_path, PAIR_HEAD + "A,x,y,1,1\n")
    code, _, err = run("network", data, *PAIRS, "--out", data / "out")
    assert code == 2
    assert "cannot be written" in err


def test_parts_of_a_killed_run_are_removed_once_they_are_old(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    old, new = (out / f".equipoise-part-estimates.csv-{name}" for name in ("aa", "bb"))
    for part in (old, new):
        part.write_text("half")
    day_ago = time.time() - 86400
    os.utime(old, (day_ago, day_ago))
    data = _file(tmp_path, PAIR_HEAD + "A,x,y,1,1\n")
    assert run("network", data, *PAIRS, "--out", out)[0] == 0
    assert not old.exists()
    assert new.exists()


def test_labels_of_the_data_stand_in_no_log(run: Run, tmp_path: Path) -> None:
    data = _file(tmp_path, PAIR_HEAD + "Secret,x,y,1,1\n")
    assert run("network", data, *PAIRS, "--out", tmp_path / "out")[0] == 0
    assert {p.name for p in (tmp_path / "out").iterdir()} == NETWORK_FILES


def test_a_metapsy_file_needs_no_columns(run: Run, tmp_path: Path) -> None:
    text = (
        '"";"study";"condition_arm1";"condition_arm2";".g";".g_se";"time"\n'
        '"1";"Müller, 2019";"cbt";"wl";-0,5;0,2;"post"\n'
        '"2";"Müller, 2019";"cbt";"wl";-0,4;0,2;"later"\n'
        '"3";"García, 2020";"cbt";"wl";-0,3;0,2;"post"\n'
    )
    data = tmp_path / "data.csv"
    data.write_bytes(text.encode("latin-1"))
    code, shown, err = run("pairwise", data, "--where", "time=post", "--json")
    assert code == 0
    found = json.loads(shown)
    assert found["estimate"] == pytest.approx(-0.4)
    assert found["data"]["encoding"] == "latin-1"
    assert "read by the Metapsy standard: .g with error .g_se" in err
    code, _, err = run("network", data)
    assert code == 2
    assert "line 3 (row 2 of the data), column study" in err
    assert "--where COLUMN=VALUE" in err
    assert run("network", data, "--where", "time=post")[0] == 0


def test_the_overview_counts_every_table_of_the_literature(run: Run) -> None:
    code, text, _ = run()
    assert code == 0
    code, shown, _ = run("--json")
    tables = {row["table"]: row for row in json.loads(shown)["tables"]}
    wanted = {"treatments", "approvals", "side_effects", "studies", "arms", "effects"}
    wanted |= {"moderators", "replications", "claims", "references", "groups"}
    assert wanted <= {name.split("/")[1] for name in tables}
    for name, row in tables.items():
        if row["checked"] is not None:
            assert row["rows"] == row["checked"] + row["derived"] + row["recalled"], name
        assert name in text
    claims = tables["claims/claims"]
    assert claims["rows"] == len(json.loads(run("claims", "--json")[1])["claims"])


def test_claims_are_found_with_verdict_and_source(run: Run) -> None:
    code, text, _ = run("claims", "brain scan")
    assert code == 0
    assert "A brain scan can show whether somebody is depressed" in text
    assert "Verdict: false" in text
    assert "Source: Winter" in text
    assert run("claims", "scan", "BRAIN")[1] == text
    found = json.loads(run("claims", "brain scan", "--json")[1])
    assert found["claims"][0]["verdict"] == "false"
    assert found["claims"][0]["sources"]


def test_no_claim_is_told_with_the_topics(run: Run) -> None:
    code, text, _ = run("claims", "qwertz")
    assert code == 0
    assert text.startswith("No claim holds these words: qwertz\nTopics: ")
    assert json.loads(run("claims", "qwertz", "--json")[1])["claims"] == []


def test_a_treatment_shows_direct_comparisons_first_and_what_was_never_compared(run: Run) -> None:
    code, text, _ = run("treatment", "Electroconvulsive therapy")
    assert code == 0
    heads = [
        "Electroconvulsive therapy (ect), procedure",
        "Of 100 average people",
        "Compared directly with other options",
        "against Ketamine",
        "Against placebo, sham and other comparators",
        "against Sham",
        "Trials, arm by arm",
        "Never compared directly; estimated through other treatments:",
        "Never compared directly, and not joined to it by the trials that the rates use:",
        "Claims about it",
        "Sources",
    ]
    places = [text.index(head) for head in heads]
    assert places == sorted(places)
    assert "ELEKT-D" in text
    found = json.loads(run("treatment", "ect", "--json")[1])
    others = {effect["comparator"] for effect in found["compared_directly"]}
    lists = (found["compared_through_others"], found["never_compared_directly"])
    assert "ketamine_iv" in others
    assert not others & {name for names in lists for name in names}
    assert not set(lists[0]) & set(lists[1])
    assert [one["stage"] for one in found["chances"]] == [0, 1, 2, 3, 4]
    for one in found["chances"]:
        for outcome in ("response", "remission", "dropout"):
            low, high = one[outcome]["ci80"]
            assert 0 <= low <= one[outcome]["mean"] <= high <= 1
        assert one["remission"]["mean"] <= one["response"]["mean"]


def test_chances_are_expected_ones_as_in_the_report_of_a_person(run: Run) -> None:
    """An average person gets the mean of the rate, not the rate at the mean of the logit."""
    from equipoise.predict.literature import read_literature
    from equipoise.predict.settings import load_settings

    found = json.loads(run("treatment", "ect", "--json")[1])["chances"]
    mine = [one for one in evidence.load().baselines if one.treatment == "ect"]
    literature = read_literature(mine, load_settings().numerics)
    both = literature.average * literature.remission
    for one, average, remits in zip(found, literature.average, both, strict=True):
        assert one["response"]["mean"] == pytest.approx(average, abs=1e-4)  # four decimals
        assert one["remission"]["mean"] == pytest.approx(remits, abs=1e-4)


def test_a_stage_beyond_the_trials_says_just_that(run: Run) -> None:
    text = run("treatment", "ect")[1]
    assert "no trial of this stage" not in text
    assert "* carried to a stage for which the trials behind the rate do not speak" in text


def test_each_source_of_a_rate_is_named_with_its_people(run: Run) -> None:
    text = run("treatment", "psilocybin")[1]
    assert "People: " not in text
    lines = text.partition("Rests on:\n")[2].partition("\n\n")[0].replace("\n      ", " ")
    assert any(re.search(r"Carhart-Harris 2021.*: Adults", line) for line in lines.splitlines())
    assert any(line.endswith("(level from it)") for line in lines.splitlines())
    found = json.loads(run("treatment", "psilocybin", "--json")[1])
    for one in found["chances"]:
        assert any(link["level_from_it"] for link in one["rests_on"])


def test_long_lists_are_counted_and_named_if_asked(run: Run) -> None:
    names = json.loads(run("treatment", "vns", "--json")[1])["never_compared_directly"]
    assert len(names) > 12
    short, whole = run("treatment", "vns")[1], run("treatment", "vns", "--all")[1]
    counted = re.search(r"uses?:\n  (\d+): (.*) \(--all", short)
    assert counted is not None
    assert int(counted[1]) == len(names)
    assert sum(int(number) for number in re.findall(r"\d+", counted[2])) == len(names)
    assert "fMRI neurofeedback" in whole
    assert "FMRI" not in whole
    assert "No randomised path" not in short + whole


def test_ratios_are_rounded_as_in_the_report(run: Run) -> None:
    found = json.loads(run("treatment", "cbt", "--json")[1])["compared_directly"]
    text = " ".join(run("treatment", "cbt")[1].split())
    for one in found:
        ends = around(one["estimate"], one["standard_error"], 0.95)
        assert f"{ratio(one['estimate'])} (95 %: {range_ratio(ends)})" in text


def test_a_ratio_with_an_empty_cell_says_so(run: Run) -> None:
    text = " ".join(run("treatment", "snt")[1].split())
    assert text.count("(one half added to empty cells)") == 1


def test_citations_are_told_apart_and_titles_end_once(run: Run) -> None:
    text = " ".join(run("treatment", "cbt")[1].split()) + run("treatment", "ect")[1]
    assert "Dunlop (PReDICT)" in text
    assert "?." not in text
    assert not re.search(r"\b(\d{4}) \1\b", text)
    assert "; Report o" not in text


@pytest.mark.parametrize("name", ["SNRI", "snris"])
def test_the_name_of_a_class_lists_its_options(run: Run, name: str) -> None:
    code, text, err = run("treatment", name)
    assert (code, err) == (0, "")
    assert text.startswith(f"{name} is a class of")
    assert "Venlafaxine (venlafaxine)" in text
    found = json.loads(run("treatment", name, "--json")[1])
    assert {"id": "duloxetine", "title": "Duloxetine"} in found["options"]


def test_the_comparison_reads_the_same_from_both_sides(run: Run) -> None:
    def against(name: str, other: str) -> dict[str, float]:
        found = json.loads(run("treatment", name, "--json")[1])
        return {
            f"{e['id']} {e['outcome']}": e["estimate"]
            for e in found["compared_directly"]
            if e["comparator"] == other
        }

    one, two = against("ect", "ketamine_iv"), against("ketamine_iv", "ect")
    assert one
    assert {name: -value for name, value in two.items()} == one


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("rtms", "Repetitive transcranial magnetic stimulation (rtms)"),
        ("fluoxetin", "Fluoxetine (fluoxetine)"),
        ("Fluoxetene", "Fluoxetine (fluoxetine)"),
        ("ketamine", "Ketamine infusions (ketamine_iv)"),
        ("sham", "Sham stimulation (sham), comparator"),
    ],
)
def test_names_that_are_understood(run: Run, name: str, title: str) -> None:
    code, text, err = run("treatment", name)
    assert code == 0
    assert text.startswith(title)
    assert ("taken for" in err) == (name not in {"rtms", "sham"})


@pytest.mark.parametrize(
    "arguments", [(), ("claims",), ("treatment", "esketamine"), ("treatment", "cbt")]
)
def test_lines_are_narrow_and_whole(run: Run, arguments: tuple[str, ...]) -> None:
    _, text, _ = run(*arguments)
    assert max(len(line) for line in text.splitlines()) <= 100
    assert not re.search(r"\bNone\b|\bnan\b|\(\)| \n|n/a,", text)


@pytest.mark.parametrize("arguments", [["--help"], ["network", "--help"], ["pairwise", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import atexit, sys\natexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        "from equipoise.apps.cli import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "evidence", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"numpy", "scipy", "jinja2", "yaml"} & set(done.stderr.splitlines()[-1].split())


@pytest.mark.shared
def test_linde_2015_from_the_published_arms(run: Run, tmp_path: Path, shared_data: Path) -> None:
    lines = ["study,treatment,responded,people"]
    with (shared_data / "clinical" / "meta" / "linde2015_arms.csv").open() as stream:
        for row in csv.DictReader(stream):
            for arm in "123":
                if row[f"treatment{arm}"]:
                    cells = (row["id"], row[f"treatment{arm}"], row[f"resp{arm}"], row[f"n{arm}"])
                    lines.append(",".join(cells))
    data = _file(tmp_path, "\n".join(lines))
    out = tmp_path / "out"
    code, _, err = run(
        *("network", data, "--study", "study", "--treatment", "treatment"),
        *("--events", "responded", "--n", "people", "--reference", "Placebo", "--out", out),
    )
    assert code == 0
    assert "left out: 15" in err
    wanted = _network_of(NETWORK, "linde2015")
    rows = _rows(out / "estimates.csv")
    assert len(rows) == 9
    for row in rows[1:]:
        estimate, se = wanted[row["treatment"], "Placebo"]
        assert float(row["estimate"]) == pytest.approx(estimate, abs=MILLIONTH)
        assert float(row["se"]) == pytest.approx(se, abs=MILLIONTH)


@pytest.mark.shared
def test_linde_2005_as_a_network_of_two(run: Run, tmp_path: Path, shared_data: Path) -> None:
    lines = ["study,treatment,r,n"]
    with (shared_data / "clinical" / "meta" / "metadat_linde2005.csv").open() as stream:
        for row in csv.DictReader(stream):
            lines.append(f"{row['id']},hypericum,{row['ai']},{row['n1i']}")
            lines.append(f"{row['id']},placebo,{row['ci']},{row['n2i']}")
    data = _file(tmp_path, "\n".join(lines))
    code, text, _ = run("network", data, *ARMS, "--reference", "placebo", "--json")
    assert code == 0
    estimate, se = _network_of(NETWORK, "linde2005")["hypericum", "placebo"]
    row = json.loads(text)["estimates"][1]
    assert row["estimate"] == pytest.approx(estimate, abs=MILLIONTH)
    assert row["se"] == pytest.approx(se, abs=MILLIONTH)


@pytest.mark.shared
def test_metapsy_response_rates_as_published(run: Run, tmp_path: Path, shared_data: Path) -> None:
    """Depression: 42 (39 to 45) of 100 respond to psychotherapy, 19 (17 to 21) to control."""
    data = shared_data / "clinical" / "meta" / "metapsy_total-response" / "data.csv"
    found = {}
    for arm in ("ig", "cg"):
        out = tmp_path / arm
        code, _, _ = run(
            *("pairwise", data, "--yi", f"plogit.{arm}", "--sei", f"se.plogit.{arm}"),
            *("--scale", "logit", "--where", "disorder=Depression", "--out", out),
        )
        assert code == 0
        found[arm] = _summary(out)["shown"]
    # Published to two decimals.
    for arm, numbers in (("ig", (0.42, 0.39, 0.45)), ("cg", (0.19, 0.17, 0.21))):
        names = ("estimate", "ci_low", "ci_high")
        for name, number in zip(names, numbers, strict=True):
            assert found[arm][name] == pytest.approx(number, abs=0.006)
