"""What the tests of the house read: the sources, parsed once."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "equipoise"


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def sources() -> dict[str, tuple[str, ast.Module]]:
    """Return text and syntax tree of every source file, by its path below the package."""
    files = sorted(SOURCE.rglob("*.py"))
    texts = {p.relative_to(SOURCE).as_posix(): p.read_text(encoding="utf-8") for p in files}
    return {name: (text, ast.parse(text)) for name, text in texts.items()}


@pytest.fixture(scope="session")
def project_files() -> tuple[Path, ...]:
    """Return every file that belongs to the project: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("this is not a git checkout")
    paths = (ROOT / line for line in listed.stdout.splitlines())
    return tuple(path for path in paths if path.is_file())
