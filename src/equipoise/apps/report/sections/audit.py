"""The printed data sheet, the list of sources, and what the run was made with."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import Source, anchor, cite, keys_of, measure_title, once, source
from equipoise.apps.report.sections.assessment import assessment_keys
from equipoise.apps.report.sections.compared import all_comparisons
from equipoise.apps.report.sections.coverage import coverage_keys
from equipoise.apps.report.sections.crisis import crisis_keys
from equipoise.apps.report.sections.gaps import gaps_by_reason
from equipoise.apps.report.sections.molecules import molecule_keys
from equipoise.apps.report.sections.option_sheet import option_tables
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.sections.sheet import data_lines, download
from equipoise.apps.report.sections.strips import centile_words, measured_words
from equipoise.apps.report.sections.target import FALL_BACK, target_keys, template_source
from equipoise.apps.report.sections.under_way import continuation_keys
from equipoise.apps.report.sections.way import way_keys
from equipoise.apps.report.sections.year import combination_keys
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import joined, say, sentence
from equipoise.core.nouns import (
    Dossier,
    Measurement,
    NormedMeasurement,
    Provenance,
    Target,
)

__all__ = ["Audit", "audit", "reference_keys"]


@dataclass(frozen=True, slots=True)
class Audit:
    """Tables of the data sheet, sources with their anchors, run facts, the file to save."""

    tables: tuple[DataTable, ...]
    sources: tuple[Source, ...]
    anchors: dict[str, str]
    run: tuple[tuple[str, str], ...]
    template: str
    file: str
    file_name: str


def audit(dossier: Dossier) -> Audit:
    """Return everything that an auditor asks for."""
    hidden = withheld(dossier)
    tables = [_measures(dossier), _mechanisms(dossier)]
    tables += [] if hidden else [*option_tables(dossier), all_comparisons(dossier.decision)]
    tables += [_unmapped(dossier), _files(dossier)]
    keys = reference_keys(dossier)
    return Audit(
        tables=tuple(table for table in tables if table.rows),
        sources=tuple(sorted((source(key) for key in keys), key=lambda s: s.text.lower())),
        anchors={key: anchor("source", key) for key in keys},
        run=_run(dossier),
        template=template_source(dossier),
        file=download(data_lines(dossier)),
        file_name=f"sub-{dossier.label}_numbers.tsv",
    )


def _measures(dossier: Dossier) -> DataTable:
    rows = [_measure_row(item) for item in dossier.measurements]
    anchors = [_anchor(item.measurement) for item in dossier.measurements]
    rows += [_target_row(target) for target in dossier.targets]
    anchors += [anchor("measure", target.id) for target in dossier.targets]
    for reason, gaps in gaps_by_reason(dossier.not_measured).items():
        title = joined([f"{measure_title(gap.id)} ({gap.id})" for gap in gaps])
        rows.append((title, "Not measured", *["n/a"] * 6, sentence(reason)))
        anchors.append(anchor("missing", gaps[0].id))
    columns = (
        "Measure",
        "Value",
        "Standard error",
        n.P80,
        n.P95,
        "Reference group",
        "z and centile",
        "Coverage",
        "Grade, source, made with",
    )
    widths = (14, 10, 8, 7, 8, 12, 9, 9, 23)
    return DataTable("Measures", columns, tuple(rows), once(anchors), widths)


def _anchor(measurement: Measurement) -> str:
    return anchor("measure", measurement.id, measurement.date or "")


def _measure_row(item: NormedMeasurement) -> tuple[str, ...]:
    m, norm = item.measurement, item.norm
    value, ci80, ci95 = measured_words(item)
    error = m.quantity.standard_error
    place = say("no_norm")
    if item.z is not None:
        spread = (
            "" if item.z_standard_error is None else f", error {n.measured(item.z_standard_error)}"
        )
        place = f"z {n.measured(item.z, item.z_standard_error)}{spread}"
    if item.centile is not None:
        place = f"{place}; {centile_words(item.centile).lower()}"
    if item.extrapolated:
        place += f"; {say('extrapolated')}"
    return (
        f"{measure_title(m.id)}, {n.day(m.date)} ({m.id})",
        value,
        "not known" if error is None else n.measured(error, error),
        ci80,
        ci95,
        norm.population if norm else (item.reason or say("no_norm")),
        place,
        f"{n.whole(m.coverage)} %",
        _made(
            m.provenance,
            norm.grade if norm else None,
            norm.checked if norm else None,
            norm.reference if norm else "",
        ),
    )


def _made(made: Provenance, grade: str | None, checked: str | None, reference: str) -> str:
    parts: list[str] = [f"grade {grade}"] if grade and grade != "n/a" else []
    parts += [checked] if checked else []
    parts += [cite(reference)] if keys_of(reference) else []
    parts += [made.software]
    parts += [joined([f"{k} {v}" for k, v in made.parameters])] if made.parameters else []
    return Markup("; ").join(parts)


def _target_row(target: Target) -> tuple[str, ...]:
    """Return the row of a target; one that must not be aimed at says so beside its point."""
    reach, half = n.reach_mm(target.radius95), n.reach_mm(target.radius50)
    return (
        f"{measure_title(target.id)}, {n.day(target.date)} ({target.id})",
        f"{n.point_mm(target.point)} in {target.space}"
        + (" (not to be aimed at)" if target.verdict == FALL_BACK else ""),
        "see the regions",
        "n/a",
        f"{n.P95} within {reach}, 50\N{NO-BREAK SPACE}% within {half}",
        "n/a",
        "n/a",
        f"{n.whole(target.coverage)} %",
        _made(target.provenance, None, None, ""),
    )


def _mechanisms(dossier: Dossier) -> DataTable:
    rows = tuple(
        (
            f"{m.title} ({m.id})",
            n.measured(m.mean, m.sd),
            n.measured(m.sd, m.sd),
            "informed" if m.informed else say("not_informed"),
        )
        for m in dossier.profile.mechanisms
    )
    anchors = tuple(anchor("mechanism", m.id) for m in dossier.profile.mechanisms)
    columns = ("Mechanism", "Mean (prior standard deviations)", "Standard deviation", "State")
    return DataTable("Mechanisms", columns, rows, anchors, (40, 22, 18, 20))


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
