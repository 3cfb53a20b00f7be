"""One run, six pages: what two readers are told about the same thing is the same."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from pathlib import Path
from typing import Final

import pytest

import equipoise
from equipoise import ingest, pipeline
from equipoise.apps.report import numbers as n
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.readers import READERS, render_for
from equipoise.apps.report.wording import slips
from equipoise.core.avoided import avoided_options
from equipoise.core.nouns import Dossier
from equipoise.core.steps import NoStore
from tests.apps.report.people import ALMOST_NOTHING, DATE, PEOPLE, WATCH, WORKED, dossier_of

DEMO: Final = "demo"
"""The person of the demonstration: ten values of blood, genes, a drug under way."""
TOLD: Final = (*WORKED, ALMOST_NOTHING, WATCH, DEMO)
"""People whose pages rank options."""
CALLED: Final = ("patient", "family", "letter")
NAME: Final = "Dr Ada Kahn"


@cache
def person(name: str) -> Dossier:
    if name != DEMO:
        return dossier_of(name, NAME)
    record = Path(equipoise.__file__).parent / "apps/demo/data/sub-01_person.yaml"
    settings = pipeline.RunSettings(DATE, pipeline.default_seed())
    return pipeline.run_person(ingest.read_person(record, today=DATE), settings, store=NoStore())


@cache
def page(name: str, reader: str) -> str:
    return render_for(reader, person(name), Edition(released_by=NAME))


def words(html: str) -> str:
    bare = re.sub(r"<(style|script|svg|head)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", bare)).split())


@pytest.mark.parametrize("reader", [one for one in READERS if one != "data"])
@pytest.mark.parametrize("name", [*PEOPLE, DEMO])
def test_no_page_holds_a_forbidden_phrase(name: str, reader: str) -> None:
    html = re.sub(r'<section id="myths".*?</section>', " ", page(name, reader), flags=re.DOTALL)
    audience = "patient" if reader in ("patient", "family") else "all"
    assert slips(words(html), audience) == ()


@pytest.mark.parametrize("name", TOLD)
def test_the_patient_sees_what_is_ranked_but_for_what_is_to_be_avoided(name: str) -> None:
    found = person(name)
    ranked = {one.treatment for one in found.decision.predictions}
    told = set(re.findall(r'data-row="established\.(\w+)\.response"', page(name, "patient")))
    listed = set(re.findall(r">established\.(\w+)\.response<", page(name, "data")))
    assert told == ranked - avoided_options(found.appraisal.verdicts)
    assert listed == ranked


@pytest.mark.parametrize("name", TOLD)
def test_patient_and_clinician_have_the_same_next_date(name: str) -> None:
    first = min(step.review for step in person(name).plan.steps if step.review)
    told = re.search(r'next check is by <time datetime="([^"]+)"', page(name, "patient"))
    assert told is not None
    assert told[1] == first
    assert n.day(first) in words(page(name, "clinician"))


@pytest.mark.parametrize("reader", ["patient", "letter"])
@pytest.mark.parametrize("name", TOLD)
def test_every_day_to_come_is_a_review_of_the_plan(name: str, reader: str) -> None:
    found = person(name)
    reviews = {step.review for step in found.plan.steps}
    days = set(re.findall(r'datetime="(\d{4}-\d\d-\d\d)"', page(name, reader)))
    assert {day for day in days if day > found.date} <= reviews


@pytest.mark.parametrize("name", TOLD)
def test_a_trial_that_failed_is_on_every_page_that_tells_trials(name: str) -> None:
    found = person(name)
    failed = [t for t in found.appraisal.trials if t.adequate == "yes" and t.failed == "yes"]
    count = n.count(len(failed), "adequate trial", spelled=True).capitalize()
    for reader in ("clinician", "patient", "letter", "authorization"):
        text = words(page(name, reader))
        for trial in failed:
            assert trial.treatment in text.lower(), reader
        if failed and reader != "patient":
            assert f"{count} without enough benefit" in text, reader


@pytest.mark.parametrize("name", [*PEOPLE, DEMO])
def test_patient_family_and_letter_give_the_same_numbers_to_call(name: str) -> None:
    called = [set(re.findall(r'href="tel:(\d+)"', page(name, one))) for one in CALLED]
    assert called[0]
    assert all(found == called[0] for found in called)


@pytest.mark.parametrize("name", TOLD)
def test_what_was_not_looked_for_is_said_of_trials_that_recruit(name: str) -> None:
    assert "were not looked for" in words(page(name, "clinician"))
    assert "study that I could join" in words(page(name, "patient"))


def test_the_need_tells_an_inadequate_trial_from_an_adequate_one() -> None:
    told = words(page(DEMO, "authorization"))
    assert "no response, adequate;" in told
    assert "stopped for side effects, not adequate;" in told


def test_a_research_row_says_what_its_outlook_adds() -> None:
    decision = person("three_failed").decision
    ranked = {one.treatment: one for one in decision.predictions}
    html = page("three_failed", "clinician")
    marked = re.findall(r'<tr role="row" class="research">.*?</tr>', html, re.DOTALL)
    drawn = [row for row in marked if "would be" in row]
    assert drawn
    for row in drawn:
        one = next(found for found in decision.exploratory if f">{found.title}" in row)
        assert n.whole(one.outlook) != n.whole(ranked[one.treatment].outlook)
        outlook, known = n.points(one.outlook), n.points(ranked[one.treatment].outlook)
        assert f"alike: {outlook} points, in the ranking {known}" in words(row)


@pytest.mark.parametrize("reader", READERS)
def test_the_largest_pages_stay_below_three_megabytes(reader: str) -> None:
    assert len(page(DEMO, reader).encode()) <= 3_000_000
