"""Ids, units and dates of the record become words; what is no machine word stays."""

from __future__ import annotations

import dataclasses
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from equipoise.apps.report.plain import plain
from equipoise.apps.summary import summary
from equipoise.core.nouns import Dossier, OptionVerdict

SAMPLES = runpy.run_path(str(Path(__file__).with_name("sample_dossier.py")))
build = cast("Callable[[str], Dossier]", SAMPLES["build"])


@pytest.mark.parametrize(
    ("raw", "printed"),
    [
        ("phq9 item 9 = 1 (2026-03-02)", "PHQ-9 item 9: answered 1 (2 March 2026)"),
        (
            "crp_hs 3.4 mg/L (2026-02)",
            "High-sensitivity C-reactive protein 3.4 mg/L (February 2026)",
        ),
        ("pregnancy not_pregnant (2026-03-02)", "not pregnant (2 March 2026)"),
        ("US adults, 2005-2016", "US adults, 2005-2016"),
        ("dose 150 mg/d, needed 50", "dose 150 mg/d, needed 50"),
        ("80 %: 14-43", "80 %: 14-43"),
    ],
)
def test_machine_words_become_words(raw: str, printed: str) -> None:
    assert plain(raw) == printed


def test_what_was_not_asked_is_not_told_as_no_danger() -> None:
    assert "No red flag in the data given. What was not asked is not known." in summary(
        build("empty")
    )
    full = summary(build("full"))
    assert "No red flag in the data given." in full
    assert "What was not asked is not known." not in full


def test_many_hard_stops_of_one_reason_are_one_line() -> None:
    base = build("full")
    reasons = base.appraisal.verdicts[0].reasons
    names = ["cbt", "citalopram", "ect", "lithium_augmentation", "rtms", "sertraline"]
    verdicts = tuple(OptionVerdict(name, "hard_stop", reasons) for name in names)
    person = dataclasses.replace(
        base, appraisal=dataclasses.replace(base.appraisal, verdicts=verdicts)
    )
    lines = [line for line in summary(person).splitlines() if "HARD STOP" in line]
    assert len(lines) == 1
    assert "citalopram, electroconvulsive therapy, lithium added to an antidepressant" in lines[0]
