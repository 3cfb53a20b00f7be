"""Words explained, and what people say about depression with what studies answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from equipoise.apps.report.document import Block, Bullets, Facts, Folded, Section, Text
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.names import keys_of, source
from equipoise.apps.report.spoken import SOURCES
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import tell
from equipoise.core.tables import Row, load_table

__all__ = ["MYTHS", "myths_section", "words_section"]

MYTHS = "myths"
"""Id of the one section that may quote phrases which are forbidden elsewhere."""
TERM = "_term"
SAID = "_said"


def words_section(text: str) -> Section | None:
    """Return the glossary of the words that the page uses; None without any.

    Parameters
    ----------
    text : str
        What stands in the other sections.

    Returns
    -------
    Section or None
        A table of words and what they mean.
    """
    rows = tuple(
        (tell(f"glossary.{name}{TERM}"), tell(f"glossary.{name}"))
        for name, row in _pairs("glossary", TERM)
        if re.search(rf"\b(?:{row.text('pattern')})\b", text, re.IGNORECASE)
    )
    if not rows:
        return None
    table = DataTable(
        _("Words and what they mean"), (_("Word"), _("What it means")), rows, widths=(30, 70)
    )
    return Section("words", _("Words explained"), (table,))


def myths_section() -> Section:
    """Return what people say, each answered from the ledger of claims, with its source."""
    pairs, sources = [], []
    for name, row in _pairs("myths", SAID):
        pairs.append((tell(f"myths.{name}{SAID}"), tell(f"myths.{name}")))
        claim = load_table("claims/claims").row(id=row.text("claim"))
        sources += [source(key).text for key in keys_of(claim.text("reference"))]
    blocks: tuple[Block, ...] = (
        Text(tell("patient.myths_lead")),
        Facts(tuple(pairs)),
        Folded(
            tell("patient.myths_sources"),
            (Bullets(tuple(dict.fromkeys(sources)), kind=SOURCES),),
            printed=False,
        ),
    )
    return Section(MYTHS, _("What people say"), blocks)


def _pairs(table: str, ending: str) -> Iterator[tuple[str, Row]]:
    """Return the entries of a table whose rows come in pairs."""
    for row in load_table(f"wording/{table}"):
        if row.text("id").endswith(ending):
            yield row.text("id").removesuffix(ending), row
