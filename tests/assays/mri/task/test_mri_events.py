"""Events: what is read, what is refused with its line, and which names are understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.assays.mri.task.contrasts import belongs, contrast_of, task_measures
from equipoise.assays.mri.task.events import Event, Events, read_events
from equipoise.core.errors import RecordingError
from equipoise.core.tables import load_table

HEADER = "onset\tduration\ttrial_type"


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Events]:
    """Return a function that writes lines to a file and reads them as events of a 100 s run."""

    def run(*lines: str) -> Events:
        path = tmp_path / "events.tsv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_events(str(path), "func/events.tsv", 100)

    return run


def test_events_are_read_by_onset(read: Callable[..., Events]) -> None:
    found = read(f"{HEADER}\tresponse_time", "20\t1.5\tgo\t0.4", "4.25\t0\tnogo\tn/a")
    assert found.events == (Event(4.25, 0.0, "nogo"), Event(20.0, 1.5, "go"))
    assert found.types == ("go", "nogo")
    assert found.notes == ()


def test_what_is_passed_over_is_told(read: Callable[..., Events]) -> None:
    found = read(
        f"{HEADER}\tmodulation", "1\t2\tgo\t0.5", "1\t2\tgo\t0.5", "5\t2\tn/a\t1", "99\t9\tgo\t1"
    )
    assert found.events == (Event(1, 2, "go"), Event(99, 9, "go"))
    text = " ".join(found.notes)
    assert "amplitudes (modulation), which were ignored" in text
    assert "1 rows of the events stand twice" in text
    assert "1 events last beyond the end" in text


@pytest.mark.parametrize(
    ("lines", "where", "words"),
    [
        (("onset\tduration", "1\t2"), "func/events.tsv", "lacks the columns trial_type"),
        ((HEADER, "1\t2\tgo", "100\t2\tgo"), "line 3 column onset", "outside the run"),
        ((HEADER, "-0.5\t2\tgo"), "line 2 column onset", "outside the run"),
        ((HEADER, "12500\t2000\tgo"), "line 2 column onset", "onsets are in seconds"),
        ((HEADER, "1\t-2\tgo"), "line 2 column duration", "duration is negative"),
        ((HEADER, "1\tn/a\tgo"), "line 2 column duration", "no time"),
        ((HEADER, "one\t2\tgo"), "line 2 column onset", "no time"),
        ((HEADER, "inf\t2\tgo"), "line 2 column onset", "no time"),
        ((HEADER, "1\t2"), "line 2", "another number of cells"),
        ((HEADER, "1\t2\tn/a"), "func/events.tsv", "no event with a trial type"),
        ((HEADER,), "func/events.tsv", "empty"),
    ],
)
def test_what_is_refused(
    read: Callable[..., Events], lines: tuple[str, ...], where: str, words: str
) -> None:
    with pytest.raises(RecordingError) as caught:
        read(*lines)
    assert where in str(caught.value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_or_binary_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="missing"):
        read_events(str(tmp_path / "none.tsv"), "none.tsv", 10)
    path = tmp_path / "binary.tsv"
    path.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(RecordingError, match="no table of text"):
        read_events(str(path), "binary.tsv", 10)


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "tasks"),
    [
        ("conscious", {"task_sad", "task_threat", "task_happy"}),
        ("Faces", {"task_sad", "task_threat", "task_happy"}),
        ("emotion", {"task_sad", "task_threat", "task_happy"}),
        ("nonconscious", {"task_masked_threat"}),
        ("maskedfaces", {"task_masked_threat"}),
        ("gonogo", {"task_control"}),
        ("GoNoGo", {"task_control"}),
        ("mid", {"task_reward"}),
        ("gambling", {"task_reward"}),
        ("taskswitching", {"task_flexibility"}),
        ("setshifting", {"task_flexibility"}),
        ("rest", set()),
        ("stopsignal", set()),
        ("nback", set()),
    ],
)
def test_labels(label: str, tasks: set[str]) -> None:
    assert {row.text("id") for row in load_table("circuits/tasks") if belongs(row, label)} == tasks


def test_a_run_without_a_label_belongs_to_no_task() -> None:
    assert not any(belongs(row, None) for row in load_table("circuits/tasks"))


def _types(*names: str) -> Events:
    return Events(tuple(Event(float(n), 1.0, name) for n, name in enumerate(names)))


@pytest.mark.parametrize(
    ("task", "names", "words"),
    [
        ("task_sad", ("Sad", "Neutral", "fear"), "Sad - Neutral"),
        ("task_threat", ("fear", "Anger", "neutral"), "Anger and fear - neutral"),
        ("task_masked_threat", ("masked_fear", "masked_neutral"), "masked_fear - masked_neutral"),
        ("task_happy", ("happy_face", "neutral_face"), "happy_face - neutral_face"),
        ("task_reward", ("win", "loss", "neutral"), "win - neutral"),
        ("task_control", ("Go", "NoGo"), "NoGo - Go"),
        ("task_control", ("go_correct", "no-go_correct", "error"), "no-go_correct - go_correct"),
        ("task_flexibility", ("switch", "repeat"), "switch - repeat"),
        ("task_flexibility", ("no_switch", "switch"), "switch - no_switch"),
    ],
)
def test_trial_types(task: str, names: tuple[str, ...], words: str) -> None:
    contrast = contrast_of(load_table("circuits/tasks").row(id=task), _types(*names), "e")
    assert contrast.words == words
    assert sum(contrast.weights().values()) == pytest.approx(0)
    assert max(contrast.weights().values()) <= 1


@pytest.mark.parametrize(
    ("task", "names"),
    [
        ("task_reward", ("win", "loss")),  # a loss is no neutral outcome
        ("task_threat", ("fear", "shapes")),  # shapes are no neutral faces
        ("task_sad", ("neutral", "happy")),
        ("task_control", ("stop", "go")),  # a stop signal is another contrast
    ],
)
def test_what_is_not_guessed(task: str, names: tuple[str, ...]) -> None:
    with pytest.raises(RecordingError, match="do not hold the conditions") as caught:
        contrast_of(load_table("circuits/tasks").row(id=task), _types(*names), "e")
    assert ", ".join(sorted(names)) in str(caught.value)


def test_the_published_measures_are_all_there() -> None:
    """17 activations and 10 pairs of the 41 measures of Tozzi 2024; the rest are marked as ours."""
    rows = list(load_table("circuits/task_measures"))
    theirs = [row for row in rows if row.text("reference") == "tozzi2024"]
    assert Counter(row.text("kind") for row in theirs) == {"act": 17, "ppi": 10}
    ours = {row.text("task") for row in rows if row not in theirs}
    assert ours == {"task_reward", "task_flexibility"}


def test_sides_are_those_of_the_region_and_not_of_the_code() -> None:
    """The authors' short codes swap left and right between activation and pairs."""
    for row in load_table("circuits/tasks"):
        for measure in task_measures(row.text("id")):
            parts = measure.id.rpartition(".")[2].split("__")
            assert len(parts) == len(measure.regions)
            for part, region in zip(parts, measure.regions, strict=True):
                assert region.partition("_")[2] == part
                side = load_table("regions/regions").row(id=region).text("side")
                assert side == {"l": "L", "r": "R"}.get(part.rpartition("_")[2], "M")
