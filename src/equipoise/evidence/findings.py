"""The published findings on markers, those that move nothing included."""

from __future__ import annotations

from collections import Counter
from typing import Final

from equipoise.core.errors import TableError
from equipoise.core.nouns import MarkerFinding
from equipoise.core.tables import Row, load_table, setting

__all__ = ["PROGNOSTIC", "check_row", "later_studies", "read_findings"]

UNCAPPED_GRADES: Final = ("A", "B")
CLINICAL: Final = "clinical."
PROGNOSTIC: Final = "prognostic"
# Of a fact that anybody can ask for, prognosis needs no randomised test: many people and agreement.
ASKED: Final = ("clinical", "scale")
JOINED_DESIGNS: Final = ("individual_data", "pooled", "pooled_randomised")


def read_findings() -> tuple[MarkerFinding, ...]:
    """Return every row of `tables/moderators`, sorted by id.

    Returns
    -------
    tuple of MarkerFinding
        Those that act and those that are only shown, each with its later studies counted.

    Raises
    ------
    TableError
        If a row is graded above C without a prospective randomised test, acts without what that
        needs, or does not act and does not say why.
    """
    rows = sorted(load_table("moderators/moderators"), key=lambda row: row.text("id"))
    return tuple(_finding(row) for row in rows)


def later_studies(row: Row) -> tuple[Row, ...]:
    """Return the rows of `moderators/replications` on a moderator, sorted by id."""
    mine = (
        other
        for other in load_table("moderators/replications")
        if other.text("moderator") == row.text("id")
    )
    return tuple(sorted(mine, key=lambda other: other.text("id")))


def check_row(row: Row) -> None:
    """Refuse a row whose grade is too high, or that acts without what that needs.

    Parameters
    ----------
    row : Row
        Of `moderators/moderators`.

    Raises
    ------
    TableError
        Naming the row and the column.
    """
    if row.text("grade") in UNCAPPED_GRADES and not (
        row.flag("prospective_test") or _sure_prognosis(row)
    ):
        raise TableError(
            "the grade is too high without a prospective randomised test",
            where=f"{row.where}, column grade",
            got=row.text("grade"),
            allowed="C, D, N",
        )
    if row.text("acts") == "none":
        row.text("why_not")
        return
    if row.text("grade") == "N":
        raise TableError(
            "a row of grade N moves nothing",
            where=f"{row.where}, column acts",
            got=row.text("acts"),
            allowed="none",
            todo="set acts to none and say why",
        )
    if row.text("row_type") == "guided" and not row.number("guided_change"):
        raise TableError(
            "guidance that did not change the marker says nothing about its slope",
            where=f"{row.where}, column guided_change",
            got=row.text("guided_change"),
            todo="set acts to none and say why",
        )
    _check_measure(row)


def _sure_prognosis(row: Row) -> bool:
    """Return whether a prognostic row may be graded above C without a randomised test."""
    if row.text("row_type") != PROGNOSTIC or row.text("modality") not in ASKED:
        return False
    if row.text("design") in JOINED_DESIGNS:
        return True
    results = {other.text("result") for other in later_studies(row)}
    people = row.optional_number("people") or 0
    return people >= setting("evidence_prognosis_people") and results == {"same"}


def _check_measure(row: Row) -> None:
    if row.text("measure").startswith(CLINICAL):
        load_table("baselines/covariates").row(id=row.text("measure"))
        return
    measure = load_table("measures/measures").find(id=row.text("measure"))
    if measure is None:
        raise TableError(
            "a row acts on a measure that the house does not have",
            where=f"{row.where}, column measure",
            got=row.text("measure"),
            todo="add the measure to measures/measures, or set acts to none and say why",
        )
    if (measure.text("kind") == "target") != (row.text("acts") == "site"):
        raise TableError(
            "a stimulation target moves the site, any other measure the person's options",
            where=f"{row.where}, column acts",
            got=row.text("acts"),
            allowed="site" if measure.text("kind") == "target" else "person",
        )


def _finding(row: Row) -> MarkerFinding:
    check_row(row)
    later = later_studies(row)
    results = Counter(other.text("result") for other in later)
    people = row.optional_number("people")
    references = {key for one in (row, *later) for key in one.items("reference")}
    return MarkerFinding(
        id=row.text("id"),
        marker=row.text("marker"),
        modality=row.text("modality"),
        measure=row.optional_text("measure"),
        treatment=row.text("treatment"),
        comparator=row.text("comparator"),
        row_type=row.text("row_type"),
        finding=row.text("finding"),
        design=row.text("design"),
        people=None if people is None else int(people),
        acts=row.text("acts"),
        why_not=row.optional_text("why_not"),
        published=row.optional_number("published"),
        published_standard_error=row.optional_number("published_standard_error"),
        same=results["same"],
        failed=results["null"] + results["opposite"],
        population=row.text("population"),
        grade=row.text("grade"),
        checked=row.text("checked"),
        references=tuple(sorted(references)),
    )
