"""What people weigh: the rows of `hyperparameters/attributes`, and weights over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.prepared import prepared
from equipoise.core.tables import Row, Table, load_table

if TYPE_CHECKING:
    from equipoise.core.nouns import PastEffect

__all__ = ["SUM", "Attribute", "Weights", "read_attributes"]

SUM = "sum"
"""Kind of a row that is only a name for all attributes of its group."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing that people weigh.

    Parameters
    ----------
    id, title : str
        Id and printed name.
    kind : {"outcome", "level", "sum"}
        Computed from the chances, a level of each option, or a name for its whole group.
    group : str
        What it belongs to.
    share : float
        Default share of the weights.
    worst, best : float
        Levels worth 0 and 1.
    unknown, unknown_sd : float or None
        Expected level of an option whose level is not known, and how far it may be off.
    known_sd : float
        How far a known level may be off.
    if_weighed : bool
        Whether it counts only where the person gives it a weight.
    stands_in : str or None
        Attribute that takes the weight while no option has a level.
    reported_as : str or None
        Its name in `checks/effects`, where people report it.
    """

    id: str
    title: str
    kind: str
    group: str
    share: float
    worst: float
    best: float
    unknown: float | None
    unknown_sd: float
    known_sd: float
    if_weighed: bool
    stands_in: str | None
    reported_as: str | None


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights by attribute, adding up to 1, and whose they are.

    Parameters
    ----------
    shares : tuple of (str, float)
        By attribute, in the order of the table.
    source : str
        Whose they are, what could not count, which levels are not known: in words.
    experience : tuple of PastEffect
        Side effects that the person has had.
    """

    shares: tuple[tuple[str, float], ...]
    source: str
    experience: tuple[PastEffect, ...] = ()


def read_attributes() -> dict[str, Attribute]:
    """Return the attributes in force by id, in the order of the table."""
    return dict(prepared(load_table("hyperparameters/attributes"), _by_id))


def _by_id(table: Table) -> dict[str, Attribute]:
    return {row.text("id"): _attribute(row) for row in table}


def _attribute(row: Row) -> Attribute:
    return Attribute(
        id=row.text("id"),
        title=row.text("title"),
        kind=row.text("kind"),
        group=row.text("group"),
        share=row.number("weight"),
        worst=row.number("worst"),
        best=row.number("best"),
        unknown=row.optional_number("unknown"),
        unknown_sd=row.optional_number("unknown_sd") or 0.0,
        known_sd=row.optional_number("known_sd") or 0.0,
        if_weighed=row.flag("if_weighed"),
        stands_in=row.optional_text("stands_in"),
        reported_as=row.optional_text("reported_as"),
    )
