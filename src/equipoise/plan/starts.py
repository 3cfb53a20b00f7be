"""What must be done before a named option starts, and what ends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.casing import within
from equipoise.core.tables import load_table
from equipoise.plan.case import title

if TYPE_CHECKING:
    from collections.abc import Iterable

    from equipoise.core.nouns import Prediction, SafetyReason
    from equipoise.core.tables import Row
    from equipoise.plan.case import Case

__all__ = ["StartRules", "start_rules"]

_PAIR = "With "


@dataclass(frozen=True, slots=True)
class StartRules:
    """Prerequisites and stop rules; those of some options only carry their names."""

    prerequisites: tuple[str, ...]
    stop_rules: tuple[str, ...]


def start_rules(case: Case, named: tuple[Prediction, ...]) -> StartRules:
    """Gather the rules of the named options: tables first, then the safety verdicts.

    Parameters
    ----------
    case : Case
        One person.
    named : tuple of Prediction
        Options that a step names.

    Returns
    -------
    StartRules
        Each rule once.
    """
    before: dict[str, list[str]] = {}
    ending: dict[str, list[str]] = {}
    for prediction in named:
        name = title(case, prediction.treatment)
        for row in _rows(case, prediction.treatment):
            _note(before, row.items("prerequisites"), name)
            _note(ending, (row.text("stop_rule"),), name)
        _note(before, _cautions(case, prediction.treatment), name)
    return StartRules(_labelled(before, len(named)), _labelled(ending, len(named)))


def _note(found: dict[str, list[str]], texts: Iterable[str], name: str) -> None:
    for text in texts:
        names = found.setdefault(text, [])
        if name not in names:
            names.append(name)


def _rows(case: Case, treatment: str) -> tuple[Row, ...]:
    table = load_table("phases/starts")
    group = case.treatments[treatment].group
    found = (table.find(id=treatment, kind="treatment"), table.find(id=group, kind="group"))
    return tuple(row for row in found if row is not None)


def _cautions(case: Case, treatment: str) -> tuple[str, ...]:
    found = []
    for reason in case.verdicts[treatment].reasons:
        if reason.verdict == "caution":
            found.append(_to_do(reason))
        elif reason.verdict == "cannot_tell" and reason.missing:
            found.append(f"Find out: {reason.missing}")
    return tuple(found)


def _to_do(reason: SafetyReason) -> str:
    """Return what a caution asks for; of a pair, with the name of the other drug."""
    partner, colon, _ = reason.text.partition(": ")
    if colon and partner.startswith(_PAIR) and reason.action:
        return f"{within(partner)}: {reason.action}"
    return reason.action or reason.text


def _labelled(found: dict[str, list[str]], count: int) -> tuple[str, ...]:
    shown = []
    for text, names in found.items():
        whose = "" if len(names) == count else f"{', '.join(names)}: "
        shown.append(f"{whose}{text}" if whose else text[0].upper() + text[1:])
    return tuple(shown)
