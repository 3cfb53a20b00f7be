"""Every change leaves a fragment of a known kind."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

FRAGMENT = re.compile(r"[a-z0-9][a-z0-9-]*\.(results|feature|fix)\.md")


def _fragments(root: Path) -> list[Path]:
    return [p for p in sorted((root / "changelog.d").iterdir()) if p.name != "README.md"]


def test_fragment_names(root: Path) -> None:
    assert not [p.name for p in _fragments(root) if not FRAGMENT.fullmatch(p.name)]


def test_fragments_are_sentences(root: Path) -> None:
    texts = {p.name: p.read_text(encoding="utf-8").strip() for p in _fragments(root)}
    assert not [name for name, text in texts.items() if not text.endswith(".")]


@pytest.mark.parametrize("name", ["Norms.feature.md", "norms.md", "norms.added.md", "a b.fix.md"])
def test_other_names_are_refused(name: str) -> None:
    assert not FRAGMENT.fullmatch(name)


def test_the_fragments_become_a_changelog(root: Path) -> None:
    towncrier = Path(sys.executable).with_name("towncrier")
    done = subprocess.run(
        [towncrier, "build", "--draft", "--version", "0.0.0", "--date", "2025-01-01"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "0.0.0" in done.stdout
