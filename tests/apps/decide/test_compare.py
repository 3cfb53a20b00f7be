"""`equipoise decide compare`: plans from files, in words and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"
PLANS = (EXAMPLES / "plan_a.yaml", EXAMPLES / "plan_b.yaml")
FEW = ("--draws", "400", "--date", "2026-03-04")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(run: Run) -> Run:
    """Return a function that runs the command and returns exit code, stdout, stderr."""
    return lambda *arguments: run("decide", "compare", *arguments, *FEW)


def _plan(folder: Path, text: str, name: str = "x.yaml") -> Path:
    path = folder / name
    path.write_text(f'schema_version: "1.0"\n{text}\n', encoding="utf-8")
    return path


def test_json_holds_plans_and_their_comparison(run: Run) -> None:
    code, out, err = run(*PLANS, "--stage", "1", "--json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert (document["kind"], document["label"], document["stage"]) == ("year", None, 1)
    assert document["people"] == 400
    titles = {plan["title"] for plan in document["plans"]}
    assert titles == {"drugs one by one", "add-on, then stimulation"}
    (pair,) = document["comparisons"]
    weeks = {plan["id"]: plan["weeks_well"]["mean"] for plan in document["plans"]}
    # Rounded to six digits each.
    assert pair["lead"] == pytest.approx(weeks[pair["a"]] - weeks[pair["b"]], abs=1e-3)
    assert document["clinically_reviewed"] is False


def test_the_order_of_files_changes_no_byte(run: Run) -> None:
    one = run(*PLANS, "--stage", "1", "--json")
    assert one == run(*reversed(PLANS), "--stage", "1", "--json")
    assert one == run(*PLANS, "--stage", "1", "--json")


def test_a_person_is_read_and_named(run: Run) -> None:
    code, out, _ = run(*PLANS, "--person", EXAMPLES / "person.yaml")
    assert code == 0
    assert "person 02 (failed adequate drug trials: 1)" in out
    assert "Not clinically reviewed." in out


def test_three_plans_and_two_years(run: Run, tmp_path: Path) -> None:
    third = _plan(tmp_path, "steps:\n  - cbt\n  - sertraline")
    code, out, _ = run(*PLANS, third, "--stage", "1", "--weeks", "104")
    assert code == 0
    assert out.startswith("104 weeks")
    assert "x: cognitive behavioural therapy, then sertraline" in out


def test_equal_plans_are_called_equal(run: Run, tmp_path: Path) -> None:
    same = _plan(tmp_path, "steps: [venlafaxine, mirtazapine, nortriptyline]")
    _, out, _ = run(PLANS[0], same, "--stage", "1")
    assert "are equal: they differ by 0.0 weeks (standard error 0.0)" in out
    assert "The steps are the same." in out


def test_a_plan_names_its_person(run: Run, tmp_path: Path) -> None:
    record = (EXAMPLES / "person.yaml").read_text(encoding="utf-8")
    (tmp_path / "who.yaml").write_text(record, encoding="utf-8")
    mine = _plan(tmp_path, "steps: [cbt]\nperson: who.yaml")
    code, out, _ = run(mine, PLANS[0])
    assert code == 0
    assert "person 02" in out
    (tmp_path / "other.yaml").write_text(record, encoding="utf-8")
    other = _plan(tmp_path, "steps: [ipt]\nperson: other.yaml", "y.yaml")
    code, _, err = run(mine, other)
    assert (code, "different people" in err) == (2, True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("steps: [no_such_drug]", "line 2, field steps: this treatment is not known"),
        ("steps: [sertralin]", "did you mean sertraline"),
        ("steps: [pill_placebo]", "this treatment is not known"),
        ("steps: [sertraline, Zoloft]", "stands twice; got sertraline; leave one of the two out"),
        ("augment_with: lithum\nsteps: [sertraline]", "field augment_with"),
        ('title: "red \\e[31m"\nsteps: [cbt]', "this title does not fit a line; got 'red \\x1b"),
        (f"title: {'x' * 101}\nsteps: [cbt]", "got 101 letters; allowed: one line of at most 100"),
        ("steps: []", "a plan has steps"),
        ("steps: cbt", "a list of steps"),
        ("title: nothing", "a list of steps"),
        ("steps: [cbt, cbt]", "stands twice"),
        ("steps: [cbt, [ipt]]", "one word or line of text"),
        ("steps: [cbt]\nnotes: x", "no such key"),
        ("steps: [cbt", "x.yaml"),
        ("steps: [cbt]\nsteps: [ipt]", "steps"),
    ],
)
def test_bad_plans_are_one_line_and_exit_2(run: Run, tmp_path: Path, text: str, words: str) -> None:
    code, out, err = run(_plan(tmp_path, text), PLANS[0], "--stage", "1")
    assert (code, out) == (2, "")
    assert words in err
    assert "x.yaml" in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_an_addition_needs_something_to_add_to(run: Run, tmp_path: Path) -> None:
    alone = _plan(tmp_path, "steps: [cbt]\naugment_with: lithium_augmentation")
    told = "augment_with: there is no antidepressant that it could be added to; got lithium"
    # Nobody took a drug before; the record says so, or nothing failed.
    for who in (("--stage", "0"), ("--person", EXAMPLES / "first_episode.yaml")):
        code, out, err = run(alone, PLANS[1], *who)
        assert (code, out, told in err) == (2, "", True), err
    # After a failed drug one is taken.
    assert run(alone, PLANS[1], "--stage", "1")[0] == 0
    after = _plan(
        tmp_path, "steps: [sertraline, cbt]\naugment_with: lithium_augmentation", "y.yaml"
    )
    assert run(after, PLANS[1], "--stage", "0")[0] == 0


def test_names_of_treatments_are_read_as_in_a_record(run: Run, tmp_path: Path) -> None:
    named = _plan(tmp_path, "title: x\nsteps: [Zoloft, Venlafaxine]")
    assert "sertraline, then venlafaxine" in run(named, PLANS[0], "--stage", "1")[1]


def test_a_plan_given_twice_is_told_so(run: Run) -> None:
    same = EXAMPLES / ".." / "examples" / "plan_a.yaml"
    code, out, err = run(PLANS[0], same)
    assert (code, out) == (2, "")
    assert "plan_a.yaml: this plan is given twice; name each plan once" in err


@pytest.mark.parametrize("version", ["2.0", "1.x", "1.", "one"])
def test_another_version_of_a_plan_is_refused(run: Run, tmp_path: Path, version: str) -> None:
    path = tmp_path / "old.yaml"
    path.write_text(f'schema_version: "{version}"\nsteps: [cbt]\n', encoding="utf-8")
    code, _, err = run(path, PLANS[0])
    assert (code, f"got {version}; allowed: " in err) == (2, True)


def test_other_bad_input(run: Run, tmp_path: Path) -> None:
    assert run(PLANS[0], "--stage", "1")[0] == 2
    assert "cannot be read" in run(tmp_path / "none.yaml", PLANS[0])[2]
    old = tmp_path / "old.yaml"
    old.write_text('schema_version: "2.0"\nsteps: [cbt]\n', encoding="utf-8")
    assert "this version of a plan" in run(old, PLANS[0])[2]
    broken = tmp_path / "broken.yaml"
    broken.write_bytes(b"\xff\xfe\x00steps")
    assert run(broken, PLANS[0])[0] == 2
    both = run(*PLANS, "--stage", "1", "--person", EXAMPLES / "person.yaml")
    assert "a person has a stage of their own" in both[2]


def test_an_emergency_comes_first(run: Run, tmp_path: Path) -> None:
    record = (EXAMPLES / "person.yaml").read_text(encoding="utf-8")
    plan = "finding: suicidal_plan, status: "
    assert plan + "absent" in record
    path = tmp_path / "person.yaml"
    path.write_text(record.replace(plan + "absent", plan + "present"), encoding="utf-8")
    code, out, err = run(*PLANS, "--person", path)
    assert (code, out) == (2, "")
    assert "Emergency sign in the record" in err
    assert "--acknowledge NAME" in err
    # A blank is nobody's name: it must not release an emergency.
    assert run(*PLANS, "--person", path, "--acknowledge", " ")[0] == 2
    assert run(*PLANS, "--person", path, "--acknowledge", "Dr Example")[0] == 0


def test_without_a_person_the_first_lines_say_that_safety_was_not_looked_at(run: Run) -> None:
    _, out, _ = run(*PLANS, "--stage", "1")
    assert out.splitlines()[1].startswith("No person is given: contraindications")


def test_flags_and_what_is_to_be_avoided_stand_before_the_numbers(run: Run, tmp_path: Path) -> None:
    record = (EXAMPLES / "person.yaml").read_text(encoding="utf-8")
    finding = "findings:\n  - {finding: suicidal_intent, status: present, date: 2026-03-01}\n"
    head, _, rest = record.partition("findings:")
    kept = "\n".join(line for line in rest.splitlines() if "suicidal_intent" not in line)
    person = tmp_path / "person.yaml"
    person.write_text(head + finding + kept.lstrip("\n") + "\n", encoding="utf-8")
    plans = [
        _plan(tmp_path, "steps: [venlafaxine, mirtazapine, nortriptyline]", "a.yaml"),
        _plan(tmp_path, "steps: [mirtazapine]", "b.yaml"),
    ]
    code, _, err = run(*plans, "--person", person)
    assert code == 2
    assert "Emergency sign" in err
    code, out, _ = run(*plans, "--person", person, "--acknowledge", "Dr A")
    lines = out.splitlines()
    assert code == 0
    assert lines[1].startswith("EMERGENCY: ")
    assert "Acknowledged by Dr A" in out
    place = next(n for n, line in enumerate(lines) if "nortriptyline" in line)
    assert lines[place + 1].strip().startswith("AVOID: a safety rule speaks against nortriptyline")
