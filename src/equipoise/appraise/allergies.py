"""Drugs that are not to be given again: allergies and what was not borne."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from equipoise.appraise.drug_use import Option
from equipoise.appraise.reasons import own_reason
from equipoise.core.nouns import Allergy, SafetyReason, Timeline, Verdict
from equipoise.core.tables import load_table

__all__ = ["allergy_reasons"]

_ALLERGY: Final = "allergy"


def allergy_reasons(option: Option, timeline: Timeline) -> Iterable[SafetyReason]:
    """Yield what allergies and intolerances on record mean for an option.

    Parameters
    ----------
    option : Option
        The treatment; one without a drug has none.
    timeline : Timeline
        The record.

    Yields
    ------
    SafetyReason
        ``hard_stop`` for the drug of an allergy and for its isomer, parent, metabolite or other
        product; ``caution`` for another drug of its class, and after an intolerance;
        ``cannot_tell`` where the record holds an allergy that could not be read.
    """
    for allergy in timeline.allergies.or_else(()):
        for drug in option.drugs:
            yield from _reasons(drug, allergy)
    if option.drugs:
        yield from _unread(timeline)


def _unread(timeline: Timeline) -> Iterable[SafetyReason]:
    """Yield a reason for each allergy of the record that no table could read."""
    for what in dict.fromkeys(one.what for one in timeline.unmapped if one.hides == _ALLERGY):
        missing = f"which drug an allergy of the record means: {what}"
        action = "find out which drug it is, and enter it by name"
        yield own_reason(
            "allergy_not_read", "cannot_tell", f"Not known: {missing}", action, missing
        )


def _reasons(drug: str, allergy: Allergy) -> Iterable[SafetyReason]:
    name, reaction = _title(allergy.drug), allergy.reaction.value
    told = f"{allergy.kind} to {name}" + (f" ({reaction})" if reaction else "")
    relation = _relation(drug, allergy.drug)
    if relation is not None:
        same = f": {_title(drug)} is {relation}" if drug != allergy.drug else ""
        stop = allergy.kind == _ALLERGY
        action = "do not give it" if stop else "ask what happened and at which dose"
        verdict: Verdict = "hard_stop" if stop else "caution"
        yield own_reason(
            f"{allergy.kind}_same", verdict, f"{told[0].upper()}{told[1:]}{same}", action
        )
    elif allergy.kind == _ALLERGY and _class(drug) == _class(allergy.drug) is not None:
        text = f"{told[0].upper()}{told[1:]}, a drug of the same class"
        yield own_reason(
            "allergy_class", "caution", text, "ask what happened; watch the first doses"
        )


def _relation(drug: str, other: str) -> str | None:
    """Return in words what the drug is to the other; None where they are not kin."""
    if drug == other:
        return "the same drug"
    row = load_table("drugs/kin").find(drug=drug, kin=other)
    return None if row is None else row.text("relation")


def _class(drug: str) -> str | None:
    row = load_table("drugs/drugs").find(id=drug)
    return None if row is None else row.text("class")


def _title(drug: str) -> str:
    row = load_table("drugs/drugs").find(id=drug)
    return drug.replace("_", " ") if row is None else row.text("title")
