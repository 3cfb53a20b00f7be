"""Write ``docs/hazard-log.md`` from the table of hazards."""

from __future__ import annotations

from pathlib import Path

from equipoise.core.tables import Row, load_table

PAGE = Path(__file__).parent / "hazard-log.md"
SEVERITY = {
    "S5": "death",
    "S4": "permanent or life-threatening",
    "S3": "serious but reversible",
    "S2": "minor",
    "S1": "inconvenience",
}
INTRODUCTION = """# Hazard log

What can go wrong, what it would do, what is done against it, and the test that proves it; in the
spirit of ISO 14971. A hazard is *closed* when every part of its control is built and tested, else
*open*, with what is missing. No hazard that can end in death is closed by information alone.
Severities are judgements of medium confidence. The site that uses Equipoise keeps a hazard log of
its own: this one knows nothing of its people and its workflow.

Written from `tables/hazards/hazards.tsv` by `make schemas`.
"""


def page() -> str:
    """Return the page as Markdown text."""
    rows = tuple(load_table("hazards/hazards"))
    closed = sum(row.text("status") == "closed" for row in rows)
    parts = [INTRODUCTION, f"{len(rows)} hazards: {closed} closed, {len(rows) - closed} open.\n"]
    parts += [_overview(rows), *(_hazard(row) for row in rows)]
    return "\n".join(parts)


def _overview(rows: tuple[Row, ...]) -> str:
    lines = ["| id | part | hazard | severity | status |", "|---|---|---|---|---|"]
    for row in rows:
        cells = (row.text(c) for c in ("id", "module", "hazard", "severity", "status"))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _hazard(row: Row) -> str:
    severity = row.text("severity")
    lines = [
        f"## {row.text('id')}: {row.text('hazard')}",
        "",
        f"- **Part:** {row.text('module')}",
        f"- **Cause:** {row.text('cause')}",
        f"- **Harm:** {row.text('harm')} ({severity}: {SEVERITY[severity]})",
        f"- **Control** ({', '.join(row.items('control_kind'))}): {row.text('control')}",
        *(f"- **Test:** `{test}`" for test in row.items("test")),
        f"- **Status:** {_status(row)}, reviewed {row.text('as_of')}",
        "",
    ]
    return "\n".join(lines)


def _status(row: Row) -> str:
    if row.text("status") == "closed":
        return "closed"
    return f"open: {row.text('open_because')}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
