"""The files of the project speak of the project: no machine and no package host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEXT = {
    ".py",
    ".md",
    ".tsv",
    ".json",
    ".yaml",
    ".yml",
    ".toml",
    ".txt",
    ".html",
    ".css",
    ".j2",
    ".cfg",
    "",
}
WORDS = (
    r"(?<![\w.~])/(?:work|root|home|Users|tmp)/\w+",
    r"pypi\.org|pythonhosted|npmjs|anaconda\.org",
)
FORBIDDEN = re.compile("|".join(WORDS))


def test_no_file_speaks_of_anything_else(project_files: tuple[Path, ...], root: Path) -> None:
    found = []
    for path in project_files:
        if path.suffix not in TEXT or path.name in {"LICENSE", "test_own_words.py"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = FORBIDDEN.search(line)
            if match:
                found.append(f"{path.relative_to(root)}:{number}: {match.group()}")
    assert not found


@pytest.mark.parametrize("line", ["see /home/ann/x", "in /tmp/x/y", "from pypi.org"])
def test_the_scan_sees(line: str) -> None:
    assert FORBIDDEN.search(line)


def test_no_file_is_large(project_files: tuple[Path, ...], root: Path) -> None:
    limit = 2_000_000  # bytes; the demo's recording is the largest file
    large = {p.relative_to(root).as_posix(): p.stat().st_size for p in project_files}
    assert {name: size for name, size in large.items() if size > limit} == {}
