"""The facts for one template of a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from equipoise.core.casing import within
from equipoise.plan.case import title

if TYPE_CHECKING:
    from equipoise.core.tables import Row
    from equipoise.plan.case import Case, Running
    from equipoise.plan.options import Choice

__all__ = ["PLAIN", "Fill", "Situation", "name_of"]


@dataclass(frozen=True, slots=True)
class Fill:
    """The facts for one template: words in braces, and what is added to the row or replaces it.

    `sources` are rows of other tables that the step rests on: their references, their weakest
    origin and their lowest grade stand in place of the template's.
    """

    words: dict[str, str] = field(default_factory=dict)
    treatments: tuple[str, ...] = ()
    prerequisites: tuple[str, ...] = ()
    stop_rules: tuple[str, ...] = ()
    choice: Choice | None = None
    reference: str = ""
    review_days: float = 0
    alternatives: tuple[str, ...] = ()
    sources: tuple[Row, ...] = ()


Situation = Callable[["Case", "Row"], tuple[Fill, ...]]
PLAIN = (Fill(),)


def name_of(case: Case, running: Running) -> str:
    """Return the name of what is taken now, as it stands within a sentence."""
    return within(title(case, running.trial.treatment))
