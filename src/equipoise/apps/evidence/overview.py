"""What the tables of the literature hold, and how much of it was checked against its source."""

from __future__ import annotations

from typing import Any, Final

from equipoise import __version__
from equipoise.apps.evidence.answer import SCHEMA_VERSION, Answer
from equipoise.core.tables import Table, load_table, table_names

__all__ = ["TOPICS", "overview"]

TOPICS: Final = ("treatments", "effects", "moderators", "claims", "references", "baselines")
"""Topics of tables that hold what the literature says."""

KINDS: Final = ("checked", "derived", "recalled")
COMMANDS: Final = (
    ("equipoise evidence treatment NAME", "everything that is known about one option"),
    ("equipoise evidence claims [TEXT]", "what people say, and what the evidence says"),
    ("equipoise evidence pairwise DATA.csv", "pool the estimates of your studies"),
    ("equipoise evidence network DATA.csv", "compare all treatments of your trials"),
)


def overview() -> Answer:
    """Return the tables of the literature with their rows by how they were checked.

    Returns
    -------
    Answer
        One entry for each table; references are sources themselves and have no such count.
    """
    names = [name for name in table_names() if name.split("/")[0] in TOPICS]
    names.sort(key=lambda name: (TOPICS.index(name.split("/")[0]), name))
    counts = [_counts(load_table(name)) for name in names]
    document = {"schema_version": SCHEMA_VERSION, "version": __version__, "tables": counts}
    return Answer(document, _text(counts))


def _counts(table: Table) -> dict[str, Any]:
    found: dict[str, Any] = {"table": table.name, "rows": len(table)}
    if "checked" not in table.header:
        return found | dict.fromkeys(KINDS)
    kinds = [row.text("checked") for row in table]
    return found | {kind: kinds.count(kind) for kind in KINDS}


def _text(counts: list[dict[str, Any]]) -> str:
    width = max(len(row["table"]) for row in counts)
    heads = ("rows", *KINDS)
    lines = [
        "What the tables of the literature hold. Checked: seen in the source or an abstract of it;",
        "derived: follows by arithmetic; recalled: from memory, no source was looked up.",
        "",
        "  " + "table".ljust(width) + "".join(head.rjust(10) for head in heads),
    ]
    for row in counts:
        cells = ("-" if row[head] is None else str(row[head]) for head in heads)
        lines.append("  " + row["table"].ljust(width) + "".join(cell.rjust(10) for cell in cells))
    totals = (sum(row[head] or 0 for row in counts) for head in heads)
    lines.append("  " + "all".ljust(width) + "".join(str(total).rjust(10) for total in totals))
    command = max(len(name) for name, _ in COMMANDS)
    lines += ["", *(f"  {name.ljust(command)}  {what}" for name, what in COMMANDS)]
    return "\n".join(lines)
