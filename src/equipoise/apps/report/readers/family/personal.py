"""What the person allowed the family to know, and nothing else.

A block that was not shared is not there: no gap, no heading, no word that something was held back.
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from equipoise.apps.report.document import Block, Bullets, Section, Text
from equipoise.apps.report.figures import date
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.readers.family.advice import lines_at
from equipoise.apps.report.readers.patient.naming import called, listed
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import tell
from equipoise.core.dates import IsoDate, earliest
from equipoise.core.nouns import Dossier, Step
from equipoise.core.tables import load_table

__all__ = ["plan_dates", "what_it_is"]

WISHES_TOLD: Final = 3
CHECKS: Final = ("early_check", "early_check_close")
DECIDE: Final = "decide"
ORDER: Final = ("date_decide", "date_check", "date_visit")


def what_it_is(dossier: Dossier, topics: frozenset[str]) -> Section:
    """Return what depression is, and what this person wants to be known.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.
    topics : frozenset of str
        What may be shared.

    Returns
    -------
    Section
        The same for everybody where nothing may be shared.
    """
    told = [
        line
        for topic, line in (
            ("diagnosis", _diagnosis(dossier)),
            ("treatments", _treatments(dossier)),
            ("wishes", _wishes(dossier)),
        )
        if topic in topics and line is not None
    ]
    blocks: list[Block] = [Text(tell("family.lead"), "lead"), *map(Text, lines_at("what"))]
    if told:
        lead = tell("family.shared_lead")
        blocks += [Text(lead), Bullets(tuple(told))]
    return Section("what", tell("family.what_title"), tuple(blocks))


def plan_dates(dossier: Dossier, topics: frozenset[str]) -> tuple[Section, ...]:
    """Return the dates of the plan where they may be shared, without what is talked about."""
    if "plan_dates" not in topics or not dossier.plan.steps:
        return ()
    days: dict[IsoDate, str] = {}
    for step in dossier.plan.steps:
        if _shown(step):
            known = days.get(step.review, ORDER[-1])
            days[step.review] = min(known, _kind(step), key=ORDER.index)
    rows = tuple((date(day), tell(f"family.{days[day]}")) for day in sorted(days, key=earliest))
    if not rows:
        return ()
    table = DataTable(_("Dates of the plan"), (_("By"), _("What")), rows)
    lead = Text(tell("family.dates_lead"))
    return (Section("dates", _("The next dates"), (lead, table)),)


def _shown(step: Step) -> bool:
    row = load_table("wording/steps").find(id=step.id)
    return row is not None and row.flag("shown")


def _kind(step: Step) -> str:
    if step.id == DECIDE:
        return "date_decide"
    return "date_check" if step.id in CHECKS else "date_visit"


def _diagnosis(dossier: Dossier) -> Markup | None:
    """Return the diagnosis in plain words; None where there are none for this code."""
    code = dossier.timeline.episode.diagnosis.value
    if code is None:
        return None
    asked = code.lower().replace(".", "_")
    for row in load_table("wording/family"):
        known = row.text("id").removeprefix("diagnosis_")
        if row.text("place") == "diagnosis" and asked.startswith(known):
            words = tell(f"family.{row.text('id')}")
            return tell("family.diagnosis_line", diagnosis=words)
    return None


def _treatments(dossier: Dossier) -> Markup | None:
    trials = dossier.timeline.treatments.or_else(())
    running = [trial.treatment for trial in trials if trial.running]
    if not running:
        return None
    return tell("family.treatments_line", treatments=called(running))


def _wishes(dossier: Dossier) -> Markup | None:
    """Return what matters most to the person; what is too private for a page is left out."""
    preferences = dossier.timeline.preferences.value
    if preferences is None:
        return None
    known = {row.text("id") for row in load_table("wording/family")}
    weights = sorted(preferences.weights, key=lambda pair: (-pair[1], pair[0]))
    told = [name for name, weight in weights if weight > 0 and f"wish_{name}" in known]
    if not told:
        return None
    words = listed(tell(f"family.wish_{name}") for name in told[:WISHES_TOLD])
    return tell("family.wishes_line", wishes=words)
