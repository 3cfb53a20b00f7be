"""Which options a patient's page lays out side by side, which it lists, which it leaves out.

The order is fixed and neutral: the kinds in the order of their table, then by name. Chance or
benefit of an option never moves it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from equipoise.apps.report.listing import foremost
from equipoise.apps.report.names import cell
from equipoise.apps.report.readers.patient.living import plain_name
from equipoise.apps.report.sections.safety import tried_options, withheld
from equipoise.core.avoided import avoided_options
from equipoise.core.nouns import Dossier, Prediction
from equipoise.predict.words import BIPOLAR

__all__ = ["KINDS", "Offered", "kind_of", "offered", "points_to_bipolar", "shows_options"]

KINDS: Final = ("drug", "augmentation", "therapy", "procedure")
"""Kinds of options in the order of the page."""
MOST: Final = 3
"""Options side by side, beside staying as it is."""


@dataclass(frozen=True, slots=True)
class Offered:
    """The options of one page.

    Parameters
    ----------
    shown : tuple of Prediction
        Side by side.
    more : tuple of Prediction
        In a folded list.
    left_out : tuple of (str, str)
        (treatment, ``tried``, ``together``, ``blocked`` or ``avoided``).
    planned : bool
        Whether the plan names those shown; else they are the foremost of the ranking.
    """

    shown: tuple[Prediction, ...]
    more: tuple[Prediction, ...]
    left_out: tuple[tuple[str, str], ...]
    planned: bool


def shows_options(dossier: Dossier) -> bool:
    """Whether a patient's page may show options: never in an emergency, released or not."""
    return not (dossier.appraisal.emergency or withheld(dossier))


def points_to_bipolar(dossier: Dossier) -> bool:
    """Return whether the record points to bipolar disorder: the numbers are of others then."""
    checks = dossier.appraisal.diagnosis_check
    return any(one.id == BIPOLAR and one.status == "abnormal" for one in checks)


def offered(dossier: Dossier) -> Offered:
    """Return which options are shown; ask :func:`shows_options` first."""
    avoided = avoided_options(dossier.appraisal.verdicts)
    stopped = {one.treatment for one in dossier.plan.blocked}
    open_ = [p for p in dossier.decision.predictions if p.treatment not in avoided | stopped]
    named = _named(dossier, open_)
    shown = named or _of_each_kind(open_)
    chosen = {p.treatment for p in shown}
    return Offered(
        shown=_ordered(shown),
        more=_ordered(p for p in open_ if p.treatment not in chosen),
        left_out=_left_out(dossier, avoided),
        planned=bool(named),
    )


def _named(dossier: Dossier, open_: list[Prediction]) -> list[Prediction]:
    """Return the first options that the steps of the plan name."""
    by_id = {p.treatment: p for p in open_}
    names = dict.fromkeys(name for step in dossier.plan.steps for name in step.treatments)
    return [by_id[name] for name in names if name in by_id][:MOST]


def _of_each_kind(open_: list[Prediction]) -> list[Prediction]:
    """Return the foremost of each kind among the first of the ranking, to keep the choice wide."""
    first = [p for p in open_ if p.tied] or open_
    kinds = ([p for p in first if kind_of(p.treatment) == kind] for kind in KINDS)
    return [p for of in kinds for p in foremost(of, 1)][:MOST]


def kind_of(treatment: str) -> str:
    """Return the kind of a treatment, as in its table."""
    return cell("treatments/treatments", "kind", id=treatment) or KINDS[0]


def _ordered(predictions: Iterable[Prediction]) -> tuple[Prediction, ...]:
    return tuple(sorted(predictions, key=_place))


def _place(p: Prediction) -> tuple[int, str]:
    kind = kind_of(p.treatment)
    place = KINDS.index(kind) if kind in KINDS else len(KINDS)
    return place, plain_name(p.treatment).casefold()


def _stopped_by(dossier: Dossier, treatment: str) -> str:
    """Return ``together`` where what is taken now is all that a hard stop is about."""
    stops = [
        reason.text
        for verdict in dossier.appraisal.verdicts
        if verdict.treatment == treatment
        for reason in verdict.reasons
        if reason.verdict == "hard_stop"
    ]
    return "together" if stops and all("(taken now)" in text for text in stops) else "blocked"


def _left_out(dossier: Dossier, avoided: frozenset[str]) -> tuple[tuple[str, str], ...]:
    tried = tried_options(dossier)
    found = {p.treatment: "avoided" for p in dossier.decision.predictions if p.treatment in avoided}
    for one in dossier.plan.blocked:
        found[one.treatment] = (
            "tried" if one.treatment in tried else _stopped_by(dossier, one.treatment)
        )
    return tuple(sorted(found.items(), key=lambda pair: plain_name(pair[0]).casefold()))
