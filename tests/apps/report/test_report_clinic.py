"""Assessment, doses and dates, and coverage on the page: what stands where, what is withheld."""

from __future__ import annotations

import dataclasses
import html
import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from equipoise.apps.report import render
from equipoise.core.answers import not_asked
from equipoise.core.nouns import Dossier, GeneAdvice

SAMPLES = runpy.run_path(str(Path(__file__).with_name("sample_clinic.py")))
STATES = cast("dict[str, Callable[[], Dossier]]", SAMPLES["STATES"])


@pytest.fixture(scope="module")
def clinic() -> str:
    return render(STATES["clinic"]())


def _section(page: str, name: str) -> str:
    found = re.search(rf'<section id="{name}".*?</section>', page, re.DOTALL)
    assert found is not None
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", found.group()).split()))


def test_the_assessment_tells_certain_and_possible_apart(clinic: str) -> None:
    shown = _section(clinic, "assessment")
    assert "cannot be told" in shown
    assert "2 of 5 symptoms needed are present." in shown
    assert "6 (mild) 7 (moderate)" in shown
    assert "Whether this counts as resistant is open" in shown
    assert "10 mg a day 20 mg a day 20 mg a day Age 71." in shown
    assert "not worth doing" in shown


def test_a_gene_stands_as_inherited_and_as_it_acts(clinic: str) -> None:
    shown = _section(clinic, "molecules")
    assert "CYP2D6 *1/*4 Normal metabolizer Poor metabolizer, because of Paroxetine" in shown


ADVICE = GeneAdvice(
    drug="nortriptyline",
    guideline="DPWG",
    genes=("CYP2D6",),
    phenotypes=("Poor Metabolizer",),
    action="less of it",
    strength="n/a",
    version="made up",
    because=("Paroxetine",),
    reference="equipoise_method",
    grade="n/a",
    checked="derived",
    stopped_by=("with something: a danger",),
)


def _advised(state: str) -> Dossier:
    """Return a sample with one advice by genes and drugs that nobody asked for."""
    sample = STATES[state]()
    return dataclasses.replace(
        sample,
        appraisal=dataclasses.replace(sample.appraisal, gene_advice=(ADVICE,)),
        timeline=dataclasses.replace(sample.timeline, drugs=not_asked()),
    )


def test_advice_by_genes_names_the_drug_behind_it_and_what_is_not_known() -> None:
    shown = _section(render(_advised("clinic")), "molecules")
    assert "none of them with something to note, genes change the advice for 1 drug" in shown
    assert "Not to be given now: with something: a danger. Less of it. not graded" in shown
    assert "not graded CYP2D6 Poor Metabolizer, because of Paroxetine" in shown
    assert "Not every drug taken now is known." in shown


def test_advice_by_genes_is_withheld_in_an_emergency_and_never_called_none() -> None:
    shown = _section(render(_advised("clinic_emergency")), "molecules")
    assert "advice by genes withheld" in shown
    assert "no drug" not in shown
    assert "Less of it" not in shown


def test_doses_stand_by_day_with_the_washout(clinic: str) -> None:
    shown = _section(clinic, "way")
    assert "No drug of the two from day 14 to day 27" in shown
    assert (
        shown.index("100 mg a day") < shown.index("none Last tablet") < shown.index("15 mg a day")
    )
    assert "The dose of lithium is not known." in shown
    assert "NICE NG222: maoi Specialist only. departs A specialist asked." in shown


def test_coverage_says_what_is_documented_and_never_more(clinic: str) -> None:
    shown = _section(clinic, "coverage")
    assert "1 met and 1 not documented" in shown
    assert "Due for review since 1 December 2024: check the plan document first." in shown
    assert "approved" not in shown
    assert shown.index("not documented") < shown.index("documented, met")


def test_what_was_not_read_is_listed(clinic: str) -> None:
    assert "Eye colour (364706)" in _section(clinic, "sources")


def test_links_are_links(clinic: str) -> None:
    for name in ("assessment", "way", "coverage"):
        found = re.search(rf'<section id="{name}".*?</section>', clinic, re.DOTALL)
        assert found is not None
        assert "&lt;a" not in found.group()
        assert 'href="#' in found.group()


def test_an_emergency_shows_no_dose_no_date_no_coverage() -> None:
    page = render(STATES["clinic_emergency"]())
    assert 'id="way"' not in page
    assert 'id="coverage"' not in page
    assert "citalopram" not in _section(page, "assessment").lower().replace("escitalopram", "")
