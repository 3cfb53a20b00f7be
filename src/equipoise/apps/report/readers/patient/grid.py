"""The options side by side: one column each, one question after the other, the same for all."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.icons import icon_array
from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.document import Grid
from equipoise.apps.report.figures import chance, chance_range, figure, rest_of_100
from equipoise.apps.report.listing import never_compared
from equipoise.apps.report.names import cell
from equipoise.apps.report.readers.patient.effects import effects_cell
from equipoise.apps.report.readers.patient.living import living, plain_name
from equipoise.apps.report.readers.patient.naming import called, listed, short_name
from equipoise.apps.report.wording import tell
from equipoise.core.nouns import Dossier, OptionVerdict, Prediction

__all__ = ["options_grid", "taken_now"]

Cell = Callable[[Dossier, Prediction], Markup]
FIRST_WEEK: Final = 1
MALE: Final = "male"
DRUG: Final = "drug"
OPEN: Final = {
    "whether there was ever a seizure": "seizure",
    "whether there was ever anorexia or bulimia": "eating",
    "whether there is a long QT": "heart",
    "earlier reactions to ketamine or esketamine": "ketamine",
    "whether there is a skull defect or was surgery on the skull": "skull",
    "eGFR": "kidneys",
    "whether there were ever gambling, spending, sexual or eating compulsions": "urges",
}
"""Facts that a safety rule lacks, and the sentence that says them in plain words."""


def options_grid(dossier: Dossier, shown: tuple[Prediction, ...]) -> Grid:
    """Return the table of the options, staying as it is last.

    What the person takes now is no second option beside staying: both are one column, the last.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.
    shown : tuple of Prediction
        The options, in their order.

    Returns
    -------
    Grid
        One row for each question.
    """
    going = _going(dossier, shown)
    new = tuple(p for p in shown if p not in going)
    heads = (*(plain_name(p.treatment) for p in new), _last_head(going))
    rows = tuple(
        (
            tell(f"options.q_{name}"),
            (
                *(of(dossier, p) for p in new),
                *(of(dossier, p) for p in going),
                *(() if going else (_said(tell(f"options.stay_{_stay(name)}")),)),
            ),
        )
        for name, of in _questions(dossier).items()
    )
    return Grid(str(tell("options.caption")), "", heads, rows, wide=True)


def _going(dossier: Dossier, shown: tuple[Prediction, ...]) -> tuple[Prediction, ...]:
    """Return the option that is all that is taken now; none where it is another or several."""
    taken = taken_now(dossier)
    return tuple(p for p in shown if taken == {p.treatment})


def _last_head(going: tuple[Prediction, ...]) -> str:
    if not going:
        return str(tell("options.stay"))
    return str(tell("options.going_on", treatments=short_name(going[0].treatment)))


def _stay(question: str) -> str:
    return {"stop_early": "stopped"}.get(question, question)


def _questions(dossier: Dossier) -> dict[str, Cell]:
    """Return the questions with what answers them, in the order of the page."""
    asked: dict[str, Cell] = {
        "check": _check,
        "better": _better,
        "stop_early": _stop_early,
        "soon": _soon,
        "what": _what,
        "effort": _effort,
        "effects": lambda _dossier, p: effects_cell(p.treatment),
        "stopping": _fact("stopping"),
        "driving": _driving,
    }
    if dossier.timeline.demographics.sex.value != MALE:
        asked["pregnancy"] = _fact("pregnancy")
    if dict(dossier.decision.weights).get("cost"):
        asked["cost"] = _cost
    return asked


def _fact(question: str) -> Cell:
    return lambda _dossier, p: _said(living(p.treatment, question))


def _what(dossier: Dossier, p: Prediction) -> Markup:
    """Return what it is like; a medicine beside one that is taken means instead of it."""
    taken = taken_now(dossier)
    said = _said(living(p.treatment, "what", taken=p.treatment in taken))
    drugs = sorted(one for one in taken if _kind(one) == DRUG)
    if p.treatment in taken or len(drugs) != 1 or _kind(p.treatment) != DRUG:
        return said
    return said + _said(tell("options.instead", treatments=called(drugs)))


def _kind(treatment: str) -> str | None:
    return cell("treatments/treatments", "kind", id=treatment)


def _driving(dossier: Dossier, p: Prediction) -> Markup:
    taken = p.treatment in taken_now(dossier)
    told = (
        tell(f"options.{q}", words=living(p.treatment, q, taken=taken))
        for q in ("driving", "alcohol")
    )
    return Markup("").join(_said(words) for words in told)


def _check(dossier: Dossier, p: Prediction) -> Markup:
    """Return whether something must be looked at first; what has no verdict is not known."""
    verdict = next((v for v in dossier.appraisal.verdicts if v.treatment == p.treatment), None)
    kind = "cannot_tell" if verdict is None else verdict.verdict
    facts = _open(verdict) if verdict is not None and kind == "cannot_tell" else Markup("")
    words = tell("options.check_open", facts=facts) if facts else tell(f"options.check_{kind}")
    if p.treatment not in taken_now(dossier):
        return _said(words)
    return _said(words) + _said(tell("options.taken")) + _said(tell("options.taken_day"))


def _open(verdict: OptionVerdict) -> Markup:
    """Return in plain words what a safety rule lacks to tell."""
    lacks = [
        OPEN.get(r.missing or "", "other") for r in verdict.reasons if r.verdict == "cannot_tell"
    ]
    names = sorted(dict.fromkeys(lacks), key=lambda one: one == "other")
    return listed(tell(f"options.open_{one}") for one in names)


def taken_now(dossier: Dossier) -> frozenset[str]:
    """Return the treatments that are under way."""
    trials = dossier.timeline.treatments.or_else(())
    return frozenset(trial.treatment for trial in trials if trial.running)


def _better(dossier: Dossier, p: Prediction) -> Markup:
    notes = []
    if p.treatment in taken_now(dossier):
        notes.append(tell("options.taken_number"))
    if p.better_than_average or p.worse_than_average:
        notes.append(tell(f"options.{'more' if p.better_than_average else 'less'}_often"))
    if p.extrapolated:
        notes.append(tell("options.extrapolated"))
    if p.treatment in never_compared(dossier.decision):
        notes.append(tell("options.never_compared"))
    return _pictured(p, "response") + Markup("").join(_said(note) for note in notes)


def _stop_early(_dossier: Dossier, p: Prediction) -> Markup:
    return _pictured(p, "dropout")


def _pictured(p: Prediction, outcome: str) -> Markup:
    """Return an outcome as a picture, in words and with its range, the same for good and bad."""
    good = outcome == "response"
    number = p.response if good else p.dropout
    low, high = n.outward(number.ci80)
    picture = icon_array(
        n.whole(number.mean),
        "help" if good else "harm",
        str(tell("options.alt_better" if good else "options.alt_stopped")),
        (max(low, 0), min(high, 100)),
    )
    words = tell(
        "options.better" if good else "options.stopped",
        mean=chance(p, outcome),
        rest=rest_of_100(p, outcome),
    )
    first, last = chance_range(p, outcome)
    return picture + _said(words) + _said(tell("options.range", low=first, high=last))


def _soon(dossier: Dossier, p: Prediction) -> Markup:
    time = p.weeks_to_response
    if time is None:
        return _said(tell("options.soon_unknown"))
    if time.mean < FIRST_WEEK:
        return _said(tell("options.soon_week"))
    row = f"{p.layer}.{p.treatment}.weeks_to_response"
    low, high = time.ci80
    said = _said(
        tell(
            "options.soon",
            mean=figure(str(round(time.mean)), row, n.exact(time.mean)),
            low=figure(str(math.floor(low)), row, n.exact(low), "low80"),
            high=figure(str(math.ceil(high)), row, n.exact(high), "high80"),
        )
    )
    return said + _said(tell("options.taken_soon")) if p.treatment in taken_now(dossier) else said


def _effort(_dossier: Dossier, p: Prediction) -> Markup:
    visits = cell("treatments/treatments", "visits", id=p.treatment)
    if visits is None:
        said = tell("options.visits_unknown")
    elif int(visits) == 0:
        said = tell("options.visits_none")
    else:
        shown = figure(visits, f"living.{p.treatment}.visits", visits)
        said = tell("options.visits", number=int(visits), n=shown)
    return _said(living(p.treatment, "effort")) + _said(said)


def _cost(_dossier: Dossier, p: Prediction) -> Markup:
    band = cell("treatments/treatments", "cost_band", id=p.treatment) or "unknown"
    return _said(tell(f"options.cost_{band}"))


def _said(words: str) -> Markup:
    return element("p", words)
