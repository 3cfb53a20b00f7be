"""Data-sheet lines of side effects: the rates that the tables hold for the options in question."""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.apps.report.names import rows_of, treatment_title
from equipoise.apps.report.sections.line import NA, Line
from equipoise.core.nouns import Dossier
from equipoise.core.tables import Row

__all__ = ["effect_lines", "options_of"]

TABLE = "treatments/side_effects"


def options_of(dossier: Dossier) -> tuple[str, ...]:
    """Return every treatment that a page may tell about, each once: ranked, or part of the plan."""
    found = [p.treatment for p in dossier.decision.predictions]
    found += [name for name, _ in dossier.decision.unranked]
    found += [name for step in dossier.plan.steps for name in step.treatments]
    found += [name for schedule in dossier.plan.schedules for name in schedule.treatments]
    found += [trial.treatment for trial in dossier.timeline.treatments.or_else(())]
    return tuple(dict.fromkeys(found))


def effect_lines(dossier: Dossier) -> Iterator[Line]:
    """Return the rates of side effects, as the tables give them, one line each."""
    for treatment in options_of(dossier):
        for row in rows_of("treatments/treatments", id=treatment):
            if row.optional_text("visits") is not None:
                yield _visits(treatment, row)
        for row in rows_of(TABLE, treatment=treatment):
            if row.optional_text("rate") is not None:
                yield from _rates(treatment, row)


def _visits(treatment: str, row: Row) -> Line:
    label = f"{treatment_title(treatment)}, visits"
    name, told = f"living.{treatment}.visits", row.text("visits")
    return Line(name, label, told, "{visits}", **_about(row))


def _rates(treatment: str, row: Row) -> Iterator[Line]:
    effect = row.text("effect")
    stem, words = f"side_effect.{treatment}.{effect}", effect.replace("_", " ")
    about = _about(row)
    unit = row.optional_text("unit") or "%"
    label = f"{treatment_title(treatment)}, {words}"
    yield Line(stem, label, row.text("rate"), unit, **about)
    beside = row.optional_text("comparator_rate")
    if beside is not None:
        yield Line(f"{stem}.comparator", f"{label}, compared", beside, unit, **about)


def _about(row: Row) -> dict[str, str]:
    return {
        "reference_group": row.optional_text("population") or NA,
        "grade": row.optional_text("grade") or NA,
        "source": "; ".join(row.items("reference")) or NA,
        "as_of": row.optional_text("as_of") or NA,
        "checked": row.optional_text("checked") or NA,
        "note": _note(row),
    }


def _note(row: Row) -> str:
    confidence = row.optional_text("confidence")
    parts = (f"confidence {confidence}" if confidence else None, row.cells.get("note"))
    return "; ".join(part for part in parts if part and part != NA) or NA
