"""Questions to take along; who made the page, who paid, how old it is and when it is renewed."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.document import Bullets, Facts, Form, FormLine, Section, Text
from equipoise.apps.report.figures import date
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.readers.crisis import crisis_box
from equipoise.apps.report.wording import tell
from equipoise.core.dates import IsoDate
from equipoise.core.nouns import Dossier
from equipoise.core.tables import load_table

__all__ = ["about_section", "questions_section"]

ASKED: Final = "abcdeg"
LINES: Final = 2


def questions_section() -> Section:
    """Return questions to ask, with lines for the person's own."""
    own = FormLine(tell("patient.questions_own"), lines=LINES)
    blocks = (
        Text(tell("patient.questions_lead")),
        Bullets(tuple(tell(f"patient.question_{one}") for one in ASKED), kind="checks"),
        Form("", (own,)),
    )
    return Section("questions", _("Questions to ask"), blocks)


def about_section(dossier: Dossier) -> Section:
    """Return who made the page and until when it holds; whom to call stands last once more."""
    made = tell("patient.made_on", date=date(dossier.date), version=f"Equipoise {dossier.version}")
    pairs = (
        (_("Who made this page"), tell("patient.who_made")),
        (_("Who checked it"), tell("patient.who_checked")),
        (_("Who paid"), tell("patient.who_paid")),
        (_("Interests"), tell("patient.conflicts")),
        (_("When it was made"), made),
        (_("When it is out of date"), _holds_until(dossier)),
        (_("How it is kept up to date"), tell("patient.updates", date=n.day(_evidence_date()))),
        (_("Where the numbers come from"), tell("patient.sources")),
    )
    return Section(
        "about", _("Who made this, and how old it is"), (Facts(pairs, "lines"), crisis_box(dossier))
    )


def _holds_until(dossier: Dossier) -> Markup:
    last = max((step.review for step in dossier.plan.steps), default=None)
    if last is None:
        return tell("patient.out_of_date_open")
    return tell("patient.out_of_date", date=date(last))


def _evidence_date() -> IsoDate:
    """Return when the effects of treatments were last looked at."""
    return max(row.text("as_of") for row in load_table("effects/effects"))
