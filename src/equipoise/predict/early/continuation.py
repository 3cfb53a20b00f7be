"""Go on, raise, add or switch: the chances of each, given the change so far."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.nouns import Continuation, Interval, NextMove
from equipoise.core.tables import load_table, setting
from equipoise.predict.calibrate import calibrate_intercept, expect
from equipoise.predict.early.ahead import Ahead, look_ahead, outlook
from equipoise.predict.early.course import Course, course_of, line_at, line_errors
from equipoise.predict.early.danger import dangers, may_be_raised, raise_limits
from equipoise.predict.early.rate import Rates, rate_of
from equipoise.predict.early.update import after_change, shift_of_change
from equipoise.predict.early.words import SOONER, little_change, raising, said
from equipoise.predict.layers import LEVELS
from equipoise.predict.literature import Literature, read_literature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from equipoise.core.nouns import (
        Appraisal,
        EvidenceBase,
        OptionBaseline,
        Treatment,
        UnderWay,
    )
    from equipoise.core.tables import Row
    from equipoise.predict.layers import Case, Layer

    Array = NDArray[np.float64]

__all__ = ["continuations"]

ADDED = "adjunct"
BASE = "drug"


@dataclass(frozen=True, slots=True)
class _Present:
    """A treatment under way: what is taken, its rate at the stage of its start, its line.

    `going` is everything under way; `appraisal` says what is dangerous.
    """

    taken: UnderWay
    treatment: Treatment
    baseline: OptionBaseline
    course: Course
    line: tuple[float, float]
    row: Row
    own: bool
    going: tuple[Treatment, ...]
    appraisal: Appraisal

    def begun_by(self, one: Treatment, *, added: bool) -> bool:
        """Return whether a treatment could be begun, as an addition or in place of this one.

        What goes on is nothing to begin. While another antidepressant goes on, a new one would come
        on top of it.
        """
        others = [each for each in self.going if each.id != self.treatment.id]
        doubled = one.group == BASE and any(each.group == BASE for each in others)
        apart = one.id not in {self.treatment.id, *(each.id for each in others)}
        return (one.group == ADDED) is added and apart and not doubled


def continuations(
    evidence: EvidenceBase, appraisal: Appraisal, case: Case, layer: Layer
) -> tuple[Continuation, ...]:
    """Return what the change so far says about each treatment under way.

    Parameters
    ----------
    evidence : EvidenceBase
        Rates of what is taken, which may itself not be ranked.
    appraisal : Appraisal
        For the treatments under way.
    case : Case
        Literature, person and wishes.
    layer : Layer
        The layer that ranks, for what could come next.

    Returns
    -------
    tuple of Continuation
        One for each treatment whose change can be read, in the order of the record. Where it
        cannot, or says nothing of what is to come, the appraisal says why.

    Notes
    -----
    A treatment that failed is in the stage already and is none of these; so the present stage is
    the one at which what goes on was begun, and its rate is that of the evidence for an average
    person there, moved by the general outlook. The change moves its log-odds: the mean by
    quadrature, the ends of the intervals exactly, for they move with every draw. Given the change
    they are wider by how sure slope and centre are.
    """
    reading = [taken for taken in appraisal.under_way if taken.why_not is None]
    if not reading:
        return ()
    rates = {(one.treatment, one.stage): one for one in evidence.baselines}
    known = {one.id: one for one in evidence.treatments}
    found = (_present(taken, appraisal, rates, known) for taken in reading)
    return tuple(_continuation(one, rates, case, layer) for one in found if one is not None)


def _present(
    taken: UnderWay, appraisal: Appraisal, rates: Rates, known: Mapping[str, Treatment]
) -> _Present | None:
    treatment, stage = known.get(taken.treatment), appraisal.stage.used
    if treatment is None:
        return None
    course, baseline = course_of(treatment), rate_of(rates, known, treatment, stage)
    if baseline is None or course is None:
        return None
    line, row = line_at(taken.weeks or 0, course.weeks)
    return _Present(
        taken=taken,
        treatment=treatment,
        baseline=baseline,
        course=course,
        line=line,
        row=row,
        own=(treatment.id, stage) in rates,
        going=tuple(known[one.treatment] for one in appraisal.under_way if one.treatment in known),
        appraisal=appraisal,
    )


def _continuation(present: _Present, rates: Rates, case: Case, layer: Layer) -> Continuation:
    taken = present.taken
    before, after = _chances(present, case, layer)
    counts = present.course.failure_counts
    ahead = look_ahead(rates, case, layer, before.mean, after.mean, counts=counts)
    outside = _outside(present)
    return Continuation(
        treatment=taken.treatment,
        title=present.treatment.title,
        week=taken.weeks or 0,
        improvement=taken.improvement or 0,
        before=before,
        if_continued=after,
        moves=(
            _continue(present, after),
            *_raise(present),
            *_ahead("augment", present, case, ahead),
            *_ahead("switch", present, case, ahead),
        ),
        sentence=said(
            taken,
            present.treatment,
            (before, after),
            outside,
            dangers(taken, present.treatment, present.appraisal),
        ),
        extrapolated=bool(outside),
    )


def _chances(present: _Present, case: Case, layer: Layer) -> tuple[Interval, Interval]:
    """Return the chance of those who go on, before and after the change was known."""
    numerics = case.settings.numerics
    literature = read_literature([present.baseline], numerics)
    limits = (setting("predict_early_lowest"), setting("predict_early_highest"))
    change = np.clip(present.taken.improvement or 0, *limits)
    moved = float(shift_of_change(change, present.line, limits))
    slope_sd, centre_sd = line_errors(present.taken.weeks or 0, present.course.weeks)
    doubt = ((change - present.line[1]) * slope_sd) ** 2 + (present.line[0] * centre_sd) ** 2
    level, spread = _level(present, (case, layer), literature), literature.theta_sd**2
    places = np.array([NormalDist().inv_cdf(share / 1000) for share in LEVELS])

    def _interval(shift: float, more: float) -> Interval:
        mean = expect(level + shift, spread, numerics.nodes)[0]
        ends = after_change(level + places * np.sqrt(spread + more), shift)
        low80, high80, low95, high95 = (float(end) for end in ends)
        return Interval(float(mean[0]), (low80, high80), (low95, high95))

    return _interval(0.0, 0.0), _interval(moved, float(doubt))


def _level(present: _Present, where: tuple[Case, Layer], literature: Literature) -> Array:
    """Return the log-odds of response of those who stay: of this person where it is ranked."""
    case, layer = where
    names = [option.treatment.id for option in case.options]
    if present.treatment.id not in names:
        return np.asarray(literature.theta + outlook(layer))
    t = names.index(present.treatment.id)
    staying = layer.expected.response[t] / (1.0 - layer.expected.dropout[t])
    return calibrate_intercept(np.array([staying]), literature.theta_sd**2, case.settings.numerics)


def _outside(present: _Present) -> list[str]:
    """Return what was not as in the studies."""
    taken, reasons = present.taken, []
    scale = load_table("baselines/early_scales").row(scale=str(taken.scale))
    if not present.course.studied:
        reasons.append("the numbers come from drugs, scaled to the course of this treatment")
    if not scale.flag("studied"):
        reasons.append("another scale")
    if present.baseline.extrapolated:
        reasons.append(
            "the rate before the change is that of another stage"
            if present.own
            else "it has no rate of its own, and that of treatments of its kind stands for it"
        )
    if taken.dose_raised == "yes":
        reasons.append("it was taken at a lower dose before, so it is not newly begun")
    if taken.dose_enough == "no":
        reasons.append("the dose is below that of the trials")
    return reasons


def _continue(present: _Present, after: Interval) -> NextMove:
    row = present.row
    return NextMove(
        kind="continue",
        treatments=(present.taken.treatment,),
        response=after,
        words="among those who go on to the end of the course; whoever stops is not counted",
        grade=row.text("grade"),
        references=tuple(dict.fromkeys((*row.items("reference"), *present.course.references))),
    )


def _raise(present: _Present) -> tuple[NextMove, ...]:
    """Return what is known of a higher dose; nothing where there is none for this person."""
    asked = present.taken, present.treatment, present.appraisal
    name = present.taken.treatment
    if load_table("doses/doses").find(treatment=name) is None or not may_be_raised(*asked):
        return ()
    row = raising(present.taken, present.treatment)
    grade = row.optional_text("grade") or "N"
    words = ". ".join([row.text("words"), *raise_limits(*asked)])
    return (NextMove("raise", (name,), None, words, grade, row.items("reference")),)


def _ahead(kind: str, present: _Present, case: Case, ahead: Ahead) -> tuple[NextMove, ...]:
    """Return the best additions or the best others; nothing where none is ranked."""
    added = kind == "augment"
    best = ahead.best(case, lambda one: present.begun_by(one, added=added))
    if not best:
        return ()
    first = case.options[best[0]]
    words = (
        "that of most weighted benefit first, and the chance is that of the first, after its own"
        " course; it knows the change so far, and whoever stops counts as no response"
    )
    references = first.baseline.references
    if kind == "switch" and present.course.studied and little_change(present.taken) == SOONER:
        row = load_table("baselines/early_moves").row(id="switch_early")
        words = f"{words}. {row.text('words')}"
        references = tuple(dict.fromkeys((*references, *row.items("reference"))))
    return (
        NextMove(
            kind=kind,
            treatments=tuple(case.options[t].treatment.id for t in best),
            response=ahead.interval(best[0]),
            words=words,
            grade=first.baseline.grade,
            references=references,
        ),
    )
