"""The page "Prior authorisation": what a payer asks for, and what the record documents of it.

It holds facts only. It never says what a payer decides, and it never changes a ranking.
"""

from __future__ import annotations

from equipoise.apps.report.document import Block, Box, Document, Form, FormLine, Section, Text
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.figures import date
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.names import anchor, treatment_title
from equipoise.apps.report.readers import record
from equipoise.apps.report.readers.authorization.choice import Choice, Rule, chosen, verdict_of
from equipoise.apps.report.readers.authorization.need import need_section
from equipoise.apps.report.readers.authorization.papers import documents_section, find_section
from equipoise.apps.report.readers.authorization.rule import (
    STATUSES,
    counted,
    is_stale,
    rule_section,
    stale_box,
)
from equipoise.apps.report.readers.letter.background import tried
from equipoise.apps.report.readers.packets import packet_of
from equipoise.apps.report.readers.shared import document
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import joined, tell
from equipoise.core.nouns import Dossier

__all__ = ["build"]

BLANKS = ("person", "member", "prescriber", "place", "case")


def build(dossier: Dossier, edition: Edition) -> Document:
    """Return the packet of one person; urgent steps stand before it.

    Raises
    ------
    InputError
        If a treatment was asked for that no rule was read for.
    """
    choice = chosen(dossier, edition.treatment)
    names = (tell("authorization.kind"), _title(choice))
    if not choice.rules:
        lead = Text(tell("authorization.no_rule"))
        alone = Section("request", tell("authorization.request"), (lead,))
        return document(dossier, "authorization", names, (alone,))
    sections = (
        _request(dossier, choice),
        need_section(dossier, choice),
        _trials(dossier),
        _scales(dossier),
        *(rule_section(rule, dossier.date) for rule in choice.rules),
        documents_section(choice),
        find_section(choice, dossier),
    )
    return document(dossier, "authorization", names, sections)


def _title(choice: Choice) -> str:
    found = [packet_of(treatment) for treatment in choice.treatments]
    titles = list(dict.fromkeys(one.title for one in found if one is not None))
    if not titles:
        return tell("authorization.title_none")
    return tell("authorization.title", treatments=joined(titles))


def _request(dossier: Dossier, choice: Choice) -> Section:
    lines = tuple(FormLine(tell(f"authorization.blank_{name}")) for name in BLANKS)
    blocks: list[Block] = [
        Text(tell("authorization.limit", date=date(dossier.date)), kind="lead"),
        _summary(choice),
        Text(tell(f"authorization.chosen_{choice.why}"), kind="small"),
    ]
    blocks[1:1] = _stopped(dossier, choice)
    oldest = min(choice.rules, key=lambda rule: rule.found.review_by)
    if is_stale(oldest, dossier.date):
        blocks.insert(1, stale_box(oldest))
    blocks.append(Form("", lines))
    return Section("request", tell("authorization.request"), tuple(blocks))


def _stopped(dossier: Dossier, choice: Choice) -> list[Block]:
    """Return a box where a hard stop stands against what is asked for."""
    found = {one: verdict_of(dossier, one) for one in choice.treatments}
    titles = [
        treatment_title(name)
        for name, verdict in found.items()
        if verdict is not None and verdict.verdict == "hard_stop"
    ]
    if not titles:
        return []
    words = tell("authorization.stopped_words", treatments=joined(titles))
    return [Box("stop", tell("authorization.stopped"), (Text(words),))]


def _summary(choice: Choice) -> DataTable:
    columns = (
        _("Rule"),
        _("Treatment"),
        *(tell(f"authorization.{status}").capitalize() for status in STATUSES),
        _("As of"),
    )
    rows = tuple(_row(rule) for rule in choice.rules)
    caption = tell("authorization.summary_caption")
    ids = tuple(anchor("summary", rule.found.policy, *rule.treatments) for rule in choice.rules)
    return DataTable(caption, columns, rows, ids, widths=(32, 26, 9, 9, 11, 13))


def _row(rule: Rule) -> tuple[str, ...]:
    found = counted(rule)
    counts = (found[status] for status in STATUSES)
    title = f"{rule.found.payer}: {rule.found.title}"
    return (title, joined(rule.titles), *counts, date(rule.found.as_of))


def _trials(dossier: Dossier) -> Section:
    title = tell("authorization.trials")
    return Section("trials", title, (tried(dossier, tell("authorization.trials_caption")),))


def _scales(dossier: Dossier) -> Section:
    caption = tell("authorization.scales_caption")
    table = record.scales_table(dossier, caption)
    blocks: list[Block] = [table or Text(tell("authorization.scales_none"))]
    open_ones = record.uncounted(dossier)
    if open_ones:
        blocks.append(Text(tell("authorization.scales_uncounted", scales=joined(list(open_ones)))))
    return Section("scales", tell("authorization.scales"), tuple(blocks))
