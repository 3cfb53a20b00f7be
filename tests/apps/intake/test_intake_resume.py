"""A dialogue that is killed at any answer or at any write goes on and ends with the same record."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from equipoise import ingest
from equipoise.apps import files
from equipoise.apps.intake.draft import open_draft
from equipoise.apps.intake.interview import Interview
from equipoise.apps.intake.names import Match

TODAY = "2026-03-02"
# Answers by a part of the question; all other questions are left with the rest of their section.
ANSWERS = {
    "Label of the person": "07",
    "rather not be alive": "no",
    "thoughts of suicide": "unknown",
    "means to act on": "no",
    "Ask about a plan": "no",
    "attempt or preparation": "no",
    "Age in years": "38",
    "Sex": "female",
    "breastfeeding": "not_pregnant",
    "Treatments tried": "Zoloft",
    "sertraline: Highest dose": "150",
    "sertraline: Unit": "mg/d",
    "sertraline: First day": "2025-04-10",
    "sertraline: Is it still": "no",
    "sertraline: Last day": "2025-07",
    "sertraline: How regularly": "good",
    "sertraline: What came": "no_response",
    "sertraline: Why": "unknown",
    "cbt: How many": "12",
    "cbt: First": "skip",
    "cbt: Is it": "yes",
    "cbt: How regularly": "skip",
    "cbt: What came": "partial_response",
    "What else is taken": "none",
    "Which scale?": "phq9",
    "Day of the answers": "2026-03-01",
    **{f"Item {number} of 9": str(number % 3) for number in range(1, 9)},
    "Item 9 of 9": "0",
    "how difficult have these": "2",
    "Which test first?": "tsh",
    "tsh: Value": "2.1",
    "tsh: Unit": "m[IU]/L",
    "tsh: Day": "2026-01",
    "Go on with": "yes",
}
SHORT = {
    "Label of the person": "07",
    "Which test first?": "tsh",
    "tsh: Value": "2.1",
    "tsh: Unit": "m[IU]/L",
    "tsh: Day": "2026-01",
}


class Killed(BaseException):
    """The process is gone."""


class Knowing:
    """Somebody who answers each question as it is asked, and is killed at the given answer."""

    def __init__(self, answers: Mapping[str, str], kill_at: int = -1) -> None:
        self.answers, self.kill_at, self.count = answers, kill_at, 0
        self.shown: list[str] = []

    def say(self, text: str) -> None:
        self.shown.append(text)

    def ask(self, complete: Callable[[str], Sequence[Match]], check: Callable[[str], str]) -> str:
        del complete, check
        if self.count == self.kill_at:
            raise Killed
        self.count += 1
        question = next(line for line in reversed(self.shown) if line and not line.startswith(" "))
        if question == "Another one?":
            latest = " ".join(self.shown[-12:])
            return "CBT" if "sertraline" in latest and "cbt" not in latest else "no"
        return next((said for part, said in self.answers.items() if part in question), "next")


def _run(path: Path, answers: Mapping[str, str], kill_at: int = -1) -> int:
    terminal = Knowing(answers, kill_at)
    Interview(open_draft(path, TODAY), terminal).run()
    return terminal.count


def _settled(folder: Path, answers: Mapping[str, str]) -> str:
    path = folder / "p.yaml"
    _run(path, answers)
    assert sorted(file.name for file in folder.iterdir()) == ["p.yaml"]
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the record of a dialogue that nothing broke off."""
    text = _settled(tmp_path_factory.mktemp("whole"), ANSWERS)
    for part in ("sertraline", "cbt", "2025-07", "not_pregnant", "drugs: []", "tsh", "[1, 2, 0, 1"):
        assert part in text
    return text


def test_killed_at_every_answer(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    wanted = _settled(tmp_path / "whole", SHORT)
    assert "m[IU]/L" in wanted
    for cut in range(_run(tmp_path / "count.yaml", SHORT)):
        path = tmp_path / f"{cut}.yaml"
        with pytest.raises(Killed):
            _run(path, SHORT, cut)
        if path.exists():
            ingest.read_person(path, today=TODAY)
        _run(path, SHORT)
        assert path.read_text(encoding="utf-8") == wanted, cut


@settings(max_examples=5, phases=(Phase.explicit, Phase.generate))
@given(st.lists(st.integers(0, 45), min_size=1, max_size=3))
def test_killed_at_some_answers_of_a_long_dialogue(whole: str, cuts: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.yaml"
        for cut in cuts:
            try:
                _run(path, ANSWERS, cut)
            except Killed:
                assert not path.exists() or ingest.read_person(path, today=TODAY)
        _run(path, ANSWERS)
        assert path.read_text(encoding="utf-8") == whole


@settings(max_examples=5, phases=(Phase.explicit, Phase.generate))
@example(25, True)
@given(st.integers(0, 60), st.booleans())
def test_killed_at_some_write(whole: str, cut: int, after: bool) -> None:
    """The process may go between what is kept beside the record and the record itself."""
    written = [0]
    true_write = files.write_all

    def _write(parts: Mapping[Path, bytes]) -> None:
        written[0] += 1
        if written[0] == cut and not after:
            raise Killed
        true_write(parts)
        if written[0] == cut:
            raise Killed

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.yaml"
        with mock.patch.object(files, "write_all", _write):
            try:
                _run(path, ANSWERS)
            except Killed:
                assert not path.exists() or ingest.read_person(path, today=TODAY)
        _run(path, ANSWERS)
        assert path.read_text(encoding="utf-8") == whole


def test_what_is_kept_beside_may_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    with pytest.raises(Killed):
        _run(path, ANSWERS, 20)
    (tmp_path / "p.yaml.open").write_text("{", encoding="utf-8")
    terminal = Knowing(ANSWERS)
    Interview(open_draft(path, TODAY), terminal).run()
    assert ingest.read_person(path, today=TODAY).treatments.known
