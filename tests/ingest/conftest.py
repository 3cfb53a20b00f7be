"""Fixtures of the ingest tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

FULL = Path(__file__).resolve().parents[1] / "fixtures" / "person_full.yaml"

Write = Callable[[str], Path]


@pytest.fixture(scope="session")
def full_text() -> str:
    """Return a record that has every key."""
    return FULL.read_text(encoding="utf-8")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a record and gives its path."""

    def writer(text: str) -> Path:
        path = tmp_path / "sub-01_person.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return writer
