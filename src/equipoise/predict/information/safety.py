"""Tests that safety or a dose asks for, where they were not yet done and matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from equipoise.core.nouns import SafetyTest
from equipoise.core.tables import Row, load_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from equipoise.core.nouns import Appraisal, CheckItem
    from equipoise.predict.choices import Option

__all__ = ["safety_tests"]

CHOICE: Final = "choice"
OPEN: Final = "not_checked"
ADVISED: Final = "indicated"
UNTESTED: Final = "No Result"
NAMED: Final = 2


def safety_tests(appraisal: Appraisal, options: Sequence[Option]) -> tuple[SafetyTest, ...]:
    """Return the tests that safety or a dose asks for, each with who asks.

    Parameters
    ----------
    appraisal : Appraisal
        Its open questions decide.
    options : sequence of Option
        The options that are ranked; what only others ask for is left out.

    Returns
    -------
    tuple of SafetyTest
        In the order of the table. What they may change is danger and dose, which no points of
        utility hold.
    """
    titles = {option.treatment.id: option.treatment.title for option in options}
    found = []
    for row in load_table("measures/tests"):
        if row.text("purpose") == CHOICE:
            continue
        asked = _asked(row, appraisal, titles)
        if asked:
            why = f"{row.text('why')}. Asked for by {_joined(asked)}."
            found.append(SafetyTest(row.text("id"), row.text("title"), why))
    return tuple(found)


def _asked(row: Row, appraisal: Appraisal, titles: dict[str, str]) -> list[str]:
    checks = set(row.items("checks")) & _open(appraisal.diagnosis_check)
    retrial = set(row.items("retrial")) & _open(appraisal.pseudo_resistance)
    advised = {one.id for one in appraisal.imaging_workup if one.advice == ADVISED}
    ruled = _ruled(appraisal, set(row.items("missing")), titles)
    dosed = _dosed(appraisal, row, titles)
    reasons = [
        f"the safety rules of {_named(ruled)}" if ruled else "",
        f"the dose of {_named(dosed)}" if dosed else "",
        "the diagnosis check" if checks else "",
        "the check for what may only look like resistance" if retrial else "",
        "the findings on record" if advised & set(row.items("workup")) else "",
    ]
    return [reason for reason in reasons if reason]


def _open(items: Iterable[CheckItem]) -> set[str]:
    return {item.id for item in items if item.status == OPEN}


def _ruled(appraisal: Appraisal, facts: set[str], titles: dict[str, str]) -> list[str]:
    """Return the ranked options of which a safety rule lacks one of the facts."""
    found = {
        verdict.treatment
        for verdict in appraisal.verdicts
        for reason in verdict.reasons
        if reason.missing in facts
    }
    return sorted(titles[name] for name in found if name in titles)


def _dosed(appraisal: Appraisal, row: Row, titles: dict[str, str]) -> list[str]:
    """Return the ranked options whose dose hangs on one of the facts or genes."""
    facts, genes = set(row.items("missing")), set(row.items("genes"))
    limits = {one.drug for one in appraisal.dose_limits if facts & set(one.missing)}
    advice = {
        one.drug
        for one in appraisal.gene_advice
        if any(
            gene in genes and phenotype == UNTESTED
            for gene, phenotype in zip(one.genes, one.phenotypes, strict=True)
        )
    }
    return sorted(titles[name] for name in limits | advice if name in titles)


def _named(names: Sequence[str]) -> str:
    """Return some names and how many more there are."""
    more = len(names) - NAMED
    if more <= 0:
        return " and ".join(names)
    return f"{', '.join(names[:NAMED])} and {more} more"


def _joined(reasons: Sequence[str]) -> str:
    if len(reasons) == 1:
        return reasons[0]
    return f"{'; '.join(reasons[:-1])}; and {reasons[-1]}"
