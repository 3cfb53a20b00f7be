"""Dossiers of an invented person with everything that the clinic's part adds.

Every number here is invented; none comes from a label or a guideline.
"""

from __future__ import annotations

import dataclasses
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from equipoise.core.nouns import (
    Authorisation,
    CalendarEntry,
    CheckItem,
    Criterion,
    DoseLimit,
    DoseStep,
    Dossier,
    EpisodeCriteria,
    GenePhenotype,
    GuidelineView,
    PhaseOutline,
    Schedule,
    Specifier,
    StagingResult,
    Unmapped,
    Workup,
)

__all__ = ["STATES"]

BASE: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("sample_dossier.py")))
SOURCE = "equipoise_method"


def _assessment() -> dict[str, Any]:
    return {
        "episode_criteria": EpisodeCriteria(
            "cannot_tell",
            ("Depressed mood", "Little energy"),
            ("Slowed down",),
            ("Loss of interest",),
            ("2 of 5 symptoms needed are present",),
            ("loss of interest",),
            SOURCE,
        ),
        "specifiers": (
            Specifier("anxious_distress", "Anxious distress", "present", "stated", (), SOURCE),
            Specifier("melancholic", "Melancholic", "cannot_tell", "", ("early waking",), SOURCE),
        ),
        "staging": (
            StagingResult(
                "maudsley",
                "Maudsley Staging Method",
                "6 (mild)",
                "7 (moderate)",
                6,
                7,
                ("duration 2",),
                ("adherence of escitalopram",),
                SOURCE,
                "checked",
            ),
            StagingResult(
                "trd_ema", "Resistant (EMA)", "no", "yes", 0, 1, (), ("x",), SOURCE, "recalled"
            ),
        ),
        "pseudo_resistance": (
            CheckItem("adherence", "Taken as agreed", "abnormal", "half", "ask", SOURCE),
        ),
        "imaging_workup": (
            Workup("fmri", "Scan to diagnose", "not_indicated", ("no", "never"), "n", SOURCE, "x"),
        ),
        "genes": (
            GenePhenotype(
                "CYP2D6", "*1/*4", "normal_metabolizer", "poor_metabolizer", ("Paroxetine",), SOURCE
            ),
        ),
        "dose_limits": (
            DoseLimit("citalopram", "mg/d", 10, 20, 20, ("age 71",), ("the eGFR",), SOURCE),
        ),
    }


def _way() -> dict[str, Any]:
    steps = (
        DoseStep(0, "2025-01-13", "sertraline", 100, "mg/d"),
        DoseStep(14, "2025-01-27", "sertraline", 0, "mg/d", "last tablet the day before"),
        DoseStep(28, "2025-02-10", "phenelzine", 15, "mg/d"),
    )
    criterion = Criterion(
        "TMS-06",
        "two adequate trials that failed",
        "unknown",
        (),
        "trial table",
        "",
        SOURCE,
        "2026-07",
        "recalled",
        "medium",
    )
    met = dataclasses.replace(
        criterion, id="TMS-03", what="adult", status="met", evidence=("age 43, 2025-01-10",)
    )
    return {
        "phases": (
            PhaseOutline(
                "one",
                "Optimise",
                "present",
                "dose first",
                "12 weeks",
                "at once",
                "response",
                SOURCE,
                "B",
                "checked",
            ),
        ),
        "schedules": (
            Schedule(
                "switch",
                "stop_and_wait",
                "Sertraline to phenelzine",
                ("sertraline", "phenelzine"),
                steps,
                (14, 27),
                ("fever: stop",),
                None,
                SOURCE,
                "n/a",
                "checked",
            ),
            Schedule(
                "none",
                "taper",
                "Stop lithium",
                ("lithium",),
                (),
                None,
                (),
                "the dose of lithium is not known",
                SOURCE,
                "n/a",
                "checked",
            ),
        ),
        "calendar": (
            CalendarEntry(
                "2025-01-27",
                14,
                "PHQ-9",
                "early change",
                "below 20 %: look",
                ("sertraline",),
                SOURCE,
                "B",
                "checked",
            ),
        ),
        "guidelines": (
            GuidelineView(
                "nice",
                "NICE NG222",
                "maoi",
                "specialist only",
                "departs",
                "a specialist asked",
                (),
                SOURCE,
                "2022",
                "checked",
            ),
        ),
        "authorisations": (
            Authorisation(
                "rtms",
                "L1",
                "Invented payer",
                "Rule for TMS",
                "2024-01",
                "2024-12-01",
                (criterion, met),
                ("sessions: 36",),
            ),
        ),
    }


def clinic() -> Dossier:
    """An ordinary person with assessment, schedules, calendar and a coverage rule."""
    base: Dossier = BASE["STATES"]["full"]()
    return _with(base)


def clinic_emergency() -> Dossier:
    """The same with an emergency flag."""
    base: Dossier = BASE["STATES"]["emergency"]()
    return _with(base)


def _with(base: Dossier) -> Dossier:
    unmapped = Unmapped("Observation/7", "Eye colour (364706)", "no table lists this code")
    return dataclasses.replace(
        base,
        appraisal=dataclasses.replace(base.appraisal, **_assessment()),
        plan=dataclasses.replace(base.plan, **_way()),
        timeline=dataclasses.replace(base.timeline, unmapped=(unmapped,)),
    )


STATES = cast(
    "dict[str, Callable[[], Dossier]]", {"clinic": clinic, "clinic_emergency": clinic_emergency}
)
