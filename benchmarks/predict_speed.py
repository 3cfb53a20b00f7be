"""Time of all predictions of one person: 60 options, 4000 draws, both layers.

The peer does the same sums the plain way: one option after the other, the intercept solved in every
draw, every interval by sorting. Run: ``python benchmarks/predict_speed.py``.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from equipoise.core.answers import not_asked
from equipoise.core.gaussian import expected_logistic, gauss_hermite, logistic, logit
from equipoise.core.nouns import (
    Appraisal,
    Decision,
    EvidenceBase,
    JointRates,
    LogitEstimate,
    Moderation,
    OptionBaseline,
    Stage,
    Treatment,
)
from equipoise.predict import predict
from equipoise.predict.settings import Settings, load_settings
from equipoise.profile import infer

OPTIONS = 60
REPEATS = 15
SEED = 1


def evidence() -> EvidenceBase:
    """Return invented evidence on 60 options, two of them moderated."""
    treatments, baselines = [], []
    for number in range(OPTIONS):
        name = f"option_{number:02d}"
        attributes = (("visits", 3.0), ("anaesthesia", 0.0), ("invasiveness", 0.0))
        treatments.append(
            Treatment(name, name, "drug", "c", "drug", "p", "", 4.0, attributes, "recalled")
        )
        baselines.append(
            OptionBaseline(
                treatment=name,
                stage=1,
                response=LogitEstimate(-1.0 + number / OPTIONS, 0.4),
                dropout=LogitEstimate(-1.4, 0.2),
                remission_given_response=LogitEstimate(0.5, 0.3),
                evidence_path="randomised",
                extrapolated=False,
                grade="B",
                checked="derived",
                population="",
                references=(),
                component="option_00",
            )
        )
    row = Moderation(
        "row", "blood.crp_hs", "option_00", "option_01", "contrast", 0.06, 0.055, 0.6, 0.16,
        0.6, 0.1, 0, 0, "D", "derived", (),
    )  # fmt: skip
    names = tuple(one.id for one in treatments)
    rng = np.random.default_rng(SEED)
    factor = tuple(
        tuple(float(one) for one in 0.1 * rng.normal(size=OPTIONS)) for _ in range(OPTIONS)
    )
    joint = JointRates(1, names, factor, factor, factor)
    return EvidenceBase(tuple(treatments), (), tuple(baselines), (row,), (), (joint,))


def plain(base: EvidenceBase, settings: Settings) -> list[float]:
    """Return the expected response of every option, one option after the other."""
    numerics = settings.numerics
    rng = np.random.default_rng(SEED)
    points, weights = gauss_hermite(numerics.nodes)
    means = []
    for _layer in ("established", "exploratory"):
        for one in base.baselines:
            theta = one.response.mean + one.response.sd * rng.standard_normal(numerics.draws)
            stay = logistic(one.dropout.mean + one.dropout.sd * rng.standard_normal(numerics.draws))
            target = logistic(theta)
            start = logit(target) * np.sqrt(1 + numerics.probit_scale * settings.own_variance)
            spread = np.sqrt(settings.own_variance) * points
            for _ in range(numerics.newton_steps):
                value = logistic(start[:, None] + spread)
                start = start - (value @ weights - target) / ((value * (1 - value)) @ weights)
            variance = np.full(numerics.draws, settings.own_variance)
            response = stay * expected_logistic(start, variance, numerics.draw_nodes)
            remission = response * logistic(0.5 + 0.3 * rng.standard_normal(numerics.draws))
            for draws in (response, remission, stay):
                np.percentile(draws, [2.5, 10, 90, 97.5])
            means.append(float(response.mean()))
    return means


def best_of(work: Callable[[], object], repeats: int) -> float:
    """Return the shortest time of several runs, in seconds."""
    shortest = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest


def main() -> None:
    """Print both times and their ratio."""
    base, person = evidence(), infer((), today="2025-01-01")
    appraisal = Appraisal((), (), Stage(1, 1, 1, True, ""), (), ())
    settings = load_settings()

    def ours() -> Decision:
        return predict(person, appraisal, base, preferences=not_asked(), seed=SEED)

    decision = ours()
    seconds = best_of(ours, REPEATS)
    peer = best_of(lambda: plain(base, settings), 2)
    draws = settings.numerics.draws
    print(
        f"{len(decision.predictions)} options x {draws} draws, both layers: {1000 * seconds:.0f} ms"
    )
    print(f"the same sums one option at a time: {1000 * peer:.0f} ms, {peer / seconds:.0f} x")


if __name__ == "__main__":
    main()
