"""Options that a rule says to avoid: not blocked, but for a specialist to choose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from equipoise.core.nouns import OptionVerdict
from equipoise.core.tables import load_table

__all__ = ["avoided", "avoided_options"]

_AVOID: Final = "A"


def avoided(verdict: OptionVerdict) -> bool:
    """Return whether a caution says to avoid an option.

    Parameters
    ----------
    verdict : OptionVerdict
        Of the option.

    Returns
    -------
    bool
        True where it is not blocked, but for a specialist to choose; no plan names it.
    """
    rules = load_table("contraindications/contraindications")
    pairs, genes = load_table("interactions/interactions"), load_table("genes/rules")
    for reason in verdict.reasons:
        if reason.verdict != "caution":
            continue
        rule = rules.find(id=reason.rule) or genes.find(id=reason.rule)
        pair = pairs.find(id=reason.rule)
        if rule is not None and rule.cells["avoid"] == "true" and not reason.missing:
            return True
        if pair is not None and pair.text("severity") == _AVOID:
            return True
    return False


def avoided_options(verdicts: Iterable[OptionVerdict]) -> frozenset[str]:
    """Return the treatments that a caution says to avoid.

    Parameters
    ----------
    verdicts : iterable of OptionVerdict
        Of the appraisal.

    Returns
    -------
    frozenset of str
        Treatment ids.
    """
    return frozenset(one.treatment for one in verdicts if avoided(one))
