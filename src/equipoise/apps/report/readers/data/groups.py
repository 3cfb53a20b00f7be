"""Which rows of the data sheet stand together, and under which heading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.sections.line import NA, Line
from equipoise.core.nouns import Dossier

__all__ = ["RESEARCH", "Group", "grouped"]

RESEARCH: Final = "exploratory"


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading; `note` stands in the caption, the column `keep` in any case."""

    id: str
    title: str
    lines: tuple[Line, ...]
    note: str = ""
    keep: str = ""


def grouped(dossier: Dossier, lines: tuple[Line, ...]) -> tuple[Group, ...]:
    """Return all lines in their groups, in the order in which they are printed.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.
    lines : tuple of Line
        All of them.

    Returns
    -------
    tuple of Group
        Research rows of options that research does not move are left to the copies: they equal
        the established ones.
    """
    moved = {p.treatment for p in dossier.decision.exploratory if p.drivers}
    found: dict[str, list[Line]] = {}
    left = False
    for line in lines:
        name = _group(line)
        if name == RESEARCH and line.id.split(".")[1] not in moved:
            left = True
            continue
        found.setdefault(name, []).append(line)
    notes = {RESEARCH: _unmoved() if left else ""}
    keep = {"missing": _("Note")}
    return tuple(
        Group(name, title, tuple(found.get(name, ())), notes.get(name, ""), keep.get(name, ""))
        for name, title in _titles().items()
    )


def _unmoved() -> str:
    return _("Options that no research measure moves have the established numbers")


def _titles() -> dict[str, str]:
    return {
        "person": _("Person and course"),
        "measured": _("Measured"),
        "missing": _("Not measured"),
        "scans": _("Scans and targets"),
        "mechanism": _("Mechanisms"),
        "established": _("Options, established layer"),
        RESEARCH: _("Options, research layer (not used in the ranking)"),
        "compared": _("Compared head to head"),
        "tests": _("Value of tests"),
        "wishes": _("Wishes"),
        "under_way": _("Under way"),
        "together": _("Treatments together"),
        "year": _("The year ahead"),
        "plan": _("Plan"),
        "dose": _("Doses"),
        "effects": _("Side effects and what options are like"),
        "criterion": _("Coverage criteria"),
    }


KINDS: Final = {
    "person": "person",
    "stage": "person",
    "episode": "person",
    "trial": "person",
    "drug": "person",
    "scale": "person",
    "mechanism": "mechanism",
    "established": "established",
    "exploratory": RESEARCH,
    "compared": "compared",
    "weight": "wishes",
    "together": "together",
    "year": "year",
    "under_way": "under_way",
    "plan": "plan",
    "schedule": "plan",
    "dose": "dose",
    "side_effect": "effects",
    "living": "effects",
    "criterion": "criterion",
    "change": "scans",
    "tms": "scans",
}


def _group(line: Line) -> str:
    first, _dot, rest = line.id.partition(".")
    if first in {"established", RESEARCH} and rest.startswith("test."):
        return "tests"
    if first.startswith("scan") and first[4:].isdigit():
        return "scans"
    if first in KINDS:
        return KINDS[first]
    return "missing" if line.value == NA and line.note != NA else "measured"
