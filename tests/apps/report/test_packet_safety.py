"""What speaks against a drug stands on its packet, in whatever form it is asked for."""

from __future__ import annotations

import dataclasses

import pytest

from equipoise import pipeline
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.readers import render_for
from equipoise.core.answers import given
from equipoise.core.nouns import Finding
from equipoise.core.steps import NoStore
from tests.apps.report.people import DATE, dossier_of
from tests.apps.report.urgent_people import words_in


@pytest.mark.parametrize("form", ["esketamine", "esketamine_monotherapy"])
def test_an_aneurysm_stops_esketamine_with_a_tablet_and_alone(form: str) -> None:
    known = dossier_of("three_failed").timeline
    found = (*known.findings.or_else(()), Finding("aneurysm", "present", given(DATE)))
    timeline = dataclasses.replace(known, findings=given(found))
    settings = pipeline.RunSettings(DATE, pipeline.default_seed())
    dossier = pipeline.run_person(timeline, settings, store=NoStore())
    page = words_in(render_for("authorization", dossier, Edition(treatment=form)))
    assert "Stop: safety comes before coverage" in page
    assert "a hard stop stands against it" in page
    assert "no safety rule was read" not in page
