"""What a second or third treatment adds to the first, on the logit scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.tables import Row, load_table, setting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from equipoise.core.nouns import Effect

__all__ = ["Gain", "Rules", "added_by_third", "gains_of", "load_rules"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How gains are put together.

    Parameters
    ----------
    share, share_sd : float
        Part of its own effect that an added treatment is expected to bring.
    error : float
        Standard deviation added to what was put together, log odds.
    heterogeneity : float
        Standard deviation added to what trials found, log odds.
    third : float
        Part of its gain over one treatment that a third adds to two.
    """

    share: float
    share_sd: float
    error: float
    heterogeneity: float
    third: float


@dataclass(frozen=True, slots=True)
class Gain:
    """Gain in log odds of response of one kind of treatment added to another.

    Parameters
    ----------
    added, over : str
        Rows of `combinations/kinds`.
    mean, sd : float
        Log odds.
    studied, tested : bool
        Whether a trial was found, and whether one gave an estimate.
    words : str
        What the trials found.
    grade, checked : str
        Of the row.
    references : tuple of str
        Keys of `tables/references`.
    """

    added: str
    over: str
    mean: float
    sd: float
    studied: bool
    tested: bool
    words: str
    grade: str
    checked: str
    references: tuple[str, ...]


def load_rules() -> Rules:
    """Return the rules in force."""
    return Rules(
        share=setting("predict_combination_share"),
        share_sd=setting("predict_combination_share_sd"),
        error=setting("predict_combination_error"),
        heterogeneity=setting("predict_combination_heterogeneity"),
        third=setting("predict_combination_third"),
    )


def gains_of(effects: Mapping[str, Effect], rules: Rules) -> dict[tuple[str, str], Gain]:
    """Return the gain of each kind over each other, by (added, over).

    Parameters
    ----------
    effects : Mapping of str to Effect
        By id: what each kind adds to an inert comparator.
    rules : Rules
        How gains are put together.

    Returns
    -------
    dict of (str, str) to Gain
        Without those whose effect is not in `effects`.

    Notes
    -----
    A gain is expected at a share of the effect that the added kind has alone. Where trials gave an
    estimate, both are weighed by their variances, so a small trial moves it little.
    """
    found: dict[tuple[str, str], Gain] = {}
    for row in load_table("combinations/gains"):
        added = load_table("combinations/kinds").row(id=row.text("added"))
        effect = effects.get(added.text("effect"))
        if effect is not None:
            found[row.text("added"), row.text("over")] = _gain(row, effect, rules)
    return found


def _gain(row: Row, effect: Effect, rules: Rules) -> Gain:
    alone = row.number("factor") * effect.estimate
    error = row.number("factor") * effect.standard_error
    mean = rules.share * alone
    variance = (
        (rules.share_sd * alone) ** 2
        + (rules.share**2 + rules.share_sd**2) * error**2
        + rules.error**2
    )
    seen = row.optional_number("estimate")
    if seen is not None:
        noise = row.number("standard_error") ** 2 + rules.heterogeneity**2
        weight = variance / (variance + noise)
        mean, variance = mean + weight * (seen - mean), (1.0 - weight) * variance
    return Gain(
        added=row.text("added"),
        over=row.text("over"),
        mean=mean,
        sd=math.sqrt(variance),
        studied=row.optional_number("studies") is not None,
        tested=seen is not None,
        words=row.text("words"),
        grade=row.text("grade"),
        checked=row.text("checked"),
        references=row.items("reference"),
    )


def added_by_third(two: Gain, third: Gain, rules: Rules) -> tuple[float, float]:
    """Return mean and standard deviation of the gain of two kinds added to one.

    Parameters
    ----------
    two, third : Gain
        Of each added kind over the first alone, the better supported one as `two`.
    rules : Rules
        How much a third adds.

    Returns
    -------
    mean, sd : float
        Log odds. The third brings a part of its gain, and the error of putting together once more.
    """
    mean = two.mean + rules.third * third.mean
    # How far the third falls short is as unsure as the share of the second.
    short = rules.share_sd * third.mean
    variance = two.sd**2 + (rules.third * third.sd) ** 2 + short**2 + rules.error**2
    return mean, math.sqrt(variance)
