"""Every page in headless Chromium: axe, keyboard, phone, zoom, spacing, no request, no script.

`make browser` installs what this needs; where it is missing the tests skip and say why.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.pages import page_names, write_all

pytestmark = [pytest.mark.browser]
HERE = Path(__file__).resolve().parent
TIMEOUT = 1200

Faults = dict[str, list[str]]


@pytest.fixture(scope="session")
def tools() -> tuple[str, str]:
    """Return node and Chromium, or skip."""
    node, chromium = shutil.which("node"), shutil.which("chromium")
    for name, found in (("node", node), ("Chromium", chromium)):
        if found is None:
            pytest.skip(f"{name} is not here; make browser installs it")
    if not (HERE / "node_modules").is_dir():
        pytest.skip("playwright-core and axe-core are not here; make browser installs them")
    return str(node), str(chromium)


def audited(tools: tuple[str, str], folder: Path) -> dict[str, Faults]:
    """Return the faults that the browser finds in the pages of a folder."""
    command = [tools[0], str(HERE / "audit.mjs"), str(folder), tools[1]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Faults] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="session")
def faults(tools: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Faults]:
    """Return what is wrong with each page, looked at once."""
    folder = tmp_path_factory.mktemp("pages")
    write_all(folder)
    return audited(tools, folder)


@pytest.mark.parametrize("name", page_names())
def test_a_page_has_no_fault(faults: dict[str, Faults], name: str) -> None:
    assert {check: lines for check, lines in faults[name].items() if lines} == {}


def test_every_page_went_through_every_check(faults: dict[str, Faults]) -> None:
    assert set(faults) == set(page_names())
    assert {len(checks) for checks in faults.values()} == {20}


PLANTED = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A page</title><style>
html{scroll-behavior:smooth}a:focus{outline:none}.low{color:#BBBBBB}.cut{height:1.2em;overflow:hidden}
.wide{width:600px}.tiny{display:inline-block;width:9px;height:9px;overflow:hidden}
@keyframes fade{to{letter-spacing:.1em}}h1{animation:fade 9s infinite}
</style></head><body><main><h1>A page with faults</h1><p class="low">Hard to read.</p>
<p class="cut">One line that is cut as soon as it becomes two lines, on a phone or with more room
between the letters.</p><p class="wide">Too wide for a phone.</p><img src="elsewhere.png" alt="">
<p><a href="#a" class="tiny">a</a><a href="#b" class="tiny">b</a></p><div id="more"></div>
<script>document.getElementById("more").textContent="words that a script alone can show ".repeat(9);
console.warn("a remark")</script></main></body></html>"""


def test_faults_that_were_planted_are_found(tools: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "planted.html").write_text(PLANTED, "utf-8")
    found = audited(tools, tmp_path)["planted.html"]
    for check in ("axe, desktop", "axe, phone", "motion, desktop", "keyboard, desktop"):
        assert found[check], check
    for check in ("sideways, phone", "sideways, 400 % zoom", "spacing, phone"):
        assert found[check], check
    for check in ("requests, desktop", "console, desktop", "words, no script"):
        assert found[check], check
    assert any("color-contrast" in line for line in found["axe, desktop"])
    assert any("target-size" in line for line in found["axe, desktop"])
