"""Files are written whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from equipoise.apps.files import (
    FileStore,
    clear_leftovers,
    clear_person,
    make_folder,
    write_all,
    write_text,
)
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


def test_a_file_without_a_name_is_refused() -> None:
    with pytest.raises(OutputError, match="a file needs a name"):
        write_text(Path(), "text")


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


def test_files_that_belong_together_change_together(tmp_path: Path) -> None:
    """A folder stands where the last file should go: the first two keep their old content."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("old")
    (tmp_path / "file").write_text("here")
    wanted = {tmp_path / name: b"new" for name in ("a.txt", "b.txt", "file/c.txt")}
    with pytest.raises(OutputError):
        write_all(wanted)
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {
        "a.txt": "old",
        "b.txt": "old",
        "file": "here",
    }


def test_the_umask_decides_who_may_read_a_result(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_text(tmp_path / "secret.json", "{}")
    finally:
        os.umask(before)
    assert (tmp_path / "secret.json").stat().st_mode & 0o777 == 0o600


def test_parts_of_another_person_are_left_to_the_run_beside(tmp_path: Path) -> None:
    mine = (
        tmp_path / ".equipoise-part-sub-01.html-aa",
        tmp_path / "sub-01" / ".equipoise-part-x",
        tmp_path / ".equipoise" / "sub-01" / ".equipoise-part-x",
    )
    theirs = (
        tmp_path / ".equipoise-part-sub-012.html-aa",
        tmp_path / "sub-02" / ".equipoise-part-x",
        tmp_path / ".equipoise" / "sub-02" / ".equipoise-part-x",
        tmp_path / ".equipoise-part-CITATION.md-bb",
    )
    stale = tmp_path / ".equipoise-part-CITATION.md-cc"
    for part in (*mine, *theirs, stale):
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text("half")
    day_ago = time.time() - 86400
    os.utime(stale, (day_ago, day_ago))
    clear_person(tmp_path, "01")
    assert not any(part.exists() for part in (*mine, stale))
    assert all(part.exists() for part in theirs)


def test_kept_text_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    store = FileStore(tmp_path, "01")
    store.keep("measure", "k1", "one")
    (kept,) = (tmp_path / ".equipoise" / "sub-01").iterdir()
    kept.write_bytes(b"\xff\xfe")
    assert store.fetch("measure", "k1") is None
