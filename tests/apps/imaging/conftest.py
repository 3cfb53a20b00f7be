"""The sound run of `benchmarks/bad_scans.py` on disk, and the command line in this process."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "benchmarks" / "bad_scans.py"
Run = Callable[..., tuple[int, str, str]]


def load_script() -> ModuleType:
    """Return the script as a module."""
    spec = importlib.util.spec_from_file_location("bad_scans", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bad_scans"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def scans() -> ModuleType:
    """Return the script that makes bad scans."""
    return load_script()


@pytest.fixture(scope="session")
def base(scans: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the files of the sound run, written once."""
    return scans.write_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def files(scans: ModuleType, base: Any, tmp_path: Path) -> Any:
    """Return a copy of them, free to be damaged."""
    return scans.copied(base, tmp_path / "files")
