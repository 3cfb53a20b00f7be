"""What is taken now: drugs with a hard stop, doses above the maximum, drugs to be kept apart.

An option that has a hard stop is merely not offered. A drug that is taken has to be reviewed, and
two drugs that must never meet are a danger today, whether or not either of them is an option.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from typing import Final

from equipoise.appraise.adequacy import dose_in_unit, dose_row
from equipoise.appraise.allergies import allergy_reasons
from equipoise.appraise.dosing import limit_of, tissue_reasons
from equipoise.appraise.drug_use import DrugInUse, drugs_of, option_of
from equipoise.appraise.pairs import acting, clashes
from equipoise.appraise.red_flags import Level, pathway
from equipoise.appraise.safety import Ground, contraindicated, strictest
from equipoise.core.nouns import Dose, OptionVerdict, RedFlag, SafetyReason
from equipoise.core.tables import load_table

__all__ = ["combinations", "current_stops"]

_OF_ANY_DRUG: Final = frozenset({"drug"})
_TITLES: Final[dict[Level, str]] = {
    "emergency": "Drugs taken together that must never be combined",
    "watch": "Drugs taken together that should be kept apart",
}
_CLOSE: Final = 1e-9


def current_stops(shared: Ground) -> tuple[OptionVerdict, ...]:
    """Return the hard stops on what is taken now.

    Parameters
    ----------
    shared : Ground
        Rules answered, drugs in use.

    Returns
    -------
    tuple of OptionVerdict
        One for each drug with a hard stop, by drug id, in the order of the record. A drug that
        only counts as taken for want of a stop date has none; what it means for others is said
        there. Rules on starting any drug, such as that on age, are left out.
    """
    found = []
    for use in shared.uses:
        if not use.taken or use.stop_missing or use.drug not in shared.catalogue.names:
            continue
        reasons = [r for r in _reasons(use, shared) if r.verdict == "hard_stop"]
        if reasons:
            found.append(strictest(use.drug, reasons))
    return tuple(found)


def _reasons(use: DrugInUse, shared: Ground) -> Iterable[SafetyReason]:
    option = option_of(use.drug, shared.catalogue)
    yield from contraindicated(option.names - _OF_ANY_DRUG, shared.answered)
    for other in shared.uses:
        yield from clashes(option, other, shared.pairs, shared.catalogue)
    yield from allergy_reasons(option, shared.timeline)
    yield from tissue_reasons(option, shared.timeline)
    yield from _overdosed(use.drug, shared)


def _overdosed(drug: str, shared: Ground) -> Iterable[SafetyReason]:
    """Yield a stop for a present dose above what this person may have; a clinician may lift it."""
    row = dose_row(drug)
    if row is None:
        return
    limit = limit_of(row, shared.facts)
    highest, general = limit.maximum, row.optional_number("maximum")
    if highest is None:
        return
    lowered = general is not None and highest < general
    cause = f" for this person: {'; '.join(limit.because)}" if lowered else ""
    for dose in _doses(drug, shared):
        taken = dose_in_unit(dose, row)
        if taken is None or taken <= highest or math.isclose(taken, highest, rel_tol=_CLOSE):
            continue
        unit, note = row.text("unit"), row.optional_text("note")
        yield SafetyReason(
            rule="dose_above_maximum",
            verdict="hard_stop",
            text=f"Dose of {taken:g} {unit}, above the maximum of {highest:g} {unit}{cause}",
            action="check the dose" + (f"; {note}" if note else ""),
            missing=None,
            reference=limit.reference,
            grade=row.cells["grade"],
            checked=row.text("checked"),
        )


def _doses(drug: str, shared: Ground) -> Iterable[Dose]:
    """Yield the doses of a drug that is taken now."""
    for use in shared.timeline.drugs.or_else(()):
        if use.drug == drug and use.stop.value is None and use.dose.value is not None:
            yield use.dose.value
    for trial in shared.timeline.treatments.or_else(()):
        over = trial.stop.value is not None or trial.ongoing.value is False
        if drugs_of(trial.treatment, shared.catalogue) == (drug,) and not over:
            yield from () if trial.dose.value is None else (trial.dose.value,)


def combinations(shared: Ground) -> tuple[RedFlag, ...]:
    """Return the red flags of drugs that act together now and must not.

    Parameters
    ----------
    shared : Ground
        Rules about pairs, drugs in use.

    Returns
    -------
    tuple of RedFlag
        At most one of each grade, the pairs in its evidence. Where it is not sure that one of
        the two is still taken, the flag is a watch flag.
    """
    found: dict[Level, list[str]] = {}
    known = [use for use in shared.uses if use.drug in shared.catalogue.names]
    for one, other in itertools.combinations(known, 2):
        level = _level(one, other, shared)
        if level is not None:
            told = " with ".join(_told(use, shared) for use in (one, other))
            found.setdefault(level, []).append(told)
    return tuple(
        RedFlag(
            id=f"combination_{level}",
            title=_TITLES[level],
            grade=level,
            evidence="; ".join(told),
            pathway=pathway(f"combination_{level}"),
        )
        for level, told in found.items()
    )


def _level(one: DrugInUse, other: DrugInUse, shared: Ground) -> Level | None:
    """Return the grade of a pair of which one at least is taken and both act."""
    if not (one.taken or other.taken):
        return None
    taken, partner = (one, other) if one.taken else (other, one)
    option = option_of(taken.drug, shared.catalogue)
    rules = load_table("interactions/interactions")
    grades = {
        row.optional_text("taken_together")
        for reason in clashes(option, partner, shared.pairs, shared.catalogue)
        if (row := rules.find(id=reason.rule)) is not None
    } - {None}
    if not grades:
        return None
    sure = not (one.stop_missing or other.stop_missing)
    return "emergency" if sure and "emergency" in grades else "watch"


def _told(use: DrugInUse, shared: Ground) -> str:
    return f"{shared.catalogue.title(use.drug)} ({acting(use, shared.catalogue)})"
