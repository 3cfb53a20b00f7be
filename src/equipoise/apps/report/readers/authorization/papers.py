"""What to find out, with owner and action, and the documents to attach."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup, escape

from equipoise.apps.report.document import Block, Form, FormLine, Section, Text
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.plain import plain
from equipoise.apps.report.readers.authorization.choice import Choice
from equipoise.apps.report.readers.authorization.rule import status_words
from equipoise.apps.report.readers.record import named
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import capital, joined, sentence, tell
from equipoise.core.nouns import Criterion, Dossier
from equipoise.core.tables import Row, load_table

__all__ = ["documents_section", "find_section"]

STATEMENT = "statement"
OPEN = "open: "


def find_section(choice: Choice, dossier: Dossier) -> Section:
    """Return what is not known or not met, who finds it out, and what to do.

    What a bundle holds and no table could read stands there too: a treatment among it would count.
    """
    rows = tuple(_rows(choice))
    title = tell("authorization.find")
    kicker = tell("authorization.find_kicker")
    unread = _unread(dossier)
    if not rows:
        none = Text(tell("authorization.find_none"))
        return Section("find", title, (none, *unread), kicker)
    columns = (_("What"), _("Status"), _("Who"), _("What to do"), _("For"))
    caption = tell("authorization.find_caption")
    table = DataTable(caption, columns, rows, widths=(26, 14, 13, 33, 14))
    lead = Text(tell("authorization.find_lead"))
    return Section("find", title, (lead, table, *unread), kicker, new_page=True)


def _unread(dossier: Dossier) -> tuple[DataTable, ...]:
    """Return what the source holds that could not be read, or nothing."""
    rows = tuple((named(one.what), sentence(one.why)) for one in dossier.timeline.unmapped)
    if not rows:
        return ()
    columns = (_("What it says"), _("Why it is not used"))
    return (DataTable(tell("authorization.unread_caption"), columns, rows, widths=(50, 50)),)


def _rows(choice: Choice) -> Iterator[tuple[str, ...]]:
    """Yield the open points; one that several rules share stands once."""
    shared: dict[tuple[str, str, str, Markup], list[str]] = {}
    for rule in choice.rules:
        for one in rule.found.criteria:
            if one.status == "met":
                continue
            need = _need(rule.found.policy, one)
            key = one.what, one.status, need.text("owner"), _todo(one, need)
            shared.setdefault(key, []).append(one.id)
    for status in ("unmet", "unknown"):
        for (what, held, owner, todo), ids in shared.items():
            if held == status:
                told = Markup(", ").join(named(one) for one in dict.fromkeys(ids))
                yield escape(what), status_words(status), capital(owner), todo, told


def _todo(one: Criterion, need: Row) -> Markup:
    """Return what to do, with the document that is wanted and the points that are open."""
    action = need.optional_text("unmet") if one.status == "unmet" else None
    parts = [escape(sentence(action or need.text("open")))]
    if need.text("concept") == STATEMENT and one.wanted:
        parts.append(escape(sentence(one.wanted)))
    points = [text.removeprefix(OPEN) for text in one.evidence if text.startswith(OPEN)]
    if points:
        told = "; ".join(plain(point) for point in points)
        parts.append(tell("authorization.open_now", points=f"{told}."))
    return Markup(" ").join(parts)


def _need(policy: str, one: Criterion) -> Row:
    """Return the row of what to do; a criterion that no table reads any more wants a document."""
    held = (
        row.text("concept")
        for row in load_table("coverage/criteria")
        if row.text("id") == one.id and policy in row.items("policies")
    )
    table = load_table("coverage/needs")
    return table.find(concept=next(held, STATEMENT)) or table.row(concept=STATEMENT)


def documents_section(choice: Choice) -> Section:
    """Return the checklist of documents to attach, each with the criteria that it is for."""
    wanted: dict[str, list[str]] = {}
    for rule in choice.rules:
        for one in rule.found.criteria:
            if one.wanted:
                wanted.setdefault(one.wanted, []).append(one.id)
    box = (tell("authorization.attached"),)
    lines = [
        FormLine(
            tell(
                "authorization.document",
                document=capital(document),
                criteria=joined(list(dict.fromkeys(ids))),
            ),
            boxes=box,
        )
        for document, ids in wanted.items()
    ]
    lines.append(FormLine(tell("authorization.sign")))
    lead = "documents_lead" if wanted else "documents_none"
    blocks: tuple[Block, ...] = (Text(tell(f"authorization.{lead}")), Form("", tuple(lines)))
    return Section("documents", tell("authorization.documents"), blocks, new_page=True)
