"""The options of `tables/treatments`."""

from __future__ import annotations

from typing import Final

from equipoise.core.nouns import Approval, SideEffect, Treatment
from equipoise.core.tables import Row, load_table
from equipoise.evidence.levels import Levels, read_levels

__all__ = ["read_treatments"]

ATTRIBUTES: Final = ("anaesthesia", "invasiveness", "visits")


def read_treatments() -> tuple[Treatment, ...]:
    """Return the options, sorted by id; comparators are no options and are left out.

    Returns
    -------
    tuple of Treatment
        Ranked or not; an attribute that the table does not know is left out of the option's
        attributes.

    Raises
    ------
    TableError
        If a cell that every option needs is missing.
    """
    rows = [row for row in load_table("treatments/treatments") if row.text("kind") != "comparator"]
    approvals = _by_treatment("treatments/approvals")
    effects = _by_treatment("treatments/side_effects")
    levels = read_levels()
    return tuple(
        _treatment(
            row,
            tuple(_approval(one) for one in approvals.get(row.text("id"), ())),
            tuple(_side_effect(one) for one in effects.get(row.text("id"), ())),
            levels,
        )
        for row in sorted(rows, key=lambda row: row.text("id"))
    )


def _by_treatment(table: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in load_table(table):
        found.setdefault(row.text("treatment"), []).append(row)
    return found


def _treatment(
    row: Row,
    approvals: tuple[Approval, ...],
    side_effects: tuple[SideEffect, ...],
    levels: Levels,
) -> Treatment:
    counts = ((name, row.optional_number(name)) for name in ATTRIBUTES)
    held = tuple((name, level) for name, level in counts if level is not None)
    rated = levels.of(side_effects, row.optional_text("cost_band"))
    return Treatment(
        id=row.text("id"),
        title=row.text("title"),
        kind=row.text("kind"),
        drug_class=row.text("drug_class"),
        group=row.text("group"),
        phase=row.text("phase"),
        course=row.text("course"),
        weeks_to_effect=row.optional_number("weeks_to_effect"),
        attributes=(*held, *rated),
        reference=row.text("reference"),
        drugs=row.items("drugs"),
        failed_trials_before=int(row.optional_number("failed_trials_before") or 0),
        mechanisms=row.items("mechanisms"),
        cost_band=row.optional_text("cost_band"),
        availability=row.optional_text("availability"),
        ranked=row.flag("ranked"),
        unranked_because=row.optional_text("unranked_because") or "",
        approvals=approvals,
        side_effects=side_effects,
    )


def _approval(row: Row) -> Approval:
    year = row.optional_number("year")
    return Approval(
        agency=row.text("agency"),
        indication=row.text("indication"),
        status=row.text("status"),
        year=None if year is None else int(year),
        note=row.optional_text("note"),
    )


def _side_effect(row: Row) -> SideEffect:
    return SideEffect(
        effect=row.text("effect"),
        level=row.optional_text("level"),
        rate=row.optional_number("rate"),
        comparator_rate=row.optional_number("comparator_rate"),
        unit=row.optional_text("unit"),
        population=row.text("population"),
    )
