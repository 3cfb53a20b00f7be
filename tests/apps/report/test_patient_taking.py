"""A patient is never told to keep on with what a safety rule speaks against."""

from __future__ import annotations

import dataclasses
from functools import cache

from equipoise import pipeline
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.readers import render_for
from equipoise.core.answers import given
from equipoise.core.nouns import Allergy, Dossier, Finding
from equipoise.core.steps import NoStore
from tests.apps.report.people import DATE, dossier_of
from tests.apps.report.urgent_people import words_in

KEEP = "Keep on with sertraline"
ASK = "Ask us today if you should go on with sertraline"


@cache
def changed(**parts: object) -> Dossier:
    timeline = dataclasses.replace(dossier_of("post_partum").timeline, **parts)  # type: ignore[arg-type]
    settings = pipeline.RunSettings(DATE, pipeline.default_seed())
    return pipeline.run_person(timeline, settings, store=NoStore())


def page_of(dossier: Dossier) -> str:
    return words_in(render_for("patient", dossier, Edition()))


def test_what_is_taken_well_goes_on() -> None:
    page = page_of(dossier_of("post_partum"))
    assert KEEP in page
    assert ASK not in page


def test_an_allergy_to_what_is_taken_is_asked_about_today() -> None:
    allergy = Allergy("sertraline", "allergy", given("swelling"))
    page = page_of(changed(allergies=given((allergy,))))
    assert ASK in page
    assert KEEP not in page
    assert "Do not stop a medicine on your own." in page


def test_mania_years_ago_leaves_antidepressants_to_a_specialist() -> None:
    ever = Finding("mania_or_hypomania_ever", "present", given(DATE))
    known = dossier_of("three_failed").timeline
    findings = (*known.findings.or_else(()), ever)
    timeline = dataclasses.replace(known, findings=given(findings))
    settings = pipeline.RunSettings(DATE, pipeline.default_seed())
    page = page_of(pipeline.run_person(timeline, settings, store=NoStore()))
    offered, _, left = page.partition("Safety rules leave these to a specialist")
    assert "mirtazapine" in left
    assert "mirtazapine" not in offered.casefold()
    assert "Something in your record may point to bipolar disorder" in offered
