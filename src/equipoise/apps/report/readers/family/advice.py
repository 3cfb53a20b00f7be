"""What holds for every family: what helps, what hurts, what to watch for, how to ask."""

from __future__ import annotations

from markupsafe import Markup

from equipoise.apps.report.document import Bullets, Section, Text
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import tell
from equipoise.core.tables import load_table

__all__ = ["asking", "helps", "lines_at", "not_to_say", "warning_signs", "yourself"]


def lines_at(place: str) -> tuple[Markup, ...]:
    """Return the sentences of `wording/family` at a place, in the order of the table."""
    rows = (row for row in load_table("wording/family") if row.text("place") == place)
    return tuple(tell(f"family.{row.text('id')}") for row in rows)


def helps() -> Section:
    """Return five things that help."""
    return Section("helps", _("What helps"), (Bullets(lines_at("helps")),))


def not_to_say() -> Section:
    """Return five lines that hurt, each beside a better one."""
    rows = tuple(zip(lines_at("better"), lines_at("not"), strict=True))
    # The better line is the head of the row: what the eye meets first is what should be said.
    table = DataTable(_("Better words"), (_("Say this"), _("Try not to say")), rows)
    return Section("words", _("Try not to say"), (Text(tell("family.not_lead")), table))


def warning_signs() -> Section:
    """Return warning signs, each beside what to do."""
    rows = tuple(zip(lines_at("sign"), lines_at("do"), strict=True))
    table = DataTable(_("Warning signs, and what to do"), (_("If the person"), _("Do this")), rows)
    return Section("signs", _("When to worry"), (table,))


def asking() -> Section:
    """Return how to ask about thoughts of ending life."""
    return Section(
        "asking",
        _("Asking straight out"),
        (
            Text(tell("family.ask_lead")),
            Bullets(lines_at("ask_steps"), ordered=True),
            Text(tell("family.ask_source"), "small"),
        ),
    )


def yourself() -> Section:
    """Return how to look after oneself."""
    return Section("yourself", _("Looking after yourself"), (Bullets(lines_at("you")),))
