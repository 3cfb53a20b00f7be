"""Words and rates of side effects, and bands of cost, as levels that can be weighed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from equipoise.core.nouns import SideEffect
from equipoise.core.tables import load_table

__all__ = ["Levels", "read_levels"]

PERCENT: Final = "%"
COST: Final = "cost"


@dataclass(frozen=True, slots=True)
class Levels:
    """What a word counts as, and which attribute a side effect belongs to.

    Parameters
    ----------
    words : dict of (scale, word) to float
        Rows of `treatments/levels`.
    effects : dict of str to str
        Attribute by its name in `treatments/side_effects`.
    """

    words: Mapping[tuple[str, str], float]
    effects: Mapping[str, str]

    def of(
        self, side_effects: Sequence[SideEffect], cost_band: str | None
    ) -> tuple[tuple[str, float], ...]:
        """Return the levels of one option.

        Parameters
        ----------
        side_effects : sequence of SideEffect
            Of the option.
        cost_band : str or None
            Of the option.

        Returns
        -------
        tuple of (attribute, level)
            A word before a rate: words were given to all drugs side by side, rates come from trials
            that asked in different ways. What has neither is left out, never none.
        """
        found: dict[str, float] = {}
        for one in side_effects:
            attribute = self.effects.get(one.effect)
            if attribute is not None and one.level is not None:
                found[attribute] = self.words["side_effect", one.level]
        for one in side_effects:
            attribute = self.effects.get(one.effect)
            if attribute is not None and one.rate is not None and one.unit == PERCENT:
                found.setdefault(attribute, one.rate / 100)
        if cost_band is not None:
            found[COST] = self.words[COST, cost_band]
        return tuple(sorted(found.items()))


def read_levels() -> Levels:
    """Return the levels in force."""
    words = {
        (row.text("scale"), row.text("word")): row.number("level")
        for row in load_table("treatments/levels")
    }
    effects = {
        name: row.text("id")
        for row in load_table("hyperparameters/attributes")
        if (name := row.optional_text("effect")) is not None
    }
    return Levels(words, effects)
