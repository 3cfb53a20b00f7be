"""``import equipoise`` and ``equipoise --help`` load no heavy library; ``plan`` loads few."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = frozenset({
    *("numpy", "scipy", "nibabel", "nilearn", "sklearn", "pandas", "pint", "ucumvert", "pydantic"),
    *("jinja2", "PIL", "ancpbids", "matplotlib", "statsmodels", "lifelines", "jax", "numpyro"),
    *("dask", "mne", "fastapi", "httpx"),
})
NOT_FOR_PLAN = frozenset({"pandas", "pint", "ucumvert", "nilearn", "sklearn", "matplotlib"})


def _modules_after(code: str, *arguments: str) -> set[str]:
    """Return the names of all modules that `code` leaves loaded in a new process."""
    listing = "import atexit, sys\natexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
    done = subprocess.run(
        [sys.executable, "-c", listing + code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return set(done.stderr.splitlines()[-1].split())


def test_the_package_is_light() -> None:
    loaded = _modules_after("import equipoise")
    assert not loaded & (HEAVY | {"rich", "typer", "yaml"})


def test_help_is_light() -> None:
    loaded = _modules_after("from equipoise.apps.cli import main\nmain()", "--help")
    assert not loaded & HEAVY


@pytest.mark.parametrize("command", ["run", "demo", "plan", "check"])
def test_help_of_a_command_is_light(command: str) -> None:
    loaded = _modules_after("from equipoise.apps.cli import main\nmain()", command, "--help")
    assert not loaded & (HEAVY - {"pydantic"})  # typer itself looks for pydantic's types


def test_plan_loads_no_slow_library(root: Path) -> None:
    person = root / "examples" / "person.yaml"
    code = "from equipoise.apps.cli import main\nmain()"
    loaded = _modules_after(code, "plan", str(person), "--date", "2026-03-02")
    assert not loaded & NOT_FOR_PLAN
    assert "scipy.stats" not in loaded
