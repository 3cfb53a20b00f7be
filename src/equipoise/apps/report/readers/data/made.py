"""What the numbers were made with: sources in full, the run, the files that were read."""

from __future__ import annotations

from collections.abc import Iterable

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.document import Facts
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.names import Source, anchor, keys_of, source
from equipoise.apps.report.sections.line import NA, Line
from equipoise.apps.report.views import DataTable
from equipoise.core.nouns import Dossier

__all__ = ["files_read", "run_facts", "sources"]


def sources(lines: Iterable[Line]) -> DataTable:
    """Return every source that a line names, in full, each with the id that citations link to."""
    keys = keys_of(tuple(line.source for line in lines))
    found = sorted((source(key) for key in keys), key=lambda one: one.text.lower())
    return DataTable(
        _("Sources in full"),
        (_("Source"), _("Key"), _("Link")),
        tuple((one.text, one.key, _link(one)) for one in found),
        tuple(anchor("source", one.key) for one in found),
        (60, 18, 22),
    )


def _link(one: Source) -> str:
    if one.link is None or one.link_text is None:
        return NA
    return element("a", one.link_text, href=one.link, rel="noreferrer")


def run_facts(dossier: Dossier) -> Facts:
    """Return the run: its day, versions, seed, tables, and who released its plan."""
    made = {m.measurement.provenance.software for m in dossier.measurements}
    made |= {target.provenance.software for target in dossier.targets}
    return Facts((
        (_("Date of the run"), n.day(dossier.date)),
        (_("Version"), f"Equipoise {dossier.version}"),
        (_("Measured with"), "; ".join(sorted(made)) or _("nothing was measured")),
        (_("Random seed"), str(dossier.seed)),
        (_("Knowledge tables, SHA-256"), dossier.tables_digest),
        (_("Plan released by"), dossier.acknowledged_by or _("nobody; not needed or not released")),
    ))


def files_read(dossier: Dossier) -> DataTable:
    """Return every file that was read, with its digest."""
    made = [m.measurement.provenance for m in dossier.measurements]
    made += [target.provenance for target in dossier.targets]
    inputs = {one for part in made for one in part.inputs} | set(dossier.timeline.sources)
    rows = sorted((one.name, one.sha256) for one in inputs)
    heads = (_("File"), "SHA-256")
    return DataTable(_("Files that were read"), heads, tuple(rows), widths=(40, 60))
