"""What counts how much, and which wish would change the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import attribute_title
from equipoise.apps.report.sections.marked import marked
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.views import DataTable, table_or_none
from equipoise.apps.report.wording import capital, say, sentence
from equipoise.core.avoided import avoided_options
from equipoise.core.nouns import Dossier, PreferenceChange

__all__ = ["Wishes", "wishes"]

NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Wishes:
    """Weights, whose they are, what is ahead by them, and small changes that alter this."""

    title: str
    whose: str
    unweighed: str
    now: str
    changes: tuple[str, ...]
    table: DataTable | None
    limit: str


def wishes(dossier: Dossier) -> Wishes | None:
    """Return the section; None where nothing is ranked or the ranking is withheld."""
    decision = dossier.decision
    if withheld(dossier) or len(decision.predictions) < 2:  # noqa: PLR2004
        return None
    changes = decision.preference_changes
    whose, _, rest = decision.weights_source.partition(". ")
    lines = [_change(dossier, one) for one in changes[:NAMED]]
    if len(changes) > NAMED:
        lines.append(say("wishes_more", n=n.count(len(changes) - NAMED, "such change")))
    return Wishes(
        title=say("wishes_change") if changes else say("wishes_firm"),
        whose=sentence(whose),
        unweighed=sentence(rest) if rest else "",
        now=_now(dossier),
        changes=tuple(lines),
        table=_table(decision.weights),
        limit=say("wishes_limit"),
    )


def _now(dossier: Dossier) -> str:
    """Return which option of a tie group a change would overtake; a clear first is named above."""
    behind = avoided_options(dossier.appraisal.verdicts)
    tied = [one for one in dossier.decision.predictions if one.tied and one.treatment not in behind]
    if len(tied) < 2:  # noqa: PLR2004
        return ""
    first = min(tied, key=lambda one: (-one.utility, one.treatment))
    return say("wishes_now", option=marked(dossier, first.treatment))


def _change(dossier: Dossier, one: PreferenceChange) -> str:
    return say(
        "wishes_line",
        title=capital(one.title),
        now=n.of_100(one.weight),
        needed=n.of_100(one.needed),
        option=marked(dossier, one.option),
    )


def _table(weights: tuple[tuple[str, float], ...]) -> DataTable | None:
    ordered = sorted(weights, key=lambda pair: (-pair[1], pair[0]))
    rows = tuple((capital(attribute_title(name)), n.of_100(share)) for name, share in ordered)
    return table_or_none(say("wishes_table"), ("What counts", "Points of 100"), rows, (70, 30))
