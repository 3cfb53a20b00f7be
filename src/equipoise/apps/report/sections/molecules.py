"""Blood and genes: values with what to note, the genes as they act now, and the advice by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import cite, measure_title, rows_of, treatment_title
from equipoise.apps.report.norm_facts import action_point
from equipoise.apps.report.plain import plain
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.sections.strips import (
    Standing,
    centile_words,
    latest_first,
    measured_words,
    norm_chart,
    placed,
)
from equipoise.apps.report.views import DataTable, RowChart, table_or_none
from equipoise.apps.report.wording import capital, joined, say, sentence
from equipoise.core.nouns import Dossier, GeneAdvice, GeneCall, GenePhenotype, NormedMeasurement

__all__ = ["Molecules", "is_molecule", "molecule_keys", "molecules"]

FOLDERS: Final = ("blood.", "stool.", "genes.")
STRENGTHS: Final = {"No recommendation": "none", "n/a": "not graded"}
"""Strengths that read better in other words."""
OPEN: Final = "cannot be told"


@dataclass(frozen=True, slots=True)
class Molecules:
    """Charts of what moves the profile, tables that stand open, tables that are folded."""

    title: str
    words: tuple[str, ...]
    charts: tuple[RowChart, ...]
    more: tuple[RowChart, ...]
    shown: tuple[DataTable, ...]
    folded: tuple[DataTable, ...]


def is_molecule(measure: str) -> bool:
    """Whether a measure is one of blood, stool or genes."""
    return measure.startswith(FOLDERS)


def molecules(dossier: Dossier) -> Molecules | None:
    """Return the section; None for a person without a blood value or a gene."""
    values = [m for m in latest_first(dossier.measurements) if is_molecule(m.measurement.id)]
    appraisal = dossier.appraisal
    if not values and not appraisal.genes and not dossier.gene_calls:
        return None
    advice = () if withheld(dossier) else appraisal.gene_advice
    shown = (_genes(appraisal.genes, dossier.gene_calls), _changed(advice), _values(values))
    folded = (_usual(advice), _meanings(values), _missing(dossier.gene_calls))
    charts, more = _charts(dossier, values)
    return Molecules(
        title=_title(values, appraisal.genes, advice, hidden=withheld(dossier)),
        words=_words(dossier, values, advice),
        charts=charts,
        more=more,
        shown=tuple(table for table in shown if table is not None),
        folded=tuple(table for table in folded if table is not None),
    )


def molecule_keys(dossier: Dossier) -> list[str]:
    """Return the references of everything that the section prints."""
    appraisal = dossier.appraisal
    meanings = [
        row.text("reference")
        for measure in sorted({m.measurement.id for m in dossier.measurements})
        for row in rows_of("labs/meanings", measure=measure)
    ]
    return [
        *(one.reference for one in appraisal.genes),
        *(one.reference for one in appraisal.gene_advice),
        *meanings,
        *(row.text("reference") for row in rows_of("genes/evidence")),
    ]


def _title(
    values: Sequence[NormedMeasurement],
    genes: Sequence[GenePhenotype],
    advice: Sequence[GeneAdvice],
    *,
    hidden: bool,
) -> str:
    noted = sum(bool(value.measurement.flags) for value in values)
    parts = []
    if values:
        parts.append(n.count(len(values), "value of blood", "values of blood", spelled=True))
        noted_words = (
            n.count(noted, "of them", "of them", spelled=True) if noted else "none of them"
        )
        parts.append(f"{noted_words} with something to note")
    if genes and hidden:
        parts.append("advice by genes withheld")
    elif genes:
        drugs = {one.drug for one in advice if one.kind == "changed"}
        parts.append(
            f"genes change the advice for {n.count(len(drugs), 'drug') if drugs else 'no drug'}"
        )
    return capital(", ".join(parts)) if parts else say("molecules_title")


def _words(
    dossier: Dossier, values: Sequence[NormedMeasurement], advice: Sequence[GeneAdvice]
) -> tuple[str, ...]:
    words = [say("blood_limit")] if values else []
    if dossier.appraisal.genes or dossier.gene_calls:
        words.append(" ".join(sentence(row.text("line")) for row in rows_of("genes/evidence")))
    if dossier.appraisal.gene_advice and not advice:
        words.append(say("advice_withheld"))
    if advice and not (dossier.timeline.drugs.known and dossier.timeline.treatments.known):
        words.append(say("advice_drugs_unknown"))
    return tuple(words)


def _charts(
    dossier: Dossier, values: Sequence[NormedMeasurement]
) -> tuple[tuple[RowChart, ...], tuple[RowChart, ...]]:
    """Return lines of what moves the profile, asks for action or is noted; and of the others."""
    profile = dossier.profile
    standing = Standing(profile.measures_used, profile.measures_set_aside)
    found = [v for v in values if placed(v)]
    first = [v for v in found if _counts(v, profile.measures_used)]
    rest = [v for v in found if v not in first]
    return (
        (norm_chart(standing, first, name="norms-blood"),) if first else (),
        (_others(norm_chart(standing, rest, name="norms-blood-rest")),) if rest else (),
    )


def _counts(value: NormedMeasurement, used: Sequence[str]) -> bool:
    m = value.measurement
    return m.id in used or bool(m.flags) or action_point(m.id) is not None


def _others(chart: RowChart) -> RowChart:
    return replace(chart, title=say("blood_rest"))


def _values(values: Sequence[NormedMeasurement]) -> DataTable | None:
    ordered = sorted(values, key=lambda value: not value.measurement.flags)
    rows = tuple(
        (
            measure_title(value.measurement.id),
            measured_words(value)[0],
            centile_words(value.centile) or "no norm",
            _notes(value),
            n.day(value.measurement.date),
        )
        for value in ordered
    )
    columns = ("Test", "Value", "Among others", "To note", "Day")
    return table_or_none(say("blood_values"), columns, rows, (24, 16, 14, 33, 13))


def _notes(value: NormedMeasurement) -> str:
    notes = [*value.measurement.flags, *([value.reason] if value.reason else [])]
    return " ".join(sentence(plain(note)) for note in notes) or "nothing"


def _genes(genes: Sequence[GenePhenotype], calls: Sequence[GeneCall]) -> DataTable | None:
    by_gene = {call.gene: call for call in calls}
    told = {one.gene for one in genes}
    rows = [_gene_row(one, by_gene.get(one.gene)) for one in genes]
    rows += [
        (call.gene, "no call", OPEN, OPEN, _open(call), call.version)
        for call in calls
        if call.gene not in told
    ]
    columns = ("Gene", "Found", "As inherited", "As it acts now", "What is open", "Source")
    return table_or_none(say("assessment_genes"), columns, tuple(rows), (10, 13, 15, 23, 23, 16))


def _gene_row(one: GenePhenotype, call: GeneCall | None) -> tuple[str, ...]:
    acting = _phenotype(one.acting)
    if one.because:
        acting = f"{acting}, because of {joined(one.because)}"
    return (
        one.gene,
        one.diplotype or ("no call" if call else "phenotype as reported"),
        _phenotype(one.phenotype),
        acting,
        _open(call) if call or one.phenotype else say("gene_not_told"),
        cite(one.reference),
    )


def _open(call: GeneCall | None) -> str:
    if call is None:
        return "nothing"
    parts = [*([call.no_call] if call.no_call else []), *call.flags]
    parts += [f"to settle it: {joined(call.settled_by)}"] if call.settled_by else []
    return " ".join(sentence(part) for part in parts) or "nothing"


def _phenotype(name: str | None) -> str:
    return OPEN if name is None else capital(name.replace("_", " "))


def _changed(advice: Sequence[GeneAdvice]) -> DataTable | None:
    rows = _advice_rows([one for one in advice if one.kind == "changed"])
    columns = ("Drug", "What the guideline says", "Strength", "Read with", "Source")
    return table_or_none(say("advice_changed"), columns, rows, (18, 34, 13, 18, 17))


def _usual(advice: Sequence[GeneAdvice]) -> DataTable | None:
    rows = _advice_rows([one for one in advice if one.kind != "changed"])
    columns = ("Drug", "What the guideline says", "Strength", "Read with", "Source")
    return table_or_none(say("advice_standard"), columns, rows, (22, 30, 13, 18, 17))


def _advice_rows(advice: Sequence[GeneAdvice]) -> tuple[tuple[str, ...], ...]:
    """Return one row for drugs that are told the same."""
    drugs: dict[tuple[str, ...], list[str]] = {}
    for one in advice:
        read = "; ".join(f"{g} {p}" for g, p in zip(one.genes, one.phenotypes, strict=True))
        source = cite(one.reference) + f", {one.checked}; {one.version}"
        strength = STRENGTHS.get(one.strength, one.strength)
        if one.because:
            read = f"{read}, because of {joined(one.because)}"
        said = sentence(one.action)
        if one.stopped_by:
            stops = f"{say('advice_stopped')}: {'; '.join(one.stopped_by)}"
            said = f"{sentence(stops)} {said}"
        key = (said, strength, read or "no gene", source)
        drugs.setdefault(key, []).append(treatment_title(one.drug))
    return tuple((joined(names), *key) for key, names in drugs.items())


def _meanings(values: Sequence[NormedMeasurement]) -> DataTable | None:
    rows = tuple(
        (
            measure_title(row.text("measure")),
            sentence(row.text("says")),
            sentence(row.text("does_not_say")),
            row.text("grade"),
            cite(row.text("reference")) + f", {row.text('checked')}",
        )
        for value in values
        for row in rows_of("labs/meanings", measure=value.measurement.id)
    )
    columns = ("Test", "What it says about depression", "What it does not say", "Grade", "Source")
    return table_or_none(say("blood_meanings"), columns, rows, (18, 30, 30, 7, 15))


def _missing(calls: Sequence[GeneCall]) -> DataTable | None:
    rows = tuple(
        (
            f"{call.gene} {one.id}",
            one.where,
            sentence(one.why),
            "yes" if one.id in call.deciding else "no",
        )
        for call in calls
        for one in call.missing
    )
    columns = ("Position", "Where", "Why it was not read", "Decides the phenotype")
    return table_or_none(say("genes_missing"), columns, rows, (28, 22, 34, 16))
