"""The simulation of invented people, from the benchmark that draws it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "calibration.py"


@pytest.fixture
def worlds() -> ModuleType:
    """Return ``benchmarks/calibration.py`` as a module of its own, so that it can be mutated."""
    spec = importlib.util.spec_from_file_location("calibration_worlds", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
