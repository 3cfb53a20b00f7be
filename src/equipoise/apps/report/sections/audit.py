"""Where all numbers stand, the list of sources, and what the run was made with."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import Source, anchor, keys_of, source
from equipoise.apps.report.readers import file_name
from equipoise.apps.report.sections.assessment import assessment_keys
from equipoise.apps.report.sections.coverage import coverage_keys
from equipoise.apps.report.sections.crisis import crisis_keys
from equipoise.apps.report.sections.molecules import molecule_keys
from equipoise.apps.report.sections.option_sheet import option_tables
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.sections.target import target_keys, template_source
from equipoise.apps.report.sections.under_way import continuation_keys
from equipoise.apps.report.sections.way import way_keys
from equipoise.apps.report.sections.year import combination_keys
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import joined, say, sentence
from equipoise.core.nouns import (
    Dossier,
)

__all__ = ["Audit", "audit", "reference_keys"]


@dataclass(frozen=True, slots=True)
class Audit:
    """Sources with their anchors, run facts, and where all numbers stand.

    `page` is the data page beside this one, `tables` hold the numbers of the options, `read` what
    was read.
    """

    tables: tuple[DataTable, ...]
    read: tuple[DataTable, ...]
    sources: tuple[Source, ...]
    anchors: dict[str, str]
    run: tuple[tuple[str, str], ...]
    template: str
    page: str
    paper: str


def audit(dossier: Dossier) -> Audit:
    """Return everything that an auditor asks for."""
    tables = () if withheld(dossier) else option_tables(dossier)
    keys = reference_keys(dossier)
    return Audit(
        tables=tuple(table for table in tables if table.rows),
        read=tuple(table for table in (_unmapped(dossier), _files(dossier)) if table.rows),
        sources=tuple(sorted((source(key) for key in keys), key=lambda s: s.text.lower())),
        anchors={key: anchor("source", key) for key in keys},
        run=_run(dossier),
        template=template_source(dossier),
        page=file_name(dossier.label, "data", "html"),
        paper=say("sources_on_paper"),
    )


def _files(dossier: Dossier) -> DataTable:
    made = [m.measurement.provenance for m in dossier.measurements]
    made += [t.provenance for t in dossier.targets]
    inputs = {i for p in made for i in p.inputs} | set(dossier.timeline.sources)
    rows = tuple((i.name, i.sha256) for i in sorted(inputs, key=lambda i: (i.name, i.sha256)))
    return DataTable("Files that were read", ("File", "SHA-256"), rows, widths=(45, 55))


def _unmapped(dossier: Dossier) -> DataTable:
    """Return what a source holds that could not be read; nothing of it is used."""
    rows = tuple((one.resource, one.what, sentence(one.why)) for one in dossier.timeline.unmapped)
    columns = ("In the source", "What it says", "Why it is not used")
    return DataTable(say("unmapped_title"), columns, rows, widths=(24, 38, 38))


def _run(dossier: Dossier) -> tuple[tuple[str, str], ...]:
    software = {m.measurement.provenance.software for m in dossier.measurements}
    software |= {t.provenance.software for t in dossier.targets}
    return (
        ("Date of the run", n.day(dossier.date)),
        ("Equipoise", dossier.version),
        ("Measured with", joined(sorted(software)) or "nothing was measured"),
        ("Random seed", str(dossier.seed)),
        ("Knowledge tables, SHA-256", dossier.tables_digest),
        ("Plan released by", dossier.acknowledged_by or "nobody; not needed or not released"),
    )


def reference_keys(dossier: Dossier) -> tuple[str, ...]:
    """Return every reference that the page cites, each once, sorted."""
    found: set[str] = set(target_keys(dossier.targets)) | set(crisis_keys(dossier))
    found |= {k for m in dossier.measurements if m.norm for k in keys_of(m.norm.reference)}
    appraisal = dossier.appraisal
    cells = [step.reference for flag in appraisal.red_flags for step in flag.pathway]
    cells += [item.reference for item in appraisal.diagnosis_check]
    cells += assessment_keys(appraisal) + molecule_keys(dossier)
    cells += [t.reference for t in dossier.trajectories]
    cells += [change.reference for change in dossier.changes]
    if not withheld(dossier):
        cells += [r.reference for v in appraisal.verdicts for r in v.reasons]
        cells += [step.reference for step in dossier.plan.steps]
        cells += [*way_keys(dossier.plan), *coverage_keys(dossier)]
        cells += [*continuation_keys(dossier), *combination_keys(dossier)]
        both = (*dossier.decision.predictions, *dossier.decision.exploratory)
        cells += [key for p in both for key in p.references]
        cells += [key for one in dossier.decision.head_to_head for key in one.references]
    return tuple(sorted(found | set(keys_of(tuple(cells)))))
