"""The options of `tables/treatments`."""

from __future__ import annotations

from typing import Final

from equipoise.core.nouns import Treatment
from equipoise.core.tables import Row, load_table

__all__ = ["read_treatments"]

ATTRIBUTES: Final = ("anaesthesia", "invasiveness", "visits")


def read_treatments() -> tuple[Treatment, ...]:
    """Return the options, sorted by id; comparators are no options and are left out.

    Returns
    -------
    tuple of Treatment
        An attribute that the table does not know is left out of the option's attributes.

    Raises
    ------
    TableError
        If a cell that every option needs is missing.
    """
    rows = [row for row in load_table("treatments/treatments") if row.text("kind") != "comparator"]
    return tuple(_treatment(row) for row in sorted(rows, key=lambda row: row.text("id")))


def _treatment(row: Row) -> Treatment:
    levels = ((name, row.optional_number(name)) for name in ATTRIBUTES)
    return Treatment(
        id=row.text("id"),
        title=row.text("title"),
        kind=row.text("kind"),
        drug_class=row.text("drug_class"),
        group=row.text("group"),
        phase=row.text("phase"),
        course=row.text("course"),
        weeks_to_effect=row.optional_number("weeks_to_effect"),
        attributes=tuple((name, level) for name, level in levels if level is not None),
        reference=row.text("reference"),
    )
