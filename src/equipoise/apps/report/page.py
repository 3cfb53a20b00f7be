"""The page: every section of the report of one person, ready for the templates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.on_paper import cited_on_paper
from equipoise.apps.report.palette import BANNER, css_variables
from equipoise.apps.report.sections.actions import Actions, Change, actions, change
from equipoise.apps.report.sections.answer import Answer, answer
from equipoise.apps.report.sections.assessment import Assessment, assessment
from equipoise.apps.report.sections.audit import Audit, audit
from equipoise.apps.report.sections.changes import Changes, changes_view
from equipoise.apps.report.sections.circuits import Circuits, circuits
from equipoise.apps.report.sections.compared import Compared, compared
from equipoise.apps.report.sections.confidence import Confidence, confidence
from equipoise.apps.report.sections.course import Courses, courses
from equipoise.apps.report.sections.coverage import Coverage, coverage
from equipoise.apps.report.sections.excluded import Excluded, excluded
from equipoise.apps.report.sections.history import History, history
from equipoise.apps.report.sections.imaging import imaging_of
from equipoise.apps.report.sections.known import Known, known
from equipoise.apps.report.sections.mechanisms import Mechanisms, mechanisms
from equipoise.apps.report.sections.molecules import Molecules, molecules
from equipoise.apps.report.sections.outlook import Outlook, outlook
from equipoise.apps.report.sections.safety import Safety, safety, withheld
from equipoise.apps.report.sections.scans import Scans, scans_view
from equipoise.apps.report.sections.target import TargetView, views_of
from equipoise.apps.report.sections.under_way import UnderWayView, under_way
from equipoise.apps.report.sections.way import Way, way
from equipoise.apps.report.sections.weighing import WeighingView, weighing_view
from equipoise.apps.report.sections.wishes import Wishes, wishes
from equipoise.apps.report.sections.worth import Worth, worth
from equipoise.apps.report.sections.year import YearView, year
from equipoise.apps.report.wording import say, sentence
from equipoise.core.nouns import Demographics, Dossier

__all__ = ["Header", "Page", "build_page", "header_of", "theme"]

PRINTED_LABEL = 40
PRINTED_HEAD = 240


@dataclass(frozen=True, slots=True)
class Header:
    """What stands at the top of the page and in its print margin."""

    label: str
    person: str
    date: str
    version: str
    use: str
    reviewed: str
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report."""

    header: Header
    withheld: bool
    safety: Safety
    answer: Answer
    actions: Actions
    change: Change | None
    compared: Compared | None
    way: Way | None
    confidence: Confidence
    assessment: Assessment | None
    history: History
    known: Known
    molecules: Molecules | None
    circuits: Circuits | None
    scans: Scans | None
    changes: Changes | None
    mechanisms: Mechanisms
    targets: tuple[TargetView, ...]
    courses: Courses
    coverage: Coverage | None
    under_way: UnderWayView | None
    worth: Worth | None
    wishes: Wishes | None
    weighing: WeighingView | None
    year: YearView | None
    outlook: Outlook | None
    excluded: Excluded | None
    audit: Audit

    @staticmethod
    def cited_on_paper(html: str) -> frozenset[str]:
        """Ids of the sources that the printed part of `html` cites."""
        return cited_on_paper(html)

    @property
    def absent(self) -> tuple[str, ...]:
        """Ids of the sections that this page does not have."""
        parts = {
            "compared": self.compared,
            "way": self.way,
            "assessment": self.assessment,
            "molecules": self.molecules,
            "coverage": self.coverage,
            "brain": self.circuits,
            "scans": self.scans,
            "changes": self.changes,
            "under": self.under_way,
            "tests": self.worth,
            "wishes": self.wishes,
            "year": self.year,
            "outlook": self.outlook,
            "options": None if self.withheld else True,
            "steps": self.actions.now,
        }
        return tuple(name for name, part in parts.items() if not part)


def build_page(dossier: Dossier, t1w: Path | None = None) -> Page:
    """Return the view of one dossier, the target on the person's T1w image where it is given."""
    imaging = imaging_of(dossier, t1w)
    return Page(
        header=header_of(dossier),
        withheld=withheld(dossier),
        safety=safety(dossier),
        answer=answer(dossier),
        actions=actions(dossier),
        change=change(dossier),
        compared=compared(dossier),
        way=way(dossier),
        confidence=confidence(dossier),
        assessment=assessment(dossier),
        history=history(dossier),
        known=known(dossier),
        molecules=molecules(dossier),
        circuits=circuits(imaging),
        scans=scans_view(imaging),
        changes=changes_view(imaging.changes, imaging.change_order),
        mechanisms=mechanisms(dossier),
        targets=views_of(imaging),
        courses=courses(dossier),
        coverage=coverage(dossier),
        under_way=under_way(dossier),
        worth=worth(dossier),
        wishes=wishes(dossier),
        weighing=weighing_view(dossier),
        year=year(dossier),
        outlook=outlook(dossier),
        excluded=excluded(dossier),
        audit=audit(dossier),
    )


def header_of(dossier: Dossier) -> Header:
    """Return what stands at the top of every page about one run."""
    return Header(
        label=f"sub-{dossier.label}",
        person=_person(dossier.timeline.demographics),
        date=n.day(dossier.date),
        version=dossier.version,
        use=say("intended_use"),
        reviewed=say("not_reviewed"),
        notices=tuple(dict.fromkeys(sentence(notice) for notice in dossier.notices)),
    )


def _person(demographics: Demographics) -> str:
    parts = []
    if demographics.age_years.value is not None:
        parts.append(f"{demographics.age_years.value:.0f} years")
    if demographics.sex.value is not None:
        parts.append(demographics.sex.value)
    return ", ".join(parts) if parts else "age and sex not recorded"


def theme(header: Header) -> Markup:
    """Return the part of the style sheet that depends on palette and person.

    Label and notices go into the print margin as CSS texts, every character but letters and
    digits written as its code. The first sheet has the notices in its head already.
    """
    foot = (header.label[:PRINTED_LABEL], header.date, f"Equipoise {header.version}")
    head = " ".join((*header.notices, header.use))[:PRINTED_HEAD]
    return Markup(
        f":root{{{css_variables('light')}--banner:{BANNER.light};}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{css_variables('dark')}}}}}\n"
        f'@page{{@bottom-left{{content:"{_css_text(", ".join(foot))}"}}'
        f'@top-left{{content:"{_css_text(head)}"}}}}\n'
        f'@page:first{{@top-left{{content:"{_css_text(header.use)}"}}}}\n'
    )


def _css_text(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9 ]", lambda found: f"\\{ord(found.group()):06X} ", text)
