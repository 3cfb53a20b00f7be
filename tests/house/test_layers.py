"""Imports go one way: the linter's contracts hold, and nothing is excused from them."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

STAGES = (
    *("ingest", "assays", "norms", "profile", "appraise"),
    *("evidence", "predict", "plan", "monitor"),
)


def _contracts(root: Path) -> list[dict[str, Any]]:
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return found


def test_the_contracts_hold(root: Path) -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


def test_no_import_is_excused(root: Path) -> None:
    assert not [c["name"] for c in _contracts(root) if c.get("ignore_imports")]


def test_every_folder_has_its_place_in_the_layers(root: Path) -> None:
    package = root / "src" / "equipoise"
    with_code = {path.parent.relative_to(package).parts[0] for path in package.glob("*/**/*.py")}
    (layers,) = (c["layers"] for c in _contracts(root) if c["type"] == "layers")
    placed = {name.strip() for layer in layers for name in layer.split("|")}
    assert {f"equipoise.{name}" for name in with_code} <= placed
    assert "equipoise.pipeline" in placed


def test_stages_are_independent_siblings(root: Path) -> None:
    (layers,) = (c["layers"] for c in _contracts(root) if c["type"] == "layers")
    assert [layer for layer in layers if "|" in layer] == [
        " | ".join(f"equipoise.{stage}" for stage in STAGES)
    ]
