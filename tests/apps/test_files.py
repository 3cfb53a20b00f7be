"""Files are written whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from equipoise.apps.files import FileStore, clear_leftovers, make_folder, write_text
from equipoise.core.errors import OutputError

FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from equipoise.apps.files import write_text
from equipoise.core.errors import OutputError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_text(Path(sys.argv[1]), "x" * 5000)
except OutputError as error:
    print(error)
"""


def test_a_place_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(OutputError, match="cannot be written") as caught:
        make_folder(tmp_path / "file" / "out")
    assert "\n" not in str(caught.value)
    with pytest.raises(OutputError):
        write_text(tmp_path / "file" / "a.txt", "text")


def test_a_full_disk_leaves_the_old_file_and_no_part(tmp_path: Path) -> None:
    # The kernel's limit on a file's size stands for a full disk: the write itself fails.
    path = tmp_path / "a.txt"
    path.write_text("old")
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=True
    )
    assert "cannot be written" in done.stdout
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_leftovers_of_a_killed_run_are_removed_and_nothing_else(tmp_path: Path) -> None:
    part = tmp_path / "sub" / ".equipoise-part-abc"
    part.parent.mkdir()
    part.write_text("half")
    (tmp_path / "sub" / "whole.json").write_text("{}")
    clear_leftovers(tmp_path)
    assert not part.exists()
    assert (tmp_path / "sub" / "whole.json").exists()


def test_the_store_keeps_the_newest_result_of_each_step(tmp_path: Path) -> None:
    store = FileStore(tmp_path, "01")
    assert store.fetch("measure", "k1") is None
    store.keep("measure", "k1", "one")
    store.keep("dossier", "k1", "other step")
    store.keep("measure", "k2", "two")
    assert store.fetch("measure", "k1") is None
    assert store.fetch("measure", "k2") == "two"
    assert store.fetch("dossier", "k1") == "other step"
