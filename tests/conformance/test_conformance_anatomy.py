"""Every assay is one file of one shape: docstring, SPEC, one public ``measure``."""

from __future__ import annotations

import inspect
from importlib import import_module

from equipoise.core.assay import AssaySpec

LONGEST = 250


def test_one_file_one_shape(spec: AssaySpec) -> None:
    module = import_module(f"equipoise.assays.{spec.id}")
    assert module.__all__ == ["SPEC", "measure"]
    assert spec == module.SPEC
    assert len(inspect.getsource(module).splitlines()) <= LONGEST
    text = inspect.getdoc(module) or ""
    assert "References" in text
    assert "imits" in text
