"""What moves on the pages, moved by keyboard in headless Chromium with the policy in force."""

from __future__ import annotations

import json
import runpy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from equipoise.apps.report import render
from equipoise.apps.report.charts import template_brain
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.readers import render_for
from equipoise.core.avoided import avoided_options
from tests.apps.report.people import dossier_of

pytestmark = [pytest.mark.browser]
HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent / "apps" / "report" / "sample_dossier.py"
PERSON = "three_failed"
CAREFUL = "post_partum"
SMALLEST_TARGET = 24


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what happened to the pages."""
    node, chromium = shutil.which("node"), shutil.which("chromium")
    if node is None or chromium is None or not (HERE / "node_modules").is_dir():
        pytest.skip("node, Chromium or playwright-core is not here; make browser installs them")
    if template_brain.template_file() is None:
        pytest.skip("nilearn, nibabel or Pillow is not installed")
    folder = tmp_path_factory.mktemp("moved")
    pages = {
        "clinician": render_for("clinician", dossier_of(PERSON), Edition()),
        "avoided": render_for("clinician", dossier_of(CAREFUL), Edition()),
        "patient": render_for("patient", dossier_of(PERSON), Edition()),
        "target": render(runpy.run_path(str(SAMPLES))["STATES"]["full"]()),
    }
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    command = [node, str(HERE / "interact.mjs"), str(folder), chromium]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_nothing_is_asked_for_and_nothing_refused(moved: dict[str, Any]) -> None:
    assert moved["faults"] == []


def test_a_slider_moved_by_keyboard_changes_the_order_and_says_so(moved: dict[str, Any]) -> None:
    before, after = moved["before"], moved["moved"]
    decision = dossier_of(PERSON).decision
    assert decision.weighing is not None
    names = decision.weighing.options
    assert [names[t] for t in before["order"]] == [one.treatment for one in decision.predictions]
    assert before["said"].startswith("The order is that of the weights on record.")
    assert sorted(after["order"]) == sorted(before["order"])
    assert after["order"] != before["order"]
    assert after["shares"] != before["shares"]
    assert "Ahead by weighted benefit" in after["said"]
    assert "on record" not in after["said"]
    assert dict(moved["swings"])["visits"] == 100
    assert dict(moved["swings"])["remission"] == 0


def test_what_is_to_be_avoided_stands_last_whatever_its_benefit(moved: dict[str, Any]) -> None:
    dossier = dossier_of(CAREFUL)
    decision, behind = dossier.decision, avoided_options(dossier.appraisal.verdicts)
    assert decision.weighing is not None
    names = decision.weighing.options
    groups = {key: [names[t] for t in group] for key, group in moved["groups"].items()}
    ranked = [one for one in decision.predictions if one.treatment not in behind]
    assert groups["tied"] == [one.treatment for one in ranked if one.tied]
    assert groups["rest"] == [one.treatment for one in ranked if not one.tied]
    assert groups["avoid"]
    assert set(groups["avoid"]) == behind & set(names)


def test_reset_brings_back_what_is_on_record(moved: dict[str, Any]) -> None:
    assert moved["reset"]["order"] == moved["before"]["order"]
    assert moved["reset"]["shares"] == moved["before"]["shares"]
    assert moved["reset"]["forest"] == moved["moved"]["forest"]


def test_targets_are_large_enough(moved: dict[str, Any]) -> None:
    assert min(moved["targets"]) >= SMALLEST_TARGET


def test_a_row_of_a_chart_is_read_out_by_keyboard(moved: dict[str, Any]) -> None:
    assert "80\N{NO-BREAK SPACE}%:" in moved["read"] or "80 %:" in moved["read"]


def test_a_slice_is_moved_by_keyboard(moved: dict[str, Any]) -> None:
    assert moved["slice"] != moved["next"]
    assert moved["next"].startswith("Sagittal, x = ")
    assert moved["slices"] == 3


def test_one_box_in_each_line_is_ticked(moved: dict[str, Any]) -> None:
    assert moved["ticked"] == [False, False, False, True, False]
    assert len(set(moved["names"])) == 5


def test_print_and_a_page_without_script_keep_what_is_on_record(moved: dict[str, Any]) -> None:
    assert not moved["printed"]
    assert moved["hidden"]
    assert moved["whole"] > 0
