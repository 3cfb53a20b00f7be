"""What is installed is whole: tables, templates and the data of the worked example."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build the wheel and return it opened."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [Path(sys.executable).with_name("hatchling"), "build", "-t", "wheel", "-d", folder],
        cwd=root,
        capture_output=True,
        check=True,
    )
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_every_file_of_the_package_is_in_the_wheel(root: Path, wheel: zipfile.ZipFile) -> None:
    source = root / "src"
    wanted = {
        path.relative_to(source).as_posix()
        for path in (source / "equipoise").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted - set(wheel.namelist()) == set()
    assert any(name.endswith(".npz") for name in wanted)


def test_the_extras_are_those_that_are_documented(root: Path, wheel: zipfile.ZipFile) -> None:
    (name,) = (n for n in wheel.namelist() if n.endswith("METADATA"))
    metadata = Parser().parsestr(wheel.read(name).decode())
    extras = set(metadata.get_all("Provides-Extra") or [])
    assert extras == {"imaging", "eeg", "genetics", "pdf", "stats", "bayes", "web", "dist", "all"}
    page = (root / "docs" / "getting-started.md").read_text(encoding="utf-8")
    assert not {extra for extra in extras if f"{extra}" not in page}


def test_licence_and_notice_come_along(wheel: zipfile.ZipFile) -> None:
    names = {Path(name).name for name in wheel.namelist()}
    assert {"LICENSE", "NOTICE", "py.typed"} <= names
