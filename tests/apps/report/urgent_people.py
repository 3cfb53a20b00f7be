"""People in every kind of emergency, with a ranking behind them that no page may show."""

from __future__ import annotations

import dataclasses
import html
import re
from functools import cache
from typing import Final

from equipoise import pipeline
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.readers import render_for
from equipoise.core.answers import given
from equipoise.core.nouns import Consent, Dossier, Finding, PathwayStep, RedFlag
from equipoise.core.steps import NoStore
from equipoise.core.tables import load_table
from tests.apps.report.people import DATE, dossier_of

NAME: Final = "Dr Ada Kahn"
EVERY_TOPIC: Final = ("diagnosis", "treatments", "plan_dates", "warning_signs", "wishes")
FOUND: Final = ("psychosis", "mania", "catatonia", "postpartum_psychosis", "intent_to_harm_infant")
"""Findings that are run through every stage."""


def every_emergency() -> tuple[str, ...]:
    """Return the flags that can be an emergency."""
    rows = load_table("red_flags/red_flags")
    flags = {row.text("flag"): None for row in rows if row.text("level") == "emergency"}
    return (*flags, "combination_emergency")


def flag_of(name: str, grade: str = "emergency") -> RedFlag:
    """Return a flag with the pathway of the table and evidence that no relative should read."""
    steps = tuple(
        PathwayStep(row.text("action"), row.text("who"), row.text("when"), "recalled", "n/a")
        for row in load_table("red_flags/pathways")
        if row.text("flag") == name
    )
    assert steps, name
    return RedFlag(name, f"TITLE {name}", grade, "EVIDENCE of the record", steps)  # type: ignore[arg-type]


def flagged(*names: str, grade: str = "emergency", base: str = "first_episode") -> Dossier:
    """Return a person with a whole ranking and plan, released, and these flags."""
    dossier = dossier_of(base)
    flags = tuple(flag_of(name, grade) for name in names)
    appraisal = dataclasses.replace(dossier.appraisal, red_flags=flags)
    return dataclasses.replace(dossier, appraisal=appraisal, acknowledged_by=NAME)


@cache
def found(finding: str) -> Dossier:
    """Return a person whose record states a finding today, run through every stage."""
    timeline = dossier_of("first_episode").timeline
    findings: tuple[Finding, ...] = (Finding(finding, "present", given(DATE)),)
    settings = pipeline.RunSettings(DATE, pipeline.default_seed(), NAME)
    changed = dataclasses.replace(timeline, findings=given(findings))
    return pipeline.run_person(changed, settings, store=NoStore())


def agreed(dossier: Dossier, *topics: str) -> Dossier:
    """Return the person after a dated yes to these topics."""
    consent = Consent("family", True, "2026-02-01", topics=topics)
    timeline = dataclasses.replace(dossier.timeline, consents=given((consent,)))
    return dataclasses.replace(dossier, timeline=timeline)


def page_of(reader: str, dossier: Dossier) -> str:
    """Return a page, handed over by name."""
    return render_for(reader, dossier, Edition(released_by=NAME))


@cache
def urgent_page_of(reader: str, flag: str) -> str:
    """Return the page of an emergency, of a person who allowed their family to know everything."""
    return page_of(reader, agreed(flagged(flag), *EVERY_TOPIC))


def words_in(page: str) -> str:
    """Return what stands in the body, without style and marks."""
    body = page[page.index("<body") :]
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", body, flags=re.S)
    body = re.sub(r"</?(p|li|h[1-6]|dt|dd|th|td|span class=\"asked\")[^>]*>", "\n", body)
    return html.unescape(re.sub(r"<[^>]+>", "", body))
