"""The plans of a year, and why one beats another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.nouns import OptionBaseline, YearComparison, YearPlan
from equipoise.core.tables import setting
from equipoise.predict.sequences.build import build_world
from equipoise.predict.sequences.given import Given
from equipoise.predict.sequences.ground import BASE, Ground, ground_of
from equipoise.predict.sequences.policy import Judge, follow, linear_utility, search
from equipoise.predict.sequences.report import Asked, compare_all, report
from equipoise.predict.slopes import ESTABLISHED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.core.nouns import Appraisal, EvidenceBase
    from equipoise.predict.layers import Case, Layer

    Array = NDArray[np.float64]

__all__ = ["Year", "given_of", "year_plans"]

FIRSTS: Final = (
    ("psychotherapy", "psychotherapy_first", "Psychotherapy first"),
    ("stimulation", "stimulation_first", "Stimulation first"),
    ("rapid", "rapid_first", "A rapid treatment first"),
    ("ect", "ect_first", "ECT first"),
)


@dataclass(frozen=True, slots=True)
class Year:
    """Plans, most weeks in remission first, and the first against each of the others."""

    plans: tuple[YearPlan, ...]
    comparisons: tuple[YearComparison, ...]


def year_plans(evidence: EvidenceBase, appraisal: Appraisal, case: Case, layer: Layer) -> Year:
    """Return whole plans over 52 weeks.

    Parameters
    ----------
    evidence : EvidenceBase
        Rates at every stage.
    appraisal : Appraisal
        Stage, safety, what was tried.
    case : Case
        Literature, person and wishes.
    layer : Layer
        The layer that ranks.

    Returns
    -------
    Year
        On common random numbers; the best plan was looked for among other simulated people.
    """
    ground = ground_of(evidence, appraisal)
    if not ground.rates or not ground.treatments:
        return Year((), ())
    given = given_of(evidence, case, layer)
    shown, tried = int(setting("predict_year_draws")), int(setting("predict_year_search_draws"))
    pool = _pool(ground, case)
    if not pool:
        return Year((), ())
    world = build_world(given, ground, pool, shown + tried)
    half, part = world.people // 2, tried // 2
    here = np.arange(part)
    rest = np.arange(part, half)
    judge = Judge(
        world.of(np.concatenate([here, half + here])),
        linear_utility(case.weights, world.rules.treatments, case.settings),
        setting("predict_year_weeks"),
        int(setting("predict_year_steps")),
        int(setting("predict_year_class_most")),
    )
    others = world.of(np.concatenate([rest, half + rest]))
    asked = _plans(judge, ground)
    reports = report(others, asked, judge.weeks, ground)
    most = int(setting("predict_year_plans"))
    ordered = sorted(reports, key=lambda one: (-one.plan.weeks_well.mean, one.plan.id))
    kept = _kept(ordered, most)
    return Year(tuple(one.plan for one in kept), compare_all(kept))


def given_of(evidence: EvidenceBase, case: Case, layer: Layer) -> Given:
    """Return what the years of a person are built from."""
    firm = layer.name == "established"
    rows = [one for one in case.moderations if not firm or one.grade in ESTABLISHED]
    return Given(
        evidence=evidence,
        moderations=tuple(rows),
        scores=case.person.scores,
        tried=case.tried,
        settings=case.settings,
        seed=case.person.seed,
    )


def _kept(ordered: Sequence[Asked], most: int) -> list[Asked]:
    """Return the plans that are shown: the step-by-step of drugs is always among them."""
    usual = [one for one in ordered if one.plan.id == BASE]
    rest = [one for one in ordered if one.plan.id != BASE][: most - len(usual)]
    kept = {one.plan.id for one in (*usual, *rest)}
    return [one for one in ordered if one.plan.id in kept]


def _plans(judge: Judge, ground: Ground) -> list[tuple[str, str, tuple[int, ...]]]:
    """Return the plans worth comparing: (id, title, steps), each of them once."""
    treatments = judge.world.rules.treatments
    drugs = frozenset(t for t, one in enumerate(treatments) if ground.base(one))
    usable = list(judge.usable(()))
    plans = [
        ("best", "Mixed plan", search(judge)),
        (BASE, "Drugs, step by step", follow(judge, (), drugs)),
    ]
    for group, name, title in FIRSTS:
        first = [t for t in usable if treatments[t].group == group]
        if first:
            plans.append((name, title, follow(judge, (first[0],))))
    seen: set[tuple[int, ...]] = set()
    found = []
    for name, title, steps in plans:
        if steps and steps not in seen:
            seen.add(steps)
            found.append((name, title, steps))
    return found


def _pool(ground: Ground, case: Case) -> list[str]:
    """Return the best options of each group by their average utility at any stage to come.

    What a caution says to avoid is proposed at no step, though a written plan may hold it.
    """
    most = int(setting("predict_year_best"))
    constant, response, remission, dropout = linear_utility(
        case.weights, ground.treatments, case.settings
    )
    held: dict[str, dict[str, float]] = {}
    for place, one in enumerate(ground.treatments):
        if one.id in case.avoided:
            continue
        for stage in range(max(ground.stage, ground.floors[one.id]), ground.highest + 1):
            row = ground.rates.get((one.id, stage))
            if row is None:
                continue
            chances = _middle(row)
            parts = (response[place], remission[place], dropout[place])
            value = constant[place] + sum(a * b for a, b in zip(parts, chances, strict=True))
            group = held.setdefault(one.group, {})
            group[one.id] = max(float(value), group.get(one.id, -math.inf))
    return [
        name
        for group in held.values()
        for name in sorted(group, key=lambda name: (-group[name], name))[:most]
    ]


def _middle(row: OptionBaseline) -> tuple[float, float, float]:
    """Return response, remission and drop-out at the middle of what is known."""
    logits = (row.response.mean, row.remission_given_response.mean, row.dropout.mean)
    response, share, dropout = (1.0 / (1.0 + math.exp(-one)) for one in logits)
    return response, response * share, dropout
